"""The second factor: the page after the password, setting up, recovery codes, switching off."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, session
from werkzeug.wrappers import Response

from webapp.accounts import entering, passwords, totp, tries
from webapp.accounts import services_second_factor as services
from webapp.accounts.current import me, viewer
from webapp.accounts.errors import HalfwayOver, NoSecondFactor
from webapp.accounts.forms_signing import CodeForm, PasswordForm
from webapp.accounts.required import second_factor_required
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("second_factor", __name__)

ISSUER = "LocalGoals"
# Proof that this browser, and not merely this account, gave the password for setting up.
BEGUN_KEY = "second_factor_begun"


@bp.get("/sign-in/code")
@public
def ask() -> str | Response:
    """The page after a right password."""
    try:
        entering.halfway()
    except HalfwayOver as error:
        return _again(error)
    return render_template("accounts/code.html", form=CodeForm(formdata=None))


@bp.post("/sign-in/code")
@public
def check() -> Response | tuple[str, int]:
    """Take the code and open the session."""
    form = CodeForm()
    try:
        half = entering.halfway()
        if not form.validate() or not _takes(half.sign_in_id, form):
            return render_template("accounts/code.html", form=form), 422
        return entering.finish(half)
    except HalfwayOver as error:
        return _again(error)


def _again(error: HalfwayOver) -> Response:
    session.pop(entering.HALF_KEY, None)
    if viewer() is None:
        flash(str(error), "warn")
    return redirect(address("/sign-in"), 303)


def _takes(sign_in_id: Any, form: Any) -> bool:
    """Count the try, and take the code once. A wrong one is said at its field."""
    now = clock.now()
    tries.count_second_factor(sign_in=sign_in_id, now=now)
    with unit_of_work():
        right = services.accepts(sign_in_id=sign_in_id, code=str(form.code.data), now=now)
        if right:
            tries.forget_second_factor(sign_in_id)
    if not right:
        form.code.errors = [_wrong()]
    return right


def _wrong() -> str:
    return _("This code is wrong, or it was used already. Wait for the next one; the phone's clock must be right.")


@bp.get("/me/second-factor")
@signed_in
def state() -> str:
    """Whether it is set up, and what can be done."""
    return _state()


def _state(password: Any = None, code: Any = None, codes: list[str] | None = None) -> str:
    who = me()
    return render_template(
        "accounts/second_factor.html", on=who.has_second_factor, required=second_factor_required(who), codes=codes,
        left=services.codes_left(who.sign_in_id) if who.has_second_factor else 0, has_password=who.sign_in.password_hash is not None,
        password=password or PasswordForm(formdata=None), code=code or CodeForm(formdata=None),
    )


@bp.post("/me/second-factor/begin")
@signed_in
def begin() -> Response | tuple[str, int]:
    """Make a secret, for one who gives the password once more."""
    who, form = me(), PasswordForm()
    known = who.sign_in.password_hash
    if known is not None:
        if not form.validate():
            return _state(password=form), 422
        tries.count_password_check(sign_in=who.sign_in_id, now=clock.now())
        if not passwords.matches(str(form.current.data), known):
            form.current.errors = [_("This is not your present password.")]
            return _state(password=form), 422
    with unit_of_work():
        services.begin(sign_in_id=who.sign_in_id, now=clock.now())
    session[BEGUN_KEY] = str(who.session_id)
    return redirect(address("/me/second-factor/set-up"), 303)


@bp.get("/me/second-factor/set-up")
@signed_in
def set_up() -> str | Response:
    """The QR code for the app, and the field for its first code."""
    try:
        return _set_up(CodeForm(formdata=None))
    except NoSecondFactor:
        return redirect(address("/me/second-factor"), 303)


@bp.post("/me/second-factor/set-up")
@signed_in
def confirm() -> Response | tuple[str, int]:
    """Switch it on with the first right code, and show the recovery codes once."""
    who, form, now = me(), CodeForm(), clock.now()
    try:
        if session.get(BEGUN_KEY) != str(who.session_id):
            raise NoSecondFactor  # noqa: TRY301  one way out for every reason
        if not form.validate():
            return _set_up(form), 422
        tries.count_second_factor(sign_in=who.sign_in_id, now=now)
        with unit_of_work():
            codes = services.confirm(sign_in_id=who.sign_in_id, session_id=who.session_id, code=str(form.code.data), now=now)
            if codes:
                tries.forget_second_factor(who.sign_in_id)
        if codes is None:
            form.code.errors = [_wrong()]
            return _set_up(form), 422
    except NoSecondFactor as error:
        flash(str(error), "warn")
        return redirect(address("/me/second-factor"), 303)
    session.pop(BEGUN_KEY, None)
    return _shown_once(codes)


def _set_up(form: CodeForm) -> str:
    who = me()
    if session.get(BEGUN_KEY) != str(who.session_id):
        raise NoSecondFactor
    secret = services.waiting_secret(who.sign_in_id, clock.now())
    uri = totp.address(secret, issuer=ISSUER, account=who.sign_in.name)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    return render_template("accounts/second_factor_set_up.html", form=form, picture=picture, typed=totp.typed(secret), uri=uri)


@bp.post("/me/second-factor/recovery-codes")
@signed_in
def new_codes() -> Response | tuple[str, int]:
    """Ten new recovery codes for one who has the phone or an old one."""
    who, form = me(), CodeForm()
    if not form.validate() or not _takes(who.sign_in_id, form):
        return _state(code=form), 422
    with unit_of_work():
        codes = services.new_recovery_codes(sign_in_id=who.sign_in_id, now=clock.now())
    return _shown_once(codes)


@bp.post("/me/second-factor/off")
@signed_in
def switch_off() -> Response | tuple[str, int]:
    """Without it again, for one who has the phone and of whom it is not required."""
    who, form = me(), CodeForm()
    if second_factor_required(who):
        flash(_("Your role requires a second factor."), "bad")
        return redirect(address("/me/second-factor"), 303)
    if not form.validate() or not _takes(who.sign_in_id, form):
        return _state(code=form), 422
    with unit_of_work():
        services.switch_off(sign_in_id=who.sign_in_id, actor_id=who.person_id, now=clock.now())
    flash(_("The second factor is switched off."), "ok")
    return redirect(address("/me/second-factor"), 303)


def _shown_once(codes: list[str]) -> Response:
    response = make_response(render_template("accounts/recovery_codes.html", codes=codes, email=me().sign_in.name))
    response.headers["Cache-Control"] = "no-store"
    return response
