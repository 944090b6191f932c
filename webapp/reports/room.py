"""Wiring of the reports room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp.questionnaires.homes import add_home
from webapp.reports import desk, models, own_data, own_merge, views, views_editions
from webapp.reports.models import ReportText
from webapp.reports.narrative import QUESTIONNAIRE

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the pages; sheets that are the text of a report lead back to it."""
    app.register_blueprint(views.bp)
    app.register_blueprint(views_editions.bp)
    add_home(app, QUESTIONNAIRE, find=desk.home_of, sheets=select(ReportText.sheet_id))
    own_data.wire()
    own_merge.wire()
