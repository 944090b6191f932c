"""Periods of a report, in the programme's zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


class BadPeriod(DomainError):
    """The dates given make no period; `field` is the one to mend."""

    status = 400

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Period:
    """Whole days, both included; an open end is None."""

    first: date | None = None
    last: date | None = None

    def bounds(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """The moments from (included) and to (excluded)."""
        begins = datetime.combine(self.first, time.min, zone) if self.first else None
        ends = datetime.combine(self.last + timedelta(days=1), time.min, zone) if self.last else None
        return begins, ends


def read_period(first: str, last: str) -> Period:
    """A period from two ISO dates, empty for open. Raises `BadPeriod` naming the field."""
    begins, ends = read_day("from", first, _("From")), read_day("to", last, _("To"))
    if begins and ends and begins > ends:
        raise BadPeriod("from", _("“From” (%(first)s) is later than “To” (%(last)s).", first=begins.isoformat(), last=ends.isoformat()))
    return Period(begins, ends)


def read_day(field: str, text: str, label: str) -> date | None:
    """A day as ISO date, None for nothing. Raises `BadPeriod` naming the field."""
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise BadPeriod(field, _("“%(field)s” must be a date such as 2026-11-20.", field=label))
    if not EARLIEST <= found <= LATEST:
        raise BadPeriod(field, _("“%(field)s” must lie in the years from %(first)d to %(last)d.", field=label, first=EARLIEST.year,
                                 last=LATEST.year))
    return found
