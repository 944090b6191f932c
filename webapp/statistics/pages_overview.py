"""The overview: the figures that the programme reports, each with its definition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from webapp.accounts.models import PositionLevel
from webapp.core.i18n import _
from webapp.statistics import described
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.grids import figures, page_url, whole_of
from webapp.statistics.planned import cities_planned
from webapp.statistics.slices import Slice
from webapp.statistics.tables import Head, Line, Shown, Table, Value

# The programme reports the officials of this level and above.
REPORTED = PositionLevel.MIDDLE
ORDER = ("views", "readers", "enrolled", "started", "passed", "attended", "provinces", "counties")
LEADS_TO = {"attended": "trainings", "provinces": "map", "counties": "places"}


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """Key figures, with those of the other period where the page compares."""
    mine = _counted(found, asked.part)
    theirs = None if asked.against is None else _counted(found, asked.against)
    lines = []
    for key in ORDER:
        if key == "attended" and asked.part.level_from is None:
            url = page_url("trainings", asked, level=str(int(REPORTED)))
            lines.append(Line(
                _("officials attended, middle level and above"), _values("reported", mine, theirs), url,
                note=_("People of middle level and above at that moment who were present at least at one half-day session; each "
                       "counted once."),
            ))
        label = _("officials attended, all levels") if key == "attended" and asked.part.level_from is None else str(BY_KEY[key].label)
        lines.append(Line(
            label, _values(key, mine, theirs), page_url(LEADS_TO.get(key, "courses"), asked), note=str(BY_KEY[key].definition),
        ))
    planned: list[Value] = [cities_planned(asked.part)]
    lines.append(Line(
        _("cities in preparation or negotiation"), planned if theirs is None else [*planned, None, None, None],
        note=_("Cities for which a training is being negotiated or prepared today, whatever the period; in none of the other figures."),
    ))
    heads = [Head(_("Value"))]
    if theirs is not None:
        heads += [Head(_("Compared with")), Head(_("change"), signed=True), Head(_("change in per cent"), digits=1, unit="%", signed=True)]
    table = Table("key-figures", _("Key figures"), _("Figure"), heads, lines, key=True)
    return Shown(_("Overview"), described.about(asked), asked.part.cut_off, [table], figures(ORDER))


def _counted(found: Source, part: Slice) -> Mapping[str, int]:
    whole = whole_of(found, part)
    if part.level_from is not None:
        return whole
    reported = found.total(part.but(level_from=int(REPORTED)), [BY_KEY["attended"]])
    return {**whole, "reported": reported["attended"]}


def _values(key: str, mine: Mapping[str, int], theirs: Mapping[str, int] | None) -> list[Value]:
    if theirs is None:
        return [mine[key]]
    return [mine[key], theirs[key], mine[key] - theirs[key], change(mine[key], theirs[key])]


def change(now: int, then: int) -> float | None:
    """By how many per cent a figure grew; None where there was nothing before."""
    return round((now - then) * 100 / then, 1) if then else None
