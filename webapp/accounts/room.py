"""Wiring of the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.accounts import (
    access,
    audit_places,
    following,
    outside,
    own_data,
    own_imports,
    own_invitations,
    own_merge,
    views,
    views_me,
    views_password,
    views_sessions,
    views_sign_up,
)
from webapp.accounts.current import init_viewer
from webapp.accounts.required import init_required
from webapp.core.config import settings
from webapp.core.i18n import lazy
from webapp.core.late_pages import add_pages
from webapp.core.security import csrf
from webapp.core.signals import place_operation_undone, place_succeeded
from webapp.core.ui.navigation import add_admin_link

if TYPE_CHECKING:
    from flask import Flask

# What people meet before they have signed in, or often.
PAGES = (views, views_sign_up, views_password, views_me, views_sessions)
LATE_PAGES = (
    "views_admin_import", "views_admin_invitations", "views_admin_merge", "views_admin_organisations", "views_admin_people",
    "views_admin_person", "views_admin_roles", "views_admin_sign_ins", "views_email", "views_invitations", "views_mail",
    "views_outside", "views_second_factor", "views_tokens",
)


def init_app(app: Flask) -> None:
    """Say who is looking, and register the pages of accounts."""
    outside.check_settings(settings(app))
    init_viewer(app)
    init_required(app)
    audit_places.wire()
    own_invitations.wire()
    # Before the name goes: it is what rows of staged files are known by.
    own_imports.wire()
    own_data.wire()
    own_merge.wire()
    place_succeeded.connect(following.follow)
    place_operation_undone.connect(following.go_back)
    for module in PAGES:
        app.register_blueprint(module.bp)
    add_pages(app, "webapp.accounts", *LATE_PAGES)
    # It checks for itself: mail programs send no form.
    csrf.exempt("webapp.accounts.views_mail.stop")
    add_admin_link(
        app, lazy("People"), "/admin/people/", rank=10, about=lazy("Find, register, correct and move people; look after their sign-ins."),
    )
    add_admin_link(app, lazy("Sign-ins"), "/admin/sign-ins/", rank=15, about=lazy("Who can sign in, and who is signed in now."))
    add_admin_link(
        app, lazy("Organisations"), "/admin/organisations/", rank=20,
        about=lazy("Names, types and places of organisations; merge doubles."),
    )
    add_admin_link(
        app, lazy("Invitation codes"), "/admin/invitations/", rank=35, shown=access.administer,
        about=lazy("Codes with which groups and single people join."),
    )
    add_admin_link(
        app, lazy("Roles"), "/admin/roles/", rank=30,
        about=lazy("Who is trainer, author, programme staff or administrator, where and why."),
    )
