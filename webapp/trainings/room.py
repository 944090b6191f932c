"""Wiring of the trainings room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.core.signals import survey_dated
from webapp.trainings import (
    mine,
    models,
    models_learning,
    models_onsite,
    models_people,
    models_trainers,
    services_surrounding,
    tests_mine,
    views_after,
    views_agenda,
    views_agenda_files,
    views_agenda_plan,
    views_attendance,
    views_check_in,
    views_tests,
    views_tests_paper,
)

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models", "models_learning", "models_onsite", "models_people", "models_trainers"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    survey_dated.connect(services_surrounding.note_dates)
    app.register_blueprint(views_agenda.bp)
    app.register_blueprint(views_agenda_plan.bp)
    app.register_blueprint(views_agenda_files.bp)
    app.register_blueprint(views_attendance.bp)
    app.register_blueprint(views_check_in.bp)
    for blueprint in (views_tests.bp, views_tests_paper.bp, views_after.bp):
        app.register_blueprint(blueprint)
    mine.add_part(app, 20, tests_mine.part_before)
    mine.add_part(app, 60, tests_mine.part_after)
