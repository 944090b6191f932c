"""Fields of a questionnaire: frozen objects, one class a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from webapp.core.frozen import dataclass
from webapp.courses.revisions import Text, content_of

OTHER = "other"
NO_TEXT = Text()


class FieldType(StrEnum):
    """What a field asks for, or shows."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DATE = "date"
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    RANKING = "ranking"
    MATRIX = "matrix"
    TABLE = "table"
    GOALS = "goals"
    TARGETS = "targets"
    PLACE = "place"
    ORGANISATION = "organisation"
    FILE = "file"
    HEADING = "heading"
    GUIDANCE = "guidance"
    CALCULATED = "calculated"
    CHART = "chart"


class Cell(StrEnum):
    """What is asked in each cell of a matrix; `choice` is one column a row."""

    CHOICE = "choice"
    SINGLE = "single"
    NUMBER = "number"
    TEXT = "text"
    SCALE = "scale"


class ChartKind(StrEnum):
    """How a chart draws what it is `of`."""

    COVERAGE = "coverage"
    GAPS = "gaps"
    BARS = "bars"
    CROSS = "cross"


@dataclass(frozen=True)
class Choice:
    """An option, an item to rank, a row or a column of a matrix; the text holds inline Markdown."""

    id: str
    text: Text


@dataclass(frozen=True)
class Rows:
    """How many rows a table may hold, must hold where it is required, and offers at first."""

    min: int = 0
    max: int = 500
    start: int = 1


@dataclass(frozen=True, kw_only=True)
class Field:
    """What every field has. `required` is empty, `always` or a condition; `when` is empty or a condition."""

    type: ClassVar[FieldType]
    answerable: ClassVar[bool] = True

    id: str
    label: Text = NO_TEXT
    help: Text = NO_TEXT
    required: str = ""
    when: str = ""

    def to_content(self) -> dict[str, Any]:
        """Plain content with the keys of the file format; what says nothing, or only the default, is left out."""
        found: dict[str, Any] = {"id": self.id, "type": self.type.value}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "id" or value == each.default or value is None:
                continue
            found[KEYS.get(each.name, each.name)] = _content(value)
        if self.required == ALWAYS:
            found["required"] = True
        return found


ALWAYS = "always"
KEYS = {"first": "from", "last": "to"}


def _content(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], Field):
        return [each.to_content() for each in value]
    return content_of(value)


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """A line of text of at most `limit` characters."""

    type = FieldType.TEXT
    limit: int = 200


@dataclass(frozen=True, kw_only=True)
class LongField(Field):
    """Text of several lines; `rows` is the height on the page."""

    type = FieldType.LONG
    limit: int = 4000
    rows: int = 4


@dataclass(frozen=True, kw_only=True)
class NumberField(Field):
    """A number; `decimals` is the most that may follow the point, None: any."""

    type = FieldType.NUMBER
    unit: Text = NO_TEXT
    min: Decimal | None = None
    max: Decimal | None = None
    decimals: int | None = None


@dataclass(frozen=True, kw_only=True)
class DateField(Field):
    """A day."""

    type = FieldType.DATE
    min: date | None = None
    max: date | None = None


@dataclass(frozen=True, kw_only=True)
class SingleField(Field):
    """One of the options, or with `other` words of one's own."""

    type = FieldType.SINGLE
    options: tuple[Choice, ...] = ()
    other: bool = False


@dataclass(frozen=True, kw_only=True)
class MultipleField(Field):
    """Some of the options. With `last_alone` the last one, such as “none of these”, stands by itself."""

    type = FieldType.MULTIPLE
    options: tuple[Choice, ...] = ()
    other: bool = False
    last_alone: bool = False
    min: int | None = None
    max: int | None = None

    @property
    def alone(self) -> str:
        """The id of the option that excludes the others, empty if there is none."""
        return self.options[-1].id if self.last_alone and self.options else ""


@dataclass(frozen=True, kw_only=True)
class ScaleField(Field):
    """A whole number from `first` to `last`; `points` name each, or `low` and `high` the ends."""

    type = FieldType.SCALE
    first: int = 1
    last: int = 5
    points: tuple[Text, ...] = ()
    low: Text = NO_TEXT
    high: Text = NO_TEXT


@dataclass(frozen=True, kw_only=True)
class RankingField(Field):
    """Items put in order, best first; with `top` only so many of them."""

    type = FieldType.RANKING
    items: tuple[Choice, ...] = ()
    top: int | None = None


@dataclass(frozen=True, kw_only=True)
class GoalsField(Field):
    """Some of the 17 goals."""

    type = FieldType.GOALS
    max: int | None = None


@dataclass(frozen=True, kw_only=True)
class TargetsField(Field):
    """Some of the 169 targets; of these goals only, if any are named."""

    type = FieldType.TARGETS
    max: int | None = None
    goals: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlaceField(Field):
    """A place of the administrative tree."""

    type = FieldType.PLACE


@dataclass(frozen=True, kw_only=True)
class OrganisationField(Field):
    """A known organisation, or the name of another."""

    type = FieldType.ORGANISATION


@dataclass(frozen=True, kw_only=True)
class FileField(Field):
    """Uploaded files of these kinds (all, if none is named), each of at most `max_mb` MB (1 MB = 1,000,000 bytes)."""

    type = FieldType.FILE
    accept: tuple[str, ...] = ()
    max_mb: int = 10
    count: int = 5


@dataclass(frozen=True, kw_only=True)
class HeadingField(Field):
    """A heading between fields."""

    type = FieldType.HEADING
    answerable = False


@dataclass(frozen=True, kw_only=True)
class GuidanceField(Field):
    """Words between fields, Markdown blocks."""

    type = FieldType.GUIDANCE
    answerable = False
    text: Text = NO_TEXT


@dataclass(frozen=True, kw_only=True)
class CalculatedField(Field):
    """The value of an expression, never stored; a number is rounded half up to `decimals`."""

    type = FieldType.CALCULATED
    answerable = False
    value: str = ""
    unit: Text = NO_TEXT
    decimals: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChartField(Field):
    """A drawing of a field or of `table.column`; `by` is the second column of a cross table."""

    type = FieldType.CHART
    answerable = False
    of: str = ""
    kind: ChartKind = ChartKind.BARS
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class MatrixField(Field):
    """Rows by columns. `rows_from` and `columns_from` (`table.column`) take them from the rows of a table in the same sheet."""

    type = FieldType.MATRIX
    rows: tuple[Choice, ...] = ()
    rows_from: str = ""
    columns: tuple[Choice, ...] = ()
    columns_from: str = ""
    cell: Cell = Cell.CHOICE
    options: tuple[Choice, ...] = ()
    limit: int = 200
    min: Decimal | None = None
    max: Decimal | None = None
    decimals: int | None = None
    first: int = 1
    last: int = 5

    @property
    def by_row(self) -> bool:
        """Whether a row has one value, the column chosen in it; else each cell has one."""
        return self.cell is Cell.CHOICE

    @property
    def cell_field(self) -> Field:
        """What a cell (of a choice matrix: a row) asks, as a field with the matrix's id and label."""
        base: dict[str, Any] = {"id": self.id, "label": self.label, "required": self.required}
        match self.cell:
            case Cell.CHOICE:
                return SingleField(**base, options=self.columns)
            case Cell.SINGLE:
                return SingleField(**base, options=self.options)
            case Cell.NUMBER:
                return NumberField(**base, min=self.min, max=self.max, decimals=self.decimals)
            case Cell.TEXT:
                return TextField(**base, limit=self.limit)
            case Cell.SCALE:
                return ScaleField(**base, first=self.first, last=self.last)


@dataclass(frozen=True, kw_only=True)
class TableField(Field):
    """Rows that people add; `columns` are fields of their own, `totals` ids of columns that are added up below."""

    type = FieldType.TABLE
    columns: tuple[Field, ...] = ()
    rows: Rows = Rows()
    totals: tuple[str, ...] = ()

    def column(self, column_id: str) -> Field | None:
        """The column with this id."""
        return next((column for column in self.columns if column.id == column_id), None)


CLASSES: Mapping[str, type[Field]] = {
    kind.type.value: kind for kind in (
        TextField, LongField, NumberField, DateField, SingleField, MultipleField, ScaleField, RankingField, MatrixField, TableField,
        GoalsField, TargetsField, PlaceField, OrganisationField, FileField, HeadingField, GuidanceField, CalculatedField, ChartField,
    )
}
COLUMN_TYPES = frozenset({
    FieldType.TEXT, FieldType.LONG, FieldType.NUMBER, FieldType.DATE, FieldType.SINGLE, FieldType.MULTIPLE, FieldType.SCALE,
    FieldType.GOALS, FieldType.TARGETS, FieldType.CALCULATED,
})


def field_from(content: Mapping[str, Any]) -> Field:
    """The field of a stored or freshly read content. Raises KeyError or ValueError if it is none."""
    kind = CLASSES.get(str(content["type"]))
    if kind is None:
        raise ValueError(content["type"])
    names = {KEYS.get(each.name, each.name): each.name for each in fields(kind)}
    values = {names[key]: _value(kind.type, key, value) for key, value in content.items() if key in names and value is not None}
    return kind(**values)


def _value(kind: FieldType, key: str, value: Any) -> Any:  # noqa: PLR0911  one line a key
    if key in ("label", "help", "unit", "low", "high", "text"):
        return Text(value)
    if key == "required":
        return value if isinstance(value, str) else ALWAYS * bool(value)
    if kind is FieldType.TABLE and key == "columns":
        return tuple(field_from(each) for each in value)
    if kind is FieldType.TABLE and key == "rows":
        return Rows(**value)
    if key in ("options", "items", "columns") or (kind is FieldType.MATRIX and key == "rows"):
        return tuple(Choice(each["id"], Text(each["text"])) for each in value)
    if key == "points":
        return tuple(Text(each) for each in value)
    if key in ("min", "max") and kind in (FieldType.NUMBER, FieldType.MATRIX):
        return Decimal(str(value))
    if key in ("min", "max") and kind is FieldType.DATE:
        return date.fromisoformat(str(value))
    if key in ("cell", "kind"):
        return Cell(value) if key == "cell" else ChartKind(value)
    return tuple(value) if isinstance(value, list) else value
