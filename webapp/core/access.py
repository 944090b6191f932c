"""Closed by default: every view says who may open it, or the application does not start."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import abort, g, redirect, request

from webapp.core.database import SAFE_METHODS, Base, db

if TYPE_CHECKING:
    from flask import Flask

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Base)

MARK = "_access"
_UNASKED = object()
PUBLIC, SIGNED_IN, ALLOWED, MACHINE = "public", "signed in", "allowed", "machine"


class UnmarkedView(RuntimeError):
    """A view without a declared permission: named at the start, so that it never answers."""


def _mark(view: Callable[P, R], kind: str, reason: str) -> Callable[P, R]:
    setattr(view, MARK, (kind, reason))
    return view


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone may open it."""
    return _mark(view, PUBLIC, "anyone")


def machine(view: Callable[P, R]) -> Callable[P, R]:
    """For machines that watch this one: no session is looked at."""
    return _mark(view, MACHINE, "machines")


def token_holders(view: Callable[P, R]) -> Callable[P, R]:
    """For programs that send an access token, which the view itself checks; no session is looked at."""
    return _mark(view, MACHINE, "holders of an access token")


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone signed in; others are led to the sign-in page and back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if current() is None:
            return to_sign_in()
        return view(*args, **kwargs)

    return _mark(guarded, SIGNED_IN, "signed in")


def allow(predicate: Callable[[Any], bool]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Those for whom the predicate of the viewer holds; for other signed-in people the page does not exist."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            viewer = current()
            if viewer is None:
                return to_sign_in()
            if not predicate(viewer):
                abort(404)
            return view(*args, **kwargs)

        return _mark(guarded, ALLOWED, predicate.__name__)

    return mark


def current() -> Any | None:
    """The signed-in viewer, or None. Who that is, the accounts room says by `provide_viewer`."""
    found = g.get("viewer", _UNASKED)
    if found is _UNASKED:
        found = g.viewer = _provider()
    return found


def _nobody() -> Any | None:
    return None


_provider: Callable[[], Any | None] = _nobody


def provide_viewer(provider: Callable[[], Any | None]) -> None:
    """Say how the viewer of a request is found; called once by the factory."""
    global _provider  # noqa: PLW0603  the one hook by which a lower room asks a higher one
    _provider = provider


def to_sign_in() -> Any:
    """Lead to the sign-in page and, where that makes sense, back here."""
    here = request.full_path if request.query_string else request.path
    back = here if request.method in SAFE_METHODS else "/me/"
    return redirect(f"/sign-in?{urlencode({'next': back})}")


def safe_next(target: str | None, default: str = "/me/") -> str:
    """A path on this site to go on to, never another host."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    # Browsers drop control characters and read a backslash as a slash: either can hide a second slash.
    return default if any(c == "\\" or not c.isprintable() for c in target) else target


def load_or_404(model: type[M], row_id: UUID) -> M:
    """The row, or the page does not exist. One query."""
    row = db.session.get(model, row_id)
    if row is None:
        abort(404)
    return row


def load_for(
    viewer: Any, model: type[M], row_id: UUID, *, may_see: Callable[[Any, M], bool], may: Callable[[Any, M], bool] | None = None
) -> M:
    """The row if the viewer may see it (else 404) and do what is asked (else 403). One query."""
    row = load_or_404(model, row_id)
    if not may_see(viewer, row):
        abort(404)
    if may is not None and not may(viewer, row):
        abort(403)
    return row


def declared(app: Flask) -> dict[str, tuple[str, str]]:
    """Endpoint to (kind, for whom), for the start-up check, the tests and the documentation."""
    return {name: getattr(view, MARK) for name, view in app.view_functions.items() if hasattr(view, MARK)}


def refuse_unmarked(app: Flask) -> None:
    """Stop the start if a view has no declared permission."""
    marked = declared(app)
    missing = sorted(name for name in app.view_functions if name not in marked)
    if missing:
        raise UnmarkedView(", ".join(missing))
