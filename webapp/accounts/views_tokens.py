"""Personal access tokens: one's own, made, shown once, revoked."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access, services_tokens
from webapp.accounts.current import Viewer, me
from webapp.accounts.errors_tokens import TokenOutside
from webapp.accounts.forms_tokens import SCOPES, TokenForm
from webapp.accounts.services_tokens import Scope
from webapp.core import clock, idempotency
from webapp.core.access import allow
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places

bp = Blueprint("tokens", __name__)


@bp.get("/me/tokens")
@allow(access.use_interface)
def tokens() -> str:
    """One's tokens, the newest first, without the tokens themselves: nobody has them any more."""
    who, now = me(), clock.now()
    rows = services_tokens.of(who.sign_in_id)
    names = places.full_names({row.place_id for row in rows if row.place_id})
    return render_template("accounts/tokens.html", rows=rows, names=names, scopes=SCOPES, works=services_tokens.works, now=now)


@bp.route("/me/tokens/new", methods=["GET", "POST"])
@allow(access.use_interface)
def new() -> str | Response | tuple[str, int]:
    """Ask what for, where and how long; then show the token, once."""
    who = me()
    form = TokenForm(offered=_offered(who))
    if form.validate_on_submit():
        try:
            return _make(who, form)
        except TokenOutside as error:
            form.place_id.errors = [str(error)]
    page = render_template("accounts/token_new.html", form=form, key=request.form.get("key") or str(new_id()))
    return (page, 422) if form.errors else page


def _make(who: Viewer, form: TokenForm) -> Response:
    """Make it and show it. The second click of a double click finds the list, since the token is not kept."""
    now, key = clock.now(), request.form.get("key", "") or str(new_id())
    with unit_of_work():
        if idempotency.claim(person_id=who.person_id, key=key, now=now) is not None:
            flash(_("The access token was made already. If you did not see it, revoke it and make another."), "warn")
            return redirect(address("/me/tokens"), 303)
        row, text = services_tokens.make(
            viewer=who, name=str(form.name.data), scopes=[Scope(each) for each in form.scopes.data or ()], now=now,
            place=places.find(form.place_id.data) if form.place_id.data else None, expires_at=now + timedelta(days=int(form.days.data)),
        )
    response = make_response(render_template("accounts/token_made.html", name=row.name, text=text, until=row.expires_at))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/me/tokens/<uuid:token_id>/revoke")
@allow(access.use_interface)
def revoke(token_id: UUID) -> Response:
    """Make one's token worthless from this moment on."""
    with unit_of_work():
        if not services_tokens.revoke(viewer=me(), token_id=token_id, now=clock.now()):
            abort(404)
    flash(_("The access token is revoked."), "ok")
    return redirect(address("/me/tokens"), 303)


def _offered(who: Viewer) -> list[Scope]:
    return [scope for scope in Scope if any(who.has_role(role) for role in scope.roles)]
