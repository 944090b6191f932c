"""Saved views: kept under a name, shared, mailed, deleted and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError

from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.places.models import Place
from webapp.places.queries import within
from webapp.statistics.models import Cadence, Mailing, SavedView
from webapp.statistics.rules_views import DELETED_KEPT, MOST_VIEWS, ViewError, begun, name_of


def mine(person_id: UUID) -> list[SavedView]:
    """A person's views by name, the deleted ones included. One query."""
    return list(db.session.scalars(select(SavedView).where(SavedView.person_id == person_id).order_by(func.lower(SavedView.name))))


def shared_with(person_id: UUID, allowed: tuple[str, ...] | None) -> list[SavedView]:
    """Views of others that somebody who may count in these trees can open, by name. One query."""
    query = select(SavedView).outerjoin(Place, Place.id == SavedView.place_id).where(
        SavedView.person_id != person_id, SavedView.shared.is_(True), SavedView.deleted_at.is_(None),
    )
    if allowed is not None:
        query = query.where(or_(SavedView.place_id.is_(None), *(within(path) for path in allowed)))
    return list(db.session.scalars(query.order_by(func.lower(SavedView.name), SavedView.id)))


def opened(view_id: UUID, person_id: UUID, allowed: tuple[str, ...] | None) -> SavedView | None:
    """A view that a person may open: their own, or a shared one of their places; None for any other. Two queries at most."""
    view = db.session.get(SavedView, view_id)
    if view is None or view.person_id == person_id:
        return view
    if not view.shared or view.deleted_at is not None:
        return None
    place = db.session.get(Place, view.place_id) if view.place_id else None
    covered = place is None or allowed is None or any(place.path.startswith(path) for path in allowed)
    return view if covered else None


def mailings(person_id: UUID) -> dict[UUID, Cadence]:
    """What is mailed to a person: cadences by view. One query."""
    rows = db.session.scalars(select(Mailing).where(Mailing.person_id == person_id))
    return {row.view_id: row.cadence for row in rows}


def save(*, person_id: UUID, name: str, page: str, query: str, place_id: UUID | None, now: datetime) -> SavedView:
    """Keep a page under a name. Raises `ViewError`."""
    name = _free(person_id, name, None)
    held = db.session.scalar(select(func.count()).select_from(SavedView).where(SavedView.person_id == person_id)) or 0
    if held >= MOST_VIEWS:
        raise ViewError("name", _("You have %(most)d views. Delete some that you no longer need.", most=MOST_VIEWS))
    if len(query) > 2000:
        raise ViewError("name", _("This page has too many filters to be saved."))
    view = SavedView(id=new_id(), person_id=person_id, name=name, page=page, query=query, place_id=place_id, created_at=now)
    _added(view)
    return view


def rename(*, view: SavedView, name: str) -> None:
    """Another name for a view of one's own. Raises `ViewError`."""
    wanted = _free(view.person_id, name, view.id)
    if wanted != view.name:
        view.name = wanted
        _added(view)


def _free(person_id: UUID, text: str, own: UUID | None) -> str:
    """The name, if no other view of the person has it; a deleted view of that name is gone for good."""
    name = name_of(text)
    other = db.session.scalar(select(SavedView).where(SavedView.person_id == person_id, SavedView.name == name))
    if other is not None and other.id != own:
        if other.deleted_at is None:
            raise ViewError("name", _("You have a view of this name already."))
        db.session.delete(other)
        db.session.flush()
    return name


def _added(view: SavedView) -> None:
    """Two at once: the second one finds the name taken."""
    try:
        with db.session.begin_nested():
            db.session.add(view)
            db.session.flush()
    except IntegrityError as error:
        raise ViewError("name", _("You have a view of this name already.")) from error


def share(*, view: SavedView, shared: bool, now: datetime) -> None:
    """Let staff of the same places open a view, or no longer. Audited where it changes."""
    if view.shared == shared:
        return
    view.shared = shared
    record(
        actor_id=view.person_id, action="statistics.view_shared" if shared else "statistics.view_unshared",
        subject=("statistics_view", view.id), now=now, place_id=view.place_id,
    )


def mail(*, view_id: UUID, person_id: UUID, cadence: Cadence | None, now: datetime) -> None:
    """Mail a view to a person from now on, or no longer (None). What it was sent for before is not sent again."""
    row = db.session.scalar(select(Mailing).where(Mailing.view_id == view_id, Mailing.person_id == person_id).with_for_update())
    if cadence is None:
        if row is not None:
            db.session.delete(row)
    elif row is None:
        today = now.astimezone(settings().programme_zone).date()
        db.session.add(Mailing(
            id=new_id(), view_id=view_id, person_id=person_id, cadence=cadence, created_at=now, sent_until=begun(cadence, today),
        ))
    elif row.cadence is not cadence:
        row.cadence, row.sent_until = cadence, begun(cadence, now.astimezone(settings().programme_zone).date())
    db.session.flush()


def remove(*, view: SavedView, now: datetime) -> None:
    """Delete a view; for a month it can be brought back."""
    view.deleted_at = view.deleted_at or now
    db.session.flush()


def restore(*, view: SavedView) -> None:
    """Bring a deleted view back, with its mails."""
    view.deleted_at = None
    db.session.flush()


def sweep(now: datetime) -> int:
    """Forget views that were deleted a month ago; the number forgotten."""
    old = select(SavedView.id).where(SavedView.deleted_at <= now - DELETED_KEPT)
    db.session.execute(delete(Mailing).where(Mailing.view_id.in_(old)))
    result = db.session.execute(delete(SavedView).where(SavedView.deleted_at <= now - DELETED_KEPT))
    return int(result.rowcount)  # type: ignore[attr-defined]


def kept(views: Sequence[SavedView], now: datetime) -> tuple[list[SavedView], list[SavedView]]:
    """Views that are there, and deleted ones that can still be brought back."""
    there = [each for each in views if each.deleted_at is None]
    return there, [each for each in views if each.deleted_at is not None and each.deleted_at > now - DELETED_KEPT]
