"""A questionnaire as immutable objects, with the hash of its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.fields import NO_TEXT, Field, FieldType, TableField, field_from
from webapp.courses.revisions import Text, content_of, revision_of


class Kind(StrEnum):
    """What a questionnaire is for."""

    WORKSHEET = "worksheet"
    SURVEY = "survey"
    DOCUMENT = "document"


class Mode(StrEnum):
    """Whether an exercise is done alone or by a group on one sheet."""

    ALONE = "alone"
    GROUP = "group"


@dataclass(frozen=True)
class Section:
    """A page of a questionnaire. `guidance` holds Markdown blocks; `when` is empty or a condition."""

    id: str
    title: Text
    fields: tuple[Field, ...]
    guidance: Text = NO_TEXT
    when: str = ""

    def to_content(self) -> dict[str, Any]:
        """Plain content with the keys of the file format."""
        found = {"id": self.id, "title": content_of(self.title), "guidance": content_of(self.guidance), "when": self.when}
        return {**{key: value for key, value in found.items() if value}, "fields": [each.to_content() for each in self.fields]}


@dataclass(frozen=True)
class Questionnaire:
    """A definition; every field id is used once. `goals` are those it belongs to, `sources` ids of the bibliography."""

    id: str
    languages: tuple[str, ...]
    title: Text
    summary: Text
    kind: Kind
    minutes: int
    sections: tuple[Section, ...]
    sources: tuple[str, ...] = ()
    goals: tuple[int, ...] = ()
    targets: tuple[str, ...] = ()
    revision: str = field(default="", compare=False)

    def __hash__(self) -> int:
        return hash((self.id, self.revision))

    def to_content(self) -> dict[str, Any]:
        """Plain JSON content: the id and the keys of the file format; its hash is the revision."""
        found = {
            "id": self.id, "languages": list(self.languages), "title": content_of(self.title), "summary": content_of(self.summary),
            "kind": self.kind.value, "minutes": self.minutes, "sources": list(self.sources), "goals": list(self.goals),
            "targets": list(self.targets), "sections": [section.to_content() for section in self.sections],
        }
        return {key: value for key, value in found.items() if value}

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Questionnaire:
        """The questionnaire of a stored or freshly read content. Raises KeyError or ValueError if it is none."""
        made = cls(
            id=content["id"], languages=tuple(content["languages"]), title=Text(content["title"]), summary=Text(content["summary"]),
            kind=Kind(content["kind"]), minutes=int(content["minutes"]), sources=tuple(content.get("sources") or ()),
            goals=tuple(content.get("goals") or ()), targets=tuple(content.get("targets") or ()),
            sections=tuple(_section(each) for each in content["sections"]),
        )
        return replace(made, revision=revision_of("questionnaire", made.to_content()))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All fields in order, those that only show something included; columns of tables not."""
        return tuple(each for section in self.sections for each in section.fields)

    @cached_property
    def by_id(self) -> Mapping[str, Field]:
        """Fields by id."""
        return {each.id: each for each in self.fields}

    @cached_property
    def answerable(self) -> tuple[Field, ...]:
        """Fields that hold a value (or rows of values), in order."""
        return tuple(each for each in self.fields if each.answerable)

    @cached_property
    def _section_ids(self) -> Mapping[str, Section]:
        return {each.id: section for section in self.sections for each in section.fields}

    def field(self, field_id: str) -> Field | None:
        """The field with this id."""
        return self.by_id.get(field_id)

    def section(self, section_id: str) -> Section | None:
        """The section with this id."""
        return next((section for section in self.sections if section.id == section_id), None)

    def section_of(self, field_id: str) -> Section:
        """The section that a field stands in. Raises KeyError."""
        return self._section_ids[field_id]

    def before(self, section: Section) -> Section | None:
        """The section before, if any, whatever the conditions."""
        at = self.sections.index(section)
        return self.sections[at - 1] if at else None

    def after(self, section: Section) -> Section | None:
        """The next section, if any, whatever the conditions."""
        return next(iter(self.sections[self.sections.index(section) + 1 :]), None)


@dataclass(frozen=True)
class Exercise:
    """A questionnaire as a step of a course."""

    questionnaire: Questionnaire
    mode: Mode = Mode.ALONE

    @property
    def id(self) -> str:
        """Id of the step and of the questionnaire."""
        return self.questionnaire.id

    @property
    def title(self) -> Text:
        """Title by language."""
        return self.questionnaire.title

    @property
    def revision(self) -> str:
        """Hash of the questionnaire; the mode belongs to the course."""
        return self.questionnaire.revision


@dataclass(frozen=True)
class Removed:
    """What a later definition has no more: a field, or a column of a table; or it asks for something of another type."""

    field: Field
    column: Field | None = None

    @property
    def key(self) -> str:
        """`field` or `field.column`."""
        return f"{self.field.id}.{self.column.id}" if self.column else self.field.id


def removed(before: Questionnaire, after: Questionnaire) -> tuple[Removed, ...]:
    """Fields and columns whose values the later definition cannot take, in the order of the earlier one."""
    found: list[Removed] = []
    for old in before.answerable:
        new = after.field(old.id)
        if new is None or new.type is not old.type:
            found.append(Removed(old))
        elif isinstance(old, TableField) and isinstance(new, TableField):
            kept = {column.id: column.type for column in new.columns}
            found.extend(
                Removed(old, column) for column in old.columns
                if column.type is not FieldType.CALCULATED and kept.get(column.id) is not column.type
            )
    return tuple(found)


def _section(content: Mapping[str, Any]) -> Section:
    return Section(
        id=content["id"], title=Text(content["title"]), guidance=Text(content.get("guidance")), when=content.get("when") or "",
        fields=tuple(field_from(each) for each in content["fields"]),
    )
