"""Signing up, confirming the address, the welcome page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts.models import Organisation, Person, Session, SignIn, SignUp
from webapp.core.database import db

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
FORM = {"name": "王晓兰", "email": "Wang@Example.org", "password": NEW_PASSWORD, "agree": "y"}


def people():
    return db.session.scalar(select(func.count()).select_from(Person))


@pytest.fixture
def signed_up(client, mailed_path):
    """The address of the confirming page of somebody who has just signed up and came from a course."""
    client.post("/sign-up", data=FORM | {"next": "/courses/sdg-mooc/"})
    return mailed_path("/verify-email/")


def test_signing_up_makes_an_account_only_when_the_button_in_the_mail_s_page_is_pressed(database, client, signed_up, outbox):
    assert people() == 0
    assert outbox()[-1].language == "zh-Hans"
    page = client.get(signed_up)
    assert page.status_code == 200
    assert "Wang@Example.org" in page.get_data(as_text=True)
    assert people() == 0
    response = client.post(signed_up)
    assert (response.status_code, response.location) == (303, "/me/welcome?next=%2Fcourses%2Fsdg-mooc%2F")
    row = db.session.scalars(select(SignIn)).one()
    assert (row.email, row.email_key, row.person.name, row.person.language) == ("Wang@Example.org", "wang@example.org", "王晓兰", "zh-Hans")
    assert row.verified_at is not None
    assert client.get("/me/account").status_code == 200


def test_the_new_account_signs_in_with_its_password(app, client, signed_up):
    client.post(signed_up)
    other = app.test_client()
    assert other.post("/sign-in", data={"email": "wang@example.org", "password": NEW_PASSWORD}).status_code == 303


def test_after_confirming_the_name_and_the_hash_live_in_one_place_only(client, signed_up):
    client.post(signed_up)
    row = db.session.scalars(select(SignUp)).one()
    assert (row.name, row.email, row.email_key, row.password_hash) == ("", "", "", "")


def test_before_confirming_nobody_signs_in(client, signed_up):
    assert client.post("/sign-in", data={"email": "wang@example.org", "password": NEW_PASSWORD}).status_code == 422


def test_a_known_address_gets_a_note_and_keeps_its_password(app, client, cast, outbox):
    before = people()
    response = client.post("/sign-up", data=FORM | {"email": "LEARNER@example.org", "next": "/courses/"})
    assert response.location == "/sign-up/sent"
    assert people() == before
    text = outbox()[-1].text
    assert "/verify-email/" not in text
    assert "/sign-in?next=%2Fcourses%2F" in text
    assert outbox()[-1].recipient == cast.email("learner")
    assert client.post("/sign-in", data={"email": cast.email("learner"), "password": NEW_PASSWORD}).status_code == 422
    assert client.post("/sign-in", data={"email": cast.email("learner"), "password": cast.password}).status_code == 303


def test_a_stranger_s_sign_up_does_not_choose_the_password_of_the_one_who_confirms_their_own(client, outbox, mailed_path):
    client.post("/sign-up", data=FORM)
    own = mailed_path("/verify-email/")
    client.post("/sign-up", data=FORM | {"password": "the stranger knows this", "name": "Stranger"})
    client.post(own)
    client.post("/sign-out")
    assert client.post("/sign-in", data={"email": "wang@example.org", "password": "the stranger knows this"}).status_code == 422
    assert client.post("/sign-in", data={"email": "wang@example.org", "password": NEW_PASSWORD}).status_code == 303


def test_of_two_links_for_one_address_the_second_says_that_it_is_too_late(client, mailed_path):
    client.post("/sign-up", data=FORM)
    first = mailed_path("/verify-email/")
    client.post("/sign-up", data=FORM)
    second = mailed_path("/verify-email/")
    client.post(first)
    response = client.post(second)
    assert response.status_code == 410
    assert people() == 1


def test_a_link_works_once(client, signed_up):
    client.post(signed_up)
    for response in (client.get(signed_up), client.post(signed_up)):
        assert response.status_code == 410
        assert "该链接已经使用过" in response.get_data(as_text=True)
    assert people() == 1


def test_a_link_works_for_a_day(client, at, mailed_path):
    at(NOON)
    client.post("/sign-up", data=FORM)
    path = mailed_path("/verify-email/")
    at(NOON + timedelta(hours=24))
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 410
        assert "链接已过期" in response.get_data(as_text=True)
    assert people() == 0


@pytest.mark.parametrize("token", ["x", "A" * 43, "王", "a%00b", "z" * 5000])
def test_a_forged_link_is_told_so(client, token):
    for response in (client.get(f"/verify-email/{token}"), client.post(f"/verify-email/{token}")):
        assert response.status_code == 404
        assert "链接无效" in response.get_data(as_text=True)


def test_the_database_keeps_no_token_and_no_password(client, signed_up):
    row = db.session.scalars(select(SignUp)).one()
    assert row.token_hash not in signed_up
    assert len(row.token_hash) == 64
    assert NEW_PASSWORD not in row.password_hash


def test_signing_up_in_english_writes_english_mail_and_an_english_reader(client, outbox, mailed_path):
    client.post("/sign-up?lang=en", data=FORM)
    assert outbox()[-1].subject == "Confirm your e-mail address for LocalGoals"
    client.post(mailed_path("/verify-email/"))
    assert db.session.scalars(select(Person)).one().language == "en"


def test_a_mail_to_a_stranger_carries_nothing_that_was_typed_but_the_address(client, outbox):
    client.post("/sign-up", data=FORM | {"name": "Buy cheap at evil dot example"})
    assert "evil" not in outbox()[-1].text + outbox()[-1].subject


@pytest.mark.parametrize(
    "typed",
    [{}, {"name": "", "email": "", "password": ""}, FORM | {"name": " \u3000 "}, FORM | {"name": "x" * 10_000}, FORM | {"name": "🌱"},
     FORM | {"email": "wang"}, FORM | {"email": "x" * 10_000}, FORM | {"password": "short"},
     FORM | {"password": "z" * 10_000}, FORM | {"password": "woaini1314"}, FORM | {"password": "Wang@Example.org"},
     FORM | {"password": "with a \0 inside"}],
)
def test_bad_input_is_answered_at_its_field_and_mails_nothing(client, outbox, typed):
    response = client.post("/sign-up", data=typed)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'class="err"' in page
    assert 'class="errors"' in page
    if len(typed.get("name", "")) < 200:
        assert typed.get("name", "").strip() in page
    assert not typed.get("password") or typed["password"] not in page.replace("Wang@Example.org", "", 1)
    assert outbox() == []


@pytest.mark.parametrize("name", ["محمد الأمين ولد أحمد", "Z̸a̷l̶g̵o̴ name", "阿卜杜拉·买买提", "<script>alert(1)</script>"])
def test_hard_names_go_through_to_the_welcome_page(client, mailed_path, name):
    client.post("/sign-up", data=FORM | {"name": name})
    response = client.post(mailed_path("/verify-email/"))
    page = client.get(response.location).get_data(as_text=True)
    assert "<script>alert" not in page
    assert response.status_code == 303


def test_twenty_sign_ups_an_hour_from_one_address(client, at):
    at(NOON)
    answers = [client.post("/sign-up", data=FORM | {"email": f"{n}@example.org"}).status_code for n in range(21)]
    assert answers == [303] * 20 + [429]
    at(NOON + timedelta(hours=1))
    assert client.post("/sign-up", data=FORM).status_code == 303


def test_five_mails_an_hour_to_one_address(client):
    assert [client.post("/sign-up", data=FORM).status_code for _ in range(6)] == [303] * 5 + [429]


def test_those_who_are_signed_in_need_no_new_account(login_as):
    assert login_as("learner").get("/sign-up").location == "/me/"


def test_the_welcome_page_keeps_work_and_leads_back_to_the_course(database, cast, login_as):
    client = login_as("outsider")
    county = cast.places.county.id
    form = {
        "place_id": str(county), "organisation": "长安区发展和改革局", "organisation_type": "government", "position_level": "30",
        "sex": "female", "birth_year": "1986", "next": "/courses/sdg-mooc/",
    }
    response = client.post("/me/welcome", data=form)
    assert (response.status_code, response.location) == (303, "/courses/sdg-mooc/")
    person = db.session.get(Person, cast.ids["outsider"])
    assert (person.place_id, person.position_level, person.sex, person.birth_year) == (county, 30, "female", 1986)
    assert db.session.get(Organisation, person.organisation_id).name == "长安区发展和改革局"


def test_the_welcome_page_can_be_skipped_and_left_empty(cast, login_as):
    client = login_as("outsider")
    page = client.get("/me/welcome?next=/courses/").get_data(as_text=True)
    assert 'href="/courses/"' in page
    assert client.post("/me/welcome", data={}).location == "/me/"
    assert client.post("/me/welcome", data={"next": "//evil.example"}).location == "/me/"
    assert db.session.get(Person, cast.ids["outsider"]).place_id is None


def test_the_welcome_page_is_for_people_who_are_signed_in(client):
    assert client.get("/me/welcome").location == "/sign-in?next=%2Fme%2Fwelcome"


def test_confirming_ends_the_session_that_this_browser_had(cast, login_as, mailed_path, app):
    client = login_as("learner")
    app.test_client().post("/sign-up", data=FORM)
    client.post(mailed_path("/verify-email/"))
    sessions = db.session.scalars(select(Session).order_by(Session.id)).all()
    assert [each.ended_at is None for each in sessions] == [False, True]
