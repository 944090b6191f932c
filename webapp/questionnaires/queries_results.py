"""Counts of answers, made by the database: no sheet is read one by one. Each works on SQLite and PostgreSQL and gives the same."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from webapp.accounts.finding import in_trees
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.fields import OTHER, MatrixField, TableField
from webapp.courses.questionnaire.paths import split_from
from webapp.questionnaires.access import SHOWN
from webapp.questionnaires.models import Sheet, SheetCell
from webapp.questionnaires.results import LISTS, POOL, Item, Shape, Tally, tally_of
from webapp.questionnaires.results_split import ALL, ANY, NONE
from webapp.questionnaires.surveys_dimensions import KEYS

# By key of the item, then by value of the dimension; without one everything is under the empty text.
Found = dict[str, dict[str, list[tuple[str, int, bool, int]]]]


class cell_text(FunctionElement[str]):  # noqa: N801  a function of SQL
    """A JSON value as text: a string without its quotes, null for JSON null."""

    type = Text()
    inherit_cache = True


class part_of(FunctionElement[str]):  # noqa: N801  a function of SQL
    """`part_of(path)`: what stands after the first slash of a path up to the next; `part_of(path, 3)`: what stands after that."""

    type = Text()
    inherit_cache = True


@compiles(cell_text, "postgresql")
def _cell_text_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} #>> '{{}}')"


@compiles(cell_text, "sqlite")
def _cell_text_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(json_extract({compiler.process(element.clauses, **kw)}, '$') AS TEXT)"


@compiles(part_of, "postgresql")
def _part_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    path, number = element.clauses
    return f"split_part({compiler.process(path, **kw)}, '/', {number.value})"


@compiles(part_of, "sqlite")
def _part_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    path, number = element.clauses
    said = compiler.process(path, **kw)
    rest = f"substr({said}, instr({said}, '/') + 1)"
    if number.value == 2:
        return f"substr({rest}, 1, instr({rest} || '/', '/') - 1)"
    return f"CASE WHEN instr({rest}, '/') = 0 THEN '' ELSE substr({rest}, instr({rest}, '/') + 1) END"


@dataclass(frozen=True)
class Scope:
    """Which sheets are counted: those handed in that fulfil these conditions."""

    conditions: tuple[ColumnElement[bool], ...]

    @property
    def where(self) -> ColumnElement[bool]:
        """As one condition."""
        return and_(Sheet.state.in_(SHOWN), *self.conditions)


def of_surveys(survey_ids: Iterable[UUID]) -> Scope:
    """Answers to surveys."""
    return Scope((Sheet.survey_id.in_(list(survey_ids)),))


def of_questionnaire(questionnaire_id: str, paths: Collection[str] | None) -> Scope:
    """Worksheets and documents of a questionnaire in the trees of these places (None: everywhere)."""
    conditions: list[ColumnElement[bool]] = [Sheet.questionnaire_id == questionnaire_id, Sheet.survey_id.is_(None)]
    scope = in_trees(Sheet.place_id, paths)
    return Scope((*conditions, *([] if scope is None else [scope])))


def by_dimension(name: str) -> ColumnElement[str]:
    """The value of a dimension as text, empty where it is not known."""
    return func.coalesce(Sheet.dimensions[name].as_string(), NONE)


def by_survey() -> ColumnElement[str]:
    """The survey a sheet belongs to, as text."""
    return cast(Sheet.survey_id, Text)


def by_place() -> ColumnElement[str]:
    """The place a sheet belongs to, as text."""
    return func.coalesce(cast(Sheet.place_id, Text), NONE)


def last_revision(scope: Scope) -> str | None:
    """The definition of the sheet that was changed last. One query."""
    return db.session.scalar(select(Sheet.revision).where(scope.where).order_by(Sheet.changed_at.desc(), Sheet.id).limit(1))


# One value a sheet: each is the first of its sheet.
ALONE: ColumnElement[int] = literal_column("1", Integer)
NO_PLACE: ColumnElement[int] = literal_column("0", Integer)
NOT_DIVIDED: ColumnElement[str] = literal_column("''", Text)


@dataclass(frozen=True)
class Outline:
    """How many sheets are counted, by value of the dimension, and which dimensions any of them has."""

    sizes: Mapping[str, int]
    dimensions: tuple[str, ...]

    @property
    def sheets(self) -> int:
        """How many there are."""
        return sum(self.sizes.values())


def outline(scope: Scope, by: ColumnElement[str] = NOT_DIVIDED, names: Sequence[str] = KEYS) -> Outline:
    """Sheets by value, and the dimensions among these that occur. One query."""
    held = [func.count(Sheet.dimensions[name].as_string()) for name in names]
    counted = select(by.label("divided"), func.count(), *held).select_from(Sheet)
    rows = db.session.execute(counted.where(scope.where).group_by("divided")).all()
    present = tuple(name for at, name in enumerate(names) if any(row[2 + at] for row in rows))
    return Outline({str(row[0]): row[1] for row in rows}, present)


def tallies(scope: Scope, counted: Sequence[Item], by: ColumnElement[str] = NOT_DIVIDED) -> dict[str, dict[str, Tally]]:
    """Counts of every item by key, then by value of the dimension. One query."""
    single = [item for item in counted if not item.pooled and item.shape not in LISTS and item.shape is not Shape.WORDS]
    worded = [item for item in counted if not item.pooled and item.shape is Shape.WORDS]
    several = [item for item in counted if not item.pooled and item.shape in LISTS]
    pooled = [item for item in counted if item.pooled]
    parts: list[Any] = []
    if single:
        parts.append(_single(scope, single, by))
    if worded:
        parts.append(_worded(scope, worded, by))
    if several:
        parts.append(_several(scope, several, by))
    if pooled:
        parts.append(_pooled(scope, pooled, by))
    found: Found = {}
    if parts:
        together: Any = union_all(*parts) if len(parts) > 1 else parts[0]
        _note(found, db.session.execute(together))
    return {item.key: {value: tally_of(item, rows) for value, rows in found.get(item.key, {}).items()} for item in counted}


def _note(found: Found, rows: Iterable[Any]) -> None:
    for key, by, value, place, first, count in rows:
        found.setdefault(key, {}).setdefault(str(by), []).append((value or "", place or 0, bool(first), count))


def _postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _value(text: ColumnElement[str]) -> ColumnElement[str]:
    """The value that is counted: whatever was written in for another choice is one."""
    return case((text.startswith(f"{OTHER}:", autoescape=True), OTHER), else_=text)


def _fields(counted: Iterable[Item]) -> list[str]:
    return sorted({item.field.id for item in counted})


def _single(scope: Scope, counted: Sequence[Item], by: ColumnElement[str]) -> Any:
    text = cell_text(SheetCell.value)
    return (
        select(SheetCell.path.label("spot"), by.label("divided"), _value(text).label("said"), NO_PLACE, ALONE, func.count())
        .join(Sheet, Sheet.id == SheetCell.sheet_id).where(scope.where, SheetCell.field_id.in_(_fields(counted)), text.is_not(None))
        .group_by("spot", "divided", "said")
    )


def _worded(scope: Scope, counted: Sequence[Item], by: ColumnElement[str]) -> Any:
    """How many wrote something: the words themselves are not looked at."""
    nothing = literal_column("''", Text)
    held = cast(SheetCell.value, Text).not_in(("null", "[]"))
    return (
        select(SheetCell.path.label("spot"), by.label("divided"), nothing, NO_PLACE, ALONE, func.count())
        .join(Sheet, Sheet.id == SheetCell.sheet_id).where(scope.where, SheetCell.field_id.in_(_fields(counted)), held)
        .group_by("spot", "divided")
    )


def _elements() -> tuple[Any, ColumnElement[str], ColumnElement[int]]:
    """What a cell holds, one by one: the source to join, the text of each, and its place (from 1; of what is no list too)."""
    if _postgresql():
        listed = case(
            (func.jsonb_typeof(SheetCell.value) == "array", SheetCell.value), else_=func.jsonb_build_array(SheetCell.value),
        )
        each = func.jsonb_array_elements_text(listed).table_valued(
            column("item", Text), with_ordinality="place", name="each", joins_implicitly=True,
        ).render_derived()
        return each, each.c.item, type_coerce(each.c.place, Integer)
    each = func.json_each(SheetCell.value).table_valued(column("value", Text), column("key", Integer), name="each", joins_implicitly=True)
    return each, cast(each.c.value, Text), func.coalesce(each.c.key, 0) + 1


def _several(scope: Scope, counted: Sequence[Item], by: ColumnElement[str]) -> Any:
    each, text, place = _elements()
    return (
        select(SheetCell.path.label("spot"), by.label("divided"), _value(text).label("said"), place.label("rank"), ALONE, func.count())
        .select_from(SheetCell).join(Sheet, Sheet.id == SheetCell.sheet_id).join(each, true())
        .where(scope.where, SheetCell.field_id.in_(_fields(counted)), text.is_not(None)).group_by("spot", "divided", "said", "rank")
    )


def _pooled(scope: Scope, counted: Sequence[Item], by: ColumnElement[str]) -> Any:
    """Cells of rows that are there: a row is removed by its record, its cells stay."""
    each, text, place = _elements()
    row = aliased(SheetCell)
    third = part_of(SheetCell.path, literal(3))
    key = SheetCell.field_id + POOL + third
    worded = [item for item in counted if item.shape is Shape.WORDS]
    words = [and_(SheetCell.field_id == item.field.id, third == item.key.partition(POOL)[2]) for item in worded]
    value = case((or_(*words), ""), else_=_value(text)) if words else _value(text)
    number = func.row_number().over(partition_by=(SheetCell.sheet_id, key), order_by=(SheetCell.path, place))
    entries = (
        select(key.label("spot"), by.label("divided"), value.label("said"), place.label("rank"),
               case((number == 1, 1), else_=0).label("first"))
        .select_from(SheetCell).join(Sheet, Sheet.id == SheetCell.sheet_id)
        .join(row, and_(row.sheet_id == SheetCell.sheet_id, row.path == _row_path(counted))).join(each, true())
        .where(scope.where, SheetCell.field_id.in_(_fields(counted)), text.is_not(None), cell_text(row.value).is_not(None)).subquery()
    )
    columns = (entries.c.spot, entries.c.divided, entries.c.said, entries.c.rank, entries.c.first)
    return select(*columns, func.count()).group_by(*columns)


def _row_path(counted: Sequence[Item]) -> ColumnElement[str]:
    """Path of the record of the row that a cell belongs to: of its own table, or of the table that a matrix takes its rows from."""
    second = part_of(SheetCell.path, literal(2))
    tables = {item.field.id: _table_of(item) for item in counted}
    others = sorted((field_id, table) for field_id, table in tables.items() if table != field_id)
    elsewhere = [(SheetCell.field_id == field_id, literal(f"{table}/") + second) for field_id, table in others]
    own = SheetCell.field_id + "/" + second
    return case(*elsewhere, else_=own) if elsewhere else own


def _table_of(item: Item) -> str:
    if isinstance(item.field, TableField):
        return item.field.id
    assert isinstance(item.field, MatrixField)
    return split_from(item.field.rows_from)[0] if item.field.rows_from else item.field.id


def _chosen(cell: Any, item: Item) -> ColumnElement[str]:
    """What stands in a cell that may be missing; a list as JSON."""
    text = cell_text(cell.value)
    if item.shape is Shape.SEVERAL:
        return func.coalesce(text, NONE)
    return case((text.is_(None), NONE), (text.startswith(f"{OTHER}:", autoescape=True), OTHER), else_=text)


def _list(text: str) -> list[str]:
    return [OTHER if str(each).startswith(f"{OTHER}:") else str(each) for each in json.loads(text)] if text else []


def crossed(scope: Scope, first: Item, second: Item) -> dict[tuple[str, str], int]:
    """How many sheets hold each pair of values, `NONE` for no answer; of several choices as `results_split.cross` wants them. One query."""
    one, two = aliased(SheetCell), aliased(SheetCell)
    wanted = (
        select(_chosen(one, first).label("one"), _chosen(two, second).label("two"), func.count()).select_from(Sheet)
        .outerjoin(one, and_(one.sheet_id == Sheet.id, one.path == first.key))
        .outerjoin(two, and_(two.sheet_id == Sheet.id, two.path == second.key)).where(scope.where).group_by("one", "two")
    )
    found: dict[tuple[str, str], int] = {}

    def add(a: str, b: str, count: int) -> None:
        found[a, b] = found.get((a, b), 0) + count

    for a, b, count in db.session.execute(wanted):
        if first.shape is not Shape.SEVERAL:
            add(a, b, count)
            continue
        add(ALL, b, count)
        for value in _list(a):
            add(value, b, count)
        if _list(a):
            add(ANY, b, count)
    return found
