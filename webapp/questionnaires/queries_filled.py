"""How much of each sheet of a list is filled in: of the fields that its conditions show, how many hold something. One query."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, cast, false, func, null, or_, select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import MatrixField, TableField
from webapp.courses.questionnaire.logic import COLUMN, FIELD, logic_of, reached
from webapp.courses.questionnaire.paths import split_from
from webapp.questionnaires.models import SheetCell

# Stands for what nobody has to know but that it is there.
SOMETHING = "something"


@dataclass(frozen=True)
class Needed:
    """What of a sheet decides which of its fields are shown: fields and columns of tables; and matrices, whose cells count one by one."""

    fields: frozenset[str]
    columns: frozenset[tuple[str, str]]
    matrices: frozenset[str]


@lru_cache(maxsize=256)
def needed(questionnaire: Questionnaire) -> Needed:
    """What the conditions read, directly or by way of calculations and other conditions."""
    logic = logic_of(questionnaire)
    nodes = reached([node for when in logic.when for node in logic.reads[when]], logic.reads)
    tables = {field.id for field in questionnaire.fields if isinstance(field, TableField)}
    matrices = [field for field in questionnaire.fields if isinstance(field, MatrixField)]
    columns = {split_from(name) for kind, name in nodes if kind == COLUMN}
    # A row of such a matrix is there when the table's cell has words.
    columns |= {split_from(each) for field in matrices for each in (field.rows_from, field.columns_from) if each}
    fields = {name for kind, name in nodes if kind == FIELD} - tables
    return Needed(frozenset(fields), frozenset(columns), frozenset(field.id for field in matrices))


def progress(sheets: Mapping[UUID, Questionnaire]) -> dict[UUID, tuple[int, int]]:
    """Of each sheet, read by its definition, how many fields are filled in and how many are shown. One query.

    Long texts and the rows of tables stay in the database: of a field that decides about no other only that it is filled.
    """
    values: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for sheet_id, field_id, stem, path, value in db.session.execute(_cells(sheets)) if sheets else ():
        if value is not None:
            values[sheet_id][path] = json.loads(value)
        else:
            values[sheet_id][path or (f"{stem}{SOMETHING}" if stem else field_id)] = SOMETHING
    return {sheet_id: _counted(Answers(one, values[sheet_id])) for sheet_id, one in sheets.items()}


def _counted(answers: Answers) -> tuple[int, int]:
    parts = [answers.progress(section.id) for section in answers.sections]
    return sum(filled for filled, _asked in parts), sum(asked for _filled, asked in parts)


def _cells(sheets: Mapping[UUID, Questionnaire]) -> Any:
    """Sheet, field, path without its last part, path where each cell counts, value as JSON where it decides. Each combination once."""
    text = cast(SheetCell.value, Text)
    record = text.like('{"at"%')
    by_definition: dict[Questionnaire, list[UUID]] = defaultdict(list)
    for sheet_id, one in sheets.items():
        by_definition[one].append(sheet_id)
    decides, counts = (or_(false(), *conditions) for conditions in zip(*_conditions(by_definition), strict=True))
    # What is left when everything behind the last slash is cut off.
    stem = func.rtrim(SheetCell.path, func.replace(SheetCell.path, "/", ""))
    return (
        select(
            SheetCell.sheet_id, SheetCell.field_id, stem, case((or_(record, decides, counts), SheetCell.path), else_=null()),
            case((or_(record, decides), text), else_=null()),
        )
        .where(SheetCell.sheet_id.in_(list(sheets)), text != "null").distinct()
    )


def _conditions(by_definition: Mapping[Questionnaire, list[UUID]]) -> Iterator[tuple[ColumnElement[bool], ColumnElement[bool]]]:
    """By definition: which cells decide, and which count each by itself."""
    for one, ids in by_definition.items():
        here, what = SheetCell.sheet_id.in_(ids), needed(one)
        columns = [SheetCell.path.like(f"{table}/%/{column}") for table, column in sorted(what.columns)]
        yield (
            and_(here, or_(SheetCell.field_id.in_(sorted(what.fields)), *columns)),
            and_(here, SheetCell.field_id.in_(sorted(what.matrices))),
        )
