"""The cast of every test: one small tree of places and the people who live and work in it.

    Hebei ─ Shijiazhuang ─ Chang'an    learner, trainer
          │              └ Qiaoxi      second_learner
          └ Tangshan ───── Guye        other_county (staff there)

staff holds for the whole province; the administrator and the author hold everywhere; the outsider has no place and no role.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import make_transient_to_detached

from webapp.accounts import passwords, privacy
from webapp.accounts.current import SEEN_KEY, SESSION_KEY
from webapp.accounts.models import Person, PositionLevel, Role, RoleGrant, Session, SignIn
from webapp.accounts.models_data import Consent
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.places.models import Country, Place, PlaceSpell
from webapp.places.rules import own_terms, search_text

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

PASSWORD = "seventeen goals by 2030"
SINCE = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)

LEVELS = [
    {"id": "province", "names": {"zh-Hans": "省级", "en": "Province"}, "kinds": {"province": {"zh-Hans": "省", "en": "Province"}}},
    {"id": "city", "names": {"zh-Hans": "地级", "en": "City"}, "kinds": {"prefecture-city": {"zh-Hans": "地级市", "en": "City"}}},
    {"id": "county", "names": {"zh-Hans": "县级", "en": "County"}, "kinds": {"district": {"zh-Hans": "市辖区", "en": "District"}}},
]
KINDS = {"province": "province", "city": "prefecture-city", "county": "district"}
# Code, level, the place above, full and short names, sound.
PLACES = {
    "province": ("130000", "province", None, ("河北省", "Hebei Province"), ("河北", "Hebei"), "he bei"),
    "city": ("130100", "city", "province", ("石家庄市", "Shijiazhuang City"), ("石家庄", "Shijiazhuang"), "shi jia zhuang"),
    "second_city": ("130200", "city", "province", ("唐山市", "Tangshan City"), ("唐山", "Tangshan"), "tang shan"),
    "county": ("130102", "county", "city", ("长安区", "Chang'an District"), ("长安区", "Chang'an"), "chang an"),
    "second_county": ("130104", "county", "city", ("桥西区", "Qiaoxi District"), ("桥西区", "Qiaoxi"), "qiao xi"),
    "other_county": ("130204", "county", "second_city", ("古冶区", "Guye District"), ("古冶区", "Guye"), "gu ye"),
}
PEOPLE = {
    "learner": ("王晓兰", "zh-Hans", "county", PositionLevel.JUNIOR, None),
    "second_learner": ("Amina Diallo", "en", "second_county", PositionLevel.MIDDLE, None),
    "trainer": ("李建国", "zh-Hans", "county", PositionLevel.MIDDLE, (Role.TRAINER, "county")),
    "author": ("陈思远", "zh-Hans", "city", None, (Role.AUTHOR, None)),
    "staff": ("赵敏", "zh-Hans", "province", PositionLevel.SENIOR, (Role.STAFF, "province")),
    "other_county": ("刘洋", "zh-Hans", "other_county", PositionLevel.JUNIOR, (Role.STAFF, "other_county")),
    "administrator": ("系统管理员", "zh-Hans", None, None, (Role.ADMINISTRATOR, None)),
    "outsider": ("Nomvula Dlamini", "en", None, None, None),
}


@dataclass(frozen=True)
class Places:
    """The tree. Each name of `PLACES` is a row."""

    province: Place
    city: Place
    second_city: Place
    county: Place
    second_county: Place
    other_county: Place


@dataclass(frozen=True)
class Cast:
    """The people, verified, with one password; ids are plain values that cost no query."""

    learner: Person
    second_learner: Person
    trainer: Person
    author: Person
    staff: Person
    other_county: Person
    administrator: Person
    outsider: Person
    places: Places
    ids: dict[str, UUID]
    sign_in_ids: dict[str, UUID]
    password: str = PASSWORD

    @staticmethod
    def email(name: str) -> str:
        """The address with which a member of the cast signs in."""
        return f"{name}@example.org"


@cache
def password_hash() -> str:
    """Hash of the cast's password, computed once a process."""
    return passwords.hashed(PASSWORD)


def plant_places() -> Places:
    """Add the country and the tree, each place with the one spell of its history."""
    _plant_country()
    made, spells = _grown()
    # Two statements instead of twelve.
    for rows in (made.values(), spells):
        db.session.add_all(rows)
        db.session.flush()
    return Places(**made)


def _plant_country() -> None:
    if db.session.scalar(select(Country.code).where(Country.code == "CN")) is None:
        country = {"code": "CN", "names": {"zh-Hans": "中国", "en": "China"}, "levels": LEVELS}
        db.session.execute(Country.__table__.insert(), [country])


def _grown() -> tuple[dict[str, Place], list[PlaceSpell]]:
    """The places by name and their spells, not in the database yet."""
    made: dict[str, Place] = {}
    spells: list[PlaceSpell] = []
    for name, (code, level, parent, full, short, reading) in PLACES.items():
        above = made[parent] if parent else None
        state = {
            "country": "CN", "code": code, "kind": KINDS[level], "level": level, "parent_id": above.id if above else None,
            "path": f"{above.path if above else 'CN/'}{code}/", "names": _both(full), "short_names": _both(short),
        }
        terms = own_terms(state["names"], state["short_names"], reading)
        made[name] = Place(id=new_id(), **state, reading=reading, search=search_text(terms, full))
        spells.append(PlaceSpell(id=new_id(), place_id=made[name].id, **state))
    return made, spells


def _both(texts: tuple[str, str]) -> dict[str, str]:
    return {"zh-Hans": texts[0], "en": texts[1]}


@dataclass(frozen=True)
class _Pattern:
    """Everybody and everything that is assembled, with the ids of the first time; rows by table in the order in which they are written."""

    places: dict[str, Place]
    people: dict[str, Person]
    sign_ins: dict[str, SignIn]
    rows: list[tuple[Any, list[dict[str, Any]]]]


@cache
def _pattern() -> _Pattern:
    places, spells = _grown()
    people = {
        name: Person(
            id=new_id(), name=called, language=language, time_zone="Asia/Shanghai", place_id=places[place].id if place else None,
            position_level=level, created_at=SINCE,
        )
        for name, (called, language, place, level, _grant) in PEOPLE.items()
    }
    sign_ins = {
        name: SignIn(
            id=new_id(), person_id=person.id, email=Cast.email(name), email_key=Cast.email(name), password_hash=password_hash(),
            verified_at=SINCE, created_at=SINCE,
        )
        for name, person in people.items()
    }
    grants = [
        RoleGrant(id=new_id(), person_id=people[name].id, role=grant[0], place_id=places[grant[1]].id if grant[1] else None,
                  granted_at=SINCE)
        for name, (*_who, grant) in PEOPLE.items() if grant
    ]
    # Parents before children, in one statement: a place names the one above it.
    tables = (places.values(), spells, people.values(), sign_ins.values(), grants)
    return _Pattern(places, people, sign_ins, [(type(next(iter(each))).__table__, [_values(row) for row in each]) for each in tables])


def _values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}


def assemble() -> Cast:
    """Add places, people, sign-ins and roles, and commit them inside the test's transaction.

    Nearly every test begins with it. So the rows are thought out once a process and written as they are, under new ids; the objects
    stand as after a commit: known by their ids, and read from the database when they are first asked.
    """
    pattern = _pattern()
    fresh = {row["id"]: new_id() for _table, rows in pattern.rows for row in rows}
    _plant_country()
    for table, rows in pattern.rows:
        db.session.execute(table.insert(), [
            {name: fresh[value] if isinstance(value, UUID) else value for name, value in row.items()} for row in rows
        ])
    ids = {name: fresh[person.id] for name, person in pattern.people.items()}
    db.session.execute(Consent.__table__.insert(), [
        {"person_id": person_id, "version": privacy.current(), "language": "en", "given_at": SINCE} for person_id in ids.values()
    ])
    db.session.commit()
    return Cast(
        **{name: _standing(Person, person_id) for name, person_id in ids.items()}, ids=ids,
        places=Places(**{name: _standing(Place, fresh[place.id]) for name, place in pattern.places.items()}),
        sign_in_ids={name: fresh[sign_in.id] for name, sign_in in pattern.sign_ins.items()},
    )


def _standing(kind: Any, row_id: UUID) -> Any:
    row = kind(id=row_id)
    make_transient_to_detached(row)
    db.session.add(row)
    return row


def signed_in_client(app: Flask, sign_in_id: UUID) -> FlaskClient:
    """A browser that carries a new session: a row and a cookie, no password."""
    now = clock.now()
    row = Session(id=new_id(), sign_in_id=sign_in_id, created_at=now, expires_at=now + settings(app).session_length)
    row_id = row.id
    db.session.add(row)
    db.session.commit()
    client = app.test_client()
    carry(app, client, {SESSION_KEY: str(row_id), SEEN_KEY: int(now.timestamp()), "_permanent": True})
    return client


def carry(app: Flask, client: FlaskClient, content: dict[str, object]) -> None:
    """Give the browser a signed cookie with this content."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], serializer.dumps(content))
