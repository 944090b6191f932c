"""Wiring of the trainings room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.trainings import models, models_learning, models_onsite, models_people, models_trainers

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models", "models_learning", "models_onsite", "models_people", "models_trainers"]


def init_app(app: Flask) -> None:
    """Register the pages."""
