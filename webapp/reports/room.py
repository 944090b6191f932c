"""Wiring of the reports room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.reports import models

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the pages."""
