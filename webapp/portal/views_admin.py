"""The index of the administration: every page that rooms added to it."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.accounts import access
from webapp.core.access import allow
from webapp.core.ui.navigation import admin_links

bp = Blueprint("portal_admin", __name__)


@bp.get("/admin/")
@allow(access.administer)
def index() -> str:
    """What an administrator can look after."""
    return render_template("portal/admin.html", links=admin_links())
