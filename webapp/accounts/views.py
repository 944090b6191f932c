"""Signing in and out, and the language switch."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import current, entering, labels, outside, queries, rules, services_sessions, tries
from webapp.accounts.current import viewer
from webapp.accounts.entering import keep_language
from webapp.accounts.forms import SignInForm
from webapp.core import clock
from webapp.core.access import public, safe_next
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import LANGUAGES, _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("accounts", __name__, template_folder="templates")

NEXT_LONGEST = 500


def next_path(default: str = "/me/") -> str:
    """Where the reader wanted to go: a path on this site."""
    found = safe_next(request.values.get("next"), default)
    return found if len(found) <= NEXT_LONGEST and found.isprintable() else default


@bp.get("/sign-in")
@public
def sign_in() -> str | Response:
    """The form; those who are signed in go on."""
    if viewer() is not None:
        return redirect(address(next_path()))
    return _page(SignInForm(formdata=None, data={"next": next_path("")}))


@bp.post("/sign-in")
@public
def enter() -> Response | tuple[str, int]:
    """Check the password and open a session. What is wrong is said in one sentence for every cause."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    found = _proven(str(form.email.data), str(form.password.data))
    if found is None or found.sign_in_id is None:
        form.form_errors.append(_(
            "These do not belong together, or the address has not been confirmed yet. "
            "Check e-mail or telephone number and password, or look for our mail."
        ))
        return _page(form), 422
    return entering.go_on(found.sign_in_id, next_path(), found=found)


def _proven(email: str, password: str) -> services_sessions.Credentials | None:
    now, key = clock.now(), rules.sign_in_key(email)
    tries.count_sign_in(email_key=key, address=request.remote_addr, now=now)
    found = services_sessions.credentials(key)
    # No transaction stays open while the password is computed.
    db.session.rollback()
    if not services_sessions.accepts(found, password):
        return None
    with unit_of_work():
        tries.forget_sign_in(key)
        services_sessions.keep_hash_current(found, password)
    return found


def _page(form: SignInForm) -> str:
    config = settings()
    return render_template(
        "accounts/sign_in.html", form=form, next=next_path(""), expired=current.was_signed_in(), idle_minutes=config.idle_minutes,
        demo_people=queries.demo_people() if config.demo else [], demo_password=config.demo_password, roles=labels.ROLES,
        outside=outside.label(),
    )


@bp.get("/sign-out")
@public
def ask_sign_out() -> str | Response:
    """Ask first: a link alone signs nobody out."""
    if viewer() is None:
        return redirect(address("/"))
    return render_template("accounts/sign_out.html")


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session of this browser."""
    leaving = viewer()
    if leaving is not None:
        with unit_of_work():
            services_sessions.end_session(session_id=leaving.session_id, now=clock.now())
    current.end()
    flash(_("You are signed out."), "ok")
    return redirect(address("/"), 303)


@bp.get("/language/<tag>")
@public
def language(tag: str) -> Response:
    """Keep the language in a cookie and come back. What a person set in the profile does not change."""
    if tag not in LANGUAGES:
        abort(404)
    response = redirect(address(next_path("/")))
    keep_language(response, tag)
    return response

