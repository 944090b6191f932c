"""Wiring of the administrative tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.places import models_operations, views

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models_operations"]


def init_app(app: Flask) -> None:
    """Register the search for places and the picker's template."""
    app.register_blueprint(views.bp)
