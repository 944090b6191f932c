"""The session in a signed cookie: what is known of a cookie is what it holds, for as long as it holds."""

from __future__ import annotations

import time

import pytest
from flask import Flask, session

from webapp.core.browsers import MOST_KNOWN, CookieSessions


@pytest.fixture
def app():
    made = Flask("browsers")
    made.config["SECRET_KEY"] = "k" * 32
    made.session_interface = CookieSessions()

    @made.get("/put/<name>")
    def put(name):
        session.permanent = True
        session[name] = name
        return ""

    @made.get("/list/<word>")
    def add(word):
        session.setdefault("words", []).append(word)
        return ""

    @made.get("/start")
    def start():
        session["words"] = ["first"]
        return ""

    @made.get("/")
    def show():
        return dict(session)

    return made


def kept(app, cookie):
    client = app.test_client()
    client.set_cookie("session", cookie)
    return client


def cookie_after(app, address):
    client = app.test_client()
    client.get(address)
    return client.get_cookie("session").value


def test_a_cookie_holds_the_same_each_time(app):
    cookie = cookie_after(app, "/put/name")
    assert [kept(app, cookie).get("/").json for _time in range(3)] == [{"_permanent": True, "name": "name"}] * 3


def test_what_a_request_changes_is_not_what_the_old_cookie_holds(app):
    cookie = cookie_after(app, "/put/one")
    kept(app, cookie).get("/put/two")
    kept(app, cookie).get("/put/two")
    assert "two" not in kept(app, cookie).get("/").json


def test_a_list_that_a_request_adds_to_stays_short_for_the_next_one(app):
    cookie = cookie_after(app, "/start")
    for _time in range(3):
        kept(app, cookie).get("/list/more")
    assert kept(app, cookie).get("/").json == {"words": ["first"]}


def test_a_cookie_that_somebody_changed_holds_nothing_however_well_the_right_one_is_known(app):
    cookie = cookie_after(app, "/put/name")
    assert kept(app, cookie).get("/").json
    content, _dot, signature = cookie.rpartition(".")
    assert kept(app, f"{content}.{signature.swapcase()}").get("/").json == {}
    assert kept(app, content).get("/").json == {}


@pytest.mark.parametrize("days", [40, -1])
def test_a_known_cookie_ends_like_any_other(app, monkeypatch, days):
    cookie = cookie_after(app, "/put/name")
    assert kept(app, cookie).get("/").json
    at = time.time() + days * 86400
    monkeypatch.setattr(time, "time", lambda: at)
    assert kept(app, cookie).get("/").json == {}


def test_an_unchanged_session_sends_no_cookie(app):
    cookie = cookie_after(app, "/put/name")
    assert "Set-Cookie" not in kept(app, cookie).get("/").headers


def test_only_so_many_are_known(app, monkeypatch):
    monkeypatch.setattr("webapp.core.browsers.MOST_KNOWN", 2)
    assert MOST_KNOWN > 1000
    for name in ("one", "two", "three"):
        cookie = cookie_after(app, f"/put/{name}")
        assert kept(app, cookie).get("/").json["_permanent"] is True
    assert len(app.session_interface._known) <= 2
