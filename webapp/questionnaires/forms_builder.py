"""The forms of the builder: which keys each part has, what was typed, and the content made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.courses.questionnaire.content import Kind
from webapp.courses.questionnaire.expressions import LENGTH_LIMIT
from webapp.courses.questionnaire.fields import COLUMN_TYPES, Cell, ChartKind, FieldType
from webapp.courses.tags import ID_PATTERN
from webapp.questionnaires import drafting, labels

SPARE_LINES = 3
MOST_LINES = 203
TEXT_LIMIT, WHOLE_LIMIT, LINE_LIMIT = 20_000, 9, 2_000
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
TEXTS, BLOCKS, LINE, INTEGER, DECIMAL, DAY, FLAG, LINES, POINTS, CHOICE, LIST, GOALS = range(12)

# Broken over lines as they are typed, one line in the file.
EXPRESSION_LENGTH = LENGTH_LIMIT
EXPRESSIONS = ("when", "required", "value")
LABEL = (("label", TEXTS), ("help", TEXTS), ("required", LINE), ("when", LINE))
SHOWN = (("label", TEXTS), ("help", TEXTS), ("when", LINE))
WHOLE = (("title", TEXTS), ("summary", TEXTS), ("kind", CHOICE), ("minutes", INTEGER),
         ("goals", GOALS), ("targets", LIST), ("sources", LIST))
SECTION = (("title", TEXTS), ("guidance", BLOCKS), ("when", LINE))
KEYS: dict[str, tuple[tuple[str, int], ...]] = {
    "text": (*LABEL, ("limit", INTEGER)), "long": (*LABEL, ("limit", INTEGER), ("rows", INTEGER)),
    "number": (*LABEL, ("unit", TEXTS), ("min", DECIMAL), ("max", DECIMAL), ("decimals", INTEGER)),
    "date": (*LABEL, ("min", DAY), ("max", DAY)), "single": (*LABEL, ("options", LINES), ("other", FLAG)),
    "multiple": (*LABEL, ("options", LINES), ("last_alone", FLAG), ("other", FLAG), ("min", INTEGER), ("max", INTEGER)),
    "scale": (*LABEL, ("from", INTEGER), ("to", INTEGER), ("points", POINTS), ("low", TEXTS), ("high", TEXTS)),
    "ranking": (*LABEL, ("items", LINES), ("top", INTEGER)),
    "matrix": (
        *LABEL, ("rows", LINES), ("rows_from", LINE), ("columns", LINES), ("columns_from", LINE), ("cell", CHOICE), ("options", LINES),
        ("limit", INTEGER), ("min", DECIMAL), ("max", DECIMAL), ("decimals", INTEGER), ("from", INTEGER), ("to", INTEGER),
    ),
    "table": (*LABEL, ("rows.min", INTEGER), ("rows.max", INTEGER), ("rows.start", INTEGER), ("totals", LIST)),
    "goals": (*LABEL, ("max", INTEGER)), "targets": (*LABEL, ("max", INTEGER), ("goals", GOALS)), "place": LABEL, "organisation": LABEL,
    "file": (*LABEL, ("accept", LIST), ("max_mb", INTEGER), ("count", INTEGER)), "heading": (("label", TEXTS), ("when", LINE)),
    "guidance": (("text", BLOCKS), ("when", LINE)),
    "calculated": (*SHOWN, ("value", LINE), ("unit", TEXTS), ("decimals", INTEGER)),
    "chart": (*SHOWN, ("of", LINE), ("kind", CHOICE), ("by", LINE)),
}
WORDS = {
    "title": lazy("Title"), "summary": lazy("What it is for"), "kind": lazy("Kind"), "minutes": lazy("Minutes"), "goals": lazy("Goals"),
    "targets": lazy("Targets"), "sources": lazy("Sources"), "guidance": lazy("Guidance"), "label": lazy("Question or label"),
    "help": lazy("Hint"), "required": lazy("Required"), "when": lazy("Only if"), "limit": lazy("Most characters"),
    "rows": lazy("Lines of the matrix"), "height": lazy("Height in lines"),
    "unit": lazy("Unit"), "min": lazy("Least"), "max": lazy("Most"), "decimals": lazy("Decimal places"), "options": lazy("Options"),
    "last_alone": lazy("The last option excludes the others (“none of these”)"),
    "other": lazy("Allow “other” in one's own words"),
    "from": lazy("Scale from"), "to": lazy("Scale to"),
    "points": lazy("Names of the points"),
    "low": lazy("Name of the low end"), "high": lazy("Name of the high end"), "items": lazy("Items to rank"),
    "top": lazy("How many to rank"),
    "rows_from": lazy("Rows from a table"), "columns": lazy("Columns of the matrix"), "columns_from": lazy("Columns from a table"),
    "cell": lazy("What each cell asks"), "rows.min": lazy("Least rows"), "rows.max": lazy("Most rows"), "rows.start": lazy("Rows at first"),
    "totals": lazy(
        "Columns to add up"), "accept": lazy("Kinds of files"), "max_mb": lazy("Largest file in MB"), "count": lazy("Most files"),
    "text": lazy("Text"), "value": lazy("Calculation"), "of": lazy("What is drawn"), "by": lazy("Crossed with"),
}
HINTS = {
    "required": lazy('Empty: no. The word always: yes. Or a condition, such as plan_kind == "overall"'),
    "when": lazy('A condition, such as has_plan == "yes"; in it, the id of a field is written with _ for -'),
    "value": lazy("For example sum(budget.amount)"), "rows_from": lazy("table.column"), "columns_from": lazy("table.column"),
    "of": lazy(
        "The id of a field, or table.column"), "totals": lazy("Ids, with commas between"), "goals": lazy("Numbers, with commas between"),
    "targets": lazy("Such as 11.7, with commas between"), "sources": lazy("Ids of the bibliography, with commas between"),
    "accept": lazy("pdf, image, spreadsheet, document; empty: all"),
}
TYPES = {
    FieldType.TEXT: lazy("Short text"), FieldType.LONG: lazy("Long text"), FieldType.NUMBER: lazy("An amount or count"),
    FieldType.DATE: lazy("Date"),
    FieldType.SINGLE: lazy("One of several"), FieldType.MULTIPLE: lazy("Several of several"), FieldType.SCALE: lazy("Scale"),
    FieldType.RANKING: lazy("Ranking"), FieldType.MATRIX: lazy("Matrix"), FieldType.TABLE: lazy("Table with rows to add"),
    FieldType.GOALS: lazy("Goals"), FieldType.TARGETS: lazy("Targets"), FieldType.PLACE: lazy("Place"),
    FieldType.ORGANISATION: lazy("An organisation"), FieldType.FILE: lazy("Files"), FieldType.HEADING: lazy("Heading"),
    FieldType.GUIDANCE: lazy("Guidance"), FieldType.CALCULATED: lazy("Calculated value"), FieldType.CHART: lazy("Chart"),
}
INSIDE = {"fields": lazy("Fields"), "sections": lazy("Sections"), "columns": lazy("Columns")}
NATIVE = {"zh-Hans": "中文", "en": "English"}
COLUMN_WORDS = {kind: words for kind, words in TYPES.items() if kind in COLUMN_TYPES}


@dataclass
class Typed:
    """What a form says: the content it makes, and the sentences where it makes none."""

    entry: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)


def keys_of(key: str, entry: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Keys of a part with the kind of each."""
    return WHOLE if not key else SECTION if key.startswith(":") else KEYS[entry["type"]]


def in_words(sentence: str) -> str:
    """A sentence of the file's check, with the words of the form for the keys of the file."""
    words: dict[str, Any] = {**WORDS, **INSIDE}
    said = re.sub(r"“([a-z_]+)”", lambda found: f"“{words.get(found[1], found[1])}”", sentence)
    return re.sub(r"(?<![\w“-])(?:zh-Hans|en)(?![\w”-])", lambda found: NATIVE[found[0]], said, flags=re.ASCII)


def choices(key: str, name: str) -> list[tuple[str, str]]:
    """What can be chosen for a key."""
    if name == "cell":
        words = (_("one column in each row"), _("one of the options"), _("a number"), _("text of one line"), _("a scale"))
        return [(each.value, said) for each, said in zip(Cell, words, strict=True)]
    if not key:
        return [(each.value, str(labels.KINDS[each])) for each in Kind]
    drawn = (_("coverage of the goals"), _("gap matrix"), _("bars"), _("cross table"))
    return [(each.value, said) for each, said in zip(ChartKind, drawn, strict=True)]


def values(key: str, entry: Mapping[str, Any], languages: tuple[str, ...]) -> dict[str, str]:
    """What stands in the form, by the names of its controls."""
    found = {"id": str(entry.get("id", ""))}
    for name, kind in keys_of(key, entry):
        held: Any = entry.get("rows", {}).get(name.partition(".")[2]) if "." in name else entry.get(name)
        if kind in (TEXTS, BLOCKS):
            found |= {f"{name}.{tag}": (held or {}).get(tag, "") for tag in languages}
        elif kind in (LINES, POINTS):
            for number, each in enumerate(held or []):
                text = each if kind == POINTS else each["text"]
                found |= {f"{name}.{number}.{tag}": text.get(tag, "") for tag in languages}
                found[f"{name}.{number}.id"] = "" if kind == POINTS else each["id"]
        elif kind in (LIST, GOALS):
            found[name] = ", ".join(map(str, held or []))
        else:
            found[name] = "always" if held is True else "y" if kind == FLAG and held else "" if held in (None, False) else str(held)
    return found


def line_count(found: Mapping[str, str], name: str) -> int:
    """How many lines a list has in the form, with some to spare."""
    used = [int(each.split(".")[1]) for each in found if re.fullmatch(rf"{name}\.[0-9]{{1,3}}\.[^.]+", each)]
    return min(MOST_LINES, max(used, default=-1) + 1 + SPARE_LINES)


def read_form(key: str, entry: Mapping[str, Any], form: Mapping[str, str], languages: tuple[str, ...], taken: set[str]) -> Typed:
    """The part as the form says it; ids of lines stay, new lines get one from their words."""
    made = Typed({each: entry[each] for each in ("id", "type", "fields", "languages", "sections") if each in entry})
    if entry.get("type") == FieldType.TABLE:
        made.entry["columns"] = entry.get("columns", [])
    if key:
        _read_id(made, form.get("id", "").strip(), str(entry["id"]), taken)
    for name, kind in keys_of(key, entry):
        value = _read(made, name, kind, form, languages, choices(key, name) if kind == CHOICE else [])
        if value in (None, "", {}, []):
            continue
        if "." in name:
            made.entry.setdefault("rows", {})[name.partition(".")[2]] = value
        else:
            made.entry[name] = True if name == "required" and value == "always" else value
    return made


def _read_id(made: Typed, wanted: str, before: str, taken: set[str]) -> None:
    if not re.fullmatch(ID_PATTERN, wanted) or len(wanted) > drafting.ID_LENGTH or not wanted[0].isalpha():
        made.errors["id"] = _("Lower-case letters, digits and single hyphens, beginning with a letter, at most 60.")
    elif wanted != before and wanted in taken:
        made.errors["id"] = _("This id is taken.")
    else:
        made.entry["id"] = wanted


def _clean(text: str, limit: int) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "", text.replace("\r\n", "\n")).strip()[:limit]


def _read(  # noqa: PLR0911  one line a kind
    made: Typed, name: str, kind: int, form: Mapping[str, str], languages: tuple[str, ...], known: list[tuple[str, str]],
) -> Any:
    if kind in (TEXTS, BLOCKS):
        return _texts(form, name, languages)
    if kind in (LINES, POINTS):
        return _lines(form, name, languages, points=kind == POINTS)
    text = _clean(form.get(name, ""), LINE_LIMIT)
    if kind == FLAG:
        return bool(text)
    if kind == CHOICE:
        return text if text in dict(known) else known[0][0]
    if kind == LIST:
        return [each.strip() for each in re.split(r"[,，、\s]+", text) if each.strip()]
    if name in EXPRESSIONS:
        text = " ".join(text.split())
    if not text or kind == LINE:
        return text
    if kind == GOALS:
        parts = [each for each in re.split(r"[,，、\s]+", text) if each]
        if all(re.fullmatch(r"[0-9]{1,2}", each, re.ASCII) for each in parts):
            return [int(each) for each in parts]
        made.errors[name] = _("Numbers from 1 to 17, with commas between.")
        return None
    return _amount(made, name, kind, text)


def _amount(made: Typed, name: str, kind: int, text: str) -> Any:
    if kind == DAY:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            made.errors[name] = _("A date such as 2026-11-20.")
            return None
    if kind == DECIMAL and NUMBER.fullmatch(text) and text.isascii():
        return text
    if kind == INTEGER and re.fullmatch(rf"-?[0-9]{{1,{WHOLE_LIMIT}}}", text, re.ASCII):
        return int(text)
    made.errors[name] = _("A whole number.") if kind == INTEGER else _("A number.")
    return None


def _texts(form: Mapping[str, str], name: str, languages: tuple[str, ...]) -> dict[str, str]:
    found = {tag: _clean(form.get(f"{name}.{tag}", ""), TEXT_LIMIT) for tag in languages}
    return {tag: text for tag, text in found.items() if text}


def _lines(form: Mapping[str, str], name: str, languages: tuple[str, ...], *, points: bool) -> list[Any]:
    found: list[Any] = []
    kept = {form.get(f"{name}.{number}.id", "") for number in range(MOST_LINES)}
    for number in range(MOST_LINES):
        texts = _texts(form, f"{name}.{number}", languages)
        if not texts:
            continue
        if points:
            found.append(texts)
            continue
        line_id = form.get(f"{name}.{number}.id", "").strip()
        if not re.fullmatch(ID_PATTERN, line_id) or any(each["id"] == line_id for each in found):
            line_id = drafting.free_id({*kept, "other", *(each["id"] for each in found)}, texts.get("en", "") or f"option-{number + 1}")
        found.append({"id": line_id, "text": texts})
    return found
