"""The demo's public figures: the last two quarters that are over are closed and published, as staff would do it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import closing, publications
from webapp.statistics.answers import source
from webapp.statistics.models import ClosedPeriod


def load(*, staff_id: UUID, now: datetime) -> int:
    """Close and publish them, if nobody closed any period yet; how many. It commits."""
    if db.session.scalar(select(ClosedPeriod.id).limit(1)) is not None:
        return 0
    for quarter in _quarters(now.astimezone(settings().programme_zone).date()):
        with unit_of_work():
            row = closing.close(text=quarter, found=source(now), actor_id=staff_id, now=now)
            publications.publish(row=row, actor_id=staff_id, now=now)
    return publications.carry_out_due(now)


def _quarters(today: date) -> list[str]:
    """The last two that are over, the earlier first, as `2026-Q3`."""
    number = today.year * 4 + (today.month - 1) // 3
    return [f"{each // 4}-Q{each % 4 + 1}" for each in (number - 2, number - 1)]
