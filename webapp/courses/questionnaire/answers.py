"""One sheet read through its definition: what is shown, calculated, needed and missing. Everything is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import localised
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.evaluate import Column, Scope, evaluate, rounded
from webapp.courses.questionnaire.expressions import Tree, leaves
from webapp.courses.questionnaire.fields import (
    ALWAYS,
    OTHER,
    CalculatedField,
    Choice,
    Field,
    FieldType,
    MatrixField,
    NumberField,
    ScaleField,
    TableField,
)
from webapp.courses.questionnaire.logic import COLUMN, FIELD, SECTION, Node, logic_of
from webapp.courses.questionnaire.paths import cell_path, locate, row_path, split_from
from webapp.courses.questionnaire.sentences import Trouble, sentence
from webapp.courses.questionnaire.values import NO_CONTEXT, Context, check, is_other
from webapp.courses.revisions import plain


@dataclass(frozen=True)
class Line:
    """A row or a column of a matrix. `text` is by language, or what somebody wrote in a table."""

    id: str
    text: Mapping[str, str] | str

    def words(self, language: str | None = None) -> str:
        """The text in a language."""
        return self.text if isinstance(self.text, str) else localised(self.text, language)


@dataclass(frozen=True)
class Lack:
    """A place of the sheet that stands in the way of handing it in, with the sentence that says why."""

    path: str
    field: Field
    section: Section
    sentence: str


class Answers:
    """Values of one sheet by path, as they are stored, read by a definition. Not changed by anything here."""

    def __init__(self, questionnaire: Questionnaire, values: Mapping[str, Any]) -> None:
        self.questionnaire, self.values = questionnaire, values
        self._logic = logic_of(questionnaire)
        self._cells: dict[str, dict[str, dict[str, Any]]] = {}
        self._order: dict[str, list[tuple[str, str]]] = {}
        self._known: dict[tuple[Any, ...], Any] = {}
        for path, value in values.items():
            self._sort_in(path.split("/"), value)

    def _sort_in(self, parts: list[str], value: Any) -> None:
        if len(parts) == 3 and value is not None:
            self._cells.setdefault(parts[0], {}).setdefault(parts[1], {})[parts[2]] = value
        elif len(parts) == 2 and isinstance(value, Mapping) and isinstance(value.get("at"), str):
            self._order.setdefault(parts[0], []).append((value["at"], parts[1]))

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that are shown."""
        return tuple(section for section in self.questionnaire.sections if self.section_visible(section.id))

    def section_visible(self, section_id: str) -> bool:
        """Whether a section is shown."""
        return self._true((SECTION, section_id))

    def visible(self, field_id: str) -> bool:
        """Whether a field is shown: by its own condition and that of its section."""
        return self.section_visible(self.questionnaire.section_of(field_id).id) and self._true((FIELD, field_id))

    def required(self, field_id: str, column_id: str = "", row: str = "") -> bool:
        """Whether a field (or a column in a row) must be answered, given that it is shown."""
        field = self.questionnaire.by_id[field_id]
        asked = field.column(column_id) if isinstance(field, TableField) and column_id else field
        if asked is None or not asked.required or asked.required == ALWAYS:
            return bool(asked and asked.required)
        node = (COLUMN, f"{field_id}.{column_id}") if column_id else (FIELD, field_id)
        return self._evaluated(self._logic.required[node], field_id, row) is True

    def rows(self, table_id: str) -> tuple[str, ...]:
        """Ids of the rows of a table, in order."""
        key = ("rows", table_id)
        if key not in self._known:
            self._known[key] = tuple(row for _at, row in sorted(self._order.get(table_id, ())))
        found: tuple[str, ...] = self._known[key]
        return found

    def value(self, field_id: str) -> Any:
        """The stored value of a field, or what it calculates: None, Decimal, str or bool. None for a table or a matrix."""
        field = self.questionnaire.by_id[field_id]
        return self._calculated(field, (FIELD, field_id)) if isinstance(field, CalculatedField) else self.values.get(field_id)

    def cell(self, field_id: str, row: str, column: str = "") -> Any:
        """The value of a cell, calculated columns included; of a row of a choice matrix without a column."""
        field = self.questionnaire.by_id[field_id]
        asked = field.column(column) if isinstance(field, TableField) else None
        if isinstance(asked, CalculatedField):
            return self._calculated(asked, (COLUMN, f"{field_id}.{column}"), row)
        if not column:
            found = self.values.get(row_path(field_id, row))
            return None if isinstance(found, Mapping) else found
        return self._cells.get(field_id, {}).get(row, {}).get(column)

    def total(self, table_id: str, column_id: str) -> Decimal | None:
        """The sum of a column; None if no cell of it holds a number."""
        numbers = [each for each in self._column(table_id, column_id) if isinstance(each, Decimal)]
        return Decimal(plain(sum(numbers, Decimal(0)))) if numbers else None

    def lines(self, matrix_id: str) -> tuple[Line, ...]:
        """The rows of a matrix, those taken from a table included."""
        return self._lines(matrix_id, "rows")

    def across(self, matrix_id: str) -> tuple[Line, ...]:
        """The columns of a matrix."""
        return self._lines(matrix_id, "columns")

    def _lines(self, matrix_id: str, what: str) -> tuple[Line, ...]:
        field = self.questionnaire.by_id[matrix_id]
        assert isinstance(field, MatrixField)
        fixed: tuple[Choice, ...] = field.rows if what == "rows" else field.columns
        taken = field.rows_from if what == "rows" else field.columns_from
        if not taken:
            return tuple(Line(each.id, each.text) for each in fixed)
        table, column = split_from(taken)
        named = ((row, self.cell(table, row, column)) for row in self.rows(table))
        return tuple(Line(row, str(text)) for row, text in named if text not in (None, ""))

    def answered(self, field_id: str) -> bool:
        """Whether a field, or anything in it, holds a value."""
        field = self.questionnaire.by_id[field_id]
        if isinstance(field, TableField):
            return any(self._cells.get(field_id, {}).get(row) for row in self.rows(field_id))
        if isinstance(field, MatrixField):
            return any(self.cell(field_id, row, column) is not None for row, column in self.spots(field))
        return self.value(field_id) is not None

    def progress(self, section_id: str) -> tuple[int, int]:
        """How many of the shown fields of a section are answered, and how many there are."""
        section = next(section for section in self.questionnaire.sections if section.id == section_id)
        asked = [field for field in section.fields if field.answerable and self.visible(field.id)]
        return sum(self.answered(field.id) for field in asked), len(asked)

    def missing(self) -> tuple[Lack, ...]:
        """What is needed, shown and empty, in order; a table without enough rows too."""
        return tuple(self._lack(path, field) for field in self._shown() for path in self._missing_in(field))

    def troubles(self, context: Context = NO_CONTEXT) -> tuple[Lack, ...]:
        """Values shown that break a limit, in order."""
        found = []
        for field in self._shown():
            for path in self._paths(field):
                spot = locate(self.questionnaire, path)
                message = check(spot.asks, self.values.get(path), context, label=spot.label()) if spot else None
                if message:
                    found.append(Lack(path, field, self.questionnaire.section_of(field.id), message))
            if isinstance(field, TableField) and len(self.rows(field.id)) > field.rows.max:
                found.append(self._lack(field.id, field, Trouble("rows_max", {"max": field.rows.max})))
        return tuple(found)

    def _shown(self) -> Iterable[Field]:
        return (field for field in self.questionnaire.answerable if self.visible(field.id))

    def _lack(self, path: str, field: Field, trouble: Trouble | None = None) -> Lack:
        spot = locate(self.questionnaire, path)
        if trouble is None and isinstance(field, TableField) and path == field.id and field.rows.min > 1:
            trouble = Trouble("rows_min", {"min": field.rows.min})
        said = sentence(field, trouble or Trouble("required"), spot.label() if spot else "")
        return Lack(path, field, self.questionnaire.section_of(field.id), said)

    def spots(self, field: MatrixField) -> list[tuple[str, str]]:
        """Row and column ids of the cells of a matrix, row by row; without a column where a row has one value."""
        across = [""] if field.by_row else [line.id for line in self.across(field.id)]
        return [(line.id, column) for line in self.lines(field.id) for column in across]

    def _paths(self, field: Field) -> list[str]:
        if isinstance(field, MatrixField):
            return [cell_path(field.id, row, column) for row, column in self.spots(field)]
        if isinstance(field, TableField):
            return [cell_path(field.id, row, column.id) for row in self.rows(field.id) for column in field.columns if column.answerable]
        return [field.id]

    def _missing_in(self, field: Field) -> list[str]:
        if isinstance(field, TableField):
            return self._missing_in_table(field)
        if not self.required(field.id):
            return []
        return [path for path in self._paths(field) if self.values.get(path) is None]

    def _missing_in_table(self, table: TableField) -> list[str]:
        filled = [row for row in self.rows(table.id) if self._cells.get(table.id, {}).get(row)]
        found = [table.id] if self.required(table.id) and len(filled) < max(1, table.rows.min) else []
        return found + [
            cell_path(table.id, row, column.id) for row in filled for column in table.columns
            if column.answerable and self.cell(table.id, row, column.id) is None and self.required(table.id, column.id, row)
        ]

    def _true(self, node: Node) -> bool:
        tree = self._logic.when.get(node)
        return tree is None or self._remembered(("when", *node), tree) is True

    def _calculated(self, field: CalculatedField, node: Node, row: str = "") -> Any:
        tree = self._tree_of_column(node) if row else self._logic.values[node]
        found = self._remembered(("value", *node, row), tree, split_from(node[1])[0], row)
        if not isinstance(found, Decimal):
            return found
        number = found if field.decimals is None else rounded(found, Decimal(field.decimals))
        return None if number is None else Decimal(plain(number))

    def _tree_of_column(self, node: Node) -> Tree:
        """The tree of a calculated column with what is the same in every row worked out already."""
        key = ("tree", *node)
        if key not in self._known:
            self._known[key] = self._settled(self._logic.values[node])
        found: Tree = self._known[key]
        return found

    def _settled(self, tree: Tree) -> Tree:
        if tree[0] == "call" and all(leaf[0] != "own" for leaf in leaves(tree)):
            return ("known", self._evaluated(tree, "", ""))
        return tuple(self._settled(part) if isinstance(part, tuple) else part for part in tree)

    def _remembered(self, key: tuple[Any, ...], tree: Tree, table: str = "", row: str = "") -> Any:
        if key not in self._known:
            self._known[key] = self._evaluated(tree, table, row)
        return self._known[key]

    def _evaluated(self, tree: Tree, table: str, row: str) -> Any:
        return evaluate(tree, Reader(self, table, row))

    def _column(self, table_id: str, column_id: str) -> list[Any]:
        key = ("column", table_id, column_id)
        if key not in self._known:
            table = self.questionnaire.by_id[table_id]
            assert isinstance(table, TableField)
            column = table.column(column_id)
            self._known[key] = [meant(column, self.cell(table_id, row, column_id)) for row in self.rows(table_id)] if column else []
        return list(self._known[key])


class Reader:
    """Values as expressions see them: of hidden fields nothing, numbers as decimals, words of one's own as `other`."""

    def __init__(self, answers: Answers, table: str, row: str) -> None:
        self.answers, self.table, self.row = answers, table, row

    def field(self, field_id: str) -> Any:
        """Value of a field."""
        if not self.answers.visible(field_id):
            return None
        return meant(self.answers.questionnaire.by_id[field_id], self.answers.value(field_id))

    def own(self, column_id: str) -> Any:
        """Value in the same row."""
        table = self.answers.questionnaire.by_id[self.table]
        assert isinstance(table, TableField)
        return meant(table.column(column_id), self.answers.cell(self.table, self.row, column_id))

    def rows(self, table_id: str) -> int:
        """How many rows a table has."""
        return len(self.answers.rows(table_id)) if self.answers.visible(table_id) else 0

    def column(self, table_id: str, column_id: str) -> Iterable[Any]:
        """Values of a column."""
        return self.answers._column(table_id, column_id) if self.answers.visible(table_id) else ()  # noqa: SLF001  its own reader

    def cells(self, matrix_id: str, part: str = "") -> Any:
        """Values of a matrix, or of a part of it."""
        matrix = self.answers.questionnaire.by_id[matrix_id]
        assert isinstance(matrix, MatrixField)
        shown, asked = self.answers.visible(matrix_id), matrix.cell_field
        if matrix.by_row and part:
            return meant(asked, self.answers.cell(matrix_id, part)) if shown else None
        spots = self.answers.spots(matrix) if shown else []
        return Column(meant(asked, self.answers.cell(matrix_id, row, column)) for row, column in spots if part in ("", column))


def meant(field: Field | None, value: Any) -> Any:
    """A stored value as expressions see it."""
    if value is None or field is None:
        return None
    if isinstance(field, (NumberField, ScaleField)):
        return Decimal(str(value))
    if isinstance(value, list):
        if field.type is FieldType.GOALS:
            return [Decimal(each) for each in value]
        return [OTHER if is_other(each) else each for each in value]
    return OTHER if is_other(value) and field.type is FieldType.SINGLE else value


def reader(answers: Answers) -> Scope:
    """The values of a sheet as an expression outside tables sees them."""
    return Reader(answers, "", "")
