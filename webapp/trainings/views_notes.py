"""Notes and files of a training: the log of each day, photos, files, and the worksheets of the groups."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, redirect, render_template, request

from webapp.accounts.models import Person
from webapp.core import clock, idempotency
from webapp.core.access import signed_in
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, _n, localised
from webapp.core.storage import FileRefused, download
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.trainings import photos, queries_notes, services_notes
from webapp.trainings.models_onsite import TrainingFile
from webapp.trainings.records import Record, locked, record_or_404, run_or_403
from webapp.trainings.services_notes import LogClash

bp = Blueprint("training_notes", __name__, template_folder="templates")

NOTES = "/trainings/<uuid:training_id>/notes"
MOST_AT_ONCE = 20


@bp.get(NOTES)
@signed_in
def notes(training_id: UUID) -> str:
    """Everything of the training's days. Seven queries."""
    return _page(record_or_404(training_id))


def _page(record: Record, *, clash: Any = None, errors: list[tuple[str, str]] | None = None, removed: str = "") -> str:
    training = record.training
    today = clock.now().astimezone(ZoneInfo(training.zone)).date()
    return render_template(
        "trainings/notes.html", record=record, days=queries_notes.days(training.id, training.first_day, today), clash=clash,
        files=queries_notes.files(training.id), pictures=photos.KINDS, exercises=_exercises(record), errors=errors or [], key=uuid4(),
        removed=removed, most_mb=services_notes.MOST_MB, most=MOST_AT_ONCE,
    )


def _exercises(record: Record) -> list[tuple[str, str, list[tuple[str, int, int]]]]:
    """Each exercise: title, address, and by group how many have a sheet and how many handed it in."""
    listed = []
    for (course_id, step_id), groups in queries_notes.handed_in(record.training.id, record.training.exercises).items():
        course = catalogue().course(course_id)
        exercise = course.exercises.get(step_id) if course else None
        if course is not None and exercise is not None:
            counted = [(name, *both) for name, both in groups.items()]
            listed.append((localised(exercise.title), address(f"/courses/{course_id}/{step_id}/"), counted))
    return listed


@bp.post(f"{NOTES}/<day>")
@signed_in
def write(training_id: UUID, day: str) -> Any:
    """Write the log of a day."""
    record = run_or_403(training_id)
    try:
        when, version = date.fromisoformat(day), int(request.form.get("version", "0"))
    except ValueError:
        abort(404)
    text = request.form.get("text", "")
    try:
        with unit_of_work():
            services_notes.write_log(record.training, when, text, version=version, actor_id=record.who.person_id, now=clock.now())
    except LogClash as clash:
        name = db.session.get_one(Person, clash.person_id).name
        return _page(record, clash={"day": when, "theirs": clash.theirs, "mine": text, "version": clash.version, "by": name}), 409
    flash(_("The log of the day is saved."), "ok")
    return redirect(address(f"{record.home}notes") + f"#day-{when.isoformat()}", 303)


@bp.post(f"{NOTES}/files")
@signed_in
def add(training_id: UUID) -> Any:
    """Keep photos and files; those that are refused are named, the others stay."""
    record, now = run_or_403(training_id), clock.now()
    sent = [each for each in request.files.getlist("files") if each.filename][:MOST_AT_ONCE]
    if not sent:
        return _page(record, errors=[("files", _("Files: please choose at least one."))]), 422
    errors, added = list[tuple[str, str]](), 0
    with unit_of_work():
        if idempotency.claim(person_id=record.who.person_id, key=request.form.get("key", "")[:60] or str(uuid4()), now=now) is not None:
            return redirect(address(f"{record.home}notes"), 303)
        training = locked(training_id)
        for each in sent:
            try:
                services_notes.add_file(
                    training, content=each.stream.read(), name=each.filename or "", caption=request.form.get("caption", ""),
                    in_report="in_report" in request.form, actor_id=record.who.person_id, now=now,
                )
                added += 1
            except FileRefused as refused:
                errors.append(("files", str(refused)))
    if added:
        flash(_n("%(num)d file added.", "%(num)d files added.", added), "ok")
    return (_page(record, errors=errors), 422) if errors else redirect(address(f"{record.home}notes") + "#files", 303)


def _file_or_404(record: Record, file_id: UUID) -> TrainingFile:
    return queries_notes.file_of(record.training.id, file_id) or abort(404)


@bp.get(f"{NOTES}/files/<uuid:file_id>")
@signed_in
def file(training_id: UUID, file_id: UUID) -> Response:
    """A photo or a file. Three queries."""
    return download(_file_or_404(record_or_404(training_id), file_id).file)


@bp.post(f"{NOTES}/files/<uuid:file_id>")
@signed_in
def describe(training_id: UUID, file_id: UUID) -> Any:
    """Caption, and whether it stands in the report; or, with the other button, take it away."""
    record, now = run_or_403(training_id), clock.now()
    row = _file_or_404(record, file_id)
    if "remove" in request.form:
        with unit_of_work():
            token = services_notes.remove_file(
                record.training, row, keys=settings().signing_keys, actor_id=record.who.person_id, now=now,
            )
        return _page(record_or_404(training_id), removed=token)
    with unit_of_work():
        services_notes.describe_file(
            record.training, row, caption=request.form.get("caption", ""), in_report="in_report" in request.form,
            actor_id=record.who.person_id, now=now,
        )
    flash(_("Saved."), "ok")
    return redirect(address(f"{record.home}notes") + f"#file-{file_id}", 303)


@bp.post(f"{NOTES}/restore")
@signed_in
def restore(training_id: UUID) -> Any:
    """Bring a removed file back."""
    record = run_or_403(training_id)
    with unit_of_work():
        back = services_notes.restore_file(
            record.training, request.form.get("token", ""), keys=settings().signing_keys, actor_id=record.who.person_id, now=clock.now(),
        )
    flash(_("The file is back.") if back else _("The file cannot be brought back any more."), "ok" if back else "bad")
    return redirect(address(f"{record.home}notes") + "#files", 303)
