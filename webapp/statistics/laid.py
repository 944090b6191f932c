"""Where every event of a snapshot counts: the tree of its moment as tables of the file, and that of a day as tables beside it.

Places have numbers, since numbers are grouped faster than paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from webapp.statistics.ground import Ground, Tree, Where

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The tree, the trainings and who leads them as they were when the file was made, so that whoever opens it asks the database for nothing.
TREE = {
    "levels": "country VARCHAR, level VARCHAR, rank INTEGER",
    "places": "id UUID, path VARCHAR, level VARCHAR, parent UUID, successor UUID, origin UUID",
    "spells": "place UUID, first DATE, behind DATE, path VARCHAR, level VARCHAR, parent UUID",
    "held": "training UUID, place UUID, day DATE",
    "leads": "training UUID, trainer UUID, made TIMESTAMP",
}
PATHS = """
CREATE OR REPLACE TABLE paths AS SELECT path, CAST(row_number() OVER (ORDER BY path) - 1 AS INTEGER) AS number
FROM (SELECT path FROM places UNION SELECT path FROM spells)
"""
MOMENT = "at_moment"
_COLUMNS = {"number": "INTEGER", "path": "VARCHAR", "province": "INTEGER", "city": "INTEGER", "county": "INTEGER"}
Row = tuple[int, str, int | None, int | None, int | None]


def rows(
    known: Tree, trainings: Mapping[UUID, tuple[UUID, date | None]], leads: Iterable[tuple[UUID, UUID, datetime]],
) -> Iterator[tuple[str, str, Iterator[list[str]]]]:
    """Name, columns and lines of text of the tables in `TREE`."""
    held = ((key, place, day) for key, (place, day) in trainings.items())
    for (table, columns), lines in zip(TREE.items(), (*known, held, leads), strict=True):
        yield table, columns, (["" if each is None else str(each) for each in line] for line in lines)


def tree_in(cursor: DuckDBPyConnection, schema: str) -> Tree:
    """The tree of a snapshot."""
    levels, places, spells = (
        cursor.execute(f"SELECT * FROM {schema}.{table}{order}").fetchall()  # noqa: S608  names of ours
        for table, order in (("levels", ""), ("places", ""), ("spells", " ORDER BY first"))
    )
    return Tree(levels, places, spells)


def lay(cursor: DuckDBPyConnection, schema: str, name: str, ground: Ground) -> None:
    """Where spots of the snapshot in a schema count, as a table of this name; where trainings do, as one that ends in `_held`."""
    numbers: dict[str | None, int] = dict(cursor.execute(f"SELECT path, number FROM {schema}.paths").fetchall())  # noqa: S608  as above
    spots = cursor.execute(f"SELECT number, place, path FROM {schema}.spots").fetchall()  # noqa: S608  as above
    held = cursor.execute(
        f"SELECT trainings.number, place, day FROM {schema}.held JOIN {schema}.trainings ON id = training"  # noqa: S608  as above
    ).fetchall()
    _fill(cursor, name, _numbered(((number, ground.where(place, path)) for number, place, path in spots), numbers))
    _fill(cursor, f"{name}_held", _numbered(((number, ground.of_training(place, day)) for number, place, day in held), numbers))


def _numbered(found: Iterable[tuple[int, Where | None]], numbers: Mapping[str | None, int]) -> Iterator[Row]:
    for number, where in found:
        if where is not None:
            yield number, where.path, numbers.get(where.province), numbers.get(where.city), numbers.get(where.county)


def _fill(cursor: DuckDBPyConnection, table: str, lines: Iterable[Row]) -> None:
    # In columns: row by row takes a third of a second for some thousand places.
    columns: list[Any] = [list(each) for each in zip(*lines, strict=True)] or [[] for _column in _COLUMNS]
    cells = ", ".join(f"unnest(?::{kind}[])" for kind in _COLUMNS.values())
    cursor.execute(f"CREATE OR REPLACE TABLE {table} ({', '.join(f'{each} {kind}' for each, kind in _COLUMNS.items())})")
    cursor.execute(f"INSERT INTO {table} SELECT {cells}", columns)
