"""Links in mails: a random token that only the mail holds; the database keeps its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from webapp.accounts.errors import LinkExpired, LinkUsed
from webapp.accounts.models import MailToken, SignUp


def new_token() -> str:
    """256 random bits, 43 characters that survive in an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What the database keeps. A plain hash is enough for a random token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def check(row: SignUp | MailToken, now: datetime) -> None:
    """Raise `LinkUsed` or `LinkExpired` unless the link still works."""
    if row.used_at is not None:
        raise LinkUsed
    if now >= row.expires_at:
        raise LinkExpired
