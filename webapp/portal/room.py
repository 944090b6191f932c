"""Wiring of the portal."""

from __future__ import annotations

from flask import Flask

from webapp.accounts import access
from webapp.core.i18n import lazy
from webapp.core.ui.navigation import add_link
from webapp.portal import views, views_admin


def init_app(app: Flask) -> None:
    """Register the pages."""
    for module in (views, views_admin):
        app.register_blueprint(module.bp)
    add_link(app, lazy("Administration"), "/admin/", rank=90, shown=access.administer)
