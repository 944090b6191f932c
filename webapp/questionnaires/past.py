"""The history of a sheet in words: what stood at a place before and after each change, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FieldType, MatrixField
from webapp.courses.questionnaire.paths import Spot, SpotKind, field_of, locate
from webapp.courses.questionnaire.values import is_other
from webapp.questionnaires import labels, wording
from webapp.questionnaires.models import Outcome
from webapp.questionnaires.queries_history import Logged
from webapp.questionnaires.queries_page import Names

CLIPPED = 400


@dataclass(frozen=True)
class Entry:
    """One line of the history. `notes` say what is special; `restores` whether its value can become the value again."""

    change_id: UUID
    number: int
    name: str
    at: datetime
    label: str
    before: str
    after: str
    row: bool
    notes: tuple[str, ...]
    restores: bool
    field_id: str
    # Of the change that restoring makes: a second click finds the first one's.
    key: UUID


def entries(
    logged: Sequence[Logged], *, now: Questionnaire, known: Mapping[str, Questionnaire], names: Names, current: Mapping[str, Any],
) -> list[Entry]:
    """Changes in words: each read by the definition that it was made under. `current` holds today's values by path."""
    found = []
    for each in logged:
        then = now if each.change.revision == now.revision else known.get(each.change.revision)
        spot, today = locate(then, each.change.path) if then else None, locate(now, each.change.path)
        read = spot or today
        is_row = read is not None and read.kind is SpotKind.ROW
        kept = each.change.value if each.change.outcome is Outcome.CONFLICT else each.change.result
        same = each.change.path in current and current[each.change.path] == kept
        found.append(Entry(
            each.change.id, each.change.number, each.name, each.change.received_at, _label(read, each.change.path),
            "" if is_row else said(read, each.before, names), _row_words(each) if is_row else said(read, kept, names), is_row,
            _notes(each, spot, today, now), today is not None and not same, field_of(each.change.path), new_id(),
        ))
    return found


def _label(spot: Spot | None, path: str) -> str:
    """The field, of a table with the column, of a matrix with the row."""
    if spot is None:
        return path
    name = labels.plain_label(spot.field)
    if spot.kind is SpotKind.CELL and spot.asks is not spot.field and spot.field.type is FieldType.TABLE:
        return f"{name} · {labels.plain_label(spot.asks)}"
    if isinstance(spot.field, MatrixField):
        parts = [
            labels.plain_text(each.text) for part, given in ((spot.row, spot.field.rows), (spot.column, spot.field.columns))
            for each in given if each.id == part
        ]
        return " · ".join([name, *parts])
    return name


def said(spot: Spot | None, value: Any, names: Names) -> str:
    """A value in words, cut where it is very long; empty for nothing."""
    text = "" if value is None else wording.words(spot.asks, value, names) if spot else str(value)
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED]} …"


def _row_words(each: Logged) -> str:
    if each.change.value is None:
        return _("Row removed")
    return _("Row added") if each.before is None else _("Row moved")


def _notes(each: Logged, spot: Spot | None, today: Spot | None, now: Questionnaire) -> tuple[str, ...]:
    notes = []
    if each.change.outcome is Outcome.MERGED:
        notes.append(_("joined with what somebody else wrote at the same time"))
    if each.change.outcome is Outcome.CONFLICT:
        notes.append(
            _("kept beside the value; nobody has chosen yet") if each.open else _("was kept beside the value until somebody chose")
        )
    if today is None or (spot is not None and today.asks.type is not spot.asks.type):
        notes.append(_("this field is no longer asked"))
    elif each.change.revision != now.revision:
        notes.append(_("written under an earlier version of the questionnaire"))
    return tuple(notes)


@dataclass(frozen=True)
class Ids:
    """Ids in values that need a name."""

    organisations: frozenset[str]
    places: frozenset[str]
    files: bool


def ids_in(logged: Sequence[Logged], now: Questionnaire, known: Mapping[str, Questionnaire]) -> Ids:
    """Ids of organisations and places in the values, and whether there are files."""
    organisations: set[str] = set()
    places: set[str] = set()
    files = False
    for each in logged:
        then = now if each.change.revision == now.revision else known.get(each.change.revision)
        spot = locate(then, each.change.path) if then else None
        if spot is None or spot.kind is SpotKind.ROW:
            continue
        values = [value for value in (each.before, each.change.value, each.change.result) if isinstance(value, str)]
        if spot.asks.type is FieldType.ORGANISATION:
            organisations.update(value for value in values if not is_other(value))
        elif spot.asks.type is FieldType.PLACE:
            places.update(values)
        files = files or spot.asks.type is FieldType.FILE
    return Ids(frozenset(organisations), frozenset(places), files)
