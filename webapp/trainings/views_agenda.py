"""The agenda of a training: all sessions on one page, each edited as a whole, cancelled, deleted, and noted as it was held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _, _n
from webapp.core.ids import new_id
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import agenda, agenda_form, agenda_words, labels, services_agenda
from webapp.trainings.agenda_form import Problem, Row
from webapp.trainings.models import AgendaItem, TrainingSession
from webapp.trainings.records import Record, record_or_404, run_or_403
from webapp.trainings.rules import EditedMeanwhile, TrainingError
from webapp.trainings.rules_agenda import FIXED, BadSession, Balance, balance, minute_of, spans, was_noted

bp = Blueprint("training_agenda", __name__, template_folder="templates")
HOME = "/trainings/<uuid:training_id>/agenda"
ONE = HOME + "/<uuid:session_id>"


def here(record: Record, *tail: object) -> str:
    """Address of the agenda or of a part of it."""
    return address("/".join([f"{record.home}agenda", *map(str, tail)]))


def typed_version() -> int:
    """Which version of the session the writer of this form saw."""
    return request.form.get("version", 0, type=int)


def wrong(error: TrainingError) -> list[Problem]:
    """A refusal as a problem of the form."""
    return [(error.field if isinstance(error, BadSession) else "", str(error))]


@bp.get(HOME)
@signed_in
def agenda_page(training_id: UUID) -> str:
    """All sessions with their lines, times and sums. Seven queries at most, however many sessions there are."""
    record = record_or_404(training_id)
    sessions, items = agenda.sessions(training_id, cancelled=True), agenda.items(training_id)
    trainers = {person.id: person.name for person in agenda.trainers(training_id)}
    return render_template(
        "trainings/agenda.html", record=record, sessions=sessions, items=items, names=trainers,
        attended=agenda.with_attendance(training_id), timed=agenda.timed, balance=balance, words=agenda_words, labels=labels,
        fixed=record.training.state in FIXED, languages=LANGUAGES, native=NATIVE_NAMES,
        total=sum(session.minutes for session in sessions if not session.cancelled),
        noted=any(was_noted(lines) for lines in items.values()),
    )


def session_or_404(training_id: UUID, session_id: UUID) -> TrainingSession:
    """A session of the training. One query."""
    found = (each for each in agenda.sessions(training_id, cancelled=True) if each.id == session_id)
    return next(found, None) or abort(404)


@bp.get(ONE)
@signed_in
def edit(training_id: UUID, session_id: UUID) -> str:
    """One session and the lines of its agenda, to be changed and saved as a whole. Seven queries."""
    record = run_or_403(training_id)
    session = session_or_404(training_id, session_id)
    rows = [agenda_form.row_of(item) for item in agenda.items(training_id).get(session_id, [])]
    return _form(record, session, agenda_form.session_values(session), rows)


def _form(
    record: Record, session: TrainingSession, typed: Mapping[str, str], rows: Sequence[Row], *, problems: Sequence[Problem] = (),
    stored: Sequence[AgendaItem] | None = None, unsaved: bool = False,
) -> str:
    training = record.training
    # Only who is shown what others have saved may save over it: other answers keep the version that the writer began with.
    version = session.version if stored is not None or request.method == "GET" else typed_version()
    wanted, _problems = agenda_form.read_session(typed)
    starts = wanted.starts if wanted else session.starts
    length = minute_of(wanted.ends) - minute_of(wanted.starts) if wanted else session.minutes
    used = [(course_id, step_id) for course_id, _slash, step_id in (row["step"].partition("/") for row in rows)]
    return render_template(
        "trainings/agenda_session.html", record=record, session=session, typed=typed, rows=rows, problems=problems, stored=stored,
        unsaved=unsaved, version=version, times=list(spans(starts, (row.minutes for row in rows))), words=agenda_words, labels=labels,
        trainers=agenda.trainers(training.id), steps=agenda_words.steps_to_choose(training, used), empty=agenda_form.empty_row(),
        balance=Balance(sum(row.minutes for row in rows), max(0, length)), timed=agenda.timed, languages=LANGUAGES, native=NATIVE_NAMES,
        gone=[] if unsaved or problems or stored is not None else agenda.removed_items(training.id).get(session.id, []), limits=agenda_form,
    )


@bp.post(ONE)
@signed_in
def save(training_id: UUID, session_id: UUID) -> Any:
    """Save the session; or do to the rows what the pressed button says and show the form again, nothing saved."""
    record = run_or_403(training_id)
    session = session_or_404(training_id, session_id)
    typed, rows, act = agenda_form.typed_session(request.form), agenda_form.typed_rows(request.form), request.form.get("act", "save")
    if act == "fit":
        return _form(record, session, agenda_form.fitted(typed, rows), rows, unsaved=True)
    if act != "save":
        rows = agenda_form.changed(rows, act) or abort(400)
        return _form(record, session, typed, rows, unsaved=True)
    stored = agenda.items(training_id).get(session_id, [])
    wanted, problems = agenda_form.read_session(typed)
    plans, bad_rows = agenda_form.read_rows(rows, _leaders(training_id, stored), _steps(record, stored))
    problems = [*problems, *bad_rows]
    if wanted is None or problems:
        return _form(record, session, typed, rows, problems=problems), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            done = services_agenda.save_session(
                training_id=training_id, session_id=session_id, version=typed_version(), wanted=wanted, items=plans,
                actor_id=record.who.person_id, now=clock.now(),
            )
    except EditedMeanwhile as error:
        return _clash(training_id, session_id, error, typed, rows)
    except TrainingError as error:
        record = run_or_403(training_id)
        again = session_or_404(training_id, session_id)
        return _form(record, again, typed, rows, problems=wrong(error)), error.status
    flash(_("The session is saved."), "ok")
    if done.kept:
        flash(_n(
            "Attendance of %(num)d person had been taken. It stays with the session at its new time.",
            "Attendance of %(num)d people had been taken. It stays with the session at its new time.", done.kept,
        ), "warn")
    return redirect(here(record, session_id) if done.removed else f"{here(record)}#session-{session_id}", 303)


def _clash(training_id: UUID, session_id: UUID, error: EditedMeanwhile, typed: Mapping[str, str], rows: Sequence[Row]) -> Any:
    """What was typed, above what somebody else has saved meanwhile; saving again is then a decision."""
    record = run_or_403(training_id)
    session = session_or_404(training_id, session_id)
    stored = agenda.items(training_id).get(session_id, [])
    return _form(record, session, typed, rows, problems=wrong(error), stored=stored), error.status


def _leaders(training_id: UUID, stored: Sequence[AgendaItem]) -> set[UUID]:
    """The trainers, and those who were named while they were trainers."""
    return {person.id for person in agenda.trainers(training_id)} | {item.leader_id for item in stored if item.leader_id}


def _steps(record: Record, stored: Sequence[AgendaItem]) -> list[str]:
    used = [(item.course_id, item.step_id) for item in stored]
    return [key for key, _title in agenda_words.steps_to_choose(record.training, used)]


@bp.post(ONE + "/put-back")
@signed_in
def put_back(training_id: UUID, session_id: UUID) -> Any:
    """Lines that the last change took out come back."""
    record = run_or_403(training_id)
    session_or_404(training_id, session_id)
    try:
        with unit_of_work():
            services_agenda.put_back(
                training_id=training_id, session_id=session_id, version=typed_version(), actor_id=record.who.person_id, now=clock.now(),
            )
        flash(_("What was taken out is back in its place."), "ok")
    except TrainingError as error:
        flash(str(error), "warn")
    return redirect(here(record, session_id), 303)


@bp.get(ONE + "/remove")
@signed_in
def remove_page(training_id: UUID, session_id: UUID) -> str:
    """Whether to cancel or delete a session, and what that means. Six queries."""
    record = run_or_403(training_id)
    session = session_or_404(training_id, session_id)
    return render_template(
        "trainings/agenda_remove.html", record=record, session=session, words=agenda_words, key=new_id(),
        attended=agenda.with_attendance(training_id).get(session_id, 0), lines=len(agenda.items(training_id).get(session_id, [])),
    )


@bp.post(ONE + "/remove")
@signed_in
def remove(training_id: UUID, session_id: UUID) -> Any:
    """Cancel, take up again, or delete a session."""
    record = run_or_403(training_id)
    session_or_404(training_id, session_id)
    acts = {
        "cancel": (services_agenda.cancel_session, _("The session is cancelled. Its agenda and its attendance are kept.")),
        "resume": (services_agenda.resume_session, _("The session takes place after all.")),
        "delete": (services_agenda.delete_session, _("The session is deleted.")),
    }
    service, sentence = acts.get(request.form.get("act", "")) or abort(400)
    try:
        with unit_of_work():
            service(
                training_id=training_id, session_id=session_id, version=typed_version(), actor_id=record.who.person_id, now=clock.now(),
            )
        flash(sentence, "ok")
    except TrainingError as error:
        flash(str(error), "warn")
    return redirect(here(record), 303)


@bp.get(ONE + "/held")
@signed_in
def held_page(training_id: UUID, session_id: UUID) -> str:
    """How the session went, line by line. Five queries."""
    record = run_or_403(training_id)
    session = session_or_404(training_id, session_id)
    items = agenda.items(training_id).get(session_id, [])
    typed = {f"held.{item.id}": "" if item.held_minutes is None else str(item.held_minutes) for item in items}
    return _held(record, session, items, {**typed, **{f"note.{item.id}": item.note for item in items}})


def _held(
    record: Record, session: TrainingSession, items: Sequence[AgendaItem], typed: Mapping[str, str], problems: Sequence[Problem] = (),
    version: int | None = None,
) -> str:
    return render_template(
        "trainings/agenda_held.html", record=record, session=session, version=version or session.version,
        rows=agenda.timed(session, items), typed=typed, problems=problems, wrong=dict(problems), words=agenda_words, limits=agenda_form,
    )


@bp.post(ONE + "/held")
@signed_in
def save_held(training_id: UUID, session_id: UUID) -> Any:
    """Keep how the session went."""
    record = run_or_403(training_id)
    session = session_or_404(training_id, session_id)
    items = agenda.items(training_id).get(session_id, [])
    held, problems = agenda_form.read_held(request.form, items)
    if problems:
        return _held(record, session, items, request.form, problems, typed_version()), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            services_agenda.record_held(
                training_id=training_id, session_id=session_id, version=typed_version(), held=held, actor_id=record.who.person_id,
                now=clock.now(),
            )
    except TrainingError as error:
        record = run_or_403(training_id)
        session = session_or_404(training_id, session_id)
        return _held(record, session, agenda.items(training_id).get(session_id, []), request.form, wrong(error)), error.status
    flash(_("The agenda as held is saved."), "ok")
    return redirect(f"{here(record)}#session-{session_id}", 303)
