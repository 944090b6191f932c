"""Writes of trainers about themselves: what they offer, and the days on which they cannot. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from http import HTTPStatus
from uuid import UUID

from webapp.core import audit
from webapp.core.database import db
from webapp.core.i18n import LANGUAGES, _
from webapp.core.ids import new_id
from webapp.trainings.models_trainers import TrainerAway, TrainerProfile
from webapp.trainings.rules import TrainingError

LONGEST_ABOUT = 2000
LONGEST_NOTE = 200


class BadDays(TrainingError):
    """Days away that cannot be so."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


def set_profile(*, person_id: UUID, languages: Collection[str], about: str, listed: bool, now: datetime) -> None:
    """What a trainer says of themselves. The text stands in no audit entry."""
    row = db.session.get(TrainerProfile, person_id)
    if row is None:
        row = TrainerProfile(person_id=person_id, changed_at=now)
        db.session.add(row)
    row.languages, row.about, row.listed = [each for each in LANGUAGES if each in languages], about.strip()[:LONGEST_ABOUT], listed
    row.changed_at = now
    db.session.flush()
    audit.record(
        actor_id=person_id, action="trainer.profile_changed", subject=("person", person_id), after={"language": row.languages}, now=now,
    )


def add_away(
    *, person_id: UUID, first: date | None, last: date | None, note: str, now: datetime, row_id: UUID | None = None,
) -> TrainerAway:
    """Days away, first and last included. With `row_id` one that was removed comes back, once. Raises `BadDays`."""
    if first is None or last is None:
        raise BadDays(_("Days away: please write the first and the last day as in 2026-11-20."))
    if last < first:
        raise BadDays(_("Days away: the last day lies before the first."))
    known = db.session.get(TrainerAway, row_id) if row_id else None
    if known is not None:
        return known
    row = TrainerAway(id=row_id or new_id(), person_id=person_id, first_day=first, last_day=last, note=note.strip()[:LONGEST_NOTE])
    db.session.add(row)
    db.session.flush()
    _audit("trainer.away_added", row, now)
    return row


def remove_away(*, person_id: UUID, row_id: UUID, now: datetime) -> TrainerAway | None:
    """Take days away off; what was taken off, None where it is gone or somebody else's."""
    row = db.session.get(TrainerAway, row_id)
    if row is None or row.person_id != person_id:
        return None
    db.session.delete(row)
    db.session.flush()
    _audit("trainer.away_removed", row, now)
    return row


def _audit(action: str, row: TrainerAway, now: datetime) -> None:
    days = {"first": row.first_day.isoformat(), "last": row.last_day.isoformat()}
    audit.record(actor_id=row.person_id, action=action, subject=("person", row.person_id), after=days, now=now)
