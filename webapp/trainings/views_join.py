"""Registering by the link of a training: a page that anybody may open who has the code."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts import rules
from webapp.accounts.current import viewer
from webapp.accounts.forms import REASONS
from webapp.accounts.tries import network
from webapp.core import clock, limits
from webapp.core.access import public
from webapp.core.database import db
from webapp.core.i18n import _, current_language
from webapp.core.ids import MistypedCode, read_code
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.origin import Origin
from webapp.trainings import agenda, labels, queries_people, services_joining
from webapp.trainings.models import TrainerPart, Training
from webapp.trainings.records import locked, participant_url, title_of
from webapp.trainings.rules import TrainingError
from webapp.trainings.services_joining import Said

bp = Blueprint("training_join", __name__, template_folder="templates")
JOIN = "/trainings/join/<code>"
HOUR = timedelta(hours=1)
# A class that registers in one room comes from one address.
JOINS_AN_HOUR, MAILS_AN_HOUR = 300, 5


def _training_or_404(code: str) -> Training:
    try:
        wanted = read_code(code)
    except MistypedCode:
        abort(404)
    statement = select(Training).where(Training.code == wanted).options(joinedload(Training.place), joinedload(Training.host))
    return db.session.scalars(statement).one_or_none() or abort(404)


@bp.get(JOIN)
@public
def show(code: str) -> str:
    """What the training is, and how to register. Five queries at most."""
    return _page(_training_or_404(code), clock.now())


def _page(training: Training, now: datetime, errors: list[tuple[str, str]] | None = None) -> str:
    closed = ""
    try:
        services_joining.check_link(training, now)
    except TrainingError as refused:
        closed = str(refused)
    return render_template(
        "trainings/join.html", training=training, title=title_of(training), closed=closed, errors=errors or [], typed=request.form,
        sessions=agenda.sessions(training.id), leads=agenda.trainers(training.id, (TrainerPart.LEAD,)), labels=labels,
    )


@bp.post(JOIN)
@public
def register(code: str) -> Any:
    """Register who is signed in; of others take name, organisation and how they can be reached."""
    training, now, who = _training_or_404(code), clock.now(), viewer()
    with unit_of_work():
        limits.hit(key=f"join a training from {network(request.remote_addr)}", limit=JOINS_AN_HOUR, per=HOUR, now=now)
    if who is not None:
        return _signed_in(code, training, now)
    said, errors = _read()
    if said is None:
        return _page(_training_or_404(code), now, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            if said.email:
                limits.hit(key=f"join a training as {rules.email_key(said.email)}", limit=MAILS_AN_HOUR, per=HOUR, now=now)
            services_joining.ask(locked(training.id), said, origin=Origin.of_request(), now=now)
    except TrainingError as refused:
        return _page(_training_or_404(code), now, [("name", str(refused))]), HTTPStatus.UNPROCESSABLE_ENTITY
    if said.email:
        flash(_("Thank you. We have written to %(email)s: the mail holds the link to your own page, where you see how you stand.",
                email=said.email), "ok")
    else:
        flash(_("Thank you. Your registration has arrived; the trainers will tell you by telephone whether there is a seat for you."), "ok")
    return redirect(address(f"/trainings/join/{training.code}"), 303)


def _signed_in(code: str, training: Training, now: datetime) -> Any:
    who = viewer() or abort(404)
    try:
        with unit_of_work():
            participant = services_joining.join(locked(training.id), who.person, origin=Origin.of_request(), now=now)
            own, state = participant.code, participant.state
            others = queries_people.clashes(training, [who.person_id])
    except TrainingError as refused:
        return _page(_training_or_404(code), now, [("register", str(refused))]), refused.status
    flash(_("You: %(state)s", state=labels.person_state_word(state)), "ok")
    for clash in others:
        flash(_("You also take part in another training on these days: %(title)s", title=clash.title), "warn")
    return redirect(address(participant_url(own)), 303)


def _read() -> tuple[Said | None, list[tuple[str, str]]]:
    """The form as it is kept, or (field, sentence) of what is wrong."""
    form, errors = request.form, []

    def take(field: str, rule: Any, words: str) -> Any:
        try:
            return rule(form.get(field, "").replace("\0", ""))
        except rules.Refused as refused:
            errors.append((field, str(REASONS[words][refused.reason])))
            return None

    name = take("name", rules.name_of, "name")
    office = take("organisation", rules.organisation_of, "organisation")
    email = take("email", lambda text: rules.email_of(text) if text.strip() else "", "email")
    phone = take("phone", rules.phone_of, "phone")
    if not errors and not email and not phone:
        errors.append(("email", _("Please write an e-mail address or a telephone number, so that the trainers can reach you.")))
    if not form.get("agree"):
        errors.append(("agree", _("Please read the privacy notice and agree to it.")))
    if errors:
        return None, errors
    return Said(name, office, email, phone, current_language()), []
