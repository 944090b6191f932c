"""Another e-mail address for a sign-in: proven by the new one, told to the old one, which can take it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from webapp.accounts import mail_notices, rules, services_sessions, tokens
from webapp.accounts.errors import EmailTaken, LinkExpired, LinkUnknown, LinkUsed
from webapp.accounts.models import MailToken, SignIn
from webapp.accounts.models_signing import EmailChange
from webapp.core.audit import record
from webapp.core.database import db

CONFIRM_LIFE = timedelta(hours=24)
UNDO_LIFE = timedelta(days=7)


def ask(*, sign_in_id: UUID, email: str, now: datetime) -> None:
    """Mail both addresses. An earlier wish that waits is void. The same statements whether or not the new address is known."""
    holder = mail_notices.holder(sign_in_id)
    taken = db.session.scalar(select(SignIn.id).where(SignIn.email_key == rules.email_key(email)))
    token, undo = tokens.new_token(), tokens.new_token()
    db.session.execute(
        update(EmailChange).where(EmailChange.sign_in_id == sign_in_id, EmailChange.confirmed_at.is_(None), EmailChange.undone_at.is_(None))
        .values(undone_at=now)
    )
    db.session.add(EmailChange(
        token_hash=tokens.hash_of(token), undo_hash=tokens.hash_of(undo), sign_in_id=sign_in_id, old_email=holder.email, new_email=email,
        created_at=now, expires_at=now + CONFIRM_LIFE, undo_until=now + UNDO_LIFE,
    ))
    if taken is None:
        mail_notices.confirm_new_address(holder, email=email, token=token, now=now)
    else:
        mail_notices.address_has_account(holder, email=email, now=now)
    mail_notices.address_will_change(holder, undo=undo, now=now)
    db.session.flush()


def waiting(*, token: str, sign_in_id: UUID, now: datetime) -> EmailChange:
    """The wish behind the link in the mail to the new address, for the account that has it. Raises `DeadLink`. One query.

    Another account's link is unknown: whoever gets a mistyped address's mail cannot take the account with it.
    """
    row = db.session.get(EmailChange, tokens.hash_of(token))
    if row is None or row.sign_in_id != sign_in_id:
        raise LinkUnknown
    if row.confirmed_at is not None or row.undone_at is not None:
        raise LinkUsed
    if now >= row.expires_at:
        raise LinkExpired
    return row


def confirm(*, token: str, sign_in_id: UUID, session_id: UUID, now: datetime) -> str:
    """The new address counts; links that went to the old one are void, other browsers are signed out. Raises `DeadLink`.

    The new address.
    """
    row = waiting(token=token, sign_in_id=sign_in_id, now=now)
    before, new = mail_notices.holder(sign_in_id), row.new_email
    claim = update(EmailChange).where(
        EmailChange.token_hash == row.token_hash, EmailChange.confirmed_at.is_(None), EmailChange.undone_at.is_(None),
    )
    if db.session.execute(claim.values(confirmed_at=now).returning(EmailChange.token_hash)).first() is None:
        raise LinkUsed
    try:
        _write(sign_in_id, new, now, but=session_id)
    except (EmailTaken, IntegrityError) as error:
        # Somebody signed up with it meanwhile.
        raise LinkUsed from error
    record(actor_id=before.person_id, action="sign_in.email_changed", subject=("person", before.person_id), now=now)
    mail_notices.address_changed(before, now=now)
    db.session.flush()
    return new


def undoable(*, token: str, now: datetime) -> EmailChange:
    """The change behind the link in the mail to the old address. Raises `DeadLink`. One query."""
    row = db.session.scalars(select(EmailChange).where(EmailChange.undo_hash == tokens.hash_of(token))).one_or_none()
    if row is None:
        raise LinkUnknown
    if row.undone_at is not None:
        raise LinkUsed
    if now >= row.undo_until:
        raise LinkExpired
    return row


def undo(*, token: str, now: datetime) -> None:
    """Stop it, or go back to the old address; every browser is signed out. Raises `DeadLink`.

    Every later change is void as well, or a thief would change it twice.
    """
    row = undoable(token=token, now=now)
    sign_in_id, old, since, confirmed = row.sign_in_id, row.old_email, row.created_at, row.confirmed_at is not None
    claim = update(EmailChange).where(EmailChange.undo_hash == row.undo_hash, EmailChange.undone_at.is_(None))
    if db.session.execute(claim.values(undone_at=now).returning(EmailChange.token_hash)).first() is None:
        raise LinkUsed
    db.session.execute(
        update(EmailChange).where(EmailChange.sign_in_id == sign_in_id, EmailChange.created_at >= since, EmailChange.undone_at.is_(None))
        .values(undone_at=now)
    )
    if confirmed:
        try:
            _write(sign_in_id, old, now)
        except (EmailTaken, IntegrityError) as error:
            raise LinkUsed from error
    else:
        services_sessions.end_sessions(sign_in_id=sign_in_id, now=now)
    person_id = mail_notices.holder(sign_in_id).person_id
    record(actor_id=person_id, action="sign_in.email_undone", subject=("person", person_id), now=now)
    db.session.flush()


def _write(sign_in_id: UUID, email: str, now: datetime, but: UUID | None = None) -> None:
    key = rules.email_key(email)
    if db.session.scalar(select(SignIn.id).where(SignIn.email_key == key, SignIn.id != sign_in_id)) is not None:
        raise EmailTaken
    db.session.execute(
        update(SignIn).where(SignIn.id == sign_in_id).values(email=email, email_key=key, verified_at=now)
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(update(MailToken).where(MailToken.sign_in_id == sign_in_id, MailToken.used_at.is_(None)).values(used_at=now))
    services_sessions.end_sessions(sign_in_id=sign_in_id, now=now, but=but)
