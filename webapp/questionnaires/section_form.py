"""Reads a section that was sent as a plain form: what every control says, by the path of its value.

Names of controls are the paths themselves; `path:other` holds the words of “other”. Names that begin with an underscore are the
page's own: no field id does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from werkzeug.datastructures import MultiDict

from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Section
from webapp.courses.questionnaire.fields import (
    Cell,
    Field,
    FieldType,
    GoalsField,
    MatrixField,
    MultipleField,
    OrganisationField,
    SingleField,
    TableField,
    TargetsField,
)
from webapp.courses.questionnaire.paths import ORDER_KEY, ROW_ID, cell_path, locate, row_path
from webapp.courses.questionnaire.values import BadValue, normalise
from webapp.questionnaires import pasting
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.queries import Stored

OTHER = "other"
Form = MultiDict[str, str]


@dataclass
class Reading:
    """What the form says: `wanted` by path in stored form, and what no field takes, with its sentence."""

    wanted: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def changes(self, stored: Stored, base: int, key: str) -> list[Wanted]:
        """Changes against what is stored. The same form sent twice makes the same ids.

        A row that somebody else took away meanwhile is only asked for again if this form changed something in it.
        """
        differing = {path: value for path, value in self.wanted.items() if stored.values.get(path) != value}
        gone = {
            path for path in differing if path.count("/") == 1 and path in stored.versions and path not in stored.values
            and isinstance(differing[path], Mapping) and not any(other.startswith(f"{path}/") for other in differing)
        }
        return [Wanted(change_id(key, path, value), path, base, value) for path, value in differing.items() if path not in gone]


def change_id(key: str, path: str, value: Any) -> UUID:
    """The id of a change that a form without scripts makes."""
    return uuid5(NAMESPACE_URL, f"{key}\0{path}\0{value!r}")


def read(form: Form, section: Section, answers: Answers, *, clear: str = "") -> Reading:
    """Everything the form says about a section. `clear` is a path whose answer is taken back."""
    found = Reading()
    for each in section.fields:
        if each.answerable:
            for path, asked, raw in _of_field(form, each, answers):
                _take(found, answers, path, asked, None if path == clear else raw)
    return found


def _take(found: Reading, answers: Answers, path: str, asked: Field, raw: Any) -> None:
    spot = locate(answers.questionnaire, path)
    if spot is None:
        return
    if isinstance(asked, TableField):
        found.wanted[path] = raw
        return
    try:
        found.wanted[path] = normalise(asked, raw, label=spot.label())
    except BadValue as bad:
        found.typed[path], found.refused[path] = raw, str(bad)


def _of_field(form: Form, asked: Field, answers: Answers) -> Iterator[tuple[str, Field, Any]]:
    if isinstance(asked, TableField):
        yield from _of_table(form, asked, answers)
    elif isinstance(asked, MatrixField):
        for row, column in answers.spots(asked):
            path = cell_path(asked.id, row, column)
            if path in form or asked.cell is Cell.CHOICE:
                yield path, asked.cell_field, form.get(path)
    elif asked.type not in _APART and (asked.id in form or asked.type in _MAY_BE_ABSENT):
        yield asked.id, asked, raw_of(form, asked, asked.id, in_table=False)


_APART = frozenset({FieldType.PLACE, FieldType.FILE, FieldType.ORGANISATION})
_MAY_BE_ABSENT = frozenset({FieldType.SINGLE, FieldType.MULTIPLE, FieldType.SCALE, FieldType.RANKING, FieldType.GOALS})


def rows_in_form(form: Form, table: TableField) -> list[tuple[str, str]]:
    """Rows that the form carries: id and order key."""
    found = []
    for name, at in form.items():
        first, slash, row = name.partition("/")
        if first == table.id and slash and ROW_ID.fullmatch(row) and ORDER_KEY.fullmatch(at):
            found.append((row, at))
    return found


def _of_table(form: Form, table: TableField, answers: Answers) -> Iterator[tuple[str, Field, Any]]:
    known = set(answers.rows(table.id))
    for row, at in rows_in_form(form, table):
        cells = [(cell_path(table.id, row, each.id), each) for each in table.columns if each.answerable]
        raws = [(path, each, raw_of(form, each, path, in_table=True)) for path, each in cells if path in form or _boxes(each)]
        if row not in known:
            # An offered row that stayed empty is none.
            if not any(raw not in (None, "", []) for _path, _each, raw in raws):
                continue
            if answers.values.get(row_path(table.id, row)) is None:
                yield row_path(table.id, row), table, {"at": at}
        yield from raws


def _boxes(asked: Field) -> bool:
    return isinstance(asked, MultipleField)


def raw_of(form: Form, asked: Field, path: str, *, in_table: bool) -> Any:
    """What the controls of one value say, before it is judged."""
    words = form.get(f"{path}:{OTHER}", "").strip()
    match asked:
        case SingleField(other=True):
            chosen = form.get(path)
            return f"{OTHER}:{words}" if chosen == OTHER or (not chosen and words) else chosen
        case MultipleField():
            chosen_ones = form.getlist(path)
            own = [f"{OTHER}:{words}"] if asked.other and (OTHER in chosen_ones or words) else []
            return [each for each in chosen_ones if each != OTHER] + own
        case GoalsField():
            return pasting.meant(asked, form.get(path, "")) if in_table else form.getlist(path)
        case TargetsField():
            return pasting.targets(form.get(path, ""))
    if asked.type is FieldType.RANKING:
        return form.getlist(path)
    return form.get(path)


def organisation_raw(form: Form, asked: OrganisationField, shown: str, stored: Any, known: Sequence[tuple[UUID, str]]) -> Any:
    """An organisation by the name that was typed: what is stored if it was not touched, a known one of that name, else the words."""
    typed = form.get(asked.id, "").strip()
    if typed == shown.strip():
        return stored
    same = [organisation_id for organisation_id, name in known if name.casefold() == typed.casefold()]
    return str(same[0]) if len(same) == 1 else (f"{OTHER}:{typed}" if typed else None)


def take(found: Reading, asked: Field, raw: Any) -> None:
    """Put what was typed for a whole field into its stored form, or keep it with the sentence."""
    try:
        found.wanted[asked.id] = normalise(asked, raw)
    except BadValue as bad:
        found.typed[asked.id], found.refused[asked.id] = raw, str(bad)


def ranked(order: list[str], item: str, act: str) -> list[str]:
    """An order after one item was moved: `add` puts it last, `drop` takes it out, `up` and `down` move it by one place."""
    if act == "add" and item not in order:
        return [*order, item]
    if item not in order:
        return order
    at = order.index(item)
    order.pop(at)
    if act == "drop":
        return order
    order.insert({"up": max(0, at - 1), "down": at + 1}.get(act, at), item)
    return order


def uuid_of(text: Any) -> UUID | None:
    """A UUID, or None for what is none."""
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
