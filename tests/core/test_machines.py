"""Addresses that machines ask: health and numbers."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.core.probe import probe_app
from webapp.core import health
from webapp.core.database import db

AWAY = {"REMOTE_ADDR": "198.51.100.7"}


def test_the_process_answers_without_the_database(probe, max_queries):
    response = probe.test_client().get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})
    assert "Set-Cookie" not in response.headers


@pytest.fixture
def head(monkeypatch):
    monkeypatch.setattr(health, "migration_heads", lambda: frozenset({"0002"}))


def at_revision(revision):
    db.session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
    db.session.execute(text("DELETE FROM alembic_version"))
    db.session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    db.session.commit()


def test_a_database_at_the_newest_migration_is_ready(database, client, head):
    at_revision("0002")
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (200, {"status": "ok", "database": "ok", "migrations": "head"})


def test_pending_migrations_are_not_ready(database, client, head):
    at_revision("0001")
    response = client.get("/readyz")
    assert (response.status_code, response.json["migrations"]) == (503, "pending")


def test_a_database_that_was_never_migrated_is_not_ready(probe, head):
    response = probe.test_client().get("/readyz")
    assert (response.status_code, response.json["migrations"]) == (503, "pending")


def test_a_database_that_does_not_answer_is_not_ready_and_says_nothing_more(client, monkeypatch):
    def unreachable():
        raise OperationalError("SELECT", {}, Exception("password of db:5432"))

    monkeypatch.setattr(health, "migrated", unreachable)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"status": "unavailable", "database": "unreachable", "migrations": "unknown"}


def test_this_machine_may_read_the_numbers(browser):
    browser.get("/verify")
    response = browser.get("/metrics")
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain")
    assert 'localgoals_requests_total{endpoint="certificates.verify",method="GET",status="2xx"}' in response.text


def test_others_find_no_numbers(browser):
    assert browser.get("/metrics", environ_base=AWAY).status_code == 404
    assert browser.get("/metrics", headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 404


def test_with_a_token_only_its_holder_reads_the_numbers(tmp_path):
    with probe_app(tmp_path, metrics_token="a token of the programme") as app:
        browser = app.test_client()
        right = {"Authorization": "Bearer a token of the programme"}
        assert browser.get("/metrics", environ_base=AWAY, headers=right).status_code == 200
        assert browser.get("/metrics").status_code == 404
        for wrong in ("Bearer another", "a token of the programme", "Bearer t\xf6ken"):
            assert browser.get("/metrics", headers={"Authorization": wrong}).status_code == 404


def test_made_up_methods_and_addresses_do_not_grow_the_numbers(browser):
    for method in ("BREW", "PROPFIND"):
        browser.open("/nowhere", method=method)
    numbers = browser.get("/metrics").text
    assert "BREW" not in numbers
    assert "nowhere" not in numbers
    assert 'method="other"' in numbers
