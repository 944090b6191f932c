"""What a browser carries between two requests: Flask's session in a signed cookie, for less work a request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin
    from itsdangerous import URLSafeTimedSerializer

# Of some hundred bytes each: those of the readers of an hour.
MOST_KNOWN = 4096
_PLAIN = (str, int, bool, type(None))


class _Read(NamedTuple):
    """What a cookie holds, and when it was signed, in seconds since 1970."""

    values: dict[str, Any]
    signed: int


class CookieSessions(SecureCookieSessionInterface):
    """Signed cookies as Flask makes them, with a signer that is made once.

    A cookie whose signature was found right is known by its whole text afterwards: checking it anew at each request proves no more.
    Only its age is looked at each time.
    """

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None
        self._known: dict[str, _Read] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of this application's cookies."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session of a request; an empty one if there is no cookie, or none of ours, or an old one."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        read = (self._known.get(cookie) or self._checked(app, cookie)) if cookie else None
        young = read is not None and 0 <= int(time.time()) - read.signed <= app.permanent_session_lifetime.total_seconds()
        return self.session_class(read.values if read is not None and young else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie if the session has changed. That pages differ by it, `security.protect` has said."""
        if session.modified:
            super().save_session(app, session, response)

    def _checked(self, app: Flask, cookie: str) -> _Read | None:
        signer = self.get_signing_serializer(app)
        assert signer is not None
        try:
            values, signed = signer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return None
        read = _Read(values, int(signed.timestamp()))
        # A list could be changed, and would then be what the cookie held for the next request too.
        if all(isinstance(value, _PLAIN) for value in values.values()):
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[cookie] = read
        return read
