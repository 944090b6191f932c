"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.access import machine
from webapp.core.config import shipped
from webapp.core.database import db

bp = Blueprint("health", __name__)


@cache
def migration_heads() -> frozenset[str]:
    """The newest migrations that ship with this release."""
    # Alembic takes a tenth of a second to import, which no page needs to wait for.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    return frozenset(ScriptDirectory.from_config(config).get_heads())


def migrated() -> bool:
    """Whether the database is at the head of the migrations. One query."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415  as above

    context = MigrationContext.configure(db.session.connection())
    return frozenset(context.get_current_heads()) == migration_heads()


@bp.get("/healthz")
@machine
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@machine
def readyz() -> tuple[Response, int]:
    """The database answers and has the shape that this release expects."""
    try:
        ready = migrated()
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="unreachable", migrations="unknown"), 503
    if not ready:
        return jsonify(status="unavailable", database="ok", migrations="pending"), 503
    return jsonify(status="ok", database="ok", migrations="head"), 200
