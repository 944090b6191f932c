"""A closed period: what changed since, and the figures as they were closed. On the screen and in files alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from webapp.core.config import settings
from webapp.core.i18n import _, current_language
from webapp.core.ui import dates
from webapp.statistics import closing, described, words
from webapp.statistics.answers import Source
from webapp.statistics.closing import Change
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.models import ClosedPeriod
from webapp.statistics.slices import EVERYWHERE, Dimension
from webapp.statistics.tables import Head, Line, Shown, Table, Value, head_of, value_of


class _Either(Head):
    """A column in which numbers of things and hours stand below each other: hours have a tenth."""

    def words(self, value: Value) -> str:
        return Head(self.label, signed=self.signed, digits=1 if isinstance(value, float) else 0).words(value)


def shown(row: ClosedPeriod, found: Source, allowed: tuple[str, ...] | None) -> Shown:
    """The period as far as the reader's places go. Some four counts, and a query for the names."""
    changes = [each for each in closing.changed(row, found) if _mine(each.path, allowed)]
    places = sorted((path, values) for path, values in row.figures["places"].items() if _mine(path, allowed))
    present = {path for path, _values in places} | {each.path for each in changes}
    named = {EVERYWHERE: _("All places"), **dict(words.named(Dimension.COUNTY, present - {EVERYWHERE}, row.last))}
    says = [
        _("The figures stay as they were when the period was closed, with the definitions of that day."),
        _("Rows recorded up to %(time)s, and corrections: attendance typed in late, certificates issued later, people who were found to "
          "be one.", time=dates.moment_text(found.cut_off, current_language(), settings().programme_zone)),
    ]
    anew = sorted(str(BY_KEY[key].label) for key in closing.redefined(row))
    if anew:
        says.append(_("These figures are defined anew since then and are not compared: %(figures)s.", figures=described.listed(anew)))
    about = [
        (_("Place"), _("all places") if allowed is None else _("your places")), (_("Period"), described.period_of(row.first, row.last)),
        (_("Days are those of"), described.zone_name()),
    ]
    title = _("Closed period: %(days)s", days=described.name_of_period(row.first, row.last))
    return Shown(title, about, row.cut_off, [_frozen(places, named), _changed(changes, named)], FIGURES, says)


def _mine(path: str, allowed: tuple[str, ...] | None) -> bool:
    return allowed is None or (path != EVERYWHERE and path.startswith(allowed))


def _frozen(places: Sequence[tuple[str, Mapping[str, int]]], named: Mapping[str, str]) -> Table:
    lines = [
        Line(named.get(path, path), [value_of(each, values.get(each.key, 0)) for each in FIGURES]) for path, values in places
    ]
    return Table("frozen", _("Figures as they were closed"), _("Place"), [head_of(each) for each in FIGURES], lines, [
        _("Nothing was counted in these places in this period."),
    ] if not lines else ())


def _changed(changes: Sequence[Change], named: Mapping[str, str]) -> Table:
    heads = [
        Head(_("Figure"), number=False), _Either(_("Closed with"), digits=1), _Either(_("Today"), digits=1),
        _Either(_("change"), digits=1, signed=True),
    ]
    lines = []
    for each in changes:
        figure = BY_KEY[each.figure]
        numbers = [value_of(figure, each.then), value_of(figure, each.now), value_of(figure, each.now - each.then)]
        lines.append(Line(named.get(each.path, each.path), [str(figure.label), *numbers]))
    return Table("since", _("What changed since"), _("Place"), heads, lines, [] if lines else [
        _("Nothing changed: counted today, every figure is the same."),
    ])
