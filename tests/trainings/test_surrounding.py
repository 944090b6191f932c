"""The surveys around a training: made once, dated by its days, put to those who take part; codes for who cannot sign in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW
from webapp.accounts.models import Person, SignIn
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import definitions, jobs, personal_codes, services_answers, services_surveys
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyMode, SurveyPerson
from webapp.questionnaires.rules_surveys import SurveyIsNotOpen
from webapp.trainings import jobs_surveys, records, services_surrounding
from webapp.trainings.models import TrainingState
from webapp.trainings.models_learning import SurveyKind, TrainingSurvey
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.rules_surrounding import Period

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINS, ENDS = datetime.combine(FIRST_DAY, time(9), SHANGHAI), datetime.combine(LAST_DAY, time(17), SHANGHAI)
K = SurveyKind


@pytest.fixture
def training(make_training, make_session):
    """Two days with a session each, announced."""
    made = make_training()
    make_session(made)
    make_session(made, day=LAST_DAY, starts=time(14), ends=time(17))
    return made


def prepare(training, now=NOW):
    with unit_of_work():
        return services_surrounding.prepare(records.locked(training.id), now)


def surveys(training):
    db.session.expire_all()
    return {kind: survey for kind, (_link, survey) in services_surrounding.surveys_of(training.id).items()}


def asked(survey):
    return {
        row.person_id for row in db.session.query(SurveyPerson).filter_by(survey_id=survey.id)
    }


def attend(participant, session, minutes=180):
    with unit_of_work():
        db.session.add(Attendance(
            session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=minutes, changed_at=ENDS,
        ))


def begin(survey, participant):
    services_answers.begin(
        survey=survey, questionnaire=definitions.of_revision(survey.revision), language="zh-Hans", now=NOW,
        person=db.session.get_one(Person, participant.person_id),
    )


def sessions(training):
    return services_surrounding.agenda.sessions(training.id)


def test_an_announced_training_has_its_four_surveys_once(database, cast, training):
    assert prepare(training) == 4
    found = surveys(training)
    assert {kind: (each.opens_at, each.closes_at) for kind, each in found.items()} == {
        K.NEEDS: (NOW, BEGINS), K.SATISFACTION: (ENDS, ENDS + timedelta(days=14)),
        K.FOLLOW_UP_3: (datetime(2027, 3, 15, 9, tzinfo=SHANGHAI), datetime(2027, 4, 5, 9, tzinfo=SHANGHAI)),
        K.FOLLOW_UP_6: (datetime(2027, 6, 15, 9, tzinfo=SHANGHAI), datetime(2027, 7, 6, 9, tzinfo=SHANGHAI)),
    }
    assert {kind: each.mode for kind, each in found.items()} == {
        kind: SurveyMode.ANONYMOUS if kind is K.SATISFACTION else SurveyMode.NAMED for kind in SurveyKind
    }
    assert {(each.place_id, each.created_by_id) for each in found.values()} == {(training.place_id, cast.ids["trainer"])}
    assert {tuple(each.remind_days) for each in found.values()} == {(7, 1)}
    assert prepare(training) == 0
    assert jobs_surveys.prepare_training_surveys(NOW + timedelta(minutes=3)) == 0
    assert db.session.query(Survey).count() == 4


@pytest.mark.parametrize("state", [TrainingState.NEGOTIATION, TrainingState.PREPARATION])
def test_before_the_announcement_there_are_none(database, training, state):
    with unit_of_work():
        records.locked(training.id).state = state
    assert prepare(training) == 0
    assert jobs_surveys.prepare_training_surveys(NOW) == 0
    assert surveys(training) == {}


def test_a_training_entered_long_after_it_was_held_asks_only_what_is_still_to_come(database, training):
    with unit_of_work():
        records.locked(training.id).state = TrainingState.CLOSED
    prepare(training, datetime(2027, 4, 20, tzinfo=UTC))
    assert set(surveys(training)) == {K.FOLLOW_UP_6}


def test_days_follow_when_the_training_moves_as_far_as_nothing_has_opened(database, training):
    prepare(training)
    with unit_of_work():
        row = records.locked(training.id)
        row.first_day, row.last_day = date(2026, 12, 21), date(2026, 12, 22)
        for session in sessions(training):
            session.day += timedelta(days=7)
    assert jobs_surveys.prepare_training_surveys(NOW + timedelta(days=1)) == 4
    found = surveys(training)
    week = timedelta(days=7)
    assert (found[K.NEEDS].opens_at, found[K.NEEDS].closes_at) == (NOW, BEGINS + week)
    assert (found[K.SATISFACTION].opens_at, found[K.SATISFACTION].closes_at) == (ENDS + week, ENDS + timedelta(days=21))
    assert found[K.FOLLOW_UP_3].opens_at == datetime(2027, 3, 22, 9, tzinfo=SHANGHAI)
    assert not any(link.fixed for link in db.session.query(TrainingSurvey))


def test_what_a_trainer_dated_by_hand_stays_until_it_follows_again(database, cast, training):
    prepare(training)
    survey = surveys(training)[K.FOLLOW_UP_3]
    by_hand = Period(datetime(2027, 4, 1, tzinfo=UTC), datetime(2027, 4, 20, tzinfo=UTC))
    with unit_of_work():
        services_surrounding.move(records.locked(training.id), survey, by_hand, cast.ids["trainer"], NOW)
    assert prepare(training) == 0
    moved = surveys(training)[K.FOLLOW_UP_3]
    assert (moved.opens_at, moved.closes_at) == (by_hand.opens_at, by_hand.closes_at)
    with unit_of_work():
        services_surrounding.follow_again(records.locked(training.id), K.FOLLOW_UP_3, NOW)
    assert surveys(training)[K.FOLLOW_UP_3].opens_at == datetime(2027, 3, 15, 9, tzinfo=SHANGHAI)


def test_a_survey_changed_on_its_own_page_is_dated_by_hand_too(database, cast, training):
    prepare(training)
    with unit_of_work():
        row = services_surveys.locked(surveys(training)[K.NEEDS].id)
        services_surveys.close(survey=row, actor_id=cast.ids["trainer"], now=NOW + timedelta(days=2))
    assert db.session.query(TrainingSurvey).filter_by(fixed=True).one().kind is K.NEEDS
    prepare(training, NOW + timedelta(days=3))
    assert surveys(training)[K.NEEDS].closes_at == NOW + timedelta(days=2)


def test_needs_are_asked_of_who_has_a_seat_and_come_off_with_it(database, training, make_participant):
    staying, leaving, begun = (make_participant(training, name=name) for name in ("甲", "乙", "丙"))
    make_participant(training, name="丁", state=ParticipantState.INVITED)
    prepare(training)
    survey = surveys(training)[K.NEEDS]
    assert asked(survey) == {staying.person_id, leaving.person_id, begun.person_id}
    with unit_of_work():
        begin(survey, begun)
        leaving.state = begun.state = ParticipantState.WITHDRAWN
    prepare(training)
    assert asked(survey) == {staying.person_id, begun.person_id}


def test_afterwards_only_those_who_were_there_are_asked(database, training, make_participant):
    there, away = make_participant(training, name="甲"), make_participant(training, name="乙")
    prepare(training)
    first, last = sessions(training)
    attend(there, first)
    with unit_of_work():
        db.session.add(Attendance(session_id=last.id, participant_id=away.id, presence=Presence.ABSENT, minutes=0, changed_at=ENDS))
    prepare(training, ENDS)
    found = surveys(training)
    for kind in (K.SATISFACTION, K.FOLLOW_UP_3, K.FOLLOW_UP_6):
        assert asked(found[kind]) == {there.person_id}
    # Papers of the second day are typed in later: still in time.
    with unit_of_work():
        row = db.session.get_one(Attendance, (last.id, away.id), populate_existing=True)
        row.presence, row.minutes = Presence.PRESENT, 180
    prepare(training, ENDS + timedelta(days=1))
    assert asked(found[K.SATISFACTION]) == {there.person_id, away.person_id}
    # An anonymous survey that is open keeps whom it asks.
    with unit_of_work():
        row.presence, row.minutes = Presence.ABSENT, 0
    prepare(training, ENDS + timedelta(days=2))
    assert asked(found[K.SATISFACTION]) == {there.person_id, away.person_id}
    assert asked(found[K.FOLLOW_UP_3]) == {there.person_id}


def test_somebody_asked_by_hand_who_is_no_participant_stays(database, cast, training, make_participant):
    make_participant(training)
    prepare(training)
    survey = surveys(training)[K.NEEDS]
    with unit_of_work():
        services_surveys.ask(survey=survey, people={cast.ids["learner"]: ""}, actor_id=cast.ids["trainer"], now=NOW)
    prepare(training)
    assert cast.ids["learner"] in asked(survey)


def test_people_merged_into_one_are_asked_once(database, cast, training, make_participant):
    first = make_participant(training, name="甲")
    prepare(training)
    with unit_of_work():
        db.session.get_one(Person, first.person_id).merged_into_id = cast.ids["learner"]
        db.session.query(SurveyPerson).filter_by(person_id=first.person_id).update({"person_id": cast.ids["learner"]})
        first.person_id = cast.ids["learner"]
    assert prepare(training) == 0
    assert asked(surveys(training)[K.NEEDS]) == {cast.ids["learner"]}


def test_a_cancelled_training_asks_nothing_more(database, cast, training, make_participant):
    participant = make_participant(training, person=cast.learner)
    prepare(training)
    survey = surveys(training)[K.NEEDS]
    with unit_of_work():
        begin(survey, participant)
        records.locked(training.id).state = TrainingState.CANCELLED
    assert jobs_surveys.prepare_training_surveys(NOW + timedelta(days=1)) == 4
    found = surveys(training)
    assert set(found) == {K.NEEDS}
    assert found[K.NEEDS].closes_at == NOW + timedelta(days=1)
    assert db.session.query(AuditEntry).filter_by(action="training.survey_called_off").count() == 3
    assert jobs_surveys.prepare_training_surveys(NOW + timedelta(days=2)) == 0


def email_only(participant, address):
    with unit_of_work():
        db.session.add(SignIn(
            id=new_id(), person_id=participant.person_id, email=address, email_key=address, password_hash=None, verified_at=None,
            created_at=NOW,
        ))


def test_who_cannot_sign_in_gets_a_code_by_mail_that_is_always_the_same(database, cast, training, make_participant):
    by_code, without_mail = make_participant(training, name="甲"), make_participant(training, name="乙")
    make_participant(training, person=cast.learner)
    email_only(by_code, "jia@example.org")
    prepare(training)
    survey = surveys(training)[K.NEEDS]
    code = personal_codes.code_of(survey.id, by_code.person_id)
    jobs.send_surveys(NOW)
    mails = {mail.recipient: mail.text for mail in db.session.query(OutboxMail)}
    assert set(mails) == {"jia@example.org", cast.email("learner")}
    assert f"/answer/{code}" in mails["jia@example.org"]
    assert f"/surveys/{survey.id}/answer" in mails[cast.email("learner")]
    codes = {row.code_hash: row.person_id for row in db.session.query(SurveyCode)}
    assert codes == {
        services_answers.hashed(personal_codes.code_of(survey.id, each.person_id)): each.person_id for each in (by_code, without_mail)
    }
    # The reminder names the same code.
    jobs.send_surveys(BEGINS - timedelta(days=6))
    again = db.session.query(OutboxMail).filter_by(recipient="jia@example.org").all()
    assert len(again) == 2
    assert all(code in mail.text for mail in again)
    assert db.session.query(SurveyCode).count() == 2


def test_a_code_of_the_anonymous_survey_belongs_to_nobody_and_reminds_no_more(database, training, make_participant):
    participant = make_participant(training)
    email_only(participant, "jia@example.org")
    attend(participant, sessions(training)[0])
    prepare(training)
    survey = surveys(training)[K.SATISFACTION]
    jobs.send_surveys(ENDS)
    (row,) = db.session.query(SurveyCode).filter_by(survey_id=survey.id)
    assert row.person_id is None
    with unit_of_work():
        services_answers.use_code(
            survey=survey, questionnaire=definitions.of_revision(survey.revision), values={"overall": 9}, language="zh-Hans", now=ENDS,
            code=personal_codes.code_of(survey.id, participant.person_id),
        )
    db.session.query(OutboxMail).delete()
    jobs.send_surveys(ENDS + timedelta(days=13, hours=1))
    assert db.session.query(OutboxMail).count() == 0
    db.session.expire_all()
    assert db.session.get_one(SurveyPerson, (survey.id, participant.person_id)).answered
    (sheet,) = db.session.query(Sheet).filter_by(survey_id=survey.id)
    assert sheet.dimensions == {}


def test_reminding_by_hand_mails_once_a_day_and_only_while_it_is_open(database, cast, training, make_participant):
    make_participant(training, person=cast.learner)
    prepare(training)
    survey = surveys(training)[K.NEEDS]
    jobs.send_surveys(NOW)

    def remind(now):
        with unit_of_work():
            return services_surrounding.remind(survey, cast.ids["trainer"], now)

    assert [remind(NOW + timedelta(hours=hours)) for hours in (1, 21, 22, 42)] == [0, 1, 0, 1]
    with pytest.raises(SurveyIsNotOpen):
        remind(BEGINS)


def test_opening_a_follow_up_at_once_asks_at_once(database, cast, training, make_participant):
    participant = make_participant(training, person=cast.learner)
    attend(participant, sessions(training)[0])
    prepare(training)
    later = ENDS + timedelta(days=30)
    with unit_of_work():
        services_surrounding.open_now(records.locked(training.id), surveys(training)[K.FOLLOW_UP_3], cast.ids["trainer"], later)
    survey = surveys(training)[K.FOLLOW_UP_3]
    assert survey.opens_at == later
    jobs.send_surveys(later)
    assert survey.id in {row.survey_id for row in db.session.query(SurveyPerson).filter(SurveyPerson.invited_at.is_not(None))}
    assert prepare(training, later) == 0
