"""What crosses the fields of a questionnaire: references, ranges, expressions and loops."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from webapp.core.i18n import _
from webapp.courses.problems import Findings
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.expressions import BadExpression, parse
from webapp.courses.questionnaire.fields import (
    OTHER,
    Cell,
    ChartField,
    ChartKind,
    Choice,
    Field,
    FieldType,
    MatrixField,
    MultipleField,
    RankingField,
    ScaleField,
    SingleField,
    TableField,
)
from webapp.courses.questionnaire.logic import COLUMN, SECTION, Logic, Node, deepest, logic_of, loops, sources
from webapp.courses.questionnaire.paths import split_from
from webapp.courses.questionnaire.sorts import Names
from webapp.courses.yaml_text import Document, Path
from webapp.goals.reference import reference

# Where each field stands in the file: `field` or `table.column` to its path.
Places = dict[str, Path]
# A sheet is worked out by calls within calls; this keeps far from the end of the stack.
STEPS_LIMIT = 120
COUNTED = frozenset({
    FieldType.SINGLE, FieldType.MULTIPLE, FieldType.SCALE, FieldType.NUMBER, FieldType.GOALS, FieldType.TARGETS, FieldType.RANKING,
    FieldType.CALCULATED,
})
GOALS = frozenset({FieldType.GOALS, FieldType.TARGETS})
CELL_KEYS: Mapping[str, Collection[Cell]] = {
    "options": {Cell.SINGLE}, "limit": {Cell.TEXT}, "min": {Cell.NUMBER}, "max": {Cell.NUMBER}, "decimals": {Cell.NUMBER},
    "from": {Cell.SCALE}, "to": {Cell.SCALE},
}


def judge(questionnaire: Questionnaire, document: Document, findings: Findings, *, fields: Places, broken: Collection[str]) -> None:
    """Note everything that does not go together. `broken` are ids of fields that could not be read."""
    _Judge(questionnaire, document, findings, fields, broken).all()


class _Judge:
    def __init__(
        self, questionnaire: Questionnaire, document: Document, findings: Findings, fields: Places, broken: Collection[str]
    ) -> None:
        self.questionnaire, self.document, self.findings, self.fields, self.broken = questionnaire, document, findings, fields, broken

    def note(self, at: Path, message: str) -> None:
        self.findings.add(self.document.file, self.document.line(at), message)

    def all(self) -> None:
        self._unique(("sections",), [section.id for section in self.questionnaire.sections])
        for index, target in enumerate(self.questionnaire.targets):
            if reference().target(target) is None:
                self.note(("targets", index), _("There is no target %(target)s.", target=target))
        for field in self.questionnaire.fields:
            self._field(field, self.fields[field.id])
        if not self._expressions():
            self._loops()

    def _unique(self, at: Path, ids: Iterable[str]) -> None:
        seen: set[str] = set()
        for index, each in enumerate(ids):
            if each in seen:
                self.note((*at, index, "id"), _("The id “%(id)s” comes twice.", id=each))
            seen.add(each)

    def _field(self, field: Field, at: Path) -> None:
        if field.type in (FieldType.NUMBER, FieldType.DATE, FieldType.MULTIPLE):
            self._ordered(at, getattr(field, "min", None), getattr(field, "max", None))
        match field:
            case SingleField():
                self._choices((*at, "options"), field.options)
            case MultipleField():
                self._choices((*at, "options"), field.options)
                self._enough((*at, "min"), field.min, len(field.options) + field.other)
            case RankingField():
                self._choices((*at, "items"), field.items)
                self._enough((*at, "top"), field.top, len(field.items))
            case ScaleField():
                self._scale(at, field)
            case TableField():
                self._table(field, at)
            case MatrixField():
                self._matrix(field, at)
            case ChartField():
                self._chart(field, at)

    def _enough(self, at: Path, wanted: int | None, count: int) -> None:
        if (wanted or 0) > count:
            self.note(at, _("There are only %(count)d to choose from.", count=count))

    def _ordered(self, at: Path, low: Any, high: Any) -> None:
        if low is not None and high is not None and low > high:
            self.note((*at, "max"), _("“max” is less than “min”."))

    def _choices(self, at: Path, choices: tuple[Choice, ...]) -> None:
        self._unique(at, [each.id for each in choices])
        seen: set[tuple[str, str]] = set()
        for index, each in enumerate(choices):
            if each.id == OTHER:
                self.note((*at, index, "id"), _("The id “other” is kept for the choice in one's own words. Expected `other: true`."))
            for language, words in each.text.items():
                key = (language, " ".join(words.split()).casefold())
                if key in seen:
                    self.note((*at, index, "text", language), _("“%(text)s” stands here twice in %(language)s. Expected different texts.",
                                                                text=words, language=language))
                seen.add(key)

    def _scale(self, at: Path, field: ScaleField) -> None:
        steps = field.last - field.first + 1
        if not 2 <= steps <= 21:
            self.note((*at, "to"), _("The scale has %(count)d points. Expected 2 to 21.", count=max(steps, 0)))
        elif field.points and len(field.points) != steps:
            self.note((*at, "points"), _("Found %(here)d points for a scale of %(there)d.", here=len(field.points), there=steps))
        elif bool(field.low) != bool(field.high):
            self.note(at, _("A scale has both “low” and “high” or neither."))

    def _table(self, table: TableField, at: Path) -> None:
        for index, column in enumerate(table.columns):
            self._field(column, (*at, "columns", index))
        if table.rows.min > table.rows.max:
            self.note((*at, "rows", "max"), _("“max” is less than “min”."))
        for index, column_id in enumerate(table.totals):
            known = [each.id for each in table.columns if each.type in (FieldType.NUMBER, FieldType.SCALE, FieldType.CALCULATED)]
            if column_id not in known:
                self.note((*at, "totals", index), _("“%(id)s” is no column of numbers. Expected one of: %(known)s.",
                                                    id=column_id, known=", ".join(known) or _("nothing")))

    def _matrix(self, matrix: MatrixField, at: Path) -> None:
        for key, fixed, taken in (("rows", matrix.rows, matrix.rows_from), ("columns", matrix.columns, matrix.columns_from)):
            if bool(fixed) == bool(taken):
                self.note((*at, key), _("Expected either “%(key)s” or “%(key)s_from”.", key=key))
            self._choices((*at, key), fixed)
            if taken:
                self._taken((*at, f"{key}_from"), taken)
        raw = self._raw(at)
        for key, cells in CELL_KEYS.items():
            if key in raw and matrix.cell not in cells:
                self.note((*at, key), _("“%(key)s” does not belong to cells of the kind “%(cell)s”.", key=key, cell=matrix.cell.value))
        if matrix.cell is Cell.SINGLE and not matrix.options:
            self.note(at, _("The key “%(key)s” is missing.", key="options"))
        self._choices((*at, "options"), matrix.options)
        self._ordered(at, matrix.min, matrix.max)
        if matrix.cell is Cell.SCALE and not 2 <= matrix.last - matrix.first + 1 <= 21:
            self.note((*at, "to"), _("The scale has %(count)d points. Expected 2 to 21.", count=max(matrix.last - matrix.first + 1, 0)))

    def _raw(self, at: Path) -> Mapping[str, Any]:
        value: Any = self.document.value
        for part in at:
            value = value[part]
        found: Mapping[str, Any] = value
        return found

    def _taken(self, at: Path, name: str) -> None:
        asked = self._column(at, name)
        if asked is not None and asked.type not in (FieldType.TEXT, FieldType.SINGLE):
            self.note(at, _("“%(id)s” is a column of the type %(type)s. Expected one of the type text.", id=name, type=asked.type.value))

    def _column(self, at: Path, name: str) -> Field | None:
        table_id, column_id = split_from(name)
        table = self.questionnaire.field(table_id)
        column = table.column(column_id) if isinstance(table, TableField) else None
        if column is None and table_id not in self.broken:
            tables = [each for each in self.questionnaire.fields if isinstance(each, TableField)]
            known = [f"{each.id}.{one.id}" for each in tables for one in each.columns]
            self.note(at, _("There is no column “%(id)s”. Expected one of: %(known)s.", id=name, known=", ".join(known) or _("nothing")))
        return column

    def _chart(self, chart: ChartField, at: Path) -> None:
        for key, name in (("of", chart.of), ("by", chart.by)):
            if name:
                self._drawn(chart, (*at, key), name)
        if bool(chart.by) and chart.kind is not ChartKind.CROSS:
            self.note((*at, "by"), _("“by” belongs to a chart of the kind cross."))
        if chart.kind is ChartKind.CROSS and not chart.by and self._type(chart.of) is not FieldType.MATRIX:
            self.note(at, _("A cross chart needs “by”, or a matrix."))

    def _type(self, name: str) -> FieldType | None:
        if "." in name:
            table = self.questionnaire.field(split_from(name)[0])
            column = table.column(split_from(name)[1]) if isinstance(table, TableField) else None
            return column.type if column else None
        field = self.questionnaire.field(name)
        return field.type if field else None

    def _drawn(self, chart: ChartField, at: Path, name: str) -> None:
        found = self._type(name)
        if found is None:
            if "." in name:
                self._column(at, name)
            elif name not in self.broken:
                self.note(at, _("There is no field “%(id)s”.", id=name))
            return
        allowed = {
            ChartKind.COVERAGE: GOALS, ChartKind.GAPS: {*GOALS, FieldType.MATRIX}, ChartKind.BARS: {*COUNTED, FieldType.MATRIX},
            ChartKind.CROSS: {*COUNTED, FieldType.MATRIX},
        }[chart.kind]
        if found not in allowed:
            self.note(at, _("A chart of the kind %(kind)s cannot draw “%(id)s” (%(type)s). Expected one of the types: %(types)s.",
                            kind=chart.kind.value, id=name, type=found.value, types=", ".join(sorted(each.value for each in allowed))))

    def _at(self, node: Node, key: str) -> Path:
        kind, name = node
        if kind == SECTION:
            index = [section.id for section in self.questionnaire.sections].index(name)
            return ("sections", index, key)
        return (*self.fields[name], key)

    def _expressions(self) -> bool:
        """Whether any expression is wrong."""
        before = len(self.findings)
        for source in sources(self.questionnaire):
            names = Names(self.questionnaire.by_id, source.table, self.broken)
            try:
                parse(source.text, names, condition=source.condition)
            except BadExpression as bad:
                # What is said of a field that could not be read may be wrong.
                for problem in () if names.met_broken else bad.problems:
                    self.note(self._at(source.node, source.key), problem)
        return len(self.findings) > before or bool(self.broken)

    def _loops(self) -> None:
        logic = logic_of(self.questionnaire)
        if not (found := loops(logic.reads)):
            self._depth(logic)
        told: set[Node] = set()
        for chain in found:
            lines = {node: self._line(node, logic.when, logic.values) for node in chain}
            story = " → ".join(f"`{node[1]}` ({self.document.file}:{lines[node]})" for node in (*chain, chain[0]))
            written = {node for node in chain if node in logic.when or node in logic.values}
            # What several loops share is told once.
            for node in written if not written <= told else ():
                self.findings.add(self.document.file, lines[node], _("A loop: each waits for the next. %(chain)s", chain=story))
            told |= written

    def _depth(self, logic: Logic) -> None:
        node, steps = deepest(logic)
        if node is not None and steps > STEPS_LIMIT:
            self.findings.add(self.document.file, self._line(node, logic.when, logic.values), _(
                "`%(id)s` is worked out in %(count)d nested steps. Expected at most %(limit)d: shorten the chain of what waits for what.",
                id=node[1], count=steps, limit=STEPS_LIMIT,
            ))

    def _line(self, node: Node, when: Mapping[Node, Any], values: Mapping[Node, Any]) -> int:
        key = "value" if node in values else "when" if node in when else "id"
        return self.document.line(self._at(node, key))


__all__ = ["COLUMN", "Places", "judge"]
