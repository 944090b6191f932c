"""Attendance: the whole training at a glance, and the list of one session, by thumb, with or without scripts and network."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request

from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.errors import DomainError
from webapp.core.hours import hours_text
from webapp.core.i18n import _, _n
from webapp.core.ui import STATIC
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.origin import Origin
from webapp.trainings import attendance_form as forms
from webapp.trainings import attendance_shown as shown
from webapp.trainings import labels, queries_attendance, services_attendance
from webapp.trainings.models import TrainingSession
from webapp.trainings.models_onsite import MarkChannel
from webapp.trainings.records import Record, record_or_404, run_or_403
from webapp.trainings.services_attendance import KNOWN, REFUSED, Done

bp = Blueprint("attendance", __name__, template_folder="templates")

ALL = "/trainings/<uuid:training_id>/attendance"
LIST = f"{ALL}/<uuid:session_id>"
# Rows that were being written while another answer was made are asked for once more.
OVERLAP = timedelta(seconds=10)


def session_or_404(record: Record, session_id: UUID) -> TrainingSession:
    """A session of the record's training. One query."""
    return queries_attendance.session_of(record.training.id, session_id) or abort(404)


def list_url(record: Record, session: TrainingSession, tail: str = "") -> str:
    """Address of a session's list."""
    return address(f"{record.home}attendance/{session.id}{tail}")


@bp.get(ALL)
@signed_in
def overview(training_id: UUID) -> str:
    """Squares by half-day, hours by person. Six queries."""
    record = record_or_404(training_id)
    return render_template(
        "trainings/attendance.html", record=record, labels=labels, table=shown.table(record.training.id), hours=hours_text,
        words=shown.words, answer_of=forms.answer_of,
    )


@bp.get(LIST)
@signed_in
def sheet(training_id: UUID, session_id: UUID) -> str:
    """The list of a session. Seven queries at most."""
    record = record_or_404(training_id)
    return _sheet(record, session_or_404(record, session_id))


def _sheet(record: Record, session: TrainingSession, typed: Any = None, problems: dict[UUID, str] | None = None) -> str:
    rows = queries_attendance.rows(record.training.id, session.id)
    clashes = queries_attendance.claims(session.id, [row.participant_id for row in rows if row.clash_id])
    now = clock.now()
    closed = ""
    try:
        services_attendance.check_open(record.training, session, now)
    except DomainError as refused:
        closed = str(refused)
    return render_template(
        "trainings/attendance_list.html", record=record, session=session, rows=rows, clashes=clashes, labels=labels, forms=forms,
        typed=typed, problems=problems or {}, closed=closed, writes=record.may_run and not closed, key=uuid4(), counts=shown.tally(rows),
        words=shown.words, page=shown.for_script(record, session, now), query=request.args.get("q", "")[:60],
        matches=shown.matching(rows, request.args.get("q", "")[:60]), zone=ZoneInfo(record.training.zone),
    )


@bp.post(LIST)
@signed_in
def save(training_id: UUID, session_id: UUID) -> Any:
    """The list without scripts: every row that was changed, or one that is undone."""
    record = run_or_403(training_id)
    session, now = session_or_404(record, session_id), clock.now()
    key = forms.uuid_or_none(request.form.get("key", "")) or uuid4()
    undone = forms.uuid_or_none(request.form.get("undo", ""))
    if undone:
        with unit_of_work():
            services_attendance.undo(
                record.training, session, undone, mark_id=uuid5(key, f"undo:{undone}"), person_id=record.who.person_id,
                origin=Origin.of_request(), now=now,
            )
        return redirect(list_url(record, session), 303)
    rows = queries_attendance.rows(training_id, session_id)
    marks, problems = forms.marks_of_form(rows, request.form, key)
    with unit_of_work():
        done = services_attendance.apply_marks(
            record.training, session, marks, channel=MarkChannel.LIST, person_id=record.who.person_id, origin=Origin.of_request(), now=now,
        )
    problems |= _refusals(done, {mark.id: mark.participant_id for mark in marks}, {row.participant_id: row.name for row in rows})
    if problems:
        return _sheet(record, session, request.form, problems), 422
    _tell(done)
    return redirect(list_url(record, session), 303)


def _refusals(done: list[Done], owner: dict[UUID, UUID], names: dict[UUID, str]) -> dict[UUID, str]:
    return {
        owner[each.id]: _("%(label)s: %(sentence)s", label=names[owner[each.id]], sentence=each.message)
        for each in done if each.outcome == REFUSED
    }


def _tell(done: list[Done]) -> None:
    saved = sum(each.outcome not in (REFUSED, KNOWN) for each in done)
    if saved:
        flash(_n("%(num)d mark saved.", "%(num)d marks saved.", saved), "ok")
    if any(each.outcome == "conflict" for each in done):
        flash(_("Another device says otherwise of somebody you marked. Please choose below which is right."), "warn")


@bp.post(f"{LIST}/marks")
@signed_in
def marks(training_id: UUID, session_id: UUID) -> Any:
    """Marks of the page's script, perhaps hours old; the answer is what became of each, and what changed since the last answer."""
    record = run_or_403(training_id)
    session, now = session_or_404(record, session_id), clock.now()
    try:
        sent = forms.marks_of_device(request.get_json(silent=True))
        with unit_of_work():
            done = services_attendance.apply_marks(
                record.training, session, sent, channel=MarkChannel.LIST, person_id=record.who.person_id, origin=Origin.of_request(),
                now=now,
            )
    except forms.BadMarks:
        abort(400)
    except DomainError as error:
        return jsonify(sentence=str(error)), error.status
    return jsonify(results=[{"id": str(each.id), "outcome": each.outcome, "message": each.message} for each in done],
                   **_news(session, request.args.get("since", ""), now))


@bp.get(f"{LIST}/changes")
@signed_in
def changes(training_id: UUID, session_id: UUID) -> Any:
    """What changed since a moment that an earlier answer named. Four queries."""
    record = record_or_404(training_id)
    answer = jsonify(results=[], **_news(session_or_404(record, session_id), request.args.get("since", ""), clock.now()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _news(session: TrainingSession, since: str, now: datetime) -> dict[str, Any]:
    begin = forms.device_moment(since.replace(" ", "+"))
    return {
        "now": now.isoformat(),
        "states": [shown.state(each) for each in queries_attendance.states(session.id, begin - OVERLAP if begin else None)],
    }


@bp.post(f"{LIST}/settle")
@signed_in
def settle(training_id: UUID, session_id: UUID) -> Any:
    """A person chooses between marks that disagree."""
    record = run_or_403(training_id)
    session = session_or_404(record, session_id)
    who, chosen = (forms.uuid_or_none(each) for each in request.form.get("choose", ":").partition(":")[::2])
    if who is None or chosen is None:
        abort(400)
    with unit_of_work():
        services_attendance.settle(
            record.training, session, who, chosen, person_id=record.who.person_id, origin=Origin.of_request(), now=clock.now(),
        )
    flash(_("The mark that you chose holds."), "ok")
    return redirect(list_url(record, session), 303)


@bp.get(f"{LIST}/marks/<uuid:participant_id>")
@signed_in
def history(training_id: UUID, session_id: UUID, participant_id: UUID) -> str:
    """Every mark of a person at a session: what, who, when by the device and when it came. Five queries."""
    record = record_or_404(training_id)
    session = session_or_404(record, session_id)
    row = next((each for each in queries_attendance.rows(training_id, session_id) if each.participant_id == participant_id), None)
    if row is None:
        abort(404)
    return render_template(
        "trainings/attendance_marks.html", record=record, session=session, row=row, words=shown.words, labels=labels,
        marks=queries_attendance.history(session_id, participant_id), zone=ZoneInfo(record.training.zone),
    )


@bp.get(f"{ALL}/worker.js")
@signed_in
def worker(training_id: UUID) -> Response:
    """The script that shows a kept list without a network. Its address is its reach: the lists of this training and nothing else."""
    record_or_404(training_id)
    script = (STATIC / "js" / "attendance-worker.js").read_bytes()
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})
