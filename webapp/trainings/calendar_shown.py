"""A month of trainings: the grid of weeks, and the list of what is in it. Pure but for texts in the reader's language."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.trainings.conflicts import Collision
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.records import title_of

FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True)
class Month:
    """A month of the calendar, weeks from Monday."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def moved(self, by: int) -> Month | None:
        """So many months later, or earlier; None beyond the calendar."""
        count = self.year * 12 + self.number - 1 + by
        found = Month(count // 12, count % 12 + 1)
        return found if FIRST_YEAR <= found.year <= LAST_YEAR else None

    def __str__(self) -> str:
        """As it stands in an address: `2026-12`."""
        return f"{self.year:04d}-{self.number:02d}"

    def weeks(self) -> list[list[date]]:
        """Whole weeks that hold the month."""
        start = self.first - timedelta(days=self.first.weekday())
        count = ((self.last - start).days // 7) + 1
        return [[start + timedelta(days=7 * week + day) for day in range(7)] for week in range(count)]


def month_of(text: str, today: date) -> Month | None:
    """The month of an address, this month for nothing; None for what is no month."""
    if not text:
        return Month(today.year, today.month)
    year, dash, number = text.partition("-")
    if not (dash and len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()):
        return None
    found = Month(int(year), int(number))
    return found if FIRST_YEAR <= found.year <= LAST_YEAR and 1 <= found.number <= 12 else None


def by_day(trainings: Iterable[Training], sessions: Mapping[UUID, Sequence[TrainingSession]]) -> dict[date, list[Training]]:
    """Trainings of each day: the days of their sessions, or all their days where no session of the month is planned."""
    found: dict[date, list[Training]] = {}
    for training in trainings:
        planned = {each.day for each in sessions.get(training.id, ())}
        for day in sorted(planned or set(_days(training))):
            found.setdefault(day, []).append(training)
    return found


def _days(training: Training) -> Iterable[date]:
    if training.first_day is None or training.last_day is None:
        return []
    return [training.first_day + timedelta(days=each) for each in range((training.last_day - training.first_day).days + 1)]


def sentence(hit: Collision, names: Mapping[UUID, str]) -> str:
    """What collides, of two trainings that are both on the page."""
    one, other = title_of(hit.one), title_of(hit.other)
    if hit.person_id is None:
        return _("“%(one)s” and “%(other)s” use the same room at the same time.", one=one, other=other)
    name = names.get(hit.person_id, "")
    return _("%(name)s trains in “%(one)s” and “%(other)s” at the same time.", name=name, one=one, other=other)
