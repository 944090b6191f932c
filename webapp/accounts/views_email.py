"""Changing the e-mail address, and taking it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template
from werkzeug.wrappers import Response

from webapp.accounts import passwords, rules, services_email, tries
from webapp.accounts.current import me
from webapp.accounts.errors import DeadLink
from webapp.accounts.forms_signing import EmailForm
from webapp.accounts.views_sign_up import dead_link
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.config import Mode, settings
from webapp.core.forms import Form
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("email_change", __name__)


@bp.route("/me/email", methods=["GET", "POST"])
@signed_in
def change() -> str | Response | tuple[str, int]:
    """Ask for another address, with the password once more. The answer is the same for every address."""
    who = me()
    known, now = who.sign_in.password_hash, clock.now()
    form = EmailForm(own=who.sign_in.email, has_password=known is not None)
    if not form.validate_on_submit():
        return _page(form)
    email = rules.email_of(str(form.email.data))
    if known is not None:
        tries.count_password_check(sign_in=who.sign_in_id, now=now)
        if not passwords.matches(str(form.current.data), known):
            form.current.errors = [_("This is not your present password.")]
            return _page(form)
    tries.count_email_change(sign_in=who.sign_in_id, email_key=rules.email_key(email), now=now)
    with unit_of_work():
        services_email.ask(sign_in_id=who.sign_in_id, email=email, now=now)
    flash(_("We have sent a mail to the new address. Open the link in it on this device; until then nothing changes."), "ok")
    return redirect(address("/me/email"), 303)


def _page(form: EmailForm) -> str | tuple[str, int]:
    body = render_template(
        "accounts/email.html", form=form, email=me().sign_in.name, mailbox=settings().mode is Mode.DEVELOPMENT,
    )
    return (body, 422) if form.errors else body


@bp.get("/me/email/confirm/<token>")
@signed_in
def ask(token: str) -> str | tuple[str, int]:
    """A page with a button, in the account that asked for it."""
    try:
        row = services_email.waiting(token=token, sign_in_id=me().sign_in_id, now=clock.now())
    except DeadLink as error:
        return dead_link(error, "email")
    return render_template("accounts/email_confirm.html", email=row.new_email, form=Form())


@bp.post("/me/email/confirm/<token>")
@signed_in
def confirm(token: str) -> Response | tuple[str, int]:
    """The new address counts from now on."""
    who = me()
    try:
        with unit_of_work():
            email = services_email.confirm(token=token, sign_in_id=who.sign_in_id, session_id=who.session_id, now=clock.now())
    except DeadLink as error:
        return dead_link(error, "email")
    flash(_("From now on you sign in with %(email)s. Other browsers were signed out.", email=email), "ok")
    return redirect(address("/me/account"), 303)


@bp.get("/email-undo/<token>")
@public
def ask_undo(token: str) -> str | tuple[str, int]:
    """A page with a button for the holder of the old address."""
    try:
        row = services_email.undoable(token=token, now=clock.now())
    except DeadLink as error:
        return dead_link(error, "undo")
    return render_template("accounts/email_undo.html", email=row.old_email, done=row.confirmed_at is not None)


@bp.post("/email-undo/<token>")
@public
def undo(token: str) -> Response | tuple[str, int]:
    """Back to the old address, everybody out, and on to a new password."""
    try:
        with unit_of_work():
            services_email.undo(token=token, now=clock.now())
    except DeadLink as error:
        return dead_link(error, "undo")
    flash(_("The change of address is taken back, and every browser is signed out. Now choose a new password."), "ok")
    return redirect(address("/forgotten-password"), 303)
