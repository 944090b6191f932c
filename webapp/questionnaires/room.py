"""Wiring of the questionnaires room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.questionnaires import models, models_surveys

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models", "models_surveys"]


def init_app(app: Flask) -> None:
    """Register the pages, and how an exercise is shown as a step."""
