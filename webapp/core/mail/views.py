"""The mailbox of a development server: every mail that would be sent, newest first."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, render_template
from markupsafe import Markup
from sqlalchemy import select

from webapp.core.access import load_or_404, public
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail

bp = Blueprint("mail", __name__, template_folder="templates")

SHOWN = 100
_LINK = re.compile(r"https?://[^\s<>]+")


@bp.get("/mailbox")
@public
def mailbox() -> str:
    """The newest mails. One query."""
    mails = db.session.scalars(select(OutboxMail).order_by(OutboxMail.created_at.desc(), OutboxMail.id.desc()).limit(SHOWN)).all()
    return render_template("mail/mailbox.html", mails=mails)


@bp.get("/mailbox/<uuid:mail_id>")
@public
def letter(mail_id: UUID) -> str:
    """One mail, its addresses as links. One query."""
    mail = load_or_404(OutboxMail, mail_id)
    return render_template("mail/letter.html", mail=mail, text=with_links(mail.text))


def with_links(text: str) -> Markup:
    """Plain text as HTML in which web addresses can be followed."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts += [Markup("{}").format(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, Markup("{}").format(text[end:])])
