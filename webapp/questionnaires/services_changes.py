"""Writes values: every change goes through here, from a page with scripts, one without, a file or a paper form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from webapp.core.database import db
from webapp.core.upsert import insert_for
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.paths import field_of
from webapp.questionnaires.ledger import Cell, Done, Ledger, Wanted
from webapp.questionnaires.models import Outcome, Sheet, SheetCell, SheetChange, SheetConflict, SheetMember
from webapp.questionnaires.rules import MOST_CHANGES, TooManyChanges


def locked(sheet_id: UUID) -> Sheet | None:
    """The sheet, locked until the unit of work ends, so that its changes come one after another. One query."""
    return db.session.scalar(select(Sheet).where(Sheet.id == sheet_id).with_for_update().execution_options(populate_existing=True))


def apply(
    *, sheet: Sheet, questionnaire: Questionnaire, changes: Sequence[Wanted], person_id: UUID | None, now: datetime,
) -> list[Done]:
    """Bring changes into a sheet that is `locked`, in their order; a change that came before gets the answer it got then.

    At most seven statements, whatever the number of changes. Raises `TooManyChanges`.
    """
    if len(changes) > MOST_CHANGES:
        raise TooManyChanges
    answered = _answered(sheet.id, [change.id for change in changes])
    new = [change for change in changes if change.id not in answered]
    fresh: dict[UUID, Done] = {}
    if new:
        ledger = _ledger(sheet, questionnaire, new)
        for change in new:
            fresh.setdefault(change.id, ledger.apply(change, person_id))
        _keep(sheet, questionnaire, new, list(fresh.values()), person_id, now)
    return [answered.get(change.id) or fresh[change.id] for change in changes]


def settle(
    *, sheet: Sheet, questionnaire: Questionnaire, conflict: SheetConflict, change: Wanted | None, person_id: UUID, now: datetime,
) -> Done | None:
    """End a conflict by a change that says what holds now, or (None) by leaving the value as it is."""
    done = None
    if change is not None:
        done = apply(sheet=sheet, questionnaire=questionnaire, changes=[change], person_id=person_id, now=now)[0]
        if done.outcome is None or done.outcome is Outcome.CONFLICT:
            return done
    conflict.settled_at, conflict.settled_by_id = now, person_id
    db.session.flush()
    return done


def _answered(sheet_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Done]:
    # Asked of every sheet: an id that was used on another one must not be written a second time.
    rows = db.session.scalars(select(SheetChange).where(SheetChange.id.in_(list(ids))))
    return {
        row.id: Done(row.id, row.path, row.base, row.outcome, row.version, row.result, row.value) if row.sheet_id == sheet_id
        else Done(row.id, "", 0, None, None, None, message="")
        for row in rows
    }


def _ledger(sheet: Sheet, questionnaire: Questionnaire, changes: Sequence[Wanted]) -> Ledger:
    """What the changes may touch. One query, and one for older values where somebody wrote upon an old version."""
    fields = {field_of(change.path) for change in changes}
    rows = db.session.execute(
        select(SheetCell.path, SheetCell.value, SheetCell.version, SheetCell.person_id)
        .where(SheetCell.sheet_id == sheet.id, SheetCell.field_id.in_(fields))
    )
    cells = {path: Cell(value, version, person_id) for path, value, version, person_id in rows}
    stale = {change.path for change in changes if change.path in cells and cells[change.path].version > change.base}
    bases: dict[str, list[tuple[int, Any]]] = {}
    if stale:
        older = (
            select(SheetChange.path, SheetChange.version, SheetChange.result)
            .where(SheetChange.sheet_id == sheet.id, SheetChange.path.in_(stale), SheetChange.version.is_not(None))
            .order_by(SheetChange.number)
        )
        for path, version, value in db.session.execute(older):
            bases.setdefault(path, []).append((version, value))
    return Ledger(questionnaire, sheet.version, cells, bases)


def _keep(
    sheet: Sheet, questionnaire: Questionnaire, changes: Sequence[Wanted], done: Sequence[Done], person_id: UUID | None, now: datetime,
) -> None:
    """Write what was acknowledged: the log, the cells, the open conflicts, the sheet's version. At most five statements."""
    kept = [each for each in done if each.outcome is not None]
    if not kept:
        return
    device = {change.id: change.device_at for change in changes}
    number = sheet.changes
    log, conflicts, cells = [], [], {}
    for count, each in enumerate(kept, start=1):
        log.append({
            "id": each.id, "sheet_id": sheet.id, "number": number + count, "path": each.path, "base": each.base, "version": each.version,
            "value": each.wanted, "result": each.value, "outcome": each.outcome, "revision": questionnaire.revision, "person_id": person_id,
            "device_at": device.get(each.id), "received_at": now,
        })
        if each.version is None:
            conflicts.append({"change_id": each.id, "sheet_id": sheet.id, "path": each.conflict_path})
        else:
            cells[each.path] = {
                "sheet_id": sheet.id, "path": each.path, "field_id": field_of(each.path), "value": each.value, "version": each.version,
                "person_id": person_id, "changed_at": now,
            }
    db.session.execute(insert(SheetChange), log)
    if cells:
        added = insert_for(SheetCell)
        db.session.execute(added.on_conflict_do_update(
            index_elements=["sheet_id", "path"],
            set_={name: added.excluded[name] for name in ("value", "version", "person_id", "changed_at")},
        ), list(cells.values()))
    if conflicts:
        db.session.execute(insert(SheetConflict), conflicts)
    versions = [each.version for each in kept if each.version is not None]
    sheet.version = max(versions, default=sheet.version)
    sheet.changes = number + len(kept)
    sheet.changed_at, sheet.revision = now, questionnaire.revision
    db.session.flush()


def touch(*, sheet_id: UUID, person_id: UUID, path: str | None, now: datetime) -> None:
    """Note where a member is just now. One statement."""
    db.session.execute(
        update(SheetMember).where(SheetMember.sheet_id == sheet_id, SheetMember.person_id == person_id).values(at_path=path, seen_at=now)
    )
