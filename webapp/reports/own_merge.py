"""What becomes of reports when two rows are one person: what either did with them is theirs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

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
from webapp.reports.models import Report, ReportEdition, ReportMove

ROOM = "reports"
NAMED: tuple[tuple[str, Any, Any], ...] = (
    ("begun", Report.id, Report.created_by_id), ("moves", ReportMove.id, ReportMove.person_id),
    ("editions", ReportEdition.id, ReportEdition.published_by_id),
)


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of the reports. One query."""
    count = db.session.scalar(
        select(func.count(ReportMove.report_id.distinct())).where(ReportMove.person_id == asked.gone_id)
    ) or 0
    return MergeAnswer([_n("%(num)d report keeps its history.", "%(num)d reports keep their history.", count)] if count else [])


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`. Six statements."""
    moved = {}
    for name, key, person in NAMED:
        ids = list(db.session.scalars(select(key).where(person == event.gone_id)))
        _give(key, person, ids, event.gone_id, event.kept_id)
        moved[name] = [str(each) for each in ids]
    event.moved[ROOM] = moved
    db.session.expire_all()


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`. Three statements."""
    for name, key, person in NAMED:
        _give(key, person, [UUID(each) for each in event.moved.get(ROOM, {}).get(name, ())], event.kept_id, event.gone_id)
    db.session.expire_all()


def _give(key: Any, person: Any, ids: list[UUID], whose: UUID, to: UUID) -> None:
    db.session.execute(
        update(person.class_).where(key.in_(ids), person == whose).values({person.key: to}).execution_options(synchronize_session=False)
    )


def wire() -> None:
    """Answer and act."""
    merge_asked.connect(answer)
    people_merged.connect(merge)
    people_parted.connect(part)
