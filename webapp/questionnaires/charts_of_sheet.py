"""Chart fields of a sheet: what the answers amount to, as shapes that page and documents draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from webapp.core.charts.onpage import markup
from webapp.core.charts.shapes import Bar, Bars, Chart, Columns, Cross, GapCell, GapLine, Gaps, Heat, Mark
from webapp.core.i18n import _, _n, localised
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.fields import (
    CalculatedField,
    Cell,
    ChartField,
    ChartKind,
    Field,
    GoalsField,
    MatrixField,
    MultipleField,
    NumberField,
    RankingField,
    ScaleField,
    SingleField,
    TableField,
    TargetsField,
    TextField,
)
from webapp.courses.questionnaire.paths import split_from
from webapp.courses.questionnaire.values import is_other, other_text
from webapp.goals.reference import reference
from webapp.questionnaires.labels import plain_label, plain_text

MOST_BARS = 40
STRENGTH = (Mark.NONE, Mark.NAMED, Mark.INDIRECT, Mark.DIRECT)


def drawn(asked: ChartField, answers: Answers) -> Markup:
    """The chart for the page; a sentence while there is nothing to draw."""
    found = chart_of(asked, answers)
    if found is None:
        return Markup('<p class="note">{}</p>').format(_("There is nothing to draw yet."))
    return markup(found)


def chart_of(asked: ChartField, answers: Answers) -> Chart | None:
    """What a chart field shows; None while nothing is answered. No query."""
    title = plain_label(asked)
    match asked.kind:
        case ChartKind.COVERAGE:
            return _coverage(title, asked, answers)
        case ChartKind.GAPS:
            return _gaps(title, asked, answers)
        case ChartKind.CROSS:
            return _cross(title, asked, answers)
    return _bars(title, asked, answers)


def _source(of: str, answers: Answers) -> tuple[Field | None, list[tuple[str, Any]]]:
    """The field or column something is drawn of, and its values by row (a field by itself has one, without a row)."""
    name, column = split_from(of)
    field = answers.questionnaire.field(name)
    if isinstance(field, TableField) and column:
        if not answers.visible(name):
            return field.column(column), []
        return field.column(column), [(row, answers.cell(name, row, column)) for row in answers.rows(name)]
    if field is None or not answers.visible(name):
        return field, []
    return field, [("", answers.value(name))]


def _targets(asked: ChartField, answers: Answers) -> Iterator[tuple[str, str]]:
    """Row and target (`11.7`) or Goal (`11`) that it names."""
    _field, values = _source(asked.of, answers)
    for row, value in values:
        for each in value if isinstance(value, list) else ():
            yield row, str(each)


def _coverage(title: str, asked: ChartField, answers: Answers) -> Chart | None:
    named = {(row, int(each.partition(".")[0])) for row, each in _targets(asked, answers)}
    if not named:
        return None
    counts = Counter(goal for _row, goal in named)
    bars = [Bar(f"{goal.number} {localised(goal.title)}", counts[goal.number], goal=goal.number) for goal in reference().goals]
    summary = _n("%(num)d of the 17 Goals is named.", "%(num)d of the 17 Goals are named.", len(counts))
    return Bars(title, rows=_("Goal"), numbers=_("Entries"), bars=bars, summary=summary)


def _gaps(title: str, asked: ChartField, answers: Answers) -> Chart | None:
    marks: dict[str, Mark] = {}
    times: Counter[str] = Counter()
    for row, target in _targets(asked, answers):
        mark = _mark(asked, answers, row)
        marks[target] = max(marks.get(target, Mark.NONE), mark, key=STRENGTH.index)
        times[target] += 1
    if not marks:
        return None
    lines = [
        GapLine(
            f"{goal.number} {localised(goal.title)}",
            [GapCell(each.id, marks.get(each.id, Mark.NONE), times[each.id]) for each in goal.targets], goal=goal.number,
        )
        for goal in reference().goals
    ]
    named = sum(line.named for line in lines)
    return Gaps(title, rows=_("Goal"), lines=lines, summary=_("%(named)d of 169 targets are named.", named=named))


def _mark(asked: ChartField, answers: Answers, row: str) -> Mark:
    """How the row names its targets, where a column of the table says so by options `direct` and `indirect`."""
    table = answers.questionnaire.field(split_from(asked.of)[0])
    for column in table.columns if isinstance(table, TableField) and row else ():
        if isinstance(column, SingleField) and {"direct", "indirect"} <= {option.id for option in column.options}:
            said = answers.cell(table.id, row, column.id) if table else None
            return {"direct": Mark.DIRECT, "indirect": Mark.INDIRECT}.get(str(said), Mark.NAMED)
    return Mark.NAMED


def _bars(title: str, asked: ChartField, answers: Answers) -> Chart | None:
    name, _column = split_from(asked.of)
    whole = answers.questionnaire.field(name)
    if isinstance(whole, MatrixField):
        return _matrix(title, whole, answers)
    field, values = _source(asked.of, answers)
    if isinstance(field, (NumberField, CalculatedField)):
        return _row_bars(title, field, whole, values, answers)
    if isinstance(field, RankingField):
        order = [each for _row, value in values for each in value or ()]
        texts = {item.id: plain_text(item.text) for item in field.items}
        bars = [Bar(texts.get(each, each), len(order) - at, said=str(at + 1)) for at, each in enumerate(order)]
        return Bars(title, rows=_("Item"), numbers=_("Place"), bars=bars) if bars else None
    counts = Counter(each for _row, value in values for each in _points(value))
    if field is None or not counts:
        return None
    bars = [Bar(label, counts[key]) for key, label in _classes(field, counts)]
    numbers = _("Entries")
    if isinstance(field, ScaleField):
        return Columns(title, rows=plain_label(field), numbers=numbers, bars=bars)
    return Bars(title, rows=plain_label(field), numbers=numbers, bars=bars[:MOST_BARS])


def _row_bars(title: str, field: Field, table: Field | None, values: list[tuple[str, Any]], answers: Answers) -> Chart | None:
    """A number in each row: one bar a row, named by the first column of words."""
    names = [column for column in table.columns if isinstance(column, TextField)] if isinstance(table, TableField) else []
    bars = []
    for place, (row, value) in enumerate(values, 1):
        number = _number(value)
        if number is None:
            continue
        name = answers.cell(table.id, row, names[0].id) if table and names else None
        bars.append(Bar(str(name or _("Row %(number)d", number=place)), number))
    rows = plain_label(names[0]) if names else _("Row")
    return Bars(title, rows=rows, numbers=plain_label(field), bars=bars[:MOST_BARS]) if bars else None


def _matrix(title: str, matrix: MatrixField, answers: Answers) -> Chart | None:
    if not answers.visible(matrix.id):
        return None
    lines, across = answers.lines(matrix.id), answers.across(matrix.id)
    if matrix.by_row:
        counts = Counter(answers.cell(matrix.id, line.id) for line in lines)
        bars = [Bar(each.words(), counts[each.id]) for each in across]
        return Bars(title, rows=_("Answer"), numbers=_("Entries"), bars=bars) if any(bar.value for bar in bars) else None
    return _heat(title, matrix, answers)


def _cross(title: str, asked: ChartField, answers: Answers) -> Chart | None:
    whole = answers.questionnaire.field(split_from(asked.of)[0])
    if isinstance(whole, MatrixField):
        return _heat(title, whole, answers) if answers.visible(whole.id) else None
    down, up = _source(asked.of, answers), _source(asked.by, answers)
    if down[0] is None or up[0] is None:
        return None
    beside = dict(up[1])
    pairs = Counter((a, b) for row, value in down[1] for a in _points(value) for b in _points(beside.get(row)))
    if not pairs:
        return None
    rows = _classes(down[0], Counter(a for a, _b in pairs.elements()))
    columns = _classes(up[0], Counter(b for _a, b in pairs.elements()))
    cells = [[Heat(pairs[(a, b)] or None) for b, _label in columns] for a, _name in rows]
    return Cross(
        title, rows=plain_label(down[0]), columns=plain_label(up[0]), down=[name for _key, name in rows],
        across=[name for _key, name in columns], cells=cells, totals=True,
    )


def _heat(title: str, matrix: MatrixField, answers: Answers) -> Chart | None:
    lines, across = answers.lines(matrix.id), answers.across(matrix.id)
    texts = {option.id: plain_text(option.text) for option in matrix.options}
    cells = []
    for line in lines:
        values = [answers.cell(matrix.id, line.id, column.id) for column in across]
        if matrix.cell in (Cell.NUMBER, Cell.SCALE):
            cells.append([Heat(_number(value)) for value in values])
        else:
            cells.append([Heat(None, said=texts.get(str(value), str(value)) if value else "") for value in values])
    if not any(cell.words for row in cells for cell in row):
        return None
    return Cross(
        title, rows=_("Row"), columns=_("Column"), down=[line.words() for line in lines], across=[column.words() for column in across],
        cells=cells,
    )


def _points(value: Any) -> list[Any]:
    """The single answers in a value; of words of one's own only that there are some."""
    if value is None:
        return []
    return ["other" if is_other(each) else each for each in (value if isinstance(value, list) else [value])]


def _classes(field: Field, counts: Counter[Any]) -> list[tuple[Any, str]]:
    """Possible answers in their order, with their words; those of a long list only where they occur."""
    match field:
        case SingleField(options=options) | MultipleField(options=options):
            known = [(option.id, plain_text(option.text)) for option in options]
            return known + [(key, _("Other") if key == "other" else other_text(str(key))) for key in counts if key not in dict(known)]
        case ScaleField():
            points = [localised(point) for point in field.points]
            steps = range(field.first, field.last + 1)
            return [(step, f"{step} {points[at]}".strip() if at < len(points) else str(step)) for at, step in enumerate(steps)]
        case GoalsField():
            return [(goal.number, f"{goal.number} {localised(goal.title)}") for goal in reference().goals if counts[goal.number]]
        case TargetsField():
            return [(each, str(each)) for each in reference().targets if counts[each]]
    return [(key, str(key)) for key in sorted(counts, key=str)]


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None or isinstance(value, (bool, list, dict)) else Decimal(str(value))
    except InvalidOperation:
        return None
