"""The one place that writes participation events."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from webapp.accounts.models import Organisation, Person
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.participation.origin import Origin
from webapp.participation.rules import age_band
from webapp.places.models import Place


def record(
    *, kind: EventKind, person: Person | None, origin: Origin, now: datetime, source: str, happened_at: datetime | None = None,
    course_id: str | None = None, course_revision: str | None = None, step_id: str | None = None, training_id: UUID | None = None,
    attempt_id: UUID | None = None, graded: bool | None = None, minutes: int | None = None, corrects_id: UUID | None = None,
) -> bool:
    """Write an event with the dimensions of this moment; whether it is new. One statement.

    `source` names the row or act that caused it (`enrolment:<id>`); the same source writes nothing a second time.
    Organisation type and place are read by the database itself, so the event holds what is stored, not what a form showed.
    """
    happened = happened_at or now
    values: dict[str, Any] = {
        "id": new_id(), "kind": kind, "happened_at": happened, "recorded_at": now, "source": source, "course_id": course_id,
        "course_revision": course_revision, "step_id": step_id, "training_id": training_id, "attempt_id": attempt_id,
        "graded": graded, "minutes": minutes, "corrects_id": corrects_id, "language": origin.language, "device": origin.device,
        "channel": origin.channel, "person_id": None, "place_id": None, "position_level": None, "sex": None, "age_band": None,
        "at_organisation": None,
    }
    if person is not None:
        year = happened.astimezone(settings().programme_zone).year
        values |= {
            "person_id": person.id, "place_id": person.place_id, "position_level": person.position_level, "sex": person.sex,
            "age_band": age_band(person.birth_year, year), "at_organisation": person.organisation_id,
        }
    values["at_place"] = values["place_id"]
    return db.session.execute(_statement(db.session.get_bind().dialect.name), values).first() is not None


@cache
def _statement(_dialect: str) -> Any:
    """The insert, built once: building it takes longer than the database takes to do it."""
    table: Any = ParticipationEvent.__table__
    insert = insert_for(table).values(
        place_path=select(Place.path).where(Place.id == bindparam("at_place", type_=Uuid)).scalar_subquery(),
        organisation_type=select(Organisation.type).where(Organisation.id == bindparam("at_organisation", type_=Uuid)).scalar_subquery(),
    )
    return insert.on_conflict_do_nothing(index_elements=["source"]).returning(table.c.id)
