"""Following the chain of the audit trail, and saying where it breaks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy import select, update

from webapp.core.audit import ENTRIES, GENESIS, HEAD, hash_of
from webapp.core.database import db, only_reading
from webapp.core.frozen import dataclass

log = structlog.get_logger(__name__)

SLICE = 2000
MOST_A_RUN = 50_000


class Fault(StrEnum):
    """How a chain can be broken."""

    CHANGED = "its content or the order does not fit its hash"
    MISSING = "it is missing"
    CUT = "it and all after it are missing"
    BEYOND = "it stands behind the head"
    HEAD = "its hash is not the one that the head keeps"
    ANCHOR = "its hash is not the one that was noted"


@dataclass(frozen=True)
class Link:
    """A place in the chain: an entry's number and hash; number 0 is before the first."""

    number: int = 0
    hash: str = GENESIS

    @classmethod
    def read(cls, text: str) -> Link:
        """`1234:9f…` as `verify` prints it. Raises ValueError."""
        number, _colon, value = text.strip().partition(":")
        if len(value) != len(GENESIS) or not number.isdigit():
            raise ValueError(text)
        return cls(int(number), value.lower())

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


class AuditBroken(Exception):
    """The chain does not hold; `number` is the first entry that does not fit."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        super().__init__(f"entry {number}: {fault.value}")


def verify(anchor: Link | None = None) -> Link:
    """Follow the whole chain; the newest link. Raises `AuditBroken`.

    `anchor` is a link noted earlier, outside this database: someone who can write to the database could make the whole chain
    anew, but not so that an earlier link keeps its hash. Reads 2,000 entries at a time and holds nothing in between, so that
    writing goes on; not to be called inside a unit of work.
    """
    with only_reading():
        head = _head()
        reached = _follow(Link(), head.number, anchor, let_go=True)
        return _at_the_end(reached, head)


def verify_next(now: datetime) -> int:
    """Follow the chain from where the last run ended, at most 50,000 entries; how many. Raises `AuditBroken`.

    The end of this run is kept in the caller's unit of work, which takes no lock until then where nothing was asked in it before.
    """
    with only_reading():
        start, reached = _followed_next()
    if reached != start:
        values = {"verified_number": reached.number, "verified_hash": reached.hash, "verified_at": now}
        db.session.execute(update(HEAD).values(values))
        # The log of another machine is a witness that this database cannot change.
        log.info("audit_verified", count=reached.number - start.number, head=str(reached))
    return reached.number - start.number


def _followed_next() -> tuple[Link, Link]:
    row = db.session.execute(select(HEAD)).first()
    if row is None:
        return Link(), _at_the_end(Link(), Link())
    head, start = Link(row.number, row.hash), Link(row.verified_number, row.verified_hash)
    _still_there(start)
    until = min(head.number, start.number + MOST_A_RUN)
    reached = _follow(start, until)
    return start, _at_the_end(reached, head) if until == head.number else reached


def _head() -> Link:
    row = db.session.execute(select(HEAD.c.number, HEAD.c.hash)).first()
    return Link(row.number, row.hash) if row else Link()


def _still_there(start: Link) -> None:
    if start.number == 0:
        return
    kept = db.session.execute(select(ENTRIES.c.hash).where(ENTRIES.c.number == start.number)).scalar()
    if kept is None:
        raise AuditBroken(start.number, Fault.MISSING)
    if kept != start.hash:
        raise AuditBroken(start.number, Fault.CHANGED)


def _follow(start: Link, until: int, anchor: Link | None = None, *, let_go: bool = False) -> Link:
    """From a link that is known to hold up to the entry `until`; lets others write after each slice where asked."""
    if anchor is not None and anchor.number > until:
        raise AuditBroken(until + 1, Fault.CUT)
    here = start
    while here.number < until:
        rows = db.session.execute(
            select(ENTRIES).where(ENTRIES.c.number > here.number, ENTRIES.c.number <= until).order_by(ENTRIES.c.number).limit(SLICE)
        ).mappings().all()
        if let_go:
            db.session.rollback()
        if not rows:
            raise AuditBroken(here.number + 1, Fault.CUT)
        for row in rows:
            if row["number"] != here.number + 1:
                raise AuditBroken(here.number + 1, Fault.MISSING)
            if hash_of(here.hash, dict(row)) != row["hash"]:
                raise AuditBroken(row["number"], Fault.CHANGED)
            here = Link(row["number"], row["hash"])
            if anchor is not None and here.number == anchor.number and here != anchor:
                raise AuditBroken(here.number, Fault.ANCHOR)
    return here


def _at_the_end(reached: Link, head: Link) -> Link:
    if reached != head:
        raise AuditBroken(head.number, Fault.HEAD)
    beyond = db.session.execute(
        select(ENTRIES.c.number).where(ENTRIES.c.number > head.number).order_by(ENTRIES.c.number).limit(1)
    ).scalar()
    if beyond is not None:
        # Between reading the head and looking behind it an honest entry may have been added: then the head has moved too.
        now_at = _head()
        if now_at.number < beyond:
            raise AuditBroken(beyond, Fault.BEYOND)
    return reached
