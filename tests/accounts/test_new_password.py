"""Forgotten passwords, first passwords, changed passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts import services_links
from webapp.accounts.models import MailToken, SignIn
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def reset_page(client, cast, mailed_path):
    """The address of the page on which the learner chooses a new password."""
    client.post("/forgotten-password", data={"email": cast.email("learner")})
    return mailed_path("/reset-password/")


def enters(app, cast, password, name="learner"):
    return app.test_client().post("/sign-in", data={"email": cast.email(name), "password": password}).status_code == 303


def test_a_new_password_is_chosen_by_a_mailed_link(database, client, cast, reset_page, outbox):
    page = client.get(reset_page)
    assert page.status_code == 200
    assert cast.email("learner") in page.get_data(as_text=True)
    response = client.post(reset_page, data={"password": NEW_PASSWORD})
    assert (response.status_code, response.location) == (303, "/me/")
    assert outbox()[-1].subject == "您的LocalGoals密码已修改"
    assert client.get("/me/account").status_code == 200
    assert enters(database, cast, NEW_PASSWORD)
    assert not enters(database, cast, cast.password)


def test_a_new_password_signs_every_other_browser_out(cast, login_as, client, reset_page):
    phone, office = login_as("learner"), login_as("learner")
    client.post(reset_page, data={"password": NEW_PASSWORD})
    assert phone.get("/me/account").status_code == 302
    assert office.get("/me/account").status_code == 302


def test_opening_the_page_changes_nothing(app, client, cast, reset_page):
    client.get(reset_page)
    assert enters(app, cast, cast.password)


def test_a_link_works_once_and_a_newer_password_voids_older_links(client, cast, mailed_path, reset_page):
    client.post("/forgotten-password", data={"email": cast.email("learner")})
    newer = mailed_path("/reset-password/")
    assert client.post(newer, data={"password": NEW_PASSWORD}).status_code == 303
    for path in (newer, reset_page):
        for response in (client.get(path), client.post(path, data={"password": "another long sentence"})):
            assert response.status_code == 410
            assert "该链接已经使用过" in response.get_data(as_text=True)


def test_a_link_works_for_two_hours(app, client, cast, at, mailed_path):
    at(NOON)
    client.post("/forgotten-password", data={"email": cast.email("learner")})
    path = mailed_path("/reset-password/")
    at(NOON + timedelta(hours=2))
    for response in (client.get(path), client.post(path, data={"password": NEW_PASSWORD})):
        assert response.status_code == 410
        assert "链接已过期" in response.get_data(as_text=True)
    assert not enters(app, cast, NEW_PASSWORD)


@pytest.mark.parametrize("token", ["x", "A" * 43, "王", "z" * 5000])
def test_a_forged_link_is_told_so(client, token):
    for response in (client.get(f"/reset-password/{token}"), client.post(f"/reset-password/{token}", data={"password": NEW_PASSWORD})):
        assert response.status_code == 404
        assert "链接无效" in response.get_data(as_text=True)


def test_the_link_that_nobody_was_sent_leads_nowhere(app, client, cast):
    client.post("/forgotten-password", data={"email": "nobody@example.org"})
    row = db.session.scalars(select(MailToken)).one()
    assert row.sign_in_id is None


def test_a_disabled_account_gets_no_link(client, cast, outbox):
    db.session.get(SignIn, cast.sign_in_ids["learner"]).disabled_at = NOON
    db.session.commit()
    client.post("/forgotten-password", data={"email": cast.email("learner")})
    assert "/reset-password/" not in outbox()[-1].text


@pytest.mark.parametrize("password", ["", "short", "woaini1314", "learner@example.org", "z" * 10_000, "王晓兰"])
def test_a_bad_new_password_is_refused_and_the_link_stays_good(client, cast, reset_page, password):
    response = client.post(reset_page, data={"password": password})
    assert response.status_code == 422
    assert 'class="err"' in response.get_data(as_text=True)
    assert client.post(reset_page, data={"password": NEW_PASSWORD}).status_code == 303


def test_five_requests_an_hour_per_account(client, cast, at):
    at(NOON)
    ask = {"email": cast.email("learner")}
    assert [client.post("/forgotten-password", data=ask).status_code for _ in range(6)] == [303] * 5 + [429]
    at(NOON + timedelta(hours=1))
    assert client.post("/forgotten-password", data=ask).status_code == 303


@pytest.mark.parametrize("email", ["", "learner", "\0", "x" * 10_000, "  "])
def test_what_is_no_address_is_refused(client, email, outbox):
    assert client.post("/forgotten-password", data={"email": email}).status_code == 422
    assert outbox() == []


def test_somebody_who_was_registered_by_others_chooses_the_first_password_and_is_verified(database, client, cast, outbox):
    row = db.session.get(SignIn, cast.sign_in_ids["outsider"])
    row.verified_at = row.password_hash = None
    with unit_of_work():
        token = services_links.invite(sign_in=row, language="en", now=datetime.now(UTC))
    assert f"/reset-password/{token}" in outbox()[-1].text
    assert outbox()[-1].subject == "Your LocalGoals account"
    assert client.post(f"/reset-password/{token}", data={"password": NEW_PASSWORD}).status_code == 303
    assert db.session.get(SignIn, cast.sign_in_ids["outsider"]).verified_at is not None
    assert enters(database, cast, NEW_PASSWORD, "outsider")


def test_the_password_is_changed_by_those_who_know_the_old_one(app, cast, login_as, outbox):
    here, elsewhere = login_as("learner"), login_as("learner")
    response = here.post("/me/account", data={"current": cast.password, "password": NEW_PASSWORD})
    assert (response.status_code, response.location) == (303, "/me/account")
    assert here.get("/me/account").status_code == 200
    assert elsewhere.get("/me/account").status_code == 302
    assert enters(app, cast, NEW_PASSWORD)
    assert outbox()[-1].recipient == cast.email("learner")


@pytest.mark.parametrize(
    "typed", [{}, {"current": "wrong wrong wrong", "password": NEW_PASSWORD}, {"current": "", "password": NEW_PASSWORD}],
)
def test_without_the_old_password_nothing_changes(app, cast, login_as, typed):
    client = login_as("learner")
    assert client.post("/me/account", data=typed).status_code == 422
    assert enters(app, cast, cast.password)


def test_the_old_password_cannot_be_guessed_from_inside(cast, login_as):
    client = login_as("learner")
    wrong = {"current": "not the old one", "password": NEW_PASSWORD}
    assert [client.post("/me/account", data=wrong).status_code for _ in range(11)] == [422] * 10 + [429]


def test_a_weak_new_password_is_refused_inside_too(cast, login_as):
    client = login_as("learner")
    response = client.post("/me/account", data={"current": cast.password, "password": "王晓兰"})
    assert response.status_code == 422
    response = client.post("/me/account", data={"current": cast.password, "password": "learner@example.org"})
    assert "密码不能与姓名或邮箱相同" in response.get_data(as_text=True)


def test_the_account_page_is_for_its_holder(client):
    assert client.get("/me/account").location == "/sign-in?next=%2Fme%2Faccount"
