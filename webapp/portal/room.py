"""Wiring of the portal."""

from __future__ import annotations

from flask import Flask

from webapp.portal import views


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(views.bp)
