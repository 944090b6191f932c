"""Joining a sheet with its code: typed, or opened from a QR code. A GET writes nothing."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from webapp.accounts.current import me, viewer
from webapp.core import clock, limits
from webapp.core.access import public, signed_in
from webapp.core.i18n import _
from webapp.core.ids import MistypedCode, read_code
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.learning import services as learning
from webapp.participation.origin import Origin
from webapp.questionnaires import definitions, queries, queries_people, rules, rules_state, services, services_changes
from webapp.questionnaires.presenting import title_of
from webapp.questionnaires.queries_people import Invited

bp = Blueprint("sheet_join", __name__, template_folder="templates")
JOIN = "/sheets/join"
TRIES_AN_HOUR = 30


@bp.get(JOIN)
@signed_in
def ask() -> str:
    """The field for the code."""
    return render_template("questionnaires/join.html", typed="", problem="")


@bp.post(JOIN)
@signed_in
def read() -> Any:
    """On to the page of the code."""
    typed = request.form.get("code", "")[:40]
    _count_try()
    try:
        return redirect(address(f"{JOIN}/{read_code(typed)}"), 303)
    except MistypedCode:
        return render_template("questionnaires/join.html", typed=typed, problem=unknown()), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.get(JOIN + "/<code>")
@public
def invitation(code: str) -> Any:
    """What one is invited to, with a button; a visitor is led to sign in first."""
    found, who = _found(code), viewer()
    if found is None:
        return render_template("questionnaires/join.html", typed=code[:40], problem=unknown()), HTTPStatus.NOT_FOUND
    sheet = found.sheet
    seen = queries.seen(sheet.id, who.person_id) if who else None
    course = catalogue().course(sheet.course_id) if sheet.course_id else None
    return render_template(
        "questionnaires/join_code.html", code=sheet.join_code, invited=found, course=course,
        member=seen is not None and seen.role is not None, title=title_of(sheet, definitions.of_sheet(sheet)),
        open=sheet.state in rules.WRITTEN,
    )


@bp.post(JOIN + "/<code>")
@signed_in
def join(code: str) -> Any:
    """Take a part in the sheet; in an exercise of a course one is enrolled by that. A second click changes nothing."""
    who, now = me(), clock.now()
    _count_try()
    found = _found(code)
    if found is None:
        return render_template("questionnaires/join.html", typed=code[:40], problem=unknown()), HTTPStatus.NOT_FOUND
    with unit_of_work():
        sheet = services_changes.locked(found.sheet.id)
        seen = queries.seen(found.sheet.id, who.person_id)
        if sheet is None or seen is None or sheet.join_code != found.sheet.join_code:
            return redirect(address(f"{JOIN}/{code}"), 303)
        if seen.role is None:
            rules_state.may_join(sheet.state, queries_people.member_count(sheet.id))
            course = catalogue().course(sheet.course_id) if sheet.course_id else None
            if course is not None:
                learning.enrol(person=who.person, course=course, origin=Origin.of_request(), now=now)
            services.join(sheet=sheet, person=who.person, now=now)
            flash(_("You work on this sheet now."), "ok")
    return redirect(address(f"/sheets/{found.sheet.id}/"), 303)


def unknown() -> str:
    """The sentence for a code that leads nowhere."""
    return _("This code is not known. Check it, or ask whoever gave it to you whether it was renewed.")


def _found(code: str) -> Invited | None:
    try:
        return queries_people.invited(read_code(code))
    except MistypedCode:
        return None


def _count_try() -> None:
    who = me()
    with unit_of_work():
        limits.hit(key=f"codes of sheets tried by {who.person_id}", limit=TRIES_AN_HOUR, per=timedelta(hours=1), now=clock.now())
