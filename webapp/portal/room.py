"""Wiring of the portal."""

from __future__ import annotations

from flask import Flask

from webapp.accounts import access
from webapp.core.i18n import lazy
from webapp.core.late_pages import add_pages
from webapp.core.ui.navigation import add_admin_link, add_link
from webapp.portal import views, views_search


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(views.bp)
    app.register_blueprint(views_search.bp)
    add_pages(
        app, "webapp.portal", "views_admin", "views_admin_audit", "views_admin_mail", "views_admin_settings", "views_data", "views_places",
    )
    add_link(app, lazy("Administration"), "/admin/", rank=90, shown=access.administer)
    add_admin_link(
        app, lazy("Audit trail"), "/admin/audit/", rank=80,
        about=lazy("Who did what, when and from where; search it and save it as a file."),
    )
    add_admin_link(
        app, lazy("Places"), "/admin/places/", rank=30,
        about=lazy("The administrative tree: names, mergers and splits, with their history."),
    )
    everywhere = access.administer_everywhere
    add_admin_link(app, lazy("Mail"), "/admin/mail/", rank=60, shown=everywhere, about=lazy("What waits, what failed and why; try again."))
    add_admin_link(
        app, lazy("Settings in force"), "/admin/settings/", rank=90, shown=everywhere,
        about=lazy("What the server was started with, without secrets."),
    )
