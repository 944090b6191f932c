"""Wiring: what templates ask about the Goals."""

from __future__ import annotations

from flask import Flask

from webapp.core.i18n import localised
from webapp.goals.reference import Goal, goal, reference


def goal_name(number: int) -> str:
    """Short title of a Goal in the reader's language."""
    found = goal(number)
    return localised(found.title) if found else ""


def goals() -> tuple[Goal, ...]:
    """All 17 Goals."""
    return reference().goals


def init_app(app: Flask) -> None:
    """Give templates the Goals."""
    app.jinja_env.globals.update(goal_name=goal_name, goals=goals)
