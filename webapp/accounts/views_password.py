"""Forgotten passwords."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session
from werkzeug.wrappers import Response

from webapp.accounts import entering, passwords, queries, rules, services_links, tries
from webapp.accounts.errors import DeadLink
from webapp.accounts.forms import ForgottenPasswordForm, NewPasswordForm
from webapp.accounts.models import TokenPurpose
from webapp.accounts.views_sign_up import MAILED_TO, dead_link
from webapp.core import clock
from webapp.core.access import public
from webapp.core.config import Mode, settings
from webapp.core.i18n import _, current_language
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("passwords", __name__)


@bp.get("/forgotten-password")
@public
def forgotten() -> str:
    """Ask for the address."""
    return render_template("accounts/forgotten_password.html", form=ForgottenPasswordForm(formdata=None))


@bp.post("/forgotten-password")
@public
def ask() -> Response | tuple[str, int]:
    """Mail a link, or a note that the address has no account. The answer is the same, and so is the work."""
    form = ForgottenPasswordForm()
    if not form.validate():
        return render_template("accounts/forgotten_password.html", form=form), 422
    now, email = clock.now(), rules.email_of(str(form.email.data))
    tries.count_reset(email_key=rules.email_key(email), address=request.remote_addr, now=now)
    with unit_of_work():
        services_links.ask_for_password(email=email, language=current_language(), now=now)
    session[MAILED_TO] = email
    return redirect(address("/forgotten-password/sent"), 303)


@bp.get("/forgotten-password/sent")
@public
def sent() -> str:
    """Check your mail."""
    return render_template(
        "accounts/mail_sent.html", email=session.get(MAILED_TO, ""), purpose="reset", mailbox=settings().mode is Mode.DEVELOPMENT,
    )


@bp.get("/reset-password/<token>")
@public
def choose(token: str) -> str | tuple[str, int]:
    """The form for the new password."""
    try:
        return _page(token, *_form(token, fresh=True))
    except DeadLink as error:
        return dead_link(error, "reset")


@bp.post("/reset-password/<token>")
@public
def reset(token: str) -> Response | tuple[str, int]:
    """Set the password, sign out every browser and sign this one in."""
    try:
        form, email, first = _form(token)
        if not form.validate():
            return _page(token, form, email, first=first), 422
        with unit_of_work():
            password_hash = passwords.hashed(str(form.password.data))
            sign_in_id = services_links.choose_password(token=token, password_hash=password_hash, now=clock.now())
    except DeadLink as error:
        return dead_link(error, "reset")
    # Who can read the mail has not the phone in hand yet: the second factor is asked here too.
    response = entering.go_on(sign_in_id, "/me/", told=True)
    flash(_("Your password is set."), "ok")
    return response


def _form(token: str, *, fresh: bool = False) -> tuple[NewPasswordForm, str, bool]:
    row = services_links.password_link(token, clock.now())
    assert row.sign_in_id is not None
    email, name = queries.email_and_name(row.sign_in_id)
    form = NewPasswordForm(email=email, name=name, formdata=None) if fresh else NewPasswordForm(email=email, name=name)
    return form, email, row.purpose is TokenPurpose.INVITE


def _page(token: str, form: NewPasswordForm, email: str, first: bool) -> str:  # noqa: FBT001  a plain tuple is spread here
    return render_template(
        "accounts/reset_password.html", form=form, email=email, first=first, token=token, least=settings().password_minimum,
    )
