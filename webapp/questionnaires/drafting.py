"""A questionnaire that is being built: plain content, changed by small pure steps; it may be incomplete, never misshapen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.library import library
from webapp.courses.problems import Findings
from webapp.courses.questionnaire.content import Questionnaire, removed
from webapp.courses.questionnaire.fields import Field, FieldType
from webapp.courses.yaml_text import Document, Path
from webapp.questionnaires.rules_builder import NoSuchPart, TooMuch

Content = dict[str, Any]
SECTION_LIMIT, FIELD_LIMIT, COLUMN_LIMIT, ID_LENGTH = 60, 600, 30, 60


@dataclass(frozen=True)
class Place:
    """Where a section, field or column stands: the list that holds it and its number in there."""

    siblings: list[Content]
    at: int

    @property
    def entry(self) -> Content:
        """The content itself."""
        return self.siblings[self.at]


@dataclass(frozen=True)
class Trouble:
    """What keeps a draft from being published: the key of the part (empty: the whole), which of its keys, the sentence."""

    part: str
    key: str
    sentence: str


@dataclass(frozen=True)
class Difference:
    """What publishing changes, as labels of fields in force and fields of the draft."""

    added: tuple[Field, ...] = ()
    changed: tuple[Field, ...] = ()
    gone: tuple[Field, ...] = ()
    lost: tuple[str, ...] = ()


def blank(questionnaire_id: str, languages: list[str], kind: str, title: Mapping[str, str]) -> Content:
    """A new draft with one empty section."""
    first = {"id": "part-1", "title": dict.fromkeys(languages, ""), "fields": []}
    return {
        "id": questionnaire_id, "languages": languages, "kind": kind, "title": dict(title), "summary": {}, "minutes": 15,
        "sections": [first],
    }


def read(content: Mapping[str, Any]) -> Questionnaire:
    """The draft as a questionnaire to look at, complete or not."""
    full = {"title": {}, "summary": {}, "minutes": 15, "sections": [], **content}
    full["sections"] = [{"title": {}, "fields": [], **section} for section in full["sections"]]
    return Questionnaire.from_content(full)


def sections(content: Content) -> list[Content]:
    """Sections of a draft."""
    found: list[Content] = content.setdefault("sections", [])
    return found


def entries(content: Content) -> Iterator[tuple[str, list[Content], int]]:
    """Key, list and number of every part: `:section`, `field`, `table.column`."""
    for number, section in enumerate(sections(content)):
        yield f":{section['id']}", sections(content), number
        fields = section.setdefault("fields", [])
        for at, field in enumerate(fields):
            yield field["id"], fields, at
            if field["type"] == FieldType.TABLE:
                columns = field.setdefault("columns", [])
                for inner, column in enumerate(columns):
                    yield f"{field['id']}.{column['id']}", columns, inner


def find(content: Content, key: str) -> Place:
    """Where a part stands. Raises `NoSuchPart`."""
    for name, siblings, at in entries(content):
        if name == key:
            return Place(siblings, at)
    raise NoSuchPart


def free_id(taken: set[str], wanted: str) -> str:
    """An id that is not taken, like the wanted one."""
    base = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")[: ID_LENGTH - 5].strip("-") or "part"
    base = base if base[0].isalpha() else f"f-{base}"
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found


def taken(content: Content, key: str) -> set[str]:
    """Ids beside which a part's own must be different: of sections, of all fields, or of the columns of its table."""
    names = [name for name, _list, _at in entries(content)]
    if key.startswith(":"):
        return {name[1:] for name in names if name.startswith(":")}
    if "." in key:
        table = key.partition(".")[0] + "."
        return {name[len(table):] for name in names if name.startswith(table)}
    return {name for name in names if not name.startswith(":") and "." not in name}


def add_section(content: Content) -> str:
    """A new empty section at the end; its key."""
    if len(sections(content)) >= SECTION_LIMIT:
        raise TooMuch(SECTION_LIMIT)
    made = free_id(taken(content, ":"), f"part-{len(sections(content)) + 1}")
    sections(content).append({"id": made, "title": {}, "fields": []})
    return f":{made}"


def add_field(content: Content, owner: str, kind: str) -> str:
    """A new field at the end of a section (`:id`), or a column of a table; its key."""
    parent = find(content, owner).entry
    inside = not owner.startswith(":")
    siblings: list[Content] = parent.setdefault("columns" if inside else "fields", [])
    limit = COLUMN_LIMIT if inside else FIELD_LIMIT
    if len(siblings) >= limit:
        raise TooMuch(limit)
    made = free_id(taken(content, f"{owner}." if inside else ""), kind)
    fresh: Content = {"id": made, "type": kind}
    if kind == FieldType.CHART:
        fresh["kind"] = "bars"
    siblings.append(fresh)
    return f"{owner}.{made}" if inside else made


def move(content: Content, key: str, step: int) -> None:
    """One place up (-1) or down (1); a field at the edge goes to the neighbouring section."""
    place = find(content, key)
    to = place.at + step
    if 0 <= to < len(place.siblings):
        place.siblings.insert(to, place.siblings.pop(place.at))
        return
    homes = [each["fields"] for each in sections(content)] if not key.startswith(":") and "." not in key else []
    here = next((number for number, fields in enumerate(homes) if fields is place.siblings), None)
    if here is not None and 0 <= here + step < len(homes):
        moved = place.siblings.pop(place.at)
        homes[here + step].insert(0 if step > 0 else len(homes[here + step]), moved)


def remove(content: Content, key: str) -> None:
    """Take a part out, with all that is in it."""
    place = find(content, key)
    place.siblings.pop(place.at)


def duplicate(content: Content, key: str) -> str:
    """A copy behind the original with ids of its own; its key."""
    place = find(content, key)
    limit = SECTION_LIMIT if key.startswith(":") else COLUMN_LIMIT if "." in key else FIELD_LIMIT
    if len(place.siblings) >= limit:
        raise TooMuch(limit)
    copy = deepcopy(place.entry)
    copy["id"] = free_id(taken(content, key), copy["id"])
    known = taken(content, "")
    for field in copy.get("fields", []):
        field["id"] = free_id(known, field["id"])
        known.add(field["id"])
    place.siblings.insert(place.at + 1, copy)
    head = f"{key.partition('.')[0]}." if "." in key else ":" if key.startswith(":") else ""
    return head + str(copy["id"])


def troubles(content: Content) -> tuple[Trouble, ...]:
    """Everything that keeps the draft from being published, each at its part."""
    # What reads files takes long to load, which no start should wait for.
    from webapp.courses.questionnaire.reading import read_document  # noqa: PLC0415

    plain = _as_file(read(content).to_content())
    lines: dict[Path, int] = {}
    _count(plain, (), lines)
    paths = {line: path for path, line in lines.items()}
    name = f"{content['id']}.yaml"
    findings = Findings()
    read_document(Document(name, plain, lines), content["id"], findings, known_sources=library().sources)
    places = re.compile(rf" ?\({re.escape(name)}:\d+\)")
    return tuple(Trouble(*_part(plain, paths[problem.line]), places.sub("", problem.message)) for problem in findings.sorted())


def _as_file(content: Content) -> Content:
    """Content as the file holds it: numbers and days, not their texts; the id is the file's name."""
    content = {"title": {}, "summary": {}, "sections": [], **{key: value for key, value in content.items() if key != "id"}}
    for section in content["sections"]:
        section.setdefault("title", {})
        for field in section["fields"]:
            for each in (field, *(field.get("columns", []) if field["type"] == FieldType.TABLE else ())):
                _typed(each)
    return content


def _typed(field: Content) -> None:
    for key in ("min", "max"):
        value = field.get(key)
        if isinstance(value, str):
            field[key] = date.fromisoformat(value) if field["type"] == FieldType.DATE else float(value) if "." in value else int(value)


def _count(value: Any, at: Path, lines: dict[Path, int]) -> None:
    lines[at] = len(lines) + 1
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        _count(each, (*at, key), lines)


def _part(content: Content, path: Path) -> tuple[str, str]:
    """Key of the part that a path leads into, and which of its keys it means."""
    value: Any = content
    part, rest = "", path
    for number, step in enumerate(path):
        value = value[step]
        if not isinstance(step, int) or not isinstance(value, dict) or "id" not in value:
            continue
        inside = path[number - 1]
        if inside == "sections" and number == 1:
            part, rest = f":{value['id']}", path[number + 1:]
        elif inside == "fields":
            part, rest = str(value["id"]), path[number + 1:]
        elif inside == "columns" and "type" in value:
            part, rest = f"{part}.{value['id']}", path[number + 1:]
    return part, str(rest[0]) if rest else ""


def difference(before: Questionnaire | None, after: Questionnaire) -> Difference:
    """What a draft changes in the questionnaire in force."""
    if before is None:
        return Difference(added=after.fields)
    return Difference(
        added=tuple(each for each in after.fields if each.id not in before.by_id),
        changed=tuple(each for each in after.fields if each.id in before.by_id and before.by_id[each.id] != each),
        gone=tuple(each for each in before.fields if each.id not in after.by_id),
        lost=tuple(each.key for each in removed(before, after)),
    )


def headline(key: str) -> str:
    """What a part is, in words."""
    return _("Section") if key.startswith(":") else _("Column") if "." in key else _("Field")
