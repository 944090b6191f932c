"""Answers from paper as a table: a column for the code, one for each question, a row for each form. Pure but for reading codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import MistypedCode, read_code
from webapp.core.tables import Bounds
from webapp.quizzes.drawing import Asked
from webapp.quizzes.grading import Response
from webapp.trainings import letters

CODE = "code"
BOUNDS = Bounds(size=2 * 1024 * 1024, rows=2000, columns=200)
# Asked for the paper of a code: None where no form was printed for it, or the code is none of this training.
Papers = Callable[[str], Sequence[Asked] | None]


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a cell; `row` counts as the spreadsheet does, from 1 with the heading."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Line:
    """A row with cells: its number, the code on it, the cells by number of the question."""

    row: int
    code: str
    cells: Mapping[int, str]


@dataclass(frozen=True)
class Entered:
    """A form as it was typed in: answers by number of the question."""

    row: int
    code: str
    values: Mapping[int, Response | None]


def head(questions: int) -> list[str]:
    """The columns of an empty table."""
    return [CODE, *map(str, range(1, questions + 1))]


def lines(cells: Sequence[Sequence[str]], questions: int) -> tuple[list[Line], list[RowProblem]]:
    """The rows of a table whose first row names the columns; and what is wrong with columns and codes."""
    names = [cell.strip() for cell in cells[0]] if cells else []
    known = head(questions)
    problems = [
        RowProblem(1, name, _("No question has this number. Take the columns from the file that this page gives."))
        for name in names if name and name.casefold() not in known
    ]
    folded = [name.casefold() for name in names]
    if CODE not in folded:
        problems.append(RowProblem(1, CODE, _("There is no column “code”.")))
    problems += [RowProblem(1, name, _("This column is there twice.")) for name in sorted({n for n in folded if n and folded.count(n) > 1})]
    if problems:
        return [], problems
    found: list[Line] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(cells[1:], start=2):
        by_name = dict(zip(folded, row, strict=False))
        # A row with nothing but its code is a form that did not come back.
        if not any(cell for name, cell in by_name.items() if name != CODE):
            continue
        try:
            code = read_code(by_name.get(CODE, ""))
        except MistypedCode:
            problems.append(RowProblem(
                number, CODE, _("This is no code of a test form. Please compare it with the paper, character by character."),
            ))
            continue
        if seen.setdefault(code, number) != number:
            problems.append(RowProblem(number, CODE, _("Row %(row)d has the same code.", row=seen[code])))
            continue
        found.append(Line(number, code, {int(name): cell for name, cell in by_name.items() if name.isdigit()}))
    return found, problems


def read(found: Sequence[Line], papers: Papers) -> tuple[list[Entered], list[RowProblem]]:
    """The answers of rows whose papers are known; and every cell that is no answer to its question."""
    entered: list[Entered] = []
    problems: list[RowProblem] = []
    for line in found:
        paper = papers(line.code)
        if paper is None:
            problems.append(RowProblem(line.row, CODE, _("No form of this test with this code was printed for this training.")))
            continue
        values, wrong = answers(paper, line.cells)
        problems += [RowProblem(line.row, str(number), sentence) for number, sentence in wrong.items()]
        entered.append(Entered(line.row, line.code, values))
    return entered, problems


def answers(paper: Sequence[Asked], cells: Mapping[int, str]) -> tuple[dict[int, Response | None], dict[int, str]]:
    """The responses that cells mean, by number of the question, and sentences on those that mean none."""
    values: dict[int, Response | None] = {}
    wrong: dict[int, str] = {}
    for number, asked in enumerate(paper, 1):
        try:
            values[number] = letters.read(asked, cells.get(number, ""))
        except letters.BadLetters as bad:
            wrong[number] = str(bad)
    return values, wrong
