"""Changing the e-mail address: proven by the new one, told to the old one, taken back by it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts.models import SignIn
from webapp.core.audit import AuditEntry
from webapp.core.database import db

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
NEW = "xiaolan@county.example"


def ask(client, cast, email=NEW, password=None):
    return client.post("/me/email", data={"email": email, "current": password or cast.password})


def address_of(cast, name="learner"):
    return db.session.get(SignIn, cast.sign_in_ids[name]).email


def signed_in(client):
    return client.get("/me/account").status_code == 200


@pytest.fixture
def mails(outbox):
    """`mails()` is (recipient, path of the link in it) of every mail."""

    def find():
        links = [re.search(r"http://localhost(/(?:me/email/confirm|email-undo)/[\w-]+)", mail.text) for mail in outbox()]
        return [(mail.recipient, link[1] if link else None) for mail, link in zip(outbox(), links, strict=True)]

    return find


@pytest.fixture
def links(mails, cast):
    """`links()` is (confirm, undo) of the newest change."""

    def find():
        found = mails()
        confirm = [link for _to, link in found if link and "confirm" in link][-1]
        return confirm, [link for _to, link in found if link and "undo" in link][-1]

    return find


def test_the_new_address_counts_once_it_is_proven_in_the_account(database, login_as, cast, mails, links, outbox):
    client, other = login_as("learner"), login_as("learner")
    assert ask(client, cast).status_code == 303
    assert [to for to, _link in mails()] == [NEW, cast.email("learner")]
    assert address_of(cast) == cast.email("learner")
    confirm, _undo = links()
    assert NEW in client.get(confirm).get_data(as_text=True)
    assert address_of(cast) == cast.email("learner")
    assert client.post(confirm).location == "/me/account"
    assert address_of(cast) == NEW
    assert signed_in(client)
    assert not signed_in(other)
    assert outbox()[-1].recipient == cast.email("learner")
    assert "sign_in.email_changed" in set(db.session.scalars(select(AuditEntry.action)))
    fresh = database.test_client()
    assert fresh.post("/sign-in", data={"email": NEW, "password": cast.password}).status_code == 303


@pytest.mark.parametrize("email", [
    "", "nobody", "a@b", "x@example.org\r\nBcc: all@example.org", "a@example.org,b@example.org", "x" * 250 + "@e.org",
])
def test_what_is_no_address_is_refused(login_as, cast, outbox, email):
    assert ask(login_as("learner"), cast, email).status_code == 422
    assert outbox() == []


def test_the_own_address_is_refused(login_as, cast):
    assert ask(login_as("learner"), cast, "LEARNER@example.org").status_code == 422


def test_the_password_is_needed_and_counted(login_as, cast, outbox):
    client = login_as("learner")
    assert [ask(client, cast, password=NEW_PASSWORD).status_code for _ in range(11)] == [422] * 10 + [429]
    assert outbox() == []


def test_the_answer_and_the_work_are_the_same_for_a_known_address(database, login_as, cast, work_of, mails):
    found = []
    for email in (NEW, cast.email("second_learner")):
        client = login_as("learner")
        response, computed, statements = work_of(lambda c=client, e=email: ask(c, cast, e))
        page = client.get("/me/email").get_data(as_text=True)
        found.append((response.status_code, response.location, computed, statements, re.sub(r"csrf_token.*?>", "", page)))
    assert found[0] == found[1]
    assert [to for to, link in mails() if link is None] == [cast.email("second_learner")]


def test_the_link_opens_only_in_the_account_that_asked(database, login_as, cast, links):
    ask(login_as("learner"), cast)
    confirm, _undo = links()
    stranger = login_as("second_learner")
    assert stranger.get(confirm).status_code == 404
    assert stranger.post(confirm).status_code == 404
    assert address_of(cast) == cast.email("learner")
    assert address_of(cast, "second_learner") == cast.email("second_learner")
    assert database.test_client().post(confirm).location.startswith("/sign-in")


def test_the_link_works_once_within_a_day(database, login_as, cast, links, at):
    at(NOON)
    client = login_as("learner")
    ask(client, cast)
    confirm, _undo = links()
    at(NOON + timedelta(hours=24))
    client = login_as("learner")
    assert client.post(confirm).status_code == 410
    at(NOON + timedelta(hours=23))
    client = login_as("learner")
    assert client.post(confirm).status_code == 303
    assert client.post(confirm).status_code == 410


def test_a_newer_wish_makes_the_older_link_void(login_as, cast, links):
    client = login_as("learner")
    ask(client, cast)
    first, _undo = links()
    ask(client, cast, "other@county.example")
    assert client.post(first).status_code == 410
    assert client.post(links()[0]).status_code == 303
    assert address_of(cast) == "other@county.example"


def test_an_address_that_somebody_took_meanwhile_is_not_taken_twice(database, login_as, cast, links):
    client = login_as("learner")
    ask(client, cast)
    row = db.session.get(SignIn, cast.sign_in_ids["second_learner"])
    row.email = row.email_key = NEW
    db.session.commit()
    assert client.post(links()[0]).status_code == 410
    assert address_of(cast) == cast.email("learner")


def test_the_old_address_stops_it_before_it_is_proven(database, login_as, cast, links):
    client = login_as("learner")
    ask(client, cast)
    confirm, undo = links()
    visitor = database.test_client()
    assert visitor.get(undo).status_code == 200
    assert visitor.post(undo).location == "/forgotten-password"
    assert not signed_in(client)
    assert login_as("learner").post(confirm).status_code == 410


def test_the_old_address_takes_it_back_within_seven_days_and_signs_everybody_out(database, login_as, cast, links, at):
    at(NOON)
    client = login_as("learner")
    ask(client, cast)
    confirm, undo = links()
    client.post(confirm)
    visitor = database.test_client()
    assert visitor.get(undo).status_code == 200
    assert address_of(cast) == NEW
    at(NOON + timedelta(days=6))
    assert visitor.post(undo).status_code == 303
    assert address_of(cast) == cast.email("learner")
    assert not signed_in(client)
    assert visitor.post(undo).status_code == 410


def test_after_seven_days_it_stays(database, login_as, cast, links, at):
    at(NOON)
    client = login_as("learner")
    ask(client, cast)
    confirm, undo = links()
    client.post(confirm)
    at(NOON + timedelta(days=7))
    assert database.test_client().post(undo).status_code == 410
    assert address_of(cast) == NEW


def test_a_thief_who_changes_it_twice_is_thrown_out_by_the_first_address(database, login_as, cast, mails, links):
    client = login_as("learner")
    ask(client, cast)
    confirm, undo = links()
    client.post(confirm)
    ask(client, cast, "thief@evil.example")
    second, undo_of_thief = links()
    client.post(second)
    assert address_of(cast) == "thief@evil.example"
    assert database.test_client().post(undo).status_code == 303
    assert address_of(cast) == cast.email("learner")
    assert database.test_client().post(undo_of_thief).status_code == 410


def test_links_for_a_password_that_went_to_the_old_address_are_void(database, client, login_as, cast, links, mailed_path):
    client.post("/forgotten-password", data={"email": cast.email("learner")})
    reset = mailed_path("/reset-password/")
    browser = login_as("learner")
    ask(browser, cast)
    browser.post(links()[0])
    assert client.post(reset, data={"password": NEW_PASSWORD}).status_code == 410


@pytest.mark.parametrize("path", ["/email-undo/x", "/email-undo/%00", "/me/email/confirm/x"])
def test_a_link_that_was_never_issued_is_unknown(login_as, path):
    client = login_as("learner")
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_five_wishes_an_hour_are_enough(login_as, cast):
    client = login_as("learner")
    answers = [ask(client, cast, f"{number}@county.example").status_code for number in range(6)]
    assert answers == [303] * 5 + [429]
