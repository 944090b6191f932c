"""Reads of people, roles and organisations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Organisation, Person, Role, RoleGrant, Session, SignIn
from webapp.accounts.models_signing import SecondFactor
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.places.models import Place


@dataclass(frozen=True)
class Grant:
    """A role in force: for the tree below `path`, or everywhere (no path)."""

    role: Role
    path: str | None

    @property
    def everywhere(self) -> bool:
        """Granted without a place."""
        return self.path is None

    def covers(self, path: str) -> bool:
        """Whether a place with this path lies in the tree."""
        return self.path is None or path.startswith(self.path)


def _grants() -> Select[Role, str | None]:
    held = (
        select(RoleGrant.id, RoleGrant.role, Place.path, Place.successor_id)
        .outerjoin(Place, Place.id == RoleGrant.place_id)
        .where(
            RoleGrant.person_id == bindparam("person_id"), RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.until.is_(None), RoleGrant.until > bindparam("now")),
        )
        .cte("held", recursive=True)
    )
    after = select(held.c.id, held.c.role, Place.path, Place.successor_id).join(Place, Place.id == held.c.successor_id)
    followed = held.union(after)
    return select(followed.c.role, followed.c.path)


# Built once: a statement that every request of those with a role asks takes longer to build than to run.
_GRANTS_IN_FORCE = _grants()


def grants_in_force(person_id: UUID, now: datetime) -> tuple[Grant, ...]:
    """Roles of a person that hold now; one for a place that closed holds for its successors too. One query."""
    held = db.session.execute(_GRANTS_IN_FORCE, {"person_id": person_id, "now": now})
    return tuple(Grant(role, path) for role, path in held)


_SESSIONS, _SIGN_INS, _PEOPLE, _GRANTS, _FACTORS = (kind.__table__ for kind in (Session, SignIn, Person, RoleGrant, SecondFactor))
# Built once: every signed-in request asks this, and building a statement costs as much as running it.
_SESSION_ROW = (
    select(
        _SESSIONS.c.expires_at, _SESSIONS.c.ended_at, _SESSIONS.c.sign_in_id, _SIGN_INS.c.disabled_at, _SIGN_INS.c.person_id,
        _PEOPLE.c.name, _PEOPLE.c.language, _PEOPLE.c.time_zone,
        exists().where(_GRANTS.c.person_id == _SIGN_INS.c.person_id, _GRANTS.c.revoked_at.is_(None)).label("has_grants"),
        exists().where(_FACTORS.c.sign_in_id == _SIGN_INS.c.id, _FACTORS.c.confirmed_at.is_not(None)).label("has_second_factor"),
    )
    .join_from(_SESSIONS, _SIGN_INS, _SIGN_INS.c.id == _SESSIONS.c.sign_in_id)
    .join(_PEOPLE, _PEOPLE.c.id == _SIGN_INS.c.person_id)
    .where(_SESSIONS.c.id == bindparam("session_id"))
)


def session_row(session_id: UUID) -> Row[Any] | None:
    """What a request must know of a session, its sign-in and its person. One query."""
    return db.session.execute(_SESSION_ROW, {"session_id": session_id}).first()


@dataclass(frozen=True)
class Recipient:
    """Whom a mail about an account goes to, in which language."""

    sign_in_id: UUID
    person_id: UUID
    email: str
    language: str


@dataclass(frozen=True)
class Holder:
    """Whom a notice about a sign-in goes to, in which language and time."""

    person_id: UUID
    email: str
    language: str
    time_zone: str


def mail_to(email_key: str) -> Recipient | None:
    """The account of an address, unless it was disabled. One query."""
    row = db.session.execute(
        select(SignIn.id, SignIn.person_id, SignIn.email, Person.language)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.email_key == email_key, SignIn.disabled_at.is_(None))
    ).first()
    return Recipient(*row) if row else None


def described(person_id: UUID) -> Person:
    """A person with place and organisation. One query."""
    return db.session.scalars(
        select(Person).where(Person.id == person_id).options(joinedload(Person.place), joinedload(Person.organisation))
        .execution_options(populate_existing=True)
    ).one()


def organisations_of(place_id: UUID | None, limit: int = 200) -> list[Organisation]:
    """Organisations of a place by name, for suggestions. One query."""
    if place_id is None:
        return []
    return list(db.session.scalars(
        select(Organisation).where(Organisation.place_id == place_id).order_by(Organisation.name).limit(limit)
    ))


def email_and_name(sign_in_id: UUID) -> tuple[str, str]:
    """E-mail and name of an account: what its password must not be. One query."""
    row = db.session.execute(
        select(SignIn.email, Person.name).join(Person, Person.id == SignIn.person_id).where(SignIn.id == sign_in_id)
    ).one()
    return row.email, row.name


def language_of(sign_in_id: UUID) -> str:
    """The language of the person behind a sign-in. One query."""
    return db.session.scalars(select(Person.language).join(SignIn, SignIn.person_id == Person.id).where(SignIn.id == sign_in_id)).one()


@dataclass(frozen=True)
class DemoPerson:
    """An invented person whom a visitor may try."""

    name: str
    email: str
    roles: tuple[Role, ...]


def demo_people(limit: int = 12) -> list[DemoPerson]:
    """Invented people who can sign in, in the order in which they were made. One query."""
    rows = db.session.execute(
        select(SignIn.id, Person.name, SignIn.email, RoleGrant.role)
        .join(Person, SignIn.person_id == Person.id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None)))
        .where(Person.demo, SignIn.verified_at.is_not(None), SignIn.disabled_at.is_(None))
        .order_by(SignIn.id, RoleGrant.id)
        .limit(limit * len(Role))
    )
    found: dict[UUID, DemoPerson] = {}
    for sign_in_id, name, email, role in rows:
        known = found.setdefault(sign_in_id, DemoPerson(name, email, ()))
        if role is not None and role not in known.roles:
            found[sign_in_id] = replace(known, roles=(*known.roles, role))
    return list(found.values())[:limit]
