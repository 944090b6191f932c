"""Signing up and confirming the address."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.wrappers import Response

from webapp.accounts import entering, passwords, privacy, rules, services_invitations, services_links, tries
from webapp.accounts.current import viewer
from webapp.accounts.errors import DeadLink, InvitationUnknown
from webapp.accounts.forms import SignUpForm
from webapp.accounts.models_invitations import InvitationCode
from webapp.accounts.views import next_path
from webapp.core import clock
from webapp.core.access import public
from webapp.core.config import Mode, settings
from webapp.core.forms import Form
from webapp.core.i18n import current_language
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("sign_up", __name__)

MAILED_TO = "mailed_to"
CODE_LONGEST = 40


@bp.get("/sign-up")
@public
def sign_up() -> str | Response:
    """The form; those who are signed in go on."""
    if viewer() is not None:
        return redirect(address(next_path()))
    return _page(SignUpForm(formdata=None, data={"next": next_path(""), "invitation": request.args.get("invitation", "")[:CODE_LONGEST]}))


@bp.post("/sign-up")
@public
def join() -> Response | tuple[str, int]:
    """Mail a link. The answer is the same for every address, and so is the work."""
    form = SignUpForm()
    if not form.validate():
        return _page(form), 422
    now, email = clock.now(), rules.email_of(str(form.email.data))
    invitation, refusal = _invited(form)
    if invitation is not None and invitation.person_id is not None:
        return redirect(address(f"/join/{form.invitation.data}"), 303)
    if refusal:
        form.invitation.errors = [refusal]
        return _page(form), 422
    tries.count_sign_up(email_key=rules.email_key(email), address=request.remote_addr, now=now)
    password_hash = passwords.hashed(str(form.password.data))
    with unit_of_work():
        services_links.ask_to_join(
            name=rules.name_of(str(form.name.data)), email=email, password_hash=password_hash, language=current_language(),
            next_path=next_path(""), now=now, invitation_id=invitation.id if invitation else None,
            notice=privacy.current(),
        )
    session[MAILED_TO] = email
    return redirect(address("/sign-up/sent"), 303)


def _invited(form: SignUpForm) -> tuple[InvitationCode | None, str]:
    """The invitation of the typed code, if any, and the sentence of what is wrong with it."""
    if not form.invitation.data:
        return None, ""
    now = clock.now()
    tries.count_invitation(address=request.remote_addr, now=now)
    try:
        return services_invitations.find(form.invitation.data, now), ""
    except InvitationUnknown as error:
        return None, str(error)


@bp.get("/sign-up/sent")
@public
def sent() -> str:
    """Check your mail."""
    return render_template(
        "accounts/mail_sent.html", email=session.get(MAILED_TO, ""), purpose="sign-up", mailbox=settings().mode is Mode.DEVELOPMENT,
    )


@bp.get("/verify-email/<token>")
@public
def verify(token: str) -> str | tuple[str, int]:
    """A page with a button: mail programs open links on their own, and a GET writes nothing."""
    try:
        row = services_links.sign_up_of(token, clock.now())
    except DeadLink as error:
        return dead_link(error, "sign-up")
    return render_template("accounts/verify.html", email=row.email, form=Form())


@bp.post("/verify-email/<token>")
@public
def confirm(token: str) -> Response | tuple[str, int]:
    """Make the account, sign this browser in and go on to the welcome page."""
    try:
        with unit_of_work():
            made = services_links.confirm(token=token, time_zone=settings().programme_zone.key, now=clock.now())
    except DeadLink as error:
        return dead_link(error, "sign-up")
    query = f"?{urlencode({'next': made.next_path})}" if made.next_path else ""
    return entering.go_on(made.sign_in_id, f"/me/welcome{query}", told=True)


def dead_link(error: DeadLink, purpose: str) -> tuple[str, int]:
    """The sentence of what is wrong with a link, and what to do next."""
    return render_template("accounts/dead_link.html", sentence=str(error), purpose=purpose), error.status


def _page(form: SignUpForm) -> str:
    return render_template("accounts/sign_up.html", form=form, next=next_path(""), least=settings().password_minimum)
