"""Counting from the events themselves, row by row: slow, plain, and what the fast counts must be equal to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from webapp.statistics import facts
from webapp.statistics.definitions import BY_TRAINING, Figure, Measure
from webapp.statistics.facts import Fact
from webapp.statistics.ground import Ground, Where, lies_in
from webapp.statistics.slices import PLACES, TIMES, Dimension, Slice, unit_of

Key = tuple[Any, ...]
Cells = dict[Key, dict[str, int]]
# What others get of cells that are remembered: to be read only.
Counts = Mapping[Key, Mapping[str, int]]
_LEVELS = {Measure.PROVINCES: Dimension.PROVINCE, Measure.CITIES: Dimension.CITY, Measure.COUNTIES: Dimension.COUNTY}
_PLAIN = {
    Dimension.COURSE: "course", Dimension.STEP: "step", Dimension.TRAINING: "training", Dimension.ORGANISATION: "organisation",
    Dimension.LEVEL: "level", Dimension.SEX: "sex", Dimension.AGE: "age", Dimension.LANGUAGE: "language", Dimension.DEVICE: "device",
    Dimension.CHANNEL: "channel",
}


def count(part: Slice, by: Sequence[Dimension], figures: Sequence[Figure]) -> Cells:
    """Figures of a slice by the values of some dimensions; without any, one cell with the empty key.

    Seven queries, and all rows of the days. A place is named by its path, a unit of time as `unit_of` has it, None is what is not stated.
    """
    return counted(part, [by], figures)[0]


def counted(part: Slice, breakdowns: Sequence[Sequence[Dimension]], figures: Sequence[Figure]) -> list[Cells]:
    """The same by several breakdowns: the rows are read once for all of them."""
    ground, merged = Ground(part.tree_on), facts.merged()
    held = {key: ground.of_training(place, day) for key, (place, day) in facts.trainings().items()}
    sums: list[defaultdict[tuple[Key, str], int]] = [defaultdict(int) for _by in breakdowns]
    sets: list[defaultdict[tuple[Key, str], set[Any]]] = [defaultdict(set) for _by in breakdowns]
    for fact in facts.everything(first=part.first, last=part.last):
        if not counts(fact, part):
            continue
        mine = ground.where(*fact.spot)
        for figure in figures:
            if not _of_figure(fact, figure):
                continue
            where = held.get(fact.training) if figure.measure in BY_TRAINING and fact.training else mine
            if lies_in(where, part.paths):
                for at, by in enumerate(breakdowns):
                    key = tuple(_value(fact, where, each) for each in by)
                    _add(sums[at], sets[at], (key, figure.key), figure.measure, fact, where, merged)
    return [_cells(sums[at], sets[at], figures, whole=not by) for at, by in enumerate(breakdowns)]


def _cells(
    sums: Mapping[tuple[Key, str], int], sets: Mapping[tuple[Key, str], set[Any]], figures: Sequence[Figure], *, whole: bool,
) -> Cells:
    cells: Cells = defaultdict(dict)
    for (key, name), number in chain(sums.items(), ((each, len(held)) for each, held in sets.items())):
        cells[key][name] = number
    return tidy(cells, figures, whole=whole)


def counts(fact: Fact, part: Slice) -> bool:
    """Whether a fact lies in a slice, its places aside."""
    return (
        fact.recorded <= part.cut_off and (fact.void is None or fact.void > part.cut_off) and not fact.practice
        and (part.first is None or fact.day >= part.first) and (part.last is None or fact.day <= part.last)
        and (part.past or not fact.past) and (part.course_id is None or fact.course == part.course_id)
        and (part.training_id is None or fact.training == part.training_id)
        and (part.level_from is None or (fact.level is not None and fact.level >= part.level_from))
        and all(
            not wanted or value in wanted
            for wanted, value in (
                (part.organisations, fact.organisation), (part.sexes, fact.sex), (part.ages, fact.age),
                (part.languages, fact.language), (part.devices, fact.device), (part.channels, fact.channel),
            )
        )
    )


def _of_figure(fact: Fact, figure: Figure) -> bool:
    if fact.kind != figure.kind.value:
        return False
    if figure.of_training is not None and (fact.training is not None) is not figure.of_training:
        return False
    return figure.measure is not Measure.PERSONS or fact.person is not None


def _value(fact: Fact, where: Where | None, dimension: Dimension) -> Any:
    if dimension in PLACES:
        return where.at(dimension) if where else None
    if dimension in TIMES:
        return unit_of(dimension, fact.day)
    return getattr(fact, _PLAIN[dimension])


def _add(
    sums: defaultdict[Any, int], sets: defaultdict[Any, set[Any]], cell: Any, measure: Measure, fact: Fact, where: Where | None,
    merged: dict[UUID, UUID],
) -> None:
    if measure is Measure.EVENTS:
        sums[cell] += fact.number
    elif measure is Measure.MINUTES:
        sums[cell] += fact.minutes
    elif measure is Measure.PERSONS:
        assert fact.person is not None
        sets[cell].add(merged.get(fact.person, fact.person))
    elif measure is Measure.TRAININGS:
        sets[cell].add(fact.training)
    elif where is not None and where.at(_LEVELS[measure]) is not None:
        sets[cell].add(where.at(_LEVELS[measure]))


def tidy(cells: Counts, figures: Iterable[Figure], *, whole: bool) -> Cells:
    """Every figure in every cell, nothing as zero; cells without anything are left out, but a whole is one cell in any case."""
    names = [figure.key for figure in figures]
    keys: Iterable[Key] = [()] if whole else cells
    filled = {key: {name: cells.get(key, {}).get(name, 0) for name in names} for key in keys}
    return {key: values for key, values in filled.items() if whole or any(values.values())}
