"""Rows that people copy from a spreadsheet: all of them become values, or a sentence names the first cell that cannot. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised, sentences
from webapp.courses.questionnaire.fields import (
    Choice,
    Field,
    GoalsField,
    MultipleField,
    ScaleField,
    SingleField,
    TableField,
    TargetsField,
)
from webapp.courses.questionnaire.values import BadValue, normalise
from webapp.goals.reference import reference

LONGEST = 4_000_000
_BETWEEN = re.compile(r"[,，、;；\s]+")
_SEVERAL = re.compile(r"[,，、;；\n]+")
_GOAL = re.compile(r"(?:sdg|goal|目标)[\s-]*", re.IGNORECASE)


class CannotPaste(ValueError):
    """Nothing was pasted; the message is a sentence that names the limit or the first bad cell."""


@dataclass(frozen=True)
class Pasted:
    """Values by column id, one mapping a row; empty cells are None."""

    rows: tuple[Mapping[str, Any], ...]


def read(table: TableField, text: str, *, first_column: str = "", room: int) -> Pasted:
    """The rows of a text with tabs between cells, beginning at a column; `room` is how many the table still takes.

    Raises `CannotPaste`; then nothing of it is used.
    """
    if len(text) > LONGEST:
        raise CannotPaste(_("This is too much to paste at once. Please paste it in parts."))
    cells = [row for row in csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter="\t") if any(row)]
    columns = _columns(table, first_column)
    if cells and _is_head(cells[0], columns):
        cells = cells[1:]
    if not cells:
        raise CannotPaste(_("There is nothing to paste. Copy the rows in your spreadsheet first."))
    wrong = []
    if len(cells) > room:
        wrong.append(_(
            "“%(table)s” takes %(max)d rows at most, %(room)d more than it has now; these are %(count)d. Nothing was pasted.",
            table=localised(table.label), max=table.rows.max, room=room, count=len(cells),
        ))
    found = []
    try:
        for number, row in enumerate(cells[:max(room, 0)], start=1):
            found.append(_row(number, row, columns))
    except CannotPaste as bad:
        wrong.append(str(bad))
    if wrong:
        raise CannotPaste(sentences(wrong))
    return Pasted(tuple(found))


def _columns(table: TableField, first: str) -> list[Field]:
    asked = [column for column in table.columns if column.answerable]
    at = next((place for place, column in enumerate(asked) if column.id == first), 0)
    return asked[at:]


def _is_head(row: Sequence[str], columns: Sequence[Field]) -> bool:
    """Whether the first row only names the columns: people often copy the head along."""
    named = [cell.strip() for cell in row if cell.strip()]
    labels = {text.strip() for column in columns for text in column.label.values()}
    return bool(named) and all(each in labels for each in named)


def _row(number: int, row: Sequence[str], columns: Sequence[Field]) -> dict[str, Any]:
    beyond = [cell for cell in row[len(columns):] if cell.strip()]
    if beyond:
        raise CannotPaste(_(
            "Row %(row)d has more cells than the table has columns: “%(cell)s”. Nothing was pasted.", row=number, cell=beyond[0][:60],
        ))
    found = {}
    for column, cell in zip(columns, row, strict=False):
        try:
            found[column.id] = normalise(column, meant(column, cell), label=localised(column.label))
        except BadValue as bad:
            raise CannotPaste(_(
                "Row %(row)d, column “%(column)s”, “%(cell)s”: %(sentence)s Nothing was pasted.", row=number,
                column=localised(column.label), cell=cell.strip()[:60], sentence=str(bad),
            )) from None
    return found


def meant(column: Field, cell: str) -> Any:
    """What a typed cell means for its column: options by their words, goals and targets by their numbers."""
    text = cell.strip()
    match column:
        case SingleField():
            return _option(text, column.options, other=column.other)
        case MultipleField():
            return [_option(each.strip(), column.options, other=column.other) for each in _SEVERAL.split(text) if each.strip()]
        case GoalsField():
            return [each for each in _BETWEEN.split(_GOAL.sub("", text)) if each]
        case TargetsField():
            return targets(text)
        case ScaleField():
            return next(
                (column.first + place for place, point in enumerate(column.points) if _same(text, point)), text.partition("·")[0].strip(),
            )
    return text


def targets(text: str) -> list[str]:
    """Target ids in a typed text; what is no target is left as it is, so that it can be named."""
    known = reference().targets
    found = [each.casefold() for each in _BETWEEN.split(_GOAL.sub("", text)) if each]
    return [each if each in known else each.rstrip(".") for each in found]


def _same(text: str, words: Mapping[str, str]) -> bool:
    return bool(text) and any(text.casefold() == each.strip().casefold() for each in words.values())


def _option(text: str, options: Sequence[Choice], *, other: bool) -> str:
    by_words = next((option.id for option in options if option.id == text or _same(text, option.text)), None)
    if by_words is None and other and text:
        return f"other:{text.removeprefix('other:')}"
    return by_words if by_words is not None else text
