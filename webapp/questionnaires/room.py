"""Wiring of the questionnaires room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.questionnaires import models, models_surveys, views_comments, views_files, views_sheet

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models", "models_surveys", "views_comments", "views_files"]


def init_app(app: Flask) -> None:
    """Register the pages, and how an exercise is shown as a step."""
    app.register_blueprint(views_sheet.bp)
