"""Wiring of the courses room."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from webapp.accounts import access as accounts_access
from webapp.core.i18n import current_language, lazy
from webapp.core.late_pages import add_pages
from webapp.core.ui.navigation import add_admin_link
from webapp.courses import access, models, views, views_reference
from webapp.courses.texts import blocks_html, inline_html

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the images, and `inline_html` and `blocks_html` for texts with Markdown in templates."""
    app.register_blueprint(views.bp)
    app.register_blueprint(views_reference.bp)
    add_pages(app, "webapp.courses", "views_admin", "views_facilitator")
    app.jinja_env.globals["may_teach"] = access.teach
    add_admin_link(
        app, lazy("Courses and their revisions"), "/admin/courses/", rank=50, shown=accounts_access.administer_everywhere,
        about=lazy("Import, publish and withdraw; what keeps a course from being shown."),
    )
    app.jinja_env.filters.update(inline_html=_markup, blocks_html=_blocks)


def _markup(text: str) -> Markup:
    # Sanitised by the function itself.
    return Markup(inline_html(text))  # noqa: S704


def _blocks(text: str) -> Markup:
    return Markup(blocks_html(text, current_language()))  # noqa: S704  as above
