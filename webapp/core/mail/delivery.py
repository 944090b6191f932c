"""Sending what is due. Killed anywhere, a mail is never lost, and at most one duplicate goes out, with the same Message-ID.

A runner claims a mail by a conditional update and commits before it talks to the server, so that two runners never send the
same one and no database lock is held meanwhile. Between the server's yes and the commit of `sent` nothing else happens; who
dies there leaves a claim that runs out, and the next runner sends the same bytes again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update

from webapp.core import clock
from webapp.core.config import Settings, settings
from webapp.core.database import db
from webapp.core.mail import rules
from webapp.core.mail.message import Letter, UnsendableMail, compose, sender
from webapp.core.mail.models import MailState, OutboxMail
from webapp.core.mail.smtp import PATIENCE_SECONDS, Line, Refused, Server
from webapp.core.unit_of_work import unit_of_work

log = structlog.get_logger(__name__)

BATCH = 100
# Connecting, signing in and the five commands of a mail, each at its slowest.
CLAIM = timedelta(seconds=10 * PATIENCE_SECONDS)


def deliver() -> int:
    """Send at most `BATCH` due mails over one connection; the number sent. Without a mail server all stay in the outbox.

    Commits after each mail. Raises `ValueError` if the setting `mail_from` is no address.
    """
    here = settings()
    if not here.smtp_url:
        return 0
    mail_from = sender(here.mail_from)
    sent = 0
    with Line(Server.from_url(here.smtp_url), _own_name(here)) as line:
        for mail_id in _due(clock.now()):
            letter = _claim(mail_id)
            if letter is None:
                continue
            try:
                message = compose(letter, mail_from)
                line.send(message, mail_from=mail_from, recipient=message["To"].addresses[0])
            except Refused as refused:
                _not_sent(letter, refused.reason, permanent=refused.permanent)
            except UnsendableMail as error:
                _not_sent(letter, f"unsendable {error}", permanent=True)
            except ValueError as error:
                _not_sent(letter, type(error).__name__, permanent=True)
            else:
                _sent(letter)
                sent += 1
    return sent


def _due(now: datetime) -> list[UUID]:
    """Ids of due mails, the longest waiting first. One query, and its transaction is over."""
    with unit_of_work():
        return list(db.session.scalars(select(OutboxMail.id).where(_is_due(now)).order_by(OutboxMail.due_at).limit(BATCH)))


def _is_due(now: datetime) -> ColumnElement[bool]:
    unclaimed = or_(OutboxMail.claimed_until.is_(None), OutboxMail.claimed_until <= now)
    return and_(OutboxMail.state == MailState.WAITING, OutboxMail.due_at <= now, unclaimed)


def _claim(mail_id: UUID) -> Letter | None:
    """Claim a mail and read it; None if another runner was faster. The try is counted now: also one that kills us counts."""
    now = clock.now()
    claim = (
        update(OutboxMail).where(OutboxMail.id == mail_id, _is_due(now))
        .values(claimed_until=now + CLAIM, tries=OutboxMail.tries + 1)
        .returning(
            OutboxMail.id, OutboxMail.recipient, OutboxMail.subject, OutboxMail.text, OutboxMail.language, OutboxMail.message_id,
            OutboxMail.created_at, OutboxMail.tries, OutboxMail.calendar, OutboxMail.stop_url,
        )
        .execution_options(synchronize_session=False)
    )
    with unit_of_work():
        row = db.session.execute(claim).first()
    return Letter(**row._mapping) if row is not None else None  # noqa: SLF001  the public name of SQLAlchemy


def _sent(letter: Letter) -> None:
    _settle(letter, state=MailState.SENT, sent_at=clock.now(), last_error=None)


def _not_sent(letter: Letter, reason: str, *, permanent: bool) -> None:
    delay = None if permanent else rules.delay_after(letter.tries)
    if delay is None:
        log.error("mail_failed", mail_id=str(letter.id), reason=reason, count=letter.tries)
        _settle(letter, state=MailState.FAILED, last_error=reason[:300])
    else:
        log.warning("mail_delayed", mail_id=str(letter.id), reason=reason, count=letter.tries)
        _settle(letter, due_at=clock.now() + delay, last_error=reason[:300])


def _settle(letter: Letter, **values: Any) -> None:
    """Write the outcome, unless another runner has tried since our claim ran out and wrote its own."""
    ours = [OutboxMail.id == letter.id, OutboxMail.state == MailState.WAITING]
    if values.get("state") is not MailState.SENT:
        ours.append(OutboxMail.tries == letter.tries)
    with unit_of_work():
        db.session.execute(
            update(OutboxMail).where(*ours).values(claimed_until=None, **values).execution_options(synchronize_session=False)
        )


def _own_name(here: Settings) -> str:
    host = urlsplit(here.public_url).hostname or "localhost"
    return f"[{host}]" if host.replace(".", "").isdigit() or ":" in host else host
