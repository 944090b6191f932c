"""Events of former years, brought in as one batch and taken back as one. Written here, as all events are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent

PART = 500


@dataclass(frozen=True)
class Former:
    """One thing that happened to a person then, with what was known of them at that time. `row` is its row in the list."""

    row: int
    kind: EventKind
    person_id: UUID
    happened_at: datetime
    course_id: str | None
    training_id: UUID | None
    place_id: UUID | None
    place_path: str | None
    organisation_type: str | None
    position_level: int | None
    sex: str | None
    age_band: str | None


def bring_in(events: Sequence[Former], *, source: str, language: str, now: datetime) -> int:
    """Write them, each with the source `<source><row>`; how many. One statement for 500."""
    rows = [
        {
            "id": new_id(), "kind": each.kind, "person_id": each.person_id, "happened_at": each.happened_at, "recorded_at": now,
            "source": f"{source}{each.row}", "course_id": each.course_id, "training_id": each.training_id, "place_id": each.place_id,
            "place_path": each.place_path, "organisation_type": each.organisation_type, "position_level": each.position_level,
            "sex": each.sex, "age_band": each.age_band, "language": language, "device": Device.UNKNOWN, "channel": Channel.IMPORT,
        }
        for each in events
    ]
    for start in range(0, len(rows), PART):
        db.session.execute(insert(ParticipationEvent), rows[start : start + PART])
    return len(rows)


def take_back(*, source: str, now: datetime) -> int:
    """Write for every event of a source that it is taken back; how many. What was taken back stays so."""
    event = ParticipationEvent
    corrected = select(event.corrects_id).where(event.corrects_id.is_not(None))
    wanted = select(event).where(
        event.source.startswith(source, autoescape=True), event.kind != EventKind.RETRACTED, event.id.not_in(corrected),
    )
    found = list(db.session.scalars(wanted))
    rows = [
        {
            "id": new_id(), "kind": EventKind.RETRACTED, "person_id": each.person_id, "happened_at": each.happened_at, "recorded_at": now,
            "source": f"back:{each.id}", "corrects_id": each.id, "course_id": each.course_id, "training_id": each.training_id,
            "place_id": each.place_id, "place_path": each.place_path, "language": each.language, "device": each.device,
            "channel": each.channel,
        }
        for each in found
    ]
    for start in range(0, len(rows), PART):
        db.session.execute(insert(ParticipationEvent), rows[start : start + PART])
    return len(rows)
