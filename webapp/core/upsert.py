"""INSERT with ON CONFLICT, in the dialect of the database in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.database import db

if TYPE_CHECKING:
    from sqlalchemy import FromClause


def insert_for(table: FromClause | type[Any]) -> Any:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    postgres = db.session.get_bind().dialect.name == "postgresql"
    target: Any = getattr(table, "__table__", table)
    return postgresql.insert(target) if postgres else sqlite.insert(target)
