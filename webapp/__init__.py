"""LocalGoals: the factory, which is loaded when an application is wanted: a command must not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webapp.core.config import Settings

# From the ground up; each may import only from those before it (tests/architecture).
ROOMS = (
    "core", "places", "accounts", "participation", "goals", "courses", "learning", "quizzes", "questionnaires", "trainings",
    "certificates", "reports", "statistics", "interface", "portal", "scheduler",
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Raises `SettingsError` or `UnmarkedView` instead of starting wrong."""
    from webapp.factory import build  # noqa: PLC0415  that is what is late on purpose

    return build(settings)
