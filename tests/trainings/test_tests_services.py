from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.trainings.tests_world import COURSE, EARLY, ENDED, LAST_HOUR, LATER, opened, take, with_sessions
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.quizzes import questions
from webapp.quizzes.responses import Stamp
from webapp.trainings import jobs_tests, letters, queries_tests, services_tests, tests_results, tests_rules
from webapp.trainings.models import TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.tests_rules import Phase, Span, window

SPANS = [Span(ENDED - timedelta(hours=3, minutes=5), ENDED - timedelta(minutes=5)), Span(LAST_HOUR, LAST_HOUR + timedelta(minutes=30))]


@pytest.fixture
def training(make_training, make_session):
    return with_sessions(make_training, make_session)


@pytest.mark.parametrize(("moment", "state", "now", "phase"), [
    (Moment.BEFORE, TrainingState.PREPARATION, EARLY, Phase.SOON),
    (Moment.BEFORE, TrainingState.ANNOUNCED, EARLY, Phase.OPEN),
    (Moment.BEFORE, TrainingState.RUNNING, ENDED - timedelta(minutes=6), Phase.OPEN),
    (Moment.BEFORE, TrainingState.RUNNING, ENDED, Phase.OVER),
    (Moment.BEFORE, TrainingState.CANCELLED, EARLY, Phase.OVER),
    (Moment.AFTER, TrainingState.RUNNING, ENDED, Phase.SOON),
    (Moment.AFTER, TrainingState.RUNNING, LAST_HOUR, Phase.OPEN),
    (Moment.AFTER, TrainingState.REPORTING, ENDED, Phase.OPEN),
    (Moment.AFTER, TrainingState.REPORTING, LATER + timedelta(days=40), Phase.OVER),
    (Moment.AFTER, TrainingState.CLOSED, LATER, Phase.OVER),
    (Moment.AFTER, TrainingState.CANCELLED, LATER, Phase.OVER),
])
def test_when_a_test_is_open(moment, state, now, phase):
    assert window(moment, state, SPANS, now).phase is phase


@given(st.sampled_from(list(TrainingState)), st.integers(-60 * 24 * 90, 60 * 24 * 90))
def test_a_test_that_is_over_stays_over(state, minutes):
    now = ENDED + timedelta(minutes=minutes)
    for moment in Moment:
        if window(moment, state, SPANS, now).phase is Phase.OVER:
            assert window(moment, state, SPANS, now + timedelta(days=1)).phase is Phase.OVER


def test_before_is_the_form_that_was_drawn_and_after_the_other(database, training, make_participant):
    participant = make_participant(training, form_before="b")
    assert opened(training, participant).form == "b"
    assert opened(training, participant, Moment.AFTER).form == "a"


def test_a_sitting_is_opened_once_with_the_same_paper(database, training, make_participant):
    participant = make_participant(training)
    first = opened(training, participant)
    assert opened(training, participant, now=LATER).id == first.id
    assert db.session.scalars(select(Sitting)).one().paper == first.paper
    assert {len(entry["order"]) for entry in first.paper} > {0}


def test_each_person_has_an_order_of_options_of_their_own(database, training, make_participant):
    papers = [opened(training, make_participant(training, name=name)).paper for name in ("一", "二", "三")]
    assert len({str(paper) for paper in papers}) == 3


def test_all_right_earns_everything_and_answers_then_stay(database, training, make_participant):
    sitting = take(training, make_participant(training))
    assert sitting.score_thousandths == sitting.maximum * 1000
    assert sitting.submitted_at == EARLY
    with pytest.raises(tests_rules.TestSubmitted):
        services_tests.save(sitting=sitting, given=[], stamp=Stamp(2), now=LATER)
    assert not services_tests.submit(sitting=sitting, now=LATER)


def test_old_revisions_of_questions_stay_what_was_asked(database, training, make_participant, monkeypatch):
    sitting = take(training, make_participant(training))
    before = [asked.question.revision for asked in services_tests.paper_of(sitting)]
    questions.forget()
    monkeypatch.setattr("webapp.trainings.services_tests.catalogue", lambda: type("Empty", (), {"course": staticmethod(lambda _id: None)}))
    assert [asked.question.revision for asked in services_tests.paper_of(sitting)] == before


def test_a_training_without_a_course_has_no_test(database, make_training, make_participant):
    training = make_training()
    with pytest.raises(tests_rules.NoTest):
        services_tests.open_sittings(
            training=training, participants=[make_participant(training)], moment=Moment.BEFORE, language="en", now=EARLY,
        )


def typed_in(training, participant, typed, cast, now=LATER):
    with unit_of_work():
        sitting = queries_tests.sitting(participant.id, Moment.BEFORE, lock=True)
        values = {
            number: letters.read(asked, typed.get(number, ""))
            for number, asked in enumerate(services_tests.paper_of(sitting) if sitting else [], 1)
        }
        return services_tests.enter(
            training=training, sitting=sitting, values=values, actor_id=cast.ids["trainer"], language="zh-Hans", now=now,
        )


def test_a_paper_form_is_entered_graded_and_corrected_with_its_trail(database, cast, training, make_participant):
    participant = make_participant(training)
    opened(training, participant)
    assert typed_in(training, participant, {1: "A", 2: "B"}, cast)
    assert not typed_in(training, participant, {1: "A", 2: "B"}, cast)
    sitting = queries_tests.sitting(participant.id, Moment.BEFORE)
    assert (sitting.on_paper, sitting.entered_by_id, sitting.submitted_at) == (True, cast.ids["trainer"], LATER)
    assert typed_in(training, participant, {1: "C"}, cast, now=LATER + timedelta(hours=1))
    db.session.expire_all()
    sitting = queries_tests.sitting(participant.id, Moment.BEFORE)
    assert list(sitting.responses) == ["1"]
    assert sitting.submitted_at == LATER
    actions = [each.action for each in db.session.scalars(select(AuditEntry).order_by(AuditEntry.number))]
    assert actions == ["training.test_entered", "training.test_corrected"]


def test_paper_does_not_replace_what_was_submitted_online_nor_come_without_a_print(database, cast, training, make_participant):
    online, unprinted = make_participant(training), make_participant(training, name="吴刚")
    take(training, online)
    with pytest.raises(tests_rules.TakenOnline):
        typed_in(training, online, {1: "A"}, cast)
    with pytest.raises(tests_rules.NotPrinted):
        typed_in(training, unprinted, {1: "A"}, cast)
    opened(training, unprinted)
    with pytest.raises(tests_rules.NothingTyped):
        typed_in(training, unprinted, {}, cast)


def test_tests_of_a_closed_training_stay(database, cast, make_training, make_session, make_participant):
    training = with_sessions(make_training, make_session, state=TrainingState.CLOSED)
    participant = make_participant(training)
    opened(training, participant)
    with pytest.raises(tests_rules.EntryClosed):
        typed_in(training, participant, {1: "A"}, cast)


def mails():
    return [(each.recipient, each.subject) for each in db.session.scalars(select(OutboxMail).order_by(OutboxMail.id))]


def test_the_link_to_the_test_before_goes_out_once_to_registered_people_with_an_address(database, cast, training, make_participant):
    mine = make_participant(training, person=cast.second_learner)
    make_participant(training, person=cast.outsider, state=ParticipantState.INVITED)
    make_participant(training, name="无邮箱")
    assert jobs_tests.due_tests(EARLY) == 1
    assert jobs_tests.due_tests(EARLY + timedelta(minutes=1)) == 0
    [mail] = db.session.scalars(select(OutboxMail)).all()
    assert mail.recipient == "second_learner@example.org"
    assert f"/trainings/mine/{mine.code}/test/before" in mail.text


def test_nobody_is_written_before_the_announcement(database, cast, make_training, make_session, make_participant):
    training = with_sessions(make_training, make_session, state=TrainingState.PREPARATION)
    make_participant(training, person=cast.learner)
    assert jobs_tests.due_tests(EARLY) == 0


def test_one_reminder_the_day_before_and_none_for_who_took_it(database, cast, training, make_participant):
    take(training, make_participant(training, person=cast.learner))
    make_participant(training, person=cast.second_learner)
    jobs_tests.due_tests(EARLY)
    eve = ENDED - timedelta(hours=20)
    assert jobs_tests.due_tests(eve) == 1
    assert jobs_tests.due_tests(eve + timedelta(minutes=1)) == 0
    assert len(mails()) == 2
    assert mails()[1][0] == "second_learner@example.org"


def test_the_link_after_goes_out_in_the_last_hour_and_a_reminder_days_later(database, cast, training, make_participant):
    make_participant(training, person=cast.learner)
    jobs_tests.due_tests(EARLY)
    assert jobs_tests.due_tests(LAST_HOUR) == 1
    assert jobs_tests.due_tests(LAST_HOUR + timedelta(minutes=1)) == 0
    assert jobs_tests.due_tests(LATER + timedelta(days=4)) == 1
    assert jobs_tests.due_tests(LATER + timedelta(days=5)) == 0
    assert [to for to, _subject in mails()] == ["learner@example.org"] * 3


def test_what_was_saved_in_time_is_handed_in_when_the_test_closes(database, training, make_participant):
    participant, printed = make_participant(training), make_participant(training, name="纸质")
    sitting = opened(training, participant)
    opened(training, printed)
    with unit_of_work():
        sitting.saved_at = EARLY
    assert jobs_tests.due_tests(ENDED + timedelta(minutes=1)) == 1
    db.session.expire_all()
    assert queries_tests.sitting(participant.id, Moment.BEFORE).submitted_at == EARLY
    assert queries_tests.sitting(printed.id, Moment.BEFORE).submitted_at is None


def crowd(training, make_participant, both, only_before=0, neither=0, groups=("",)):
    for number in range(both + only_before + neither):
        participant = make_participant(
            training, name=f"学员{number:03}", form_before="ab"[number % 2], group=groups[number % len(groups)],
        )
        if number < both + only_before:
            take(training, participant, right=3 + number % 6)
        if number < both:
            take(training, participant, Moment.AFTER, right=9 + number % 5, now=LATER)


def test_only_people_with_both_tests_are_compared_and_the_missing_are_counted(database, training, make_participant):
    crowd(training, make_participant, both=12, only_before=2, neither=3)
    found = tests_results.results(training.id)
    assert (found.registered, found.before, found.after, found.paired) == (17, 14, 12, 12)
    assert (found.only_before, found.only_after, found.neither) == (2, 0, 3)
    assert found.gain is not None
    assert found.gain.n == 12
    assert found.gain.mean_gain > 0
    assert found.forms is not None
    assert (found.forms.n_a, found.forms.n_b) == (7, 7)
    told = found.as_json()
    assert "topics_before" not in told
    assert told["neither"] == 3
    assert {each["titles"]["zh-Hans"] for each in told["topics"]}
    assert "trainer" not in {each["key"] for each in told["topics"]}


def test_fewer_than_five_pairs_show_nothing(database, training, make_participant):
    crowd(training, make_participant, both=4)
    found = tests_results.results(training.id)
    assert found.withheld
    assert (found.gain, found.forms, list(found.topics), list(found.topics_before)) == (None, None, [], [])


def test_small_groups_are_withheld_and_another_with_them(database, training, make_participant):
    for number in range(16):
        group = "甲" if number < 6 else "乙" if number < 13 else "丙"
        participant = make_participant(training, name=f"学员{number:02}", group=group)
        take(training, participant, right=5)
        take(training, participant, Moment.AFTER, right=10, now=LATER)
    groups = {each.key: each.n for each in tests_results.results(training.id).groups}
    assert groups == {"丙": None, "乙": 7, "甲": None}


def test_results_cost_the_same_for_few_and_many(database, training, make_participant, max_queries):
    training_id = training.id
    crowd(training, make_participant, both=6)
    with max_queries(2):
        tests_results.results(training_id)
    crowd(training, make_participant, both=20)
    with max_queries(2):
        tests_results.results(training_id)


def test_who_withdrew_counts_nowhere(database, training, make_participant):
    crowd(training, make_participant, both=6)
    gone = db.session.scalars(select(Participant).order_by(Participant.code)).first()
    gone.state = ParticipantState.WITHDRAWN
    db.session.commit()
    assert tests_results.results(training.id).registered == 5
    assert tests_results.results(training.id).course_id == COURSE
