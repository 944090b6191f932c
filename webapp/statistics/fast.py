"""Counting from the snapshot: one or two statements of DuckDB, whatever the slice and the dimensions."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from webapp.statistics import facts
from webapp.statistics.definitions import BY_TRAINING, Figure, Measure
from webapp.statistics.ground import Ground
from webapp.statistics.models import Snapshot
from webapp.statistics.slices import PLACES, Dimension, Slice
from webapp.statistics.slow import Cells, tidy
from webapp.statistics.snapshot import connect, folder, plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EXPRESSIONS = {
    Dimension.YEAR: "strftime(facts.day, '%Y')", Dimension.QUARTER: "strftime(facts.day, '%Y') || '-Q' || quarter(facts.day)",
    Dimension.MONTH: "strftime(facts.day, '%Y-%m')", Dimension.WEEK: "strftime(facts.day, '%G-W%V')",
    Dimension.DAY: "strftime(facts.day, '%Y-%m-%d')", Dimension.COURSE: "facts.course", Dimension.STEP: "facts.step",
    Dimension.TRAINING: "facts.training", Dimension.ORGANISATION: "facts.organisation", Dimension.LEVEL: "facts.level",
    Dimension.SEX: "facts.sex", Dimension.AGE: "facts.age", Dimension.LANGUAGE: "facts.language", Dimension.DEVICE: "facts.device",
    Dimension.CHANNEL: "facts.channel", Dimension.PROVINCE: "ground.province", Dimension.CITY: "ground.city",
    Dimension.COUNTY: "ground.county",
}
_MEASURES = {
    Measure.EVENTS: "coalesce(sum(facts.number) FILTER ({of}), 0)", Measure.MINUTES: "coalesce(sum(facts.minutes) FILTER ({of}), 0)",
    Measure.PERSONS: "count(DISTINCT facts.person) FILTER ({of})", Measure.TRAININGS: "count(DISTINCT facts.training) FILTER ({of})",
    Measure.PROVINCES: "count(DISTINCT ground.province) FILTER ({of})", Measure.CITIES: "count(DISTINCT ground.city) FILTER ({of})",
    Measure.COUNTIES: "count(DISTINCT ground.county) FILTER ({of})",
}
_SIDE_COLUMNS = ("path", "province", "city", "county")
_SIDE_CELLS = ("unnest(?::INTEGER[])", *["unnest(?::VARCHAR[])"] * len(_SIDE_COLUMNS))
_SIDE = "CREATE TABLE IF NOT EXISTS side.{name} (number INTEGER, path VARCHAR, province VARCHAR, city VARCHAR, county VARCHAR)"


class Opened:
    """A snapshot that is open in this process, with the places of the trees that were asked for so far."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.file = snapshot.file
        self._connection = connect(":memory:")
        self._connection.execute(f"ATTACH '{folder() / snapshot.file}' AS kept (READ_ONLY)")
        self._connection.execute("CREATE SCHEMA side")
        self._connection.execute("SET enable_external_access = false")
        self._grounds: set[date | None] = set()
        self._lock = threading.Lock()
        rows = self._connection.execute("SELECT number, id FROM kept.trainings").fetchall()
        self.trainings: dict[int, UUID] = dict(rows)

    def cursor(self) -> DuckDBPyConnection:
        """One for a thread."""
        return self._connection.cursor()

    def ground(self, tree_on: date | None) -> str:
        """Name of the tree's tables, made at the first call: five queries of the database, none afterwards."""
        name = f"at_{tree_on:%Y%m%d}" if tree_on else "at_moment"
        with self._lock:
            if tree_on not in self._grounds:
                self._lay(name, Ground(tree_on))
                self._grounds.add(tree_on)
        return name

    def _lay(self, name: str, ground: Ground) -> None:
        cursor = self.cursor()
        spots = cursor.execute("SELECT number, place, path FROM kept.spots").fetchall()
        rows = [(number, ground.where(place, path)) for number, place, path in spots]
        known = facts.trainings()
        held = [
            (number, ground.of_training(*known[training_id])) for number, training_id in self.trainings.items() if training_id in known
        ]
        for table, lines in ((name, rows), (f"{name}_held", held)):
            cursor.execute(_SIDE.format(name=table))
            there = [(number, where) for number, where in lines if where is not None]
            # In columns: row by row takes a third of a second for some thousand places.
            columns = [
                [number for number, _where in there], *([getattr(where, each) for _number, where in there] for each in _SIDE_COLUMNS),
            ]
            cursor.execute(f"INSERT INTO side.{table} SELECT {', '.join(_SIDE_CELLS)}", columns)


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
    for by_training in (False, True):
        mine = [figure for figure in figures if (figure.measure in BY_TRAINING) is by_training]
        if mine:
            statement, values = _statement(part, by, mine, ground, by_training=by_training)
            for row in held.cursor().execute(statement, values).fetchall():
                key = tuple(_read(each, value, held) for each, value in zip(by, row[: len(by)], strict=True))
                cells.setdefault(key, {}).update({figure.key: int(number) for figure, number in zip(mine, row[len(by) :], strict=True)})
    return tidy(cells, figures, whole=not by)


def _read(dimension: Dimension, value: Any, held: Opened) -> Any:
    return held.trainings[value] if dimension is Dimension.TRAINING and value is not None else value


def _statement(
    part: Slice, by: Sequence[Dimension], figures: Sequence[Figure], ground: str, *, by_training: bool,
) -> tuple[str, list[Any]]:
    table, link = (f"{ground}_held", "facts.training") if by_training else (ground, "facts.spot")
    columns = [_EXPRESSIONS[each] for each in by]
    columns += [_MEASURES[figure.measure].format(of="WHERE " + _of(figure)) for figure in figures]
    needed = any(each in PLACES for each in by) or by_training or part.paths is not None
    joined = f" LEFT JOIN side.{table} ground ON ground.number = {link}" if needed else ""
    kinds = sorted({figure.kind.value for figure in figures})
    where, values = conditions(part)
    where.append(f"facts.kind IN ({', '.join('?' * len(kinds))})")
    values += kinds
    if part.paths is not None:
        where.append("(" + (" OR ".join(["starts_with(ground.path, ?)"] * len(part.paths)) or "false") + ")")
        values += part.paths
    grouped = " GROUP BY " + ", ".join(str(number) for number in range(1, len(by) + 1)) if by else ""
    return f"SELECT {', '.join(columns)} FROM kept.facts{joined} WHERE {' AND '.join(where)}{grouped}", values  # noqa: S608  no value of a reader


def _of(figure: Figure) -> str:
    """The condition that a fact is one of a figure."""
    wanted = f"facts.kind = '{figure.kind.value}'"
    if figure.of_training is None:
        return wanted
    return f"{wanted} AND facts.training IS {'NOT ' if figure.of_training else ''}NULL"


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

