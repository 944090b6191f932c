"""Closed by default, and never led to another host."""

from __future__ import annotations

from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.exceptions import Forbidden, NotFound

from webapp.core.access import load_for, load_or_404, safe_next
from webapp.core.audit import AuditEntry
from webapp.core.audit import record as record_act
from webapp.core.clock import now
from webapp.core.database import db
from webapp.core.ids import new_id

HOST = "https://learn.example.org/sign-in"


@pytest.mark.parametrize("target", ["/", "/me/", "/courses/x/?lang=en&page=2#part", "/verify?code=a//b", "/课程/"])
def test_a_path_on_this_site_is_gone_on_to(target):
    assert safe_next(target) == target


@pytest.mark.parametrize("target", [
    None, "", "me/", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil.example", "/\r\nSet-Cookie: x=y", " /me/", "javascript:alert(1)", "http:/evil.example", "/me/\x00", "/me\\..\\evil",
])
def test_anything_else_leads_to_the_own_page(target):
    assert safe_next(target) == "/me/"
    assert safe_next(target, "/courses/") == "/courses/"


@given(st.text(alphabet="/\\.:@?#ehtpsvil \t\n\x00%25", max_size=20))
@example("/%09/evil.example")
@example("/.//evil.example")
def test_whatever_is_typed_a_browser_stays_on_this_host(target):
    # Browsers drop tabs and line breaks and read a backslash as a slash before they resolve an address.
    read = "".join(c for c in safe_next(target) if c not in "\t\r\n").replace("\\", "/")
    assert urlsplit(urljoin(HOST, read)).netloc == "learn.example.org"


def test_a_visitor_is_led_to_sign_in_and_back_to_the_same_question(browser):
    response = browser.get("/probe/mine?tab=2&q=why?")
    assert response.status_code == 302
    address = urlsplit(response.headers["Location"])
    assert address.path == "/sign-in"
    assert parse_qs(address.query) == {"next": ["/probe/mine?tab=2&q=why?"]}


def test_a_visitor_who_sends_a_form_comes_back_to_the_own_page(probe, browser):
    probe.config["WTF_CSRF_ENABLED"] = False
    try:
        response = browser.post("/probe/mine")
    finally:
        probe.config["WTF_CSRF_ENABLED"] = True
    assert response.headers["Location"] == "/sign-in?next=%2Fme%2F"


@pytest.fixture
def row(database):
    record_act(actor_id=None, action="x", subject=("y", 1), now=now())
    db.session.flush()
    return db.session.query(AuditEntry).one()


def test_a_row_that_does_not_exist_is_not_found(database):
    with pytest.raises(NotFound):
        load_or_404(AuditEntry, new_id())


def test_who_may_see_and_do_gets_the_row(row):
    assert load_for("staff", AuditEntry, row.id, may_see=lambda _who, _row: True, may=lambda who, _row: who == "staff") is row
    assert load_for("learner", AuditEntry, row.id, may_see=lambda _who, _row: True) is row


def test_to_an_outsider_the_row_does_not_exist(row):
    with pytest.raises(NotFound):
        load_for("outsider", AuditEntry, row.id, may_see=lambda _who, _row: False, may=lambda _who, _row: True)


def test_a_reader_without_the_right_is_forbidden(row):
    with pytest.raises(Forbidden):
        load_for("reader", AuditEntry, row.id, may_see=lambda _who, _row: True, may=lambda _who, _row: False)
