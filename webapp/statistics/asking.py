"""Reading what a statistics page is asked for, the same for every page and file: nothing unknown is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from werkzeug.datastructures import MultiDict

from webapp.accounts.models import PositionLevel
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.catalogue import catalogue
from webapp.statistics import access, offered, words
from webapp.statistics.answers import Source
from webapp.statistics.rules import EARLIEST, LATEST, BadPeriod, Period, read_day, read_period
from webapp.statistics.slices import Dimension, Slice, before, year_ago
from webapp.statistics.spots import Spot
from webapp.statistics.standing import Standing, standing_at, standing_on, tops, whole
from webapp.trainings.models import Training

T = TypeVar("T")
_LISTS = (
    ("organisation", "organisations", Dimension.ORGANISATION), ("sex", "sexes", Dimension.SEX), ("age", "ages", Dimension.AGE),
    ("language", "languages", Dimension.LANGUAGE), ("device", "devices", Dimension.DEVICE), ("channel", "channels", Dimension.CHANNEL),
)
# Names that say how a page is shown, not what it counts: no part of a saved or exported question.
PASSING = frozenset({"lang", "page"})
KNOWN = frozenset({
    "from", "to", "period", "place", "tree", "course", "training", "level", "past", "against", *(each[0] for each in _LISTS),
})
# In the order in which they are offered.
RELATIVE = ("this-month", "last-month", "this-quarter", "last-quarter", "this-year", "last-year")
_REPEATED = frozenset(each[0] for each in _LISTS)
_YEAR, _QUARTER = re.compile(r"(\d{4})"), re.compile(r"(\d{4})-Q([1-4])")
_MONTH, _WEEK = re.compile(r"(\d{4})-(\d{2})"), re.compile(r"(\d{4})-W(\d{2})")


class BadQuestion(DomainError):
    """An address asks for what is not there; `field` is what to mend."""

    status = 400

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Asked:
    """What a page shows: the slice, the one that it is set against, the place that it names with what is near it now, the training.

    `then`: what was near the place, or what the reader's trees were, on the day whose tree is asked for; None for everywhere.
    `options` are what the page itself reads beside the filters, such as the figure of a map: empty where nothing was chosen.
    `others`: the training and those that could be chosen in its place, where they were read with it.
    """

    part: Slice
    allowed: tuple[str, ...] | None
    near: Standing | None = None
    training: Training | None = None
    against: Slice | None = None
    against_kind: str = ""
    query: Sequence[tuple[str, str]] = field(default=())
    options: Mapping[str, str] = field(default_factory=dict)
    then: Standing | None = None
    others: Sequence[Training] | None = None

    @property
    def place(self) -> Spot | None:
        """The place that was chosen, as it is now; None for all that the reader may see."""
        return self.near.here if self.near is not None else None

    @property
    def trees(self) -> tuple[str, ...] | None:
        """The tree of the chosen place as it is now, else those that the reader may see; None for everywhere."""
        return _trees(self.place, self.allowed)

    @cached_property
    def standing(self) -> Standing:
        """Where the chosen place stands in the tree that is asked for. One query where no place was chosen, else none."""
        if self.part.tree_on is None:
            return self.near or whole(self.allowed)
        return self.then or Standing([], tops(self.part.tree_on))

    @cached_property
    def carried(self) -> str:
        """The question as links to other pages carry it: without what only this page reads. Written once for all links."""
        return query_of(self, **dict.fromkeys(self.options))

    @property
    def period(self) -> Period:
        """The days counted."""
        return Period(self.part.first, self.part.last)


def query_of(asked: Asked, **changes: str | None) -> str:
    """The question as a query string, always in the same order; `changes` sets names anew, None takes them out."""
    kept = [(key, value) for key, value in asked.query if key not in changes]
    return urlencode(sorted([*kept, *((key, value) for key, value in changes.items() if value)]))


def read(
    args: MultiDict[str, str], allowed: tuple[str, ...] | None, found: Source, also: frozenset[str] = frozenset(),
    now: datetime | None = None, *, offers: bool = False,
) -> Asked:
    """What the address asks for, kept to the trees that the reader may count. `also`: names that the page itself reads.

    `now` is the moment by which `this-year` and the like are meant. `offers`: with a training, read those that could be chosen in its
    place. Raises `BadQuestion` and `BadPeriod`. At most three queries.
    """
    unknown = sorted(set(args) - KNOWN - also - PASSING)
    if unknown:
        raise BadQuestion(unknown[0], _("This page has no filter “%(name)s”. Choose from the filters shown.", name=unknown[0][:40]))
    twice = next((key for key, values in args.lists() if key not in _REPEATED and len(values) > 1), None)
    if twice is not None:
        raise BadQuestion(twice, _("“%(name)s” is given twice. Choose one value.", name=twice))
    days = _period(args, (now or clock.now()).astimezone(settings().programme_zone).date())
    tree_on = read_day("tree", args.get("tree", "")[:20], _("Places as they stood on"))
    near = _near(args.get("place", ""), allowed)
    place = near.here if near is not None else None
    training, others = _training(args.get("training", ""), allowed, _trees(place, allowed) if offers else ())
    then = None if tree_on is None else standing_on(place, allowed, tree_on)
    part = Slice(
        cut_off=found.cut_off, first=days.first, last=days.last, paths=_paths(place, allowed, tree_on, then), tree_on=tree_on,
        course_id=_course(args.get("course", "")), training_id=training.id if training else None,
        level_from=_level(args.get("level", "")), past=_flag(args, "past"),
    ).but(**{name: _values(args, key, dimension) for key, name, dimension in _LISTS})
    kind = args.get("against", "")
    options = {name: args.get(name, "").strip() for name in also}
    return Asked(
        part, allowed, near, training, _against(kind, part), kind, _query(args, also), options, then, others if offers else None,
    )


def _query(args: MultiDict[str, str], also: frozenset[str]) -> list[tuple[str, str]]:
    """The filters of an address that say something, in one order, so that equal questions have equal addresses."""
    return sorted({(key, value.strip()) for key, value in args.items(multi=True) if key in KNOWN | also and value.strip()})


def _period(args: MultiDict[str, str], today: date) -> Period:
    named = args.get("period", "").strip()
    if not named:
        return read_period(args.get("from", "")[:20], args.get("to", "")[:20])
    if args.get("from", "").strip() or args.get("to", "").strip():
        raise BadPeriod("period", _("Choose either a period or the days from and to, not both."))
    return named_period(named, today)


def named_period(text: str, today: date) -> Period:
    """The days of `2026`, `2026-Q4`, `2026-11`, `2026-W47`, or of `this-year`, `last-quarter` and the like. Raises `BadPeriod`."""
    if text in RELATIVE:
        return Period(*_relative(text, today))
    try:
        first, last = _days(text)
    except (ValueError, OverflowError) as error:
        raise BadPeriod("period", _("“%(text)s” is no period: write a year (2026), quarter (2026-Q4), month (2026-11) or week (2026-W47).",
                                    text=text[:20])) from error
    if first < EARLIEST:
        raise BadPeriod("period", _("There is no data before %(year)d.", year=EARLIEST.year))
    if last > LATEST:
        raise BadPeriod("period", _("“%(field)s” must lie in the years from %(first)d to %(last)d.", field=_("Period"),
                                    first=EARLIEST.year, last=LATEST.year))
    return Period(first, last)


def _days(text: str) -> tuple[date, date]:
    if found := _YEAR.fullmatch(text):
        return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)
    if found := _QUARTER.fullmatch(text):
        return _months(int(found[1]), int(found[2]) * 3 - 2, 3)
    if found := _WEEK.fullmatch(text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + timedelta(days=6)
    if found := _MONTH.fullmatch(text):
        return _months(int(found[1]), int(found[2]), 1)
    raise ValueError(text)


def _relative(text: str, today: date) -> tuple[date, date]:
    which, _hyphen, unit = text.partition("-")
    length = {"year": 12, "quarter": 3, "month": 1}[unit]
    this = _months(today.year, (today.month - 1) // length * length + 1, length)
    return this if which == "this" else before(*this)


def _months(year: int, month: int, length: int) -> tuple[date, date]:
    first, behind = date(year, month, 1), year * 12 + month - 1 + length
    return first, date(behind // 12, behind % 12 + 1, 1) - timedelta(days=1)


def _against(kind: str, part: Slice) -> Slice | None:
    if not kind:
        return None
    if kind not in ("before", "year"):
        raise BadQuestion("against", _("A period can be set against the one before it or against the same a year ago."))
    if part.first is None or part.last is None:
        raise BadPeriod("from", _("Please choose the first and the last day of the period that is to be compared."))
    first, last = before(part.first, part.last) if kind == "before" else (year_ago(part.first), year_ago(part.last))
    if first < EARLIEST:
        raise BadQuestion("against", _("There is no data before %(year)d, so there is nothing to compare with.", year=EARLIEST.year))
    return part.but(first=first, last=last)


def _near(text: str, allowed: tuple[str, ...] | None) -> Standing | None:
    if not text:
        return None
    # One outside the reader's trees does not exist for them.
    near = _found(text, lambda key: standing_at(key, allowed))
    if near is None:
        raise BadQuestion("place", _("There is no such place among those whose figures you may see."))
    return near


def _training(
    text: str, allowed: tuple[str, ...] | None, trees: tuple[str, ...] | None,
) -> tuple[Training | None, Sequence[Training] | None]:
    """The training of an id, and the same with those of some trees."""
    if not text:
        return None, None
    key, rows = _found(text, lambda key: (key, offered.trainings(trees, key))) or (None, [])
    training = next((each for each in rows if each.id == key), None)
    if training is None or not access.covers(allowed, training.place):
        raise BadQuestion("training", _("There is no such training among those whose figures you may see."))
    return training, rows


def _found(text: str, find: Callable[[UUID], T | None]) -> T | None:
    try:
        return find(UUID(text))
    except ValueError:
        return None


def _trees(place: Spot | None, allowed: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return (place.path,) if place else allowed


def _paths(
    place: Spot | None, allowed: tuple[str, ...] | None, tree_on: date | None, then: Standing | None,
) -> tuple[str, ...] | None:
    if tree_on is None:
        return _trees(place, allowed)
    if then is None:
        return None
    return (then.here.path,) if then.here else tuple(spot.path for spot in then.below)


def _course(text: str) -> str | None:
    if not text:
        return None
    if catalogue().course(text) is None:
        raise BadQuestion("course", _("There is no course “%(name)s”.", name=text[:60]))
    return text


def _level(text: str) -> int | None:
    if not text:
        return None
    if text not in {str(each.value) for each in PositionLevel}:
        raise BadQuestion("level", _("There is no position level “%(name)s”.", name=text[:20]))
    return int(text)


def _flag(args: MultiDict[str, str], name: str) -> bool:
    text = args.get(name, "")
    if text not in ("", "0", "1"):
        raise BadQuestion(name, _("“%(name)s” can only be 0 or 1.", name=name))
    return text == "1"


def _values(args: MultiDict[str, str], name: str, dimension: Dimension) -> tuple[str, ...]:
    wanted = [value for value in args.getlist(name) if value]
    allowed = {value for value, _word in words.choices(dimension)}
    for value in wanted:
        if value not in allowed:
            raise BadQuestion(name, _("“%(value)s” is no value of the filter “%(filter)s”.", value=value[:40],
                                      filter=str(words.DIMENSIONS[dimension])))
    return tuple(sorted(set(wanted)))
