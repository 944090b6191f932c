"""One's own data: see, take along, consent, be erased. And the privacy notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request

from webapp.accounts import current, passwords, privacy, services_consent, services_erasure, tries
from webapp.accounts.current import Viewer, viewer
from webapp.accounts.errors import DeadLink
from webapp.accounts.errors_roles import LastAdministrator
from webapp.accounts.views import next_path
from webapp.accounts.views_sign_up import dead_link
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.forms import Form
from webapp.core.i18n import _, current_language
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.portal import own_archive
from webapp.portal.forms_data import KEEP, EraseForm

bp = Blueprint("own_data", __name__)

# Who proves who they are elsewhere types no password here; then there is always time to think.
LEAST_WAIT = timedelta(days=1)


def _viewer() -> Viewer:
    found = viewer()
    assert found is not None
    return found


@bp.get("/privacy")
@public
def notice() -> str:
    """The privacy notice in force."""
    return _notice_page(privacy.current())


@bp.get("/privacy/<version>")
@public
def notice_of(version: str) -> str:
    """A version of the notice, in force or not."""
    if version not in privacy.versions():
        abort(404)
    return _notice_page(version)


def _notice_page(version: str) -> str:
    return render_template(
        "portal/privacy.html", version=version, text=privacy.rendered(version, current_language()), versions=privacy.versions(),
    )


@bp.route("/me/notice", methods=["GET", "POST"])
@signed_in
def agree() -> Any:
    """A notice that is new to the reader: read it and agree. It can be put off until the next sign-in."""
    form = Form()
    if not form.validate_on_submit():
        version = privacy.current()
        return render_template("portal/notice.html", text=privacy.rendered(version, current_language()), version=version, next=next_path())
    with unit_of_work():
        services_consent.give(person_id=_viewer().person_id, version=privacy.current(), language=current_language(), now=clock.now())
    return redirect(address(next_path()), 303)


@bp.get("/me/data/")
@signed_in
def overview() -> str:
    """What can be done with one's own data."""
    me = _viewer()
    return render_template(
        "portal/data.html", given=services_consent.consents(me.person_id), version=privacy.current(),
        pending=services_erasure.pending(me.person_id), days=settings().erasure_days,
    )


@bp.post("/me/data/download")
@signed_in
def download() -> Response:
    """Everything as a file. That it was made is written down."""
    me, now = _viewer(), clock.now()
    tries.count_download(person_id=me.person_id, now=now)
    content = own_archive.archive(
        person_id=me.person_id, sign_in_id=me.sign_in_id, emails=services_erasure.emails(me.person_id), now=now,
    )
    with unit_of_work():
        record(actor_id=me.person_id, action="own_data.exported", subject=("person", me.person_id), now=now)
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="localgoals-my-data-{now:%Y-%m-%d}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/me/data/consent", methods=["GET", "POST"])
@signed_in
def withdraw() -> Any:
    """Take back one's consent; what was told of one's own will is forgotten."""
    form = Form()
    if not form.validate_on_submit():
        return render_template("portal/withdraw.html")
    with unit_of_work():
        services_consent.withdraw(person_id=_viewer().person_id, now=clock.now())
    flash(_("Your consent is withdrawn, and what you told us about your work and yourself is gone."), "ok")
    return redirect(address("/me/data/"), 303)


@bp.route("/me/data/erase", methods=["GET", "POST"])
@signed_in
def erase() -> Any:
    """Be erased: the wish, the choice, the password once more."""
    me = _viewer()
    known = me.sign_in.password_hash
    form = EraseForm(has_password=known is not None)
    wait = timedelta(days=settings().erasure_days)
    wait = wait if known is not None else max(wait, LEAST_WAIT)
    if not (form.validate_on_submit() and _knows_password(me, form, known)):
        body = render_template("portal/erase.html", form=form, days=wait.days)
        return (body, 422) if request.method == "POST" else body
    try:
        with unit_of_work():
            due = services_erasure.ask(person_id=me.person_id, keep_certificates=form.certificates.data == KEEP, wait=wait, now=clock.now())
    except LastAdministrator as error:
        form.form_errors.append(str(error))
        return render_template("portal/erase.html", form=form, days=wait.days), error.status
    if due is not None:
        flash(_("Your wish is noted. Until it is carried out you can change your mind here or by the link in our mail."), "ok")
        return redirect(address("/me/data/"), 303)
    current.end()
    flash(_("Everything that named you is erased. Farewell."), "ok")
    return redirect(address("/"), 303)


def _knows_password(me: Viewer, form: EraseForm, known: str | None) -> bool:
    if known is None:
        return True
    tries.count_password_check(sign_in=me.sign_in_id, now=clock.now())
    if passwords.matches(str(form.password.data), known):
        return True
    form.password.errors = [_("This is not your present password.")]
    return False


@bp.post("/me/data/keep")
@signed_in
def keep() -> Any:
    """Think better of it."""
    with unit_of_work():
        undone = services_erasure.undo(person_id=_viewer().person_id, now=clock.now())
    if undone:
        flash(_("Your data stay. Nothing was erased."), "ok")
    return redirect(address("/me/data/"), 303)


@bp.route("/erasure/<token>", methods=["GET", "POST"])
@public
def keep_by_link(token: str) -> Any:
    """The same by the mailed link, signed in or not: a page with a button, since mail programs open links on their own."""
    form = Form()
    try:
        wish = services_erasure.by_link(token)
        if not form.validate_on_submit():
            return render_template("portal/keep.html", due=wish.due_at)
        with unit_of_work():
            services_erasure.undo(person_id=wish.person_id, now=clock.now())
    except DeadLink as error:
        return dead_link(error, "undo")
    flash(_("Your data stay. Nothing was erased."), "ok")
    return redirect(address("/me/data/" if viewer() else "/sign-in"), 303)
