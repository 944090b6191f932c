"""What becomes of saved views, mails and what somebody set when two rows are one person: all of it is theirs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.own_merge import Named, move, put_back
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
)
from webapp.statistics.models import Cadence, ClosedPeriod, Goal, Mailing, PastBatch, Publication, SavedView

ROOM = "statistics"
NAMED: Named = (
    ("views", SavedView.id, SavedView.person_id), ("mails", Mailing.id, Mailing.person_id), ("plans", Goal.id, Goal.set_by_id),
    ("periods", ClosedPeriod.id, ClosedPeriod.closed_by_id), ("batches", PastBatch.id, PastBatch.brought_by_id),
    ("publications", Publication.period_id, Publication.asked_by_id),
)
LONGEST_NAME = 120


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of the statistics. One query."""
    count = db.session.scalar(select(func.count()).select_from(SavedView).where(SavedView.person_id == asked.gone_id)) or 0
    return MergeAnswer(
        [_n("%(num)d saved view of the statistics moves.", "%(num)d saved views of the statistics move.", count)] if count else []
    )


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`. Some fifteen statements. Of two views of one name the one that comes gets a number behind it."""
    moved: dict[str, Any] = {"numbered": _number(event), "doubled": _doubled(event)}
    moved |= move(NAMED, event)
    event.moved[ROOM] = moved
    db.session.expire_all()


def _number(event: PeopleMerged) -> dict[str, str]:
    """What was put behind the names of views, by id of the view."""
    held = set(db.session.scalars(select(SavedView.name).where(SavedView.person_id == event.kept_id)))
    numbered = {}
    for view in db.session.scalars(select(SavedView).where(SavedView.person_id == event.gone_id)):
        name, number, suffix = view.name, 1, ""
        while view.name in held:
            number += 1
            suffix = f" ({number})"
            view.name = name[: LONGEST_NAME - len(suffix)] + suffix
        if suffix:
            numbered[str(view.id)] = suffix
        held.add(view.name)
    db.session.flush()
    return numbered


def _doubled(event: PeopleMerged) -> list[dict[str, Any]]:
    """Mails of one view to both are one from now on; what the other was, so that it can come back."""
    kept = select(Mailing.view_id).where(Mailing.person_id == event.kept_id)
    rows = list(db.session.scalars(select(Mailing).where(Mailing.person_id == event.gone_id, Mailing.view_id.in_(kept))))
    was = [
        {"id": str(row.id), "view_id": str(row.view_id), "cadence": row.cadence.value, "created_at": row.created_at.isoformat(),
         "sent_until": row.sent_until.isoformat() if row.sent_until else None}
        for row in rows
    ]
    db.session.execute(delete(Mailing).where(Mailing.id.in_([row.id for row in rows])))
    return was


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`: what moved goes back, with the names and mails that it had."""
    moved = event.moved.get(ROOM, {})
    put_back(NAMED, event, moved)
    db.session.expire_all()
    for view_id, suffix in moved.get("numbered", {}).items():
        view = db.session.get(SavedView, UUID(view_id))
        if view is not None and view.name.endswith(suffix):
            view.name = view.name.removesuffix(suffix)
    for row in moved.get("doubled", ()):
        _back(row, event.gone_id)
    db.session.flush()


def _back(row: dict[str, Any], person_id: UUID) -> None:
    if db.session.get(SavedView, UUID(row["view_id"])) is None:
        return
    db.session.add(Mailing(
        id=UUID(row["id"]), view_id=UUID(row["view_id"]), person_id=person_id, cadence=Cadence(row["cadence"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        sent_until=date.fromisoformat(row["sent_until"]) if row["sent_until"] else None,
    ))
