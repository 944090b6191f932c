"""The history of a sheet: who wrote what and when, and taking a value back from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.core.access import signed_in
from webapp.core.i18n import _, current_language
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.fields import TableField
from webapp.courses.questionnaire.paths import SpotKind, locate, row_path
from webapp.questionnaires import definitions, labels, past, queries, queries_history, queries_page, services_page
from webapp.questionnaires.desk import Desk
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import Outcome, SheetChange
from webapp.questionnaires.presenting import title_of
from webapp.questionnaires.section_form import uuid_of
from webapp.questionnaires.views_people import member_desk

bp = Blueprint("sheet_history", __name__, template_folder="templates")

HISTORY = "/sheets/<uuid:sheet_id>/history"


@bp.get(HISTORY)
@signed_in
def history(sheet_id: UUID) -> str:
    """Changes, the newest first, of one field or person or of all. For members only: it holds what was never shown.

    At most eight queries.
    """
    desk = member_desk(sheet_id)
    field_id, person_id = request.args.get("field") or None, uuid_of(request.args.get("person"))
    before = request.args.get("before", type=int)
    logged = queries_history.log(
        sheet_id, field_id=field_id, person_id=person_id, before=before, limit=queries_history.PER_PAGE + 1,
    )
    shown, more = logged[: queries_history.PER_PAGE], len(logged) > queries_history.PER_PAGE
    return render_template(
        "questionnaires/history.html", desk=desk, sheet=desk.sheet, title=title_of(desk.sheet, desk.questionnaire),
        entries=_entries(desk, shown), field=field_id, person=person_id, more=more, before=before,
        people=queries_history.writers(sheet_id), fields=_fields(desk, field_id), last=shown[-1].change.number if shown else 0,
    )


def _fields(desk: Desk, chosen: str | None) -> list[tuple[str, str]]:
    """Fields to choose from; one that is no longer asked keeps its id if it is chosen."""
    found = [(each.id, labels.plain_label(each)) for each in desk.questionnaire.answerable]
    return found if chosen is None or any(chosen == each[0] for each in found) else [*found, (chosen, chosen)]


def _entries(desk: Desk, logged: list[queries_history.Logged]) -> list[past.Entry]:
    known = definitions.of_revisions({each.change.revision for each in logged})
    ids = past.ids_in(logged, desk.questionnaire, known)
    names = queries_page.names(
        desk.sheet.id, organisations=ids.organisations, files=ids.files, at=ids.places, language=current_language(),
    )
    current = queries_page.cells_of(desk.sheet.id, {each.change.path.partition("/")[0] for each in logged}) if logged else {}
    return past.entries(
        logged, now=desk.questionnaire, known=known, names=names, current={path: value for path, (value, _version) in current.items()},
    )


@bp.post(HISTORY + "/<uuid:change_id>")
@signed_in
def restore(sheet_id: UUID, change_id: UUID) -> Any:
    """Let what a change wrote hold again. That is a new change; pressing twice makes one."""
    desk = member_desk(sheet_id)
    desk.must_write()
    change = queries_history.change_of(sheet_id, change_id) or abort(404)
    field_id = change.path.partition("/")[0]
    spot = locate(desk.questionnaire, change.path)
    if spot is None:
        flash(_("This field is no longer asked; its answer stays in the history."), "warn")
        return redirect(address(f"{desk.url}history", field=field_id), 303)
    with unit_of_work():
        sheet = services_page.lock(sheet_id, desk.role)
        wanted = Wanted(uuid_of(request.form.get("key")) or uuid4(), change.path, sheet.version, _written(change))
        rows = []
        if isinstance(spot.field, TableField) and spot.kind is SpotKind.CELL:
            stored = queries.stored(sheet_id)
            if row_path(spot.field.id, spot.row) not in stored.values:
                rows = services_page.row_changes(spot.field, stored, "restore", spot.row, sheet.version)
        done = services_page.write(
            sheet=sheet, questionnaire=desk.questionnaire, changes=[*rows, wanted], person_id=desk.who.person_id, now=desk.now,
        )
    if done[-1].outcome is None:
        flash(done[-1].message or _("This value can no longer be stored."), "warn")
    else:
        flash(_("Restored. The history keeps what stood there before."), "ok")
    return redirect(address(f"{desk.url}history", field=field_id), 303)


def _written(change: SheetChange) -> Any:
    """What the place held after a change; of one that was kept beside it, what it would have held."""
    return change.value if change.outcome is Outcome.CONFLICT else change.result
