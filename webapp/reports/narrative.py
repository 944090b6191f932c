"""The written part of a report: what of it is finished, what is still a first draft, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.fields import Field, TableField
from webapp.courses.questionnaire.paths import cell_path
from webapp.questionnaires import definitions
from webapp.questionnaires.models import SheetState
from webapp.reports import rules
from webapp.reports.queries import NOTHING, Content, Written


@dataclass(frozen=True)
class Open:
    """A place of the text that is not finished, and why."""

    section: Section
    field: Field
    sentence: str


@dataclass(frozen=True)
class Part:
    """A section of the text: how much of it is written, what is open, and how many threads wait for an answer."""

    section: Section
    written: int
    asked: int
    open: tuple[Open, ...]
    said: int
    unresolved: int

    @property
    def state(self) -> str:
        """Word of state."""
        if self.open:
            return "now" if self.written else "todo"
        return "done" if self.written else "todo"


@dataclass(frozen=True)
class Narrative:
    """What is written in one language."""

    written: Written
    questionnaire: Questionnaire
    content: Content

    @property
    def language(self) -> str:
        """Its language."""
        return self.written.language

    @property
    def closed(self) -> bool:
        """Whether it was handed in with the report."""
        return self.written.sheet.state in (SheetState.SHARED, SheetState.DONE)

    @cached_property
    def answers(self) -> Answers:
        """Its values, read by the questionnaire."""
        return Answers(self.questionnaire, self.content.values)

    @cached_property
    def open(self) -> tuple[Open, ...]:
        """Everything that keeps the report from being submitted in this language."""
        order = [each.id for each in self.questionnaire.fields]
        return tuple(sorted(_open(self.questionnaire, self.answers), key=lambda each: order.index(each.field.id)))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Its sections in their order."""
        return tuple(self._part(each) for each in self.questionnaire.sections)

    def _part(self, section: Section) -> Part:
        written, asked = self.answers.progress(section.id)
        talks = [self.content.talk(each.id) for each in section.fields]
        return Part(
            section, written, asked, tuple(each for each in self.open if each.section is section), sum(each.said for each in talks),
            sum(each.open for each in talks),
        )

    def text(self, field_id: str) -> str:
        """The words of a field."""
        return str(self.answers.value(field_id) or "")


def read(written: Written, content: Content | None) -> Narrative:
    """A text with the definition it is written by. No query but for a definition that was not read yet."""
    return Narrative(written, definitions.of_sheet(written.sheet), content or NOTHING)


def _open(questionnaire: Questionnaire, answers: Answers) -> Iterator[Open]:
    for lack in (*answers.missing(), *answers.troubles()):
        yield Open(lack.section, lack.field, lack.sentence)
    for section in questionnaire.sections:
        for field in section.fields:
            yield from (Open(section, field, each) for each in _unfinished(field, answers))


def _unfinished(field: Field, answers: Answers) -> Iterator[str]:
    label = localised(field.label)
    if isinstance(field, TableField):
        cells = [answers.cell(field.id, row, column.id) for row in answers.rows(field.id) for column in field.columns]
        if any(map(rules.has_gap, cells)):
            yield _("%(label)s: complete what stands in brackets.", label=label)
        return
    value = answers.value(field.id)
    if rules.is_draft(value):
        yield _("%(label)s: still the first draft. Read it, change it, and delete the line that marks it.", label=label)
    elif rules.has_gap(value):
        yield _("%(label)s: complete what stands in brackets.", label=label)


@dataclass(frozen=True)
class Recommendation:
    """A row of the way forward, in words; `by_when` as ISO day."""

    recommendation: str
    who: str
    by_when: str
    first_step: str


@dataclass(frozen=True)
class Text:
    """A text as it is printed: values by path under a revision of the questionnaire, in one language."""

    language: str
    questionnaire: Questionnaire
    values: Mapping[str, Any]

    def words(self, field_id: str) -> str:
        """The words of a field; empty where nothing was written."""
        value = self.values.get(field_id)
        return value if isinstance(value, str) else ""

    def recommendations(self) -> list[Recommendation]:
        """The rows of the way forward that say something."""
        answers, table = Answers(self.questionnaire, self.values), "recommendations"
        if self.questionnaire.field(table) is None:
            return []
        found = ([str(self.values.get(cell_path(table, row, each)) or "") for each in COLUMNS] for row in answers.rows(table))
        rows = [Recommendation(*each) for each in found]
        return [each for each in rows if each.recommendation]


COLUMNS = ("recommendation", "who", "by-when", "first-step")
