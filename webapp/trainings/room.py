"""Wiring of the trainings room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import joining
from webapp.core.i18n import lazy
from webapp.core.signals import survey_dated
from webapp.core.ui.navigation import add_link
from webapp.trainings import (
    attendance_mine,
    hooks,
    mine,
    models,
    models_learning,
    models_onsite,
    models_people,
    models_trainers,
    notices,
    own_data,
    own_merge,
    services_surrounding,
    surveys_mine,
    tests_mine,
    views,
    views_after,
    views_agenda,
    views_agenda_files,
    views_agenda_plan,
    views_attendance,
    views_before,
    views_calendar,
    views_check_in,
    views_join,
    views_mine,
    views_notes,
    views_oversight,
    views_paper,
    views_people,
    views_people_add,
    views_people_import,
    views_person,
    views_plan,
    views_surveys,
    views_tests,
    views_tests_paper,
    views_trainers,
    views_walk_in,
)
from webapp.trainings.models_learning import SurveyKind

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models", "models_learning", "models_onsite", "models_people", "models_trainers"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    add_link(app, lazy("Trainings"), "/trainings/", rank=20, shown=lambda _viewer: True)
    for blueprint in (views.bp, views_plan.bp, views_calendar.bp):
        app.register_blueprint(blueprint)
    survey_dated.connect(services_surrounding.note_dates)
    hooks.on_moved.connect(services_surrounding.on_moved)
    hooks.on_changed.connect(services_surrounding.on_changed)
    for blueprint in (views_before.bp, views_surveys.bp):
        app.register_blueprint(blueprint)
    mine.add_part(app, 10, surveys_mine.prework)
    mine.add_part(app, 30, surveys_mine.survey_part(SurveyKind.NEEDS))
    for rank, kind in ((70, SurveyKind.SATISFACTION), (74, SurveyKind.FOLLOW_UP_3), (76, SurveyKind.FOLLOW_UP_6)):
        mine.add_part(app, rank, surveys_mine.survey_part(kind))
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
    own_data.wire()
    own_merge.wire()
    mine.add_part(app, 20, tests_mine.part_before)
    mine.add_part(app, 60, tests_mine.part_after)
    app.register_blueprint(views_walk_in.bp)
    app.register_blueprint(views_paper.bp)
    app.register_blueprint(views_notes.bp)
    app.register_blueprint(views_oversight.bp)
    app.register_blueprint(views_trainers.bp)
    mine.add_part(app, 50, attendance_mine.part)
