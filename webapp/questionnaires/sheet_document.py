"""A sheet as a document to hand in: the blocks that become PDF and Word. Texts in the language in force; no query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from webapp.core.charts.numbers import alternative
from webapp.core.charts.printed import svg
from webapp.core.documents.blocks import (
    Align,
    Block,
    Column,
    Definitions,
    Document,
    Figure,
    Heading,
    Paragraph,
    Section,
    Span,
    Table,
)
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, current_language, localised
from webapp.core.ui.dates import day_text
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import (
    CalculatedField,
    ChartField,
    Field,
    GuidanceField,
    HeadingField,
    LongField,
    MatrixField,
    NumberField,
    ScaleField,
    TableField,
)
from webapp.courses.questionnaire.paths import cell_path
from webapp.courses.revisions import plain
from webapp.questionnaires import wording
from webapp.questionnaires.charts_of_sheet import chart_of
from webapp.questionnaires.labels import STATES, plain_label, plain_text
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.presenting import title_of
from webapp.questionnaires.queries_page import Names
from webapp.questionnaires.removed_fields import Former
from webapp.questionnaires.rules import WRITTEN

# More columns than these lie on a page turned sideways.
UPRIGHT_COLUMNS = 5
EMPTY = "–"


@dataclass(frozen=True)
class Filled:
    """A sheet with everything its document tells. `people` are names of its members, `former` answers no longer asked."""

    sheet: Sheet
    questionnaire: Questionnaire
    answers: Answers
    names: Names = wording.NO_NAMES
    place: str = ""
    people: Sequence[str] = ()
    former: Sequence[Former] = ()
    zone: Any = None


def document_of(filled: Filled) -> Document:
    """The sheet as a document: title, facts, every shown section with its answers; wide tables on lying pages."""
    sheet = filled.sheet
    title, kind = title_of(sheet, filled.questionnaire), localised(filled.questionnaire.title)
    changed = day_text(sheet.changed_at.date(), current_language(), filled.zone)
    facts = [
        (_("Place"), filled.place), (_("Written by"), _(", ").join(filled.people)), (_("State"), str(STATES[sheet.state])),
        (_("Last change"), changed),
    ]
    blocks: list[Block] = []
    for section in filled.answers.sections:
        blocks.extend(_headed(
            plain_text(section.title), list(_blocks(filled, [each for each in section.fields if filled.answers.visible(each.id)])),
        ))
    if filled.former:
        blocks.append(Heading(_("Answers to questions that are no longer asked"), 1))
        blocks.append(Definitions([(each.label, each.words) for each in filled.former]))
    return Document(
        title, language=current_language(), blocks=blocks, subtitle="" if kind == title else kind,
        facts=[(name, value) for name, value in facts if value], created=sheet.changed_at.date(), numbered=True,
        note=_("Questionnaire %(id)s, revision %(revision)s", id=filled.questionnaire.id, revision=filled.questionnaire.revision[:12]),
    )


def _headed(title: str, blocks: Sequence[Block]) -> list[Block]:
    """A section under its heading, which stays with a lying page that follows at once."""
    first = blocks[0] if blocks else None
    if isinstance(first, Section) and first.landscape:
        return [Section((Heading(title, 1), *first.blocks), landscape=True), *blocks[1:]]
    return [Heading(title, 1), *blocks]


def _blocks(filled: Filled, fields: Sequence[Field]) -> Iterator[Block]:
    """Short answers stand together in rows of label and answer; what is long or a table stands by itself, what is empty at the end."""
    short: list[tuple[str, str]] = []
    empty: list[str] = []
    for each in fields:
        if isinstance(each, GuidanceField):
            continue
        if each.answerable and not filled.answers.answered(each.id):
            empty.append(plain_label(each))
        elif isinstance(each, (HeadingField, ChartField, TableField, MatrixField, LongField)):
            if short:
                yield Definitions(short)
                short = []
            yield from _long(filled, each)
        else:
            short.append((plain_label(each), _said(filled, each) or EMPTY))
    if short:
        yield Definitions(short)
    # Whoever writes has to know what is missing; what was handed in is read by others.
    if empty and filled.sheet.state in WRITTEN:
        yield Paragraph(_("Not answered: %(labels)s", labels=_("; ").join(empty)), small=True)


def _long(filled: Filled, asked: Field) -> Iterator[Block]:
    label = plain_label(asked)
    match asked:
        case HeadingField():
            yield Heading(label, 2)
        case ChartField():
            chart = chart_of(asked, filled.answers)
            if chart is not None:
                yield Figure(svg(chart), alternative(chart), caption=label, width=1.0)
        case TableField():
            yield from _turned(_table(filled, asked), len(asked.columns))
        case MatrixField():
            yield from _turned(_matrix(filled, asked), 2 if asked.by_row else 1 + len(filled.answers.across(asked.id)))
        case _:
            yield Paragraph((Span(label, bold=True),))
            said = _said(filled, asked)
            yield from [Paragraph(line) for line in said.splitlines() if line.strip()] or [Paragraph(EMPTY)]


def _turned(table: Block, columns: int) -> Iterator[Block]:
    yield Section((table,), landscape=True) if columns > UPRIGHT_COLUMNS else table


def _said(filled: Filled, asked: Field) -> str:
    if isinstance(asked, CalculatedField):
        return wording.calculated(asked, filled.answers.value(asked.id))
    return wording.words(asked, filled.answers.value(asked.id), filled.names)


def _table(filled: Filled, table: TableField) -> Block:
    answers = filled.answers
    rows: list[list[str]] = []
    for row in answers.rows(table.id):
        cells = [_cell(filled, table, column, row) for column in table.columns]
        if any(cells):
            rows.append(cells)
    if not rows:
        return Definitions([(plain_label(table), EMPTY)])
    if table.totals:
        sums = [answers.total(table.id, column.id) if column.id in table.totals else None for column in table.columns]
        words = ["" if each is None else wording.grouped(plain(each)) for each in sums]
        rows.append([_("Total") if at == 0 and not words[0] else word for at, word in enumerate(words)])
    columns = [
        Column(_head(column), align=Align.RIGHT if isinstance(column, (NumberField, CalculatedField, ScaleField)) else Align.LEFT)
        for column in table.columns
    ]
    return Table(columns, rows, caption=plain_label(table), totals=1 if table.totals else 0, small=len(columns) > UPRIGHT_COLUMNS)


def _head(column: Field) -> str:
    unit = localised(getattr(column, "unit", None) or {}) if isinstance(column, (NumberField, CalculatedField)) else ""
    return _("%(label)s (%(unit)s)", label=plain_label(column), unit=unit) if unit else plain_label(column)


def _cell(filled: Filled, table: TableField, column: Field, row: str) -> str:
    value = filled.answers.cell(table.id, row, column.id)
    if value is None:
        return ""
    if isinstance(column, (NumberField, CalculatedField)) and not isinstance(value, bool):
        # The unit stands at the head of the column.
        return wording.grouped(str(value) if isinstance(value, str) else plain(value))
    return wording.words(column, value, filled.names)


def _matrix(filled: Filled, matrix: MatrixField) -> Block:
    answers = filled.answers
    lines, across = answers.lines(matrix.id), answers.across(matrix.id)
    if not lines or not across:
        return Definitions([(plain_label(matrix), EMPTY)])
    if matrix.by_row:
        texts = {each.id: each.words() for each in across}
        rows = [[line.words(), texts.get(str(answers.cell(matrix.id, line.id)), EMPTY)] for line in lines]
        columns = [Column("", 3), Column(_("Answer"), 2)]
    else:
        rows = [[line.words(), *(_in_matrix(filled, matrix, line.id, each.id) for each in across)] for line in lines]
        columns = [Column(""), *(Column(each.words()) for each in across)]
    return Table(columns, rows, caption=plain_label(matrix), named_rows=True, small=len(columns) > UPRIGHT_COLUMNS)


def _in_matrix(filled: Filled, matrix: MatrixField, row: str, column: str) -> str:
    value = filled.answers.cell(matrix.id, row, column)
    return "" if value is None else wording.words(matrix.cell_field, value, filled.names)


def spots(filled: Filled) -> Iterator[tuple[str, str, str]]:
    """Every answer as (path, label, words), in the order of the questionnaire; rows of tables are numbered."""
    for section in filled.answers.sections:
        for each in section.fields:
            if not filled.answers.visible(each.id):
                continue
            if isinstance(each, TableField):
                for number, row in enumerate(filled.answers.rows(each.id), 1):
                    for column in each.columns:
                        said = _cell(filled, each, column, row)
                        if said:
                            yield cell_path(each.id, row, column.id), f"{plain_label(each)} {number}: {plain_label(column)}", said
            elif isinstance(each, MatrixField):
                yield from _matrix_spots(filled, each)
            elif each.answerable or isinstance(each, CalculatedField):
                yield each.id, plain_label(each), _said(filled, each)


def _matrix_spots(filled: Filled, matrix: MatrixField) -> Iterator[tuple[str, str, str]]:
    answers = filled.answers
    across = answers.across(matrix.id)
    texts = {each.id: each.words() for each in across}
    for line in answers.lines(matrix.id):
        label = f"{plain_label(matrix)}: {line.words()}"
        if matrix.by_row:
            yield cell_path(matrix.id, line.id), label, texts.get(str(answers.cell(matrix.id, line.id)), "")
            continue
        for each in across:
            said = _in_matrix(filled, matrix, line.id, each.id)
            if said:
                yield cell_path(matrix.id, line.id, each.id), f"{label} / {each.words()}", said
