"""Participation events of trainings, under the sources by which they are found again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.participation.origin import Origin
from webapp.participation.services import record
from webapp.trainings.models_people import Participant


def note(
    *, kind: EventKind, participant: Participant, person: Person, source: str, origin: Origin, now: datetime,
    happened_at: datetime | None = None, minutes: int | None = None,
) -> bool:
    """Write an event of a participant's training; whether it is new. One statement."""
    return record(
        kind=kind, person=person, origin=origin, now=now, happened_at=happened_at, source=source, training_id=participant.training_id,
        minutes=minutes,
    )


def retract(*, source: str, participant: Participant, person: Person, origin: Origin, now: datetime) -> bool:
    """Take back the event of a source: from `now` on it counts no more. Whether there was one. Two statements."""
    event_id = db.session.scalar(select(ParticipationEvent.id).where(ParticipationEvent.source == source))
    if event_id is None:
        return False
    return record(
        kind=EventKind.RETRACTED, person=person, origin=origin, now=now, source=f"{source}:retracted",
        training_id=participant.training_id, corrects_id=event_id,
    )


def invited(participant_id: UUID) -> str:
    """Source of the invitation."""
    return f"participant:{participant_id}:invited"


def registered(participant_id: UUID, rounds: int) -> str:
    """Source of a registration; `rounds` counts them, since one may withdraw and come back."""
    return f"participant:{participant_id}:registered:{rounds}"


def attended(participant_id: UUID, session_id: UUID, rounds: int) -> str:
    """Source of being at a session; `rounds` is that of the attendance."""
    return f"attendance:{participant_id}:{session_id}:{rounds}"


def completed(participant_id: UUID) -> str:
    """Source of having met the training's rule."""
    return f"participant:{participant_id}:completed"
