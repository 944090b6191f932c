"""Shape of the file of a questionnaire: types, keys, ranges. What crosses fields is judged by `checks`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from webapp.courses.questionnaire.expressions import LENGTH_LIMIT
from webapp.courses.schemas import GoalNumber, Id, ItemEntry, Line, Localised, Number, Strict

Expression = Annotated[str, StringConstraints(min_length=1, max_length=LENGTH_LIMIT, pattern=r"\S")]
Reference = Annotated[str, StringConstraints(max_length=121, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)?$")]
ColumnReference = Annotated[str, StringConstraints(max_length=121, pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
Options = Annotated[list[ItemEntry], Field(min_length=2, max_length=100)]
Decimals = Annotated[int, Field(ge=0, le=6)]
Count = Annotated[int, Field(ge=1, le=400)]
Point = Annotated[int, Field(ge=-100, le=100)]
SECTION_LIMIT = 60
FIELD_LIMIT = 600


class SectionEntry(Strict):
    """A section; each field is checked by itself, so that one bad field does not hide the next."""

    id: Id
    title: Localised
    guidance: Localised | None = None
    when: Expression | None = None
    fields: Annotated[list[Any], Field(min_length=1, max_length=FIELD_LIMIT)]


class QuestionnaireFile(Strict):
    """The whole file. A course's exercise may leave the languages to its course."""

    languages: Annotated[list[str], Field(min_length=1, max_length=8)] | None = None
    title: Localised
    summary: Localised
    kind: Literal["worksheet", "survey", "document"]
    minutes: Annotated[int, Field(ge=1, le=6000)]
    sources: list[Id] = Field(default_factory=list, max_length=60)
    goals: list[GoalNumber] = Field(default_factory=list, max_length=17)
    targets: list[Line] = Field(default_factory=list, max_length=169)
    sections: Annotated[list[Any], Field(min_length=1, max_length=SECTION_LIMIT)]


class ShownEntry(Strict):
    """What every field has."""

    id: Id
    type: str
    when: Expression | None = None


class FieldEntry(ShownEntry):
    """What every field that asks something has."""

    label: Localised
    help: Localised | None = None
    required: bool | Expression = False


class TextEntry(FieldEntry):
    """`text`."""

    limit: Annotated[int, Field(ge=1, le=2000)] = 200


class LongEntry(FieldEntry):
    """`long`."""

    limit: Annotated[int, Field(ge=1, le=20_000)] = 4000
    rows: Annotated[int, Field(ge=2, le=40)] = 4


class NumberEntry(FieldEntry):
    """`number`."""

    unit: Localised | None = None
    min: Number | None = None
    max: Number | None = None
    decimals: Decimals | None = None


class DateEntry(FieldEntry):
    """`date`."""

    min: date | None = None
    max: date | None = None


class SingleEntry(FieldEntry):
    """`single`."""

    options: Options
    other: bool = False


class MultipleEntry(FieldEntry):
    """`multiple`."""

    options: Options
    other: bool = False
    last_alone: bool = False
    min: Count | None = None
    max: Count | None = None


class ScaleEntry(FieldEntry):
    """`scale`."""

    first: Point = Field(default=1, alias="from")
    last: Point = Field(default=5, alias="to")
    points: list[Localised] = Field(default_factory=list, max_length=21)
    low: Localised | None = None
    high: Localised | None = None


class RankingEntry(FieldEntry):
    """`ranking`."""

    items: Annotated[list[ItemEntry], Field(min_length=2, max_length=30)]
    top: Annotated[int, Field(ge=1, le=30)] | None = None


class MatrixEntry(FieldEntry):
    """`matrix`."""

    rows: Annotated[list[ItemEntry], Field(min_length=1, max_length=200)] | None = None
    rows_from: ColumnReference | None = None
    columns: Annotated[list[ItemEntry], Field(min_length=1, max_length=40)] | None = None
    columns_from: ColumnReference | None = None
    cell: Literal["choice", "single", "number", "text", "scale"] = "choice"
    options: Options | None = None
    limit: Annotated[int, Field(ge=1, le=2000)] | None = None
    min: Number | None = None
    max: Number | None = None
    decimals: Decimals | None = None
    first: Point | None = Field(default=None, alias="from")
    last: Point | None = Field(default=None, alias="to")


class RowsEntry(Strict):
    """How many rows a table has."""

    min: Annotated[int, Field(ge=0, le=500)] = 0
    max: Annotated[int, Field(ge=1, le=500)] = 500
    start: Annotated[int, Field(ge=0, le=50)] = 1


class TableEntry(FieldEntry):
    """`table`; each column is checked by itself."""

    columns: Annotated[list[Any], Field(min_length=1, max_length=30)]
    rows: RowsEntry = RowsEntry()
    totals: list[Id] = Field(default_factory=list, max_length=30)


class GoalsEntry(FieldEntry):
    """`goals`."""

    max: Annotated[int, Field(ge=1, le=17)] | None = None


class TargetsEntry(FieldEntry):
    """`targets`."""

    max: Annotated[int, Field(ge=1, le=169)] | None = None
    goals: list[GoalNumber] = Field(default_factory=list, max_length=17)


class FileEntry(FieldEntry):
    """`file`."""

    accept: list[Literal["pdf", "image", "spreadsheet", "document"]] = Field(default_factory=list, max_length=4)
    max_mb: Annotated[int, Field(ge=1, le=50)] = 10
    count: Annotated[int, Field(ge=1, le=20)] = 5


class HeadingEntry(ShownEntry):
    """`heading`."""

    label: Localised


class GuidanceEntry(ShownEntry):
    """`guidance`."""

    label: Localised | None = None
    text: Localised


class CalculatedEntry(ShownEntry):
    """`calculated`."""

    label: Localised
    help: Localised | None = None
    value: Expression
    unit: Localised | None = None
    decimals: Decimals | None = None


class ChartEntry(ShownEntry):
    """`chart`."""

    label: Localised
    help: Localised | None = None
    of: Reference
    kind: Literal["coverage", "gaps", "bars", "cross"]
    by: Reference | None = None


ENTRIES: dict[str, type[ShownEntry]] = {
    "text": TextEntry, "long": LongEntry, "number": NumberEntry, "date": DateEntry, "single": SingleEntry, "multiple": MultipleEntry,
    "scale": ScaleEntry, "ranking": RankingEntry, "matrix": MatrixEntry, "table": TableEntry, "goals": GoalsEntry, "targets": TargetsEntry,
    "place": FieldEntry, "organisation": FieldEntry, "file": FileEntry, "heading": HeadingEntry, "guidance": GuidanceEntry,
    "calculated": CalculatedEntry, "chart": ChartEntry,
}
