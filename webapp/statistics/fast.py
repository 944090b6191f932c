"""Counting from the snapshot: a few statements of DuckDB, whatever the slice and the dimensions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from math import prod
from typing import TYPE_CHECKING, Any
from uuid import UUID

from webapp.statistics import laid
from webapp.statistics.definitions import BY_TRAINING, Figure, Measure
from webapp.statistics.ground import Ground
from webapp.statistics.models import Snapshot
from webapp.statistics.slices import PLACES, Dimension, Slice
from webapp.statistics.slow import Cells, tidy
from webapp.statistics.snapshot import READS, connect, folder, plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Numbers and days are grouped faster than words; `_READ` makes words of them again.
_EXPRESSIONS = {
    Dimension.YEAR: "year(facts.day)", Dimension.QUARTER: "year(facts.day) * 10 + quarter(facts.day)",
    Dimension.MONTH: "year(facts.day) * 100 + month(facts.day)", Dimension.WEEK: "isoyear(facts.day) * 100 + week(facts.day)",
    Dimension.DAY: "facts.day", Dimension.COURSE: "facts.course", Dimension.STEP: "facts.step",
    Dimension.TRAINING: "facts.training", Dimension.ORGANISATION: "facts.organisation", Dimension.LEVEL: "facts.level",
    Dimension.SEX: "facts.sex", Dimension.AGE: "facts.age", Dimension.LANGUAGE: "facts.language", Dimension.DEVICE: "facts.device",
    Dimension.CHANNEL: "facts.channel", Dimension.PROVINCE: "ground.province", Dimension.CITY: "ground.city",
    Dimension.COUNTY: "ground.county",
}
_READ: dict[Dimension, Callable[[Any], str]] = {
    Dimension.YEAR: "{:04d}".format, Dimension.QUARTER: lambda number: f"{number // 10:04d}-Q{number % 10}",
    Dimension.MONTH: lambda number: f"{number // 100:04d}-{number % 100:02d}",
    Dimension.WEEK: lambda number: f"{number // 100:04d}-W{number % 100:02d}", Dimension.DAY: date.isoformat,
}
_MEASURES = {
    Measure.EVENTS: "coalesce(sum(facts.number){of}, 0)", Measure.MINUTES: "coalesce(sum(facts.minutes){of}, 0)",
    Measure.PERSONS: "count(DISTINCT facts.person){of}", Measure.TRAININGS: "count(DISTINCT facts.training){of}",
    Measure.PROVINCES: "count(DISTINCT ground.province){of}", Measure.CITIES: "count(DISTINCT ground.city){of}",
    Measure.COUNTIES: "count(DISTINCT ground.county){of}",
}
# A set as one bit a person: exact as well, and several times as fast as a table of hashes where there are few groups.
_BITS = "coalesce(bit_count(bitstring_agg(facts.person, 1, {most}){of}), 0)"
SETS = 8_000_000
# What a dimension can have, about; places, trainings and days are known.
_WIDTHS = {
    Dimension.COURSE: 40, Dimension.STEP: 2000, Dimension.ORGANISATION: 10, Dimension.LEVEL: 6, Dimension.SEX: 3, Dimension.AGE: 8,
    Dimension.LANGUAGE: 4, Dimension.DEVICE: 4, Dimension.CHANNEL: 4,
}
_LENGTHS = {Dimension.YEAR: 365, Dimension.QUARTER: 90, Dimension.MONTH: 28, Dimension.WEEK: 7, Dimension.DAY: 1}
# Of a snapshot this large, each kind of event is counted by a statement of its own, which reads only that part of the file.
LARGE = 200_000


class Opened:
    """A snapshot that is open in this process, with the places of the trees that were asked for so far."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.file = snapshot.file
        self._connection = connect(":memory:", READS)
        self._connection.execute(f"ATTACH '{folder() / snapshot.file}' AS kept (READ_ONLY)")
        self._connection.execute("CREATE SCHEMA side")
        self._connection.execute("SET enable_external_access = false")
        self._grounds: dict[date | None, str] = {None: f"kept.{laid.MOMENT}"}
        self._lock = threading.Lock()
        # Paths of places by the numbers that tables of places have for them.
        self.paths: list[str] = [path for (path,) in self._connection.execute("SELECT path FROM kept.paths ORDER BY number").fetchall()]
        counted = ", ".join(f"count(DISTINCT {each.value})" for each in PLACES)
        held = self._connection.execute(f"SELECT {counted} FROM kept.{laid.MOMENT}").fetchall()[0]  # noqa: S608  names of ours
        self._held = dict(zip(PLACES, held, strict=True))
        self.trainings: dict[int, UUID] = dict(self._connection.execute("SELECT number, id FROM kept.trainings").fetchall())
        found = self._connection.execute("SELECT max(day) - min(day), count(*), max(person) FROM kept.facts").fetchone()
        assert found is not None
        self.days, self.rows, self.people = (each or 0 for each in found)

    def cursor(self) -> DuckDBPyConnection:
        """One for a thread."""
        return self._connection.cursor()

    def ground(self, tree_on: date | None) -> str:
        """Name of the tree's tables; those of a day are made at the first call from what the file knows of places."""
        with self._lock:
            if tree_on not in self._grounds:
                name, cursor = f"side.at_{tree_on:%Y%m%d}", self.cursor()
                laid.lay(cursor, "kept", name, Ground(tree_on, laid.tree_in(cursor, "kept")))
                self._grounds[tree_on] = name
        return self._grounds[tree_on]

    def groups(self, by: Sequence[Dimension], part: Slice) -> int:
        """How many cells a question may have, about, and rather too many."""
        length = (part.last - part.first).days if part.first and part.last else self.days
        return prod(
            length // _LENGTHS[each] + 2 if each in _LENGTHS else len(self.trainings) + 1 if each is Dimension.TRAINING
            else self._held.get(each, 0) + 1 if each in PLACES else _WIDTHS[each]
            for each in by
        )


_opened: Opened | None = None
_opening = threading.Lock()


def opened(snapshot: Snapshot) -> Opened:
    """The snapshot, opened once a process; an older one is let go."""
    global _opened  # noqa: PLW0603  one file a process is open at a time
    with _opening:
        if _opened is None or _opened.file != snapshot.file:
            _opened = Opened(snapshot)
        return _opened


def count(snapshot: Snapshot, part: Slice, by: Sequence[Dimension], figures: Sequence[Figure]) -> Cells:
    """Figures of a slice by the values of some dimensions, as `slow.count` has them."""
    held = opened(snapshot)
    ground = held.ground(part.tree_on)
    cells: Cells = {}
    for together in _together(figures, apart=held.rows >= LARGE):
        statement, values = _statement(part, by, together, held, ground)
        for row in held.cursor().execute(statement, values).fetchall():
            key = tuple(_read(each, value, held) for each, value in zip(by, row[: len(by)], strict=True))
            cells.setdefault(key, {}).update({figure.key: int(number) for figure, number in zip(together, row[len(by) :], strict=True)})
    return tidy(cells, figures, whole=not by)


def _together(figures: Sequence[Figure], *, apart: bool) -> list[list[Figure]]:
    """Figures that one statement counts: those of the same ground, and of the same kind of event where kinds are counted apart."""
    found: dict[Any, list[Figure]] = {}
    for figure in figures:
        found.setdefault((figure.measure in BY_TRAINING, figure.kind if apart else None), []).append(figure)
    return list(found.values())


def _read(dimension: Dimension, value: Any, held: Opened) -> Any:
    if value is None:
        return None
    if dimension is Dimension.TRAINING:
        return held.trainings[value]
    if dimension in PLACES:
        return held.paths[value]
    return _READ[dimension](value) if dimension in _READ else value


def _statement(
    part: Slice, by: Sequence[Dimension], figures: Sequence[Figure], held: Opened, ground: str,
) -> tuple[str, list[Any]]:
    by_training = figures[0].measure in BY_TRAINING
    table, link = (f"{ground}_held", "facts.training") if by_training else (ground, "facts.spot")
    kinds = sorted({figure.kind.value for figure in figures})
    bits = 0 < held.people * held.groups(by, part) * len(figures) < SETS * 8
    columns = [_EXPRESSIONS[each] for each in by]
    columns += [_measure(figure, held.people if bits else 0, alone=len(kinds) == 1) for figure in figures]
    needed = any(each in PLACES for each in by) or by_training or part.paths is not None
    joined = f" LEFT JOIN {table} ground ON ground.number = {link}" if needed else ""
    where, values = conditions(part)
    where.append(f"facts.kind IN ({', '.join('?' * len(kinds))})")
    values += kinds
    if part.paths is not None:
        where.append("(" + (" OR ".join(["starts_with(ground.path, ?)"] * len(part.paths)) or "false") + ")")
        values += part.paths
    grouped = " GROUP BY " + ", ".join(str(number) for number in range(1, len(by) + 1)) if by else ""
    return f"SELECT {', '.join(columns)} FROM kept.facts{joined} WHERE {' AND '.join(where)}{grouped}", values  # noqa: S608  no value of a reader


def _measure(figure: Figure, people: int, *, alone: bool) -> str:
    """The aggregate of a figure; `people`: the greatest number of a person where sets are kept as bits."""
    wanted = _of(figure, alone=alone)
    plan = _BITS if people and figure.measure is Measure.PERSONS else _MEASURES[figure.measure]
    return plan.format(of=f" FILTER (WHERE {wanted})" if wanted else "", most=people)


def _of(figure: Figure, *, alone: bool) -> str:
    """The condition that a fact is one of a figure; `alone`: all facts that are looked at are of its kind."""
    wanted = [] if alone else [f"facts.kind = '{figure.kind.value}'"]
    if figure.of_training is not None:
        wanted.append(f"facts.training IS {'NOT ' if figure.of_training else ''}NULL")
    return " AND ".join(wanted)


def conditions(part: Slice) -> tuple[list[str], list[Any]]:
    """What makes a fact one of a slice, its places aside, and the values for it."""
    cut_off = plain(part.cut_off)
    where = ["facts.recorded <= ?", "(facts.void IS NULL OR facts.void > ?)", "NOT facts.practice"]
    values: list[Any] = [cut_off, cut_off]
    for condition, value in (
        ("facts.day >= ?", part.first), ("facts.day <= ?", part.last), ("facts.course = ?", part.course_id),
        ("facts.level >= ?", part.level_from),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    if part.training_id is not None:
        where.append("facts.training = (SELECT number FROM kept.trainings WHERE id = ?)")
        values.append(part.training_id)
    if not part.past:
        where.append("NOT facts.past")
    for column, wanted in (
        ("organisation", part.organisations), ("sex", part.sexes), ("age", part.ages), ("language", part.languages),
        ("device", part.devices), ("channel", part.channels),
    ):
        if wanted:
            where.append(f"facts.{column} IN ({', '.join('?' * len(wanted))})")
            values += wanted
    return where, values

