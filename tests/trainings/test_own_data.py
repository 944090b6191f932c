"""What trainings hold about a person: shown, erased, and brought together when two rows are one person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW
from webapp.accounts import bulk, services_erasure, services_merge
from webapp.accounts.models import Person
from webapp.accounts.models_people import BulkChange
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.signals import MergeAsked, OwnDataAsked, own_data
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import own_merge
from webapp.trainings.models import TrainerPart, TrainingTrainer
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_onsite import Attendance, AttendanceMark, CheckInTicket, DayLog, MarkChannel, MarkOutcome, Presence
from webapp.trainings.models_people import ListState, Participant, ParticipantList, ParticipantState
from webapp.trainings.models_trainers import TrainerAway, TrainerProfile

NAME = "王晓兰"


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def there(participant, session, minutes=180):
    mark = AttendanceMark(
        id=new_id(), session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, channel=MarkChannel.CODE,
        device_at=NOW, marked_at=NOW, received_at=NOW, outcome=MarkOutcome.APPLIED,
    )
    db.session.add_all([mark, Attendance(
        session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=minutes, changed_at=NOW, mark_id=mark.id,
    ), CheckInTicket(ticket_hash=str(new_id()), session_id=session.id, participant_id=participant.id, at=NOW)])
    db.session.commit()


def sat(participant, moment, score=5000):
    db.session.add(Sitting(
        id=new_id(), training_id=participant.training_id, participant_id=participant.id, moment=moment, form="a", course_id="c",
        course_revision="r", language="en", paper=[], maximum=10, started_at=NOW, submitted_at=NOW, marks=[], score_thousandths=score,
    ))
    db.session.commit()


def tables_of(person_id):
    asked = OwnDataAsked(person_id, None)
    return {table.key: table for tables in own_data.collect(asked) for table in tables}


def test_a_participant_sees_seat_needs_attendance_and_tests(database, cast, make_training, make_session, make_participant):
    training = make_training()
    session = make_session(training)
    mine = make_participant(training, person=cast.learner, diet="清真", access="坡道", interpretation="手语")
    other = make_participant(training, name="周海燕")
    there(mine, session)
    there(other, session)
    sat(mine, Moment.BEFORE)
    held = tables_of(cast.ids["learner"])
    assert [(row["diet"], row["access"], row["interpretation"]) for row in held["participations"].rows] == [("清真", "坡道", "手语")]
    assert [row["minutes"] for row in held["attendance"].rows] == [180]
    assert [len(held[key].rows) for key in ("attendance-marks", "check-ins", "sittings")] == [1, 1, 1]


def test_a_trainer_sees_what_they_run_wrote_and_offer(database, cast, make_training):
    training, me = make_training(), cast.ids["trainer"]
    with unit_of_work():
        db.session.add_all([
            DayLog(training_id=training.id, day=FIRST_DAY, text="顺利", person_id=me, changed_at=NOW),
            TrainerProfile(person_id=me, languages=["zh-Hans"], about="监测与报告", changed_at=NOW),
            TrainerAway(person_id=me, first_day=FIRST_DAY, last_day=LAST_DAY, note="出差"),
        ])
    held = tables_of(me)
    assert [row["part"] for row in held["trainings-run"].rows] == ["lead"]
    assert held["day-logs"].rows[0]["text"] == "顺利"
    assert held["trainer-profile"].rows[0]["about"] == "监测与报告"
    assert held["trainer-away"].rows[0]["note"] == "出差"


def staged(training, actor_id, rows, state=ListState.READY):
    kept = ParticipantList(
        id=new_id(), training_id=training.id, actor_id=actor_id, state=state, created_at=NOW, head=["姓名", "邮箱"],
        columns=["name", "email"], options={}, rows=rows, total=len(rows), counts={"new": len(rows)}, problems=[[2, "?"]],
    )
    db.session.add(kept)
    db.session.commit()
    return kept


def test_erasing_clears_needs_and_lists_and_leaves_every_count(database, cast, make_training, make_session, make_participant):
    training = make_training()
    session = make_session(training)
    mine = make_participant(training, person=cast.learner, diet="清真", access="坡道", interpretation="手语", needs_at=NOW, group="一组")
    there(mine, session)
    sat(mine, Moment.BEFORE)
    staged(training, cast.ids["trainer"], [
        [2, [NAME, ""]], [3, [NAME, "namesake@example.org"]], [4, ["兰", "learner@example.org"]], [5, ["周海燕", ""]],
    ])
    me = cast.ids["learner"]
    with unit_of_work():
        services_erasure.erase(person_id=me, keep_certificates=True, actor_id=me, now=NOW)
    db.session.expire_all()
    row = db.session.get_one(Participant, mine.id)
    assert (row.diet, row.access, row.interpretation, row.needs_at, row.group) == ("", "", "", None, "")
    assert row.state is ParticipantState.REGISTERED
    assert db.session.query(Attendance).count() == db.session.query(AttendanceMark).count() == db.session.query(Sitting).count() == 1
    kept = db.session.query(ParticipantList).one()
    assert [number for number, _cells in kept.rows] == [3, 5], "a namesake with another address stays"
    assert (kept.state, kept.total, kept.problems) == (ListState.MAPPING, 2, [])


def test_erasing_a_trainer_takes_profile_and_days_and_leaves_the_log_under_a_number(database, cast, make_training, make_trainer):
    training, me = make_training(), make_trainer("leaving").id
    with unit_of_work():
        db.session.add_all([
            DayLog(training_id=training.id, day=FIRST_DAY, text="顺利", person_id=me, changed_at=NOW),
            TrainerProfile(person_id=me, about="监测与报告", changed_at=NOW),
            TrainerAway(person_id=me, first_day=FIRST_DAY, last_day=LAST_DAY),
        ])
    with unit_of_work():
        services_erasure.erase(person_id=me, keep_certificates=True, actor_id=me, now=NOW)
    db.session.expire_all()
    assert db.session.query(TrainerProfile).count() == db.session.query(TrainerAway).count() == 0
    log = db.session.query(DayLog).one()
    assert (log.text, log.person_id) == ("顺利", me)


def everything():
    models = (Participant, Attendance, AttendanceMark, CheckInTicket, Sitting, TrainingTrainer, DayLog, TrainerProfile, TrainerAway, Person)
    return {each.__tablename__: sorted(str(tuple(row)) for row in db.session.execute(select(*each.__table__.columns))) for each in models}


def merged(cast, gone, kept):
    with unit_of_work():
        change_id = services_merge.merge(
            gone=db.session.get_one(Person, gone.id), kept=db.session.get_one(Person, kept.id), now=NOW, actor_id=cast.ids["administrator"],
        ).id
    db.session.expire_all()
    return change_id


def parted(cast, change_id):
    with unit_of_work():
        bulk.undo(change=db.session.get_one(BulkChange, change_id), now=NOW + timedelta(days=1), actor_id=cast.ids["administrator"])
    db.session.expire_all()


def test_where_only_the_one_who_goes_takes_part_the_entry_moves(database, cast, make_training, make_participant):
    entry = make_participant(make_training(), person=cast.second_learner)
    before = everything()
    change_id = merged(cast, cast.second_learner, cast.learner)
    row = db.session.get_one(Participant, entry.id)
    assert (row.person_id, row.state, row.code) == (cast.ids["learner"], ParticipantState.REGISTERED, entry.code)
    parted(cast, change_id)
    assert everything() == before


@pytest.mark.parametrize("seat_of", ["learner", "second_learner"])
def test_where_both_take_part_the_one_with_the_seat_stays_and_parting_brings_both_back(
    database, cast, make_training, make_session, make_participant, seat_of,
):
    training = make_training()
    morning, afternoon = make_session(training), make_session(training, day=LAST_DAY)
    kept, gone = cast.learner, cast.second_learner
    with_seat = getattr(cast, seat_of)
    without = gone if with_seat is kept else kept
    entry = make_participant(training, person=with_seat)
    spare = make_participant(training, person=without, state=ParticipantState.WAITING)
    there(entry, morning)
    sat(entry, Moment.BEFORE)
    sat(entry, Moment.AFTER)
    there(spare, afternoon)
    sat(spare, Moment.BEFORE)
    before = everything()
    change_id = merged(cast, gone, kept)
    rows = {row.id: row for row in db.session.query(Participant)}
    assert (rows[entry.id].person_id, rows[entry.id].state) == (kept.id, ParticipantState.REGISTERED)
    assert (rows[spare.id].person_id, rows[spare.id].state) == (gone.id, ParticipantState.WITHDRAWN)
    assert {row.session_id for row in db.session.query(Attendance) if row.participant_id == entry.id} == {morning.id, afternoon.id}
    assert sorted(row.moment.value for row in db.session.query(Sitting) if row.participant_id == entry.id) == ["after", "before"]
    parted(cast, change_id)
    assert everything() == before


def test_a_trainer_of_both_rows_keeps_the_greater_part(database, cast, make_training, make_trainer, add_trainer):
    other = make_trainer("again")
    run_by_both, observed, alone = make_training(), make_training(lead=None), make_training(lead=None)
    add_trainer(run_by_both, other, TrainerPart.OBSERVER)
    add_trainer(observed, other, TrainerPart.LEAD)
    add_trainer(observed, cast.trainer, TrainerPart.OBSERVER)
    add_trainer(alone, other, TrainerPart.CO)
    with unit_of_work():
        db.session.add(TrainerProfile(person_id=other.id, about="x", changed_at=NOW))
        db.session.add(DayLog(training_id=alone.id, day=FIRST_DAY, text="x", person_id=other.id, changed_at=NOW))
    before = everything()
    change_id = merged(cast, other, cast.trainer)
    parts = {row.training_id: row.part for row in db.session.query(TrainingTrainer) if row.person_id == cast.ids["trainer"]}
    assert parts == {run_by_both.id: TrainerPart.LEAD, observed.id: TrainerPart.LEAD, alone.id: TrainerPart.CO}
    assert db.session.query(TrainerProfile).one().person_id == db.session.query(DayLog).one().person_id == cast.ids["trainer"]
    parted(cast, change_id)
    assert everything() == before


def test_what_merging_would_do_is_said_before(database, cast, make_training, make_participant):
    training = make_training()
    make_participant(training, person=cast.learner)
    make_participant(training, person=cast.second_learner)
    make_participant(make_training(), person=cast.second_learner)
    answer = own_merge.answer(MergeAsked(cast.ids["learner"], cast.ids["second_learner"]))
    assert len(answer.points) == 2
    assert not answer.stops
