"""Who is looking: the signed-in person of a request, found with one query."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import flask_login
from flask import current_app, g, request, session
from flask_login import LoginManager

from webapp.accounts import queries, rules
from webapp.accounts.models import Person, Role, SignIn
from webapp.core import access, clock
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask, Response

    from webapp.accounts.queries import Grant
    from webapp.places.models import Place

SESSION_KEY = "_user_id"
SEEN_KEY = "seen"
CANDIDATE_KEY = "candidate"
NEXT_NOTE = timedelta(minutes=5)

manager = LoginManager()


@dataclass(frozen=True, eq=False)
class Viewer:
    """A signed-in person in one request, as plain values: a page that only reads needs no more."""

    person_id: UUID
    sign_in_id: UUID
    name: str
    language: str
    time_zone: str
    session_id: UUID
    has_grants: bool
    has_second_factor: bool = False
    _found: list[tuple[Grant, ...]] = field(default_factory=list, repr=False)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the signed cookie: the id of the session row."""
        return str(self.session_id)

    @property
    def person(self) -> Person:
        """The person's row, for what changes it or refers to it. One query at the first use."""
        return db.session.get_one(Person, self.person_id)

    @property
    def sign_in(self) -> SignIn:
        """The row of the sign-in. One query at the first use."""
        return db.session.get_one(SignIn, self.sign_in_id)

    @property
    def grants(self) -> tuple[Grant, ...]:
        """Roles in force. One query at the first use, none afterwards, and none at all for most people, who hold no role."""
        if not self._found:
            self._found.append(queries.grants_in_force(self.person_id, clock.now()) if self.has_grants else ())
        return self._found[0]

    def has_role(self, role: Role, place: Place | None = None) -> bool:
        """Whether the role holds for the place: granted there, above it, or everywhere. Without a place: anywhere at all."""
        return any(grant.role is role and (place is None or grant.covers(place.path)) for grant in self.grants)

    def has_role_everywhere(self, role: Role) -> bool:
        """Whether the role was granted without a place."""
        return any(grant.role is role and grant.everywhere for grant in self.grants)

    def paths(self, role: Role) -> tuple[str, ...] | None:
        """Path prefixes of the trees for which the role holds; None when it holds everywhere, empty when nowhere."""
        held = [grant for grant in self.grants if grant.role is role]
        if any(grant.everywhere for grant in held):
            return None
        return tuple(sorted({grant.path for grant in held if grant.path is not None}))

    def paths_of(self, roles: Iterable[Role]) -> tuple[str, ...] | None:
        """The same for several roles together."""
        found: set[str] = set()
        for role in roles:
            paths = self.paths(role)
            if paths is None:
                return None
            found.update(paths)
        return tuple(sorted(found))


def me() -> Viewer:
    """The viewer of a page that only somebody who is signed in reaches."""
    found = viewer()
    assert found is not None
    return found


def viewer() -> Viewer | None:
    """The signed-in viewer of this request, or None. One query a request at most."""
    found = access.current()
    return found if isinstance(found, Viewer) else None


def _provide() -> Viewer | None:
    user = flask_login.current_user
    found = user._get_current_object()  # noqa: SLF001  the documented way to look behind the proxy
    if not isinstance(found, Viewer):
        return None
    g.time_zone = found.time_zone
    return found


def _load(cookie_id: str) -> Viewer | None:
    """The viewer of a session id from the cookie, unless the session is over. One query."""
    try:
        session_id = UUID(str(cookie_id))
    except ValueError:
        return None
    row = queries.session_row(session_id)
    idle = timedelta(minutes=settings().idle_minutes)
    if row is None or not rules.session_lives(
        now=clock.now(), seen=_seen(), idle=idle, expires_at=row.expires_at, ended_at=row.ended_at, disabled_at=row.disabled_at,
    ):
        return None
    return Viewer(
        person_id=row.person_id, sign_in_id=row.sign_in_id, name=row.name, language=row.language, time_zone=row.time_zone,
        session_id=session_id, has_grants=bool(row.has_grants), has_second_factor=bool(row.has_second_factor),
    )


def _seen() -> datetime | None:
    return rules.moment_of(session.get(SEEN_KEY))


def begin(session_id: UUID) -> None:
    """Let this browser carry the session: everything the cookie held before is dropped, so that an older copy is worth nothing.

    Kept is only who the provider of single sign-on said it was, for one who signs in to connect that identity.
    """
    candidate = session.get(CANDIDATE_KEY)
    session.clear()
    if candidate is not None:
        session[CANDIDATE_KEY] = candidate
    session.permanent = True
    session[SEEN_KEY] = int(clock.now().timestamp())
    session[SESSION_KEY] = str(session_id)
    _forget()


def end() -> None:
    """Make this browser a stranger's."""
    session.clear()
    _forget()


def was_signed_in() -> bool:
    """Whether the cookie speaks of a session that is over."""
    return SESSION_KEY in session and viewer() is None


def _forget() -> None:
    for name in ("viewer", "_login_user", "time_zone"):
        g.pop(name, None)


def init_viewer(app: Flask) -> None:
    """Install Flask-Login and tell the core who is looking."""
    # Templates ask for `viewer`.
    manager.init_app(app, add_context_processor=False)
    # Phones change their address on every train ride; the signed cookie and the row are what counts.
    manager.session_protection = None
    manager.user_loader(_load)
    access.provide_viewer(_provide)

    @app.before_request
    def look() -> None:
        # Early, because times on the page are printed in the reader's zone from the first one on.
        if SESSION_KEY in session and not _for_machines():
            access.current()

    @app.after_request
    def note_seen(response: Response) -> Response:
        if isinstance(g.get("viewer"), Viewer) and SESSION_KEY in session:
            now, seen = clock.now(), _seen()
            if seen is None or now - seen >= NEXT_NOTE:
                session[SEEN_KEY] = int(now.timestamp())
        return response


def _for_machines() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, access.MARK, ("", ""))[0] == access.MACHINE
