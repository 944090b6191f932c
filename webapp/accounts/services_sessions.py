"""Signing in and out: checking a password, opening and ending sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import lazyload

from webapp.accounts import passwords
from webapp.accounts.models import MailToken, Person, Session, SignIn, SignUp
from webapp.accounts.models_signing import EmailChange, HalfSignIn, KnownDevice, SecondFactor
from webapp.accounts.queries import Holder
from webapp.accounts.tokens import hash_of
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for

if TYPE_CHECKING:
    from sqlalchemy import Executable

SESSIONS_KEPT = timedelta(days=30)
LINKS_KEPT = timedelta(days=7)
DEVICES_KEPT = timedelta(days=400)
MOST_SHOWN = 100


@dataclass(frozen=True)
class Credentials:
    """What a password is compared with; for an address that nobody has, the fields are empty."""

    sign_in_id: UUID | None
    password_hash: str | None
    usable: bool
    has_second_factor: bool = False
    holder: Holder | None = None


def credentials(email_key: str) -> Credentials:
    """The hash to compare with. One query, whether the address is known or not."""
    row = db.session.execute(
        select(
            SignIn.id, SignIn.password_hash, SignIn.verified_at, SignIn.disabled_at, SecondFactor.confirmed_at, SignIn.person_id,
            SignIn.email, Person.language, Person.time_zone,
        )
        .join(Person, Person.id == SignIn.person_id).outerjoin(SecondFactor, SecondFactor.sign_in_id == SignIn.id)
        .where(SignIn.email_key == email_key)
    ).first()
    if row is None:
        return Credentials(None, None, usable=False)
    usable = row.verified_at is not None and row.disabled_at is None
    holder = Holder(row.person_id, row.email, row.language, row.time_zone)
    return Credentials(row.id, row.password_hash, usable=usable, has_second_factor=row.confirmed_at is not None, holder=holder)


def accepts(found: Credentials, password: str) -> bool:
    """Whether this password opens a session. One hash computation in every case, outside any transaction."""
    return passwords.matches(password, found.password_hash) and found.usable


def keep_hash_current(found: Credentials, password: str) -> None:
    """Hash an accepted password anew if its hash was made with weaker parameters than today's."""
    if found.password_hash is not None and passwords.outdated(found.password_hash):
        db.session.execute(update(SignIn).where(SignIn.id == found.sign_in_id).values(password_hash=passwords.hashed(password)))


def open_session(*, sign_in_id: UUID, now: datetime, length: timedelta, instead_of: UUID | None = None, device: str = "") -> UUID:
    """A new session for a browser; the one that it carried before ends. The id for the cookie."""
    if instead_of is not None:
        end_session(session_id=instead_of, now=now)
    row = Session(id=new_id(), sign_in_id=sign_in_id, created_at=now, expires_at=now + length, device=device)
    db.session.add(row)
    db.session.flush()
    return row.id


def know_device(*, sign_in_id: UUID, token: str, now: datetime) -> bool:
    """Note from which browser somebody signs in; whether it is the first time. One statement."""
    insert = insert_for(KnownDevice).values(id=new_id(), sign_in_id=sign_in_id, token_hash=hash_of(token), created_at=now)
    return db.session.execute(insert.on_conflict_do_nothing().returning(KnownDevice.id)).first() is not None


def open_sessions(sign_in_id: UUID, *, now: datetime) -> list[Session]:
    """Sessions that have not ended, the newest first. One query. Which of them are idle only their cookies know."""
    return list(db.session.scalars(
        select(Session).where(Session.sign_in_id == sign_in_id, Session.ended_at.is_(None), Session.expires_at > now)
        .order_by(Session.created_at.desc(), Session.id.desc()).limit(MOST_SHOWN).options(lazyload(Session.sign_in))
    ))


def end_one(*, sign_in_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Sign out one browser of this sign-in; False if it has no such session. One statement."""
    statement = update(Session).where(Session.id == session_id, Session.sign_in_id == sign_in_id, Session.ended_at.is_(None))
    return _count(statement.values(ended_at=now)) > 0


def end_session(*, session_id: UUID, now: datetime) -> None:
    """Sign one browser out. One statement; ending twice changes nothing."""
    db.session.execute(update(Session).where(Session.id == session_id, Session.ended_at.is_(None)).values(ended_at=now))


def end_sessions(*, sign_in_id: UUID, now: datetime, but: UUID | None = None) -> int:
    """Sign out every browser of a sign-in, perhaps but one; how many. Two statements."""
    statement = update(Session).where(Session.sign_in_id == sign_in_id, Session.ended_at.is_(None))
    if but is not None:
        statement = statement.where(Session.id != but)
    # Who is between password and second factor gives the new password too.
    db.session.execute(update(HalfSignIn).where(HalfSignIn.sign_in_id == sign_in_id, HalfSignIn.used_at.is_(None)).values(used_at=now))
    return _count(statement.values(ended_at=now))


def sweep(now: datetime) -> int:
    """Delete sessions that ended a month ago and links that expired a week ago; the number of rows. Six statements."""
    ended, expired = now - SESSIONS_KEPT, now - LINKS_KEPT
    return (
        _count(delete(Session).where(or_(Session.expires_at <= ended, Session.ended_at <= ended)))
        + _count(delete(MailToken).where(MailToken.expires_at <= expired))
        + _count(delete(SignUp).where(SignUp.expires_at <= expired))
        + sweep_traces(now)
    )


def sweep_traces(now: datetime) -> int:
    """Delete halves of sign-ins, changes of address that nobody can take back, browsers of last year; how many. Three statements."""
    return (
        _count(delete(HalfSignIn).where(HalfSignIn.expires_at <= now))
        + _count(delete(EmailChange).where(EmailChange.undo_until <= now - LINKS_KEPT))
        + _count(delete(KnownDevice).where(KnownDevice.created_at <= now - DEVICES_KEPT))
    )


def _count(statement: Executable) -> int:
    result: Any = db.session.execute(statement)
    return int(result.rowcount)
