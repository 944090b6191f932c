"""Outcomes: satisfaction, follow-ups, results by topic and by Goal; who is too few to be told of; what a page costs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from tests.learning.fixtures import enrol
from tests.learning.small_course import FINAL
from tests.statistics.test_engines import NOON, clear, events, slices, two_trainings, write
from tests.statistics.test_goals_and_periods import attended, seat, training
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.courses.questionnaire.shipped import surveys
from webapp.courses.services import store_revisions
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.questionnaires.models import Sheet, SheetCell, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.quizzes import questions
from webapp.quizzes.models import Attempt, AttemptState
from webapp.statistics import jobs, outcome_counts, snapshot
from webapp.statistics.outcome_counts import OVERALL, USE, USED
from webapp.statistics.outcome_reach import Reach, reach
from webapp.statistics.outcome_results import results
from webapp.statistics.slices import Slice
from webapp.trainings.models import TrainerPart, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import Moment, Sitting, SurveyKind, TrainingSurvey

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
SIX = ("learner", "second_learner", "outsider", "other_county", "staff", "trainer")
ALL = Slice(cut_off=NOW)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def survey(cast, held, kind, values, *, closes=NOW - timedelta(days=1), mode=SurveyMode.ANONYMOUS, asked=SIX):
    """A survey of a training in which people gave these values to the question that is counted."""
    satisfied = kind is SurveyKind.SATISFACTION
    source = surveys()["satisfaction-survey" if satisfied else "follow-up-3-months"]
    store_revisions([source], SEPTEMBER)
    row = Survey(
        id=new_id(), questionnaire_id=source.id, revision=source.revision, mode=mode, place_id=held.place_id, opens_at=SEPTEMBER,
        closes_at=closes, created_by_id=cast.ids["staff"], created_at=SEPTEMBER,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(TrainingSurvey(training_id=held.id, kind=kind, survey_id=row.id))
    db.session.add_all(SurveyPerson(survey_id=row.id, person_id=cast.ids[who], answered=at < len(values)) for at, who in enumerate(asked))
    for value in values:
        sheet = Sheet(
            id=new_id(), questionnaire_id=source.id, revision=source.revision, language="en", state=SheetState.DONE, version=1, changes=1,
            anonymous=mode is SurveyMode.ANONYMOUS, survey_id=row.id, created_at=SEPTEMBER, changed_at=SEPTEMBER,
        )
        db.session.add(sheet)
        db.session.flush()
        field = OVERALL if satisfied else USE
        db.session.add(SheetCell(sheet_id=sheet.id, path=field, field_id=field, value=value, version=1, changed_at=SEPTEMBER))
    db.session.flush()


def satisfied(part=ALL):
    found = outcome_counts.surveyed(part, NOW).answer()
    return found.summed(found.of(SurveyKind.SATISFACTION), OVERALL)


def test_satisfaction_is_the_mean_of_closed_surveys_with_at_least_five_answers(database, cast):
    one, two, three = training(cast), training(cast, "other_county"), training(cast)
    survey(cast, one, SurveyKind.SATISFACTION, [6, 8, 8, 9, 9])
    survey(cast, two, SurveyKind.SATISFACTION, [0, 0, 0, 0])
    survey(cast, three, SurveyKind.SATISFACTION, [1, 1, 1, 1, 1], closes=NOW + timedelta(days=1))
    found = satisfied()
    assert (found.number, found.surveys, found.mean) == (5, 1, 8.0)
    assert satisfied(Slice(cut_off=NOW, paths=(cast.places.other_county.path,))).mean is None, "four answers tell nothing"
    assert satisfied(Slice(cut_off=NOW, first=date(2026, 10, 1))).number == 0
    assert satisfied(Slice(cut_off=NOW - timedelta(days=2))).number == 0, "the survey was open at that cut-off"


def test_a_cancelled_training_brings_no_satisfaction(database, cast):
    survey(cast, training(cast, state=TrainingState.CANCELLED), SurveyKind.SATISFACTION, [9, 9, 9, 9, 9])
    assert satisfied().number == 0


def test_follow_ups_count_those_asked_those_who_answered_and_who_use_it_at_work(database, cast):
    held, other = training(cast), training(cast)
    survey(cast, held, SurveyKind.FOLLOW_UP_3, ["often", "some", "some", "no", "no"], mode=SurveyMode.NAMED)
    survey(cast, other, SurveyKind.FOLLOW_UP_3, ["often"], mode=SurveyMode.NAMED, asked=SIX[:3])
    survey(cast, held, SurveyKind.FOLLOW_UP_6, [], mode=SurveyMode.NAMED)
    found = outcome_counts.surveyed(ALL, NOW).answer()
    asked = {kind: [(each.asked, each.answered) for each in found.of(kind)] for kind in SurveyKind}
    assert sorted(asked[SurveyKind.FOLLOW_UP_3]) == [(3, 1), (6, 5)]
    assert asked[SurveyKind.FOLLOW_UP_6] == [(6, 0)]
    used = found.summed(found.of(SurveyKind.FOLLOW_UP_3), USE)
    assert (used.number, used.share(USED)) == (5, 60.0)


def test_somebody_who_was_merged_is_asked_once(database, cast):
    survey(cast, training(cast), SurveyKind.FOLLOW_UP_3, [], mode=SurveyMode.NAMED)
    cast.outsider.merged_into_id = cast.ids["learner"]
    db.session.flush()
    assert [each.asked for each in outcome_counts.surveyed(ALL, NOW).answer().closed] == [5]


def paper(question):
    return [{"question": question.id, "revision": question.revision, "order": []}]


def quiz(cast, course, who, *, right, place="county", level=30):
    """A final quiz that somebody handed in."""
    enrolment, where = enrol(getattr(cast, who), course), getattr(cast.places, place)
    attempt = Attempt(
        id=new_id(), person_id=cast.ids[who], enrolment_id=enrolment.id, course_id=course.id, course_revision=course.revision,
        quiz_id=FINAL, quiz_revision="r", number=1, seed=1, language="en", started_at=SEPTEMBER, pass_mark=80, maximum=1,
        paper=paper(course.questions["wet"]), state=AttemptState.SUBMITTED, submitted_at=SEPTEMBER, marks=["1" if right else "0"],
        score_thousandths=1000 if right else 0,
    )
    db.session.add(attempt)
    db.session.flush()
    db.session.add(ParticipationEvent(
        id=new_id(), kind=EventKind.SUBMITTED, person_id=cast.ids[who], happened_at=SEPTEMBER, recorded_at=SEPTEMBER, source=str(new_id()),
        course_id=course.id, attempt_id=attempt.id, graded=True, place_id=where.id, place_path=where.path, position_level=level,
        language="en", device=Device.PHONE, channel=Channel.ONLINE,
    ))
    db.session.flush()


def shares(part=ALL, *, tests=True):
    found = results(part, tests=tests).answer()
    return (
        {(course, key): (len(cell.people), cell.asked, cell.share) for course, key, _names, cell in found.topics},
        {number: (len(cell.people), cell.asked, cell.share) for number, cell in found.goals},
    )


def test_results_are_by_topic_and_by_goal_from_five_people_on(database, cast, water):
    for number, who in enumerate(SIX[:4]):
        quiz(cast, water, who, right=number < 3)
    assert shares() == ({(water.id, "water"): (4, 4, None)}, {6: (4, 4, None)})
    quiz(cast, water, "staff", right=False, level=50)
    assert shares() == ({(water.id, "water"): (5, 5, 60.0)}, {6: (5, 5, 60.0)})
    assert shares(Slice(cut_off=NOW, level_from=50))[1] == {6: (1, 1, None)}
    assert shares(Slice(cut_off=NOW, paths=(cast.places.other_county.path,))) == ({}, {})
    assert shares(Slice(cut_off=SEPTEMBER - timedelta(days=1))) == ({}, {})


def sitting(held, mine, course, moment, *, paper, mark=0):
    """A test of one question that somebody handed in."""
    return Sitting(
        id=new_id(), training_id=held.id, participant_id=mine.id, moment=moment, form="a", course_id=course.id,
        course_revision=course.revision, language="en", paper=paper, maximum=1, started_at=SEPTEMBER, submitted_at=SEPTEMBER,
        marks=[str(mark)], score_thousandths=1000 * mark,
    )


def test_tests_of_trainings_count_beside_quizzes_unless_the_slice_asks_for_some_people(database, cast, water):
    held = training(cast)
    for who in SIX[:5]:
        mine = seat(cast, who, held)
        for moment, mark in ((Moment.BEFORE, 0), (Moment.AFTER, 1)):
            db.session.add(sitting(held, mine, water, moment, paper=paper(water.questions["wet"]), mark=mark))
    quiz(cast, water, "trainer", right=True)
    assert shares()[1] == {6: (6, 11, pytest.approx(600 / 11))}
    assert shares(tests=False)[1] == {6: (1, 1, None)}


def held_and_asked(cast, water):
    """A training with all that the page counts: surveys, tests, trainers, somebody who was merged, a question that was changed since."""
    held = training(cast)
    survey(cast, held, SurveyKind.SATISFACTION, [6, 8, 8, 9, 9])
    survey(cast, held, SurveyKind.FOLLOW_UP_3, ["often", "some", "some", "no", "no"], mode=SurveyMode.NAMED)
    before = replace(water.questions["wet"], answer=False)
    store_revisions([before], SEPTEMBER)
    for number, who in enumerate(SIX[:5]):
        quiz(cast, water, who, right=True)
        attended(cast, who, held)
        db.session.add(sitting(held, seat(cast, who, held), water, Moment.BEFORE, paper=paper(before)))
        asked = db.session.scalars(select(Attempt).where(Attempt.person_id == cast.ids[who])).one()
        asked.paper = paper(before) if number else asked.paper
    for part, who in ((TrainerPart.LEAD, "trainer"), (TrainerPart.LEAD, "staff"), (TrainerPart.CO, "author")):
        db.session.add(TrainingTrainer(training_id=held.id, person_id=cast.ids[who], part=part, added_at=SEPTEMBER))
    training(cast, "city", TrainingState.PREPARATION, None)
    cast.outsider.merged_into_id = cast.ids["learner"]
    db.session.commit()
    return held


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Satisfaction, 0 to 10", "After three months", "Goal 6")), ("zh-Hans", ("满意度", "三个月后", "目标6")),
])
@pytest.mark.parametrize("snapshots", [True, False])
def test_the_page_costs_few_queries_and_is_the_same_when_it_is_asked_again(
    database, cast, water, login_as, max_queries, language, words, snapshots,
):
    held_and_asked(cast, water)
    if snapshots:
        jobs.refresh_due(NOW)
    staff, address = login_as("administrator"), f"/statistics/outcomes?lang={language}&place={cast.places.county.id}"
    questions.forget()
    # Who asks, with what roles, the snapshot, the place, all outcomes as one, and questions changed since; without a snapshot whether
    # the events are many, and the events.
    with max_queries(6 if snapshots else 8):
        first = staff.get(address)
    with max_queries(5 if snapshots else 7):
        again = staff.get(address)
    assert again.text == first.text
    assert all(each in first.text for each in words)
    assert "8.0" in first.text
    assert "60.0%" in first.text


@pytest.mark.parametrize("who", ["administrator", "staff", "other_county"])
def test_no_filters_bring_the_first_request_above_eight_queries(cast, water, login_as, max_queries, who):
    held = held_and_asked(cast, water)
    if who == "other_county":
        held.place_id = cast.places.other_county.id
        db.session.commit()
    jobs.refresh_due(NOW)
    values = {"place": held.place_id, "course": water.id, "training": held.id, "tree": "2026-10-01", "past": "1"}
    reader = login_as(who)
    for filters in [each for number in range(6) for each in combinations(values, number)]:
        address = f"/statistics/outcomes?{'&'.join(f'{each}={values[each]}' for each in filters)}"
        questions.forget()
        # A question that was changed since is read once a process: only there do four of the filters bring a ninth.
        with max_queries(9 if {"place", "training", "tree", "past"} <= {*filters} else 8):
            assert reader.get(address).status_code == 200
        with max_queries(8):
            assert reader.get(address).status_code == 200


TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


def test_the_page_is_the_same_from_a_snapshot_and_from_the_events(database, cast, water, login_as):
    held = held_and_asked(cast, water)
    staff = login_as("staff")
    asked = ["", f"place={cast.places.county.id}", f"training={held.id}&level=30", "course=soil-basics", "period=2025", "tree=2026-10-01"]

    def shown():
        return [TOKEN.sub("", staff.get(f"/statistics/outcomes.json?lang=en&{each}").text) for each in asked]

    without = shown()
    jobs.refresh_due(NOW)
    assert shown() == without
    assert len(set(without)) == len(without)


def leading(cast, leads):
    """Two trainings, each led by some."""
    db.session.execute(delete(TrainingTrainer))
    trainings = two_trainings(cast)
    for number, who in leads:
        db.session.add(TrainingTrainer(training_id=trainings[number], person_id=cast.ids[who], part=TrainerPart.LEAD, added_at=NOON))
    db.session.flush()
    return trainings


@settings(max_examples=20)
@given(
    made=st.lists(events, min_size=4, max_size=4).map(lambda parts: [each for part in parts for each in part]),
    leads=st.sets(st.tuples(st.integers(0, 1), st.sampled_from(["trainer", "staff", "author"]))), merge=st.booleans(),
    asked=st.lists(st.tuples(slices, st.sampled_from([None, 0, 1])), min_size=6, max_size=6), split=st.integers(0, 40),
)
def test_reach_from_a_snapshot_is_that_from_the_events(database, cast, made, leads, merge, asked, split):
    clear()
    db.session.execute(update(Person).values(merged_into_id=None))
    trainings = leading(cast, leads)
    made = [replace(each, kind=EventKind.ATTENDED) if number % 3 else each for number, each in enumerate(made)]
    write(made[:split], cast.ids, cast.places, trainings=trainings)
    snapshot.refresh(NOON + timedelta(days=40), anew=True)
    write(made[split:], cast.ids, cast.places, trainings=trainings)
    if merge:
        db.session.execute(update(Person).where(Person.id == cast.ids["outsider"]).values(merged_into_id=cast.ids["staff"]))
        db.session.execute(update(Person).where(Person.id == cast.ids["learner"]).values(merged_into_id=cast.ids["outsider"]))
    found = snapshot.refresh(NOON + timedelta(days=41), anew=True)
    for part, at in asked:
        limited = part.but(training_id=None if at is None else trainings[at])
        one, other = (sorted(reach(limited, each), key=lambda row: row.person_id) for each in (None, found))
        assert one == other


def test_who_leads_a_training_is_known_to_the_next_snapshot(database, cast):
    held = training(cast)
    attended(cast, "learner", held)
    assert reach(ALL, snapshot.refresh(NOW)) == []
    db.session.add(TrainingTrainer(training_id=held.id, person_id=cast.ids["trainer"], part=TrainerPart.LEAD, added_at=NOW))
    db.session.flush()
    assert reach(ALL, snapshot.refresh(NOW + timedelta(minutes=1))) == [Reach(cast.ids["trainer"], 1, 1)]


def test_a_name_is_that_of_the_moment_even_where_nothing_is_counted_anew(database, cast, water, login_as):
    held_and_asked(cast, water)
    jobs.refresh_due(NOW)
    reader, name = login_as("administrator"), cast.trainer.name
    assert name in reader.get("/statistics/outcomes?lang=en").text
    db.session.execute(update(Person).where(Person.id == cast.ids["trainer"]).values(name=""))
    db.session.commit()
    again = reader.get("/statistics/outcomes?lang=en").text
    assert name not in again
    assert "erased person" in again
