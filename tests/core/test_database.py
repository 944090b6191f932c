"""Types, pragmas, locks and the one commit."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import StatementError

from webapp.core.audit import AuditEntry
from webapp.core.audit import record as record_act
from webapp.core.cursors import LateCursor
from webapp.core.database import BUSY_MILLISECONDS, UtcDateTime, db, read_annotations, revive_postgresql
from webapp.core.limits import LimitCounter, hit
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def test_a_moment_comes_back_as_the_same_moment_in_utc(database):
    shanghai = datetime(2026, 9, 14, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    db.session.add(LimitCounter(key="k", hits=1, window_ends=shanghai))
    db.session.flush()
    db.session.expire_all()
    found = db.session.get(LimitCounter, "k").window_ends
    assert found == shanghai
    assert found.tzinfo is UTC


def test_a_naive_moment_is_refused(database):
    db.session.add(LimitCounter(key="k", hits=1, window_ends=datetime(2026, 9, 14, 12, 0)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="a moment needs a time zone"):
        db.session.flush()


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_moments_are_bound_in_utc_whatever_their_zone(moment):
    kind = UtcDateTime()
    bound = kind.process_bind_param(moment, None)
    assert bound.tzinfo is UTC
    assert bound.timestamp() == moment.timestamp()
    assert kind.process_result_value(bound.replace(tzinfo=None), None) == bound


def test_no_moment_stays_no_moment():
    assert UtcDateTime().process_bind_param(None, None) is None
    assert UtcDateTime().process_result_value(None, None) is None


def test_json_comes_back_as_it_was(database):
    record_act(actor_id=None, action="x", subject=("y", 1), now=NOON, after={"名": ["中文", 15, None, True], "nested": {"b": 1, "a": 2}})
    db.session.flush()
    db.session.expire_all()
    assert db.session.query(AuditEntry).one().after == {"名": ["中文", 15, None, True], "nested": {"b": 1, "a": 2}}


def test_sqlite_runs_with_a_journal_foreign_keys_and_patience(probe):
    with probe.app_context(), db.engine.connect() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys", "busy_timeout")}
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": BUSY_MILLISECONDS}


def test_a_writer_waits_for_the_one_before_instead_of_failing(probe):
    began, free = threading.Event(), threading.Event()
    order = []

    def first():
        with probe.app_context(), unit_of_work():
            db.session.execute(text("SELECT count(*) FROM limit_counters"))
            began.set()
            free.wait(5)
            hit(key="shared", limit=9, per=timedelta(hours=1), now=NOON)
            order.append("first")

    def second():
        with probe.app_context(), unit_of_work():
            # Were the transaction begun as a reader, the write below would fail at once.
            db.session.execute(text("SELECT count(*) FROM limit_counters"))
            hit(key="shared", limit=9, per=timedelta(hours=1), now=NOON)
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert began.wait(5)
    threads[1].start()
    free.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]
    with probe.app_context():
        assert db.session.query(LimitCounter).one().hits == 2


@pytest.mark.parametrize(("method", "begin"), [("GET", "BEGIN"), ("HEAD", "BEGIN"), ("POST", "BEGIN IMMEDIATE")])
def test_a_page_that_only_reads_takes_no_lock(probe, browser, method, begin):
    probe.config["WTF_CSRF_ENABLED"] = False
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("BEGIN"):
            seen.append(statement)

    with probe.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.open("/probe/statements", method=method).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
        probe.config["WTF_CSRF_ENABLED"] = True
    assert seen == [begin]


def test_readers_go_on_while_somebody_writes(probe, browser):
    with probe.app_context(), unit_of_work():
        hit(key="k", limit=9, per=timedelta(hours=1), now=NOON)
        assert browser.get("/probe/statements").status_code == 200


def test_a_unit_of_work_is_kept_whole_or_not_at_all(database):
    with unit_of_work():
        db.session.add(LimitCounter(key="kept", hits=1, window_ends=NOON))

    def half_way():
        with unit_of_work():
            db.session.add(LimitCounter(key="lost", hits=1, window_ends=NOON))
            db.session.flush()
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        half_way()
    assert [row.key for row in db.session.query(LimitCounter)] == ["kept"]


def test_what_one_worker_committed_another_sees(committed):
    with unit_of_work():
        db.session.add(LimitCounter(key="kept", hits=1, window_ends=NOON))
    with committed.app_context(), db.engine.connect() as other:
        assert other.scalar(text("SELECT hits FROM limit_counters WHERE key = 'kept'")) == 1


@pytest.fixture
def one_connection():
    """An engine with one connection to PostgreSQL that rests, and a way to end that connection from outside."""
    server = os.environ["LOCALGOALS_TEST_SERVER"]
    engine = sa.create_engine(server, pool_size=1, max_overflow=0)
    revive_postgresql(engine)
    with engine.connect() as connection:
        first = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        connection.rollback()
    yield engine, first
    engine.dispose()


def backend_of(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT pg_backend_pid()")).scalar()


def asked(engine, call):
    """How often a resting connection was asked whether it lives."""
    seen = []
    real = engine.dialect.do_ping
    engine.dialect.do_ping = lambda connection: seen.append(connection) or real(connection)
    try:
        return call(), len(seen)
    finally:
        engine.dialect.do_ping = real


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(one_connection):
    engine, first = one_connection
    other = sa.create_engine(os.environ["LOCALGOALS_TEST_SERVER"])
    with other.connect() as connection:
        # Waits until the server process is gone, so that its last word has reached the socket.
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    other.dispose()
    again, _pings = asked(engine, lambda: backend_of(engine))
    assert again != first


def test_a_busy_connection_is_not_asked_whether_it_lives(one_connection):
    engine, first = one_connection
    assert asked(engine, lambda: backend_of(engine)) == (first, 0)


def test_one_that_rested_long_is_asked_once(one_connection, monkeypatch):
    engine, first = one_connection
    monkeypatch.setattr("webapp.core.database.REST_SECONDS", -1)
    assert asked(engine, lambda: backend_of(engine)) == (first, 1)


@pytest.fixture
def late_cursor():
    """A cursor of PostgreSQL that describes its columns late."""
    engine = sa.create_engine(os.environ["LOCALGOALS_TEST_SERVER"], connect_args={"cursor_factory": LateCursor})
    with engine.connect() as connection, connection.connection.cursor() as cursor:
        yield cursor
    engine.dispose()


def test_columns_that_are_described_late_are_what_they_are(late_cursor):
    late_cursor.execute("SELECT 1 AS one, 'a'::text AS two")
    described = late_cursor.description
    assert [(each.name, each.type_code) for each in described] == [("one", 23), ("two", 25)]
    assert (len(described), described[-1][0], [each.name for each in described[:1]]) == (2, "two", ["one"])


def test_what_gives_no_rows_has_no_columns(late_cursor):
    assert late_cursor.description is None
    late_cursor.execute("SET LOCAL work_mem = '1MB'")
    assert late_cursor.description is None
    late_cursor.execute("SELECT")
    assert late_cursor.description == []


def test_columns_of_a_result_that_is_gone_are_not_told_as_those_of_the_next(late_cursor):
    late_cursor.execute("SELECT 1 AS one")
    described = late_cursor.description
    late_cursor.execute("SELECT 2 AS two")
    with pytest.raises(AssertionError):
        described[0]


def test_annotations_are_read_in_the_names_of_their_module_and_what_is_not_there_yet_stays_a_text():
    class Noted:
        known: datetime
        unknown: NotThereYet  # noqa: F821  that is the case

    assert read_annotations(Noted) == {"known": datetime, "unknown": "NotThereYet"}
    assert read_annotations(type("Bare", (), {})) == {}
