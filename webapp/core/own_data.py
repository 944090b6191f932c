"""What is held about a person, room by room; and the core's own part: mails, keys of forms, the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select

from webapp.core.audit import AuditEntry
from webapp.core.database import Model, db
from webapp.core.i18n import _
from webapp.core.idempotency import IdempotencyKey
from webapp.core.mail.models import OutboxMail
from webapp.core.signals import OwnDataAsked, OwnTable, PersonErased, own_data, person_erased


def table_of(
    model: type[Model], condition: ColumnElement[bool], *, key: str, title: str, columns: Mapping[str, str], note: str = "",
    order: Any = None,
) -> OwnTable:
    """The rows of a table that meet a condition. `columns`: name of the column to its label. One query."""
    names = list(columns)
    wanted = select(*(getattr(model, name) for name in names)).where(condition)
    rows = db.session.execute(wanted if order is None else wanted.order_by(order))
    return OwnTable(
        key=key, title=title, columns=list(columns.items()), covers=(model.__tablename__,), note=note,
        rows=[{name: plain(value) for name, value in zip(names, row, strict=True)} for row in rows],
    )


def plain(value: Any) -> Any:
    """A value as it goes into the file: ids and words as text, moments and days as they are."""
    if isinstance(value, UUID):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the core. Three queries."""
    return [
        table_of(
            OutboxMail, _mails(asked.person_id, asked.emails), key="mails", title=_("Mails to you"), order=OutboxMail.created_at,
            columns={
                "created_at": _("Written"), "recipient": _("Recipient"), "subject": _("Subject"), "text": _("Text"), "state": _("State"),
                "sent_at": _("Sent at"), "id": _("Identifier"),
            },
        ),
        table_of(
            AuditEntry, or_(
                AuditEntry.actor_id == asked.person_id,
                (AuditEntry.subject_kind == "person") & (AuditEntry.subject_id == str(asked.person_id)),
            ),
            key="audit", title=_("Audit trail: what you did, and what was done to your row"), order=AuditEntry.at,
            columns={
                "at": _("When"), "action": _("What"), "subject_kind": _("On what"), "subject_id": _("Identifier"),
                "channel": _("By which way"), "network": _("From which network"),
                "actor_id": _("By whom"), "before": _("Before"), "after": _("After"),
            },
            note=_("The audit trail holds numbers and no names. It is kept when you are erased, since it proves who changed what."),
        ),
        table_of(
            IdempotencyKey, IdempotencyKey.person_id == asked.person_id, key="form-keys", title=_("Forms you sent in the last days"),
            columns={"made_at": _("When"), "result": _("Led to")}, order=IdempotencyKey.made_at,
        ),
    ]


def erase(event: PersonErased) -> None:
    """Handler of `person_erased`: mails hold names and links, and go. Two statements."""
    db.session.execute(delete(OutboxMail).where(_mails(event.person_id, event.emails)))
    db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.person_id == event.person_id))


def _mails(person_id: UUID, emails: tuple[str, ...]) -> ColumnElement[bool]:
    # A mail of before the account was made names the address as it was typed then.
    return or_(OutboxMail.person_id == person_id, func.lower(OutboxMail.recipient).in_([email.lower() for email in emails]))


def wire() -> None:
    """Answer and act."""
    own_data.connect(tables)
    person_erased.connect(erase)
