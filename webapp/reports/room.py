"""Wiring of the reports room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp.core.late_pages import add_pages
from webapp.core.storage import held_by
from webapp.questionnaires.homes import add_home
from webapp.reports import desk, labels, models, own_data, own_merge, photos, queries
from webapp.reports.models import ReportState, ReportText
from webapp.reports.narrative import QUESTIONNAIRE
from webapp.trainings.hooks import ReportColumn, tell_reports

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the pages; sheets that are the text of a report lead back to it, and lists of trainings tell of it."""
    add_pages(app, "webapp.reports", "views", "views_editions")
    add_home(app, QUESTIONNAIRE, find=desk.home_of, sheets=select(ReportText.sheet_id))
    tell_reports(app, ReportColumn(
        queries.state_of_training, lambda state: str(labels.STATES[ReportState(state)]), lambda state: labels.MARKS[ReportState(state)],
        frozenset({ReportState.PUBLISHED.value}),
    ))
    held_by(photos.held)
    own_data.wire()
    own_merge.wire()
