"""A figure by province, as tiles and as a table by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from webapp.core.charts.shapes import Tile, Tiles
from webapp.core.i18n import _, current_language
from webapp.statistics import described
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.definitions import BY_KEY, FIGURES, Measure
from webapp.statistics.grids import figures, heads, page_urls, unequal, values, whole_of
from webapp.statistics.pages_places import no_ranking
from webapp.statistics.pages_time import figure_key, headline
from webapp.statistics.slices import Dimension
from webapp.statistics.spots import Spot
from webapp.statistics.standing import tops
from webapp.statistics.tables import Line, Shown, Table, head_of, number_of
from webapp.statistics.tiles import TILES

COUNTRY = "CN"


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """The provinces of the slice. Those that lie outside it are drawn without a number and stand in no table."""
    key = figure_key(asked, "counties")
    keys = [key, *(each for each in ("attended",) if each != key)]
    wanted = figures(keys)
    now_ = {each[0]: counted for each, counted in found.count(asked.part, (Dimension.PROVINCE,), FIGURES).items()}
    then = None
    if asked.against is not None:
        then = {each[0]: counted for each, counted in found.count(asked.against, (Dimension.PROVINCE,), FIGURES).items()}
    provinces = [each for each in _tops(asked) if each.country == COUNTRY and _inside(asked, each)]
    lead = page_urls("places", asked, "place")
    lines = [
        Line(each.name, values(wanted, now_.get(each.path, {}), None if then is None else then.get(each.path, {})),
             lead(each.id) if _allowed(asked, each) else "")
        for each in provinces
    ]
    whole = whole_of(found, asked.part)
    lines.append(Line(_("Total"), values(wanted, whole, None if asked.against is None else whole_of(found, asked.against)), total=True))
    figure = BY_KEY[key]
    title = headline(_("%(figure)s by province", figure=figure.label))
    table = Table(
        "provinces", title, _("Province"), heads(asked, wanted), lines, unequal(wanted, list(now_.values()), whole),
        chart=_drawn(title, key, provinces, now_),
    )
    says = [no_ranking(), _("A tile is a province in about its direction; its size says nothing of the area. An empty tile has nothing "
                            "to count, or lies outside the places shown.")]
    if figure.measure is Measure.PROVINCES:
        says.append(_("A province is covered or not: its number is 1 or nothing."))
    return Shown(_("Map"), described.about(asked), asked.part.cut_off, [table], wanted, says)


def _tops(asked: Asked) -> Sequence[Spot]:
    """All provinces. One query, none where the page has them because no place was chosen."""
    return asked.standing.below if asked.place is None and asked.allowed is None else tops(asked.part.tree_on)


def _inside(asked: Asked, spot: Spot) -> bool:
    """Whether a province is in the slice or holds some of it."""
    paths = asked.part.paths
    return paths is None or any(path.startswith(spot.path) or spot.path.startswith(path) for path in paths)


def _allowed(asked: Asked, spot: Spot) -> bool:
    return asked.allowed is None or any(spot.path.startswith(path) for path in asked.allowed)


def _drawn(title: str, key: str, tops: Sequence[Spot], counted: Mapping[str | None, Mapping[str, int]]) -> Tiles:
    figure = BY_KEY[key]
    head, known, chinese = head_of(figure), {each.path: each for each in tops}, current_language().startswith("zh")
    tiles = []
    for code, (column, row, character, letters) in TILES.items():
        spot = known.get(f"{COUNTRY}/{code}/")
        number = number_of(figure, counted.get(spot.path, {}).get(key, 0)) if spot else None
        tiles.append(Tile(column, row, character if chinese else letters, spot.name if spot else "", number, head.words(number)))
    held = sum(bool(tile.value) for tile in tiles)
    summary = _("%(number)d provinces have a number; the table beside it has the same numbers.", number=held)
    return Tiles(title, _("Province"), str(figure.label), tiles, summary)
