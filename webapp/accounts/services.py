"""Writes about people: their rows, organisations and roles. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from webapp.accounts import names, passwords, rules, services_work
from webapp.accounts.errors import EmailTaken, PhoneTaken
from webapp.accounts.models import Organisation, OrganisationType, Person, PositionLevel, Sex, SignIn
from webapp.accounts.models_people import OrganisationAlias
from webapp.accounts.services_roles import grant_role, revoke_role
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for
from webapp.places.models import Place

__all__ = [
    "address_person", "change_phone_of_sign_in", "create_person", "create_sign_in", "create_sign_in_by_phone", "describe", "grant_role",
    "organisation_named", "revoke_role",
]


def create_person(
    *, name: str, language: str, now: datetime, actor_id: UUID | None = None, time_zone: str = "Asia/Shanghai",
    place: Place | None = None, organisation: Organisation | None = None, position_level: PositionLevel | None = None,
    sex: Sex | None = None, birth_year: int | None = None, phone: str | None = None, demo: bool = False,
) -> Person:
    """Add a person, without a sign-in. The name is cleaned; raises `rules.Refused` if nothing is left of it.

    With an actor (somebody registers somebody else) it is audited.
    """
    person = Person(
        id=new_id(), name=rules.name_of(name), language=language, time_zone=time_zone, place_id=place.id if place else None,
        organisation_id=organisation.id if organisation else None, position_level=position_level, sex=sex, birth_year=birth_year,
        phone=phone, demo=demo, created_at=now,
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


def create_sign_in_by_phone(*, person: Person, phone: str, password_hash: str, now: datetime) -> SignIn:
    """Let a person without an address sign in with a telephone number from now on; audited as theirs.

    The number is a name and proves nothing, so something else must have shown who it is. Raises `PhoneTaken`, `rules.Refused`.
    """
    number = _free_number(phone, None)
    row = SignIn(
        id=new_id(), person_id=person.id, email="", email_key=number, password_hash=password_hash, verified_at=now, created_at=now,
    )
    db.session.add(row)
    person.phone = person.phone or number
    db.session.flush()
    record(actor_id=person.id, action="sign_in.created", subject=("person", person.id), now=now)
    return row


def change_phone_of_sign_in(*, sign_in: SignIn, phone: str) -> None:
    """Another number to sign in with. Raises `PhoneTaken`, `rules.Refused`."""
    sign_in.email_key = _free_number(phone, sign_in.id)
    db.session.flush()


def _free_number(phone: str, sign_in_id: UUID | None) -> str:
    number = rules.phone_of(phone)
    if number is None:
        raise rules.Refused("phone")
    if db.session.scalar(select(SignIn.id).where(SignIn.email_key == number, SignIn.id != (sign_in_id or new_id()))) is not None:
        raise PhoneTaken
    return number


def organisation_named(*, name: str, type: OrganisationType, place_id: UUID | None, now: datetime) -> Organisation:  # noqa: A002  the column's name
    """The organisation of this name in this place, added if it is new; one that exists keeps its type.

    Spacing, case, width and punctuation make no difference; a former name, and the name of one that was merged, lead to the
    organisation of today. Three statements at most, one more after a merge.
    """
    key = rules.organisation_key(name)
    other_name = select(OrganisationAlias.organisation_id).where(OrganisationAlias.name_key == key)
    own_name = Organisation.name_key == key
    statement = select(Organisation).where(
        or_(own_name, Organisation.id.in_(other_name)),
        Organisation.place_id.is_(None) if place_id is None else Organisation.place_id == place_id,
    ).order_by(own_name.desc(), Organisation.id)
    found = db.session.scalars(statement.limit(1)).first()
    if found is not None:
        return found if found.merged_into_id is None else db.session.get_one(Organisation, found.merged_into_id)
    called = rules.organisation_of(name)
    values = {
        "id": new_id(), "name": called, "name_key": key, "search": names.search_text(called), "sort_key": names.sort_key(called),
        "type": type, "place_id": place_id, "created_at": now,
    }
    # Two colleagues may enter their new office in the same second.
    db.session.execute(insert_for(Organisation).values(**values).on_conflict_do_nothing())
    return db.session.scalars(statement.limit(1)).one()


def describe(
    *, person: Person, place_id: UUID | None, organisation_name: str, organisation_type: OrganisationType | None,
    position_level: PositionLevel | None, sex: Sex | None, birth_year: int | None, now: datetime,
) -> None:
    """What a person says about their work and, if they like, themselves. Participation events recorded before keep what was said then.

    A change of the work counts from today on, in the programme's zone.
    """
    organisation = None
    if organisation_name:
        organisation = organisation_named(
            name=organisation_name, type=organisation_type or OrganisationType.OTHER, place_id=place_id, now=now,
        )
    services_work.change_work(
        person=person, place_id=place_id, organisation_id=organisation.id if organisation else None, position_level=position_level,
        since=now.astimezone(settings().programme_zone).date(), now=now, actor_id=person.id,
    )
    person.sex = sex
    person.birth_year = birth_year
    db.session.flush()


def address_person(*, person: Person, name: str, phone: str, language: str, time_zone: str) -> None:
    """How a person is called and reached, in which language and in which time. Raises `rules.Refused`."""
    person.name, person.phone = rules.name_of(name), rules.phone_of(phone)
    person.language = language
    person.time_zone = time_zone
    db.session.flush()
