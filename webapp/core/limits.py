"""Limits that protect accounts, kept in the database: right with several workers and no extra server."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import String, case, delete
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, db
from webapp.core.errors import TooManyRequests
from webapp.core.frozen import dataclass
from webapp.core.upsert import insert_for


class LimitCounter(Model):
    """How often a key was hit in the running window. Keys are hashed: no address or e-mail is kept."""

    __tablename__ = "limit_counters"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    hits: Mapped[int]
    window_ends: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Count:
    """How often a key was used in its window, and in how many seconds the window ends."""

    hits: int
    seconds: int


def hit(*, key: str, limit: int, per: timedelta, now: datetime) -> None:
    """Count one use of a key; raise `TooManyRequests` beyond `limit` in the window. One statement.

    The count is part of the caller's unit of work: commit it also when the guarded act fails.
    """
    counted = count(key=key, per=per, now=now)
    if counted.hits > limit:
        raise TooManyRequests(counted.seconds)


def count(*, key: str, per: timedelta, now: datetime) -> Count:
    """Count one use of a key and say how many it were in the window, this one included. One statement."""
    table = LimitCounter.__table__
    insert = insert_for(table).values(key=_hashed(key), hits=1, window_ends=now + per)
    over = table.c.window_ends <= now
    statement = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "hits": case((over, 1), else_=table.c.hits + 1),
            "window_ends": case((over, now + per), else_=table.c.window_ends),
        },
    ).returning(table.c.hits, table.c.window_ends)
    hits, ends = db.session.execute(statement).one()
    return Count(hits, int((ends - now).total_seconds()))


def forget(key: str) -> None:
    """Start the key's window anew: after a success."""
    db.session.execute(delete(LimitCounter).where(LimitCounter.key == _hashed(key)))


def sweep(now: datetime) -> int:
    """Delete windows that are over; the number deleted."""
    result = db.session.execute(delete(LimitCounter).where(LimitCounter.window_ends <= now))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
