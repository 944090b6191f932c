"""The one way by which a browser gets a session: second factor where there is one, notice of a new device, a fresh cookie."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from flask import redirect, request, session
from werkzeug.wrappers import Response

from webapp.accounts import current, mail_notices, queries, services_consent, services_second_factor, services_sessions
from webapp.accounts.current import viewer
from webapp.accounts.devices import Device
from webapp.accounts.errors import HalfwayOver
from webapp.accounts.queries import Holder
from webapp.accounts.services_second_factor import Halfway
from webapp.accounts.services_sessions import Credentials
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.i18n import cookie_name
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

HALF_KEY = "halfway"
DEVICE_COOKIE = "device"
DEVICE_KEPT = timedelta(days=365)
LANGUAGE_KEPT = timedelta(days=365)


def go_on(sign_in_id: UUID, target: str, *, told: bool = False, found: Credentials | None = None) -> Response:
    """Sign this browser in and lead on, or ask for the second factor before. Call it after the unit of work that proved who it is.

    `told`: no notice of a new device, since the account was made a moment ago or another mail tells it. `found`: what was
    read together with the password, so that it is not read twice.
    """
    with unit_of_work():
        if found.has_second_factor if found else services_second_factor.is_set_up(sign_in_id):
            half_id = services_second_factor.go_halfway(sign_in_id=sign_in_id, next_path=target, now=clock.now())
            return _halfway(half_id)
        session_id, token = _open(sign_in_id, told=told, holder=found.holder if found else None)
    return _inside(sign_in_id, session_id, token, target)


def finish(half: Halfway) -> Response:
    """Sign this browser in after the second factor."""
    with unit_of_work():
        services_second_factor.finish(half, clock.now())
        session_id, token = _open(half.sign_in_id, told=False)
    return _inside(half.sign_in_id, session_id, token, half.next_path)


def halfway() -> Halfway:
    """Who owes the second factor in this browser. Raises `HalfwayOver`. One query."""
    try:
        half_id = UUID(str(session.get(HALF_KEY)))
    except ValueError as error:
        raise HalfwayOver from error
    return services_second_factor.halfway(half_id, clock.now())


def _halfway(half_id: UUID) -> Response:
    # The session that this browser carried stays until the new one is there; so does an identity that waits to be connected.
    session[HALF_KEY] = str(half_id)
    return redirect(address("/sign-in/code"), 303)


def _open(sign_in_id: UUID, *, told: bool, holder: Holder | None = None) -> tuple[UUID, str]:
    now, before, device = clock.now(), viewer(), Device.of(request.headers.get("User-Agent", ""))
    token = request.cookies.get(_device_cookie()) or secrets.token_urlsafe(24)
    if services_sessions.know_device(sign_in_id=sign_in_id, token=token, now=now) and not told:
        mail_notices.new_device(holder or mail_notices.holder(sign_in_id), device=device, now=now)
    session_id = services_sessions.open_session(
        sign_in_id=sign_in_id, now=now, length=settings().session_length, instead_of=before.session_id if before else None,
        device=device.kept,
    )
    return session_id, token


def _inside(sign_in_id: UUID, session_id: UUID, token: str, target: str) -> Response:
    current.begin(session_id)
    response = redirect(address(services_consent.way_on(sign_in_id, target)), 303)
    if cookie_name() not in request.cookies:
        keep_language(response, queries.language_of(sign_in_id))
    response.set_cookie(
        _device_cookie(), token, max_age=DEVICE_KEPT, path="/", secure=settings().tls, httponly=True, samesite="Lax",
    )
    return response


def keep_language(response: Response, tag: str) -> None:
    """Set the language cookie for a year."""
    response.set_cookie(
        cookie_name(), tag, max_age=LANGUAGE_KEPT, path="/", secure=settings().tls, httponly=True, samesite="Lax",
    )


def _device_cookie() -> str:
    return f"__Host-{DEVICE_COOKIE}" if settings().tls else DEVICE_COOKIE
