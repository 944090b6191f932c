"""Wiring of the trainings room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import joining
from webapp.core.i18n import lazy
from webapp.core.late_pages import add_pages
from webapp.core.signals import survey_dated
from webapp.core.storage import used_by
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
    queries,
    services_surrounding,
    surveys_mine,
    tests_mine,
)
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.models_onsite import TrainingFile

if TYPE_CHECKING:
    from flask import Flask

PAGES = (
    "views", "views_after", "views_agenda", "views_agenda_files", "views_agenda_plan", "views_attendance", "views_before",
    "views_calendar", "views_check_in", "views_join", "views_mine", "views_notes", "views_oversight", "views_paper",
    "views_people", "views_people_add", "views_people_import", "views_person", "views_plan", "views_surveys", "views_tests",
    "views_tests_paper", "views_trainers", "views_walk_in",
)

__all__ = ["init_app", "models", "models_learning", "models_onsite", "models_people", "models_trainers"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    add_link(app, lazy("Trainings"), "/trainings/", rank=20, shown=lambda _viewer: True)
    add_pages(app, "webapp.trainings", *PAGES)
    survey_dated.connect(services_surrounding.note_dates)
    hooks.on_moved.connect(services_surrounding.on_moved)
    hooks.on_changed.connect(services_surrounding.on_changed)
    mine.add_part(app, 10, surveys_mine.prework)
    mine.add_part(app, 30, surveys_mine.survey_part(SurveyKind.NEEDS))
    for rank, kind in ((70, SurveyKind.SATISFACTION), (74, SurveyKind.FOLLOW_UP_3), (76, SurveyKind.FOLLOW_UP_6)):
        mine.add_part(app, rank, surveys_mine.survey_part(kind))
    joining.register(app, queries.path_of)
    # Before anything is swept: what stands in this column is in use.
    used_by(TrainingFile.file_id)
    notices.connect()
    own_data.wire()
    own_merge.wire()
    mine.add_part(app, 20, tests_mine.part_before)
    mine.add_part(app, 60, tests_mine.part_after)
    mine.add_part(app, 50, attendance_mine.part)
