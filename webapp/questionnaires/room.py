"""Wiring of the questionnaires room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import mail_choices
from webapp.core.i18n import lazy
from webapp.core.ui.navigation import add_link
from webapp.courses.content import StepKind
from webapp.learning import steps
from webapp.questionnaires import (
    access,
    digest,
    models,
    models_surveys,
    own_data,
    own_merge,
    views,
    views_answer,
    views_builder,
    views_comments,
    views_exercise,
    views_exports,
    views_files,
    views_history,
    views_join,
    views_library,
    views_people,
    views_publishing,
    views_results,
    views_sheet,
    views_state,
    views_surveys,
    views_surveys_paper,
    views_surveys_people,
    views_texts,
)

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models", "models_surveys", "views_comments", "views_files"]


def init_app(app: Flask) -> None:
    """Register the pages, and how an exercise is shown as a step."""
    app.register_blueprint(views_sheet.bp)
    for module in (
        views, views_exercise, views_exports, views_history, views_join, views_library, views_people, views_state, views_results,
        views_texts,
    ):
        app.register_blueprint(module.bp)
    for module in (views_builder, views_publishing):
        app.register_blueprint(module.bp)
    own_data.wire()
    own_merge.wire()
    steps.register(StepKind.EXERCISE, views_exercise.exercise_step)
    for module in (views_answer, views_surveys, views_surveys_paper, views_surveys_people):
        app.register_blueprint(module.bp)
    mail_choices.add_kind(
        app, digest.KIND, label=lazy("Sheets that wait for feedback"),
        about=lazy("In the morning, when something new was handed in at the places you look after."), offered=access.is_written_to,
    )
    add_link(app, lazy("Surveys"), "/surveys/", rank=26, shown=access.guide)
    add_link(app, lazy("Questionnaires"), "/questionnaires/", rank=25, shown=access.use_library)
