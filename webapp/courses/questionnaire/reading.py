"""Reads the file of a questionnaire: an immutable object, or every problem at once. No database, no application."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses import labels
from webapp.courses.library import library
from webapp.courses.problems import BadQuestionnaire, Findings, shown
from webapp.courses.questionnaire.checks import Places, judge
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import COLUMN_TYPES, FieldType
from webapp.courses.questionnaire.schemas import ENTRIES, QuestionnaireFile, SectionEntry, TableEntry
from webapp.courses.schema_errors import check
from webapp.courses.tags import ID_PATTERN
from webapp.courses.yaml_text import Document, Path, load

COLUMNS = {kind: entry for kind, entry in ENTRIES.items() if FieldType(kind) in COLUMN_TYPES}
# What stands behind the address of a sheet, where its sections stand too; a test compares it with all addresses.
RESERVED_SECTIONS = frozenset({
    "history", "people", "changes", "comments", "conflicts", "files", "join", "export", "settings", "hand-in", "state", "paste",
    "organisations",
})
# A file travels in one request, which takes this much unless an operator chose otherwise.
REQUEST_MB = 12


def read_text(text: str, questionnaire_id: str, file: str) -> Questionnaire:
    """The questionnaire in a YAML text. Raises `BadQuestionnaire` with all problems, each with the file's name and the line."""
    findings = Findings()
    if not re.fullmatch(ID_PATTERN, questionnaire_id) or len(questionnaire_id) > 60:
        findings.add(file, 0, _("The file's name is the id. Expected lower-case letters, digits and single hyphens, at most 60."))
    document = load(text, file, findings)
    found = read_document(document, questionnaire_id, findings, known_sources=library().sources) if document else None
    if found is None or len(findings):
        raise BadQuestionnaire(findings.sorted())
    return found


@dataclass
class _Draft:
    """What reading one file shares."""

    document: Document
    languages: tuple[str, ...]
    findings: Findings
    fields: Places = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def note(self, at: Path, message: str) -> None:
        self.findings.add(self.document.file, self.document.line(at), message)


def read_document(
    document: Document, questionnaire_id: str, findings: Findings, *, languages: tuple[str, ...] = (),
    known_sources: Collection[str] = (),
) -> Questionnaire | None:
    """The questionnaire of a document; None after noting what is wrong.

    `languages` are those of its course, `known_sources` the ids of the bibliography.
    """
    before = len(findings)
    draft = _Draft(document, _languages(document, findings, languages), findings)
    entry = check(QuestionnaireFile, document, findings, languages=draft.languages)
    raw = document.value.get("sections") if isinstance(document.value, dict) else None
    sections = [_section(draft, ("sections", index), each) for index, each in enumerate(raw if isinstance(raw, list) else [])]
    good = [section for section in sections if section is not None]
    if entry is None or not good or len(good) < len(sections):
        return None
    content = {
        **_said(entry.model_dump()), "id": questionnaire_id, "languages": list(draft.languages), "sections": good,
    }
    found = Questionnaire.from_content(content)
    for index, source in enumerate(found.sources):
        if source not in known_sources:
            findings.add(document.file, document.line(("sources", index)), _(
                "There is no source “%(id)s”. Expected an id of courses/reference/sources.yaml.", id=source,
            ))
    judge(found, document, findings, fields=draft.fields, broken=draft.broken)
    return found if len(findings) == before else None


def _languages(document: Document, findings: Findings, wanted: tuple[str, ...]) -> tuple[str, ...]:
    known = labels.languages()
    value = document.value.get("languages") if isinstance(document.value, dict) else None
    if value is None and not wanted:
        findings.add(document.file, 1, _("The key “%(key)s” is missing.", key="languages"))
    if not isinstance(value, list):
        return wanted or known
    for index, tag in enumerate(value):
        if tag not in known:
            findings.add(document.file, document.line(("languages", index)), _(
                "Found the language “%(tag)s”. Expected one of: %(known)s.", tag=tag, known=", ".join(known),
            ))
    if wanted and set(map(str, value)) != set(wanted):
        findings.add(document.file, document.line(("languages",)), _(
            "The languages differ from those of the course. Expected: %(languages)s.", languages=", ".join(wanted),
        ))
    return wanted or tuple(dict.fromkeys(tag for tag in value if tag in known)) or known


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _section(draft: _Draft, at: Path, raw: Any) -> dict[str, Any] | None:
    entry = check(SectionEntry, draft.document, draft.findings, at=at, value=raw, languages=draft.languages)
    entries = raw.get("fields") if isinstance(raw, dict) else None
    fields = [_field(draft, (*at, "fields", index), each) for index, each in enumerate(entries if isinstance(entries, list) else [])]
    if entry is None:
        return None
    if entry.id in RESERVED_SECTIONS:
        draft.note((*at, "id"), _("The section id “%(id)s” is kept for the system.", id=entry.id))
    return {**_said(entry.model_dump()), "fields": [each for each in fields if each is not None]}


def _field(draft: _Draft, at: Path, raw: Any, *, kinds: Mapping[str, Any] = ENTRIES, table: str = "") -> dict[str, Any] | None:
    """A field's content; None after noting what is wrong, its id then counting as known."""
    found = _checked(draft, at, raw, kinds)
    raw_id = raw.get("id") if isinstance(raw, dict) else None
    if isinstance(raw_id, str):
        _place(draft, at, raw_id, table)
        if found is None and not table:
            draft.broken.add(raw_id)
    if found is not None and found["type"] == FieldType.FILE and found["max_mb"] > REQUEST_MB:
        draft.note((*at, "max_mb"), _("A file travels in one request, which takes %(mb)d MB at most.", mb=REQUEST_MB))
    if found is not None and found["type"] == FieldType.TABLE:
        columns = [
            _field(draft, (*at, "columns", index), each, kinds=COLUMNS, table=found["id"]) for index, each in enumerate(found["columns"])
        ]
        found["columns"] = [column for column in columns if column is not None]
        if len(found["columns"]) < len(columns):
            draft.broken.add(found["id"])
            return None
    return found


def _checked(draft: _Draft, at: Path, raw: Any, kinds: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        known = ", ".join(kinds)
        if kind is None:
            message = _("The key “type” is missing. Expected one of: %(known)s.", known=known)
        else:
            message = _("Found the field type “%(type)s”. Expected one of: %(known)s.", type=shown(str(kind)), known=known)
        draft.note((*at, "type"), message)
        return None
    entry = check(kinds[kind], draft.document, draft.findings, at=at, value=raw, languages=draft.languages)
    if entry is None:
        return None
    if kinds is COLUMNS and entry.when:
        draft.note((*at, "when"), _("A column has no condition. Expected `when` at the table."))
    found = _said(entry.model_dump(by_alias=True))
    if isinstance(entry, TableEntry):
        found["rows"] = entry.rows.model_dump()
    return found


def _place(draft: _Draft, at: Path, field_id: str, table: str) -> None:
    """Note where an id stands, and whether it can be used in expressions."""
    key = f"{table}.{field_id}" if table else field_id
    if key in draft.fields:
        draft.note((*at, "id"), _("The id “%(id)s” comes twice. It stands in line %(line)d already.",
                                  id=field_id, line=draft.document.line((*draft.fields[key], "id"))))
    elif not field_id[:1].isalpha() or keyword.iskeyword(field_id):
        draft.note((*at, "id"), _("The id “%(id)s” cannot be used in expressions. Expected one that begins with a letter.", id=field_id))
    draft.fields.setdefault(key, at)
