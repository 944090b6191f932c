"""Those who take part, as trainers see them: the list, its files, what is done to many at once, the link to register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.mail import link
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.audit import record as note
from webapp.core.i18n import _, _n
from webapp.core.listing_files import save_as
from webapp.core.selection import Selection, choose, reopen
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import bulk_people, queries_people
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.people_list import people_list
from webapp.trainings.records import Record, locked, record_or_404, run_or_403
from webapp.trainings.rules import TrainingError
from webapp.trainings.rules_people import free

bp = Blueprint("training_people", __name__, template_folder="templates")
HOME = "/trainings/<uuid:training_id>/people/"
LONGEST_GROUP = 120


def here(record: Record, tail: str = "") -> str:
    """Address of the list or of a page below it."""
    return address(f"{record.home}people/{tail}")


def back(record: Record, tail: str = "") -> Response:
    """To the list, or a page below it."""
    return redirect(here(record, tail), 303)


@bp.get(HOME)
@signed_in
def people(training_id: UUID) -> str:
    """Participants with seats and waiting list. Eight queries at most, however many there are."""
    record = record_or_404(training_id)
    listing = people_list(record.training)
    page = listing.page(listing.asked(request.args))
    counts = queries_people.counts(training_id)
    taken = counts[ParticipantState.REGISTERED]
    return render_template(
        "trainings/people.html", record=record, page=page, counts=counts, total=sum(counts.values()), State=ParticipantState,
        left=free(record.training.seats, taken), taken=taken,
        unsent=queries_people.unsent(training_id, clock.now()), actions=bulk_people.ACTIONS,
    )


@bp.post(HOME + "export/<form>")
@signed_in
def export(training_id: UUID, form: str) -> Response:
    """The list as a file."""
    record = record_or_404(training_id)
    return save_as(people_list(record.training), request.form, form=form, actor_id=record.who.person_id, now=clock.now())


@bp.post(HOME + "bulk")
@signed_in
def preview(training_id: UUID) -> str | Response:
    """The dry run: whom the action would change, whom not and why. Nothing is stored."""
    record, action = run_or_403(training_id), request.form.get("action", "")
    if action not in bulk_people.FITS:
        abort(400)
    selection = choose(people_list(record.training), request.form, actor_id=record.who.person_id, action=action)
    return _preview(record, action, selection)


def _preview(record: Record, action: str, selection: Selection, error: str = "") -> str | Response:
    chosen = queries_people.chosen(record.training.id, selection.keys)
    try:
        plan = bulk_people.plan(action, record.training, chosen, clock.now())
    except TrainingError as refused:
        flash(str(refused), "bad")
        return back(record)
    return render_template(
        "trainings/people_bulk.html", record=record, action=action, plan=plan, selection=selection, words=bulk_people.WORDS,
        points=bulk_people.points(action, plan), error=error, group=request.form.get("group", ""),
        groups=queries_people.groups(record.training.id) if action == bulk_people.GROUP else (),
    )


@bp.post(HOME + "bulk/<action>")
@signed_in
def carry_out(training_id: UUID, action: str) -> str | Response | tuple[str | Response, int]:
    """Do what the preview showed."""
    record, now = run_or_403(training_id), clock.now()
    if action not in bulk_people.FITS:
        abort(404)
    who = record.who.person_id
    selection = reopen(people_list(record.training), request.form.get("token", ""), actor_id=who, action=action)
    group = " ".join(request.form.get("group", "").split())
    if len(group) > LONGEST_GROUP:
        return _preview(record, action, selection, _("The name of a group has at most %(most)d characters.", most=LONGEST_GROUP)), 422
    try:
        with unit_of_work():
            training = locked(training_id)
            chosen = queries_people.chosen(training_id, selection.keys)
            done = bulk_people.carry_out(action, training, chosen, now=now, actor_id=who, group=group)
    except TrainingError as refused:
        flash(str(refused), "bad")
        return back(record)
    flash(_n("Done for %(num)d person.", "Done for %(num)d people.", done), "ok")
    return back(record)


def picture(url: str) -> str:
    """A QR code as an image address."""
    return str(segno.make(url, error="m").svg_data_uri(scale=6, border=4, light="#fff"))


@bp.get(HOME + "link")
@signed_in
def join_link(training_id: UUID) -> str:
    """The link and its QR code, to be shown, printed and sent round."""
    record = record_or_404(training_id)
    url = link(f"/join/{record.training.code}")
    return render_template("trainings/people_link.html", record=record, url=url, picture=picture(url))


@bp.post(HOME + "link")
@signed_in
def open_link(training_id: UUID) -> Any:
    """Let people register by the link, or stop it."""
    record, wanted = run_or_403(training_id), request.form.get("open") == "1"
    with unit_of_work():
        training = locked(training_id)
        if training.link_open != wanted:
            training.link_open = wanted
            note(
                actor_id=record.who.person_id, action="training.link_opened" if wanted else "training.link_closed",
                subject=("training", training_id), place_id=training.place_id, now=clock.now(),
            )
    flash(_("People can register by the link now.") if wanted else _("Nobody can register by the link any more."), "ok")
    return back(record, "link")
