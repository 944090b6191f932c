"""Settings that differ from the last run's are in the audit trail, and no secret is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.portal.audit_settings import note_settings

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def note(app, monkeypatch, **changes):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **changes))
    with unit_of_work():
        return note_settings(NOON)


def entries():
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.number)))


def test_the_first_run_records_everything_later_ones_what_changed(database, monkeypatch):
    assert note(database, monkeypatch) == 0
    assert note(database, monkeypatch) == 0
    assert note(database, monkeypatch, password_minimum=14, mail_from="X <x@example.org>") == 2
    assert note(database, monkeypatch) == 0
    assert note(database, monkeypatch, password_minimum=12) == 1
    first, second, third = entries()
    assert first.before is None
    assert first.after["password_minimum"] == "10"
    assert (second.before["password_minimum"], second.after["password_minimum"]) == ("10", "14")
    assert (third.before, third.after, third.subject_kind) == ({"password_minimum": "14"}, {"password_minimum": "12"}, "settings")


def test_a_changed_secret_is_seen_and_never_told(database, monkeypatch):
    note(database, monkeypatch, smtp_url="smtp://user:swordfish@mail.example.org", demo_password="swordfish")
    assert note(database, monkeypatch, smtp_url="smtp://user:marlin@mail.example.org") == 1
    kept = f"{[entry.after for entry in entries()]}"
    assert "mail.example.org" in kept
    assert not any(secret in kept for secret in ("swordfish", "marlin", "user", database.extensions["settings"].secret_key))
