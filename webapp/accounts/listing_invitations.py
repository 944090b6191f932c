"""The list of invitation codes, kept to the trees of an administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from webapp.accounts.current import Viewer
from webapp.accounts.models import Organisation, Person, Role, RoleGrant, SignIn
from webapp.accounts.models_invitations import InvitationCode
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.places.models import Place
from webapp.places.queries import within

MOST_PEOPLE = 200
STATES = {"open": lazy("Usable"), "used": lazy("Used up"), "expired": lazy("Expired"), "closed": lazy("Stopped")}
BADGES = {"open": "now", "used": "done", "expired": "off", "closed": "off"}


def in_trees(viewer: Viewer) -> ColumnElement[bool] | None:
    """The condition on `Place.path` of what the viewer administers; None for everywhere."""
    paths = viewer.paths(Role.ADMINISTRATOR)
    return None if paths is None else or_(*(within(path) for path in paths))


def state_of(row: InvitationCode, now: datetime) -> str:
    """`open`, `used`, `expired` or `closed`."""
    if row.closed_at is not None:
        return "closed"
    if row.uses >= row.most_uses:
        return "used"
    return "expired" if now >= row.until else "open"


def last_day(until: datetime) -> date:
    """The last day on which a code works, in the programme's zone."""
    return (until - timedelta(microseconds=1)).astimezone(settings().programme_zone).date()


def listing(viewer: Viewer, now: datetime) -> Listing[InvitationCode]:
    """Codes for places of the viewer's trees; those without a place are for who administers everywhere."""
    source = select(InvitationCode.id).select_from(InvitationCode).outerjoin(Place, Place.id == InvitationCode.place_id)
    scope = in_trees(viewer)
    if scope is not None:
        source = source.where(scope)
    source = source.outerjoin(Organisation, Organisation.id == InvitationCode.organisation_id)
    source = source.outerjoin(Person, Person.id == InvitationCode.person_id)
    return Listing(
        name="invitations", title=lazy("Invitation codes"), source=source, key=InvitationCode.id, load=_load, sort="made", descending=True,
        columns=(
            Column("code", lazy("Invitation code"), lambda row: row.code or _("personal"), link=_address),
            Column("whom", lazy("For whom"), _for_whom),
            Column("place", lazy("Place"), lambda row: row.place.name() if row.place else ""),
            Column("uses", lazy("Used"), _used, sort=InvitationCode.uses),
            Column("until", lazy("Last day"), lambda row: last_day(row.until), sort=InvitationCode.until),
            Column("state", lazy("State"), lambda row: str(STATES[state_of(row, now)]), state=lambda row: BADGES[state_of(row, now)]),
            Column("by", lazy("Made by"), lambda row: row.made_by.name if row.made_by else ""),
            Column("made", lazy("Made at"), lambda row: row.created_at, sort=InvitationCode.created_at, indexed=False),
        ),
        filters=(
            Filter("state", lazy("State"), lambda value: _in_state(value, now), lambda: [(key, str(text)) for key, text in STATES.items()]),
            Filter("kind", lazy("Kind"), _of_kind, lambda: [("group", _("For a group")), ("person", _("For one person"))]),
        ),
        search=_matching,
    )


def _load(keys: Sequence[Any]) -> list[InvitationCode]:
    rows = db.session.scalars(select(InvitationCode).where(InvitationCode.id.in_(keys)).options(
        joinedload(InvitationCode.place), joinedload(InvitationCode.organisation), joinedload(InvitationCode.person),
        joinedload(InvitationCode.made_by),
    ))
    found = {row.id: row for row in rows}
    return [found[key] for key in keys if key in found]


def _address(row: InvitationCode) -> str:
    return address(f"/admin/invitations/{row.id}/")


def _used(row: InvitationCode) -> str:
    return _("%(uses)d of %(most)d", uses=row.uses, most=row.most_uses)


def _for_whom(row: InvitationCode) -> str:
    if row.person is not None:
        return row.person.name
    return row.organisation.name if row.organisation else row.note


def _matching(text: str) -> ColumnElement[bool] | None:
    wanted = text.strip()
    if not wanted:
        return None
    return or_(
        InvitationCode.code == wanted.upper(), *(
            func.lower(column).contains(wanted.lower(), autoescape=True)
            for column in (InvitationCode.note, Organisation.name, Person.name)
        ),
    )


def _in_state(value: str, now: datetime) -> ColumnElement[bool]:
    used, expired = InvitationCode.uses >= InvitationCode.most_uses, InvitationCode.until <= now
    closed = InvitationCode.closed_at.is_not(None)
    conditions = {
        "closed": closed, "used": and_(~closed, used), "expired": and_(~closed, ~used, expired), "open": and_(~closed, ~used, ~expired),
    }
    if value not in conditions:
        raise ValueError(value)
    return conditions[value]


def _of_kind(value: str) -> ColumnElement[bool]:
    conditions = {"group": InvitationCode.person_id.is_(None), "person": InvitationCode.person_id.is_not(None)}
    if value not in conditions:
        raise ValueError(value)
    return conditions[value]


def people_without_sign_in(place: Place, *, viewer: Viewer, ids: Sequence[UUID] | None = None) -> list[Person]:
    """People of a tree who have no address to sign in with, by name, at most `MOST_PEOPLE`; kept to the viewer's trees. One query.

    Who signs in with a telephone number may need a new password. Whoever has a role is left out then: a code that opens their
    account is not for everybody who administers the place.
    """
    by_number = and_(SignIn.email == "", SignIn.disabled_at.is_(None), ~exists().where(
        RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None),
    ))
    statement = (
        select(Person).join(Place, Place.id == Person.place_id).outerjoin(SignIn, SignIn.person_id == Person.id)
        .where(within(place.path), or_(SignIn.id.is_(None), by_number), Person.erased_at.is_(None), Person.merged_into_id.is_(None))
        .options(joinedload(Person.organisation), contains_eager(Person.sign_in)).order_by(Person.name, Person.id).limit(MOST_PEOPLE)
    )
    scope = in_trees(viewer)
    if scope is not None:
        statement = statement.where(scope)
    if ids is not None:
        statement = statement.where(Person.id.in_(ids))
    return list(db.session.scalars(statement))
