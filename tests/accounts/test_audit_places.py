"""Where entries about people belong, so that the administrators of their place can read them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core import audit
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def place_of(subject, **more):
    with unit_of_work():
        audit.record(actor_id=None, action="person.edited", subject=subject, now=NOON, **more)
    return db.session.scalars(select(AuditEntry.place_id).order_by(AuditEntry.number.desc())).first()


def test_a_loaded_person_belongs_to_where_they_work_without_a_statement(database, cast, max_queries):
    person = db.session.get_one(Person, cast.ids["learner"])
    with max_queries(0):
        audit.record(actor_id=None, action="person.edited", subject=("person", person.id), now=NOON)
    db.session.rollback()
    db.session.refresh(person)
    assert place_of(("person", person.id)) == cast.places.county.id
    assert place_of(("person", person.id), place_id=cast.places.city.id) == cast.places.city.id


def test_a_place_belongs_to_itself_and_what_is_not_known_to_nobody_in_particular(database, cast):
    assert place_of(("place", cast.places.city.id)) == cast.places.city.id
    db.session.expunge_all()
    assert place_of(("person", cast.ids["learner"])) is None
    assert place_of(("course", "sdg-mooc")) is None
