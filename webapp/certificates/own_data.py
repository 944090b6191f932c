"""Certificates of a person; and what is left of them when the person is erased: the code without the name, or a withdrawal."""

from __future__ import annotations

from sqlalchemy import select

from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable, PersonErased, own_data, person_erased

# The public page shows it beside both languages.
WITHDRAWN = "应持有人要求撤回 / Withdrawn at the holder's request"


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. One query."""
    return [table_of(
        Certificate, Certificate.person_id == asked.person_id, key="certificates", title=_("Your certificates"),
        order=Certificate.issued_at,
        columns={
            "code": _("Code"), "course_id": _("Course"), "training_id": _("Training"),
            "edition": _("Edition"), "issued_at": _("Issued"), "printed": _("Printed on it"),
            "revoked_at": _("Revoked"), "revoke_reason": _("Reason"),
        },
    )]


def erase(event: PersonErased) -> None:
    """Handler of `person_erased`."""
    for row in db.session.scalars(select(Certificate).where(Certificate.person_id == event.person_id)):
        name = str(row.printed.get("name", ""))
        row.printed = {**row.printed, "name": ""}
        if row.revoke_reason and name:
            row.revoke_reason = row.revoke_reason.replace(name, "…")
        if not event.keep_certificates and row.revoked_at is None:
            row.revoked_at, row.revoke_reason, row.revoked_by_id = event.at, WITHDRAWN, event.person_id
    db.session.flush()


def wire() -> None:
    """Answer and act."""
    own_data.connect(tables)
    person_erased.connect(erase)
