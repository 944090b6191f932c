"""Who comes by the door: the walk-in form of twenty seconds, and somebody who comes in another's place."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request

from webapp.accounts.labels import POSITION_LEVELS
from webapp.accounts.models import PositionLevel, Sex
from webapp.accounts.queries import organisations_of
from webapp.accounts.rules import Refused
from webapp.core import clock, idempotency
from webapp.core.access import signed_in
from webapp.core.errors import DomainError
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.origin import Origin
from webapp.trainings import agenda, labels, services_walk_in
from webapp.trainings.attendance_form import uuid_or_none
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.records import Record, locked, run_or_403
from webapp.trainings.services_walk_in import Newcomer, SameName
from webapp.trainings.views_attendance import ALL, LIST, list_url, session_or_404

bp = Blueprint("walk_in", __name__, template_folder="templates")


def _newcomer() -> Newcomer:
    form = request.form
    sexes, levels = {each.value: each for each in Sex}, {str(int(each)): each for each in PositionLevel}
    return Newcomer(
        form.get("name", ""), form.get("organisation", "").strip()[:200], form.get("phone", ""), sexes.get(form.get("sex", "")),
        levels.get(form.get("level", "")),
    )


def _sentence(refused: Refused) -> tuple[str, str]:
    """The field at fault, and what to say."""
    if refused.reason == "phone":
        return "phone", _("Telephone: this is not a number. Please enter digits only, or leave it empty.")
    if refused.reason == "empty":
        return "name", _("Name: please fill this in.")
    return "name", _("Name or organisation: please enter it in letters or characters, without links and not too long.")


def _page(record: Record, session: TrainingSession | None, template: str, errors: list[tuple[str, str]], *, same: bool, **more: Any) -> str:
    return render_template(
        template, record=record, session=session, errors=errors, same=same, typed=request.form, key=request.form.get("key") or uuid4(),
        organisations=organisations_of(record.training.place_id), levels=POSITION_LEVELS, labels=labels, **more,
    )


@bp.get(f"{LIST}/walk-in")
@signed_in
def ask(training_id: UUID, session_id: UUID) -> str:
    """The form. Five queries."""
    record = run_or_403(training_id)
    return _page(record, session_or_404(record, session_id), "trainings/walk_in.html", [], same=False)


@bp.post(f"{LIST}/walk-in")
@signed_in
def register(training_id: UUID, session_id: UUID) -> Any:
    """Register and mark present."""
    record = run_or_403(training_id)
    session = session_or_404(record, session_id)

    def deed(training: Training) -> None:
        services_walk_in.walk_in(
            training, session, _newcomer(), another="another" in request.form, actor_id=record.who.person_id, now=clock.now(),
            origin=Origin.of_request(),
        )

    errors, same = _carried_out(record, deed)
    if errors:
        return _page(record, session, "trainings/walk_in.html", errors, same=same), 422
    flash(_("%(name)s is registered and marked present.", name=_newcomer().name.strip()), "ok")
    again = "more" in request.form
    return redirect(list_url(record, session, "/walk-in" if again else ""), 303)


def _carried_out(record: Record, deed: Any) -> tuple[list[tuple[str, str]], bool]:
    """Do it once for the form's key; the faults, and whether somebody of that name is there."""
    try:
        with unit_of_work():
            key = request.form.get("key", "")
            if key and idempotency.claim(person_id=record.who.person_id, key=key, now=clock.now()) is not None:
                return [], False
            deed(locked(record.training.id))
    except Refused as refused:
        return [_sentence(refused)], False
    except SameName as same:
        return [("another", str(same))], True
    except DomainError as refused:
        return [("name", str(refused))], False
    return [], False


@bp.get(f"{ALL}/substitute")
@signed_in
def ask_substitute(training_id: UUID) -> str:
    """Who comes in whose place. Six queries."""
    record = run_or_403(training_id)
    return _substitute_page(record, _asked_session(record), [], same=False)


def _asked_session(record: Record) -> TrainingSession | None:
    wanted = uuid_or_none(request.values.get("session", ""))
    return session_or_404(record, wanted) if wanted else None


def _substitute_page(record: Record, session: TrainingSession | None, errors: list[tuple[str, str]], *, same: bool) -> str:
    people = [(str(each.id), f"{person.name} · {office.name}" if office else person.name)
              for each, person, office in agenda.participants(record.training.id)]
    chosen = request.values.get("for", "")
    return _page(record, session, "trainings/substitute.html", errors, same=same, people=people, chosen=chosen)


@bp.post(f"{ALL}/substitute")
@signed_in
def substitute(training_id: UUID) -> Any:
    """The seat and the group go to the newcomer."""
    record = run_or_403(training_id)
    session, absent = _asked_session(record), uuid_or_none(request.form.get("for", ""))
    if absent is None:
        missing = [("for", _("Who cannot come: please choose."))]
        return _substitute_page(record, session, missing, same=False), 422

    def deed(training: Training) -> None:
        services_walk_in.substitute(
            training, absent, _newcomer(), session=session, another="another" in request.form, actor_id=record.who.person_id,
            now=clock.now(), origin=Origin.of_request(),
        )

    errors, same = _carried_out(record, deed)
    if errors:
        return _substitute_page(record, session, errors, same=same), 422
    flash(_("The seat has gone to %(name)s.", name=_newcomer().name.strip()), "ok")
    return redirect(list_url(record, session) if session else address(f"{record.home}attendance"), 303)
