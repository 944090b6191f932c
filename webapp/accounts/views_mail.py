"""Stopping a regular mail: by the link in it, and in the profile."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import mail_choices
from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.i18n import _
from webapp.core.security import csrf
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("mail_choices", __name__)
AGAIN = "again"


@bp.get("/mail/stop/<token>")
@public
def ask(token: str) -> str:
    """A page with a button: programs that look at every link in a mail stop nothing."""
    found = mail_choices.read(token)
    if found is None:
        abort(404)
    person_id, kind = found
    return render_template("accounts/mail_stop.html", kind=kind, stopped=kind.key in mail_choices.stopped(person_id), again=AGAIN)


@bp.post("/mail/stop/<token>")
@public
def stop(token: str) -> Response | tuple[str, int]:
    """Stop it, or get it again. Mail programs stop it by themselves, without a cookie (RFC 8058); the token is the permission."""
    at_once = request.form.get("List-Unsubscribe") == "One-Click"
    if not at_once and current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()
    found = mail_choices.read(token)
    if found is None:
        abort(404)
    person_id, kind = found
    with unit_of_work():
        if AGAIN in request.form:
            mail_choices.go_on(person_id=person_id, kind=kind.key)
        else:
            mail_choices.stop(person_id=person_id, kind=kind.key, now=clock.now())
    if at_once:
        # They follow no redirection.
        return "", 204
    return redirect(address(f"/mail/stop/{token}"), 303)


@bp.post("/me/mail")
@signed_in
def choose() -> Response:
    """The choice in the profile."""
    who = me()
    offered = [kind.key for kind in mail_choices.offered_to(who)]
    with unit_of_work():
        mail_choices.choose(person_id=who.person_id, offered=offered, chosen=request.form.getlist("kind"), now=clock.now())
    flash(_("Your choice of mails is saved."), "ok")
    return redirect(address("/me/profile"), 303)
