"""The outbox: what waits, what failed and why, and trying again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.accounts import access
from webapp.accounts.views_admin_people import administrator
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, _n
from webapp.core.listing_files import save_as
from webapp.core.mail import services
from webapp.core.mail.models import MailState, OutboxMail
from webapp.core.selection import choose, reopen
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.portal.mail_list import STATES, load, mail_list

bp = Blueprint("portal_admin_mail", __name__)
RETRY = "retry"


@bp.get("/admin/mail/")
@allow(access.administer_everywhere)
def mails() -> str:
    """The outbox."""
    listing = mail_list()
    return render_template(
        "portal/admin_mail.html", page=listing.page(listing.asked(request.args)), server=bool(settings().smtp_url),
        actions=[(RETRY, _("Try the failed ones again"))],
    )


@bp.get("/admin/mail/<uuid:mail_id>/")
@allow(access.administer_everywhere)
def mail(mail_id: UUID) -> str:
    """How one mail went; not its text."""
    if db.session.scalar(select(OutboxMail.id).where(OutboxMail.id == mail_id)) is None:
        abort(404)
    (found,) = load([mail_id])
    return render_template("portal/admin_letter.html", mail=found, states=STATES, failed=found.state is MailState.FAILED)


@bp.post("/admin/mail/export/<form>")
@allow(access.administer_everywhere)
def export(form: str) -> Response:
    """The list as a file."""
    return save_as(mail_list(), request.form, form=form, actor_id=administrator().person_id, now=clock.now())


@bp.post("/admin/mail/bulk")
@allow(access.administer_everywhere)
def preview() -> str:
    """How many of those chosen failed and would be tried again."""
    chosen = choose(mail_list(), request.form, actor_id=administrator().person_id, action=RETRY)
    failed = sum(mail.state is MailState.FAILED for mail in load(chosen.keys))
    return render_template("portal/admin_mail_retry.html", chosen=chosen, failed=failed)


@bp.post("/admin/mail/retry")
@allow(access.administer_everywhere)
def retry() -> Response:
    """Try the failed ones of the preview again."""
    who = administrator()
    chosen = reopen(mail_list(), request.form.get("token", ""), actor_id=who.person_id, action=RETRY)
    return _again(chosen.keys)


@bp.post("/admin/mail/<uuid:mail_id>/retry")
@allow(access.administer_everywhere)
def retry_one(mail_id: UUID) -> Response:
    """Try one again."""
    return _again([mail_id])


def _again(mail_ids: list[UUID]) -> Response:
    now, who = clock.now(), administrator()
    with unit_of_work():
        done = services.retry(mail_ids=mail_ids, now=now)
        for mail_id in done:
            record(actor_id=who.person_id, action="mail.retried", subject=("mail", mail_id), now=now)
    flash(_n("%(num)d mail will be tried again.", "%(num)d mails will be tried again.", len(done)), "ok" if done else "warn")
    return redirect(address("/admin/mail/"), 303)
