"""Statements that change an attempt and write the step into its log: one on PostgreSQL, two on SQLite, which cannot join them.

On the tables themselves, and built once: the ORM's bookkeeping, and building a statement, cost more than these rows.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Insert, Table, bindparam, insert, literal_column, select, update
from sqlalchemy.orm.attributes import set_committed_value

from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for
from webapp.quizzes.models import Attempt, AttemptLog, AttemptState, LogKind

_attempts: Any = Attempt.__table__
_log = cast("Table", AttemptLog.__table__)
_ADD_STEP = insert(_log)
_BEGUN = (
    "id", "person_id", "enrolment_id", "course_id", "course_revision", "quiz_id", "quiz_revision", "number", "seed", "language",
    "started_at", "deadline_at", "pass_mark", "maximum", "paper", "state", "responses", "version",
)
_IF_OPEN = (
    update(_attempts).returning(_attempts.c.id)
    .where(_attempts.c.id == bindparam("attempt_id"), _attempts.c.state == AttemptState.OPEN, _attempts.c.version == bindparam("known"))
)


def _new(*names: str) -> dict[str, Any]:
    return {name: bindparam(f"new_{name}") for name in names}


_SAVE = _IF_OPEN.values(_new("responses", "saved_at", "version"))
_CLOSE = _IF_OPEN.values(_new("state", "submitted_at", "marks", "score_thousandths", "passed"))


def begin(row: dict[str, Any], step: dict[str, Any], now: datetime) -> bool:
    """Write a new attempt; False, and nothing is written, if another one is open or has its number."""
    return _written(_begin(_dialect()), _named(row), row["id"], LogKind.STARTED, step, now)


def save(attempt: Attempt, values: dict[str, Any], step: dict[str, Any], now: datetime) -> bool:
    """Change the answers of an open attempt, and the object with it; False, and nothing is written, if it was closed meanwhile."""
    return _changed(_SAVE, attempt, values, LogKind.SAVED, step, now)


def close(attempt: Attempt, values: dict[str, Any], kind: LogKind, step: dict[str, Any], now: datetime) -> bool:
    """The same for its result."""
    return _changed(_CLOSE, attempt, values, kind, step, now)


def _changed(statement: Any, attempt: Attempt, values: dict[str, Any], kind: LogKind, step: dict[str, Any], now: datetime) -> bool:
    known = {"attempt_id": attempt.id, "known": attempt.version}
    if not _written(statement, _named(values) | known, attempt.id, kind, step, now):
        return False
    for name, value in values.items():
        set_committed_value(attempt, name, value)
    return True


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


def _written(statement: Any, values: dict[str, Any], attempt_id: UUID, kind: LogKind, step: dict[str, Any], now: datetime) -> bool:
    entry = {"id": new_id(), "at": now, "kind": kind, "payload": step}
    if _dialect() == "postgresql":
        both = {**values, **{f"step_{name}": value for name, value in entry.items()}}
        return db.session.execute(_with_step(statement), both).first() is not None
    if db.session.execute(statement, values).first() is None:
        return False
    db.session.execute(_ADD_STEP, {**entry, "attempt_id": attempt_id})
    return True


@cache
def _with_step(statement: Any) -> Insert:
    """The change, and a step if it changed anything."""
    changed = statement.cte("changed")
    columns = [column for column in _log.c if column.name != "attempt_id"]
    step = select(changed.c.id, *(bindparam(f"step_{column.name}", type_=column.type) for column in columns))
    return insert(_log).from_select([_log.c.attempt_id, *columns], step).returning(literal_column("1"))


@cache
def _begin(_dialect: str) -> Any:
    """The insert. Two starts at once meet at the unique constraints: one attempt is made."""
    return insert_for(_attempts).values(_new(*_BEGUN)).on_conflict_do_nothing().returning(_attempts.c.id)


def _dialect() -> str:
    return db.session.get_bind().dialect.name
