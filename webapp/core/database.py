"""The database: SQLite file or PostgreSQL behind one set of types and conventions."""

from __future__ import annotations

import select
import sqlite3
import sys
import time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, Connection, DateTime, Engine, Enum, MetaData, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import Dialect

    from webapp.core.config import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_MILLISECONDS = 10_000
REST_SECONDS = 30
# PostgreSQL's names for: could not serialise, deadlock, lock not to be had in time.
BUSY_STATES = frozenset({"40001", "40P01", "55P03"})
_BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}", "temp_store=MEMORY")

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive one is refused: it hides a bug."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """To UTC. Raises ValueError for a naive moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment needs a time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  as above
        """Aware, in UTC: SQLite gives it back naive."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[StrEnum], name: str) -> Enum:
    """A text column that holds one of the values of an enumeration, checked by the database."""
    return Enum(
        kind, name=name, native_enum=False, create_constraint=True, length=40,
        values_callable=lambda members: [member.value for member in members],
    )


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
TYPES: dict[Any, Any] = {
    datetime: UtcDateTime, UUID: Uuid, dict[str, Any]: Json, list[Any]: Json, dict[str, str]: Json, list[str]: Json,
}


class Base(DeclarativeBase):
    """Base of all tables: named constraints, so that migrations can speak of them."""

    # Flask-SQLAlchemy copies this body into a base of its own, where only a whole registry survives.
    registry = registry(metadata=METADATA, type_annotation_map=TYPES)


class RequestSession(FlaskSession):
    """A session that reads without a transaction where nothing is written.

    PostgreSQL's usual isolation gives each statement a view of its own, inside a transaction or not; a request that
    only reads saves the two messages that begin and end one.
    """

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Engine | Connection:
        """The engine, for what only reads on PostgreSQL one that commits each statement by itself; one that is asked for, as it is.

        A statement whose rows come piece by piece asks for `db.engine`: only inside a transaction can the server hold the rest.
        """
        found = super().get_bind(mapper, clause=clause, bind=bind, **kwargs)
        if bind is None and isinstance(found, Engine) and found.dialect.name == "postgresql" and reading():
            return _autocommitting(found)
        return found


_ONLY_READING: ContextVar[bool] = ContextVar("only_reading", default=False)


def reading() -> bool:
    """Whether what is being done may not write anything: a safe request, or whatever stands below `only_reading`."""
    return _ONLY_READING.get() or (has_request_context() and request.method in SAFE_METHODS)


@contextmanager
def only_reading() -> Iterator[None]:
    """Read for long, outside a request, without keeping anybody from writing; nothing may be written below it.

    SQLite shows the database as it was at the first statement, PostgreSQL as it is at each. What was read is let go of at
    the end: take values along, for rows that are used afterwards are read again. Within a transaction that has begun it changes
    nothing, since that one may have written what is to be read; so it stands around whole tasks, not around parts of a unit of work.
    """
    if db.session().in_transaction():
        yield
        return
    token = _ONLY_READING.set(True)
    try:
        yield
    finally:
        _ONLY_READING.reset(token)
        # A unit of work that went on from here would write on top of what may have changed since, which SQLite refuses at once.
        db.session.rollback()


def busy(error: BaseException) -> bool:
    """Whether the database refused only because others were writing: the same, done again, may go well."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        # The extended codes say more in their higher bits.
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in _BUSY_CODES
    return getattr(cause, "sqlstate", None) in BUSY_STATES


_annotations: dict[tuple[str, str], Any] = {}


def read_annotations(cls: type) -> dict[str, Any]:
    """What the annotations of a class mean, by attribute. A text that names what is not there yet stays a text, for SQLAlchemy to find.

    SQLAlchemy would read each of a thousand by itself, most of which are alike in a module: a thirtieth of a start.
    """
    found: dict[str, Any] = {}
    for name, text in vars(cls).get("__annotations__", {}).items():
        key = cls.__module__, text
        if key not in _annotations:
            try:
                _annotations[key] = eval(text, vars(sys.modules[cls.__module__]))  # noqa: S307  text of our own program
            except NameError:
                _annotations[key] = text
        found[name] = _annotations[key]
    return found


@lru_cache(maxsize=8)
def _autocommitting(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


# Savepoints let a test wrap everything in one transaction that it rolls back; on an engine this changes nothing.
db = SQLAlchemy(model_class=Base, session_options={"join_transaction_mode": "create_savepoint", "class_": RequestSession})

if TYPE_CHECKING:
    Model = Base
else:

    class Model(db.Model):
        """Base of the tables, as they are written."""

        __abstract__ = True

        def __init_subclass__(cls, **options: Any) -> None:
            cls.__annotations__ = read_annotations(cls)
            super().__init_subclass__(**options)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options of the engine for the configured database."""
    if settings.database.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False}}
    from webapp.core.cursors import LateCursor  # noqa: PLC0415  with its driver, which an SQLite file does not need

    # Behind a pooler that shares connections by transaction, a prepared statement may meet another server process.
    prepares = {} if settings.database_prepares else {"prepare_threshold": None}
    return {
        "pool_size": settings.database_pool, "max_overflow": settings.database_pool, "pool_pre_ping": False, "pool_recycle": 1800,
        # What only reads has no transaction to end.
        "skip_autocommit_rollback": True,
        # Pages are found one by one on the disks of today as fast as in a row, and no statement here is worth compiling.
        "connect_args": {**prepares, "cursor_factory": LateCursor, "options": "-c timezone=UTC -c random_page_cost=1.1 -c jit=off"},
    }


def revive_postgresql(engine: Engine) -> None:
    """Ask a resting connection whether it lives before it is used again, where there is a reason to doubt it.

    A server that ended the connection has left word on its socket, which costs no message to see; a firewall that forgot it
    leaves none, so one that rested longer than `REST_SECONDS` is asked as well. A dead one is replaced, and the request goes on.
    """

    @event.listens_for(engine, "connect")
    def watched(connection: Any, record: Any) -> None:
        watch = record.info["watch"] = select.poll()
        watch.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)

    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wanted(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("rests_since")
        # Something that waits at the socket of a connection that asked for nothing is the server's last word.
        if since is None or not (time.monotonic() - since > REST_SECONDS or record.info["watch"].poll(0)):
            return
        try:
            engine.dialect.do_ping(connection)
        except DBAPIError as error:
            raise DisconnectionError from error
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def tune_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, busy timeout; write transactions take the lock at once, so that they wait instead of failing late."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if reading() else "BEGIN IMMEDIATE")


def init_database(app: Flask, settings: Settings) -> None:
    """Bind the database to the application."""
    if settings.database.startswith("sqlite:///"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            tune_sqlite(db.engine)
        else:
            revive_postgresql(db.engine)
