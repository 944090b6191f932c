"""Who has a part in a sheet: given by its owner, taken by a code, laid down again."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.accounts.mail import link
from webapp.core import limits
from webapp.core.access import signed_in
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import labels, mail, queries_people, rules, rules_state, services, services_changes, services_state
from webapp.questionnaires.desk import Desk, worksheet_or_404
from webapp.questionnaires.models import MemberRole, Sheet
from webapp.questionnaires.presenting import title_of
from webapp.questionnaires.section_form import uuid_of

bp = Blueprint("sheet_people", __name__, template_folder="templates")

PEOPLE = "/sheets/<uuid:sheet_id>/people"
HOUR = timedelta(hours=1)
ADDRESSES_AN_HOUR = 30
GIVEN = {MemberRole.EDITOR.value: MemberRole.EDITOR, MemberRole.COMMENTER.value: MemberRole.COMMENTER}


def member_desk(sheet_id: UUID) -> Desk:
    """The sheet for one of its members; to others its people do not exist."""
    desk = worksheet_or_404(sheet_id)
    if desk.role is None:
        abort(404)
    return desk


@bp.get(PEOPLE)
@signed_in
def people(sheet_id: UUID) -> str:
    """Members and their parts; for the owner how others come to one. At most four queries."""
    return _shown(member_desk(sheet_id), words=request.args.get("q", "").strip()[:60])


def _shown(desk: Desk, *, words: str = "", typed: str = "", problem: str = "") -> str:
    owns = desk.role is MemberRole.OWNER
    found = queries_people.neighbours(words, desk.who.person.place_id, desk.sheet.id) if owns and words else None
    code = desk.sheet.join_code if desk.role in rules.WRITERS and desk.sheet.state in rules.WRITTEN else None
    return render_template(
        "questionnaires/people.html", desk=desk, sheet=desk.sheet, title=title_of(desk.sheet, desk.questionnaire), owns=owns, words=words,
        found=found, typed=typed, problem=problem, labels=labels, code=code, MemberRole=MemberRole, **code_picture(code),
    )


def code_picture(code: str | None) -> dict[str, str]:
    """The address behind a code and its QR picture."""
    url = link(f"/sheets/join/{code}") if code else ""
    return {"join_url": url, "picture": segno.make(url, error="m").svg_data_uri(scale=4, border=4, light="#fff") if url else ""}


@bp.post(PEOPLE)
@signed_in
def change(sheet_id: UUID) -> Any:
    """What the pressed button says: give a part, change it, end it, hand the sheet over, make or end the code, leave."""
    desk, act = member_desk(sheet_id), request.form.get("act", "")
    if act == "leave":
        return _leave(desk)
    rules_state.must_own(desk.role)
    if act == "address":
        return _give_by_address(desk)
    with unit_of_work():
        sheet = services_changes.locked(sheet_id) or abort(404)
        if act in ("code", "no-code"):
            services.renew_code(sheet=sheet, on=act == "code")
        elif act == "title":
            sheet.title = request.form.get("title", "").strip()[:200]
        else:
            _change_part(desk, sheet, act)
    return redirect(address(f"{desk.url}people"), 303)


def _change_part(desk: Desk, sheet: Sheet, act: str) -> None:
    person_id = uuid_of(request.form.get("person")) or abort(400)
    member = any(each.person_id == person_id for each in desk.opened.members)
    if act == "give":
        role = GIVEN.get(request.form.get("role", "")) or abort(400)
        # Strangers are found by their address or by working at the same place, never by guessing ids.
        if not member and not queries_people.lives_at(person_id, desk.who.person.place_id):
            abort(404)
        _give(desk, sheet, person_id, role, new=not member)
    elif not member:
        abort(404)
    elif act == "end":
        services_state.take_part_away(sheet=sheet, person_id=person_id, actor_id=desk.who.person_id, now=desk.now)
    elif act == "owner":
        services_state.hand_over(sheet=sheet, from_id=desk.who.person_id, to_id=person_id, now=desk.now)
    else:
        abort(400)


def _give(desk: Desk, sheet: Sheet, person_id: UUID, role: MemberRole, *, new: bool) -> None:
    if new and queries_people.member_count(sheet.id) >= rules_state.MOST_MEMBERS:
        raise rules_state.TooManyMembers
    services_state.give_part(sheet=sheet, person_id=person_id, role=role, actor_id=desk.who.person_id, now=desk.now)
    if new:
        for each in queries_people.recipients(sheet.id, but=desk.who.person_id):
            if each.person_id == person_id:
                mail.tell_one(to=each, sheet=sheet, title=title_of(sheet, desk.questionnaire), by=desk.who.name, now=desk.now)


def _give_by_address(desk: Desk) -> Any:
    """Somebody anywhere, by the exact address they sign in with; how often one may ask is counted."""
    typed, role = request.form.get("email", "").strip()[:254], GIVEN.get(request.form.get("role", "")) or abort(400)
    with unit_of_work():
        limits.hit(key=f"addresses asked by {desk.who.person_id}", limit=ADDRESSES_AN_HOUR, per=HOUR, now=desk.now)
    person_id = queries_people.by_address(typed) if typed else None
    if person_id is None:
        problem = _("Nobody signs in with this address. Check it, or give them the code to join.")
        return _shown(member_desk(desk.sheet.id), typed=typed, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    with unit_of_work():
        sheet = services_changes.locked(desk.sheet.id) or abort(404)
        _give(desk, sheet, person_id, role, new=all(each.person_id != person_id for each in desk.opened.members))
    return redirect(address(f"{desk.url}people"), 303)


def _leave(desk: Desk) -> Any:
    if desk.role is MemberRole.OWNER:
        flash(_("Make somebody else the owner first."), "warn")
        return redirect(address(f"{desk.url}people"), 303)
    with unit_of_work():
        services_state.take_part_away(sheet=desk.sheet, person_id=desk.who.person_id, actor_id=desk.who.person_id, now=desk.now)
    flash(_("You have left the sheet. What you wrote stays on it."), "ok")
    return redirect(address("/sheets/"), 303)
