"""Changes of settings in the audit trail. Settings come from the environment, so a change is seen when the server runs with it.

Secrets and addresses with passwords are kept as eight characters of a keyed hash: that they changed can be seen, what they are
cannot.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import fields
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from webapp.core.audit import AuditEntry, record
from webapp.core.config import Settings, settings
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.portal.settings_shown import is_secret, value_of

ACTION = "settings.changed"
_WITH_PASSWORD = frozenset({"database_url", "smtp_url"})


def note_settings(now: datetime) -> int:
    """Record which settings differ from those recorded last; how many. The first run records all and counts none. One query."""
    known: dict[str, str] = {}
    for after in db.session.scalars(select(AuditEntry.after).where(AuditEntry.action == ACTION).order_by(AuditEntry.at, AuditEntry.number)):
        known |= after or {}
    held = _plain(settings(current_app))
    changed = {name: value for name, value in held.items() if known.get(name) != value}
    if not changed:
        return 0
    before = {name: known[name] for name in changed if name in known}
    record(actor_id=None, action=ACTION, subject=("settings", "server"), now=now, before=before or None, after=changed)
    return len(changed) if known else 0


def _plain(here: Settings) -> dict[str, str]:
    with speaking("en"):
        return {each.name: _value(here, each.name) for each in fields(here)}


def _value(here: Settings, name: str) -> str:
    value = getattr(here, name)
    if not value or not (is_secret(name) or name in _WITH_PASSWORD):
        return value_of(name, value)
    mark = hmac.new(here.signing_key.encode(), f"{name}:{value}".encode(), hashlib.sha256).hexdigest()[:8]
    return f"{value_of(name, value)} ({mark})"
