"""Wiring of the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import views, views_me, views_password, views_sign_up
from webapp.accounts.current import init_viewer

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Say who is looking, and register the pages of accounts."""
    init_viewer(app)
    for module in (views, views_sign_up, views_password, views_me):
        app.register_blueprint(module.bp)
