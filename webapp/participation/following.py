"""An operation on places that somebody's participation builds on is not taken back."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from webapp.accounts.models_following import PlaceFollow
from webapp.core.database import db
from webapp.core.signals import PlaceOperationUndone
from webapp.participation.models import ParticipationEvent
from webapp.places.queries import within
from webapp.places.rules import SomethingFollowed


def refuse_if_counted(event: PlaceOperationUndone) -> None:
    """Handler of `place_operation_undone`: events are never changed, so their place must go on. Raises `SomethingFollowed`. One query."""
    row = ParticipationEvent
    who = select(PlaceFollow.row_id).where(PlaceFollow.operation_id == event.operation_id)
    counted = exists().where(
        row.recorded_at >= event.since,
        or_(row.place_id.in_(event.place_ids), row.person_id.in_(who), *(within(path, row.place_path) for path in event.paths)),
    )
    if db.session.scalar(select(counted)):
        raise SomethingFollowed
