"""Writing the agenda, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from uuid import UUID

import pytest

from tests.cast import Cast
from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW, MakeParticipant, MakeSession, MakeTraining
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.trainings import agenda, services_agenda
from webapp.trainings.models import ItemKind, Training, TrainingSession, TrainingState
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.rules import EditedMeanwhile
from webapp.trainings.rules_agenda import AgendaFixed, BadSession, Held, ItemPlan, SessionHeld, SessionPlan, held_minutes, timed

WANTED = SessionPlan(FIRST_DAY, time(9), time(12), "开班", "201")


def plan(title: str, minutes: int = 30, item_id: UUID | None = None) -> ItemPlan:
    return ItemPlan(minutes=minutes, kind=ItemKind.TALK, titles={"en": title, "zh-Hans": ""}, id=item_id)


def save(
    session: TrainingSession, items: list[ItemPlan], wanted: SessionPlan = WANTED, version: int | None = None,
) -> services_agenda.Changed:
    with unit_of_work():
        return services_agenda.save_session(
            training_id=session.training_id, session_id=session.id, version=session.version if version is None else version,
            wanted=wanted, items=items, actor_id=session.training_id, now=NOW,
        )


def titles(session: TrainingSession) -> list[str]:
    return [item.titles["en"] for item in agenda.items(session.training_id).get(session.id, [])]


def kept(session: TrainingSession) -> list[ItemPlan]:
    return [plan(item.titles["en"], item.minutes, item.id) for item in agenda.items(session.training_id)[session.id]]


def test_a_new_session_has_a_secret_and_changes_the_calendar(database, cast: Cast, make_training: MakeTraining):
    training = make_training(first_day=None, last_day=None, state=TrainingState.PREPARATION)
    with unit_of_work():
        one = services_agenda.add_session(training_id=training.id, wanted=WANTED, actor_id=cast.trainer.id, now=NOW)
    assert len(one.secret) == 64
    assert training.calendar_sequence == 1
    assert (training.first_day, training.last_day) == (FIRST_DAY, FIRST_DAY)


def test_lines_are_kept_in_the_order_given_and_by_their_ids(database, make_training: MakeTraining, make_session: MakeSession):
    session = make_session(make_training())
    save(session, [plan("a"), plan("b"), plan("c")])
    a, b, c = agenda.items(session.training_id)[session.id]
    a.held_minutes = 25
    db.session.commit()
    save(session, [plan("c", 10, c.id), plan("new"), plan("a!", 40, a.id), plan("b", 30, b.id)])
    assert titles(session) == ["c", "new", "a!", "b"]
    found = agenda.items(session.training_id)[session.id]
    assert found[2].id == a.id
    assert found[2].held_minutes == 25
    assert found[0].titles == {"en": "c"}
    assert [start for _item, start, _end in timed(session, found)] == [time(9), time(9, 10), time(9, 40), time(10, 20)]


def test_what_was_taken_out_comes_back_where_it_stood(database, make_training: MakeTraining, make_session: MakeSession):
    session = make_session(make_training())
    save(session, [plan(each) for each in "abcde"])
    rest = [each for each in kept(session) if each.titles["en"] in "bd"]
    assert save(session, rest).removed == 3
    assert titles(session) == ["b", "d"]
    assert [item.titles["en"] for item in agenda.removed_items(session.training_id)[session.id]] == ["a", "c", "e"]
    with unit_of_work():
        services_agenda.put_back(
            training_id=session.training_id, session_id=session.id, version=session.version, actor_id=session.id, now=NOW,
        )
    assert titles(session) == list("abcde")
    assert agenda.removed_items(session.training_id) == {}


def test_only_the_last_lot_that_was_taken_out_is_kept(database, make_training: MakeTraining, make_session: MakeSession):
    session = make_session(make_training())
    save(session, [plan(each) for each in "abc"])
    save(session, kept(session)[1:])
    save(session, kept(session)[1:])
    assert [item.titles["en"] for item in agenda.removed_items(session.training_id)[session.id]] == ["b"]


def test_an_id_of_another_session_or_given_twice_makes_a_new_line(database, make_training: MakeTraining, make_session: MakeSession):
    training = make_training()
    morning, afternoon = make_session(training), make_session(training, starts=time(14), ends=time(17))
    save(morning, [plan("a")])
    theirs = kept(morning)[0]
    save(afternoon, [theirs, theirs], SessionPlan(FIRST_DAY, time(14), time(17)))
    assert titles(morning) == ["a"]
    assert titles(afternoon) == ["a", "a"]


def test_of_two_who_save_the_second_is_told(database, make_training: MakeTraining, make_session: MakeSession):
    session = make_session(make_training())
    seen = session.version
    save(session, [plan("first")], version=seen)
    with pytest.raises(EditedMeanwhile):
        save(session, [plan("second")], version=seen)
    assert titles(session) == ["first"]


def test_a_session_that_moves_after_attendance_keeps_it(
    database, make_training: MakeTraining, make_session: MakeSession, make_participant: MakeParticipant,
):
    training = make_training()
    session = make_session(training, title=WANTED.title, room=WANTED.room)
    participant = make_participant(training)
    db.session.add(Attendance(
        session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=180, changed_at=NOW, version=1, rounds=1,
    ))
    db.session.commit()
    assert save(session, []) == services_agenda.Changed(moved=False, kept=0, removed=0)
    assert training.calendar_sequence == 0
    done = save(session, [], replace(WANTED, day=LAST_DAY))
    assert (done.moved, done.kept) == (True, 1)
    assert training.calendar_sequence == 1
    assert agenda.with_attendance(training.id) == {session.id: 1}
    with pytest.raises(SessionHeld), unit_of_work():
        services_agenda.delete_session(
            training_id=training.id, session_id=session.id, version=session.version, actor_id=training.id, now=NOW,
        )
    with unit_of_work():
        assert services_agenda.cancel_session(
            training_id=training.id, session_id=session.id, version=session.version, actor_id=training.id, now=NOW,
        ) == 1
    assert agenda.sessions(training.id) == []
    assert agenda.with_attendance(training.id) == {session.id: 1}


def test_a_cancelled_session_comes_back_unless_its_time_is_taken(database, make_training: MakeTraining, make_session: MakeSession):
    training = make_training()
    session = make_session(training, cancelled=True)
    make_session(training)
    with pytest.raises(BadSession), unit_of_work():
        services_agenda.resume_session(training_id=training.id, session_id=session.id, version=1, actor_id=training.id, now=NOW)


def test_a_session_without_attendance_is_deleted_with_its_lines(database, make_training: MakeTraining, make_session: MakeSession):
    session = make_session(make_training())
    save(session, [plan("a")])
    training_id, session_id = session.training_id, session.id
    with unit_of_work():
        services_agenda.delete_session(
            training_id=training_id, session_id=session_id, version=session.version, actor_id=training_id, now=NOW,
        )
    assert agenda.sessions(training_id, cancelled=True) == []
    assert agenda.items(training_id) == {}


def test_a_plan_becomes_sessions_on_the_days_chosen(database, cast: Cast, make_training: MakeTraining):
    training = make_training()
    course = catalogue().course("tot-1-introduction")
    assert course
    two = course.facilitation.plan("two-days")
    assert two
    days = {1: FIRST_DAY, 2: LAST_DAY}
    wanted = [
        SessionPlan(days[half.day], half.usual_start, time(half.usual_start.hour + half.minutes // 60), half.title["zh-Hans"])
        for half in two.half_days
    ]
    with unit_of_work():
        services_agenda.take_over(
            training_id=training.id, course_id=course.id, plan=two, wanted=wanted, actor_id=cast.trainer.id, now=NOW,
        )
    sessions, items = agenda.sessions(training.id), agenda.items(training.id)
    assert [(each.day, each.starts) for each in sessions] == [(one.day, one.starts) for one in wanted]
    assert [len(items[each.id]) for each in sessions] == [len(half.items) for half in two.half_days]
    assert [sum(item.minutes for item in items[each.id]) for each in sessions] == [180] * 4
    assert training.courses == ["tot-1-introduction"]
    with pytest.raises(BadSession), unit_of_work():
        services_agenda.take_over(
            training_id=training.id, course_id=course.id, plan=two, wanted=wanted, actor_id=cast.trainer.id, now=NOW,
        )
    assert len(agenda.sessions(training.id)) == 4


def test_how_it_was_held_is_kept_line_by_line(database, make_training: MakeTraining, make_session: MakeSession):
    session = make_session(make_training())
    save(session, [plan("a"), plan("b")])
    a, b = agenda.items(session.training_id)[session.id]
    with unit_of_work():
        services_agenda.record_held(
            training_id=session.training_id, session_id=session.id, version=session.version,
            held={a.id: Held(0, "no time"), b.id: Held(None, "")}, actor_id=session.id, now=NOW,
        )
    assert [held_minutes(item) for item in agenda.items(session.training_id)[session.id]] == [0, 30]


def test_the_agenda_of_a_closed_training_is_final(database, make_training: MakeTraining, make_session: MakeSession):
    training: Training = make_training(state=TrainingState.CLOSED)
    with pytest.raises(AgendaFixed):
        save(make_session(training), [plan("a")])


def test_days_outside_the_training_are_refused(database, make_training: MakeTraining, make_session: MakeSession):
    session = make_session(make_training())
    with pytest.raises(BadSession):
        save(session, [], replace(WANTED, day=date(2027, 1, 1)))
