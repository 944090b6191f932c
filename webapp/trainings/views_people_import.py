"""Bringing a list of people: paste it or send it, say what the columns are, look at what would happen, begin, watch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from sqlalchemy import select

from webapp.accounts.import_rows import names_of
from webapp.accounts.labels import ORGANISATION_TYPES
from webapp.accounts.models import OrganisationType
from webapp.core import clock, exports, idempotency
from webapp.core.access import signed_in
from webapp.core.audit import record as note
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.exports import Format, Sheet
from webapp.core.i18n import _, current_language
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import importing
from webapp.trainings.importing import BadColumns, BadFile, How
from webapp.trainings.models_people import ListState, ParticipantList
from webapp.trainings.records import Record, run_or_403
from webapp.trainings.rules import TrainingError
from webapp.trainings.rules_people import check_listing
from webapp.trainings.views_people import HOME, back, here

bp = Blueprint("training_people_import", __name__, template_folder="templates")
ONE = HOME + "import/<uuid:list_id>/"
ROWS_SHOWN, PROBLEMS_SHOWN = 5, 50


def _own(training_id: UUID, list_id: UUID) -> tuple[Record, ParticipantList]:
    """A list is its sender's alone until it is in: it may name people whom other trainers need not see."""
    record = run_or_403(training_id)
    kept = db.session.scalars(
        select(ParticipantList).where(ParticipantList.id == list_id, ParticipantList.training_id == training_id)
    ).one_or_none()
    if kept is None or kept.actor_id != record.who.person_id:
        abort(404)
    return record, kept


@bp.route(HOME + "import", methods=["GET", "POST"])
@signed_in
def send(training_id: UUID) -> Any:
    """Paste a table or send a file."""
    record, error, now = run_or_403(training_id), "", clock.now()
    if request.method == "POST":
        sent, pasted = request.files.get("file"), request.form.get("pasted", "")
        try:
            check_listing(record.training)
            data = sent.read(importing.LARGEST.size + 1) if sent and sent.filename else pasted.encode()
            return redirect(_staged(record, data, now), 303)
        except (BadFile, TrainingError) as bad:
            error, record = str(bad), run_or_403(training_id)
    page = render_template(
        "trainings/import.html", record=record, error=error, bounds=importing.LARGEST, fields=importing.FIELDS, key=new_id(),
        pasted=request.form.get("pasted", ""),
    )
    return (page, 422) if error else page


def _staged(record: Record, data: bytes, now: Any) -> str:
    """Where the list goes on; the second click finds the list of the first."""
    key, who = request.form.get("key", ""), record.who.person_id
    with unit_of_work():
        first = idempotency.claim(person_id=who, key=key, now=now) if key else None
        if first:
            return first
        kept = importing.stage(training=record.training, data=data, actor_id=who, now=now)
        url = here(record, f"import/{kept.id}/columns")
        idempotency.settle(person_id=who, key=key, result=url if len(url) <= 200 else "")
    return url


@bp.route(ONE + "columns", methods=["GET", "POST"])
@signed_in
def columns(training_id: UUID, list_id: UUID) -> Any:
    """Say what each column holds and what becomes of the people; the answer is the preview."""
    record, kept = _own(training_id, list_id)
    if kept.state not in (ListState.MAPPING, ListState.READY):
        return back(record, f"import/{list_id}/")
    chosen, error = kept.columns, ""
    if request.method == "POST":
        chosen = [request.form.get(f"column-{number}", "") for number in range(len(kept.head))]
        try:
            with unit_of_work():
                importing.prepare(kept=kept, training=record.training, columns=chosen, now=clock.now(), **_options())
            return back(record, f"import/{list_id}/")
        except BadColumns as bad:
            error = str(bad)
            record, kept = _own(training_id, list_id)
    page = render_template(
        "trainings/import_columns.html", record=record, run=kept, chosen=chosen, error=error, fields=importing.FIELDS,
        sample=kept.rows[:ROWS_SHOWN], types=ORGANISATION_TYPES,
        options=request.form or {"organisation_type": OrganisationType.GOVERNMENT.value, "how": How.LIST.value, **kept.options},
    )
    return (page, 422) if error else page


def _options() -> dict[str, Any]:
    try:
        kind, how = OrganisationType(request.form.get("organisation_type", "")), How(request.form.get("how", ""))
    except ValueError:
        abort(400)
    return {"organisation_type": kind, "how": how, "language": current_language()}


@bp.get(ONE)
@signed_in
def show(training_id: UUID, list_id: UUID) -> Any:
    """The preview, the progress, or how it went; while it runs the page renews itself."""
    record, kept = _own(training_id, list_id)
    if kept.state is ListState.MAPPING:
        return back(record, f"import/{list_id}/columns")
    shown = kept.problems[:PROBLEMS_SHOWN]
    return render_template(
        "trainings/import_run.html", record=record, run=kept, shown=shown, called=names_of(kept.rows, kept.columns, dict(shown)),
        running=kept.state is ListState.QUEUED, here=here(record, f"import/{list_id}"),
    )


@bp.post(ONE + "begin")
@signed_in
def begin(training_id: UUID, list_id: UUID) -> Any:
    """Begin what the preview showed."""
    record, kept = _own(training_id, list_id)
    with unit_of_work():
        importing.confirm(kept=kept, training=record.training, now=clock.now())
    return back(record, f"import/{list_id}/")


@bp.post(ONE + "discard")
@signed_in
def discard(training_id: UUID, list_id: UUID) -> Any:
    """Forget the list."""
    record, kept = _own(training_id, list_id)
    with unit_of_work():
        importing.discard(kept)
    flash(_("The list is forgotten."), "ok")
    return back(record)


@bp.post(ONE + "problems/<form>")
@signed_in
def problems(training_id: UUID, list_id: UUID, form: str) -> Response:
    """The rows that cannot go in, with the reason behind them: to be corrected and sent again."""
    record, kept = _own(training_id, list_id)
    try:
        kind = Format(form)
    except ValueError:
        abort(404)
    said, width = dict(kept.problems), len(kept.head)
    head = [title or str(importing.FIELDS.get(field, "")) for title, field in zip(kept.head, kept.columns, strict=True)]
    rows = [[*cells[:width], *[""] * (width - len(cells)), said[number]] for number, cells in kept.rows if number in said]
    now = clock.now()
    with unit_of_work():
        note(
            actor_id=record.who.person_id, action="list.exported", subject=("import", list_id), after={"rows": len(rows)}, now=now,
            place_id=record.training.place_id,
        )
    sheet = Sheet(
        name="people-to-correct", title=_("To correct"), head=[*head, _("problem")], rows=rows, about=[(_("Rows"), str(len(rows)))],
        about_title=_("About this table"), zone=settings().programme_zone,
    )
    return exports.download(sheet, kind, now.astimezone(settings().programme_zone).date())
