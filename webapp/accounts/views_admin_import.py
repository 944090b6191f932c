"""Importing people from a file: send it, say what the columns are, look at what would happen, begin, watch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from webapp.accounts import access, labels, services_imports
from webapp.accounts.current import Viewer
from webapp.accounts.errors_people import InTheFuture
from webapp.accounts.forms_people import today
from webapp.accounts.import_rows import FIELDS, names_of
from webapp.accounts.models import OrganisationType
from webapp.accounts.models_imports import ImportRun, ImportState
from webapp.accounts.services_imports import BadColumns, BadFile
from webapp.accounts.views_admin_people import administrator
from webapp.core import clock, exports
from webapp.core.access import allow, load_or_404
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.exports import Format, Sheet
from webapp.core.i18n import _, current_language
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("admin_import", __name__)
ROWS_SHOWN, PROBLEMS_SHOWN = 5, 50


def _own(run_id: UUID) -> tuple[Viewer, ImportRun]:
    """A file is its sender's alone: it may name people whom other administrators must not see."""
    who, run = administrator(), load_or_404(ImportRun, run_id)
    if run.actor_id != who.person_id:
        abort(404)
    return who, run


def _at(run_id: UUID, rest: str = "") -> str:
    return address(f"/admin/people/import/{run_id}/{rest}")


@bp.route("/admin/people/import", methods=["GET", "POST"])
@allow(access.administer)
def send() -> str | Answer | tuple[str, int]:
    """Send a file."""
    who, error = administrator(), ""
    if request.method == "POST":
        sent = request.files.get("file")
        try:
            data = sent.read(services_imports.LARGEST.size + 1) if sent else b""
            with unit_of_work():
                run = services_imports.stage(data=data, actor_id=who.person_id, now=clock.now())
                run_id = run.id
            return redirect(_at(run_id, "columns"), 303)
        except BadFile as bad:
            error = str(bad)
    page = render_template("accounts/admin_import.html", error=error, bounds=services_imports.LARGEST, fields=FIELDS)
    return (page, 422) if error else page


@bp.route("/admin/people/import/<uuid:run_id>/columns", methods=["GET", "POST"])
@allow(access.administer)
def columns(run_id: UUID) -> str | Answer | tuple[str, int]:
    """Say what each column holds; the answer is the preview."""
    _who, run = _own(run_id)
    if run.state not in (ImportState.MAPPING, ImportState.READY):
        return redirect(_at(run_id), 303)
    chosen, error = run.columns, ""
    if request.method == "POST":
        chosen = [request.form.get(f"column-{number}", "") for number in range(len(run.head))]
        try:
            with unit_of_work():
                services_imports.prepare(run=db.session.merge(run), columns=chosen, now=clock.now(), **_options())
            return redirect(_at(run_id), 303)
        except (BadColumns, InTheFuture) as bad:
            error = str(bad)
            _who, run = _own(run_id)
    page = render_template(
        "accounts/admin_import_columns.html", run=run, chosen=chosen, error=error, fields=FIELDS, sample=run.rows[:ROWS_SHOWN],
        types=labels.ORGANISATION_TYPES, options=request.form or _said(run),
    )
    return (page, 422) if error else page


def _said(run: ImportRun) -> dict[str, Any]:
    blank = {"since": today().isoformat(), "organisation_type": OrganisationType.GOVERNMENT.value, "mail": False}
    return {**blank, **run.options}


def _options() -> dict[str, Any]:
    try:
        since, kind = today().fromisoformat(request.form.get("since", "")), OrganisationType(request.form.get("organisation_type", ""))
    except ValueError as error:
        raise BadColumns(_("Please write a day such as 2026-09-14.")) from error
    return {"since": since, "organisation_type": kind, "mail": bool(request.form.get("mail")), "language": current_language()}


@bp.get("/admin/people/import/<uuid:run_id>/")
@allow(access.administer)
def show(run_id: UUID) -> str | Answer:
    """The preview, the progress, or how it went; while it runs the page renews itself."""
    _who, run = _own(run_id)
    if run.state is ImportState.MAPPING:
        return redirect(_at(run_id, "columns"), 303)
    shown = run.problems[:PROBLEMS_SHOWN]
    return render_template(
        "accounts/admin_import_run.html", run=run, shown=shown, called=names_of(run.rows, run.columns, dict(shown)),
        running=run.state is ImportState.QUEUED, heads=dict(enumerate(run.head)),
    )


@bp.post("/admin/people/import/<uuid:run_id>/begin")
@allow(access.administer)
def begin(run_id: UUID) -> Answer:
    """Begin what the preview showed."""
    _who, run = _own(run_id)
    with unit_of_work():
        services_imports.confirm(run=db.session.merge(run), now=clock.now())
    return redirect(_at(run_id), 303)


@bp.post("/admin/people/import/<uuid:run_id>/discard")
@allow(access.administer)
def discard(run_id: UUID) -> Answer:
    """Forget the file."""
    _who, run = _own(run_id)
    with unit_of_work():
        services_imports.discard(db.session.merge(run))
    flash(_("The file is forgotten."), "ok")
    return redirect(address("/admin/people/"), 303)


@bp.post("/admin/people/import/<uuid:run_id>/problems/<form>")
@allow(access.administer)
def problems(run_id: UUID, form: str) -> Response:
    """The rows that cannot go in, with the reason behind them: to be corrected and sent again."""
    who, run = _own(run_id)
    try:
        kind = Format(form)
    except ValueError:
        abort(404)
    said: dict[int, str] = dict(run.problems)
    width = len(run.head)
    rows = [[*cells[:width], *[""] * (width - len(cells)), said[number]] for number, cells in run.rows if number in said]
    with unit_of_work():
        record(actor_id=who.person_id, action="list.exported", subject=("import", run_id), after={"rows": len(rows)}, now=clock.now())
    sheet = Sheet(
        name="people-to-correct", title=_("To correct"), head=[*run.head, _("problem")], rows=rows, about=[(_("Rows"), str(len(rows)))],
        about_title=_("About this table"), zone=settings().programme_zone,
    )
    return exports.download(sheet, kind, today())
