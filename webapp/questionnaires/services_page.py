"""Writes of the page: changes from scripts and from plain forms, rows, files. All of them go through `services_changes`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.storage import StoredFile
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FileField, TableField
from webapp.courses.questionnaire.paths import cell_path, row_path, rows_in
from webapp.courses.services import store_revisions
from webapp.questionnaires import files, order_keys, pasting, queries_page, rules, services_answers, services_changes
from webapp.questionnaires.ledger import Done, Wanted
from webapp.questionnaires.models import MemberRole, Outcome, Sheet, SheetConflict
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.presenting import new_row_id
from webapp.questionnaires.queries import Stored
from webapp.questionnaires.rules import MOST_CHANGES


class SheetIsGone(LookupError):
    """The sheet was deleted between two requests."""


def lock(sheet_id: UUID, role: MemberRole | None) -> Sheet:
    """The sheet, locked, if this part may change values as it is now. One query, two for an answer to a survey.

    Raises as `may_write`, `SheetIsGone`, or `SurveyIsNotOpen`.
    """
    sheet = services_changes.locked(sheet_id)
    if sheet is None:
        raise SheetIsGone
    rules.may_write(role, sheet.state)
    if sheet.survey_id is not None:
        services_answers.must_be_open(db.session.get_one(Survey, sheet.survey_id), clock.now())
    return sheet


def write(
    *, sheet: Sheet, questionnaire: Questionnaire, changes: Sequence[Wanted], person_id: UUID, now: datetime,
) -> list[Done]:
    """Bring changes into a locked sheet, however many; the definition they are written under is kept. Seven statements a thousand."""
    if changes and sheet.revision != questionnaire.revision:
        store_revisions([questionnaire], now)
    done: list[Done] = []
    for start in range(0, len(changes), MOST_CHANGES):
        batch = changes[start : start + MOST_CHANGES]
        done += services_changes.apply(sheet=sheet, questionnaire=questionnaire, changes=batch, person_id=person_id, now=now)
    return done


def row_changes(table: TableField, stored: Stored, act: str, row: str, base: int) -> list[Wanted]:
    """What adding, moving, removing or putting back a row means; nothing where it cannot be done."""
    order = list(rows_in(stored.values, table.id))
    keys = {each: stored.values[row_path(table.id, each)]["at"] for each in order}
    if act == "add":
        return [_record(table, new_row_id(), order_keys.after(keys[order[-1]] if order else ""), base)]
    if act == "restore" and row_path(table.id, row) in stored.versions and row not in keys:
        return [_record(table, row, order_keys.after(keys[order[-1]] if order else ""), base)]
    if row not in keys:
        return []
    if act == "remove":
        return [Wanted(uuid4(), row_path(table.id, row), base, None)]
    at = order.index(row)
    to = at - 1 if act == "up" else at + 1
    if not 0 <= to < len(order):
        return []
    order.insert(to, order.pop(at))
    low = keys[order[to - 1]] if to else ""
    high = keys[order[to + 1]] if to + 1 < len(order) else ""
    return [_record(table, row, order_keys.between(low, high), base)]


def _record(table: TableField, row: str, at: str, base: int) -> Wanted:
    return Wanted(uuid4(), row_path(table.id, row), base, {"at": at})


def paste_changes(table: TableField, stored: Stored, text: str, *, row: str = "", column: str = "", base: int) -> list[Wanted]:
    """Changes that bring copied rows into a table: from a cell on, over what stands there, else behind the last row.

    Raises `CannotPaste`.
    """
    order = list(rows_in(stored.values, table.id))
    below = order[order.index(row):] if row in order else []
    pasted = pasting.read(table, text, first_column=column, room=table.rows.max - len(order) + len(below))
    keys = order_keys.spread(
        stored.values[row_path(table.id, order[-1])]["at"] if order else "", "", max(0, len(pasted.rows) - len(below)),
    )
    found: list[Wanted] = []
    for number, values in enumerate(pasted.rows):
        here = below[number] if number < len(below) else new_row_id()
        if number >= len(below):
            found.append(_record(table, here, keys[number - len(below)], base))
        for column_id, value in values.items():
            path = cell_path(table.id, here, column_id)
            if stored.values.get(path) != value:
                found.append(Wanted(uuid4(), path, base, value))
    return found


def put_file(
    *, sheet: Sheet, questionnaire: Questionnaire, asked: FileField, content: bytes, name: str, person_id: UUID, now: datetime,
) -> tuple[StoredFile, Done]:
    """Keep a file and add it to its field. Raises `FileRefused`."""
    row = files.put(sheet=sheet, asked=asked, content=content, name=name, person_id=person_id, now=now)
    value, version = queries_page.cells_of(sheet.id, [asked.id]).get(asked.id, (None, 0))
    change = Wanted(new_id(), asked.id, version, [*(value or []), str(row.id)])
    return row, write(sheet=sheet, questionnaire=questionnaire, changes=[change], person_id=person_id, now=now)[0]


def choose(
    *, sheet: Sheet, questionnaire: Questionnaire, conflict: SheetConflict, change: Wanted | None, person_id: UUID, now: datetime,
) -> Done | None:
    """Settle a conflict by a value, or (None) by what is there. A row that was taken away comes back first if its cell is kept."""
    table_id, _slash, row = conflict.path.partition("/")
    asked = questionnaire.field(table_id)
    if change is not None and change.value is not None and isinstance(asked, TableField) and change.path != conflict.path:
        cells = queries_page.cells_of(sheet.id, [table_id])
        if cells.get(conflict.path, (None, 0))[0] is None:
            rows = [value["at"] for path, (value, _version) in cells.items() if path.count("/") == 1 and isinstance(value, dict)]
            back = _record(asked, row, order_keys.after(max(rows, default="")), sheet.version)
            write(sheet=sheet, questionnaire=questionnaire, changes=[back], person_id=person_id, now=now)
            change = Wanted(change.id, change.path, sheet.version, change.value)
    return services_changes.settle(
        sheet=sheet, questionnaire=questionnaire, conflict=conflict, change=change, person_id=person_id, now=now,
    )


def acknowledged(done: Sequence[Done]) -> list[Done]:
    """Those that are kept: as the value, merged into it, or beside it."""
    return [each for each in done if each.outcome in (Outcome.APPLIED, Outcome.MERGED, Outcome.CONFLICT)]
