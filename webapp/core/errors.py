"""Errors named by cause, and the pages people see when something fails."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from flask import current_app, flash, redirect, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from webapp.core.database import SAFE_METHODS, busy, db
from webapp.core.i18n import _

if TYPE_CHECKING:
    from flask import Flask

log = structlog.get_logger(__name__)

ANSWERS = "error_answers"
# Seconds after which a browser or program may ask again what found the database busy.
BUSY_AGAIN = 5
PAGES = (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)


class DomainError(Exception):
    """A rule said no. The message is the translated sentence that people see."""

    status: int = HTTPStatus.CONFLICT
    # Something on the page they come from is to be done first: people stand there again, with the sentence.
    leads_back: bool = False
    # After how many it may be tried again; 0 where nobody knows.
    seconds: int = 0


class NotReady(DomainError):
    """What was asked for is still being made."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    seconds = 60


class TooManyRequests(DomainError):
    """A limit that protects an account or an address was passed."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, seconds: int) -> None:
        self.seconds = max(1, seconds)
        minutes = -(-self.seconds // 60)
        super().__init__(_("Too many tries. Please wait %(minutes)d min and try again.", minutes=minutes))


def error_page(status: int, message: str = "", *, why: str = "") -> tuple[str, int]:
    """The page for a status, with the sentence of the cause where there is one.

    `why` a service is unavailable: the database is `crowded`, so that something was `unsaved`; something is being `made`.
    """
    shown = status if status in PAGES else (500 if status >= 500 else 400)
    if shown >= 500:
        # Without context processors: they ask who is signed in, and the database may be what failed.
        return current_app.jinja_env.get_template("ui/error.html").render(
            status=shown, message=message, why=why,
        ), status
    return render_template("ui/error.html", status=shown, message=message), status


def _came_from() -> str:
    """Path and query of this site's page that the form stood on; empty where the browser does not say or it is another site's."""
    page = urlsplit(request.referrer or "")
    if page.netloc != request.host or not page.path.startswith("/") or page.path.startswith("//") or "\\" in page.path:
        return ""
    return page.path + (f"?{page.query}" if page.query else "")


def answer_errors(app: Flask, prefix: str, answer: Callable[[Exception], Any]) -> None:
    """Let a room answer every error below an address in its own way: programs read no pages."""
    app.extensions.setdefault(ANSWERS, {})[prefix] = answer


def _unexpected(error: Exception) -> Any:
    db.session.rollback()
    log.error("request_failed", endpoint=request.endpoint, method=request.method, exc_info=error)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return _own_answer(error) or error_page(500)


def _refused_by_the_database(error: OperationalError) -> Any:
    if not busy(error):
        return _unexpected(error)
    db.session.rollback()
    log.warning("database_busy", endpoint=request.endpoint, method=request.method)
    own = _own_answer(ServiceUnavailable(retry_after=BUSY_AGAIN))
    if own is not None:
        return own
    body, status = error_page(HTTPStatus.SERVICE_UNAVAILABLE, why="crowded" if request.method in SAFE_METHODS else "unsaved")
    return body, status, {"Retry-After": str(BUSY_AGAIN)}


def _own_answer(error: Exception) -> Any | None:
    for prefix, answer in current_app.extensions.get(ANSWERS, {}).items():
        if request.path.startswith(prefix):
            return answer(error)
    return None


def init_errors(app: Flask) -> None:
    """Show every failure as a translated page; log what nobody expected."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Any:
        db.session.rollback()
        own = _own_answer(error)
        if own is not None:
            return own
        if error.leads_back and _came_from():
            flash(str(error), "warn")
            return redirect(_came_from(), HTTPStatus.SEE_OTHER)
        body, status = error_page(error.status, str(error), why="made" if isinstance(error, NotReady) else "")
        return body, status, {"Retry-After": str(error.seconds)} if error.seconds else {}

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Any:
        code = error.code or 500
        if code < 400:
            return error.get_response(request.environ)
        db.session.rollback()
        own = _own_answer(error)
        if own is not None:
            return own
        described = error.description if getattr(error, "translated", False) else ""
        body, status = error_page(code, described or "")
        kept = [(name, value) for name, value in error.get_headers(request.environ) if name in ("Allow", "Retry-After")]
        return body, status, kept

    app.register_error_handler(OperationalError, _refused_by_the_database)
    app.register_error_handler(Exception, _unexpected)
