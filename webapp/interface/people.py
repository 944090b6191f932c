"""People in the programme interface: read, register, change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, Select, false, select

from webapp.accounts import labels, rules, services, services_people, services_work, zones
from webapp.accounts.errors_people import InTheFuture, TooEarly
from webapp.accounts.finding import in_tree_of, person_found
from webapp.accounts.forms import REASONS
from webapp.accounts.models import Organisation, Person, PositionLevel, Sex, SignIn
from webapp.accounts.services_tokens import Holder, Scope, Trees
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.interface.fields import LEVEL_WORDS, LEVELS, Day, Id, Language, Level, Moment, PageQuery, Sent, Shown
from webapp.interface.nouns import Noun, set_ones, within
from webapp.interface.refusals import refusal, refused_value
from webapp.places.models import Place

ABSENT: Any = None
_SEX_WORDS = Literal["female", "male"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=rules.NAME_LONGEST)]
Zone = Annotated[str, StringConstraints(max_length=60, pattern="^[A-Za-z0-9_+/-]+$"), Field(description="Such as Asia/Shanghai.")]
Phone = Annotated[str, StringConstraints(max_length=40)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=rules.EMAIL_LONGEST)]
assert set(labels.POSITION_LEVELS) == set(LEVELS.values())


class PersonShown(Shown):
    """Someone the programme knows."""

    id: Id
    name: str
    language: str
    time_zone: str
    place_id: Id | None
    organisation_id: Id | None
    position_level: Level | None
    sex: _SEX_WORDS | None
    birth_year: int | None
    email: str | None = Field(description="The address with which the person signs in.")
    phone: str | None = Field(description="With the country's number where it is known, such as +8613800138000.")
    sign_in: Literal["none", "waiting", "active", "disabled"]
    demo: bool
    created_at: Moment


class PersonQuery(PageQuery):
    """Filters of people."""

    q: Text | None = Field(default=None, description="Name, also by sound, or the beginning of an e-mail address.")
    place: Id | None = Field(default=None, description="A place; the tree below it is included.")
    organisation: Id | None = None
    position_level: Level | None = None
    created_since: Moment | None = None


class NewPerson(Sent):
    """Somebody to register. With an address they get a sign-in, and a mail in which they choose a password."""

    name: Name
    language: Language = "zh-Hans"
    time_zone: Zone | None = None
    place_id: Id | None = None
    organisation_id: Id | None = None
    position_level: Level | None = None
    sex: _SEX_WORDS | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    email: Email | None = None
    phone: Phone | None = None


class PersonChange(Sent):
    """What changes; what is left out stays. A change of the work counts from `since` on, today if it is left out."""

    name: Name = ABSENT
    language: Language = ABSENT
    time_zone: Zone = ABSENT
    place_id: Id | None = None
    organisation_id: Id | None = None
    position_level: Level | None = None
    sex: _SEX_WORDS | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    phone: Phone | None = None
    since: Day = ABSENT


def _source(trees: Trees) -> Select[Any]:
    statement = select(Person.id).where(Person.erased_at.is_(None), Person.merged_into_id.is_(None))
    return within(statement, Person.place_id, trees)


def _where(query: PersonQuery) -> list[ColumnElement[bool]]:
    level = LEVELS[query.position_level].value if query.position_level else None
    found = set_ones((Person.organisation_id, query.organisation), (Person.position_level, level))
    if query.created_since:
        found.append(Person.created_at >= query.created_since)
    if query.place:
        found.append(tree_condition(Person.place_id, query.place))
    if query.q:
        by_name = person_found(query.q)
        found.append(false() if by_name is None else by_name)
    return found


def tree_condition(column: Any, place_id: UUID) -> ColumnElement[bool]:
    """Rows in the tree of a place; none for a place that nobody knows."""
    try:
        return in_tree_of(column, str(place_id))
    except ValueError:
        return false()


def _load(ids: Sequence[UUID]) -> list[PersonShown]:
    rows = db.session.execute(
        select(
            Person.id, Person.name, Person.language, Person.time_zone, Person.place_id, Person.organisation_id, Person.position_level,
            Person.sex, Person.birth_year, Person.phone, Person.demo, Person.created_at,
            SignIn.email, SignIn.verified_at, SignIn.disabled_at,
        ).outerjoin(SignIn, SignIn.person_id == Person.id).where(Person.id.in_(ids))
    )
    by_id = {row.id: row for row in rows}
    return [_shown(by_id[each]) for each in ids]


def _shown(row: Any) -> PersonShown:
    return PersonShown(
        id=row.id, name=row.name, language=row.language, time_zone=row.time_zone, place_id=row.place_id,
        organisation_id=row.organisation_id, position_level=LEVEL_WORDS[row.position_level] if row.position_level else None,
        sex=row.sex.value if row.sex else None, birth_year=row.birth_year,
        email=row.email or None, phone=row.phone, sign_in=_state(row), demo=row.demo, created_at=row.created_at,
    )


def _state(row: Any) -> Literal["none", "waiting", "active", "disabled"]:
    if row.email is None:
        return "none"
    if row.disabled_at is not None:
        return "disabled"
    return "active" if row.verified_at is not None else "waiting"


def create(holder: Holder, body: NewPerson) -> UUID:
    """Register somebody inside the holder's tree; the id. Raises `Problem`, `EmailTaken`."""
    now = clock.now()
    place = allowed_place(holder, Scope.PEOPLE_WRITE, body.place_id)
    organisation = _organisation(holder, body.organisation_id)
    zone = _zone(body.time_zone) if body.time_zone else settings().programme_zone.key
    with refused_value("/name", REASONS["name"]):
        person = services.create_person(
            name=body.name, language=body.language, time_zone=zone, now=now, actor_id=holder.person_id, place=place,
            organisation=organisation, position_level=LEVELS[body.position_level] if body.position_level else None,
            sex=Sex(body.sex) if body.sex else None, birth_year=_year(body.birth_year),
            phone=_phone(body.phone),
        )
    if body.email:
        with refused_value("/email", REASONS["email"]):
            services_people.give_sign_in(person=person, email=body.email, now=now, actor_id=holder.person_id)
    return person.id


def change(holder: Holder, person_id: UUID, body: PersonChange) -> None:
    """Change somebody, whose row is locked and lies in the holder's tree. Raises `Problem`."""
    now, person, given = clock.now(), db.session.get_one(Person, person_id), body.model_fields_set
    with refused_value("/name", REASONS["name"]):
        services_people.edit(
            person=person, name=body.name if "name" in given else person.name,
            phone=_phone(body.phone) if "phone" in given else person.phone,
            language=body.language if "language" in given else person.language,
            time_zone=_zone(body.time_zone) if "time_zone" in given else person.time_zone,
            sex=(Sex(body.sex) if body.sex else None) if "sex" in given else person.sex,
            birth_year=_year(body.birth_year) if "birth_year" in given else person.birth_year, now=now, actor_id=holder.person_id,
        )
    if given & {"place_id", "organisation_id", "position_level"}:
        _change_work(holder, person, body)
    elif "since" in given:
        raise refusal("/since", "alone", _("A day is given for a change of place, organisation or position level only."))


def _change_work(holder: Holder, person: Person, body: PersonChange) -> None:
    given = body.model_fields_set
    if "place_id" in given and body.place_id != person.place_id:
        allowed_place(holder, Scope.PEOPLE_WRITE, body.place_id)
    if "organisation_id" in given and body.organisation_id != person.organisation_id:
        _organisation(holder, body.organisation_id)
    level: PositionLevel | None = LEVELS[body.position_level] if body.position_level else None
    try:
        services_work.change_work(
            person=person, place_id=body.place_id if "place_id" in given else person.place_id,
            organisation_id=body.organisation_id if "organisation_id" in given else person.organisation_id,
            position_level=(level.value if level else None) if "position_level" in given else person.position_level,
            since=body.since if "since" in given else clock.today(settings().programme_zone), now=clock.now(), actor_id=holder.person_id,
        )
    except (InTheFuture, TooEarly) as error:
        raise refusal("/since", "day", str(error)) from error


def allowed_place(holder: Holder, scope: Scope, place_id: UUID | None) -> Place | None:
    """The open place, if the holder may put something there; no place at all for who reaches everywhere. Raises `Problem`. One query."""
    place = db.session.get(Place, place_id) if place_id else None
    known = place_id is None or (place is not None and place.closed_on is None)
    if not known or not holder.covers(scope, place.path if place else None):
        raise refusal("/place_id", "place", _("There is no such place among the open places that this token may use."))
    return place


def _organisation(holder: Holder, organisation_id: UUID | None) -> Organisation | None:
    if organisation_id is None:
        return None
    row = db.session.get(Organisation, organisation_id)
    place = db.session.get(Place, row.place_id) if row is not None and row.place_id else None
    if row is None or row.merged_into_id is not None or not holder.covers(Scope.PEOPLE_WRITE, place.path if place else None):
        raise refusal("/organisation_id", "organisation", _("There is no such organisation among those that this token may use."))
    return row


def _zone(name: str) -> str:
    if not zones.known(name):
        raise refusal("/time_zone", "zone", _("There is no such time zone."))
    return name


def _year(year: int | None) -> int | None:
    with refused_value("/birth_year", REASONS["birth_year"]):
        return rules.birth_year_of(str(year or ""), clock.now().year)


def _phone(number: str | None) -> str | None:
    with refused_value("/phone", REASONS["phone"]):
        return rules.phone_of(number or "")


PEOPLE = Noun("people", Scope.PEOPLE_READ, Person.id, PersonQuery, PersonShown, _source, _where, _load)
