"""An application of a test's own, with views that fail in every way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, abort, request
from sqlalchemy import text

from tests.conftest import FreshContextClient, settings_for_tests
from webapp import create_app
from webapp.core.access import public, signed_in
from webapp.core.database import db
from webapp.core.errors import DomainError, TooManyRequests
from webapp.core.selection import NothingChosen
from webapp.core.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask


class SeatsTaken(DomainError):
    """A rule with a sentence of its own."""


bp = Blueprint("probe", __name__)


@bp.get("/probe/<int:status>")
@public
def fail(status: int) -> str:
    if status == 429:
        raise TooManyRequests(61)
    abort(status)


@bp.get("/probe/rule")
@public
def rule() -> str:
    raise SeatsTaken("All 24 seats are taken.")


@bp.post("/probe/nothing-ticked")
@public
def nothing_ticked() -> str:
    raise NothingChosen


@bp.route("/probe/crash", methods=["GET", "POST"])
@public
def crash() -> str:
    who = request.values.get("name", "")
    raise RuntimeError(f"{who} of wang@example.org has no place")


@bp.get("/probe/crash-in-the-database")
@public
def crash_in_the_database() -> str:
    db.session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "王晓兰"})
    return ""


@bp.post("/probe/form")
@public
def form() -> str:
    return ",".join(sorted(request.form))


@bp.get("/probe/mine")
@signed_in
def mine() -> str:
    return "mine"


@bp.post("/probe/mine")
@signed_in
def change_mine() -> str:
    return "changed"


@bp.get("/probe/statements")
@public
def statements() -> str:
    return str(db.session.scalar(text("SELECT 1")))


@bp.post("/probe/statements")
@public
def write() -> str:
    with unit_of_work():
        return str(db.session.scalar(text("SELECT 1")))


@contextmanager
def probe_app(folder: Path, **overrides: Any) -> Iterator[Flask]:
    """The whole application on an empty SQLite file, as a server runs it, with the failing views beside its own."""
    logging = structlog.get_config()
    app = create_app(settings_for_tests(folder, **overrides))
    app.register_blueprint(bp)
    app.test_client_class = FreshContextClient
    with app.app_context():
        db.create_all()
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        structlog.configure(**logging)
