"""Putting mail into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.mail.models import MailState, OutboxMail


def queue(
    *, to: str, subject: str, text: str, language: str, now: datetime, person_id: UUID | None = None, calendar: str | None = None,
    stop_url: str | None = None,
) -> OutboxMail | None:
    """Add a mail in the caller's unit of work. The Message-ID is made here, so a second delivery is recognised as one.

    `to` is empty for somebody without an address, to whom nothing can be sent: then nothing is added. `calendar` is a stream of
    iCalendar objects, each with its METHOD; each becomes a part of the mail. `stop_url` is the address that stops a regular mail
    for the reader, for the button that mail programs show.
    """
    if not to:
        return None
    mail_id = new_id()
    mail = OutboxMail(
        id=mail_id, person_id=person_id, recipient=to, subject=" ".join(subject.split()), text=text, language=language,
        calendar=calendar or None, stop_url=stop_url, message_id=f"<{mail_id}@{settings().mail_domain}>", created_at=now, due_at=now,
    )
    db.session.add(mail)
    return mail


def retry(*, mail_ids: Sequence[UUID], now: datetime) -> list[UUID]:
    """Let failed mails be tried again from the start; ids of those that had failed. They keep their Message-ID. One statement."""
    again = (
        update(OutboxMail).where(OutboxMail.id.in_(mail_ids), OutboxMail.state == MailState.FAILED)
        .values(state=MailState.WAITING, due_at=now, tries=0, claimed_until=None).returning(OutboxMail.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(db.session.scalars(again))
