"""Reads of people, roles and organisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Organisation, Person, Role, RoleGrant, SignIn
from webapp.core.database import db
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


def grants_in_force(person_id: UUID, now: datetime) -> tuple[Grant, ...]:
    """Roles of a person that hold now; one for a place that closed holds for its successors too. One query."""
    held = (
        select(RoleGrant.id, RoleGrant.role, Place.path, Place.successor_id)
        .outerjoin(Place, Place.id == RoleGrant.place_id)
        .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None), or_(RoleGrant.until.is_(None), RoleGrant.until > now))
        .cte("held", recursive=True)
    )
    after = select(held.c.id, held.c.role, Place.path, Place.successor_id).join(Place, Place.id == held.c.successor_id)
    followed = held.union(after)
    return tuple(Grant(role, path) for role, path in db.session.execute(select(followed.c.role, followed.c.path)))


@dataclass(frozen=True)
class Recipient:
    """Whom a mail about an account goes to, in which language."""

    sign_in_id: UUID
    person_id: UUID
    email: str
    language: str


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


def demo_people() -> list[tuple[str, str]]:
    """Invented people, (name, e-mail), in the order in which they were made. One query."""
    rows = db.session.execute(
        select(Person.name, SignIn.email).join(SignIn, SignIn.person_id == Person.id)
        .where(Person.demo, SignIn.verified_at.is_not(None), SignIn.disabled_at.is_(None)).order_by(SignIn.id)
    )
    return [(name, email) for name, email in rows]
