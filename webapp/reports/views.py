"""The report of a training for those who write and review it: its figures, its text, and how it goes on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.charts.drawn import markup
from webapp.core.errors import DomainError
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _
from webapp.core.ids import new_id
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.reports import files, labels, photos, published, queries, rules, services
from webapp.reports.desk import Desk, desk_or_404
from webapp.reports.rules import Move
from webapp.reports.shown import Shown
from webapp.trainings import records

bp = Blueprint("reports", __name__, template_folder="templates")

REPORT = "/trainings/<uuid:training_id>/report"


@bp.get(REPORT)
@signed_in
def report(training_id: UUID) -> Any:
    """Where the report stands, its first numbers, what is still to be written, and the next thing to do. At most eight queries."""
    return _shown(desk_or_404(training_id))


def _shown(desk: Desk, *, problem: str = "", words: str = "", wanted: Move | None = None) -> str:
    if desk.found is None:
        return render_template("reports/none.html", desk=desk, record=desk.record, key=new_id())
    return render_template(
        "reports/report.html", desk=desk, record=desk.record, report=desk.report, shown=desk.headline,
        events=queries.events(desk.report.id), labels=labels, problem=problem, words=words, wanted=wanted, Move=Move,
        native=NATIVE_NAMES, key=new_id(),
    )


@bp.post(REPORT)
@signed_in
def begin(training_id: UUID) -> Any:
    """Begin the report with a first draft made from the record; a second click finds the first one's."""
    record = records.run_or_403(training_id)
    with unit_of_work():
        training = records.locked(training_id)
        services.begin(training=training, person=record.who.person, now=clock.now())
    flash(_("The first draft is made from the record. Read every part, change it, and complete what stands in brackets."), "ok")
    return redirect(address(f"/trainings/{training_id}/report"), 303)


@bp.post(REPORT + "/languages")
@signed_in
def add_language(training_id: UUID) -> Any:
    """Begin the text in another language."""
    desk, language = _writing_or_403(training_id), request.form.get("language", "")
    if language not in LANGUAGES:
        abort(400)
    with unit_of_work():
        training = records.locked(training_id)
        locked = queries.locked(desk.report.id)
        if locked.state not in rules.WRITTEN:
            raise rules.MovedMeanwhile
        services.add_text(report=locked, training=training, person=desk.record.who.person, language=language, now=desk.now)
    flash(_("The text in this language is begun with a first draft of its own."), "ok")
    return redirect(address(desk.url) + "#text", 303)


@bp.post(REPORT + "/join")
@signed_in
def join(training_id: UUID) -> Any:
    """Write with the others."""
    desk = _writing_or_403(training_id)
    with unit_of_work():
        queries.locked(desk.report.id)
        services.join(found=desk.found or abort(404), person_id=desk.record.who.person_id, now=desk.now)
    return redirect(address(desk.url) + "#text", 303)


def _writing_or_403(training_id: UUID) -> Desk:
    records.run_or_403(training_id)
    desk = desk_or_404(training_id)
    return desk if desk.found is not None else abort(404)


@bp.get(REPORT + "/move")
@signed_in
def moved(training_id: UUID) -> Any:
    """Where a page with a problem is opened again, in another language for instance."""
    return redirect(address(desk_or_404(training_id).url), 303)


@bp.post(REPORT + "/move")
@signed_in
def move(training_id: UUID) -> Any:
    """Submit, take back, return, approve, publish or correct: `move`, with `words` where they are asked for."""
    desk = desk_or_404(training_id)
    found = desk.found or abort(404)
    wanted = next((each for each in Move if each.value == request.form.get("move")), None) or abort(400)
    words, version = request.form.get("words", ""), request.form.get("version", "")
    if not version.isascii() or not version.isdigit():
        abort(400)
    try:
        with unit_of_work():
            training = records.locked(training_id)
            locked = queries.locked(found.report.id)
            edition = services.move(
                report=locked, training=training, found=queries.opened(training_id, desk.record.who.person_id) or abort(404), wanted=wanted,
                rights=desk.rights, words=words, version=int(version[:9]), person=desk.record.who.person, now=desk.now,
            )
    except rules.ReportError as error:
        return _again(training_id, error, words, wanted)
    flash(str(labels.DONE[wanted]), "ok")
    return redirect(address(f"/reports/{edition.code}" if edition else desk.url), 303)


def _again(training_id: UUID, error: DomainError, words: str, wanted: Move) -> tuple[str, int]:
    if error.status == HTTPStatus.FORBIDDEN:
        raise error
    return _shown(desk_or_404(training_id), problem=str(error), words=words, wanted=wanted), error.status


@bp.get(REPORT + "/figures")
@signed_in
def figures(training_id: UUID) -> str:
    """Every figure with its definition, its chart and the way to its rows; exact ones, for those who see the training."""
    desk = desk_or_404(training_id)
    return render_template("reports/figures.html", desk=desk, record=desk.record, shown=Shown(desk.figures), markup=markup)


@bp.get(REPORT + "/preview.<any(pdf, docx):form>")
@signed_in
def preview(training_id: UUID, form: str) -> Response:
    """The report as it would be published now, or as it was submitted; with `exact` the numbers that the public does not see."""
    desk = desk_or_404(training_id)
    exact = "exact" in request.args
    shown = desk.figures if exact else published.publish(desk.figures)
    note = _("Made for those who work on the report. Please do not pass it on; the published edition is for everybody.")
    if exact:
        note += " " + _("It shows small groups, which the published edition does not.")
    document = files.printed(shown, text=desk.text(), draft=note)
    return files.answer(
        files.made(document, form), form, plain="report-draft", figures=shown, title=_("Draft of the report"), store=False,
    )


@bp.get(REPORT + "/photos/<uuid:file_id>")
@signed_in
def photo(training_id: UUID, file_id: UUID) -> Response:
    """A photo that was chosen for the report."""
    desk = desk_or_404(training_id)
    chosen = {each["file"] for each in desk.headline.figures["photos"]}
    row = photos.rows([str(file_id)]).get(str(file_id)) if str(file_id) in chosen else None
    content = photos.picture(row) if row else None
    return Response(content or abort(404), mimetype="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})
