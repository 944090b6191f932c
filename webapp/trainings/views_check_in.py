"""Check-in: the projector's page for the trainer; the page behind its code for participants, with or without a sign-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from flask import Blueprint, abort, jsonify, make_response, redirect, render_template, request

from webapp.accounts.current import viewer
from webapp.accounts.mail import link
from webapp.core import clock, limits
from webapp.core.access import public, signed_in
from webapp.core.config import settings
from webapp.core.errors import TooManyRequests
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.origin import Origin
from webapp.trainings import check_in, labels, queries_attendance, services_check_in
from webapp.trainings.errors_attendance import CheckInRefused, CodeIsOver, NotOnTheList, TicketIsOver
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.records import Record, run_or_403

bp = Blueprint("check_in", __name__, template_folder="templates")

CODE = "/trainings/<uuid:training_id>/sessions/<uuid:session_id>/code"
ON = "/check-in/<uuid:session_id>"
COOKIE = "check_in"
WRONG_TRIES, WRONG_IN = 60, timedelta(minutes=10)


def _projected(training_id: UUID, session_id: UUID) -> tuple[Record, TrainingSession]:
    record = run_or_403(training_id)
    session = queries_attendance.session_of(training_id, session_id)
    if session is None:
        abort(404)
    return record, session


def _picture(session: TrainingSession, training: Training) -> dict[str, Any]:
    """What the projector shows in this half minute; nothing to scan outside the session's time."""
    now = clock.now()
    on = not session.cancelled and check_in.on_now(session.day, session.starts, session.ends, ZoneInfo(training.zone), now)
    step = check_in.step_of(now)
    url = link(f"/check-in/{session.id}/{check_in.link_code(session.secret, step)}") if on else ""
    digits = check_in.typed_code(session.secret, step) if on else ""
    present, seats = queries_attendance.counts(training.id, session.id)
    return {
        "on": on, "picture": segno.make(url, error="m").svg_data_uri(scale=8, border=4, light="#fff") if on else "",
        "digits": f"{digits[:3]} {digits[3:]}".strip(), "left": check_in.seconds_left(now), "present": present, "seats": seats,
        "count": _("%(present)d of %(seats)d are in", present=present, seats=seats),
    }


@bp.get(CODE)
@signed_in
def code(training_id: UUID, session_id: UUID) -> str:
    """The page for the projector. Four queries."""
    record, session = _projected(training_id, session_id)
    return render_template(
        "trainings/check_in_code.html", record=record, session=session, shown=_picture(session, record.training), labels=labels,
        typed_at=link("/check-in").partition("//")[2], bare_frame=True,
    )


@bp.get(f"{CODE}.json")
@signed_in
def code_now(training_id: UUID, session_id: UUID) -> Any:
    """The same for the page's script, asked every few seconds. Four queries."""
    record, session = _projected(training_id, session_id)
    answer = jsonify(_picture(session, record.training))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/check-in")
@public
def ask() -> str:
    """Where phones without a camera type the six digits."""
    return render_template("trainings/check_in_ask.html", typed="", problem="")


@bp.post("/check-in")
@public
def typed() -> Any:
    """The six digits lead to the page of the session whose screen shows them."""
    text, now = request.form.get("code", "")[:40], clock.now()
    digits = check_in.read_digits(text)
    if not digits:
        return render_template("trainings/check_in_ask.html", typed=text, problem=_("Please type the six digits on the screen.")), 422
    found = services_check_in.typed(digits, now)
    if len(found) > 1:
        found = _own(found)
    if len(found) != 1:
        _count_wrong()
        return render_template("trainings/check_in_ask.html", typed=text, problem=str(CodeIsOver())), CodeIsOver.status
    session = found[0][0]
    return redirect(address(f"/check-in/{session.id}/{check_in.link_code(session.secret, check_in.step_of(now))}"), 303)


def _own(found: list[tuple[TrainingSession, Training]]) -> list[tuple[TrainingSession, Training]]:
    """Two screens that happen to show the same digits: the one at which the reader is registered."""
    return [each for each in found if _signed_in_participant(each[1])]


def _count_wrong() -> None:
    """Count a wrong code of this address. Raises `TooManyRequests`."""
    with unit_of_work():
        counted = limits.count(key=f"check-in:{request.remote_addr}", per=WRONG_IN, now=clock.now())
    if counted.hits > WRONG_TRIES:
        raise TooManyRequests(counted.seconds)


def _session_or_404(session_id: UUID) -> tuple[TrainingSession, Training]:
    return queries_attendance.session_with_training(session_id) or abort(404)


def _signed_in_participant(training: Training) -> Any:
    """The reader as a participant; None if nobody is signed in or they have no seat."""
    who = viewer()
    if who is None:
        return None
    try:
        return services_check_in.participant_of(training.id, person_id=who.person_id)
    except NotOnTheList:
        return None


@bp.get(f"{ON}/<code>")
@public
def opened(session_id: UUID, code: str) -> Any:
    """The page behind the QR code: opened in time, it carries a ticket, which stays with this browser over a sign-in. Three queries."""
    session, training = _session_or_404(session_id)
    now = clock.now()
    services_check_in.check_on(training, session, now)
    if not check_in.accepts_link(session.secret, code, now):
        raise CodeIsOver
    ticket = check_in.issue(settings().signing_keys, session.id)
    answer = make_response(_page(session, training, ticket))
    answer.set_cookie(
        COOKIE, ticket, max_age=check_in.TICKET_LIVES, path="/", httponly=True, samesite="Lax", secure=settings().tls,
    )
    return answer


@bp.get(ON)
@public
def back(session_id: UUID) -> str:
    """The same page again, after signing in. Three queries."""
    session, training = _session_or_404(session_id)
    ticket = request.cookies.get(COOKIE, "")
    if check_in.read_ticket(settings().signing_keys, ticket, session.id) is None:
        raise TicketIsOver
    return _page(session, training, ticket)


def _page(session: TrainingSession, training: Training, ticket: str, typed: str = "", problem: str = "") -> str:
    found = _signed_in_participant(training)
    return render_template(
        "trainings/check_in.html", session=session, training=training, ticket=ticket, typed=typed, problem=problem, labels=labels,
        name=found[1].name if found else "", stranger=viewer() is not None and not found, no_seat=str(NotOnTheList()),
    )


@bp.post(ON)
@public
def enter(session_id: UUID) -> Any:
    """Check in: whoever is signed in, or whoever's code was typed."""
    session, training = _session_or_404(session_id)
    text, typed_code = request.form.get("ticket", ""), request.form.get("code", "").strip()[:60]
    ticket, who = check_in.read_ticket(settings().signing_keys, text, session.id), viewer()
    if ticket is None:
        raise TicketIsOver
    if not typed_code and (who is None or request.form.get("by") == "code"):
        return _page(session, training, text, problem=_("Please type your participant code.")), 422
    try:
        person_id = None if typed_code or who is None else who.person_id
        found = services_check_in.participant_of(training.id, person_id=person_id, code=typed_code)
        if found is None:
            _count_wrong()
            problem = _("This is not the code of a participant of this training. It stands in your invitation and on your name badge.")
            return _page(session, training, text, typed_code, problem), 422
        with unit_of_work():
            done = services_check_in.check_in(training, session, found, ticket, origin=Origin.of_request(), now=clock.now())
    except CheckInRefused as refused:
        return _page(session, training, text, typed_code, str(refused)), refused.status
    zone = ZoneInfo(training.zone)
    return render_template(
        "trainings/check_in_done.html", done=done, session=session, training=training, name=found[1].name, labels=labels,
        at=done.at.astimezone(zone).strftime("%H:%M"),
    )
