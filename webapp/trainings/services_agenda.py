"""Writing the agenda: sessions are added, changed, cancelled and deleted, their lines saved as a whole, plans taken over.

Every verb begins with the training locked, so that of two who save at once the second is judged by what the first left.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select

from webapp.core import audit
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.courses.agendas import AgendaPlan
from webapp.participation.models import Channel
from webapp.participation.origin import Origin
from webapp.trainings import agenda, services_attendance
from webapp.trainings.models import AgendaItem, ItemKind, Training, TrainingSession
from webapp.trainings.models_onsite import Attendance, AttendanceMark
from webapp.trainings.models_people import Participant
from webapp.trainings.records import locked
from webapp.trainings.rules import EditedMeanwhile
from webapp.trainings.rules_agenda import (
    MOST_SESSIONS,
    BadSession,
    Held,
    ItemPlan,
    SessionHeld,
    SessionPlan,
    SessionSent,
    check_items,
    check_open,
    check_session,
    without_blank,
)


@dataclass(frozen=True)
class Changed:
    """What saving a session did. `moved`: its day, times or room changed; `kept`: people whose attendance stayed with it all the same."""

    moved: bool
    kept: int
    removed: int


def add_session(*, training_id: UUID, wanted: SessionPlan, actor_id: UUID, now: datetime) -> TrainingSession:
    """A new session without an agenda. Raises `BadSession`, `AgendaFixed`."""
    training, others = _begin(training_id)
    session = _add(training, wanted, others, now)
    _calendar_changes(training, now)
    db.session.flush()
    _audit(training, actor_id, now, action="training.session_added", after=_state(session))
    return session


def _begin(training_id: UUID) -> tuple[Training, list[TrainingSession]]:
    training = locked(training_id)
    check_open(training)
    return training, agenda.sessions(training_id, cancelled=True)


def _add(training: Training, wanted: SessionPlan, others: list[TrainingSession], now: datetime) -> TrainingSession:
    if len(others) >= MOST_SESSIONS:
        raise BadSession("day", _("A training has at most %(most)d sessions.", most=MOST_SESSIONS))
    check_session(training, wanted, others)
    session = TrainingSession(
        id=new_id(), training_id=training.id, day=wanted.day, starts=wanted.starts, ends=wanted.ends, title=wanted.title,
        room=wanted.room, secret=secrets.token_hex(32), version=1, cancelled=False, changed_at=now,
    )
    others.append(session)
    db.session.add(session)
    # Lines refer to it by its id alone, so it has to be there before them.
    db.session.flush()
    return session


def _calendar_changes(training: Training, now: datetime) -> None:
    """Calendar entries that were sent are out of date now; a training that had no days yet gets those of its sessions."""
    training.calendar_sequence += 1
    training.changed_at = now
    if training.first_day is None:
        db.session.flush()
        days = [session.day for session in agenda.sessions(training.id)]
        if days:
            training.first_day, training.last_day = min(days), max(days)


def take_over(
    *, training_id: UUID, course_id: str, plan: AgendaPlan, wanted: Sequence[SessionPlan], actor_id: UUID, now: datetime,
) -> list[TrainingSession]:
    """A session with its agenda for each half-day of a plan, beside those there are. All or nothing. Raises `BadSession`.

    `wanted` says for each half-day when and where; the titles and lines are the plan's, in every language it has.
    """
    training, others = _begin(training_id)
    made: list[TrainingSession] = []
    for half, one in zip(plan.half_days, wanted, strict=True):
        session = _add(training, one, others, now)
        made.append(session)
        db.session.add_all(
            AgendaItem(
                id=new_id(), session_id=session.id, position=position, minutes=item.minutes, kind=ItemKind(item.kind),
                titles=dict(item.title), course_id=course_id if item.step else None, step_id=item.step, materials=dict(item.materials),
            )
            for position, item in enumerate(half.items)
        )
    _calendar_changes(training, now)
    if course_id not in training.courses:
        training.courses = [*training.courses, course_id]
    db.session.flush()
    _audit(training, actor_id, now, action="training.agenda_taken_over", after={
        "plan": f"{course_id}/{plan.id}", "sessions": [str(each.id) for each in made],
    })
    return made


def save_session(
    *, training_id: UUID, session_id: UUID, version: int, wanted: SessionPlan, items: Sequence[ItemPlan], actor_id: UUID, now: datetime,
) -> Changed:
    """A session and all lines of its agenda, in the order given; lines that are missing are taken out and can be put back.

    Raises `EditedMeanwhile` if the session changed since `version`, `BadSession`, `AgendaFixed`.
    """
    training, session, others = _session(training_id, session_id, version)
    if not session.cancelled:
        check_session(training, wanted, others)
    check_items(wanted, items)
    before = _state(session)
    moved = (session.day, session.starts, session.ends, session.room) != (wanted.day, wanted.starts, wanted.ends, wanted.room)
    session.day, session.starts, session.ends = wanted.day, wanted.starts, wanted.ends
    session.title, session.room = wanted.title, wanted.room
    removed = _save_items(session_id, items)
    _touch(session, now)
    kept = 0
    if moved:
        _calendar_changes(training, now)
        kept = _attendance(session_id)
    db.session.flush()
    if kept:
        services_attendance.recount(training, session, origin=Origin(training.language, channel=Channel.ONSITE), now=now)
    _audit(training, actor_id, now, action="training.session_changed", before=before, after={**_state(session), "lines": len(items)})
    return Changed(moved, kept, removed)


def _session(training_id: UUID, session_id: UUID, version: int | None) -> tuple[Training, TrainingSession, list[TrainingSession]]:
    training, found = _begin(training_id)
    session = next((each for each in found if each.id == session_id), None)
    if session is None or version not in (None, session.version):
        raise EditedMeanwhile
    return training, session, [each for each in found if each.id != session_id]


def _save_items(session_id: UUID, wanted: Sequence[ItemPlan]) -> int:
    """Write the lines; how many were taken out. Of those taken out only the last lot is kept."""
    rows = list(db.session.scalars(select(AgendaItem).where(AgendaItem.session_id == session_id)))
    there = {row.id: row for row in rows if row.position >= 0}
    seen: set[UUID] = set()
    for position, plan in enumerate(wanted):
        row = there.get(plan.id) if plan.id and plan.id not in seen else None
        if row is None:
            row = AgendaItem(id=new_id(), session_id=session_id)
            db.session.add(row)
        else:
            seen.add(row.id)
        row.position, row.minutes, row.kind = position, plan.minutes, plan.kind
        row.titles, row.materials = without_blank(plan.titles), without_blank(plan.materials or {})
        row.course_id, row.step_id, row.leader_id = plan.course_id, plan.step_id, plan.leader_id
    gone = [row for row in there.values() if row.id not in seen]
    if gone:
        for row in rows:
            if row.position < 0:
                db.session.delete(row)
        for row in gone:
            # One below its place, so that putting it back finds the place again.
            row.position = -row.position - 1
    return len(gone)


def put_back(*, training_id: UUID, session_id: UUID, version: int, actor_id: UUID, now: datetime) -> int:
    """What the last change took out comes back where it stood; how many lines. Raises `EditedMeanwhile`."""
    training, session, _others = _session(training_id, session_id, version)
    rows = list(db.session.scalars(select(AgendaItem).where(AgendaItem.session_id == session_id)))
    gone = sorted((row for row in rows if row.position < 0), key=lambda row: -row.position)
    order = sorted((row for row in rows if row.position >= 0), key=lambda row: row.position)
    for row in gone:
        order.insert(-row.position - 1, row)
    for position, row in enumerate(order):
        row.position = position
    if gone:
        _touch(session, now)
        db.session.flush()
        _audit(training, actor_id, now, action="training.agenda_put_back", after={"session": str(session_id), "lines": len(gone)})
    return len(gone)


def record_held(
    *, training_id: UUID, session_id: UUID, version: int, held: Mapping[UUID, Held], actor_id: UUID, now: datetime,
) -> None:
    """How the session went, line by line. Raises `EditedMeanwhile`, `AgendaFixed`."""
    training, session, _others = _session(training_id, session_id, version)
    for row in db.session.scalars(select(AgendaItem).where(AgendaItem.session_id == session_id, AgendaItem.position >= 0)):
        if row.id in held:
            row.held_minutes, row.note = held[row.id].minutes, held[row.id].note
    _touch(session, now)
    db.session.flush()
    _audit(training, actor_id, now, action="training.agenda_held", after={"session": str(session_id), "lines": len(held)})


def cancel_session(*, training_id: UUID, session_id: UUID, version: int, actor_id: UUID, now: datetime) -> int:
    """The session does not take place; its agenda and its attendance stay. How many people have attendance in it."""
    training, session, _others = _session(training_id, session_id, version)
    if not session.cancelled:
        session.cancelled = True
        _touch(session, now)
        _calendar_changes(training, now)
        db.session.flush()
        _audit(training, actor_id, now, action="training.session_cancelled", after=_state(session))
    return _attendance(session_id)


def resume_session(*, training_id: UUID, session_id: UUID, version: int, actor_id: UUID, now: datetime) -> None:
    """A cancelled session takes place after all. Raises `BadSession` if its time is taken by now."""
    training, session, others = _session(training_id, session_id, version)
    if session.cancelled:
        check_session(training, SessionPlan(session.day, session.starts, session.ends), others)
        session.cancelled = False
        _touch(session, now)
        _calendar_changes(training, now)
        db.session.flush()
        _audit(training, actor_id, now, action="training.session_resumed", after=_state(session))


def delete_session(*, training_id: UUID, session_id: UUID, version: int, actor_id: UUID, now: datetime) -> None:
    """The session with its agenda, for good. Raises `SessionHeld` if attendance was taken in it, `SessionSent` if it was mailed."""
    training, session, _others = _session(training_id, session_id, version)
    if db.session.scalar(select(exists().where(AttendanceMark.session_id == session_id))) or _attendance(session_id):
        raise SessionHeld
    mailed = exists().where(Participant.training_id == training_id, Participant.calendar_sent.is_not(None))
    if db.session.scalar(select(mailed)):
        raise SessionSent
    before = _state(session)
    db.session.execute(delete(AgendaItem).where(AgendaItem.session_id == session_id))
    db.session.delete(session)
    _calendar_changes(training, now)
    db.session.flush()
    _audit(training, actor_id, now, action="training.session_deleted", before=before)


def _attendance(session_id: UUID) -> int:
    return db.session.scalar(select(func.count()).select_from(Attendance).where(Attendance.session_id == session_id)) or 0


def _touch(session: TrainingSession, now: datetime) -> None:
    session.version += 1
    session.changed_at = now


def _state(session: TrainingSession) -> dict[str, Any]:
    return {
        "session": str(session.id), "day": session.day.isoformat(), "starts": f"{session.starts:%H:%M}", "ends": f"{session.ends:%H:%M}",
        "cancelled": session.cancelled,
    }


def _audit(
    training: Training, actor_id: UUID, now: datetime, *, action: str, before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        actor_id=actor_id, action=action, subject=("training", training.id), place_id=training.place_id, before=before,
        after=after, now=now,
    )
