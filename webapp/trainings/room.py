"""Wiring of the trainings room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import joining
from webapp.core.i18n import lazy
from webapp.core.signals import survey_dated
from webapp.core.ui.navigation import add_link
from webapp.trainings import (
    mine,
    models,
    models_learning,
    models_onsite,
    models_people,
    models_trainers,
    notices,
    services_surrounding,
    tests_mine,
    views,
    views_after,
    views_agenda,
    views_agenda_files,
    views_agenda_plan,
    views_attendance,
    views_calendar,
    views_check_in,
    views_join,
    views_mine,
    views_people,
    views_people_add,
    views_people_import,
    views_person,
    views_plan,
    views_tests,
    views_tests_paper,
)

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models", "models_learning", "models_onsite", "models_people", "models_trainers"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    add_link(app, lazy("Trainings"), "/trainings/", rank=20, shown=lambda _viewer: True)
    for blueprint in (views.bp, views_plan.bp, views_calendar.bp):
        app.register_blueprint(blueprint)
    survey_dated.connect(services_surrounding.note_dates)
    app.register_blueprint(views_agenda.bp)
    app.register_blueprint(views_agenda_plan.bp)
    app.register_blueprint(views_agenda_files.bp)
    app.register_blueprint(views_attendance.bp)
    app.register_blueprint(views_check_in.bp)
    for blueprint in (views_tests.bp, views_tests_paper.bp, views_after.bp):
        app.register_blueprint(blueprint)
    for people in (views_people, views_person, views_people_add, views_people_import, views_mine, views_join):
        app.register_blueprint(people.bp)
    joining.register(app, views_join.path_of)
    notices.connect()
    mine.add_part(app, 20, tests_mine.part_before)
    mine.add_part(app, 60, tests_mine.part_after)
