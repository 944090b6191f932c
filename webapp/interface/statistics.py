"""Figures of participation in the programme interface: a slice as a whole and by dimensions, the same as on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from werkzeug.datastructures import MultiDict

from webapp.accounts.services_tokens import Holder, Scope
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.i18n import _
from webapp.interface.fields import Day, Id, Moment, Sent, Shown, Slug
from webapp.interface.problems import Fault, Problem
from webapp.statistics import words
from webapp.statistics.answers import Source, ready
from webapp.statistics.asking import Asked, BadQuestion, read
from webapp.statistics.definitions import BY_KEY, FIGURES, Figure
from webapp.statistics.rules import BadPeriod
from webapp.statistics.slices import PLACES, Dimension
from webapp.statistics.slow import Counts
from webapp.statistics.tables import not_additive

MOST_ROWS, MOST_DIMENSIONS = 10_000, 3
Keys = Annotated[str, StringConstraints(pattern="^[a-z]{1,20}(,[a-z]{1,20}){0,30}$")]
Codes = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+_-]{1,30}(,[A-Za-z0-9+_-]{1,30}){0,30}$")]
PeriodName = Annotated[str, StringConstraints(pattern="^[a-zA-Z0-9-]{4,20}$")]
Digit = Annotated[str, StringConstraints(pattern="^[0-9]{1,3}$")]
_LISTS = ("organisation", "sex", "age", "language", "device", "channel")


class StatisticsQuery(Sent):
    """What is counted. The filters are those of the pages; lists are written with commas."""

    by: Keys | None = Field(
        default=None, description=f"Dimensions, {MOST_DIMENSIONS} at most: {', '.join(each.value for each in Dimension)}.",
    )
    figures: Keys | None = Field(default=None, description="Keys of figures; all without it.")
    period: PeriodName | None = Field(default=None, description="2026, 2026-Q3, 2026-11, 2026-W47, or this-month, last-quarter ….")
    from_: Day | None = Field(default=None, alias="from", description="First day, instead of a period.")
    to: Day | None = Field(default=None, description="Last day.")
    place: Id | None = Field(default=None, description="A place; the tree below it is included.")
    tree: Day | None = Field(default=None, description="Count by the places as they stood on this day.")
    course: Slug | None = None
    training: Id | None = None
    level: Digit | None = Field(default=None, description="Position level and those above it.")
    organisation: Codes | None = None
    sex: Codes | None = None
    age: Codes | None = None
    language: Codes | None = None
    device: Codes | None = None
    channel: Codes | None = None
    past: Literal["0", "1"] | None = Field(default=None, description="1: with participation of former years that was brought in.")


class KeyShown(Shown):
    """The value of a dimension: as the data have it, and in words. Null is what is not stated."""

    value: str | None
    words: str


class RowShown(Shown):
    """Figures of one combination of values. Whatever has no figure stands in no row."""

    keys: dict[str, KeyShown]
    figures: dict[str, int]


class DefinitionShown(Shown):
    """What a figure counts."""

    key: str
    label: str
    definition: str
    measure: str = Field(description="What is added up: events, persons once each, minutes, trainings, or covered places once each.")
    version: int
    since: Day


class FiguresShown(Shown):
    """Figures with what they cover. `total` is counted anew: a person counts once in it, whatever the rows add up to."""

    cut_off: Moment
    zone: str
    first: Day | None
    last: Day | None
    by: list[str]
    rows: list[RowShown]
    total: dict[str, int]
    notes: list[str]
    definitions: list[DefinitionShown]


@dataclass(frozen=True)
class Asking:
    """A noun that is no list: one answer to a question."""

    name: str
    scope: Scope
    query: type[Sent]
    shown: type[Shown]


STATISTICS = Asking("statistics", Scope.STATISTICS_READ, StatisticsQuery, FiguresShown)


def answer(holder: Holder, query: StatisticsQuery) -> FiguresShown:
    """The figures, kept to the trees of the token. Raises `Problem` with 422 for what cannot be asked."""
    found = ready(clock.now())
    by, wanted = _dimensions(query.by), _figures(query.figures)
    try:
        asked = read(_args(query), holder.trees(Scope.STATISTICS_READ), found, now=clock.now())
    except (BadQuestion, BadPeriod) as refused:
        raise _refused(refused.field, str(refused)) from refused
    cells = found.count(asked.part, by, wanted) if by else {}
    if len(cells) > MOST_ROWS:
        raise _refused("by", _("This has more than %(most)s rows. Ask for a smaller part, such as one province.", most=f"{MOST_ROWS:,}"))
    return _shown(asked, found, by, wanted, cells)


def _shown(asked: Asked, found: Source, by: Sequence[Dimension], wanted: Sequence[Figure], cells: Counts) -> FiguresShown:
    named = [dict(_named(each, {key[at] for key in cells}, asked)) for at, each in enumerate(by)]
    order = [{value: number for number, value in enumerate(each)} for each in named]
    total = dict(found.total(asked.part, wanted))
    notes = (not_additive(each, [cell[each.key] for cell in cells.values()], total[each.key]) for each in wanted if by)
    return FiguresShown(
        cut_off=asked.part.cut_off, zone=str(settings().programme_zone), first=asked.part.first, last=asked.part.last, total=total,
        by=[each.value for each in by], notes=[each for each in notes if each],
        rows=[
            RowShown(keys={
                each.value: KeyShown(value=_value(each, key[at]), words=named[at][key[at]]) for at, each in enumerate(by)
            }, figures={each.key: cells[key][each.key] for each in wanted})
            for key in sorted(cells, key=lambda key: [order[at][value] for at, value in enumerate(key)])
        ],
        definitions=[
            DefinitionShown(key=each.key, label=str(each.label), definition=str(each.definition), measure=each.measure.value,
                            version=each.version, since=each.since) for each in wanted
        ],
    )


def _named(dimension: Dimension, values: set[Any], asked: Asked) -> list[tuple[Any, str]]:
    return words.named(dimension, values, asked.part.tree_on)


def _value(dimension: Dimension, value: Any) -> str | None:
    """A place by its country and the codes down to its own, anything else as it is kept."""
    if value is None:
        return None
    return str(value).rstrip("/") if dimension in PLACES else str(value)


def _args(query: StatisticsQuery) -> MultiDict[str, str]:
    """The question as the address of a page has it."""
    args: MultiDict[str, str] = MultiDict()
    for name, value in query.model_dump(by_alias=True, exclude_none=True, exclude={"by", "figures"}).items():
        for each in str(value).split(",") if name in _LISTS else [str(value)]:
            args.add(name, each)
    return args


def _dimensions(text: str | None) -> list[Dimension]:
    chosen = list(dict.fromkeys(text.split(","))) if text else []
    for each in chosen:
        if each not in {dimension.value for dimension in Dimension}:
            raise _refused("by", _("There is no breakdown by “%(name)s”.", name=each))
    if len(chosen) > MOST_DIMENSIONS:
        raise _refused("by", _("Figures can be broken down by %(most)d dimensions at most.", most=MOST_DIMENSIONS))
    return [Dimension(each) for each in chosen]


def _figures(text: str | None) -> list[Figure]:
    chosen = set(text.split(",")) if text else set(BY_KEY)
    for key in sorted(chosen):
        if key not in BY_KEY:
            raise _refused("figures", _("There is no figure “%(name)s”.", name=key))
    return [each for each in FIGURES if each.key in chosen]


def _refused(at: str, sentence: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", sentence, faults=[Fault(at=at, code="refused", detail=sentence)])
