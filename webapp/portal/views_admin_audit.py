"""The audit trail for administrators: search, pages, files. Nothing here changes it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access
from webapp.accounts.current import Viewer, viewer
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.audit import AuditHead
from webapp.core.database import db
from webapp.core.listing_files import save_as
from webapp.portal.audit_list import Cursor, audit_list
from webapp.portal.audit_subjects import uuid_of

bp = Blueprint("admin_audit", __name__)

HOME = "/admin/audit/"


def _administrator() -> Viewer:
    found = viewer()
    assert found is not None
    return found


@bp.get(HOME)
@allow(access.administer)
def trail() -> str:
    """The newest entries, or those that were searched for."""
    who = _administrator()
    found = audit_list(who)
    asked, cursor = found.asked(request.args), Cursor.read(request.args)
    plain = not asked.filters and cursor is None
    head = db.session.get(AuditHead, 1) if plain and access.administer_everywhere(who) else None
    linked = {key: value for key, value in asked.filters.items() if key in ("actor", "subject") and uuid_of(value)}
    return render_template("portal/admin_audit.html", shown=found.shown(asked, cursor), head=head, linked=linked)


@bp.post(f"{HOME}<any(csv, xlsx):form>")
@allow(access.administer)
def save(form: str) -> Response:
    """The list as a file, which is an entry of the trail too."""
    who = _administrator()
    return save_as(audit_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())
