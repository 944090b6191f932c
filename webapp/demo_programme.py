"""An invented programme of the size of a first national one, in rows: so that figures, lists and maps have something to show.

Its totals are those that the first programme of this kind reported for a year: 58,000 views, 5,300 people who began a test, 312 who
passed one; seven provinces, 39 counties and 1,137 officials of middle level and above trained onsite, twelve cities in preparation or
negotiation. What other parts of the demo made before counts towards them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from webapp import demo_counties, demo_follow_ups
from webapp.accounts.models import PositionLevel
from webapp.core.database import db
from webapp.courses.content import Course
from webapp.demo_crowd import Crowd, Funnel, learn
from webapp.places.models import Place
from webapp.statistics import slow
from webapp.statistics.definitions import FIGURES
from webapp.statistics.slices import Slice

SEED = 20160804
TOTALS = {
    "views": 58_000, "readers": 9_360, "enrolled": 8_912, "started": 5_300, "submitted": 4_186, "passed": 312, "certified": 298,
}
# People of counties learn online in all of these; trainings are held in those of `demo_counties`.
ONLINE_PROVINCES = ("11", "13", "31", "32", "33", "36", "41", "42", "43", "44", "45", "51", "52", "53", "61", "62", "65")
LEVEL_WEIGHTS = (34, 26, 24, 9, 3, 4)
LEVELS = (PositionLevel.STAFF, PositionLevel.JUNIOR, PositionLevel.MIDDLE, PositionLevel.SENIOR, PositionLevel.LEADING, None)


def load(*, course: Course, now: datetime) -> None:
    """Add what is missing to the programme's totals. The caller commits."""
    luck = random.Random(SEED)  # noqa: S311  invented lives, no secrets
    crowd = Crowd(luck, now)
    demo_counties.load(crowd=crowd, course=course, luck=luck, now=now)
    demo_follow_ups.load(course=course, now=now)
    found = slow.count(Slice(cut_off=now), (), FIGURES)[()]
    left = {key: max(0, total - found[key]) for key, total in TOTALS.items()}
    funnel = Funnel(**left)
    counties = _counties()
    chosen = [luck.choice(counties) for _each in range(funnel.readers)]
    levels = [None if level is None else int(level) for level in luck.choices(LEVELS, LEVEL_WEIGHTS, k=funnel.readers)]
    learn(crowd.people(chosen, levels), funnel, course, luck, now)


def _counties() -> Sequence[Place]:
    """Every fourth county of some provinces, by code."""
    found = db.session.scalars(
        select(Place).where(Place.country == "CN", Place.level == "county", Place.closed_on.is_(None),
                            func.substr(Place.code, 1, 2).in_(ONLINE_PROVINCES)).order_by(Place.code)
    )
    return list(found)[::4]
