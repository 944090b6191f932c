"""The one place that writes participation events."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

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
    attempt_id: UUID | None = None, graded: bool | None = None, corrects_id: UUID | None = None,
) -> bool:
    """Write an event with the dimensions of this moment; whether it is new. One statement.

    `source` names the row or act that caused it (`enrolment:<id>`); the same source writes nothing a second time.
    Organisation type and place are read by the database itself, so the event holds what is stored, not what a form showed.
    """
    happened = happened_at or now
    values = {
        "id": new_id(), "kind": kind, "happened_at": happened, "recorded_at": now, "source": source, "course_id": course_id,
        "course_revision": course_revision, "step_id": step_id, "training_id": training_id, "attempt_id": attempt_id,
        "graded": graded, "corrects_id": corrects_id, "language": origin.language, "device": origin.device, "channel": origin.channel,
    }
    if person is not None:
        year = happened.astimezone(settings().programme_zone).year
        values |= {
            "person_id": person.id, "place_id": person.place_id, "position_level": person.position_level, "sex": person.sex,
            "age_band": age_band(person.birth_year, year),
            "place_path": select(Place.path).where(Place.id == person.place_id).scalar_subquery() if person.place_id else None,
            "organisation_type": (
                select(Organisation.type).where(Organisation.id == person.organisation_id).scalar_subquery()
                if person.organisation_id else None
            ),
        }
    statement = insert_for(ParticipationEvent).values(**values).on_conflict_do_nothing(index_elements=["source"])
    return db.session.execute(statement.returning(ParticipationEvent.id)).first() is not None
