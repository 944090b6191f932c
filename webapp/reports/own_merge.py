"""What becomes of reports when two rows are one person: what either did with them is theirs."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.own_merge import Named, move, put_back
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
)
from webapp.reports.models import Report, ReportEdition, ReportMove

ROOM = "reports"
NAMED: Named = (
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
    event.moved[ROOM] = move(NAMED, event)
    db.session.expire_all()


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`. Three statements."""
    put_back(NAMED, event, event.moved.get(ROOM, {}))
    db.session.expire_all()
