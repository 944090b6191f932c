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
from typing import TYPE_CHECKING
from uuid import UUID

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
    if db.session.get(Country, "CN") is None:
        db.session.add(Country(code="CN", names={"zh-Hans": "中国", "en": "China"}, levels=LEVELS))
        db.session.flush()
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
    # Two statements instead of twelve: nearly every test plants them.
    for rows in (made.values(), spells):
        db.session.add_all(rows)
        db.session.flush()
    return Places(**made)


def _both(texts: tuple[str, str]) -> dict[str, str]:
    return {"zh-Hans": texts[0], "en": texts[1]}


def assemble() -> Cast:
    """Add places, people, sign-ins and roles, and commit them inside the test's transaction."""
    places = plant_places()
    people: dict[str, Person] = {}
    sign_in_ids: dict[str, UUID] = {}
    ids: dict[str, UUID] = {}
    for name, (called, language, place, level, _grant) in PEOPLE.items():
        where = getattr(places, place) if place else None
        ids[name], sign_in_ids[name] = new_id(), new_id()
        people[name] = Person(
            id=ids[name], name=called, language=language, time_zone="Asia/Shanghai", place_id=where.id if where else None,
            position_level=level, created_at=SINCE,
        )
    db.session.add_all(people.values())
    db.session.flush()
    for name, (_called, _language, _place, _level, grant) in PEOPLE.items():
        email = Cast.email(name)
        db.session.add(SignIn(
            id=sign_in_ids[name], person_id=ids[name], email=email, email_key=email, password_hash=password_hash(), verified_at=SINCE,
            created_at=SINCE,
        ))
        db.session.add(Consent(person_id=ids[name], version=privacy.current(), language="en", given_at=SINCE))
        if grant:
            role, held_for = grant
            db.session.add(RoleGrant(
                person_id=ids[name], role=role, place_id=getattr(places, held_for).id if held_for else None, granted_at=SINCE,
            ))
    db.session.commit()
    return Cast(**people, places=places, ids=ids, sign_in_ids=sign_in_ids)


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
