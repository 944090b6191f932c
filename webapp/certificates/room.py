"""Wiring of the certificates room."""

from __future__ import annotations

from flask import Flask

from webapp.certificates import own_data, own_merge, panel, services, services_training, views, views_training
from webapp.core.i18n import lazy
from webapp.core.panels import add_panel
from webapp.core.signals import course_completed, training_completed
from webapp.core.ui.navigation import add_link
from webapp.trainings import mine


def init_app(app: Flask) -> None:
    """Register the pages; issue when a course or a training is completed."""
    app.register_blueprint(views.bp)
    app.register_blueprint(views_training.bp)
    own_data.wire()
    own_merge.wire()
    add_panel(app, "person", 20, panel.certificates)
    add_link(app, lazy("Verify a certificate"), "/verify", rank=40)
    course_completed.connect(services.issue_on_completion)
    training_completed.connect(services_training.issue_on_completion)
    mine.add_part(app, 80, views_training.own_part)
