"""Forms from elsewhere, on an application as it runs in production."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.accounts.conftest import NEW_PASSWORD
from tests.cast import signed_in_client
from webapp.accounts.models import Session
from webapp.core.config import Mode
from webapp.core.database import db

POSTS = (
    "/sign-in", "/sign-up", "/sign-out", "/forgotten-password", "/verify-email/token", "/reset-password/token",
    "/me/profile", "/me/account", "/me/welcome",
)


@pytest.fixture
def guarded(app):
    """The application with the check that other tests leave out."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def token_in(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))[1]


@pytest.mark.parametrize("path", POSTS)
def test_a_form_from_elsewhere_is_refused(guarded, cast, path):
    stranger, learner = guarded.test_client(), signed_in_client(guarded, cast.sign_in_ids["learner"])
    for client in (stranger, learner):
        response = client.post(path, data={"email": cast.email("learner"), "password": cast.password})
        assert response.status_code == 400
    assert learner.get("/me/account").status_code == 200


def test_the_whole_way_in_and_out_works_with_the_token_of_each_page(guarded, cast):
    client = guarded.test_client()
    before = token_in(client.get("/sign-in"))
    form = {"email": cast.email("learner"), "password": cast.password, "csrf_token": before}
    assert client.post("/sign-in", data=form).status_code == 303
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400
    assert client.post("/sign-out", data={"csrf_token": token_in(client.get("/sign-out"))}).status_code == 303
    assert db.session.query(Session).one().ended_at is not None


def test_signing_up_works_with_the_token_of_each_page(guarded, mailed_path):
    client = guarded.test_client()
    token = token_in(client.get("/sign-up"))
    form = {"name": "王晓兰", "email": "wang@example.org", "password": NEW_PASSWORD, "agree": "y", "csrf_token": token}
    assert client.post("/sign-up", data=form).status_code == 303
    path = mailed_path("/verify-email/")
    assert client.post(path, data={"csrf_token": token_in(client.get(path))}).status_code == 303


@pytest.fixture
def set_to(app):
    """`set_to(demo=True)` changes settings of the application for one test."""
    before = app.extensions["settings"]

    def change(**changes):
        app.extensions["settings"] = replace(before, **changes)

    yield change
    app.extensions["settings"] = before


def test_demo_people_and_their_password_show_only_in_a_demo(client, cast, set_to):
    for person in (cast.learner, cast.staff):
        person.demo = True
    db.session.commit()
    set_to(demo_password="shown to visitors")
    assert "shown to visitors" not in client.get("/sign-in").get_data(as_text=True)
    set_to(demo=True, demo_password="shown to visitors")
    page = client.get("/sign-in").get_data(as_text=True)
    assert "shown to visitors" in page
    assert cast.email("staff") in page
    assert "项目工作人员" in page


def test_over_tls_cookies_are_secure_and_bound_to_the_host(client, set_to):
    set_to(public_url="https://learn.example.org")
    cookie = client.get("/language/en?next=/").headers["Set-Cookie"]
    assert cookie.startswith("__Host-language=en;")
    assert "Secure" in cookie


def test_a_development_server_leads_to_its_mailbox(client, set_to):
    assert "/mailbox" not in client.get("/sign-up/sent").get_data(as_text=True)
    set_to(mode=Mode.DEVELOPMENT)
    assert 'href="/mailbox"' in client.get("/sign-up/sent").get_data(as_text=True)
