"""Invitation codes: joining by one, their limits, and who may make them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts import services, services_invitations
from webapp.accounts.models import OrganisationType, Person, SignIn
from webapp.accounts.models_invitations import InvitationCode, InvitationUse
from webapp.core.database import db
from webapp.core.ids import new_code
from webapp.core.signals import PersonErased, person_erased

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
UNTIL = NOON + timedelta(days=30)


@pytest.fixture
def office(database, cast, at):
    at(NOON)
    row = services.organisation_named(name="长安区水务局", type=OrganisationType.GOVERNMENT, place_id=cast.places.county.id, now=NOON)
    db.session.commit()
    return row


@pytest.fixture
def group(office, cast):
    """A code for two people of the county's water office."""
    row = services_invitations.make_for_group(
        place=cast.places.county, organisation=office, most_uses=2, until=UNTIL, actor_id=cast.ids["administrator"], now=NOON,
    )
    db.session.commit()
    return row


@pytest.fixture
def registered(cast):
    """Somebody of the county whom others registered, without a sign-in."""
    person = services.create_person(name="孙丽", language="zh-Hans", now=NOON, place=cast.places.county)
    db.session.commit()
    return person


@pytest.fixture
def own_code(registered, cast, at):
    at(NOON)
    made = services_invitations.make_for_people(people=[registered], until=UNTIL, actor_id=cast.ids["administrator"], now=NOON)
    db.session.commit()
    return made[0][1]


def sign_up(client, mailed_path, email, code):
    data = {"name": "周明", "email": email, "password": NEW_PASSWORD, "agree": "y", "invitation": code}
    response = client.post("/sign-up", data=data)
    if response.status_code == 303:
        response = client.post(mailed_path("/verify-email/"))
    return response


def person_of(email):
    return db.session.scalars(select(SignIn).where(SignIn.email == email)).one().person


def test_who_signs_up_with_a_code_has_place_and_organisation(group, office, client, cast, mailed_path):
    page = client.get(f"/join/{group.code}").get_data(as_text=True)
    assert office.name in page
    assert f"/sign-up?invitation={group.code}" in page
    assert group.code in client.get(f"/sign-up?invitation={group.code}").get_data(as_text=True)
    assert sign_up(client, mailed_path, "zhou@example.org", group.code.lower().replace("-", " ")).location == "/me/welcome"
    person = person_of("zhou@example.org")
    assert (person.place_id, person.organisation_id) == (cast.places.county.id, office.id)
    assert group.uses == 1
    assert db.session.scalars(select(InvitationUse.person_id)).all() == [person.id]


def test_a_code_works_as_often_as_it_says(group, database, mailed_path):
    for number in range(2):
        sign_up(database.test_client(), mailed_path, f"{number}@example.org", group.code)
    response = sign_up(database.test_client(), mailed_path, "3@example.org", group.code)
    assert response.status_code == 422
    assert database.test_client().get(f"/join/{group.code}").status_code == 404


def test_the_account_is_made_without_a_place_when_the_code_was_used_up_meanwhile(group, client, mailed_path):
    form = {"name": "周明", "email": "zhou@example.org", "password": NEW_PASSWORD, "agree": "y", "invitation": group.code}
    client.post("/sign-up", data=form)
    group.uses = 2
    db.session.commit()
    client.post(mailed_path("/verify-email/"))
    assert person_of("zhou@example.org").place_id is None
    assert group.uses == 2


@pytest.mark.parametrize("change", [{"closed_at": NOON}, {"until": NOON}, {"uses": 2}])
def test_a_code_that_is_closed_old_or_used_up_is_as_good_as_none(group, client, change):
    for name, value in change.items():
        setattr(group, name, value)
    db.session.commit()
    gone = client.get(f"/join/{group.code}")
    never = client.get(f"/join/{new_code()}")
    assert (gone.status_code, never.status_code) == (404, 404)
    # The codes differ, and so do the form's tokens from one second to the next.
    own = r'([0-9A-Z]{4}-){3}[0-9A-Z]{2}|name="csrf_token" value="[^"]+"'
    pages = [re.sub(own, "", response.get_data(as_text=True)) for response in (gone, never)]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("code", ["x", "7KQ4-M2XD-9RTW-5C", "%00", "..%2f..", "<script>", "7" * 500])
def test_a_mistyped_code_is_refused_with_a_sentence(client, cast, code):
    assert client.get(f"/join/{code}").status_code == 404
    assert client.post("/join", data={"code": code}).status_code == 422


def test_a_typed_code_leads_to_its_page(group, client):
    assert client.post("/join", data={"code": f" {group.code.lower()} "}).location == f"/join/{group.code}"


def test_typing_codes_is_limited(client, cast):
    answers = [client.post("/join", data={"code": new_code()}).status_code for _ in range(61)]
    assert answers == [303] * 60 + [429]


def test_who_is_signed_in_takes_place_and_organisation_once(group, login_as, office, cast):
    client = login_as("outsider")
    assert f"/join/{group.code}/accept" in client.get(f"/join/{group.code}").get_data(as_text=True)
    assert client.post(f"/join/{group.code}/accept").location == "/me/profile"
    assert db.session.get(Person, cast.ids["outsider"]).organisation_id == office.id
    client.post(f"/join/{group.code}/accept")
    assert group.uses == 1


def test_a_person_s_own_code_gives_the_registered_person_a_sign_in(own_code, registered, client, mailed_path):
    people = db.session.scalar(select(func.count()).select_from(Person))
    assert "孙丽" in client.get(f"/join/{own_code}").get_data(as_text=True)
    response = client.post(f"/join/{own_code}", data={"email": "sun@example.org", "password": NEW_PASSWORD, "agree": "y"})
    assert response.location == "/sign-up/sent"
    assert client.post(mailed_path("/verify-email/")).status_code == 303
    assert person_of("sun@example.org").id == registered.id
    assert db.session.scalar(select(func.count()).select_from(Person)) == people
    assert client.get("/me/account").status_code == 200
    client.post("/sign-out")
    assert client.get(f"/join/{own_code}").status_code == 404


def test_a_person_s_own_code_works_once_also_for_two_mails_that_wait(own_code, database, mailed_path):
    first, second = database.test_client(), database.test_client()
    paths = []
    for client, email in ((first, "one@example.org"), (second, "two@example.org")):
        client.post(f"/join/{own_code}", data={"email": email, "password": NEW_PASSWORD, "agree": "y"})
        paths.append(mailed_path("/verify-email/"))
    assert first.post(paths[0]).status_code == 303
    assert second.post(paths[1]).status_code == 410
    assert db.session.scalar(select(func.count()).select_from(SignIn).where(SignIn.email == "two@example.org")) == 0


def test_a_person_s_own_code_at_sign_up_leads_to_its_page(own_code, client):
    form = {"name": "别人", "email": "x@example.org", "password": NEW_PASSWORD, "agree": "y", "invitation": own_code}
    response = client.post("/sign-up", data=form)
    assert response.location == f"/join/{own_code}"


def test_a_person_s_own_code_is_not_readable_in_the_database(own_code):
    row = db.session.scalars(select(InvitationCode)).one()
    assert row.code is None
    assert own_code not in row.code_hash


def test_a_person_s_own_code_is_nothing_for_somebody_signed_in(own_code, login_as, registered):
    client = login_as("outsider")
    assert client.post(f"/join/{own_code}/accept").status_code == 404
    client.post(f"/join/{own_code}", data={"email": "sun@example.org", "password": NEW_PASSWORD, "agree": "y"})
    assert db.session.scalar(select(func.count()).select_from(SignIn).where(SignIn.person_id == registered.id)) == 0


def test_a_bad_password_or_address_is_refused_at_the_own_code(own_code, client):
    assert client.post(f"/join/{own_code}", data={"email": "sun", "password": NEW_PASSWORD, "agree": "y"}).status_code == 422
    assert client.post(f"/join/{own_code}", data={"email": "sun@example.org", "password": "12345678"}).status_code == 422


def test_the_code_of_an_erased_person_opens_nothing(own_code, registered, client):
    person_erased.send(PersonErased(registered.id, NOON))
    db.session.commit()
    assert client.get(f"/join/{own_code}").status_code == 404


def test_a_new_code_for_a_person_makes_the_old_one_worthless(own_code, registered, cast, client):
    made = services_invitations.make_for_people(people=[registered], until=UNTIL, actor_id=None, now=NOON)
    db.session.commit()
    assert client.get(f"/join/{own_code}").status_code == 404
    assert client.get(f"/join/{made[0][1]}").status_code == 200


def test_who_can_sign_in_already_gets_no_code(database, cast):
    assert services_invitations.make_for_people(people=[cast.learner], until=UNTIL, actor_id=None, now=NOON) == []
