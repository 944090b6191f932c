"""Figures along time: by year, quarter, month, week or day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from webapp.core.charts.shapes import Bar, Columns
from webapp.core.i18n import _
from webapp.statistics import described, words
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked, BadQuestion
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.grids import cells_of, figures, unequal, values, whole_of
from webapp.statistics.slices import TIMES, Dimension, unit_of
from webapp.statistics.tables import Head, Line, Shown, Table, head_of, number_of

KEYS = ("views", "readers", "enrolled", "started", "passed", "attended", "hours", "trainings")
# More columns than this are no drawing any more.
MOST_COLUMNS = 120
# From the beginning of a unit so far into the next one, and not beyond it.
LONGEST = {
    Dimension.YEAR: timedelta(days=366), Dimension.QUARTER: timedelta(days=92), Dimension.MONTH: timedelta(days=31),
    Dimension.WEEK: timedelta(days=7), Dimension.DAY: timedelta(days=1),
}


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """One figure as columns and several as a table, by the unit that was chosen."""
    by = unit(asked)
    key = figure_key(asked, "views")
    keys = KEYS if key in KEYS else (key, *KEYS)
    table = by_time(asked, found, by, key, keys)
    says = [_("Nothing is shown before the first and after the last unit in which anything happened; in between, nothing is a zero.")]
    if asked.against is not None:
        says.append(_("This page shows one period only. What it is compared with is shown on the overview."))
    return Shown(_("Over time"), described.about(asked), asked.part.cut_off, [table], figures(keys), says)


def unit(asked: Asked) -> Dimension:
    """The unit that was chosen, else months. Raises `BadQuestion`."""
    text = asked.options.get("by", "") or Dimension.MONTH.value
    if text not in {each.value for each in TIMES}:
        raise BadQuestion("by", _("Time is shown by year, quarter, month, week or day, not by “%(name)s”.", name=text[:20]))
    return Dimension(text)


def figure_key(asked: Asked, usual: str) -> str:
    """The figure that was chosen to be drawn. Raises `BadQuestion`."""
    key = asked.options.get("figure", "") or usual
    if key not in BY_KEY:
        raise BadQuestion("figure", _("There is no figure “%(name)s”.", name=key[:40]))
    return key


def headline(text: str) -> str:
    """A heading that begins with the name of a figure, which are written small within sentences."""
    return text[:1].upper() + text[1:]


def choices() -> list[tuple[str, str]]:
    """Every figure, for a select."""
    return [(each.key, str(each.label)) for each in FIGURES]


def by_time(asked: Asked, found: Source, by: Dimension, key: str, keys: Sequence[str]) -> Table:
    """Figures by units of time, one of them drawn."""
    wanted = figures(keys)
    now = cells_of(found, asked.part, by, wanted)
    units = list(_between(by, min(now), max(now))) if now else []
    lines = [Line(words.unit_word(by, each), values(wanted, now.get(each, {}), None)) for each in units]
    whole = whole_of(found, asked.part)
    lines.append(Line(_("Total"), values(wanted, whole, None), total=True))
    notes = unequal(wanted, [now.get(each, {}) for each in units], whole)
    figure = BY_KEY[key]
    title = headline(_("%(figure)s by %(unit)s", figure=figure.label, unit=str(words.DIMENSIONS[by]).lower()))
    chart = None
    if 0 < len(units) <= MOST_COLUMNS:
        head, drawn = head_of(figure), {each: number_of(figure, now.get(each, {}).get(key, 0)) for each in units}
        bars = [Bar(words.unit_word(by, each), value, head.words(value)) for each, value in drawn.items()]
        most = max(bars, key=lambda bar: bar.value or 0)
        summary = _("Most in %(unit)s: %(number)s.", unit=most.label, number=most.words)
        chart = Columns(title, str(words.DIMENSIONS[by]), str(figure.label), bars, summary)
    elif units:
        notes = [_("There are too many units for a drawing. Choose a shorter period or a longer unit."), *notes]
    return Table("time", title, str(words.DIMENSIONS[by]), [_head(each) for each in keys], lines, notes, chart)


def _head(key: str) -> Head:
    return head_of(BY_KEY[key])


def _between(by: Dimension, first: str, last: str) -> Iterator[str]:
    """Every unit from the first to the last."""
    day = _begins(by, first)
    while (here := unit_of(by, day)) != last:
        yield here
        # A day that lies in the next unit, and its beginning.
        day = _begins(by, unit_of(by, day + LONGEST[by]))
    yield last


def _begins(by: Dimension, text: str) -> date:
    year, _hyphen, rest = text.partition("-")
    match by:
        case Dimension.YEAR:
            return date(int(year), 1, 1)
        case Dimension.QUARTER:
            return date(int(year), int(rest[1]) * 3 - 2, 1)
        case Dimension.MONTH:
            return date(int(year), int(rest), 1)
        case Dimension.WEEK:
            return date.fromisocalendar(int(year), int(rest[1:]), 1)
        case _:
            return date.fromisoformat(text)
