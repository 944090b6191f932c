"""What places planned for a year beside what they reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload

from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.places.models import Country, Place
from webapp.places.queries import within
from webapp.statistics import described
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.definitions import BY_KEY, FIGURES, Figure, Measure
from webapp.statistics.grids import figures as figures_of
from webapp.statistics.models import Goal
from webapp.statistics.slices import PLACES, Slice
from webapp.statistics.tables import Head, Line, Shown, Table, Value, number_of


def shown(asked: Asked, found: Source, now: datetime) -> Shown:
    """Every plan of the places and years asked for, in the order of the tree. One query, and the counts of each year by level."""
    plans = plans_of(asked, now)
    reached = _reached(asked, found, plans)
    lines = [_line(plan, reached[plan.year, plan.place.path, plan.figure]) for plan in plans if plan.figure in BY_KEY]
    heads = [
        Head(_("Year"), number=False), Head(_("Figure"), number=False), Head(_("Planned figure"), digits=0), Head(_("Reached"), digits=0),
        Head(_("per cent of the plan"), digits=1, unit="%"),
    ]
    notes = [] if lines else [_("Nothing is planned here for these years.")]
    table = Table("goals", _("Planned and reached"), _("Place"), heads, lines, notes)
    wanted = figures_of(dict.fromkeys(plan.figure for plan in plans if plan.figure in BY_KEY))
    says = [
        _("A plan of a place holds for the tree below it. What is reached counts from the first day of the year to the last, or to the "
          "cut-off; plans of smaller places need not add up to those of the place above."),
    ]
    return Shown(_("Planned and reached"), described.about(asked), asked.part.cut_off, [table], wanted, says)


def plans_of(asked: Asked, now: datetime) -> Sequence[Goal]:
    """Plans of the places and of the years in which the period has a day; without a period those of this year. One query."""
    first, last = asked.part.first, asked.part.last
    year = now.astimezone(settings().programme_zone).year
    where: list[ColumnElement[bool]] = []
    if first is None and last is None:
        where.append(Goal.year == year)
    if first is not None:
        where.append(Goal.year >= first.year)
    if last is not None:
        where.append(Goal.year <= last.year)
    if asked.part.paths is not None:
        where.append(or_(false(), *(within(path) for path in asked.part.paths)))
    query = select(Goal).join(Place, Place.id == Goal.place_id).where(*where).options(joinedload(Goal.place))
    order = {each.key: number for number, each in enumerate(FIGURES)}
    return sorted(db.session.scalars(query), key=lambda each: (each.place.path, each.year, order.get(each.figure, len(order))))


def _reached(asked: Asked, found: Source, plans: Sequence[Goal]) -> dict[tuple[int, str, str], int]:
    """What each plan reached: one count a year and level of places, one for each place of another level."""
    reached: dict[tuple[int, str, str], int] = {}
    for year in sorted({plan.year for plan in plans}):
        mine = [plan for plan in plans if plan.year == year and plan.figure in BY_KEY]
        wanted = [each for each in FIGURES if any(plan.figure == each.key for plan in mine)]
        # The filters of the page narrow what was reached as everywhere; the places are those of the plans.
        part = asked.part.but(first=date(year, 1, 1), last=date(year, 12, 31))
        cells = _cells(found, part, mine, wanted) if mine else {}
        for plan in mine:
            reached[year, plan.place.path, plan.figure] = cells.get(plan.place.path, {}).get(plan.figure, 0)
    return reached


def _cells(found: Source, part: Slice, plans: Sequence[Goal], wanted: Sequence[Figure]) -> dict[str, Mapping[str, int]]:
    """Figures by path. A level is what the country declares; places of further levels are counted one by one."""
    ranks = {
        (country.code, level.id): PLACES[rank]
        for country in db.session.scalars(select(Country)) for rank, level in enumerate(country.scheme.levels[: len(PLACES)])
    }
    levels = {plan.place.path: ranks.get((plan.place.country, plan.place.level)) for plan in plans}
    cells: dict[str, Mapping[str, int]] = {}
    for level in PLACES:
        if level in levels.values():
            cells |= {key[0]: values for key, values in found.count(part, (level,), wanted).items() if levels.get(key[0]) is level}
    for path in sorted(path for path, level in levels.items() if level is None):
        cells[path] = found.total(part.but(paths=(path,)), wanted)
    return cells


def _line(plan: Goal, number: int) -> Line:
    figure = BY_KEY[plan.figure]
    value = number_of(figure, number)
    per_cent: Value = round(value * 100 / plan.planned, 1) if plan.planned else None
    values: list[Value] = [plan.year, label_of(figure), plan.planned, round(value), per_cent]
    return Line(plan.place.name(), values, f"/statistics/places?place={plan.place_id}")


def label_of(figure: Figure) -> str:
    """What is planned: hours are planned in whole hours."""
    return str(figure.label) if figure.measure is not Measure.MINUTES else _("%(figure)s (whole hours)", figure=str(figure.label))
