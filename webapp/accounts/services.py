"""Writes about people: their rows, organisations and roles. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from webapp.accounts import passwords, rules
from webapp.accounts.errors import EmailTaken, NoSuchGrant
from webapp.accounts.models import Organisation, OrganisationType, Person, PositionLevel, Role, RoleGrant, Sex, SignIn
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for
from webapp.places.models import Place


def create_person(
    *, name: str, language: str, now: datetime, actor_id: UUID | None = None, time_zone: str = "Asia/Shanghai",
    place: Place | None = None, organisation: Organisation | None = None, position_level: PositionLevel | None = None,
    sex: Sex | None = None, birth_year: int | None = None, demo: bool = False,
) -> Person:
    """Add a person, without a sign-in. The name is cleaned; raises `rules.Refused` if nothing is left of it.

    With an actor (somebody registers somebody else) it is audited.
    """
    person = Person(
        id=new_id(), name=rules.name_of(name), language=language, time_zone=time_zone, place_id=place.id if place else None,
        organisation_id=organisation.id if organisation else None, position_level=position_level, sex=sex, birth_year=birth_year,
        demo=demo, created_at=now,
    )
    db.session.add(person)
    db.session.flush()
    if actor_id is not None:
        record(actor_id=actor_id, action="person.created", subject=("person", person.id), now=now)
    return person


def create_sign_in(
    *, person: Person, email: str, now: datetime, password: str | None = None, password_hash: str | None = None,
    verified: bool = False, actor_id: UUID | None = None,
) -> SignIn:
    """Let a person sign in with this address. Give the password or its hash, or neither and mail a link.

    Raises `EmailTaken`, `rules.Refused` for what is no address.
    """
    address = rules.email_of(email)
    key = rules.email_key(address)
    if db.session.scalar(select(SignIn.id).where(SignIn.email_key == key)) is not None:
        raise EmailTaken
    row = SignIn(
        id=new_id(), person_id=person.id, email=address, email_key=key,
        password_hash=passwords.hashed(password) if password else password_hash, verified_at=now if verified else None, created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    if actor_id is not None:
        record(actor_id=actor_id, action="sign_in.created", subject=("person", person.id), now=now)
    return row


def grant_role(
    *, person: Person, role: Role, now: datetime, actor_id: UUID | None, place: Place | None = None, reason: str = "",
    until: datetime | None = None,
) -> RoleGrant:
    """Grant a role for a place and the tree below it; without a place everywhere. Audited.

    Granting what the person holds already returns that grant. `actor_id` is None only for the command line.
    """
    place_id = place.id if place else None
    held = db.session.scalars(
        select(RoleGrant).where(
            RoleGrant.person_id == person.id, RoleGrant.role == role, RoleGrant.revoked_at.is_(None),
            RoleGrant.place_id.is_(None) if place_id is None else RoleGrant.place_id == place_id,
        )
    ).first()
    if held is not None and held.until == until:
        return held
    grant = RoleGrant(
        id=new_id(), person_id=person.id, role=role, place_id=place_id, granted_by_id=actor_id, reason=reason, granted_at=now, until=until,
    )
    db.session.add(grant)
    db.session.flush()
    record(actor_id=actor_id, action="role.granted", subject=("person", person.id), after=_audited(grant), now=now)
    return grant


def revoke_role(*, grant: RoleGrant, now: datetime, actor_id: UUID | None) -> None:
    """End a role. Audited. Raises `NoSuchGrant` if it ended before."""
    if grant.revoked_at is not None:
        raise NoSuchGrant
    grant.revoked_at = now
    db.session.flush()
    record(actor_id=actor_id, action="role.revoked", subject=("person", grant.person_id), before=_audited(grant), now=now)


def _audited(grant: RoleGrant) -> dict[str, str | None]:
    return {
        "role": grant.role.value, "place_id": str(grant.place_id) if grant.place_id else None, "reason": grant.reason,
        "until": grant.until.isoformat() if grant.until else None,
    }


def organisation_named(*, name: str, type: OrganisationType, place_id: UUID | None, now: datetime) -> Organisation:  # noqa: A002  the column's name
    """The organisation of this name in this place, added if it is new; one that exists keeps its type.

    Spacing, case, width and punctuation make no difference. Three statements at most.
    """
    key = rules.organisation_key(name)
    statement = select(Organisation).where(
        Organisation.name_key == key, Organisation.place_id.is_(None) if place_id is None else Organisation.place_id == place_id,
    ).order_by(Organisation.id)
    found = db.session.scalars(statement.limit(1)).first()
    if found is not None:
        return found
    values = {"id": new_id(), "name": rules.organisation_of(name), "name_key": key, "type": type, "place_id": place_id, "created_at": now}
    # Two colleagues may enter their new office in the same second.
    db.session.execute(insert_for(Organisation).values(**values).on_conflict_do_nothing())
    return db.session.scalars(statement.limit(1)).one()


def describe(
    *, person: Person, place_id: UUID | None, organisation_name: str, organisation_type: OrganisationType | None,
    position_level: PositionLevel | None, sex: Sex | None, birth_year: int | None, now: datetime,
) -> None:
    """What a person says about their work and, if they like, themselves. Participation events recorded before keep what was said then."""
    organisation = None
    if organisation_name:
        organisation = organisation_named(
            name=organisation_name, type=organisation_type or OrganisationType.OTHER, place_id=place_id, now=now,
        )
    person.place_id = place_id
    person.organisation_id = organisation.id if organisation else None
    person.position_level = position_level
    person.sex = sex
    person.birth_year = birth_year
    db.session.flush()


def address_person(*, person: Person, name: str, language: str, time_zone: str) -> None:
    """How a person is called, in which language and in which time. Raises `rules.Refused`."""
    person.name = rules.name_of(name)
    person.language = language
    person.time_zone = time_zone
    db.session.flush()
