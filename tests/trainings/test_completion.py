"""Who has completed a training, noted once; and the certificate that follows, exactly once each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.trainings.conftest import FIRST_DAY, LAST_DAY
from webapp.accounts.models import Person
from webapp.certificates import jobs, pdf, queries, services, services_training
from webapp.certificates.models import Certificate
from webapp.certificates.printing import print_of
from webapp.certificates.rules import TrainingNotCompleted
from webapp.core.audit import AuditEntry
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.signals import PeopleMerged, people_merged
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.participation.origin import Origin
from webapp.trainings import agenda, completion, events, records
from webapp.trainings.models import TestsNeeded, TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant, ParticipantState

OVER = datetime(2026, 12, 16, 2, 0, tzinfo=UTC)
LATER = OVER + timedelta(days=3)


@pytest.fixture
def training(make_training, make_session):
    """Two half-days, being reported; six hours are needed."""
    made = make_training(state=TrainingState.REPORTING, least_minutes=300)
    make_session(made)
    make_session(made, day=LAST_DAY, starts=time(14), ends=time(17))
    return made


def attend(training, participant, *minutes):
    with unit_of_work():
        for session, each in zip(agenda.sessions(training.id), minutes, strict=False):
            db.session.add(Attendance(
                session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=each, changed_at=OVER,
            ))


def sit(training, participant, moment, score=None):
    with unit_of_work():
        db.session.add(Sitting(
            id=new_id(), training_id=training.id, participant_id=participant.id, moment=moment, form="a", course_id="tot-1-introduction",
            course_revision="r", language="zh-Hans", paper=[], maximum=20, started_at=OVER, submitted_at=None if score is None else OVER,
            score_thousandths=None if score is None else score * 1000,
        ))


def settle(training, now=OVER):
    with unit_of_work():
        return completion.settle(records.locked(training.id), now)


def certificates():
    db.session.expire_all()
    return db.session.query(Certificate).all()


def test_who_meets_the_rule_completes_once_and_has_the_certificate(database, training, make_participant):
    enough, short = make_participant(training, name="周海燕"), make_participant(training, name="乙")
    attend(training, enough, 180, 150)
    attend(training, short, 180)
    assert settle(training) == 1
    assert settle(training, LATER) == 0
    (certificate,) = certificates()
    assert (certificate.person_id, certificate.award, certificate.training_id) == (
        enough.person_id, f"training:{training.id}", training.id,
    )
    assert certificate.printed == {
        "template": "training-2026", "name": "周海燕", "hours": "5.5", "issued_on": "2026-12-16", "edition": "1", "demo": False,
        "title": {"en": "SDG localization training, Chang'an District", "zh-Hans": "长安区可持续发展目标本地化培训"},
        "days": [FIRST_DAY.isoformat(), LAST_DAY.isoformat()],
        **{key: certificate.printed[key] for key in ("issuer", "signatory", "signatory_role")},
    }
    (act,) = db.session.query(AuditEntry).filter_by(action="certificate.issued")
    assert (act.actor_id, act.subject_id) == (None, str(certificate.id))
    (event,) = db.session.query(ParticipationEvent).filter_by(kind=EventKind.COMPLETED)
    assert (event.person_id, event.training_id, event.source) == (enough.person_id, training.id, events.completed(enough.id))
    (certified,) = db.session.query(ParticipationEvent).filter_by(kind=EventKind.CERTIFIED)
    assert (certified.training_id, certified.course_id) == (training.id, None)
    assert db.session.get_one(Participant, enough.id).completed_at == OVER
    assert db.session.get_one(Participant, short.id).completed_at is None


def test_tests_and_score_count_where_the_rule_asks_for_them(database, training, make_participant):
    with unit_of_work():
        row = records.locked(training.id)
        row.tests_needed, row.least_score = TestsNeeded.BOTH, 60
    people = [make_participant(training, name=name) for name in "甲乙丙丁"]
    for each in people:
        attend(training, each, 180, 180)
    passed, failed, only_after, unfinished = people
    for each, before, after in ((passed, 3, 12), (failed, 3, 11), (only_after, None, 15)):
        if before is not None:
            sit(training, each, Moment.BEFORE, before)
        sit(training, each, Moment.AFTER, after)
    sit(training, unfinished, Moment.BEFORE, 5)
    sit(training, unfinished, Moment.AFTER)
    assert settle(training) == 1
    assert [each.person_id for each in certificates()] == [passed.person_id]


def test_a_rule_that_becomes_harder_takes_nothing_back(database, training, make_participant):
    participant = make_participant(training)
    attend(training, participant, 180, 180)
    settle(training)
    with unit_of_work():
        records.locked(training.id).least_minutes = 600
    assert settle(training, LATER) == 0
    assert len(certificates()) == 1
    assert db.session.get_one(Participant, participant.id).completed_at == OVER


@pytest.mark.parametrize("state", ParticipantState)
def test_only_who_has_a_seat_completes(database, training, make_participant, state):
    attend(training, make_participant(training, state=state), 180, 180)
    assert settle(training) == (state is ParticipantState.REGISTERED)


def test_sessions_that_were_cancelled_count_for_nothing(database, training, make_participant, make_session):
    participant = make_participant(training)
    attend(training, participant, 180)
    gone = make_session(training, day=LAST_DAY, cancelled=True)
    with unit_of_work():
        db.session.add(Attendance(
            session_id=gone.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=180, changed_at=OVER,
        ))
    assert settle(training) == 0


@pytest.mark.parametrize(("state", "issued"), [
    (TrainingState.RUNNING, 0), (TrainingState.REPORTING, 1), (TrainingState.CLOSED, 1), (TrainingState.CANCELLED, 0),
])
def test_certificates_come_by_themselves_once_the_training_is_reported(database, training, make_participant, state, issued):
    attend(training, make_participant(training), 180, 180)
    with unit_of_work():
        records.locked(training.id).state = state
    assert jobs.issue_training_certificates(OVER) == issued
    assert jobs.issue_training_certificates(LATER) == 0
    assert len(certificates()) == issued


def test_a_name_that_cannot_be_printed_waits_for_its_correction(database, training, make_participant):
    participant = make_participant(training, name="周𓀀燕")
    attend(training, participant, 180, 180)
    assert settle(training) == 1
    assert certificates() == []
    assert jobs.issue_training_certificates(OVER) == 0
    with unit_of_work():
        db.session.get_one(Person, participant.person_id).name = "周海燕"
    assert jobs.issue_training_certificates(LATER) == 1
    assert certificates()[0].printed["name"] == "周海燕"
    assert jobs.issue_training_certificates(LATER) == 0


def test_nobody_gets_a_certificate_who_has_not_completed(database, cast, training, make_participant):
    participant = make_participant(training)
    person = db.session.get_one(Person, participant.person_id)
    with pytest.raises(TrainingNotCompleted):
        services_training.issue_training(
            person=person, training=records.locked(training.id), participant=participant, origin=Origin("en"), now=OVER,
        )


def test_what_is_printed_stays_when_the_training_changes_and_it_can_be_revoked(database, cast, training, make_participant):
    attend(training, make_participant(training), 180, 180)
    settle(training)
    (certificate,) = certificates()
    before = dict(certificate.printed)
    with unit_of_work():
        row = records.locked(training.id)
        row.title, row.first_day, row.last_day = "另一个名称", date(2027, 1, 4), date(2027, 1, 5)
    settle(training, LATER)
    assert certificates()[0].printed == before
    with unit_of_work():
        services.revoke(code=certificate.code, reason="Issued in error", actor_id=cast.ids["administrator"], now=LATER)
    assert jobs.issue_training_certificates(LATER) == 0
    (same,) = certificates()
    assert same.revoked_at == LATER


def test_a_certificate_follows_a_person_who_was_known_twice(database, cast, training, make_participant):
    participant = make_participant(training)
    gone_id = participant.person_id
    attend(training, participant, 180, 180)
    settle(training)
    with unit_of_work():
        people_merged.send(PeopleMerged(cast.ids["learner"], gone_id, LATER))
        db.session.get_one(Participant, participant.id).person_id = cast.ids["learner"]
        db.session.get_one(Person, gone_id).merged_into_id = cast.ids["learner"]
    assert jobs.issue_training_certificates(LATER) == 0
    assert [each.person_id for each in certificates()] == [cast.ids["learner"]]
    assert queries.held_of_training(cast.ids["learner"], training.id) is not None


def test_all_certificates_print_as_one_file_with_a_page_each(app, training, make_participant):
    for name in ("甲", "乙", "丙"):
        attend(training, make_participant(training, name=name), 180, 180)
    settle(training)
    prints = [print_of(each, settings()) for each in certificates()]
    whole = pdf.render_all(prints)
    assert whole.count(b"/Type /Page\n") == 3 or whole.count(b"/Type /Page ") == 3
    assert pdf.render_all(prints[:1]) == pdf.render(prints[0])


@pytest.mark.parametrize(("first", "last", "english", "chinese"), [
    (date(2026, 12, 14), date(2026, 12, 14), "14 December 2026", "2026年12月14日"),
    (date(2026, 12, 14), date(2026, 12, 15), "14–15 December 2026", "2026年12月14日至15日"),
    (date(2026, 11, 30), date(2026, 12, 1), "30 November – 1 December 2026", "2026年11月30日至12月1日"),
    (date(2026, 12, 31), date(2027, 1, 1), "31 December 2026 – 1 January 2027", "2026年12月31日至2027年1月1日"),
])
def test_days_are_printed_as_both_languages_write_them(first, last, english, chinese):
    assert (pdf.days_in("en", first, last), pdf.days_in("zh-Hans", first, last)) == (english, chinese)
