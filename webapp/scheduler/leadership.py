"""Who may run the jobs: exactly one process for a database, found by a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from webapp.core.config import Settings

# Any number that no other program uses on this database: the letters of "LocalGls".
_KEY = int.from_bytes(b"LocalGls")
# The server frees the lock when it notices that the holder is gone, the holder steps down when it notices that the server is.
_CONNECTION = {
    "connect_timeout": 5, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 10_000, "prepare_threshold": None,
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
}


class Leadership(Protocol):
    """The lock. All three are cheap; none raises."""

    def take(self) -> bool:
        """Try to become the leader."""

    def held(self) -> bool:
        """Whether this process still is."""

    def give_up(self) -> None:
        """Let another take over."""


class FileLeadership:
    """For the embedded database: a locked file beside it. The system frees it when the process ends, however that happens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Try to become the leader."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def held(self) -> bool:
        """Whether the locked file is still the one that others would lock."""
        if self._file is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._file), self._path.stat())
        except OSError:
            return False

    def give_up(self) -> None:
        """Let another take over."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class PostgresLeadership:
    """An advisory lock of a session of its own, which the jobs' connections never share."""

    def __init__(self, address: str) -> None:
        self._engine = sa.create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_CONNECTION)
        self._connection: sa.Connection | None = None

    def take(self) -> bool:
        """Try to become the leader; an unreachable server is a no."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            taken = self._ask(sa.select(sa.func.pg_try_advisory_lock(_KEY)))
        except SQLAlchemyError:
            self.give_up()
            return False
        return bool(taken)

    def held(self) -> bool:
        """Whether the session lives and holds the lock: a pooler in between could have handed us another one."""
        locks = sa.table("pg_locks", *(sa.column(name) for name in ("locktype", "pid", "classid", "objid", "granted")))
        ours = sa.select(sa.func.count()).select_from(locks).where(
            locks.c.locktype == "advisory", locks.c.granted, locks.c.pid == sa.func.pg_backend_pid(),
            sa.cast(locks.c.classid, sa.BigInteger) == _KEY >> 32, sa.cast(locks.c.objid, sa.BigInteger) == _KEY & 0xFFFFFFFF,
        )
        try:
            return self._connection is not None and bool(self._ask(ours))
        except SQLAlchemyError:
            return False

    def give_up(self) -> None:
        """Free the lock and end the session. A session that no longer answers loses its lock when the server notices."""
        if self._connection is None:
            return
        try:
            self._ask(sa.select(sa.func.pg_advisory_unlock_all()))
        except SQLAlchemyError:
            self._connection.invalidate()
        self._connection.close()
        self._connection = None

    def _ask(self, query: sa.Select[Any]) -> Any:
        assert self._connection is not None
        return self._connection.execute(query).scalar()


def leadership(settings: Settings) -> Leadership:
    """The lock for the configured database."""
    if settings.database.startswith("sqlite"):
        return FileLeadership(settings.data_dir / "scheduler.lock")
    return PostgresLeadership(settings.database)
