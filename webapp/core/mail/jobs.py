"""What the scheduler does with the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from webapp.core.database import db
from webapp.core.mail.delivery import deliver
from webapp.core.mail.models import MailState, OutboxMail

SENT_KEPT = timedelta(days=30)


def deliver_due(_now: datetime) -> int:
    """Send what is due; the number sent."""
    return deliver()


def sweep_sent(now: datetime) -> int:
    """Delete mails that went out a month ago, for they hold names and links; failed ones stay for the administrator."""
    result = db.session.execute(delete(OutboxMail).where(OutboxMail.state == MailState.SENT, OutboxMail.sent_at <= now - SENT_KEPT))
    return int(result.rowcount)  # type: ignore[attr-defined]
