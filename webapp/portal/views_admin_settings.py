"""The settings in force."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.accounts import access
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.portal.settings_shown import shown

bp = Blueprint("portal_admin_settings", __name__)


@bp.get("/admin/settings/")
@allow(access.administer_everywhere)
def in_force() -> str:
    """Every setting with its value; secrets stay where they are. They are changed in the environment, by who runs the server."""
    return render_template("portal/admin_settings.html", rows=shown(settings()))
