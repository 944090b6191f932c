"""Reads for looking after people and organisations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import defer, joinedload

from webapp.accounts.current import Viewer
from webapp.accounts.models import Organisation, Person, Role, RoleGrant, Session, SignIn
from webapp.accounts.models_people import BulkChange, PersonSpell
from webapp.accounts.models_signing import SecondFactor
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.places.models import Place


@dataclass(frozen=True)
class Stood:
    """What a person was from one day on until before another; `first` is None for what was known from the beginning."""

    place_id: UUID | None
    organisation: str
    position_level: int | None
    first: date | None
    until: date | None


def person(person_id: UUID) -> Person | None:
    """A person with place, organisation and sign-in, unless erased or merged into another. One query."""
    return db.session.scalars(_person(select(Person), person_id).execution_options(populate_existing=True)).first()


def person_and_browsers(person_id: UUID, now: datetime) -> tuple[Person, int, bool] | None:
    """The same, in how many browsers they are signed in, and whether signing in asks for a second factor. One query."""
    signed_in = (
        select(func.count()).select_from(Session).join(SignIn, SignIn.id == Session.sign_in_id)
        .where(SignIn.person_id == Person.id, Session.ended_at.is_(None), Session.expires_at > now).correlate(Person).scalar_subquery()
    )
    second_factor = (
        exists().where(SignIn.person_id == Person.id, SecondFactor.sign_in_id == SignIn.id, SecondFactor.confirmed_at.is_not(None))
        .correlate(Person)
    )
    row = db.session.execute(_person(select(Person, signed_in, second_factor), person_id)).first()
    return (row[0], row[1], bool(row[2])) if row else None


def _person(statement: Any, person_id: UUID) -> Any:
    loaded = (joinedload(Person.place), joinedload(Person.organisation), joinedload(Person.sign_in))
    return statement.where(Person.id == person_id, Person.erased_at.is_(None), Person.merged_into_id.is_(None)).options(*loaded)


def history(person_id: UUID) -> list[Stood]:
    """What a person was, the latest first; empty if nothing ever changed. One query."""
    rows = db.session.execute(
        select(PersonSpell, Organisation.name).outerjoin(Organisation, Organisation.id == PersonSpell.organisation_id)
        .where(PersonSpell.person_id == person_id).order_by(PersonSpell.valid_from.desc())
    )
    return [
        Stood(row.place_id, name or "", row.position_level, None if row.valid_from.year == 1 else row.valid_from, row.valid_until)
        for row, name in rows
    ]


def grants_of(person_id: UUID, now: datetime) -> list[RoleGrant]:
    """Roles of a person in force, with their places, by role. One query."""
    in_force = or_(RoleGrant.until.is_(None), RoleGrant.until > now)
    statement = select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None), in_force)
    return list(db.session.scalars(statement.order_by(RoleGrant.role, RoleGrant.id)))


def beyond(viewer: Viewer, person_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Those whose sign-in is not the viewer's to change: the viewer, and holders of roles beyond the trees they administer. One query."""
    paths = viewer.paths(Role.ADMINISTRATOR)
    own = {viewer.person_id} & set(person_ids)
    if paths is None:
        return own
    in_force = or_(RoleGrant.until.is_(None), RoleGrant.until > now)
    rows = db.session.execute(
        select(RoleGrant.person_id, Place.path).outerjoin(Place, Place.id == RoleGrant.place_id)
        .where(RoleGrant.person_id.in_(person_ids), RoleGrant.revoked_at.is_(None), in_force)
    )
    return own | {each.person_id for each in rows if each.path is None or not each.path.startswith(paths)}


def not_enabled(person_ids: Sequence[UUID]) -> set[UUID]:
    """Those without a sign-in that works. One query."""
    usable = db.session.scalars(select(SignIn.person_id).where(SignIn.person_id.in_(person_ids), SignIn.disabled_at.is_(None)))
    return set(person_ids) - set(usable)


def disabled(person_ids: Sequence[UUID]) -> set[UUID]:
    """Those whose sign-in is disabled. One query."""
    return set(db.session.scalars(select(SignIn.person_id).where(SignIn.person_id.in_(person_ids), SignIn.disabled_at.is_not(None))))


def places_of(person_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID | None, UUID | None]]:
    """Place and organisation by person. One query."""
    rows = db.session.execute(select(Person.id, Person.place_id, Person.organisation_id).where(Person.id.in_(person_ids)))
    return {row.id: (row.place_id, row.organisation_id) for row in rows}


def changes_of(actor_id: UUID | None, now: datetime, limit: int = 100) -> list[tuple[BulkChange, str]]:
    """Changes of many at once of the last 30 days with the name of who made them, newest first; without an actor everybody's. One query."""
    statement = (
        select(BulkChange, Person.name).join(Person, Person.id == BulkChange.actor_id)
        .where(BulkChange.at > now - timedelta(days=30), BulkChange.count > 0)
        .options(defer(BulkChange.rows)).order_by(BulkChange.at.desc(), BulkChange.id).limit(limit)
    )
    if actor_id is not None:
        statement = statement.where(BulkChange.actor_id == actor_id)
    return [(change, name) for change, name in db.session.execute(statement)]
