"""Trainers as such: the roster, one trainer, one's own profile, the cascade."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session
from sqlalchemy import select

from webapp.accounts.current import me
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _
from webapp.core.ids import new_id
from webapp.core.listing_files import save_as
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import access, cascade, labels, qualification, roster, services_trainers
from webapp.trainings.models_trainers import TrainerAway, TrainerProfile
from webapp.trainings.views import HOME

bp = Blueprint("training_trainers", __name__, template_folder="templates")
ROSTER = f"{HOME}trainers/"
_REMOVED = "away_removed"


@bp.get(ROSTER)
@allow(access.run_trainings)
def trainers() -> str:
    """The roster. At most eight queries."""
    found = roster.roster(me(), request.args, clock.now())
    try:
        page = found.page(found.asked(request.args))
    except ValueError:
        abort(400, description=_("Please write the days as in 2026-11-20 and choose the place from the list."))
    return render_template("trainings/trainers.html", page=page)


@bp.post(f"{HOME}trainers/<any(csv, xlsx):form>")
@allow(access.run_trainings)
def save(form: str) -> Response:
    """The roster as a file."""
    who, now = me(), clock.now()
    return save_as(roster.roster(who, request.form, now), request.form, form=form, actor_id=who.person_id, now=now)


@bp.get(f"{ROSTER}cascade")
@allow(access.run_trainings)
def chain() -> str:
    """Who trained whom, by place code and name. At most eight queries."""
    now = clock.now()
    scope = roster.scope(me(), now)
    links = cascade.links(scope)
    rows = [(row, links[row.id]) for row in roster.named_trainers(scope, now) if row.id in links]
    return render_template("trainings/cascade.html", rows=rows)


@bp.get(f"{ROSTER}<uuid:trainer_id>")
@allow(access.run_trainings)
def trainer(trainer_id: UUID) -> str:
    """One trainer: what they offer, may train and did. At most eight queries."""
    who, now = me(), clock.now()
    if db.session.scalar(select(roster.scope(who, now).where(Person.id == trainer_id).exists())) is not True:
        abort(404)
    row = roster.load([trainer_id], roster.Roles(now))[0]
    return render_template("trainings/trainer.html", row=row, own=trainer_id == who.person_id, standing=_standing(row), labels=labels)


def _standing(row: roster.TrainerRow) -> list[tuple[str, bool, list[str]]]:
    """Each course that is trained onsite: its title, whether they may train it, and what is missing."""
    return [
        (qualification.titles([course]), bool(qualification.may_train(row.learned, [course])),
         qualification.missing_words(row.learned, [course]))
        for course in qualification.trainable()
    ]


@bp.route(f"{ROSTER}me", methods=["GET", "POST"])
@allow(access.run_trainings)
def profile() -> Any:
    """One's own profile: languages, topics, whether one can be asked, and the days on which one cannot."""
    who, now, problem = me(), clock.now(), ""
    if request.method == "POST":
        try:
            with unit_of_work():
                said = _act(who.person_id, request.form.get("act", ""))
            flash(said, "ok")
            return redirect(address(f"{ROSTER}me"), 303)
        except DomainError as error:
            problem = str(error)
    row = db.session.get(TrainerProfile, who.person_id)
    away = db.session.scalars(
        select(TrainerAway).where(TrainerAway.person_id == who.person_id, TrainerAway.last_day >= now.date())
        .order_by(TrainerAway.first_day, TrainerAway.id)
    ).all()
    body = render_template(
        "trainings/trainer_me.html", row=row, away=away, problem=problem, typed=request.form, labels=labels, longest=services_trainers,
        languages=[(each, NATIVE_NAMES[each]) for each in LANGUAGES], undo=session.pop(_REMOVED, None), new_id=new_id,
    )
    return body, 422 if problem else 200


def _act(person_id: UUID, act: str) -> str:
    """Carry out one of the page's forms; what to say of it."""
    form, now = request.form, clock.now()
    if act == "profile":
        services_trainers.set_profile(
            person_id=person_id, languages=form.getlist("languages"), about=form.get("about", ""), listed=bool(form.get("listed")), now=now,
        )
        return _("Your profile as a trainer is saved.")
    if act == "add":
        services_trainers.add_away(
            person_id=person_id, first=_day(form.get("first")), last=_day(form.get("last")), note=form.get("note", ""), now=now,
            row_id=_id(form.get("row")),
        )
        return _("The days are noted.")
    row_id = _id(form.get("row"))
    if act != "remove" or row_id is None:
        abort(400)
    row = services_trainers.remove_away(person_id=person_id, row_id=row_id, now=now)
    if row is not None:
        # In the signed cookie, as what is said after an act: the next page offers to bring them back.
        session[_REMOVED] = {"row": str(row.id), "first": row.first_day.isoformat(), "last": row.last_day.isoformat(), "note": row.note}
    return _("The days are taken away.")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
