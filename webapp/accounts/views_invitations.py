"""Joining by an invitation code: typed, or opened from a QR code."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session
from werkzeug.wrappers import Response

from webapp.accounts import entering, joining, passwords, privacy, rules, services_invitations, services_links, tries
from webapp.accounts.current import me, viewer
from webapp.accounts.errors import InvitationUnknown, PhoneTaken
from webapp.accounts.forms_signing import InvitationForm, OwnSignInForm
from webapp.accounts.models import Person
from webapp.accounts.models_invitations import InvitationCode
from webapp.accounts.views_sign_up import MAILED_TO
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, current_language
from webapp.core.ids import MistypedCode, read_code
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places

bp = Blueprint("invitations", __name__)


@bp.get("/join")
@public
def ask() -> str:
    """The field for the code."""
    return render_template("accounts/join.html", form=InvitationForm(formdata=None))


@bp.post("/join")
@public
def read() -> Response | tuple[str, int]:
    """On to the page of the code. How often one may try is counted here."""
    form = InvitationForm()
    tries.count_invitation(address=request.remote_addr, now=clock.now())
    if form.validate():
        try:
            return redirect(address(f"/join/{read_code(str(form.code.data))}"), 303)
        except MistypedCode:
            form.code.errors = [str(InvitationUnknown())]
    return render_template("accounts/join.html", form=form), 422


@bp.get("/join/<code>")
@public
def invitation(code: str) -> Response | str | tuple[str, int]:
    """What one is invited to, and how to go on. A GET counts nothing: 64 random bits are not found by trying."""
    try:
        row = services_invitations.find(code, clock.now())
    except InvitationUnknown as error:
        other = joining.elsewhere(code)
        return redirect(address(other), 303) if other else _unknown(error)
    return _page(code, row, _own_form(row, fresh=True))


@bp.post("/join/<code>")
@public
def choose(code: str) -> Response | str | tuple[str, int]:
    """Somebody whom others registered chooses address and password; the mail that follows proves the address.

    Who has no address takes a telephone number: the code alone shows who it is, and they are in.
    """
    now = clock.now()
    tries.count_invitation(address=request.remote_addr, now=now)
    try:
        row = services_invitations.find(code, now)
    except InvitationUnknown as error:
        return _unknown(error)
    form = _own_form(row)
    if form is None or viewer() is not None:
        return redirect(address(f"/join/{code}"), 303)
    if not form.validate():
        return _page(code, row, form), 422
    if form.phone:
        return _by_phone(code, row, form)
    email, invitation_id, name = rules.email_of(str(form.email.data)), row.id, row.person.name if row.person else ""
    tries.count_sign_up(email_key=rules.email_key(email), address=request.remote_addr, now=now)
    db.session.rollback()
    password_hash = passwords.hashed(str(form.password.data))
    with unit_of_work():
        services_links.ask_to_join(
            name=name, email=email, password_hash=password_hash, language=current_language(), next_path="", now=now,
            invitation_id=invitation_id, notice=privacy.current(),
        )
    session[MAILED_TO] = email
    return redirect(address("/sign-up/sent"), 303)


def _by_phone(code: str, row: InvitationCode, form: OwnSignInForm) -> Response | tuple[str, int]:
    now, invitation_id, phone = clock.now(), row.id, form.phone
    tries.count_numbers(invitation_id=invitation_id, now=now)
    db.session.rollback()
    password_hash = passwords.hashed(str(form.password.data))
    try:
        with unit_of_work():
            sign_in_id = services_links.join_by_phone(
                invitation_id=invitation_id, phone=phone, password_hash=password_hash, language=current_language(),
                notice=privacy.current(), now=now,
            )
    except InvitationUnknown as error:
        return _unknown(error)
    except PhoneTaken as error:
        form.email.errors = [str(error)]
        return _page(code, services_invitations.find(code, now), form), 422
    return entering.go_on(sign_in_id, "/me/", told=True)


@bp.post("/join/<code>/accept")
@signed_in
def accept(code: str) -> Response | tuple[str, int]:
    """Take place and organisation of a group's invitation into one's profile."""
    now, who = clock.now(), me()
    tries.count_invitation(address=request.remote_addr, now=now)
    try:
        with unit_of_work():
            row = services_invitations.find(code, now)
            if row.person_id is not None or services_invitations.use(invitation_id=row.id, person_id=who.person_id, now=now) is None:
                raise InvitationUnknown  # noqa: TRY301  one way out for every reason
            services_invitations.fill_in(person=db.session.get_one(Person, who.person_id), invitation=row, now=now)
    except InvitationUnknown as error:
        return _unknown(error)
    flash(_("Place and organisation of the invitation are in your profile."), "ok")
    return redirect(address("/me/profile"), 303)


def _own_form(row: InvitationCode, *, fresh: bool = False) -> OwnSignInForm | None:
    if row.person is None:
        return None
    known = row.person.sign_in
    if fresh:
        return OwnSignInForm(name=row.person.name, by_phone=known is not None, formdata=None, data={"email": known.name if known else ""})
    return OwnSignInForm(name=row.person.name, by_phone=known is not None)


def _page(code: str, row: InvitationCode, form: Any) -> str:
    names = places.full_names([row.place_id]) if row.place_id else {}
    return render_template(
        "accounts/join_code.html", code=read_code(code), invitation=row, place=names.get(row.place_id, "") if row.place_id else "",
        form=form, least=settings().password_minimum,
    )


def _unknown(error: InvitationUnknown) -> tuple[str, int]:
    form = InvitationForm(formdata=None)
    form.code.errors = [str(error)]
    return render_template("accounts/join.html", form=form), error.status
