"""What part of the participation is counted: period, places, course, kinds of people; and by what it is broken down."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass

EVERYWHERE = ""


class Dimension(StrEnum):
    """By what figures can be broken down. Places by level, time by its units, people as they were at the moment of the event."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    COURSE = "course"
    STEP = "step"
    TRAINING = "training"
    ORGANISATION = "organisation"
    LEVEL = "level"
    SEX = "sex"
    AGE = "age"
    LANGUAGE = "language"
    DEVICE = "device"
    CHANNEL = "channel"


PLACES = (Dimension.PROVINCE, Dimension.CITY, Dimension.COUNTY)
TIMES = (Dimension.YEAR, Dimension.QUARTER, Dimension.MONTH, Dimension.WEEK, Dimension.DAY)


@dataclass(frozen=True)
class Slice:
    """A part of the participation. Empty tuples and None mean no limit.

    Days are those of the programme's zone, both included. `paths` are trees of places, None for everywhere; with `tree_on` they
    are those of that day, and each event counts where its place stood then. `level_from` is the least position level. `past`
    adds what was brought in of former years.
    """

    cut_off: datetime
    first: date | None = None
    last: date | None = None
    paths: tuple[str, ...] | None = None
    tree_on: date | None = None
    course_id: str | None = None
    training_id: UUID | None = None
    organisations: tuple[str, ...] = ()
    level_from: int | None = None
    sexes: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    past: bool = False

    def but(self, **changes: Any) -> Slice:
        """The same with something else."""
        return replace(self, **changes)

    @property
    def key(self) -> str:
        """Text by which two equal slices are known, whatever their cut-off."""
        parts = [f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.name != "cut_off"]
        return "&".join(parts)


def unit_of(dimension: Dimension, day: date) -> str:
    """The unit of time in which a day lies: `2026`, `2026-Q4`, `2026-11`, `2026-W47` (ISO 8601), `2026-11-21`."""
    match dimension:
        case Dimension.YEAR:
            return f"{day.year:04d}"
        case Dimension.QUARTER:
            return f"{day.year:04d}-Q{(day.month + 2) // 3}"
        case Dimension.MONTH:
            return f"{day.year:04d}-{day.month:02d}"
        case Dimension.WEEK:
            year, week, _weekday = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case _:
            return day.isoformat()


def before(first: date, last: date) -> tuple[date, date]:
    """The period just before: as many whole months if it is made of whole months, else as many days."""
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        index = first.year * 12 + first.month - 1 - months
        return date(index // 12, index % 12 + 1, 1), first - timedelta(days=1)
    length = (last - first).days + 1
    return first - timedelta(days=length), first - timedelta(days=1)


def year_ago(day: date) -> date:
    """The same day a year before; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
