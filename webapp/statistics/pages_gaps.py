"""Who is left behind: shares of people and of counties, each with its numbers and an interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from webapp.accounts.models import PositionLevel, Sex
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.suppression import LEAST
from webapp.places.models import Country, Place, PlaceSpell
from webapp.places.queries import within
from webapp.statistics import described, words
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.grids import figures
from webapp.statistics.slices import Dimension, Slice
from webapp.statistics.tables import Head, Line, Shown, Table
from webapp.statistics.trees import on_day
from webapp.statistics.wilson import wilson

KEYS = ("readers", "started", "passed", "attended", "trainings")
JUNIOR = (int(PositionLevel.STAFF), int(PositionLevel.JUNIOR))
ELDER = ("56-65", "66+")
Counted = Mapping[Any, Mapping[str, int]]


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """Shares that show who takes part less, and the counties by province that nobody has reached."""
    part, wanted = asked.part, figures(KEYS)
    dimensions = (Dimension.SEX, Dimension.LEVEL, Dimension.AGE, Dimension.COUNTY)
    found.fetch([(part, (each,), wanted) for each in dimensions])
    sex, level, age, county = ({key[0]: cell for key, cell in found.count(part, (each,), wanted).items()} for each in dimensions)
    counties = counties_of(part)
    seen = {key: reached(county, counties, key) for key in ("trainings", "readers", "passed")}
    lines = [
        *(line(text, *share(sex, key, [Sex.FEMALE.value])) for text, key in (
            (_("Women among readers"), "readers"), (_("Women among those who passed a test"), "passed"),
            (_("Women among officials attended"), "attended"),
        )),
        *(line(text, *share(level, key, JUNIOR)) for text, key in (
            (_("Staff members and junior management among readers"), "readers"),
            (_("Staff members and junior management among officials attended"), "attended"),
        )),
        *(line(text, *share(age, key, ELDER)) for text, key in (
            (_("People of 56 years and older among readers"), "readers"),
            (_("People of 56 years and older among officials attended"), "attended"),
        )),
        *(line(text, len(counties) - len(seen[key]), len(counties), least=1) for text, key in (
            (_("Counties for which no training was held"), "trainings"), (_("Counties without a reader"), "readers"),
            (_("Counties in which nobody passed a test"), "passed"),
        )),
    ]
    few = any(each.values[1] and each.values[2] is None for each in lines)
    heads = [Head(_("How many")), Head(_("Out of")), *(Head(text, digits=1, unit="%") for text in (
        _("Share"), _("Interval from"), _("Interval to"),
    ))]
    gaps = Table("gaps", _("Shares that show who takes part"), _("Group of people, or places"), heads, lines, [
        _("Of people only those count who stated their sex, level or age; “out of” says how many these are."),
        *([_("No share is given of fewer than %(least)d people: it would say nothing about the group.", least=LEAST)] if few else []),
    ])
    says = [
        _("The interval (Wilson, 95%) says how far the share may lie from the tendency behind it, by chance alone: with few people it is "
          "wide, and two shares whose intervals overlap should not be called different."),
        _("It says nothing about why. People who take part are no sample of all officials, so a share of women below one half shows "
          "who came, not who was invited or who holds such posts."),
        _("All counties are counted, so their share is exact for the period; the interval only warns against reading much into a few."),
    ]
    tables = [gaps, _by_province(part, counties, seen)]
    return Shown(_("Who is left behind"), described.about(asked), part.cut_off, tables, figures(KEYS), says)


def share(cells: Counted, key: str, of: Iterable[Any]) -> tuple[int, int]:
    """How many are of some values, among those who stated any."""
    chosen = set(of)
    stated = {value: cell.get(key, 0) for value, cell in cells.items() if value is not None}
    return sum(number for value, number in stated.items() if value in chosen), sum(stated.values())


def line(label: str, part: int, whole: int, least: int = LEAST) -> Line:
    """A share with its interval; none where fewer people than that are counted."""
    if whole < least:
        return Line(label, [part, whole, None, None, None])
    low, high = wilson(part, whole)
    return Line(label, [part, whole, *(round(each * 100, 1) for each in (part / whole, low, high))])


def reached(cells: Counted, counties: frozenset[str], key: str) -> frozenset[str]:
    """Counties, by path, in which a figure is not zero."""
    return counties.intersection(path for path, cell in cells.items() if cell.get(key))


def counties_of(part: Slice) -> frozenset[str]:
    """Paths of the counties of the slice, as they are now or stood on its day. One query."""
    of: Any = Place if part.tree_on is None else PlaceSpell
    there: list[ColumnElement[bool]] = [Place.closed_on.is_(None) if part.tree_on is None else on_day(part.tree_on)]
    if part.paths is not None:
        there.append(or_(false(), *(within(path, of.path) for path in part.paths)))
    level = Country.levels[2]["id"].as_string()
    query = select(of.path).join(Country, and_(Country.code == of.country, level == of.level)).where(*there)
    return frozenset(db.session.scalars(query))


def _by_province(part: Slice, counties: frozenset[str], seen: Mapping[str, frozenset[str]]) -> Table:
    """Counties by province: how many there are, and for how many nothing is counted yet. One query for the names."""
    province_of = {path: _province(path) for path in counties}
    there, here = Counter(province_of.values()), [Counter(map(province_of.__getitem__, paths)) for paths in seen.values()]
    lines = [
        Line(name, [there[province], *(there[province] - each[province] for each in here)])
        for province, name in words.named(Dimension.PROVINCE, there, part.tree_on)
    ]
    lines.append(Line(_("Total"), [len(counties), *(len(counties) - len(paths) for paths in seen.values())], total=True))
    heads = [Head(_("Counties"))] + [Head(text, str(BY_KEY[key].definition)) for key, text in zip(seen, (
        _("without a training"), _("without a reader"), _("without anybody who passed"),
    ), strict=True)]
    return Table("counties", _("Counties that are not reached yet"), _("Province"), heads, lines)


def _province(path: str) -> str:
    """The first two parts of a path: country and province."""
    return path[: path.index("/", path.index("/") + 1) + 1]
