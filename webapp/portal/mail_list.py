"""The outbox as administrators see it: who, what, how it went. Never the text, for it may hold a link that opens an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import defer

from webapp.core.database import db
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.mail.models import MailState, OutboxMail
from webapp.core.ui.templating import address

STATES = {MailState.WAITING: lazy("Waiting"), MailState.SENT: lazy("Sent"), MailState.FAILED: lazy("Failed")}
_BADGES = {MailState.WAITING: "wait", MailState.SENT: "done", MailState.FAILED: "late"}


def load(keys: Sequence[UUID]) -> list[OutboxMail]:
    """Mails by id without their text, in the order of the ids. One query."""
    statement = select(OutboxMail).where(OutboxMail.id.in_(keys)).options(defer(OutboxMail.text, raiseload=True))
    found = {mail.id: mail for mail in db.session.scalars(statement)}
    return [found[key] for key in keys]


def _found(text: str) -> ColumnElement[bool]:
    return or_(OutboxMail.recipient.icontains(text, autoescape=True), OutboxMail.subject.icontains(text, autoescape=True))


COLUMNS: tuple[Column[Any], ...] = (
    Column("to", lazy("Recipient"), lambda mail: mail.recipient, link=lambda mail: address(f"/admin/mail/{mail.id}/")),
    Column("subject", lazy("Subject"), lambda mail: mail.subject),
    Column("state", lazy("State"), lambda mail: str(STATES[mail.state]), state=lambda mail: _BADGES[mail.state]),
    Column("tries", lazy("Tries"), lambda mail: mail.tries),
    Column("written", lazy("Written"), lambda mail: mail.created_at, sort=OutboxMail.id, indexed=True),
    Column("sent", lazy("Sent at"), lambda mail: mail.sent_at),
    Column("error", lazy("Last error"), lambda mail: mail.last_error),
)


def mail_list() -> Listing[Any]:
    """Every mail in the outbox, the newest first."""
    return Listing(
        name="mail", title=_("Mail"), source=select(OutboxMail.id), key=OutboxMail.id, load=load, columns=COLUMNS, search=_found,
        filters=(
            Filter("state", lazy("State"), lambda value: OutboxMail.state == MailState(value),
                   lambda: [(state.value, str(text)) for state, text in STATES.items()]),
        ),
        sort="written", descending=True,
    )
