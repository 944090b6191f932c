"""Paths of values: `field`, `field/row`, `field/row/column`, and what stands at each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import localised
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import Field, FieldType, MatrixField, TableField

ROW_ID = re.compile(r"[a-z0-9]{8,32}")
ORDER_KEY = re.compile(r"[0-9A-Za-z]{1,100}")
PATH = re.compile(r"[a-z0-9-]{1,60}(?:/[a-z0-9-]{1,60}){0,2}")


class SpotKind(StrEnum):
    """What a path names."""

    FIELD = "field"
    ROW = "row"
    CELL = "cell"


@dataclass(frozen=True)
class Spot:
    """What stands at a path. `asks` is the field whose rules the value follows: the field itself, a column, a cell of a matrix.

    For the record of a row `asks` is the table. `row` and `column` are ids, empty where the path has none.
    """

    path: str
    kind: SpotKind
    field: Field
    asks: Field
    row: str = ""
    column: str = ""

    def label(self, language: str | None = None) -> str:
        """The words a person knows it by: the label of the field, of a table with that of the column."""
        name = localised(self.field.label, language) or self.field.id
        if isinstance(self.field, TableField) and self.kind is SpotKind.CELL:
            return f"{name} · {localised(self.asks.label, language) or self.column}"
        return name


def locate(questionnaire: Questionnaire, path: str) -> Spot | None:
    """What stands at a path; None if nothing that holds a value does.

    Whether a row exists is not judged here, only that its id is one that a row may have.
    """
    if not PATH.fullmatch(path):
        return None
    field_id, _, rest = path.partition("/")
    row, _, column = rest.partition("/")
    field = questionnaire.field(field_id)
    if field is None or not field.answerable:
        return None
    if isinstance(field, TableField):
        return _in_table(path, field, row, column)
    if isinstance(field, MatrixField):
        return _in_matrix(path, field, row, column)
    return Spot(path, SpotKind.FIELD, field, field) if not rest else None


def _in_table(path: str, table: TableField, row: str, column: str) -> Spot | None:
    if not ROW_ID.fullmatch(row):
        return None
    if not column:
        return Spot(path, SpotKind.ROW, table, table, row)
    asks = table.column(column)
    return Spot(path, SpotKind.CELL, table, asks, row, column) if asks is not None and asks.answerable else None


def _in_matrix(path: str, matrix: MatrixField, row: str, column: str) -> Spot | None:
    if not _may_be(row, matrix.rows, matrix.rows_from) or matrix.by_row != (not column):
        return None
    if column and not _may_be(column, matrix.columns, matrix.columns_from):
        return None
    return Spot(path, SpotKind.CELL, matrix, matrix.cell_field, row, column)


def _may_be(part: str, fixed: Iterable[Any], taken_from: str) -> bool:
    return bool(ROW_ID.fullmatch(part)) if taken_from else any(each.id == part for each in fixed)


def field_of(path: str) -> str:
    """Id of the field a path belongs to."""
    return path.partition("/")[0]


def row_path(table_id: str, row: str) -> str:
    """Path of the record of a row."""
    return f"{table_id}/{row}"


def cell_path(field_id: str, row: str, column: str = "") -> str:
    """Path of a cell; of a row of a choice matrix without a column."""
    return f"{field_id}/{row}/{column}" if column else f"{field_id}/{row}"


def split_from(reference: str) -> tuple[str, str]:
    """Table and column of `table.column`."""
    table, _, column = reference.partition(".")
    return table, column


def rows_in(values: Mapping[str, Any], table_id: str) -> tuple[str, ...]:
    """Ids of the rows of a table in their order: by order key, then by id. One pass over the values."""
    found = []
    for path, value in values.items():
        parts = path.split("/")
        if len(parts) == 2 and parts[0] == table_id and isinstance(value, Mapping) and isinstance(value.get("at"), str):
            found.append((value["at"], parts[1]))
    return tuple(row for _at, row in sorted(found))


def is_table(field: Field) -> bool:
    """Whether the field has rows that people add."""
    return field.type is FieldType.TABLE
