"""What everybody may see: a fixed set of tables of each closed period that was published, small groups withheld. See `publications`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.accounts.models import PositionLevel
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.suppression import LEAST
from webapp.statistics import described, editions, words
from webapp.statistics.answers import Source, source
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.editions import NOT_STATED, REPORTED, TOTAL, Edition, Place
from webapp.statistics.models import ClosedPeriod
from webapp.statistics.slices import Dimension, Slice
from webapp.statistics.tables import Head, Line, Shown, Table, head_of

KEPT = "public"
ONLINE, ONSITE = ("views", "readers", "enrolled", "started", "passed", "certified"), ("attended", "completed")
PEOPLE = (*ONLINE, *ONSITE)
# Trainings and places are no groups of people: they are shown as they are.
WHOLE, BY_PLACE = ("trainings", "provinces", "counties"), ("trainings", "counties")
DIMENSIONS = {editions.PROVINCE: Dimension.PROVINCE, editions.LEVEL: Dimension.LEVEL, editions.SEX: Dimension.SEX,
              editions.MONTH: Dimension.MONTH}
REPORTED_FROM = int(PositionLevel.MIDDLE)
KEY_FIGURES = ("views", "readers", "enrolled", "started", "passed", "certified", REPORTED, "attended", "completed", *WHOLE)


def published() -> list[ClosedPeriod]:
    """Periods that everybody may see, the latest first. One query."""
    found = db.session.scalars(
        select(ClosedPeriod).where(ClosedPeriod.published).order_by(ClosedPeriod.last.desc(), ClosedPeriod.first)
    )
    return [each for each in found if KEPT in each.figures]


def edition(period: ClosedPeriod) -> Edition:
    """The tables kept with a period. KeyError if it was never published."""
    return editions.read(str(period.id), period.first, period.last, period.figures[KEPT])


def counted(key: str, first: date, last: date, cut_off: datetime) -> Edition:
    """The public tables of some days as they stood at a cut-off, nothing withheld yet."""
    found = source(cut_off)
    if found.snapshot is None or found.cut_off < cut_off:
        found = Source(cut_off)
    part = Slice(cut_off=cut_off, first=first, last=last)
    people, whole, by_place = ([BY_KEY[each] for each in keys] for keys in (PEOPLE, WHOLE, BY_PLACE))
    numbers: dict[Place, int] = {(each, TOTAL, ""): number for each, number in found.total(part, people).items()}
    free: dict[Place, int] = {(each, TOTAL, ""): number for each, number in found.total(part, whole).items()}
    numbers["attended", REPORTED, ""] = found.total(part.but(level_from=REPORTED_FROM), [BY_KEY["attended"]])["attended"]
    for table, dimension in DIMENSIONS.items():
        for (value,), row in found.count(part, (dimension,), people).items():
            numbers.update({(each, table, NOT_STATED if value is None else str(value)): number for each, number in row.items()})
    for (value,), row in found.count(part, (Dimension.PROVINCE,), by_place).items():
        free.update({(each, editions.PROVINCE, NOT_STATED if value is None else str(value)): row[each] for each in BY_PLACE})
    return Edition(key, first, last, numbers, frozenset(), free)


def tables(period: ClosedPeriod) -> Shown:
    """The public tables of a period, in the reader's language, from what was frozen. None in a table is what is withheld. Two queries."""
    made = edition(period)
    titles = {
        editions.PROVINCE: _("By province"), editions.LEVEL: _("By position level"), editions.SEX: _("By sex"),
        editions.MONTH: _("By month"),
    }
    # Two tables each, so that a sheet of paper takes their columns.
    found = [_key_figures(made)]
    for table, title in titles.items():
        onsite = (*ONSITE, *BY_PLACE) if table == editions.PROVINCE else ONSITE
        found.append(_table(made, table, _("%(title)s: courses", title=title), ONLINE))
        found.append(_table(made, table, _("%(title)s: trainings", title=title), onsite))
    about = [(_("Place"), _("all places")), (_("Period"), described.period_of(period.first, period.last)),
             (_("Days are those of"), described.zone_name())]
    return Shown(
        _("Public figures"), about, period.cut_off, found, [BY_KEY[each] for each in (*PEOPLE, *WHOLE)],
        [*omitted(made),
         _("A dash stands for a number that is not published. Numbers under %(least)d are not published, so that nobody in a small group "
           "can be recognised. So that such a number cannot be worked out from the others, some larger ones are left out as well. "
           "Zero is shown as zero.", least=LEAST),
         _("A person counts once in each number. Who belongs to several rows, such as several months, counts in each of them, so rows may "
           "add up to more than the total."),
         _("The figures were fixed at the cut-off and do not change; what was recorded later is not in them."),
         _("Places stand by code. They are not ranked.")],
    )


def omitted(made: Edition) -> list[str]:
    """What is not published of any row of an edition, as a sentence, and why; nothing where every figure shows a number."""
    if not made.tells:
        return [_("Of this period only trainings and places are published. Beside the periods already published, every number of people "
                  "would help to tell of a group under %(least)d.", least=LEAST)]
    if not made.omitted:
        return []
    return [_("Not published for this period: %(figures)s. Beside the periods already published, these numbers would help to tell of a "
              "group under %(least)d.", figures=described.listed(str(BY_KEY[key].label) for key in made.omitted), least=LEAST)]


def _key_figures(made: Edition) -> Table:
    lines = []
    for key in KEY_FIGURES:
        if key == REPORTED:
            lines.append(Line(
                _("officials attended, middle level and above"), [made.value(("attended", REPORTED, ""))],
                note=_("People of middle level and above at that moment who were present at least at one half-day session; each "
                       "counted once."),
            ))
            continue
        label = _("officials attended, all levels") if key == "attended" else str(BY_KEY[key].label)
        lines.append(Line(label, [made.value((key, TOTAL, ""))], note=str(BY_KEY[key].definition)))
    return Table("key-figures", _("Key figures"), _("Figure"), [Head(_("Figure counted"))], lines, key=True)


def _table(made: Edition, table: str, title: str, keys: Sequence[str]) -> Table:
    dimension = DIMENSIONS[table]
    rows = {_value(table, place[2]) for place in (*made.numbers, *made.free) if place[1] == table}
    lines = [
        Line(word, [made.value((key, table, NOT_STATED if value is None else str(value))) for key in keys])
        for value, word in words.named(dimension, rows, made.last)
    ]
    lines.append(Line(_("Total"), [made.value((key, TOTAL, "")) for key in keys], total=True))
    return Table(f"{table}-{keys[0]}", title, str(words.DIMENSIONS[dimension]), [head_of(BY_KEY[key]) for key in keys], lines)


def _value(table: str, row: str) -> Any:
    if row == NOT_STATED:
        return None
    return int(row) if table == editions.LEVEL else row


def open_rows(period: ClosedPeriod) -> Iterator[Sequence[Any]]:
    """The tables as open data, one number a row: table, row, words of the row, figure, number, whether it is shown."""
    made = edition(period)
    for table, dimension in ((TOTAL, None), (REPORTED, None), *DIMENSIONS.items()):
        places = [place for place in (*made.numbers, *made.free) if place[1] == table]
        named = [("", "")] if dimension is None else words.named(dimension, {_value(table, place[2]) for place in places}, made.last)
        for value, word in named:
            row = NOT_STATED if value is None else str(value)
            for place in places:
                if place[2] == row:
                    number = made.value(place)
                    yield table, row, word, place[0], number, "shown" if number is not None else "withheld"
