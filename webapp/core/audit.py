"""The audit trail: who did what to what, when and from where. Ids only, never names; append-only; a chain.

Each entry has a number and a hash over the hash before it and its own content, so that whoever changes, removes or inserts one
has to change all that follow, and `localgoals audit verify` names the first that does not fit.

How the chain stays one. What is recorded waits in the session until the unit of work commits. Then, after everything else was
flushed, the one row of `audit_head` is locked, the entries are numbered, hashed and inserted in one statement, and the head
moves: two statements more a unit of work, however many entries it has. The head is the last lock that a unit of work takes, and
nothing but its commit follows: whoever holds the head waits for nobody, so it can be part of no deadlock, and it is held for
three short statements only. A unit of work that rolls back leaves no gap.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Table, event, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, Session, SessionTransaction, mapped_column

from webapp.core.audit_guards import guard
from webapp.core.audit_origin import AuditChannel, origin
from webapp.core.database import Json, Model, db, enum_column
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for

GENESIS = "0" * 64
_WAITING = "audit_waiting"

# How the place of a subject is told where the caller does not give it: kind to a function of the id that asks no database.
PLACE_OF: dict[str, Callable[[UUID], UUID | None]] = {"place": lambda place_id: place_id}


class AuditEntry(Model):
    """One act. Ids carry no foreign key: the trail outlives the row that names the person.

    `place_id` is the place whose administrators may read the entry; without one only those who administer everything may.
    """

    __tablename__ = "audit_entries"
    # Lists are read by time, newest first, a page at a time: every way to search has an index in that order, so that a page
    # costs the same in ten million entries as in ten. The action ends two of them, so that it is looked at without the row.
    __table_args__ = (
        Index("ix_audit_entries_at", "at", "number"),
        Index("ix_audit_entries_actor", "actor_id", "at", "number", "action"),
        Index("ix_audit_entries_action", "action", "at", "number"),
        Index("ix_audit_entries_subject", "subject_kind", "subject_id", "at", "number"),
        Index("ix_audit_entries_place", "place_id", "at", "number", "action"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    place_id: Mapped[UUID | None]
    channel: Mapped[AuditChannel] = mapped_column(enum_column(AuditChannel, "audit_channel"))
    network: Mapped[str | None] = mapped_column(String(50))
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Model):
    """One row: the newest entry, and the entry up to which the job has verified the chain."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    verified_number: Mapped[int] = mapped_column(BigInteger, default=0)
    verified_hash: Mapped[str] = mapped_column(String(64), default=GENESIS)
    verified_at: Mapped[datetime | None]


ENTRIES, HEAD = cast("Table", AuditEntry.__table__), cast("Table", AuditHead.__table__)
guard(ENTRIES, HEAD)


class AuditIsAppendOnly(RuntimeError):
    """Somebody tried to change or delete an entry."""


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(_mapper: Mapper[AuditEntry], _connection: Connection, entry: AuditEntry) -> None:
    raise AuditIsAppendOnly(str(entry.id))


def record(
    *, actor_id: UUID | None, action: str, subject: tuple[str, object], now: datetime, before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None, place_id: UUID | None = None,
) -> None:
    """Add an entry in the caller's unit of work; no statement until it commits.

    `action` is `noun.done`; `subject` is (kind, id); `before` and `after` hold ids and values, never names. `place_id` is the
    place whose administrators may read it (of the person, the organisation, the role). Without it a place stands for itself,
    and a person in this session for where they work; what concerns everywhere has none.
    """
    session = db.session()
    if not session.in_transaction():
        # A unit of work that fails before its first statement must drop what it recorded.
        session.begin()
    kind, subject_id = subject
    if place_id is None and kind in PLACE_OF and isinstance(subject_id, UUID):
        place_id = PLACE_OF[kind](subject_id)
    channel, network = origin()
    entry = {
        "id": new_id(), "at": now, "actor_id": actor_id, "action": action, "subject_kind": kind, "subject_id": str(subject_id),
        "place_id": place_id, "channel": channel, "network": network, "before": _plain(before), "after": _plain(after),
    }
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        # On this session only, and only now: on every session it would be asked at each statement of each request.
        event.listen(session, "do_orm_execute", _before_reading)
    session.info[_WAITING].append((session.get_nested_transaction(), entry))


def _plain(value: Any) -> Any:
    """A value as both databases give it back unchanged: a fraction as text, since one of them keeps 36.50 and the other 36.5."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    # PostgreSQL keeps no NUL and no half of a surrogate pair.
    return str(value).replace("\0", "").encode(errors="replace").decode()


def hash_of(previous: str, entry: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, of the hash before and the entry's content as JSON with sorted keys, without its own hash."""
    content = {
        "number": entry["number"], "id": str(entry["id"]), "at": entry["at"].isoformat(timespec="microseconds"),
        "actor_id": str(entry["actor_id"]) if entry["actor_id"] else None, "action": entry["action"],
        "subject_kind": entry["subject_kind"], "subject_id": entry["subject_id"],
        "place_id": str(entry["place_id"]) if entry["place_id"] else None, "channel": str(entry["channel"]),
        "network": entry["network"], "before": entry["before"], "after": entry["after"],
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def seal(session: Session) -> None:
    """Append what the unit of work recorded to the chain. Two statements beside the insert, none where nothing was recorded."""
    waiting = session.info.get(_WAITING)
    if not waiting:
        return
    # Everything that could wait for another unit of work comes before the head is locked.
    session.flush()
    number, previous = _locked_head(session)
    rows = []
    for _transaction, entry in waiting:
        number += 1
        row = {**entry, "number": number, "at": _utc(entry["at"])}
        previous = row["hash"] = hash_of(previous, row)
        rows.append(row)
    waiting.clear()
    session.execute(insert(ENTRIES), rows)
    session.execute(update(HEAD).values(number=number, hash=previous))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = "a moment needs a time zone"
        raise ValueError(message)
    return moment.astimezone(UTC)


def _locked_head(session: Session) -> tuple[int, str]:
    statement = select(HEAD.c.number, HEAD.c.hash).with_for_update()
    row = session.execute(statement).first()
    if row is None:
        # The first entry ever, or a restored database without the head: it follows what is there.
        last = session.execute(select(ENTRIES.c.number, ENTRIES.c.hash).order_by(ENTRIES.c.number.desc()).limit(1)).first()
        number, last_hash = last or (0, GENESIS)
        first = {"id": 1, "number": number, "hash": last_hash, "verified_number": 0, "verified_hash": GENESIS}
        session.execute(insert_for(AuditHead).values(first).on_conflict_do_nothing())
        row = session.execute(statement).one()
    return row.number, row.hash


@event.listens_for(db.session, "before_commit")
def _before_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        seal(session)


def _before_reading(state: ORMExecuteState) -> None:
    """Who reads the trail inside a unit of work finds what it recorded before."""
    if state.session.info.get(_WAITING) and state.is_select and state.bind_mapper is not None and state.bind_mapper.class_ is AuditEntry:
        seal(state.session)


@event.listens_for(db.session, "after_transaction_end")
def _over(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None and session.info.pop(_WAITING, None) is not None:
        event.remove(session, "do_orm_execute", _before_reading)


@event.listens_for(db.session, "after_soft_rollback")
def _undone(session: Session, over: SessionTransaction) -> None:
    """Drop what was recorded inside a savepoint that was rolled back."""
    def inside(transaction: SessionTransaction | None) -> bool:
        while transaction is not None and transaction is not over:
            transaction = transaction.parent
        return transaction is over

    waiting = session.info.get(_WAITING)
    if waiting:
        waiting[:] = [each for each in waiting if not inside(each[0])]
