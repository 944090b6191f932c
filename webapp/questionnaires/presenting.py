"""What the page of a section shows: the fields with their values, what is wrong, what is said, and who else is there."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from markupsafe import Markup

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, current_language, localised
from webapp.core.late import Late
from webapp.courses.questionnaire.answers import Answers, Lack
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.fields import (
    CalculatedField,
    ChartField,
    Choice,
    Field,
    FieldType,
    FileField,
    MatrixField,
    RankingField,
    TableField,
)
from webapp.courses.questionnaire.logic import FIELD, depends, logic_of
from webapp.courses.questionnaire.paths import SpotKind, cell_path, field_of, locate, row_path
from webapp.courses.questionnaire.values import check, is_other, other_text
from webapp.courses.revisions import plain
from webapp.goals.reference import Goal, reference
from webapp.questionnaires import order_keys, wording
from webapp.questionnaires.models import MemberRole, Sheet
from webapp.questionnaires.page_texts import file_rules, guidance_html, script_texts
from webapp.questionnaires.queries import ConflictLine, MemberLine, Stored
from webapp.questionnaires.queries_page import NO_TALK, Names, Talk, Uploaded

if TYPE_CHECKING:
    from webapp.questionnaires import charts_of_sheet
else:
    # Few sheets have a chart.
    charts_of_sheet = Late("webapp.questionnaires.charts_of_sheet")


@dataclass(frozen=True)
class Row:
    """A row of a table: its id, where it stands, and whether it is stored or only offered."""

    id: str
    at: str
    stored: bool


@dataclass(frozen=True)
class Clash:
    """Two values for one place, in words. `whole` tells that one of the two removes the row."""

    change_id: UUID
    path: str
    shown_at: str
    label: str
    mine: Any
    mine_words: str
    theirs_words: str
    name: str
    at: datetime
    text: bool
    row: bool


@dataclass(frozen=True)
class Tab:
    """A section in the list of sections."""

    section: Section
    number: int
    answered: int
    asked: int
    current: bool
    hidden: bool

    @property
    def state(self) -> str:
        """Word of state: done, now or todo."""
        return "done" if self.asked and self.answered == self.asked else "now" if self.answered else "todo"


@dataclass
class SheetPage:
    """A section of a sheet as one reader sees it. `typed` and `refused`: what was sent and could not be stored, by path."""

    sheet: Sheet
    questionnaire: Questionnaire
    section: Section
    stored: Stored
    answers: Answers
    names: Names
    writes: bool
    comments: bool
    role: MemberRole | None
    members: Sequence[MemberLine] = ()
    talks: Mapping[str, Talk] = field(default_factory=dict)
    clashes: Sequence[Clash] = ()
    typed: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    place_pickers: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def tabs(self) -> list[Tab]:
        """All sections; those whose condition does not hold are hidden."""
        found, number = [], 0
        for section in self.questionnaire.sections:
            shown = self.answers.section_visible(section.id)
            number += shown
            answered, asked = self.answers.progress(section.id) if shown else (0, 0)
            found.append(Tab(section, number, answered, asked, section.id == self.section.id, not shown))
        return found

    @cached_property
    def shown(self) -> list[Section]:
        """Sections that are shown."""
        return [tab.section for tab in self.tabs if not tab.hidden]

    @property
    def before(self) -> Section | None:
        """The section shown before this one."""
        return self._beside(-1)

    @property
    def after(self) -> Section | None:
        """The section shown after this one."""
        return self._beside(1)

    def _beside(self, step: int) -> Section | None:
        order = [each.id for each in self.shown]
        if self.section.id not in order:
            return self.shown[0] if self.shown else None
        at = order.index(self.section.id) + step
        return self.shown[at] if 0 <= at < len(order) else None

    @property
    def asks_files(self) -> bool:
        """Whether the section takes files, so that its form must carry them."""
        return any(each.type is FieldType.FILE for each in self.section.fields)

    @property
    def url(self) -> str:
        """Address of the sheet."""
        return f"/sheets/{self.sheet.id}/"

    @property
    def number(self) -> int:
        """Number of this section among those shown."""
        return next((tab.number for tab in self.tabs if tab.current), 1)

    @property
    def hidden_here(self) -> bool:
        """Whether the section's own condition does not hold."""
        return not self.answers.section_visible(self.section.id)

    @cached_property
    def lacks(self) -> list[Lack]:
        """What stands in the way of handing in: needed and empty, or beyond a limit."""
        return [*self.answers.missing(), *self.answers.troubles()]

    def section_of(self, path: str) -> Section | None:
        """The section in which a value stands."""
        return self.questionnaire.section_of(field_of(path)) if field_of(path) in self.questionnaire.by_id else None

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The 17 goals."""
        return reference().goals

    @property
    def script_texts(self) -> dict[str, str]:
        """Sentences of the scripts, as attributes."""
        return script_texts()

    @staticmethod
    def blocks(text: Mapping[str, str]) -> Markup:
        """Words of guidance as HTML."""
        return guidance_html(localised(text), current_language())

    def visible(self, field_id: str) -> bool:
        """Whether a field's own condition holds; that of the section is not asked, since the section is open."""
        tree = logic_of(self.questionnaire).when.get((FIELD, field_id))
        return tree is None or self.answers.visible(field_id)

    def required(self, field_id: str) -> bool:
        """Whether a field must be answered as things are."""
        return self.answers.required(field_id)

    def value(self, path: str) -> Any:
        """What was typed and refused, else what is stored."""
        return self.typed[path] if path in self.typed else self.stored.values.get(path)

    def text(self, path: str) -> str:
        """The same for a control that holds text; of several goals or targets their numbers."""
        value = self.value(path)
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        return "" if value is None else str(value)

    def chosen(self, path: str) -> tuple[set[str], str | None]:
        """Ids that are chosen, and the words of “other” (None: not chosen)."""
        value = self.value(path)
        values = value if isinstance(value, list) else [] if value is None else [value]
        own = next((other_text(each) for each in values if is_other(each)), None)
        return {str(each) for each in values if not is_other(each)}, own

    def said(self, asked: Field, path: str) -> list[str]:
        """A value in words, for those who only read."""
        value = self.stored.values.get(path)
        return [] if value is None else wording.parts(asked, value, self.names)

    def words(self, asked: Field, path: str) -> str:
        """The same as one text, or what was typed and refused."""
        return str(self.typed[path]) if path in self.typed else wording.words(asked, self.stored.values.get(path), self.names)

    def files(self, path: str) -> list[Uploaded]:
        """Files at a field that are still there."""
        return [self.names.files[each] for each in self.stored.values.get(path) or [] if each in self.names.files]

    @staticmethod
    def size(size: int) -> str:
        """`1.2 MB`."""
        return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} KB"

    @staticmethod
    def file_rules(asked: FileField) -> str:
        """Which files a field takes, in a sentence."""
        return file_rules(asked)

    def ranked(self, asked: RankingField) -> list[Choice]:
        """Items in the order they were put in, then the others."""
        order = self.value(asked.id) or []
        place = {item: number for number, item in enumerate(order)}
        return sorted(asked.items, key=lambda item: place.get(item.id, len(order)))

    @staticmethod
    def columns_in_words(table: TableField) -> str:
        """The columns that can be pasted, in order."""
        return _(", ").join(localised(each.label) or each.id for each in table.columns if each.answerable)

    blank_row: ClassVar[Row] = Row("{row}", "{at}", stored=False)

    def problem(self, path: str) -> str:
        """The sentence under which a value was refused, or that says which limit it breaks."""
        if path in self.refused:
            return self.refused[path]
        spot = locate(self.questionnaire, path)
        if spot is None or spot.kind is SpotKind.ROW or path not in self.stored.values:
            return ""
        return check(spot.asks, self.stored.values[path], label=spot.label()) or ""

    def talk(self, path: str) -> Talk:
        """What is said at a field and at anything in it."""
        return self._talks.get(path, NO_TALK)

    @cached_property
    def _talks(self) -> dict[str, Talk]:
        found: dict[str, Talk] = {}
        for path, talk in self.talks.items():
            field_id = field_of(path)
            before = found.get(field_id, NO_TALK)
            found[field_id] = Talk(before.said + talk.said, before.open + talk.open)
        return found

    def clashes_at(self, field_id: str) -> list[Clash]:
        """Open conflicts in a field."""
        return [each for each in self.clashes if field_of(each.shown_at) == field_id]

    def rows(self, table: TableField) -> list[Row]:
        """Rows of a table; for somebody who writes, empty ones too, as many as the table offers at first."""
        found = [Row(row, self.stored.values[row_path(table.id, row)]["at"], stored=True) for row in self.answers.rows(table.id)]
        typed = sorted((value["at"], path.partition("/")[2]) for path, value in self.typed.items() if _is_row(path, value, table.id))
        found += [Row(row, at, stored=False) for at, row in typed if not any(each.id == row for each in found)]
        while self.writes and len(found) < min(table.rows.start, table.rows.max):
            found.append(Row(new_row_id(), order_keys.after(found[-1].at if found else ""), stored=False))
        return found

    def gone_rows(self, table: TableField) -> list[tuple[str, str]]:
        """Rows that were taken away and can be put back: id, and the words that stood in them."""
        rows = [
            path.partition("/")[2] for path, version in self.stored.versions.items()
            if version and path.count("/") == 1 and field_of(path) == table.id and path not in self.stored.values
        ]
        found = []
        for row in rows:
            texts = [wording.words(each, self.stored.values.get(cell_path(table.id, row, each.id)), self.names) for each in table.columns]
            line = " · ".join(text for text in texts if text)
            if line:
                found.append((row, line[:120]))
        return found

    def calculated(self, asked: CalculatedField, table: str = "", row: str = "") -> str:
        """What a calculated field, or a cell of a calculated column, shows."""
        value = self.answers.cell(table, row, asked.id) if table else self.answers.value(asked.id)
        return wording.calculated(asked, value)

    def total(self, table: TableField, column: str) -> str:
        """The sum of a column as text."""
        found = self.answers.total(table.id, column)
        return "" if found is None else wording.grouped(plain(found))

    def lines(self, matrix: MatrixField) -> list[tuple[str, str]]:
        """Rows of a matrix: id and text."""
        return [(line.id, line.words()) for line in self.answers.lines(matrix.id)]

    def across(self, matrix: MatrixField) -> list[tuple[str, str]]:
        """Columns of a matrix: id and text."""
        return [(line.id, line.words()) for line in self.answers.across(matrix.id)]

    def chart(self, asked: ChartField) -> Markup:
        """The drawing of a chart, with its numbers."""
        return charts_of_sheet.drawn(asked, self.answers)

    def here(self, field_id: str, viewer_id: UUID) -> list[str]:
        """Names of others who are at this field just now."""
        return [
            each.name for each in self.members if each.at_path and field_of(each.at_path) == field_id and each.person_id != viewer_id
        ]

    def state(self) -> dict[str, Any]:
        """What the page's scripts begin with: the sheet's version, stored values that the rules need, who is there."""
        reads = depends(self.questionnaire)
        wanted = {each.id for each in self.section.fields} | _read_by_sections(self.questionnaire)
        wanted |= {other for each in wanted for other in reads.get(each, ())}
        return {
            "version": self.sheet.version, "comments": sum(each.said for each in self.talks.values()),
            "values": {path: value for path, value in self.stored.values.items() if field_of(path) in wanted},
        }


def _read_by_sections(questionnaire: Questionnaire) -> set[str]:
    """Fields on which the showing of sections depends."""
    reads = logic_of(questionnaire).reads
    return {name for section in questionnaire.sections for kind, name in reads.get(("section", section.id), ()) if kind == FIELD}


def _is_row(path: str, value: Any, table_id: str) -> bool:
    return path.count("/") == 1 and field_of(path) == table_id and isinstance(value, Mapping) and "at" in value


def new_row_id() -> str:
    """An id for a row that is made here."""
    return secrets.token_hex(8)


def clashes_of(
    questionnaire: Questionnaire, lines: Sequence[ConflictLine], stored: Stored, names: Names, people: Mapping[UUID, str],
) -> list[Clash]:
    """Open conflicts as the page shows them; those at fields that are no longer asked are left to the history."""
    found = []
    for line in lines:
        spot = locate(questionnaire, line.path)
        if spot is None:
            continue
        row = spot.kind is SpotKind.ROW or line.shown_at != line.path
        mine = "" if spot.kind is SpotKind.ROW else wording.words(spot.asks, line.mine, names)
        theirs = "" if spot.kind is SpotKind.ROW else wording.words(spot.asks, stored.values.get(line.path), names)
        name = people.get(line.person_id, "") if line.person_id else ""
        found.append(Clash(
            line.change_id, line.path, line.shown_at, spot.label(), line.mine, mine, theirs, name, line.received_at,
            spot.asks.type in (FieldType.TEXT, FieldType.LONG), row,
        ))
    return found


def title_of(sheet: Sheet, questionnaire: Questionnaire) -> str:
    """The sheet's own title, else that of its questionnaire."""
    return sheet.title or localised(questionnaire.title)
