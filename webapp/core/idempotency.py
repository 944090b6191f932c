"""A POST that creates something carries a key: the second click finds what the first one made."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, db
from webapp.core.upsert import insert_for

KEPT = timedelta(days=2)


class IdempotencyKey(Model):
    """A key that was used by a person, and where its answer leads."""

    __tablename__ = "idempotency_keys"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    result: Mapped[str | None] = mapped_column(String(200))


def claim(*, person_id: UUID, key: str, now: datetime) -> str | None:
    """Claim a key for this unit of work: None the first time, else what the first use left (may be empty).

    Two requests at once wait for each other at the primary key. Two statements at most.
    """
    statement = insert_for(IdempotencyKey).values(person_id=person_id, key=key[:64], made_at=now).on_conflict_do_nothing()
    if db.session.execute(statement.returning(IdempotencyKey.key)).first() is not None:
        return None
    first = select(IdempotencyKey.result).where(IdempotencyKey.person_id == person_id, IdempotencyKey.key == key[:64])
    return db.session.scalar(first) or ""


def settle(*, person_id: UUID, key: str, result: str) -> None:
    """Remember what the claimed key led to, such as the address of the new page."""
    db.session.execute(
        update(IdempotencyKey).where(IdempotencyKey.person_id == person_id, IdempotencyKey.key == key[:64]).values(result=result)
    )


def sweep(now: datetime) -> int:
    """Delete keys that nobody will send again; the number deleted."""
    result = db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.made_at <= now - KEPT))
    return int(result.rowcount)  # type: ignore[attr-defined]
