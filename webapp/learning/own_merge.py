"""What becomes of enrolments and progress when two rows are one person.

A course that only the one who goes takes moves. Where both take it, the enrolment of the one who stays becomes what the two
reached together, and the other is left as it was, so that parting again needs nothing but the values of before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
    merge_asked,
    people_merged,
    people_parted,
)
from webapp.learning.models import Enrolment, StepProgress

ROOM = "learning"
ENROLMENT = ("enrolled_at", "last_active_at", "completed_at", "completed_revision")
STEP = ("opened_at", "done_at", "seconds")


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of learning. One query."""
    own = select(Enrolment.course_id).where(Enrolment.person_id == asked.kept_id)
    total, both = db.session.execute(
        select(func.count(), func.count().filter(Enrolment.course_id.in_(own))).where(Enrolment.person_id == asked.gone_id)
    ).one()
    points = []
    if total - both:
        points.append(_n("%(num)d course moves with its progress.", "%(num)d courses move with their progress.", total - both))
    if both:
        points.append(_n(
            "%(num)d course is taken by both: what either has done counts, the earlier date where both have done it.",
            "%(num)d courses are taken by both: what either has done counts, the earlier date where both have done it.", both,
        ))
    return MergeAnswer(points)


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`. One statement for each course that both take and each of its steps, and three more."""
    rows = db.session.scalars(select(Enrolment).where(Enrolment.person_id.in_([event.kept_id, event.gone_id]))).all()
    kept = {row.course_id: row for row in rows if row.person_id == event.kept_id}
    moved: list[str] = []
    joined = []
    for row in (row for row in rows if row.person_id == event.gone_id):
        if row.course_id in kept:
            joined.append(_join(kept[row.course_id], row))
        else:
            row.person_id = event.kept_id
            moved.append(str(row.id))
    event.moved[ROOM] = {"enrolments": moved, "joined": joined}
    db.session.flush()


def _join(kept: Enrolment, gone: Enrolment) -> dict[str, Any]:
    was = _values(kept, ENROLMENT)
    kept.enrolled_at, kept.last_active_at = min(kept.enrolled_at, gone.enrolled_at), max(kept.last_active_at, gone.last_active_at)
    if gone.completed_at is not None and (kept.completed_at is None or gone.completed_at < kept.completed_at):
        kept.completed_at, kept.completed_revision = gone.completed_at, gone.completed_revision
    rows = db.session.scalars(select(StepProgress).where(StepProgress.enrolment_id.in_([kept.id, gone.id]))).all()
    own = {row.step_id: row for row in rows if row.enrolment_id == kept.id}
    steps = [_join_step(kept.id, own.get(row.step_id), row) for row in rows if row.enrolment_id == gone.id]
    return {"id": str(kept.id), "was": was, "now": _values(kept, ENROLMENT), "steps": steps}


def _join_step(enrolment_id: UUID, own: StepProgress | None, gone: StepProgress) -> dict[str, Any]:
    was = _values(own, STEP) if own else None
    if own is None:
        own = StepProgress(
            enrolment_id=enrolment_id, step_id=gone.step_id, opened_at=gone.opened_at, done_at=gone.done_at, seconds=gone.seconds,
        )
        db.session.add(own)
    else:
        own.opened_at, own.seconds = min(own.opened_at, gone.opened_at), own.seconds + gone.seconds
        own.done_at = min((each for each in (own.done_at, gone.done_at) if each), default=None)
    return {"id": gone.step_id, "was": was, "now": _values(own, STEP)}


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value := getattr(row, name), datetime) else value for name in names}


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(value) if name.endswith("_at") and value else value for name, value in values.items()}


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`: what nobody touched since becomes what it was."""
    moved = event.moved[ROOM]
    ids = [UUID(each) for each in moved["enrolments"]]
    mine = (Enrolment.id.in_(ids), Enrolment.person_id == event.kept_id)
    db.session.execute(update(Enrolment).where(*mine).values(person_id=event.gone_id).execution_options(synchronize_session="fetch"))
    for each in moved["joined"]:
        row = db.session.get(Enrolment, UUID(each["id"]), populate_existing=True)
        if row is not None and _values(row, ENROLMENT) == each["now"]:
            for name, value in _read(each["was"]).items():
                setattr(row, name, value)
        for step in each["steps"]:
            _part_step(UUID(each["id"]), step)
    db.session.flush()


def _part_step(enrolment_id: UUID, step: Mapping[str, Any]) -> None:
    row = db.session.get(StepProgress, (enrolment_id, step["id"]), populate_existing=True)
    if row is None or _values(row, STEP) != step["now"]:
        return
    if step["was"] is None:
        db.session.execute(delete(StepProgress).where(StepProgress.enrolment_id == enrolment_id, StepProgress.step_id == step["id"]))
        return
    for name, value in _read(step["was"]).items():
        setattr(row, name, value)


def wire() -> None:
    """Answer and act."""
    merge_asked.connect(answer)
    people_merged.connect(merge)
    people_parted.connect(part)
