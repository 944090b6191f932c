"""Signing in without an e-mail address: a printed code, then a telephone number and a password."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts import rules, services, services_invitations
from webapp.accounts.models import Role, SignIn
from webapp.accounts.models_data import Consent
from webapp.accounts.services_erasure import erase
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
NUMBER, TYPED = "+8613800138000", "138 0013-8000"
OTHER_PASSWORD = "the mountain carries rivers"


@pytest.fixture
def official(database, cast, at):
    """A county official without an address, whom an administrator registered."""
    at(NOON)
    with unit_of_work():
        return services.create_person(name="孙丽", language="zh-Hans", now=NOON, place=cast.places.county)


def code_for(cast, person):
    with unit_of_work():
        until, maker = NOON + timedelta(days=30), cast.ids["administrator"]
        made = services_invitations.make_for_people(people=[person], until=until, actor_id=maker, now=NOON)
    return made[0][1] if made else None


def join(client, code, number=TYPED, password=NEW_PASSWORD):
    return client.post(f"/join/{code}", data={"email": number, "password": password, "agree": "y"})


def signs_in(app, name, password=NEW_PASSWORD):
    return app.test_client().post("/sign-in", data={"email": name, "password": password}).status_code == 303


def sign_in_of(person):
    return db.session.scalars(select(SignIn).where(SignIn.person_id == person.id)).one_or_none()


def test_with_a_code_on_paper_the_telephone_number_is_the_name_to_sign_in_with(official, cast, app, client, outbox):
    answer = join(client, code_for(cast, official))
    assert (answer.status_code, answer.location) == (303, "/me/")
    assert client.get("/me/").status_code == 200
    row = sign_in_of(official)
    assert (row.email, row.email_key, row.name, row.person.phone) == ("", NUMBER, NUMBER, NUMBER)
    assert db.session.scalars(select(Consent.person_id)).all().count(official.id) == 1
    assert all(signs_in(app, name) for name in (TYPED, NUMBER, "13800138000", "0086 138 0013 8000"))
    assert not signs_in(app, TYPED, OTHER_PASSWORD)
    assert outbox() == [], "nothing is sent to a number"
    assert NUMBER in client.get("/me/account").text


def test_a_code_works_once_and_a_new_one_gives_a_new_password(official, cast, app, client):
    first = code_for(cast, official)
    join(client, first)
    assert join(app.test_client(), first, password=OTHER_PASSWORD).status_code == 404
    second = code_for(cast, official)
    page = app.test_client().get(f"/join/{second}")
    assert f'value="{NUMBER}"' in page.text
    assert join(app.test_client(), second, password=OTHER_PASSWORD).status_code == 303
    assert client.get("/me/").status_code == 302, "other browsers are signed out"
    assert signs_in(app, TYPED, OTHER_PASSWORD)
    assert not signs_in(app, TYPED)
    assert "sign_in.password_by_code" in set(db.session.scalars(select(AuditEntry.action)))


def test_a_new_code_can_bring_a_new_number_but_no_address(official, cast, app, client):
    join(client, code_for(cast, official))
    code = code_for(cast, official)
    assert join(app.test_client(), code, "sun@example.org").status_code == 422
    assert join(app.test_client(), code, "139 0013 8000").status_code == 303
    assert sign_in_of(official).name == "+8613900138000"
    assert not signs_in(app, TYPED)


def test_a_number_that_somebody_has_is_refused_without_saying_so_and_few_may_be_tried(official, cast, client, app):
    with unit_of_work():
        other = services.create_person(name="孙丽丽", language="zh-Hans", now=NOON, place=cast.places.county)
    join(app.test_client(), code_for(cast, other))
    code = code_for(cast, official)
    answers = [join(client, code) for _try in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "孙丽丽" not in answers[0].text
    assert sign_in_of(official) is None


@pytest.mark.parametrize("typed", ["", "12", "sun@", "孙丽"])
def test_what_is_neither_number_nor_address_is_refused(official, cast, client, typed):
    assert join(client, code_for(cast, official), typed).status_code == 422
    assert sign_in_of(official) is None


def test_an_address_is_still_proven_by_mail(official, cast, client, mailed_path):
    assert join(client, code_for(cast, official), "sun@example.org").location == "/sign-up/sent"
    assert client.post(mailed_path("/verify-email/")).status_code == 303
    assert sign_in_of(official).email == "sun@example.org"
    assert code_for(cast, official) is None


def test_a_number_that_nobody_has_looks_and_costs_the_same(official, cast, client, work_of):
    join(client, code_for(cast, official))
    known, unknown = (
        work_of(lambda name=name: client.application.test_client().post("/sign-in", data={"email": name, "password": "wrong"}))
        for name in (TYPED, "138 0013 8001")
    )
    assert known[0].status_code == unknown[0].status_code == 422
    assert known[1:] == unknown[1:]
    shown = [re.sub(r'value="[^"]*"', "", answer.text) for answer in (known[0], unknown[0])]
    assert shown[0] == shown[1]


def test_an_administrator_prints_a_code_for_who_signs_in_by_number_but_not_for_who_has_a_role(official, cast, client, login_as):
    join(client, code_for(cast, official))
    browser, home = login_as("administrator"), f"/admin/invitations/people?place={cast.places.county.id}"
    assert "孙丽" in browser.get(home).text
    assert f"/admin/invitations/people?place={cast.places.county.id}" in browser.get(f"/admin/people/{official.id}/").text
    assert browser.post(f"/admin/people/{official.id}/send-link").status_code == 409
    with unit_of_work():
        services.grant_role(person=official, role=Role.TRAINER, place=cast.places.county, now=NOON, actor_id=None)
    assert "孙丽" not in browser.get(home).text


def test_an_address_can_take_the_place_of_the_number(official, cast, app, client, mailed_path, outbox):
    join(client, code_for(cast, official))
    client.post("/me/email", data={"email": "sun@example.org", "current": NEW_PASSWORD})
    assert [mail.recipient for mail in outbox()] == ["sun@example.org"]
    client.post(mailed_path("/me/email/confirm/"))
    assert signs_in(app, "sun@example.org")
    assert not signs_in(app, TYPED)


def test_an_erased_person_s_number_is_gone(official, cast, app, client):
    join(client, code_for(cast, official))
    with unit_of_work():
        erase(person_id=official.id, keep_certificates=False, actor_id=None, now=NOON)
    assert not signs_in(app, TYPED)
    assert db.session.scalars(select(SignIn).where(SignIn.email_key == NUMBER)).first() is None


@pytest.mark.parametrize(("text", "key"), [
    ("Li@Example.org", "li@example.org"), ("138 0013 8000", NUMBER), ("１３８００１３８０００", NUMBER), ("", ""), ("nobody", "nobody"),
])
def test_what_is_typed_to_sign_in_is_compared_as_address_or_number(text, key):
    assert rules.sign_in_key(text) == key
