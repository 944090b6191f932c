"""Writes of the plan: a training is created, changed, copied and moved from state to state; who runs it. Nothing here commits."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update

from webapp.accounts.models import Role, RoleGrant
from webapp.core import audit
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import new_code, new_id
from webapp.trainings import hooks, profile, rules, rules_plan
from webapp.trainings.access import RUNNERS
from webapp.trainings.models import AgendaItem, TrainerPart, Training, TrainingMove, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import Sitting
from webapp.trainings.models_onsite import Attendance
from webapp.trainings.rules_plan import Plan

# What a copy does not take over: who may come in, until when, and where it is if it is elsewhere.
_NOT_COPIED = ("link_open", "registers_until", "first_day", "last_day")
_OF_THE_PLACE = ("host_id", "venue", "address", "room", "room_capacity", "accessibility", "title")
_NOTED = ("title", "language", "zone", "venue", "room", "seats", "approval", "link_open", "courses", "test_course_id", "least_minutes",
          "tests_needed", "least_score")


@dataclass(frozen=True)
class Copy:
    """What is said of a copy: its place, its first day, and its title (empty: made of the place)."""

    place_id: UUID
    first_day: date
    title: str = ""


def create(*, plan: Plan, actor_id: UUID, now: datetime) -> Training:
    """A new training in negotiation; whoever creates it is its lead trainer until another is named."""
    training = _new(plan, actor_id, now)
    _add(training, actor_id, TrainerPart.LEAD, now)
    db.session.flush()
    _audit(training, "created", actor_id, now, after=_noted(training))
    return training


def _new(plan: Plan, actor_id: UUID, now: datetime, copied_from_id: UUID | None = None) -> Training:
    training = Training(
        id=new_id(), code=new_code(), state=TrainingState.NEGOTIATION, created_by_id=actor_id, created_at=now, changed_at=now,
        copied_from_id=copied_from_id, room_key=rules_plan.room_key(plan.venue, plan.room), **plan.columns(),
    )
    db.session.add(training)
    db.session.flush()
    db.session.add(TrainingMove(training_id=training.id, before=None, after=TrainingState.NEGOTIATION, person_id=actor_id, at=now))
    return training


def change(*, training: Training, plan: Plan, version: int, actor_id: UUID, now: datetime) -> frozenset[str]:
    """Change the plan of a `locked` training; names of the columns that changed.

    Sessions without attendance move with the first day. Raises `EditedMeanwhile` where the version is another, `PlanFixed`, `BadPlan`.
    """
    if training.version != version:
        raise rules.EditedMeanwhile
    rules_plan.check_plan(training, plan)
    values = plan.columns()
    changed = rules_plan.differences(training, values)
    if not changed:
        return changed
    if "test_course_id" in changed and _tests_begun(training.id):
        raise rules.BadPlan(_(
            "Tests before and after: somebody has taken a test already, so the course whose tests are used can no longer be changed.",
        ))
    before, first_day = _noted(training), training.first_day
    for name in changed:
        setattr(training, name, values[name])
    training.room_key = rules_plan.room_key(plan.venue, plan.room)
    training.version += 1
    training.changed_at = now
    if changed & rules_plan.IN_CALENDAR:
        training.calendar_sequence += 1
    _move_sessions(training, rules_plan.shift(first_day, plan.first_day), now)
    db.session.flush()
    _audit(training, "changed", actor_id, now, before=before, after={**_noted(training), "columns": sorted(changed)})
    hooks.on_changed.send(hooks.Changed(training, changed, actor_id, now))
    return changed


def _tests_begun(training_id: UUID) -> bool:
    return db.session.scalar(select(Sitting.id).where(Sitting.training_id == training_id).limit(1)) is not None


def _move_sessions(training: Training, by: timedelta, now: datetime) -> None:
    """Sessions go along with the days, except those where people were already counted."""
    if not by:
        return
    counted = exists().where(Attendance.session_id == TrainingSession.id)
    sessions = db.session.scalars(select(TrainingSession).where(TrainingSession.training_id == training.id, ~counted))
    for session in sessions:
        session.day += by
        session.version += 1
        session.changed_at = now


def copy(*, earlier: Training, wanted: Copy, actor_id: UUID, now: datetime) -> Training:
    """A new training after an earlier one: its plan, trainers and sessions with their agenda, on new days. No people, no results.

    At another place, venue and host are left out.
    """
    left_out = {*_NOT_COPIED, "title", *(_OF_THE_PLACE if wanted.place_id != earlier.place_id else ())}
    values = {name: getattr(earlier, name) for name in rules_plan.COLUMNS if name not in left_out}
    pairs = {name: tuple((course, step) for course, step in values.pop(name)) for name in ("exercises", "prework")}
    length = rules_plan.shift(earlier.first_day, earlier.last_day)
    plan = Plan(**{
        **values, **pairs, "courses": tuple(values["courses"]), "place_id": wanted.place_id, "title": wanted.title,
        "first_day": wanted.first_day, "last_day": wanted.first_day + length,
    })
    training = _new(plan, actor_id, now, copied_from_id=earlier.id)
    _copy_trainers(earlier, training, actor_id, now)
    _copy_sessions(earlier, training, now)
    db.session.flush()
    _audit(training, "copied", actor_id, now, after={**_noted(training), "from": str(earlier.id)})
    return training


def _copy_trainers(earlier: Training, training: Training, actor_id: UUID, now: datetime) -> None:
    found = {row.person_id: row.part for row in _trainers(earlier.id)}
    if TrainerPart.LEAD not in found.values():
        found[actor_id] = TrainerPart.LEAD
    for person_id, part in found.items():
        _add(training, person_id, part, now)


def _copy_sessions(earlier: Training, training: Training, now: datetime) -> None:
    """Three statements, whatever the number of sessions."""
    sessions = list(db.session.scalars(
        select(TrainingSession).where(TrainingSession.training_id == earlier.id, ~TrainingSession.cancelled)
        .order_by(TrainingSession.day, TrainingSession.starts, TrainingSession.id)
    ))
    begin = earlier.first_day or (sessions[0].day if sessions else None)
    by = rules_plan.shift(begin, training.first_day)
    ids = {session.id: new_id() for session in sessions}
    same_place = earlier.place_id == training.place_id
    db.session.add_all([
        TrainingSession(
            id=ids[each.id], training_id=training.id, day=each.day + by, starts=each.starts, ends=each.ends, title=each.title,
            room=each.room if same_place else "", secret=secrets.token_urlsafe(32), changed_at=now,
        )
        for each in sessions
    ])
    db.session.flush()
    taken = ("position", "minutes", "kind", "titles", "course_id", "step_id", "leader_id", "materials")
    items = db.session.scalars(select(AgendaItem).where(AgendaItem.session_id.in_(ids), AgendaItem.position >= 0))
    db.session.add_all([
        AgendaItem(id=new_id(), session_id=ids[each.session_id], **{name: getattr(each, name) for name in taken}) for each in items
    ])


def move(*, training: Training, after: TrainingState, note: str, actor_id: UUID, now: datetime) -> None:
    """Bring a `locked` training into a state. Raises `MoveRefused`. Whatever follows from it follows here: mails, calendar entries."""
    sessions = select(func.count()).select_from(TrainingSession).where(
        TrainingSession.training_id == training.id, ~TrainingSession.cancelled,
    )
    rules.check_move(training, after, db.session.scalar(sessions) or 0, note, now)
    before, said = training.state, note.strip()[:500]
    training.state = after
    training.version += 1
    training.changed_at = now
    db.session.add(TrainingMove(training_id=training.id, before=before, after=after, person_id=actor_id, at=now, note=said))
    db.session.flush()
    _audit(training, "moved", actor_id, now, before={"state": before}, after={"state": after})
    hooks.on_moved.send(hooks.Moved(training, before, after, said, actor_id, now))


def set_part(*, training: Training, person_id: UUID, part: TrainerPart, actor_id: UUID, now: datetime) -> None:
    """Make somebody a trainer or an observer of a `locked` training, or give them another part.

    There is exactly one lead: a new one makes the former a co-trainer. Raises `NoLead`, `NotATrainer`, `PlanFixed`.
    """
    if training.state in rules_plan.FIXED:
        raise rules_plan.PlanFixed
    found = {row.person_id: row for row in _trainers(training.id)}
    before = found[person_id].part if person_id in found else None
    if before is part:
        return
    if part is not TrainerPart.OBSERVER and not runs_somewhere(person_id, now):
        raise rules_plan.NotATrainer
    if before is TrainerPart.LEAD:
        raise rules_plan.NoLead
    if part is TrainerPart.LEAD:
        for row in found.values():
            row.part = TrainerPart.CO if row.part is TrainerPart.LEAD else row.part
    if person_id in found:
        found[person_id].part = part
    else:
        _add(training, person_id, part, now)
    db.session.flush()
    profile.follow_trainer(training=training, person_id=person_id, part=part, now=now)
    _audit(
        training, "trainer_set", actor_id, now, before={"person": str(person_id), "part": before},
        after={"person": str(person_id), "part": part},
    )


def remove_trainer(*, training: Training, person_id: UUID, actor_id: UUID, now: datetime) -> None:
    """Take somebody off a `locked` training. Lines of the agenda that they were to lead are free until it is held.

    Raises `NoLead` for the lead trainer, `PlanFixed`.
    """
    if training.state in rules_plan.FIXED:
        raise rules_plan.PlanFixed
    part = db.session.scalar(select(TrainingTrainer.part).where(
        TrainingTrainer.training_id == training.id, TrainingTrainer.person_id == person_id,
    ))
    if part is None:
        return
    if part is TrainerPart.LEAD:
        raise rules_plan.NoLead
    db.session.execute(delete(TrainingTrainer).where(
        TrainingTrainer.training_id == training.id, TrainingTrainer.person_id == person_id,
    ))
    profile.follow_trainer(training=training, person_id=person_id, part=None, now=now)
    if training.state not in rules.HELD:
        own = select(TrainingSession.id).where(TrainingSession.training_id == training.id)
        db.session.execute(
            update(AgendaItem).where(AgendaItem.session_id.in_(own), AgendaItem.leader_id == person_id).values(leader_id=None)
        )
    _audit(training, "trainer_removed", actor_id, now, before={"person": str(person_id), "part": part})


def runs_somewhere(person_id: UUID, now: datetime) -> bool:
    """Whether somebody is trainer, staff or administrator of any place. One query."""
    held = exists().where(RoleGrant.person_id == person_id, *grant_in_force(RUNNERS, now))
    return bool(db.session.scalar(select(held)))


def grant_in_force(roles: tuple[Role, ...], now: datetime) -> tuple[Any, ...]:
    """Conditions of `role_grants`: one of the roles, in force at a moment."""
    return (RoleGrant.role.in_(roles), RoleGrant.revoked_at.is_(None), or_(RoleGrant.until.is_(None), RoleGrant.until > now))


def _trainers(training_id: UUID) -> list[TrainingTrainer]:
    return list(db.session.scalars(
        select(TrainingTrainer).where(TrainingTrainer.training_id == training_id).execution_options(populate_existing=True)
    ))


def _add(training: Training, person_id: UUID, part: TrainerPart, now: datetime) -> None:
    db.session.add(TrainingTrainer(training_id=training.id, person_id=person_id, part=part, added_at=now))


def _noted(training: Training) -> dict[str, Any]:
    days = {name: day.isoformat() if (day := getattr(training, name)) else None for name in ("first_day", "last_day")}
    return {"place": str(training.place_id), **days, **{name: getattr(training, name) for name in _NOTED}}


def _audit(
    training: Training, what: str, actor_id: UUID, now: datetime, *, before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        actor_id=actor_id, action=f"training.{what}", subject=("training", training.id), now=now, place_id=training.place_id,
        before=before, after=after,
    )
