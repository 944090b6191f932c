"""The trail of acts, and effects across rooms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from webapp.core import audit
from webapp.core.audit import AuditEntry, AuditIsAppendOnly
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.signals import Signal

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def entry(database):
    actor = new_id()
    audit.record(actor_id=actor, action="role.granted", subject=("person", actor), now=NOON, before=None, after={"role": "staff"})
    db.session.flush()
    return db.session.query(AuditEntry).one()


def test_an_act_is_kept_with_who_what_and_when(entry):
    assert (entry.action, entry.subject_kind, entry.subject_id) == ("role.granted", "person", str(entry.actor_id))
    assert (entry.at, entry.before, entry.after) == (NOON, None, {"role": "staff"})


def test_the_trail_outlives_the_person_it_names(entry):
    assert not AuditEntry.__table__.foreign_keys


def test_an_entry_cannot_be_changed(entry):
    entry.action = "nothing"
    with pytest.raises(AuditIsAppendOnly):
        db.session.flush()
    db.session.rollback()


def test_an_entry_cannot_be_deleted(entry):
    db.session.delete(entry)
    with pytest.raises(AuditIsAppendOnly):
        db.session.flush()
    db.session.rollback()


def test_a_signal_calls_its_handlers_in_order_and_each_once():
    signal, heard = Signal("tested"), []

    def first(event):
        heard.append(("first", event))

    def second(event):
        heard.append(("second", event))

    for handler in (first, second, first):
        signal.connect(handler)
    signal.send(7)
    assert heard == [("first", 7), ("second", 7)]


def test_a_handler_that_fails_stops_the_sender():
    signal, heard = Signal("tested"), []

    def fails(_event):
        raise RuntimeError("no")

    signal.connect(fails)
    signal.connect(heard.append)
    with pytest.raises(RuntimeError):
        signal.send(1)
    assert heard == []
