"""What staff of the demo did with its figures: the last two quarters that are over are closed and published, the year has its plans."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from webapp import demo_counties
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.statistics import closing, planning, publications
from webapp.statistics.answers import source
from webapp.statistics.models import ClosedPeriod, Goal


def load(*, staff_id: UUID, now: datetime) -> int:
    """Set plans if there are none; close and publish, if nobody closed any period yet; how many. It commits."""
    _plan(staff_id, now)
    if db.session.scalar(select(ClosedPeriod.id).limit(1)) is not None:
        return 0
    for quarter in _quarters(now.astimezone(settings().programme_zone).date()):
        with unit_of_work():
            row = closing.close(text=quarter, found=source(now), actor_id=staff_id, now=now)
            publications.publish(row=row, actor_id=staff_id, now=now)
    return publications.carry_out_due(now)


def _plan(staff_id: UUID, now: datetime) -> None:
    """What the provinces of the trainings plan for this year: some have reached it, others have not."""
    if db.session.scalar(select(Goal.id).limit(1)) is not None:
        return
    year = now.astimezone(settings().programme_zone).year
    with unit_of_work():
        for number, (code, (counties, officials)) in enumerate(demo_counties.PROVINCES.items()):
            place = places.by_code("CN", f"{code}0000")
            assert place is not None
            # Officials of all levels come, not only those of middle level and above.
            wanted = {"counties": counties + number % 3, "attended": (officials * 6 // 5 // 10 + number % 4) * 10}
            for figure, planned in wanted.items():
                planning.plan(place_id=place.id, year=year, figure=figure, planned=planned, actor_id=staff_id, now=now)


def _quarters(today: date) -> list[str]:
    """The last two that are over, the earlier first, as `2026-Q3`."""
    number = today.year * 4 + (today.month - 1) // 3
    return [f"{each // 4}-Q{each % 4 + 1}" for each in (number - 2, number - 1)]
