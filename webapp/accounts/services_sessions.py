"""Signing in and out: checking a password, opening and ending sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from webapp.accounts import passwords
from webapp.accounts.models import MailToken, Session, SignIn, SignUp
from webapp.core.database import db
from webapp.core.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy import Executable

SESSIONS_KEPT = timedelta(days=30)
LINKS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Credentials:
    """What a password is compared with; for an address that nobody has, the fields are empty."""

    sign_in_id: UUID | None
    password_hash: str | None
    usable: bool


def credentials(email_key: str) -> Credentials:
    """The hash to compare with. One query, whether the address is known or not."""
    row = db.session.execute(
        select(SignIn.id, SignIn.password_hash, SignIn.verified_at, SignIn.disabled_at).where(SignIn.email_key == email_key)
    ).first()
    if row is None:
        return Credentials(None, None, usable=False)
    return Credentials(row.id, row.password_hash, usable=row.verified_at is not None and row.disabled_at is None)


def accepts(found: Credentials, password: str) -> bool:
    """Whether this password opens a session. One hash computation in every case, outside any transaction."""
    return passwords.matches(password, found.password_hash) and found.usable


@dataclass(frozen=True)
class Opened:
    """A session that was opened, and for which sign-in."""

    session_id: UUID
    sign_in_id: UUID


def enter(found: Credentials, *, password: str, now: datetime, length: timedelta, instead_of: UUID | None = None) -> Opened:
    """Open a session for a password that was accepted, and keep its hash under today's parameters."""
    assert found.sign_in_id is not None
    if found.password_hash is not None and passwords.outdated(found.password_hash):
        db.session.execute(update(SignIn).where(SignIn.id == found.sign_in_id).values(password_hash=passwords.hashed(password)))
    session_id = open_session(sign_in_id=found.sign_in_id, now=now, length=length, instead_of=instead_of)
    return Opened(session_id, found.sign_in_id)


def open_session(*, sign_in_id: UUID, now: datetime, length: timedelta, instead_of: UUID | None = None) -> UUID:
    """A new session for a browser; the one that it carried before ends. The id for the cookie."""
    if instead_of is not None:
        end_session(session_id=instead_of, now=now)
    row = Session(id=new_id(), sign_in_id=sign_in_id, created_at=now, expires_at=now + length)
    db.session.add(row)
    db.session.flush()
    return row.id


def end_session(*, session_id: UUID, now: datetime) -> None:
    """Sign one browser out. One statement; ending twice changes nothing."""
    db.session.execute(update(Session).where(Session.id == session_id, Session.ended_at.is_(None)).values(ended_at=now))


def end_sessions(*, sign_in_id: UUID, now: datetime, but: UUID | None = None) -> int:
    """Sign out every browser of a sign-in, perhaps but one; how many. One statement."""
    statement = update(Session).where(Session.sign_in_id == sign_in_id, Session.ended_at.is_(None))
    if but is not None:
        statement = statement.where(Session.id != but)
    return _count(statement.values(ended_at=now))


def sweep(now: datetime) -> int:
    """Delete sessions that ended a month ago and links that expired a week ago; the number of rows. Three statements."""
    ended, expired = now - SESSIONS_KEPT, now - LINKS_KEPT
    return (
        _count(delete(Session).where(or_(Session.expires_at <= ended, Session.ended_at <= ended)))
        + _count(delete(MailToken).where(MailToken.expires_at <= expired))
        + _count(delete(SignUp).where(SignUp.expires_at <= expired))
    )


def _count(statement: Executable) -> int:
    result: Any = db.session.execute(statement)
    return int(result.rowcount)
