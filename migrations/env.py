"""How Alembic reaches the database: through the application in whose context it runs."""

from typing import Any

from alembic import context
from sqlalchemy import JSON, text

from webapp.core.database import UtcDateTime, db
from webapp.core.late_rooms import all_tables

# Any number that no other program locks on this database.
LOCK = int.from_bytes(b"LocalGlm")


def as_sqlalchemy(kind: str, item: Any, autogen: Any) -> str | bool:
    """Migrations outlive the types of the application, so they name SQLAlchemy's own."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def same_type(_context: Any, _inspected: Any, _column: Any, _inspected_type: Any, model_type: Any) -> bool | None:
    """A database does not tell a moment with a zone from what SQLAlchemy makes of it: only the other types are compared."""
    return False if isinstance(model_type, UtcDateTime) else None


def of_this_database(item: Any, _name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:  # noqa: FBT001  Alembic's signature
    """Leave out indexes that the models ask for on another database only."""
    only = getattr(item, "_ddl_if", None) if kind == "index" and not reflected else None
    return only is None or only.dialect == db.engine.dialect.name


def nothing_for_nothing(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """No file where the models have not changed."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def run() -> None:
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # Changing a table means copying it and dropping the old one, which foreign keys would not survive.
            # The switch works outside a transaction only, so it goes past SQLAlchemy.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            context.configure(
                connection=connection, target_metadata=all_tables(), render_as_batch=True, compare_type=same_type,
                include_object=of_this_database,
                render_item=as_sqlalchemy, process_revision_directives=nothing_for_nothing,
                # Both databases undo a change of shape, so that a failed upgrade leaves the database as it was.
                transactional_ddl=True,
            )
            with context.begin_transaction():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                context.run_migrations()
                if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise RuntimeError("A migration left rows that refer to missing ones; nothing was changed.")
        finally:
            if sqlite:
                connection.rollback()
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
