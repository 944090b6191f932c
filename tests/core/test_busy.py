"""Long reading keeps nobody from writing; who finds the database busy is told that nothing was saved, and when to try again."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from tests.core.test_errors import headline
from webapp.core.database import busy, db, only_reading, reading
from webapp.core.limits import LimitCounter, hit
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@contextmanager
def another_process(app):
    """A connection that waits for nobody."""
    with app.app_context():
        connection = sqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def count():
    return db.session.scalar(text("SELECT count(*) FROM limit_counters"))


def test_another_writes_at_once_while_somebody_only_reads(probe):
    with another_process(probe) as other, probe.app_context():
        with only_reading():
            before = count()
            other.execute("INSERT INTO limit_counters (key, hits, window_ends) VALUES ('other', 1, '2026-09-14')")
            assert count() == before, "what is read is of one moment"
        assert not reading()
        with unit_of_work():
            assert count() == before + 1
            hit(key="own", limit=9, per=timedelta(hours=1), now=NOON)
        other.execute("DELETE FROM limit_counters")


def test_within_a_unit_of_work_that_has_begun_reading_sees_what_it_wrote_and_ends_nothing(database):
    with unit_of_work():
        db.session.add(LimitCounter(key="kept", hits=1, window_ends=NOON))
        with only_reading():
            assert not reading()
            assert count() == 1
    db.session.expire_all()
    assert count() == 1


def test_reading_ends_also_where_it_fails(probe):
    def fail():
        with only_reading():
            assert reading()
            count()
            raise LookupError

    with probe.app_context():
        with pytest.raises(LookupError):
            fail()
        assert not reading()
        assert not db.session().in_transaction()


def test_on_postgresql_each_statement_of_who_only_reads_stands_for_itself(committed):
    with only_reading():
        db.session.execute(text("SELECT 1"))
        driver = db.session.connection().connection.driver_connection
        if db.engine.dialect.name == "postgresql":
            assert driver.autocommit
            assert driver.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        else:
            assert driver.in_transaction


@pytest.mark.parametrize(("cause", "is_busy"), [
    (psycopg.errors.SerializationFailure(), True), (psycopg.errors.DeadlockDetected(), True), (psycopg.errors.LockNotAvailable(), True),
    (psycopg.errors.DiskFull(), False), (sqlite3.OperationalError("disk I/O error"), False),
])
def test_what_may_go_well_when_done_again(cause, is_busy):
    assert busy(OperationalError("INSERT", {}, cause)) is is_busy


@pytest.fixture
def impatient(probe):
    """Nobody waits for a lock."""
    def hurry(connection, _record, _proxy):
        connection.execute("PRAGMA busy_timeout=0")

    with probe.app_context():
        engine = db.engine
    probe.config["WTF_CSRF_ENABLED"] = False
    event.listen(engine, "checkout", hurry)
    yield
    event.remove(engine, "checkout", hurry)
    engine.dispose()
    probe.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize(("language", "said", "advised"), [
    ("en", "This was not saved", "what you typed is still in the form"), ("zh-Hans", "未能保存", "您填写的内容仍在表单中"),
])
def test_who_finds_the_database_busy_is_told_that_nothing_was_saved_and_what_to_do(probe, browser, impatient, language, said, advised):
    with another_process(probe) as other:
        other.execute("BEGIN IMMEDIATE")
        response = browser.post(f"/probe/statements?lang={language}")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert headline(response) == said
        assert advised in response.text
        assert browser.get("/probe/statements").status_code == 200
        other.execute("ROLLBACK")
    assert browser.post("/probe/statements").status_code == 200


def test_who_only_looks_is_told_to_look_again(probe, browser, impatient):
    with another_process(probe) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        response = browser.get("/probe/statements?lang=en")
        assert response.status_code == 503
        assert headline(response) == "The page could not be shown just now"
        other.execute("ROLLBACK")
        other.execute("PRAGMA journal_mode=WAL")
