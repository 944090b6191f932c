"""What becomes of trainings when two rows are one person.

What either did for trainings is theirs. A training that only the one who goes takes part in moves whole. Where both take part, the
row with more to it (a seat, attendance, tests) is the person's from then on; sessions and tests that only the other row has move to
it, and the other stays behind, withdrawn, so that parting again finds it. Events stay: statistics count the two as one person.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.ids import new_id
from webapp.core.own_merge import Named, give, move, put_back
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
    merge_asked,
    people_merged,
    people_parted,
)
from webapp.trainings import records
from webapp.trainings.models import AgendaItem, TrainerPart, Training, TrainingMove, TrainingTrainer
from webapp.trainings.models_learning import Sitting
from webapp.trainings.models_onsite import Attendance, AttendanceMark, CheckInTicket, DayLog, Presence, TrainingFile
from webapp.trainings.models_people import Participant, ParticipantList, ParticipantState
from webapp.trainings.models_trainers import TrainerAway, TrainerProfile

ROOM = "trainings"
GREATER = {TrainerPart.LEAD: 2, TrainerPart.CO: 1, TrainerPart.OBSERVER: 0}
# Rows with one key: the name under which their ids are kept, the key, and the column that names the person.
NAMED: Named = (
    ("made", Training.id, Training.created_by_id), ("moves", TrainingMove.id, TrainingMove.person_id),
    ("agenda", AgendaItem.id, AgendaItem.leader_id), ("lists", ParticipantList.id, ParticipantList.actor_id),
    ("marks", AttendanceMark.id, AttendanceMark.person_id), ("entered", Sitting.id, Sitting.entered_by_id),
    ("files", TrainingFile.id, TrainingFile.person_id), ("away", TrainerAway.id, TrainerAway.person_id),
)


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of the trainings. Two queries."""
    points = []
    for model, alone, both in (
        (Participant, _taken, _taken_by_both), (TrainingTrainer, _run, _run_by_both),
    ):
        theirs = select(model.training_id).where(model.person_id == asked.kept_id)
        total, shared = db.session.execute(
            select(func.count(), func.count().filter(model.training_id.in_(theirs))).where(model.person_id == asked.gone_id)
        ).one()
        points += [alone(total - shared)] if total - shared else []
        points += [both(shared)] if shared else []
    return MergeAnswer(points)


def _taken(count: int) -> str:
    return _n("%(num)d training that one takes part in moves.", "%(num)d trainings that one takes part in move.", count)


def _taken_by_both(count: int) -> str:
    return _n(
        "Both are on the list of %(num)d training: the entry with more to it stays, attendance and tests of the two come together.",
        "Both are on the lists of %(num)d trainings: the entry with more to it stays, attendance and tests of the two come together.",
        count,
    )


def _run(count: int) -> str:
    return _n("%(num)d training that one runs moves.", "%(num)d trainings that one runs move.", count)


def _run_by_both(count: int) -> str:
    return _n(
        "%(num)d training is run by both; the greater part stays.", "%(num)d trainings are run by both; the greater part stays.", count,
    )


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`. Some thirty statements, and some for each training of both."""
    moved = move(NAMED, event)
    logs = db.session.execute(select(DayLog.training_id, DayLog.day).where(DayLog.person_id == event.gone_id)).all()
    db.session.execute(update(DayLog).where(DayLog.person_id == event.gone_id).values(person_id=event.kept_id))
    moved["logs"] = [[str(training_id), day.isoformat()] for training_id, day in logs]
    moved["profile"] = _merge_profile(event)
    moved["trainers"], moved["greater"] = _merge_trainers(event)
    moved["participants"], moved["doubled"] = _merge_participants(event)
    event.moved[ROOM] = moved
    db.session.expire_all()


def _merge_profile(event: PeopleMerged) -> bool:
    """Whether the profile moved: only where the one who stays has none."""
    if db.session.get(TrainerProfile, event.kept_id) is not None or db.session.get(TrainerProfile, event.gone_id) is None:
        return False
    give(TrainerProfile.person_id, TrainerProfile.person_id, [event.gone_id], whose=event.gone_id, to=event.kept_id)
    return True


def _merge_trainers(event: PeopleMerged) -> tuple[list[str], list[list[str]]]:
    """Ids of trainings whose trainer moved; and for those of both: id, the part of the one who stays before, the part of the other."""
    rows = db.session.execute(
        select(TrainingTrainer.training_id, TrainingTrainer.person_id, TrainingTrainer.part)
        .where(TrainingTrainer.person_id.in_([event.kept_id, event.gone_id]))
    ).all()
    kept = {training_id: part for training_id, person_id, part in rows if person_id == event.kept_id}
    moved, greater = [], []
    for training_id, person_id, part in rows:
        if person_id == event.kept_id:
            continue
        if training_id not in kept:
            _set_trainer(training_id, event.gone_id, person_id=event.kept_id)
            moved.append(str(training_id))
            continue
        # Nobody runs a training twice: the row that is left behind is an observer's.
        greater.append([str(training_id), kept[training_id].value, part.value])
        _set_trainer(training_id, event.kept_id, part=max(part, kept[training_id], key=lambda each: GREATER[each]))
        _set_trainer(training_id, event.gone_id, part=TrainerPart.OBSERVER)
    return moved, greater


def _set_trainer(training_id: UUID, whose: UUID, **values: Any) -> None:
    mine = (TrainingTrainer.training_id == training_id, TrainingTrainer.person_id == whose)
    db.session.execute(update(TrainingTrainer).where(*mine).values(**values).execution_options(synchronize_session=False))


def _merge_participants(event: PeopleMerged) -> tuple[list[str], list[dict[str, Any]]]:
    found: dict[UUID, dict[UUID, Participant]] = {}
    for row in db.session.scalars(select(Participant).where(Participant.person_id.in_([event.kept_id, event.gone_id]))):
        found.setdefault(row.training_id, {})[row.person_id] = row
    alone = [rows[event.gone_id].id for rows in found.values() if set(rows) == {event.gone_id}]
    both = [training_id for training_id, rows in found.items() if len(rows) == 2]
    give(Participant.id, Participant.person_id, alone, whose=event.gone_id, to=event.kept_id)
    doubled = [_merge_doubled(training_id, event) for training_id in sorted(both)]
    return [str(each) for each in alone], doubled


def _merge_doubled(training_id: UUID, event: PeopleMerged) -> dict[str, Any]:
    """One training of both, behind its lock. What taking it back needs."""
    records.locked(training_id)
    rows = db.session.scalars(
        select(Participant).where(Participant.training_id == training_id, Participant.person_id.in_([event.kept_id, event.gone_id]))
        .execution_options(populate_existing=True)
    ).all()
    kept = next(row for row in rows if row.person_id == event.kept_id)
    gone = next(row for row in rows if row.person_id == event.gone_id)
    swapped = _weight(gone) > _weight(kept)
    stays, other = (gone, kept) if swapped else (kept, gone)
    noted = {"stays": str(stays.id), "other": str(other.id), "swapped": swapped, "state": other.state.value, "queue": other.queue}
    if swapped:
        _swap(other.id, stays.id, event.kept_id, event.gone_id)
    db.session.execute(
        update(Participant).where(Participant.id == other.id).values(state=ParticipantState.WITHDRAWN, queue=None)
        .execution_options(synchronize_session=False)
    )
    return {**noted, **_bring_together(stays.id, other.id)}


def _weight(row: Participant) -> tuple[bool, int, int, bool, bool]:
    """What a participant's row has to it: completed, sessions there, tests handed in, a seat, a place in the queue. Two queries."""
    there = db.session.scalar(
        select(func.count()).where(Attendance.participant_id == row.id, Attendance.presence == Presence.PRESENT)
    ) or 0
    tests = db.session.scalar(select(func.count()).where(Sitting.participant_id == row.id, Sitting.submitted_at.is_not(None))) or 0
    return (
        row.completed_at is not None, there, tests, row.state is ParticipantState.REGISTERED,
        row.state in (ParticipantState.WAITING, ParticipantState.APPLIED),
    )


def _swap(of_kept: UUID, of_gone: UUID, kept_id: UUID, gone_id: UUID) -> None:
    """Two participants change their people. A person is once in a training at any moment, so somebody without a name stands between."""
    between = Person(id=new_id(), name="", language="en", time_zone="UTC", created_at=db.session.get_one(Person, kept_id).created_at)
    db.session.add(between)
    db.session.flush()
    for participant_id, person_id in ((of_kept, between.id), (of_gone, kept_id), (of_kept, gone_id)):
        db.session.execute(
            update(Participant).where(Participant.id == participant_id).values(person_id=person_id)
            .execution_options(synchronize_session=False)
        )
    db.session.execute(delete(Person).where(Person.id == between.id).execution_options(synchronize_session=False))
    db.session.expunge(between)


def _bring_together(stays_id: UUID, other_id: UUID) -> dict[str, Any]:
    """Sessions and tests that only the other row has come to the one that stays. Ids and moments, to take it back."""
    own = select(Attendance.session_id).where(Attendance.participant_id == stays_id)
    sessions = list(db.session.scalars(
        select(Attendance.session_id).where(Attendance.participant_id == other_id, Attendance.session_id.not_in(own))
    ))
    taken = select(Sitting.moment).where(Sitting.participant_id == stays_id)
    sittings = list(db.session.scalars(select(Sitting.id).where(Sitting.participant_id == other_id, Sitting.moment.not_in(taken))))
    _bring(sessions, sittings, other_id, stays_id)
    return {"sessions": [str(each) for each in sessions], "sittings": [str(each) for each in sittings]}


def _bring(sessions: list[UUID], sittings: list[UUID], whose: UUID, to: UUID) -> None:
    for model in (Attendance, AttendanceMark, CheckInTicket):
        db.session.execute(
            update(model).where(model.participant_id == whose, model.session_id.in_(sessions)).values(participant_id=to)
            .execution_options(synchronize_session=False)
        )
    db.session.execute(
        update(Sitting).where(Sitting.participant_id == whose, Sitting.id.in_(sittings)).values(participant_id=to)
        .execution_options(synchronize_session=False)
    )


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`: what was not touched since goes back."""
    moved = event.moved.get(ROOM)
    if not moved:
        return
    put_back(NAMED, event, moved)
    mine = {(training_id, day) for training_id, day in moved["logs"]}
    for log in db.session.scalars(select(DayLog).where(DayLog.person_id == event.kept_id)):
        if (str(log.training_id), log.day.isoformat()) in mine:
            log.person_id = event.gone_id
    db.session.flush()
    if moved["profile"]:
        give(TrainerProfile.person_id, TrainerProfile.person_id, [event.kept_id], whose=event.kept_id, to=event.gone_id)
    for training_id in moved["trainers"]:
        _set_trainer(UUID(training_id), event.kept_id, person_id=event.gone_id)
    for training_id, before, other in moved["greater"]:
        _set_trainer(UUID(training_id), event.kept_id, part=TrainerPart(before))
        _set_trainer(UUID(training_id), event.gone_id, part=TrainerPart(other))
    give(Participant.id, Participant.person_id, [UUID(each) for each in moved["participants"]], whose=event.kept_id, to=event.gone_id)
    for each in moved["doubled"]:
        _part_doubled(each, event)
    db.session.expire_all()


def _part_doubled(noted: dict[str, Any], event: PeopleParted) -> None:
    stays_id, other_id = UUID(noted["stays"]), UUID(noted["other"])
    rows = {row.id: row for row in db.session.scalars(select(Participant).where(Participant.id.in_([stays_id, other_id])))}
    if set(rows) != {stays_id, other_id}:
        return
    records.locked(rows[stays_id].training_id)
    _bring([UUID(each) for each in noted["sessions"]], [UUID(each) for each in noted["sittings"]], stays_id, other_id)
    if noted["swapped"]:
        _swap(stays_id, other_id, event.kept_id, event.gone_id)
    back = {"state": ParticipantState(noted["state"]), "queue": noted["queue"]}
    db.session.execute(
        update(Participant).where(Participant.id == other_id, Participant.state == ParticipantState.WITHDRAWN).values(**back)
        .execution_options(synchronize_session=False)
    )


def wire() -> None:
    """Answer and act."""
    merge_asked.connect(answer)
    people_merged.connect(merge)
    people_parted.connect(part)
