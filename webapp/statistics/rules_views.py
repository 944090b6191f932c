"""When a saved view is mailed and for which days. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from webapp.core.errors import DomainError
from webapp.core.i18n import _
from webapp.statistics.asking import RELATIVE, named_period
from webapp.statistics.models import Cadence

# What happened on the last days is often recorded on the first ones of the next month.
DAYS_AFTER = timedelta(days=3)
DELETED_KEPT = timedelta(days=30)
LONGEST_NAME, MOST_VIEWS = 120, 200
_PERIOD = frozenset({"period", "from", "to"})
_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3}


class ViewError(DomainError):
    """A view cannot be saved so; `field` is what to mend."""

    status = 400

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def name_of(text: str) -> str:
    """A name as it is kept: one line, not empty, not too long. Raises `ViewError`."""
    name = " ".join(text.split())
    if not name:
        raise ViewError("name", _("Please give the view a name."))
    if len(name) > LONGEST_NAME:
        raise ViewError("name", _("The name is too long: %(most)d characters at most.", most=LONGEST_NAME))
    return name


def ended(cadence: Cadence, today: date) -> date:
    """The last day of the last month or quarter that is over."""
    months = _MONTHS[cadence]
    first = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    return first - timedelta(days=1)


def following(cadence: Cadence, end: date) -> date:
    """The last day of the month or quarter after the one that ended on a day."""
    behind = end.year * 12 + end.month + _MONTHS[cadence]
    return date(behind // 12, behind % 12 + 1, 1) - timedelta(days=1)


def begun(cadence: Cadence, today: date) -> date:
    """Up to where a mailing that begins today counts as sent: what was due before today is not sent any more."""
    end = ended(cadence, today)
    if end + DAYS_AFTER < today:
        return end
    return ended(cadence, end)


def due(cadence: Cadence, sent_until: date, today: date) -> date | None:
    """The last day of the period to send now, the earliest first; None if there is none."""
    end = following(cadence, sent_until)
    return end if today >= end + DAYS_AFTER else None


def moved(query: Iterable[tuple[str, str]], cadence: Cadence, end: date) -> list[tuple[str, str]]:
    """A view's question for the period that ended on a day.

    A period that moves with today is the one that it was on the last day of the period (`this-month`) or on the day after it
    (`last-month`). All time becomes the month or quarter. Days that the reader fixed stay.
    """
    pairs = list(query)
    chosen = dict(pairs)
    if (chosen.get("period") and chosen["period"] not in RELATIVE) or chosen.get("from") or chosen.get("to"):
        return pairs
    kept = [(name, value) for name, value in pairs if name not in _PERIOD]
    name = chosen.get("period")
    if name:
        found = named_period(name, end if name.startswith("this-") else end + timedelta(days=1))
        assert found.first is not None
        assert found.last is not None
        return [*kept, ("from", found.first.isoformat()), ("to", found.last.isoformat())]
    quarter = f"{end.year}-Q{(end.month + 2) // 3}"
    return [*kept, ("period", f"{end.year}-{end.month:02d}" if cadence is Cadence.MONTHLY else quarter)]
