"""A participant's own page: it opens with its code, signed in or not, and is for nobody else's eyes or caches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from sqlalchemy import func, select

from webapp.core import clock
from webapp.core.access import public
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.origin import Origin
from webapp.trainings import (
    agenda,
    calendar_entry,
    forms_needs,
    labels,
    mail,
    queries_people,
    rules_people,
    services_people,
)
from webapp.trainings.mine import Mine, mine_or_404, parts
from webapp.trainings.models import ItemKind, TrainerPart, Training, TrainingState
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.records import locked, title_of
from webapp.trainings.rules import TrainingError
from webapp.trainings.rules_people import BadNeeds

bp = Blueprint("training_mine", __name__, template_folder="templates")
HOME = "/trainings/mine/<code>"
P = ParticipantState
# What somebody may do themselves; the trainers do the rest.
ACTS: dict[ParticipantState, tuple[str, ...]] = {
    P.LISTED: ("register", "decline"), P.INVITED: ("register", "decline"), P.DECLINED: ("register",), P.WITHDRAWN: ("register",),
    P.REGISTERED: ("withdraw",), P.WAITING: ("withdraw",), P.APPLIED: ("withdraw",), P.REFUSED: (),
}
COMES = frozenset({P.REGISTERED, P.WAITING, P.APPLIED})


def private(page: str, status: int = 200) -> Response:
    """A page that no cache and no search engine keeps."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.get(HOME)
@public
def own(code: str) -> Response:
    """What, when and where; how one stands and what there is to do. Seven queries, and those of the parts."""
    return private(_page(mine_or_404(code), clock.now()))


def _page(mine: Mine, now: datetime, error: str = "") -> str:
    training, participant = mine.training, mine.participant
    asked, closed = request.args.get("ask", ""), _closed(training, now)
    acts = _acts(participant, closed)
    trainers = agenda.trainers(training.id, (TrainerPart.LEAD, TrainerPart.CO))
    return render_template(
        "trainings/mine.html", mine=mine, training=training, one=participant, title=title_of(training), labels=labels, error=error,
        sessions=agenda.sessions(training.id), items=agenda.items(training.id), breaks=(ItemKind.BREAK,), trainers=trainers,
        parts=parts(mine, now), acts=acts, ask=asked if asked in acts else "", closed=closed, home=mine.url(),
        position=_position(participant), typed=request.form if error else participant, comes=participant.state in COMES,
        cancelled=training.state is TrainingState.CANCELLED, State=ParticipantState,
        clashes=queries_people.clashes(training, [participant.person_id]) if asked == "register" else (),
    )


def _closed(training: Training, now: datetime) -> str:
    """Why nobody can register now, or nothing."""
    try:
        rules_people.check_open(training, now)
    except TrainingError as refused:
        return str(refused)
    return ""


def _acts(participant: Participant, closed: str) -> tuple[str, ...]:
    return tuple(act for act in ACTS[participant.state] if not closed or act != "register")


def _position(participant: Participant) -> int | None:
    """Which number of the waiting list somebody is. One query for who waits."""
    if participant.queue is None:
        return None
    return db.session.scalar(select(func.count()).select_from(Participant).where(
        Participant.training_id == participant.training_id, Participant.state == P.WAITING, Participant.queue <= participant.queue,
    ))


@bp.post(HOME + "/<any(register, decline, withdraw):act>")
@public
def answer(code: str, act: str) -> Any:
    """Say yes or no, or take it back. Who presses twice has said it once."""
    mine, now = mine_or_404(code), clock.now()
    training_id, participant_id, home = mine.training.id, mine.participant.id, address(mine.url())
    try:
        with unit_of_work():
            training = locked(training_id)
            participant = queries_people.participant_or_404(training_id, participant_id)
            _deed(act, training, participant, now)
            word = labels.person_state_word(participant.state)
            others = queries_people.clashes(training, [participant.person_id]) if act == "register" else []
    except TrainingError as refused:
        flash(str(refused), "bad")
        return redirect(home, 303)
    flash(_("You: %(state)s", state=word), "ok")
    for clash in others:
        flash(_("You also take part in another training on these days: %(title)s", title=clash.title), "warn")
    return redirect(home, 303)


def _deed(act: str, training: Training, participant: Participant, now: datetime) -> None:
    person, origin = participant.person, Origin.of_request()
    if act == "register":
        services_people.register(training, person, JoinedBy.LINK, now=now, origin=origin)
    elif act == "withdraw":
        services_people.withdraw(training, participant, person, now=now, origin=origin)
    else:
        services_people.decline(training, participant, now=now)


@bp.post(HOME + "/needs")
@public
def needs(code: str) -> Any:
    """What the participant needs: asked once, answered if they like."""
    mine = mine_or_404(code)
    try:
        said = forms_needs.read(request.form)
    except BadNeeds as refused:
        return private(_page(mine, clock.now(), str(refused)), 422)
    if mine.participant.state not in COMES:
        abort(409)
    with unit_of_work():
        services_people.say_needs(
            mine.training, mine.participant, diet=said["diet"], access=said["access"], interpretation=said["interpretation"],
            now=clock.now(),
        )
    flash(_("Thank you. The trainers will see to it."), "ok")
    return redirect(address(mine.url()), 303)


@bp.get(HOME + "/training.ics")
@public
def calendar(code: str) -> Response:
    """The sessions for one's calendar: the same entries as those of the mails."""
    mine = mine_or_404(code)
    entry = mail.entry_of(mine.training, mine.participant, mine.person)
    sessions = agenda.sessions(mine.training.id)
    if not sessions or mine.training.state is TrainingState.CANCELLED:
        abort(404)
    made = private(calendar_entry.published(mine.training, mine.participant, entry, sessions, clock.now()))
    made.headers["Content-Type"] = "text/calendar; charset=utf-8"
    made.headers["Content-Disposition"] = 'attachment; filename="training.ics"'
    return made
