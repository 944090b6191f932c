"""Wiring of the scheduler's room: its table, and no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.scheduler import models

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models"]


def init_app(_app: Flask) -> None:
    """Nothing to register: the import above has made the table known."""
