"""Paper answers as a table: a column for the code, one for each thing that is asked, a row for each form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import MistypedCode, read_code
from webapp.core.tables import Bounds
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import Field, FieldType, MatrixField, OrganisationField, RankingField, TableField
from webapp.courses.questionnaire.paths import cell_path
from webapp.courses.questionnaire.values import BadValue, is_other, normalise
from webapp.questionnaires import answering, labels, pasting

CODE = "code"
BOUNDS = Bounds(size=2 * 1024 * 1024, rows=2000, columns=400)
LEFT_OUT = (FieldType.TABLE, FieldType.FILE, FieldType.PLACE)
_AND = re.compile(r"[;；、|]")
_DIVIDE = " · "


@dataclass(frozen=True)
class Heading:
    """A column of the table: where its values go, what is asked there, in words."""

    path: str
    asked: Field
    words: str

    @property
    def text(self) -> str:
        """What stands on top of the column: the path, which is what counts, and words for people."""
        return f"{self.path}{_DIVIDE}{self.words}"


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a cell; `row` counts as the spreadsheet does, from 1 with the heading."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class PaperRow:
    """A form that was typed in."""

    row: int
    code: str
    values: Mapping[str, Any]


def headings(questionnaire: Questionnaire) -> list[Heading]:
    """The columns after the code. Tables, files and places are left out: such forms are typed one by one."""
    found: list[Heading] = []
    for each in questionnaire.answerable:
        if isinstance(each, MatrixField):
            answers = Answers(questionnaire, {})
            lines = {line.id: line.words() for line in answers.lines(each.id)}
            across = {line.id: line.words() for line in answers.across(each.id)}
            for row, column in answers.spots(each):
                words = _DIVIDE.join(part for part in (labels.plain_label(each), lines.get(row, ""), across.get(column, "")) if part)
                found.append(Heading(cell_path(each.id, row, column), each.cell_field, words))
        elif each.type not in LEFT_OUT:
            found.append(Heading(each.id, each, labels.plain_label(each)))
    return found


def left_out(questionnaire: Questionnaire) -> list[str]:
    """Labels of what has no column."""
    return [labels.plain_label(each) for each in questionnaire.answerable if each.type in LEFT_OUT]


def read(questionnaire: Questionnaire, cells: Sequence[Sequence[str]]) -> tuple[list[PaperRow], list[RowProblem]]:
    """The forms of a table whose first row names the columns; and everything that is wrong, by row and column."""
    known = {each.path: each for each in headings(questionnaire)}
    head = [cell.partition("·")[0].strip() for cell in cells[0]] if cells else []
    problems = [
        RowProblem(1, cell, _("No question has this name. Take the columns from the file that this page gives."))
        for cell in head if cell and cell != CODE and cell not in known
    ]
    if CODE not in head:
        problems.append(RowProblem(1, CODE, _("There is no column “code”.")))
    twice = sorted({cell for cell in head if cell and head.count(cell) > 1})
    problems += [RowProblem(1, cell, _("This column is there twice.")) for cell in twice]
    if problems:
        return [], problems
    rows: list[PaperRow] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(cells[1:], start=2):
        if any(line):
            rows += _row(questionnaire, known, head, number, line, seen, problems)
    return rows, problems


def _row(
    questionnaire: Questionnaire, known: Mapping[str, Heading], head: Sequence[str], number: int, line: Sequence[str],
    seen: dict[str, int], problems: list[RowProblem],
) -> list[PaperRow]:
    before = len(problems)
    cells = dict(zip(head, line, strict=False))
    try:
        code = read_code(cells.get(CODE, ""))
    except MistypedCode:
        code = ""
        problems.append(RowProblem(number, CODE, _("This is no code of a form. Please compare it with the paper, character by character.")))
    if code and seen.setdefault(code, number) != number:
        problems.append(RowProblem(number, CODE, _("Row %(row)d has the same code.", row=seen[code])))
    values = {}
    for path, text in cells.items():
        if path in known and text.strip():
            try:
                values[path] = normalise(known[path].asked, meant(known[path].asked, text), label=known[path].words)
            except BadValue as bad:
                problems.append(RowProblem(number, known[path].text, str(bad)))
    kept = answering.kept(questionnaire, {path: value for path, value in values.items() if value is not None})
    if len(problems) == before:
        problems += [RowProblem(number, path, sentence) for path, sentence in answering.lacks(questionnaire, kept).items()]
        if not kept:
            problems.append(RowProblem(number, CODE, _("Nothing is answered in this row.")))
    return [PaperRow(number, code, kept)] if len(problems) == before else []


def meant(asked: Field, text: str) -> Any:
    """What a cell means: options by id or by their words in either language, several divided by semicolons."""
    if isinstance(asked, RankingField):
        by_words = {words.casefold(): item.id for item in asked.items for words in (item.id, *item.text.values())}
        return [by_words.get(part.strip().casefold(), part.strip()) for part in _AND.split(text) if part.strip()]
    if isinstance(asked, OrganisationField):
        return text if is_other(text) else f"other:{text.strip()}"
    return None if isinstance(asked, TableField) else pasting.meant(asked, text)
