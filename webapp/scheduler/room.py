"""Wiring of the scheduler's room: its table, and the page of the jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import access
from webapp.core.i18n import lazy
from webapp.core.ui.navigation import add_admin_link
from webapp.scheduler import models, views

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(views.bp)
    add_admin_link(
        app, lazy("Jobs"), "/admin/jobs/", rank=70, shown=access.administer_everywhere,
        about=lazy("What the server does by itself, and how it went."),
    )
