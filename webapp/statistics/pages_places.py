"""A place and what lies below it, down the tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from webapp.core.i18n import _
from webapp.statistics import described, words
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.definitions import FIGURES, Figure
from webapp.statistics.grids import figures, heads, page_url, page_urls, unequal, values, whole_of
from webapp.statistics.slices import PLACES, Dimension, Slice
from webapp.statistics.spots import Spot
from webapp.statistics.standing import Standing
from webapp.statistics.tables import Line, Shown, Table

KEYS = ("views", "readers", "enrolled", "started", "passed", "attended", "trainings", "counties")
Row = tuple[str, str, Mapping[str, int], Mapping[str, int] | None]


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """The places directly below the chosen one, by code."""
    where = asked.standing
    wanted = figures(KEYS)
    rows = list(_rows(asked, found, where, wanted))
    lines = [Line(name, values(wanted, mine, theirs), url) for name, url, mine, theirs in rows]
    whole = whole_of(found, asked.part)
    before = None if asked.against is None else whole_of(found, asked.against)
    lines.append(Line(_("Total"), values(wanted, whole, before), total=True))
    notes = unequal(wanted, [row[2] for row in rows], whole) if rows else ()
    table = Table("places", _title(where, below=bool(rows)), _("Place"), heads(asked, wanted), lines, notes)
    says = [no_ranking()] if rows else [_("There are no places below this one. The other pages tell more of it.")]
    return Shown(_("Places"), described.about(asked), asked.part.cut_off, [table], wanted, says)


def _title(where: Standing, *, below: bool) -> str:
    if where.here is None:
        return _("Places")
    return _("Places below %(place)s", place=where.here.name) if below else where.here.name


def no_ranking() -> str:
    """Why places stand by code and never by size."""
    return _("Places stand in the order of their codes. There is no ranking: they began at different times and differ in size, so a larger "
             "number does not mean better work.")


def _rows(asked: Asked, found: Source, where: Standing, wanted: Sequence[Figure]) -> Iterator[Row]:
    """Name, address, figures, and those that they are compared with."""
    if where.here is None and asked.allowed is not None:
        # The tops of a reader's trees may lie at different levels, so each is a question of its own.
        yield from _each(asked, found, where.below)
        return
    depth = where.here.rank + 1 if where.here else 0
    if not where.below or depth >= len(PLACES):
        yield from _each(asked, found, where.below)
        return
    now = _levels(found, asked.part, depth, wanted)
    then = None if asked.against is None else _levels(found, asked.against, depth, wanted)
    known = {spot.path: spot for spot in where.below}
    paths = {*known, *(path for path in {*now, *(then or {})} if path is not None)}
    lead = page_urls("places", asked, "place")
    former = dict(words.named(PLACES[depth], paths - set(known), asked.part.tree_on))
    for path in sorted(paths):
        name = known[path].name if path in known else _("%(place)s (a former place or one of others)", place=former[path])
        url = lead(known[path].id) if path in known else ""
        yield name, url, now.get(path, {}), None if then is None else then.get(path, {})
    if None in now or (then and None in then):
        here = _("%(place)s itself, no place below it", place=where.here.name) if where.here else words.not_stated()
        yield here, "", now.get(None, {}), None if then is None else then.get(None, {})


def _each(asked: Asked, found: Source, spots: Sequence[Spot]) -> Iterator[Row]:
    questions: list[tuple[Slice, tuple[Dimension, ...], Sequence[Figure]]] = [
        (part.but(paths=(spot.path,)), (), FIGURES) for spot in spots for part in (asked.part, asked.against) if part is not None
    ]
    found.fetch(questions)
    for spot in spots:
        then = None if asked.against is None else whole_of(found, asked.against.but(paths=(spot.path,)))
        yield spot.name, page_url("places", asked, place=str(spot.id)), whole_of(found, asked.part.but(paths=(spot.path,))), then


def _levels(found: Source, part: Slice, depth: int, wanted: Sequence[Figure]) -> dict[str | None, Mapping[str, int]]:
    """Figures of the places directly below, by path; None for what lies in none of them.

    Below a province there are cities and, here and there, counties that belong to no city.
    """
    if depth == 0:
        cells = found.count(part, (Dimension.PROVINCE,), FIGURES)
        return {key[0]: figures_ for key, figures_ in cells.items()}
    below = PLACES[depth:]
    lowest = found.count(part, below, wanted)
    if len(below) == 1:
        return {key[0]: counted for key, counted in lowest.items()}
    upper = found.count(part, below[:1], wanted)
    rows: dict[str | None, Mapping[str, int]] = {key[0]: counted for key, counted in upper.items() if key[0] is not None}
    rows.update({key[1]: counted for key, counted in lowest.items() if key[0] is None})
    return rows
