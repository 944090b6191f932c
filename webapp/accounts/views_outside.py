"""Single sign-on: to the provider and back, connecting an identity with an account, and a new account where the setting allows it."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, session
from werkzeug.wrappers import Response
from wtforms import BooleanField

from webapp.accounts import entering, outside, privacy, rules
from webapp.accounts import services_outside as services
from webapp.accounts.current import me, viewer
from webapp.accounts.errors import EmailTaken, IdentityTaken, LastWayIn
from webapp.accounts.forms import agreed, keeps, text_field
from webapp.accounts.outside import Identity, ProviderFailed
from webapp.accounts.views import next_path
from webapp.core import clock
from webapp.core.access import public, safe_next, signed_in
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.forms import Form
from webapp.core.i18n import _, current_language, lazy
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("outside", __name__)

NEXT_KEY = "provider_next"
CONNECT = "/me/sign-in-with"


class JoinForm(Form):
    """How a person who comes from the provider is called."""

    name = text_field(lazy("Name"), keeps(rules.name_of, "name"))
    agree = BooleanField(lazy("I have read the privacy notice and agree to it"), validators=[agreed])


@bp.get("/sign-in/provider")
@public
def depart() -> Response:
    """To the provider. A link, since a form may not lead to another host."""
    if not outside.label():
        abort(404)
    # Nothing waits on the database while another server is asked.
    db.session.rollback()
    try:
        response = outside.depart()
    except ProviderFailed:
        return _failed()
    session[NEXT_KEY] = next_path("")
    return response


@bp.get(outside.CALLBACK)
@public
def arrive() -> Response:
    """Back from the provider: into the account that the identity opens, or on to connecting it."""
    if not outside.label():
        abort(404)
    db.session.rollback()
    try:
        identity = outside.arrive()
    except ProviderFailed:
        return _failed()
    target = safe_next(session.pop(NEXT_KEY, None))
    sign_in_id = services.sign_in_of(identity)
    if sign_in_id is None and settings().oidc_trust_email and identity.email_verified and not services.is_known(identity):
        sign_in_id = _connected_by_address(identity)
    if sign_in_id is None and services.is_known(identity):
        flash(_("This account is disabled. Write to the programme office."), "bad")
        return redirect(address("/sign-in"), 303)
    if sign_in_id is None:
        outside.keep(identity, clock.now())
        return redirect(address(CONNECT if viewer() else "/sign-in/provider/new", next=target), 303)
    here = viewer()
    if here is not None and here.sign_in_id == sign_in_id:
        return redirect(address(target), 303)
    return entering.go_on(sign_in_id, target)


def _connected_by_address(identity: Identity) -> UUID | None:
    """Only where the setting says that the provider's word about an address is as good as our own mail."""
    found = services.sign_in_with_address(identity.email)
    if found is None:
        return None
    with unit_of_work():
        services.connect(identity=identity, sign_in_id=found, label=outside.label(), now=clock.now())
    return found


@bp.route("/sign-in/provider/new", methods=["GET", "POST"])
@public
def new() -> Response | str | tuple[str, int]:
    """For an identity that no account has: connect it with one, sign up, or (where addresses are trusted) make an account."""
    now = clock.now()
    identity = outside.candidate(now)
    if identity is None:
        return redirect(address("/sign-in"))
    may_join = settings().oidc_trust_email and identity.email_verified and not services.has_account(identity.email)
    form = JoinForm(data={"name": identity.name})
    if not (may_join and form.validate_on_submit()):
        body = render_template(
            "accounts/outside_new.html", form=form, identity=identity, label=outside.label(), may_join=may_join, next=next_path(""),
            connect=address(CONNECT, next=next_path("")),
        )
        return (body, 422) if form.errors else body
    try:
        with unit_of_work():
            sign_in_id = services.join(
                identity=identity, name=str(form.name.data), language=current_language(), time_zone=settings().programme_zone.key, now=now,
                notice=privacy.current(),
            )
    except (EmailTaken, IdentityTaken) as error:
        flash(str(error), "bad")
        return redirect(address("/sign-in"), 303)
    outside.forget()
    target = next_path("")
    return entering.go_on(sign_in_id, f"/me/welcome?{urlencode({'next': target})}" if target else "/me/welcome", told=True)


@bp.get(CONNECT)
@signed_in
def state() -> str:
    """Whether an identity opens this account, and the one that waits to be connected."""
    if not outside.label():
        abort(404)
    who = me()
    return render_template(
        "accounts/outside.html", label=outside.label(), identity=outside.candidate(clock.now()), next=next_path(""),
        connected=services.connected(who.sign_in_id, settings().oidc_issuer), has_password=who.sign_in.password_hash is not None,
    )


@bp.post(CONNECT)
@signed_in
def connect() -> Response:
    """Connect the waiting identity with this account, after the reader has seen which is which."""
    identity, now = outside.candidate(clock.now()), clock.now()
    if identity is None:
        flash(_("It took too long. Begin again."), "warn")
        return redirect(address(CONNECT), 303)
    outside.forget()
    try:
        with unit_of_work():
            services.connect(identity=identity, sign_in_id=me().sign_in_id, label=outside.label(), now=now)
    except IdentityTaken as error:
        flash(str(error), "bad")
        return redirect(address(CONNECT), 303)
    flash(_("Connected: from now on you can sign in with %(label)s.", label=outside.label()), "ok")
    return redirect(address(next_path(CONNECT)), 303)


@bp.post(f"{CONNECT}/remove")
@signed_in
def disconnect() -> Response:
    """Let the identity open this account no more."""
    try:
        with unit_of_work():
            services.disconnect(sign_in_id=me().sign_in_id, now=clock.now())
        flash(_("The connection is removed."), "ok")
    except LastWayIn as error:
        flash(str(error), "bad")
    return redirect(address(CONNECT), 303)


def _failed() -> Response:
    flash(_("Signing in with %(label)s did not work. Try again, or sign in with e-mail and password.", label=outside.label()), "bad")
    return redirect(address("/sign-in"), 303)
