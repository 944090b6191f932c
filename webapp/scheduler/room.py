"""Wiring: this room has no pages; its table belongs to the database of every process."""

from __future__ import annotations

from flask import Flask

from webapp.scheduler import models as models


def init_app(app: Flask) -> None:
    """Nothing to register."""
