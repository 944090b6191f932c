"""Those of whom a second factor is required set it up before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, redirect, request, session

from webapp.accounts.current import SESSION_KEY, Viewer, viewer
from webapp.accounts.models import Role
from webapp.core.access import MACHINE, declared
from webapp.core.config import SecondFactor, settings
from webapp.core.ui.templating import address

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

ROLES = {
    SecondFactor.NONE: frozenset[Role](),
    SecondFactor.ADMINISTRATORS: frozenset({Role.ADMINISTRATOR}),
    SecondFactor.ADMINISTRATORS_AND_STAFF: frozenset({Role.ADMINISTRATOR, Role.STAFF}),
}
# What one may open before: the set-up itself, the way out, and the language of both.
OPEN_BLUEPRINTS = frozenset({"second_factor", "assets"})
OPEN = frozenset({"accounts.sign_out", "accounts.ask_sign_out", "accounts.language", "static"})


def roles_that_require() -> frozenset[Role]:
    """Roles of which the setting asks a second factor."""
    return ROLES[settings().second_factor_required]


def second_factor_required(who: Viewer) -> bool:
    """Whether the setting asks it of one of the person's roles. No query for most people, who hold no role."""
    asked = roles_that_require()
    return bool(asked) and any(grant.role in asked for grant in who.grants)


def init_required(app: Flask) -> None:
    """Lead those who owe it to the set-up page, whatever they ask for."""

    @app.before_request
    def lead() -> Response | None:
        if settings().second_factor_required is SecondFactor.NONE or SESSION_KEY not in session or _is_open():
            return None
        who = viewer()
        if who is None or who.has_second_factor or not second_factor_required(who):
            return None
        return redirect(address("/me/second-factor"), 303)


def _is_open() -> bool:
    endpoint = request.endpoint or ""
    kind = declared(current_app).get(endpoint, ("", ""))[0]
    return endpoint in OPEN or request.blueprint in OPEN_BLUEPRINTS or kind == MACHINE
