"""What is never written cannot leak."""

from __future__ import annotations

import json

import pytest
import structlog

from tests.core.probe import probe_app
from webapp.core.config import Mode

NAME, EMAIL, PHONE = "王晓兰", "wang@example.org", "13900001111"


@pytest.fixture
def lines(tmp_path, capsys):
    """Runs requests as in production and returns what was logged."""
    with probe_app(tmp_path, mode=Mode.PRODUCTION) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()

        def run(*requests):
            for method, address, data in requests:
                client.open(address, method=method, data=data, headers={"X-Forwarded-For": "203.0.113.7", "User-Agent": NAME})
            return capsys.readouterr().err

        yield run


def test_a_request_leaves_one_line_without_anybody_in_it(lines):
    written = lines(("GET", f"/verify?code={EMAIL}&name={NAME}", None), ("POST", "/probe/form", {"email": EMAIL, "phone": PHONE}))
    assert EMAIL not in written
    entries = [json.loads(line) for line in written.splitlines()]
    assert [entry["endpoint"] for entry in entries] == ["certificates.verify", "probe.form"]
    assert set(entries[0]) == {"event", "level", "timestamp", "endpoint", "method", "status", "milliseconds"}


def test_no_name_address_or_message_is_written_when_something_fails(lines):
    written = lines(
        ("GET", f"/probe/crash?name={NAME}&email={EMAIL}", None),
        ("POST", "/probe/crash", {"name": NAME, "email": EMAIL, "phone": PHONE}),
        ("GET", f"/nobody/{NAME}/{EMAIL}", None),
        ("GET", "/probe/crash-in-the-database", None),
    )
    for secret in (NAME, EMAIL, PHONE, "example.org", json.dumps(NAME).strip('"'), "%E7%8E%8B", "203.0.113.7", "nowhere", "has no place"):
        assert secret not in written
    failures = [entry for entry in map(json.loads, written.splitlines()) if entry["event"] == "request_failed"]
    assert [entry["exception"].split()[0] for entry in failures] == ["RuntimeError", "RuntimeError", "OperationalError"]
    assert "probe.py:" in failures[0]["exception"], "where it happened is needed to mend it"


def test_a_failure_logged_where_it_was_caught_says_where_it_happened(lines, capsys):
    try:
        int(NAME)
    except ValueError:
        structlog.get_logger().exception("job_failed", job="mail", person=NAME)
    entry = json.loads(capsys.readouterr().err)
    assert entry["exception"].startswith("ValueError at ")
    assert entry["job"] == "mail"
    assert NAME not in json.dumps(entry, ensure_ascii=False)


def test_lower_levels_are_left_out_as_set(tmp_path, capsys):
    with probe_app(tmp_path, mode=Mode.PRODUCTION, log_level="WARNING") as app:
        app.test_client().get("/verify")
        assert capsys.readouterr().err == ""
        app.test_client().get("/probe/crash")
        assert json.loads(capsys.readouterr().err)["event"] == "request_failed"
