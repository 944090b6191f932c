"""Wiring: this room has no pages of its own."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Nothing to register."""
