"""Where an entry about a person belongs in the audit trail: to the place where the person works at that moment."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import inspect

from webapp.accounts.models import Person
from webapp.core.audit import PLACE_OF
from webapp.core.database import db


def place_of_person(person_id: UUID) -> UUID | None:
    """The place of a person who is loaded in this session; None for others: recording asks the database nothing."""
    mapper = inspect(Person)
    person = db.session.identity_map.get(mapper.identity_key_from_primary_key((person_id,)))
    place_id = vars(person).get("place_id") if person is not None else None
    return place_id if isinstance(place_id, UUID) else None


def wire() -> None:
    """Tell the audit trail."""
    PLACE_OF["person"] = place_of_person
