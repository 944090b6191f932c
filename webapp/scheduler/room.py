"""Wiring of the scheduler's room: its table, and the page of the jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import access
from webapp.core.i18n import lazy
from webapp.core.late_pages import add_pages
from webapp.core.ui.navigation import add_admin_link
from webapp.scheduler import models

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the page."""
    add_pages(app, "webapp.scheduler", "views")
    add_admin_link(
        app, lazy("Jobs"), "/admin/jobs/", rank=70, shown=access.administer_everywhere,
        about=lazy("What the server does by itself, and how it went."),
    )
