"""Signing in and out, and the ends of sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.accounts.conftest import NEW_PASSWORD
from tests.cast import carry
from webapp.accounts.current import SEEN_KEY, SESSION_KEY
from webapp.accounts.models import Session, SignIn
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def signed_in(client):
    return client.get("/me/account").status_code == 200


def enter(client, cast, name="learner", **more):
    return client.post("/sign-in", data={"email": cast.email(name), "password": cast.password, **more})


def copy_of(app, client):
    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value)
    return thief


def test_a_learner_signs_in_and_comes_back_to_the_page_they_wanted(client, cast):
    response = client.get("/me/account?from=mail")
    assert response.status_code == 302
    page = client.get(response.location).get_data(as_text=True)
    assert 'name="next" value="/me/account?from=mail"' in page
    response = enter(client, cast, next="/me/account?from=mail")
    assert (response.status_code, response.location) == (303, "/me/account?from=mail")
    assert signed_in(client)


def test_the_spelling_of_the_address_does_not_matter(client, cast):
    response = client.post("/sign-in", data={"email": "  LEARNER@Example.ORG ", "password": cast.password})
    assert response.status_code == 303


def test_a_wrong_password_is_refused_in_one_sentence_and_the_address_is_kept(client, cast):
    response = client.post("/sign-in", data={"email": cast.email("learner"), "password": NEW_PASSWORD, "next": "/courses/"})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert cast.email("learner") in page
    assert NEW_PASSWORD not in page
    assert 'name="next" value="/courses/"' in page
    assert 'class="errors"' in page
    assert not signed_in(client)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "/a\r\nSet-Cookie: x=1",
     "/" + "x" * 600, ""],
)
def test_nobody_is_led_to_another_site(client, cast, target):
    assert enter(client, cast, next=target).location == "/me/"
    assert client.get("/sign-in", query_string={"next": target}).location == "/me/"


def test_a_disabled_sign_in_opens_nothing_and_ends_at_once(client, cast, login_as):
    inside = login_as("learner")
    db.session.get(SignIn, cast.sign_in_ids["learner"]).disabled_at = NOON
    db.session.commit()
    assert not signed_in(inside)
    assert enter(client, cast).status_code == 422


def test_a_sign_in_without_a_password_opens_nothing(client, cast):
    db.session.get(SignIn, cast.sign_in_ids["learner"]).password_hash = None
    db.session.commit()
    assert enter(client, cast).status_code == 422


@pytest.mark.parametrize(
    "typed", [{}, {"email": "", "password": ""}, {"email": "\0", "password": "\0"}, {"email": "x" * 10_000, "password": "y" * 10_000},
              {"email": "王\u202e", "password": "密码"}, {"email": "a@b", "password": "x", "next": "\0"}],
)
def test_bad_input_is_answered_with_the_form(client, cast, typed):
    response = client.post("/sign-in", data=typed)
    assert response.status_code == 422
    assert 'name="password"' in response.get_data(as_text=True)


def test_signing_in_takes_few_queries(client, cast, max_queries):
    client.set_cookie("language", "en")
    with max_queries(8):
        assert enter(client, cast).status_code == 303
    client.post("/sign-out")
    with max_queries(7):
        assert enter(client, cast).status_code == 303


def test_a_person_s_language_is_used_where_the_browser_said_nothing(client, cast):
    enter(client, cast, "second_learner")
    assert client.get_cookie("language").value == "en"


def test_a_new_sign_in_rotates_the_session_and_kills_the_old_cookie(app, client, cast):
    enter(client, cast)
    before = client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    old = copy_of(app, client)
    assert signed_in(old)
    enter(client, cast, "second_learner")
    assert client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value != before
    assert not signed_in(old)
    assert "Amina Diallo" in client.get("/me/profile").get_data(as_text=True)


def test_what_the_cookie_held_before_signing_in_is_dropped(app, client, cast):
    carry(app, client, {"planted": "by a stranger", "csrf_token": "known"})
    enter(client, cast)
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert "csrf_token" not in kept


def test_signing_out_ends_the_row_so_that_a_copied_cookie_is_worthless(app, client, cast):
    enter(client, cast)
    thief = copy_of(app, client)
    response = client.post("/sign-out")
    assert (response.status_code, response.location) == (303, "/")
    assert not signed_in(client)
    assert not signed_in(thief)
    assert db.session.scalars(select(Session)).one().ended_at is not None


def test_signing_out_asks_first_and_a_link_alone_does_nothing(login_as, client):
    inside = login_as("learner")
    page = inside.get("/sign-out").get_data(as_text=True)
    assert 'method="post" action="/sign-out"' in page
    assert signed_in(inside)
    assert client.get("/sign-out").location == "/"
    assert client.post("/sign-out").status_code == 303


def test_an_idle_session_ends_and_the_sign_in_page_says_so(app, login_as, at):
    at(NOON)
    client = login_as("learner")
    at(NOON + timedelta(minutes=settings(app).idle_minutes) - timedelta(seconds=1))
    assert signed_in(client)
    at(NOON + timedelta(minutes=2 * settings(app).idle_minutes))
    response = client.get("/me/account")
    assert response.status_code == 302
    assert "登录已失效" in client.get(response.location).get_data(as_text=True)


def test_a_session_ends_in_any_case_after_its_days(app, login_as, at):
    at(NOON)
    client = login_as("learner")
    step, end = timedelta(minutes=settings(app).idle_minutes // 2), NOON + settings(app).session_length
    moment = NOON
    while moment + step < end:
        moment += step
        at(moment)
        assert signed_in(client)
    at(end)
    assert not signed_in(client)


def test_the_cookie_notes_being_seen_at_most_every_five_minutes(login_as, at):
    at(NOON)
    client = login_as("learner")
    client.get("/me/account")
    at(NOON + timedelta(minutes=4))
    assert "Set-Cookie" not in client.get("/me/account").headers
    at(NOON + timedelta(minutes=5))
    assert "Set-Cookie" in client.get("/me/account").headers
    with client.session_transaction() as kept:
        assert kept[SEEN_KEY] == int((NOON + timedelta(minutes=5)).timestamp())


@pytest.mark.parametrize("content", [{SESSION_KEY: "no id"}, {SESSION_KEY: str(new_id())}, {SESSION_KEY: 7}, {SEEN_KEY: "yesterday"}])
def test_a_cookie_with_nonsense_is_nobody(app, client, cast, content):
    carry(app, client, {SEEN_KEY: int(datetime.now(UTC).timestamp()), **content})
    assert not signed_in(client)


def test_a_forged_cookie_is_nobody(app, login_as):
    client = login_as("administrator")
    value = client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], value[:-4] + "AAAA")
    assert not signed_in(client)


def test_ten_wrong_tries_close_the_account_for_a_quarter_of_an_hour(client, cast, at, quick_passwords):
    at(NOON)
    wrong = {"email": cast.email("learner"), "password": NEW_PASSWORD}
    assert [client.post("/sign-in", data=wrong).status_code for _ in range(11)] == [422] * 10 + [429]
    refused = enter(client, cast)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 900
    assert enter(client, cast, "second_learner").status_code == 303
    at(NOON + timedelta(minutes=15))
    assert enter(client, cast).status_code == 303


def test_a_right_password_starts_the_count_anew(client, cast, quick_passwords):
    for _ in range(3):
        for _ in range(9):
            client.post("/sign-in", data={"email": cast.email("learner"), "password": NEW_PASSWORD})
        assert enter(client, cast).status_code == 303


def test_a_hundred_tries_from_one_address_close_it_for_every_account(client, cast, quick_passwords, hashes):
    for number in range(100):
        client.post("/sign-in", data={"email": f"{number}@example.org", "password": NEW_PASSWORD})
    hashes.calls.clear()
    assert enter(client, cast).status_code == 429
    assert hashes.calls == []
    elsewhere = client.post(
        "/sign-in", data={"email": cast.email("learner"), "password": cast.password}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert elsewhere.status_code == 303


def test_a_weaker_hash_is_made_anew_at_sign_in(client, cast):
    from argon2 import PasswordHasher  # noqa: PLC0415

    row = db.session.get(SignIn, cast.sign_in_ids["learner"])
    row.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(cast.password)
    db.session.commit()
    assert enter(client, cast).status_code == 303
    assert db.session.get(SignIn, cast.sign_in_ids["learner"]).password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
