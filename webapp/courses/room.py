"""Wiring of the courses room."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from webapp.courses import models, views
from webapp.courses.markdown import inline_html

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the images, and `inline_html` for texts with inline Markdown in templates."""
    app.register_blueprint(views.bp)
    app.jinja_env.filters["inline_html"] = _markup


def _markup(text: str) -> Markup:
    # Sanitised by the function itself.
    return Markup(inline_html(text))  # noqa: S704
