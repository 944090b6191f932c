"""Where one is signed in, and ending it there."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template
from werkzeug.wrappers import Response

from webapp.accounts import services_sessions
from webapp.accounts.current import me
from webapp.accounts.devices import Device
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.i18n import _, _n
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("sessions", __name__)


@bp.get("/me/sessions")
@signed_in
def sessions() -> str:
    """Browsers in which one is signed in, this one first."""
    who = me()
    found = services_sessions.open_sessions(who.sign_in_id, now=clock.now())
    rows = sorted(((row, Device.read(row.device), row.id == who.session_id) for row in found), key=lambda each: not each[2])
    return render_template("accounts/sessions.html", rows=rows)


@bp.post("/me/sessions/<uuid:session_id>/end")
@signed_in
def end(session_id: UUID) -> Response:
    """Sign one other browser out."""
    who = me()
    if session_id == who.session_id:
        return redirect(address("/sign-out"), 303)
    with unit_of_work():
        if not services_sessions.end_one(sign_in_id=who.sign_in_id, session_id=session_id, now=clock.now()):
            abort(404)
    flash(_("That browser is signed out."), "ok")
    return redirect(address("/me/sessions"), 303)


@bp.post("/me/sessions/end-others")
@signed_in
def end_others() -> Response:
    """Sign out every browser but this one."""
    who = me()
    with unit_of_work():
        ended = services_sessions.end_sessions(sign_in_id=who.sign_in_id, but=who.session_id, now=clock.now())
    flash(_n("%(num)d other browser was signed out.", "%(num)d other browsers were signed out.", ended), "ok")
    return redirect(address("/me/sessions"), 303)
