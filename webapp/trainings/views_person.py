"""One participant, as trainers see them: how they stand, what they need, and what can be done for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.labels import POSITION_LEVELS
from webapp.accounts.mail import link
from webapp.accounts.models import PositionLevel
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.i18n import _, lazy
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import forms_needs, labels, mail, queries_people, services_people
from webapp.trainings.models import Training
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.records import Record, locked, participant_url, record_or_404, run_or_403
from webapp.trainings.rules import TrainingError
from webapp.trainings.rules_people import BadNeeds
from webapp.trainings.views_people import HOME, LONGEST_GROUP, back, here

bp = Blueprint("training_person", __name__, template_folder="templates")
P = ParticipantState
# What a trainer may do in each state; the first is the main thing.
ACTS: dict[ParticipantState, tuple[str, ...]] = {
    P.LISTED: ("invite", "register", "take-off"), P.INVITED: ("register", "remind", "decline"), P.APPLIED: ("approve", "refuse"),
    P.REGISTERED: ("withdraw", "refuse"), P.WAITING: ("seat", "withdraw", "refuse"), P.DECLINED: ("invite", "register"),
    P.WITHDRAWN: ("register", "invite"), P.REFUSED: ("register",),
}
WORDS = {
    "invite": lazy("Invite"), "register": lazy("Register"), "take-off": lazy("Take off the list"), "remind": lazy("Remind"),
    "decline": lazy("Note that they declined"), "approve": lazy("Approve"), "refuse": lazy("Do not admit"),
    "withdraw": lazy("Note that they withdrew"), "seat": lazy("Give a seat beyond the limit"),
}
ASKED = {
    "take-off": lazy("The person is taken off the list of this training and stays known as a person."),
    "refuse": lazy("The person is told by mail. A seat that becomes free goes to the waiting list at once."),
    "withdraw": lazy("The person is told by mail. A seat that becomes free goes to the waiting list at once."),
    "seat": lazy("There will be one person more than seats. Those who wait before keep their order."),
}


@bp.get(HOME + "<uuid:participant_id>/")
@signed_in
def person(training_id: UUID, participant_id: UUID) -> str:
    """Everything about one participant. At most seven queries."""
    record = record_or_404(training_id)
    return _page(record, queries_people.participant_or_404(training_id, participant_id))


def _page(record: Record, participant: Participant, error: str = "", typed: Any = None) -> str:
    asked = request.args.get("ask", "")
    acts, level = ACTS[participant.state] if record.may_run else (), participant.person.position_level
    return render_template(
        "trainings/person.html", record=record, one=participant, person=participant.person, labels=labels, acts=acts, words=WORDS,
        level=POSITION_LEVELS[PositionLevel(level)] if level is not None else None,
        ask=asked if asked in acts and asked in ASKED else "", asked=ASKED, url=link(participant_url(participant.code)),
        email=mail.address_of(participant.person), clashes=queries_people.clashes(record.training, [participant.person_id]),
        waiting=participant.state is P.WAITING, error=error, typed=typed or participant, confirm_first=ASKED,
        home=here(record, f"{participant.id}/"), unsent=queries_people.unsent(record.training.id, clock.now(), participant.id),
    )


@bp.post(HOME + "<uuid:participant_id>/needs")
@signed_in
def needs(training_id: UUID, participant_id: UUID) -> Response | tuple[str, int]:
    """What somebody told the trainer about meals, access and interpretation."""
    record = run_or_403(training_id)
    participant = queries_people.participant_or_404(training_id, participant_id)
    try:
        said = forms_needs.read(request.form)
    except BadNeeds as error:
        return _page(record, participant, str(error), request.form), 422
    with unit_of_work():
        services_people.say_needs(record.training, participant, now=clock.now(), actor_id=record.who.person_id, **said)
    flash(_("Saved."), "ok")
    return back(record, f"{participant_id}/")


@bp.post(HOME + "<uuid:participant_id>/group")
@signed_in
def group(training_id: UUID, participant_id: UUID) -> Response | tuple[str, int]:
    """Put somebody into a working group."""
    record, name = run_or_403(training_id), " ".join(request.form.get("group", "").split())
    participant = queries_people.participant_or_404(training_id, participant_id)
    if len(name) > LONGEST_GROUP:
        return _page(record, participant, _("The name of a group has at most %(most)d characters.", most=LONGEST_GROUP)), 422
    with unit_of_work():
        training = locked(training_id)
        services_people.set_group(training, [participant], group=name, now=clock.now(), actor_id=record.who.person_id)
    flash(_("Saved."), "ok")
    return back(record, f"{participant_id}/")


@bp.post(HOME + "<uuid:participant_id>/<act>")
@signed_in
def do(training_id: UUID, participant_id: UUID, act: str) -> Response:
    """Invite, register, approve and the like. Who comes second finds that it has changed."""
    record, now = run_or_403(training_id), clock.now()
    if act not in WORDS and act != "move":
        abort(404)
    queries_people.participant_or_404(training_id, participant_id)
    try:
        with unit_of_work():
            training = locked(training_id)
            participant = queries_people.participant_or_404(training_id, participant_id)
            _deed(act, training, participant, now, record.who.person_id)
    except TrainingError as error:
        flash(str(error), "bad")
        return redirect(here(record, f"{participant_id}/"), 303)
    flash(_("Done."), "ok")
    return back(record, "" if act == "take-off" else f"{participant_id}/")


def _deed(act: str, training: Training, one: Participant, now: datetime, actor_id: UUID) -> None:
    person = one.person
    more: dict[str, Any] = {"now": now, "origin": services_people.origin_of(person), "actor_id": actor_id}
    deeds: dict[str, Callable[[], object]] = {
        "invite": lambda: services_people.invite(training, one, person, **more),
        "remind": lambda: services_people.ask_again(training, one, person, now=now, actor_id=actor_id),
        "register": lambda: services_people.register(training, person, JoinedBy.TRAINER, **more),
        "seat": lambda: services_people.register(training, person, JoinedBy.TRAINER, beyond_seats=True, **more),
        "approve": lambda: services_people.approve(training, one, person, **more),
        "refuse": lambda: services_people.refuse(training, one, person, **more),
        "withdraw": lambda: services_people.withdraw(training, one, person, **more),
        "decline": lambda: services_people.decline(training, one, now=now, actor_id=actor_id),
        "take-off": lambda: services_people.take_off(training, one, now=now, actor_id=actor_id),
        "move": lambda: services_people.move_waiting(training, one, position=_position(), now=now, actor_id=actor_id),
    }
    deeds[act]()


def _position() -> int:
    return request.form.get("position", 1, type=int)
