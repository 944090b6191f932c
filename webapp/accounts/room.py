"""Wiring of the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import (
    access,
    following,
    outside,
    signing_of_person,
    views,
    views_admin_invitations,
    views_email,
    views_invitations,
    views_me,
    views_outside,
    views_password,
    views_second_factor,
    views_sessions,
    views_sign_up,
)
from webapp.accounts.current import init_viewer
from webapp.accounts.required import init_required
from webapp.core.config import settings
from webapp.core.i18n import lazy
from webapp.core.signals import place_operation_undone, place_succeeded
from webapp.core.ui.navigation import add_admin_link

if TYPE_CHECKING:
    from flask import Flask

PAGES = (
    views, views_sign_up, views_password, views_me, views_second_factor, views_sessions, views_email, views_outside, views_invitations,
)
ADMINISTRATION = (views_admin_invitations,)


def init_app(app: Flask) -> None:
    """Say who is looking, and register the pages of accounts."""
    outside.check_settings(settings(app))
    init_viewer(app)
    init_required(app)
    signing_of_person.wire()
    place_succeeded.connect(following.follow)
    place_operation_undone.connect(following.go_back)
    for module in (*PAGES, *ADMINISTRATION):
        app.register_blueprint(module.bp)
    add_admin_link(
        app, lazy("Invitation codes"), "/admin/invitations", rank=35, shown=access.administer,
        about=lazy("Codes with which groups and single people join."),
    )
