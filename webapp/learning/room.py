"""Wiring of the learning room."""

from __future__ import annotations

from flask import Flask

from webapp.core.i18n import lazy
from webapp.core.panels import add_panel
from webapp.core.ui.navigation import add_link
from webapp.courses.content import StepKind
from webapp.learning import own_data, own_merge, panel, steps, views


def init_app(app: Flask) -> None:
    """Register the pages, and how a lesson is shown."""
    app.register_blueprint(views.bp)
    own_data.wire()
    own_merge.wire()
    add_panel(app, "person", 10, panel.enrolments)
    add_link(app, lazy("Courses"), "/courses/", rank=10)
    steps.register(StepKind.LESSON, views.lesson_page)
