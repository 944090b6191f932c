"""Answers in words to one question of a survey, sorted by what they say and never by who wrote them, with their tags."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, exists, func, select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.fields import OTHER, Cell, Field, LongField, MatrixField, MultipleField, SingleField, TextField
from webapp.courses.questionnaire.values import is_other, other_text
from webapp.questionnaires.models import Sheet, SheetCell
from webapp.questionnaires.models_surveys import AnswerTag
from webapp.questionnaires.queries_results import cell_text, of_surveys

MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class Wanted:
    """Which answers: to this field of this survey, with this tag, with these words in them."""

    survey_id: UUID
    field: Field
    tag: str = ""
    words: str = ""


@dataclass(frozen=True)
class Text:
    """An answer. `mark` stands for it on the page: it cannot be tied to other answers of the same person."""

    sheet_id: UUID
    path: str
    words: str
    mark: str
    tags: tuple[str, ...] = ()


def holds_words(field: Field) -> bool:
    """Whether answers to a field can be read one by one: texts, and what was written in for another choice."""
    if isinstance(field, (SingleField, MultipleField)):
        return field.other
    return isinstance(field, (TextField, LongField)) or (isinstance(field, MatrixField) and field.cell is Cell.TEXT)


def _all(wanted: Wanted) -> list[ColumnElement[bool]]:
    text = cell_text(SheetCell.value)
    conditions = [of_surveys([wanted.survey_id]).where, SheetCell.field_id == wanted.field.id, text.is_not(None), text != ""]
    if isinstance(wanted.field, SingleField):
        conditions.append(text.startswith(f"{OTHER}:", autoescape=True))
    if isinstance(wanted.field, MultipleField):
        conditions.append(text.contains(f'"{OTHER}:', autoescape=True))
    return conditions


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    narrower = []
    if wanted.words:
        narrower.append(func.lower(cell_text(SheetCell.value)).contains(wanted.words.lower(), autoescape=True))
    if wanted.tag:
        mine = (AnswerTag.sheet_id == SheetCell.sheet_id, AnswerTag.path == SheetCell.path, AnswerTag.tag == wanted.tag)
        narrower.append(exists().where(*mine))
    return narrower


def counts(wanted: Wanted) -> tuple[int, int]:
    """How many answers there are, and how many of them are wanted. One query."""
    number = func.count()
    filtered = number.filter(*_narrowed(wanted)) if _narrowed(wanted) else number
    joined = select(number, filtered).select_from(SheetCell).join(Sheet, Sheet.id == SheetCell.sheet_id)
    row = db.session.execute(joined.where(*_all(wanted))).one()
    return row[0], row[1]


def tags(survey_id: UUID, field_id: str) -> list[tuple[str, int]]:
    """Tags of a question with how many answers have each, by name. One query."""
    rows = db.session.execute(
        select(AnswerTag.tag, func.count()).where(AnswerTag.survey_id == survey_id, AnswerTag.field_id == field_id)
        .group_by(AnswerTag.tag).order_by(AnswerTag.tag)
    )
    return [(tag, count) for tag, count in rows]


def texts(wanted: Wanted, *, limit: int, offset: int = 0) -> list[Text]:
    """Answers in the order of their words, with their tags. Two queries."""
    rows = _rows(wanted, limit, offset)
    found: dict[tuple[UUID, str], list[str]] = {}
    for sheet_id, path, tag in db.session.execute(
        select(AnswerTag.sheet_id, AnswerTag.path, AnswerTag.tag)
        .where(AnswerTag.survey_id == wanted.survey_id, AnswerTag.field_id == wanted.field.id,
               AnswerTag.sheet_id.in_({row.sheet_id for row in rows})).order_by(AnswerTag.tag)
    ):
        found.setdefault((sheet_id, path), []).append(tag)
    return [
        Text(row.sheet_id, row.path, _words(row.value), mark_of(row.sheet_id, row.path), tuple(found.get((row.sheet_id, row.path), ())))
        for row in rows
    ]


def spots(wanted: Wanted) -> list[tuple[UUID, str]]:
    """All wanted answers, at most ten thousand, by sheet and path. One query."""
    return [(row.sheet_id, row.path) for row in _rows(wanted, MOST_AT_ONCE, 0)]


def _rows(wanted: Wanted, limit: int, offset: int) -> Sequence[Any]:
    return db.session.execute(
        select(SheetCell.sheet_id, SheetCell.path, SheetCell.value).join(Sheet, Sheet.id == SheetCell.sheet_id)
        .where(*_all(wanted), *_narrowed(wanted)).order_by(cell_text(SheetCell.value), SheetCell.sheet_id, SheetCell.path)
        .limit(limit).offset(offset)
    ).all()


def _words(value: Any) -> str:
    if isinstance(value, list):
        return next((other_text(each) for each in value if is_other(each)), "")
    return other_text(value) if is_other(value) else str(value)


def mark_of(sheet_id: UUID, path: str) -> str:
    """What stands for an answer in a form, so that two answers of one sheet have nothing in common."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, json.dumps([str(sheet_id), path]).encode(), hashlib.sha256).hexdigest()[:32]
