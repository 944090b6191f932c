"""Wiring of the programme interface."""

from __future__ import annotations

from flask import Flask, Response

from webapp.core.errors import answer_errors
from webapp.core.i18n import lazy
from webapp.core.security import csrf
from webapp.core.ui.navigation import add_admin_link
from webapp.interface import views

PREFIX = "/api/"


def init_app(app: Flask) -> None:
    """Register the addresses. A form of another site cannot send a token, so there is nothing that a CSRF check could guard."""
    csrf.exempt(views.bp_v1)
    app.register_blueprint(views.bp)
    app.register_blueprint(views.bp_v1)
    answer_errors(app, PREFIX, _answer)
    add_admin_link(
        app, lazy("Programme interface"), PREFIX, rank=95, about=lazy("How other programs read and register; access tokens for them."),
    )


def _answer(error: Exception) -> Response:
    from webapp.interface.problems import answer  # noqa: PLC0415  see `routes`: models are loaded by the first request

    return answer(error)
