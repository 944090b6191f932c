"""Values of fields: their one stored form, and what may be wrong with them. The page's script follows the same rules.

`normalise` turns what a form or the page sent into the stored form, or raises `BadValue`: such a value is never kept.
`check` judges a stored value by the limits of its field: such a value may stay in a draft, but is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.courses.numbers import UnreadableNumber, read_number
from webapp.courses.questionnaire.fields import (
    OTHER,
    Choice,
    DateField,
    Field,
    FieldType,
    FileField,
    GoalsField,
    LongField,
    MultipleField,
    NumberField,
    OrganisationField,
    PlaceField,
    RankingField,
    ScaleField,
    SingleField,
    TableField,
    TargetsField,
    TextField,
)
from webapp.courses.questionnaire.paths import ORDER_KEY
from webapp.courses.questionnaire.sentences import Trouble, sentence
from webapp.goals.reference import reference

OTHER_LIMIT = 200
LIST_LIMIT = 400
DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
# Never shown and only good for deceit: directions, and signs without width. Joiners stay, words need them.
_INVISIBLE = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0x061C, 0x2060, 0xFEFF, 0x00AD])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[\n\t\u2028\u2029]+")


class BadValue(ValueError):
    """What was sent is no value of this field. The message is a sentence for the reader; `code` names the rule."""

    def __init__(self, field: Field, trouble: Trouble, label: str = "") -> None:
        super().__init__(sentence(field, trouble, label))
        self.code, self.trouble = trouble.code, trouble


@dataclass(frozen=True)
class StoredFile:
    """What `check` needs to know of an uploaded file; `kind` is `pdf`, `image`, `spreadsheet`, `document` or empty, `size` in bytes."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Context:
    """What only the database knows: ids that exist, as text. None: not judged."""

    places: Collection[str] | None = None
    organisations: Collection[str] | None = None
    files: Mapping[str, StoredFile] | None = None


NO_CONTEXT = Context()


def clean(text: str, *, lines: bool = False) -> str:
    """A text without control characters, directions and signs without width; in one line unless `lines`; trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    text = _CONTROL.sub("", text)
    return (text if lines else _SPACES.sub(" ", text)).strip(" \n\t\u3000\xa0")


def normalise(field: Field, raw: Any, *, label: str = "") -> Any:
    """The stored form of what was sent for a field, a column or a cell; None is empty. Idempotent.

    `label` names the spot in the sentence instead of the field's own label. Raises `BadValue`.
    """
    if raw is None or raw in ("", []):
        return None
    try:
        return _NORMALISE[field.type](field, raw)
    except _Bad as bad:
        raise BadValue(field, bad.trouble, label) from None


def check(field: Field, value: Any, context: Context = NO_CONTEXT, *, label: str = "") -> str | None:
    """What is wrong with a stored value, in a sentence naming the field and the limit; None if nothing is (empty is right)."""
    found = trouble(field, value, context)
    return sentence(field, found, label) if found else None


def trouble(field: Field, value: Any, context: Context = NO_CONTEXT) -> Trouble | None:
    """As `check`, without the words: the code of the rule and its numbers."""
    if value is None:
        return None
    # A value written under an earlier definition may not even have the shape that this one asks for.
    try:
        if _NORMALISE[field.type](field, value) != value:
            return Trouble("shape")
    except _Bad as bad:
        return bad.trouble
    judge = _CHECK.get(field.type)
    found: Trouble | None = judge(field, value, context) if judge else None
    return found


def normalise_row(table: TableField, raw: Any) -> dict[str, str] | None:
    """The record of a row: `{"at": order key}`; None is a row removed. Raises `BadValue`."""
    if raw is None:
        return None
    at = raw.get("at") if isinstance(raw, Mapping) else None
    if not isinstance(at, str) or not ORDER_KEY.fullmatch(at):
        raise BadValue(table, Trouble("row"))
    return {"at": at}


def check_rows(table: TableField, count: int) -> str | None:
    """What is wrong with so many rows; None if nothing is."""
    return sentence(table, Trouble("rows_max", {"max": table.rows.max})) if count > table.rows.max else None


def is_other(value: Any) -> bool:
    """Whether a chosen value is one in the person's own words."""
    return isinstance(value, str) and value.startswith(f"{OTHER}:")


def other_text(value: str) -> str:
    """The person's own words in `other:words`."""
    return value.partition(":")[2]


class _Bad(Exception):
    def __init__(self, code: str, **numbers: Any) -> None:
        super().__init__(code)
        self.trouble = Trouble(code, numbers)


def _string(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise _Bad("shape")
    return raw if isinstance(raw, str) else str(raw)


def _list(raw: Any) -> list[Any]:
    found = raw if isinstance(raw, list) else [raw]
    if len(found) > LIST_LIMIT:
        raise _Bad("shape")
    return [each for each in found if each not in (None, "")]


def _text(field: Field, raw: Any) -> str | None:
    assert isinstance(field, (TextField, LongField))
    found = clean(_string(raw), lines=isinstance(field, LongField))
    if len(found) > field.limit:
        raise _Bad("too_long", limit=field.limit, count=len(found))
    return found or None


def _number(field: Field, raw: Any) -> str | None:
    assert isinstance(field, NumberField)
    try:
        return read_number(_string(raw), field.unit.values())
    except UnreadableNumber:
        raise _Bad("number") from None


def ascii_digits(text: str) -> str:
    """Full-width digits and signs as those of a plain keyboard."""
    return "".join(chr(ord(each) - 0xFEE0) if 0xFF01 <= ord(each) <= 0xFF5E else each for each in text)


def _date(_field: Field, raw: Any) -> str | None:
    text = clean(ascii_digits(_string(raw)))
    if not text:
        return None
    match = DAY.fullmatch(text)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        day = None
    if day is None or day.year < 1000:
        raise _Bad("date")
    return day.isoformat()


def _option(raw: Any, options: tuple[Choice, ...], *, other: bool) -> str:
    text = clean(_string(raw))
    if any(option.id == text for option in options):
        return text
    if other and (text == OTHER or is_other(text)):
        words = clean(other_text(text))
        if len(words) > OTHER_LIMIT:
            raise _Bad("too_long", limit=OTHER_LIMIT, count=len(words))
        return f"{OTHER}:{words}"
    raise _Bad("option")


def _single(field: Field, raw: Any) -> str | None:
    assert isinstance(field, SingleField)
    return _option(raw, field.options, other=field.other)


def _multiple(field: Field, raw: Any) -> list[str] | None:
    assert isinstance(field, MultipleField)
    chosen = {_option(each, field.options, other=field.other) for each in _list(raw)}
    if sum(is_other(each) for each in chosen) > 1:
        raise _Bad("shape")
    in_order = [option.id for option in field.options if option.id in chosen]
    return in_order + [each for each in chosen if is_other(each)] or None


def _scale(field: Field, raw: Any) -> int | None:
    assert isinstance(field, ScaleField)
    text = clean(ascii_digits(_string(raw)))
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,4}", text) or not field.first <= int(text) <= field.last:
        raise _Bad("scale", first=field.first, last=field.last)
    return int(text)


def _ranking(field: Field, raw: Any) -> list[str] | None:
    assert isinstance(field, RankingField)
    found = list(dict.fromkeys(_string(each) for each in _list(raw)))
    known = {item.id for item in field.items}
    if any(each not in known for each in found):
        raise _Bad("option")
    return found or None


def _goals(_field: Field, raw: Any) -> list[int] | None:
    texts = [clean(ascii_digits(_string(each))) for each in _list(raw)]
    if any(not re.fullmatch(r"[0-9]{1,2}", each) or not 1 <= int(each) <= 17 for each in texts):
        raise _Bad("goal")
    return sorted({int(each) for each in texts}) or None


def _targets(_field: Field, raw: Any) -> list[str] | None:
    texts = {clean(ascii_digits(_string(each))) for each in _list(raw)}
    known = reference().targets
    if any(each not in known for each in texts):
        raise _Bad("target")
    return sorted(texts, key=target_key) or None


def target_key(target: str) -> tuple[int, int, str]:
    """Targets in their order: 1.2, 1.10, 1.a."""
    goal, _, part = target.partition(".")
    return (int(goal), int(part), "") if part.isdigit() else (int(goal), 1000, part)


def _uuid(raw: Any, code: str) -> str:
    try:
        return str(UUID(clean(_string(raw))))
    except ValueError:
        raise _Bad(code) from None


def _place(_field: Field, raw: Any) -> str | None:
    return _uuid(raw, "place")


def _organisation(_field: Field, raw: Any) -> str | None:
    text = clean(_string(raw))
    if is_other(text):
        return _option(text, (), other=True) if clean(other_text(text)) else None
    return _uuid(text, "organisation") if text else None


def _files(field: Field, raw: Any) -> list[str] | None:
    assert isinstance(field, FileField)
    return list(dict.fromkeys(_uuid(each, "file") for each in _list(raw))) or None


def _nothing(_field: Field, _raw: Any) -> Any:
    raise _Bad("no_value")


_NORMALISE: Mapping[FieldType, Any] = {
    **dict.fromkeys(FieldType, _nothing),
    FieldType.TEXT: _text, FieldType.LONG: _text, FieldType.NUMBER: _number, FieldType.DATE: _date, FieldType.SINGLE: _single,
    FieldType.MULTIPLE: _multiple, FieldType.SCALE: _scale, FieldType.RANKING: _ranking, FieldType.GOALS: _goals,
    FieldType.TARGETS: _targets, FieldType.PLACE: _place, FieldType.ORGANISATION: _organisation, FieldType.FILE: _files,
}


def _check_number(field: Field, value: Any, _context: Context) -> Trouble | None:
    assert isinstance(field, NumberField)
    number = Decimal(value)
    if field.min is not None and number < field.min:
        return Trouble("min", {"min": field.min})
    if field.max is not None and number > field.max:
        return Trouble("max", {"max": field.max})
    if field.decimals is not None and len(value.partition(".")[2]) > field.decimals:
        return Trouble("decimals", {"decimals": field.decimals}) if field.decimals else Trouble("whole")
    return None


def _check_date(field: Field, value: Any, _context: Context) -> Trouble | None:
    assert isinstance(field, DateField)
    if field.min is not None and value < field.min.isoformat():
        return Trouble("date_min", {"min": field.min})
    if field.max is not None and value > field.max.isoformat():
        return Trouble("date_max", {"max": field.max})
    return None


def _check_single(_field: Field, value: Any, _context: Context) -> Trouble | None:
    return Trouble("other_empty") if is_other(value) and not other_text(value) else None


def _check_multiple(field: Field, value: Any, _context: Context) -> Trouble | None:
    assert isinstance(field, MultipleField)
    if field.alone and field.alone in value:
        return Trouble("choose_alone") if len(value) > 1 else None
    if field.min is not None and len(value) < field.min:
        return Trouble("choose_min", {"min": field.min})
    if field.max is not None and len(value) > field.max:
        return Trouble("choose_max", {"max": field.max})
    return Trouble("other_empty") if any(is_other(each) and not other_text(each) for each in value) else None


def _check_ranking(field: Field, value: Any, _context: Context) -> Trouble | None:
    assert isinstance(field, RankingField)
    wanted = field.top or len(field.items)
    if len(value) > wanted:
        return Trouble("choose_max", {"max": wanted})
    return Trouble("rank", {"count": wanted}) if len(value) < wanted else None


def _check_goals(field: Field, value: Any, _context: Context) -> Trouble | None:
    assert isinstance(field, (GoalsField, TargetsField))
    if field.max is not None and len(value) > field.max:
        return Trouble("choose_max", {"max": field.max})
    if isinstance(field, TargetsField) and field.goals:
        outside = [each for each in value if target_key(each)[0] not in field.goals]
        return Trouble("target_outside", {"target": outside[0]}) if outside else None
    return None


def _check_place(field: Field, value: Any, context: Context) -> Trouble | None:
    assert isinstance(field, PlaceField)
    return Trouble("place") if context.places is not None and value not in context.places else None


def _check_organisation(field: Field, value: Any, context: Context) -> Trouble | None:
    assert isinstance(field, OrganisationField)
    known = context.organisations
    return Trouble("organisation") if known is not None and not is_other(value) and value not in known else None


def _check_files(field: Field, value: Any, context: Context) -> Trouble | None:
    assert isinstance(field, FileField)
    if len(value) > field.count:
        return Trouble("file_count", {"max": field.count})
    for file_id in value if context.files is not None else ():
        found = (context.files or {}).get(file_id)
        wrong = check_file(field, found) if found else Trouble("file")
        if wrong:
            return wrong
    return None


def check_file(field: FileField, file: StoredFile) -> Trouble | None:
    """What is wrong with one file, before or after it is stored."""
    if field.accept and file.kind not in field.accept:
        return Trouble("file_kind", {"kinds": field.accept, "file": file.name})
    if file.size > field.max_mb * 1_000_000:
        return Trouble("file_size", {"mb": field.max_mb, "file": file.name})
    return None


_CHECK: Mapping[FieldType, Any] = {
    FieldType.NUMBER: _check_number, FieldType.DATE: _check_date, FieldType.SINGLE: _check_single, FieldType.MULTIPLE: _check_multiple,
    FieldType.RANKING: _check_ranking, FieldType.GOALS: _check_goals, FieldType.TARGETS: _check_goals, FieldType.PLACE: _check_place,
    FieldType.ORGANISATION: _check_organisation, FieldType.FILE: _check_files,
}
