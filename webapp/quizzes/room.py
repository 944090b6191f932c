"""Wiring of the quizzes room."""

from __future__ import annotations

from flask import Flask

from webapp.courses.content import StepKind
from webapp.learning import steps
from webapp.quizzes import models, own_data, own_merge, views

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the pages, and how a quiz is shown as a step."""
    app.register_blueprint(views.bp)
    own_data.wire()
    own_merge.wire()
    steps.register(StepKind.QUIZ, views.quiz_step)
