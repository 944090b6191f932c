"""Wiring of the questionnaires room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import mail_choices
from webapp.core.i18n import lazy
from webapp.core.late import Late
from webapp.core.late_pages import add_pages
from webapp.core.storage import used_by
from webapp.core.ui.navigation import add_link
from webapp.courses.content import StepKind
from webapp.learning import steps
from webapp.questionnaires import access, digest, models, models_surveys, own_data, own_merge
from webapp.questionnaires.models import SheetFile

if TYPE_CHECKING:
    from flask import Flask

PAGES = (
    "views", "views_answer", "views_builder", "views_comments", "views_exercise", "views_exports", "views_files", "views_history",
    "views_join", "views_library", "views_people", "views_publishing", "views_results", "views_sheet", "views_state",
    "views_surveys", "views_surveys_paper", "views_surveys_people", "views_texts",
)

__all__ = ["init_app", "models", "models_surveys"]


def init_app(app: Flask) -> None:
    """Register the pages, and how an exercise is shown as a step."""
    add_pages(app, "webapp.questionnaires", *PAGES)
    # Before anything is swept: what stands in this column is in use.
    used_by(SheetFile.file_id)
    own_data.wire()
    own_merge.wire()
    steps.register(StepKind.EXERCISE, Late("webapp.questionnaires.views_exercise").function("exercise_step"))
    mail_choices.add_kind(
        app, digest.KIND, label=lazy("Sheets that wait for feedback"),
        about=lazy("In the morning, when something new was handed in at the places you look after."), offered=access.is_written_to,
    )
    add_link(app, lazy("Surveys"), "/surveys/", rank=26, shown=access.guide)
    add_link(app, lazy("Questionnaires"), "/questionnaires/", rank=25, shown=access.use_library)
