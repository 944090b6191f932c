"""Wiring of the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts.current import init_viewer

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Say who is looking."""
    init_viewer(app)
