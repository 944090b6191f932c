"""Single sign-on, against a real provider that runs in the test."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from tests.cast import carry
from tests.oidc.running import BACK, CLIENT, SECRET, provider, sign_in_there
from webapp.accounts import outside
from webapp.accounts.current import CANDIDATE_KEY, SESSION_KEY
from webapp.accounts.models import Person, Session, SignIn
from webapp.accounts.models_signing import OutsideIdentity, SecondFactor
from webapp.core import clock
from webapp.core.config import Settings, SettingsError
from webapp.core.database import db
from webapp.core.ids import new_id


@pytest.fixture(scope="session")
def issuer():
    with provider() as address:
        yield address


@pytest.fixture
def with_provider(app, issuer):
    """`with_provider(oidc_trust_email=True)` sets the provider and more for this test."""
    before = app.extensions["settings"]

    def change(**more):
        values = {"oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, **more}
        app.extensions["settings"] = replace(before, **values)

    change()
    yield change
    app.extensions["settings"] = before


def path_of(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def come_back(client, login, next_path="/me/account"):
    departure = client.get("/sign-in/provider", query_string={"next": next_path})
    assert departure.status_code == 302
    return client.get(path_of(sign_in_there(departure.location, login)))


def connect(cast, issuer, subject, name="learner"):
    row = OutsideIdentity(id=new_id(), sign_in_id=cast.sign_in_ids[name], issuer=issuer, subject=subject, created_at=clock.now())
    db.session.add(row)
    db.session.commit()


def signed_in_as(client):
    page = client.get("/me/account").get_data(as_text=True)
    names = ("learner", "second_learner", "new-person")
    return next((name for name in names if re.search(rf"(?<![a-z_]){name}@example", page)), None)


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_the_sign_in_page_offers_it_only_where_a_provider_is_set(client, cast):
    assert "/sign-in/provider" not in client.get("/sign-in").get_data(as_text=True)
    assert client.get("/sign-in/provider").status_code == 404
    assert client.get("/sign-in/provider/back").status_code == 404


def test_the_sign_in_page_offers_the_provider_by_its_label(with_provider, client, cast):
    with_provider(oidc_label_en="Zhejiang Government", oidc_label_zh="浙江政务")
    assert "浙江政务" in client.get("/sign-in?lang=zh-Hans").get_data(as_text=True)
    assert "Sign in with Zhejiang Government" in client.get("/sign-in?lang=en").get_data(as_text=True)


def test_it_departs_with_code_flow_pkce_state_and_nonce(with_provider, client, cast):
    query = parse_qs(urlsplit(client.get("/sign-in/provider").location).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [BACK]
    assert all(len(query[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_a_connected_identity_opens_its_account(database, with_provider, client, cast, issuer):
    connect(cast, issuer, "somebody")
    response = come_back(client, "somebody", "/courses/")
    assert (response.status_code, response.location) == (303, "/courses/")
    assert signed_in_as(client) == "learner"


def test_the_account_is_found_by_issuer_and_subject_and_not_by_address(with_provider, client, cast, issuer):
    connect(cast, issuer, "second_learner", "learner")
    come_back(client, "second_learner")
    assert signed_in_as(client) == "learner"


def test_the_same_subject_of_another_issuer_is_somebody_else(with_provider, client, cast):
    connect(cast, "https://elsewhere.example", "somebody")
    assert come_back(client, "somebody").location.startswith("/sign-in/provider/new")
    assert signed_in_as(client) is None


@pytest.mark.parametrize(("trust", "login"), [(False, "learner"), (True, "unverified-learner")])
def test_an_address_alone_opens_no_account(database, with_provider, client, cast, trust, login):
    with_provider(oidc_trust_email=trust)
    response = come_back(client, login)
    assert response.location.startswith("/sign-in/provider/new")
    assert signed_in_as(client) is None
    assert count(OutsideIdentity) == 0
    assert "/me/sign-in-with" in client.get(response.location).get_data(as_text=True)


def test_a_verified_address_opens_the_account_where_the_setting_says_so(database, with_provider, client, cast, outbox):
    with_provider(oidc_trust_email=True)
    assert come_back(client, "learner").location == "/me/account"
    assert signed_in_as(client) == "learner"
    row = db.session.scalars(select(OutsideIdentity)).one()
    assert (row.subject, row.sign_in_id) == ("learner", cast.sign_in_ids["learner"])
    assert {mail.recipient for mail in outbox()} == {cast.email("learner")}


def test_an_account_whose_address_was_never_proven_is_not_opened_by_a_trusted_address(with_provider, client, cast):
    with_provider(oidc_trust_email=True)
    db.session.get(SignIn, cast.sign_in_ids["learner"]).verified_at = None
    db.session.commit()
    assert come_back(client, "learner").location.startswith("/sign-in/provider/new")
    assert count(OutsideIdentity) == 0


def test_an_identity_is_connected_after_signing_in_with_the_password(database, with_provider, client, cast, issuer, outbox):
    response = come_back(client, "somebody")
    response = client.get("/me/sign-in-with?next=/courses/")
    assert response.location.startswith("/sign-in?next=")
    response = client.post("/sign-in", data={
        "email": cast.email("learner"), "password": cast.password, "next": "/me/sign-in-with?next=/courses/",
    })
    page = client.get(response.location).get_data(as_text=True)
    assert "somebody@example.org" in page
    assert count(OutsideIdentity) == 0
    assert client.post("/me/sign-in-with", data={"next": "/courses/"}).location == "/courses/"
    row = db.session.scalars(select(OutsideIdentity)).one()
    assert (row.issuer, row.subject, row.sign_in_id) == (issuer, "somebody", cast.sign_in_ids["learner"])
    assert outbox()[-1].recipient == cast.email("learner")
    client.post("/sign-out")
    come_back(client, "somebody")
    assert signed_in_as(client) == "learner"


def test_connecting_needs_an_identity_that_came_back_to_this_browser(with_provider, login_as, cast):
    client = login_as("learner")
    client.post("/me/sign-in-with")
    assert count(OutsideIdentity) == 0


def test_an_identity_waits_a_quarter_of_an_hour(with_provider, login_as, cast, app):
    client = login_as("learner")
    come_back(client, "somebody")
    with client.session_transaction() as kept:
        old = dict(kept)
    old[CANDIDATE_KEY] = old[CANDIDATE_KEY] | {"at": old[CANDIDATE_KEY]["at"] - 900}
    carry(app, client, old)
    client.post("/me/sign-in-with")
    assert count(OutsideIdentity) == 0


def test_an_identity_that_opens_another_account_cannot_be_connected_twice(database, with_provider, login_as, cast, issuer):
    client = login_as("learner")
    come_back(client, "somebody")
    connect(cast, issuer, "somebody", "second_learner")
    client.post("/me/sign-in-with")
    assert db.session.scalars(select(OutsideIdentity)).one().sign_in_id == cast.sign_in_ids["second_learner"]


def test_a_new_person_joins_where_addresses_are_trusted(database, with_provider, client, cast):
    with_provider(oidc_trust_email=True)
    page = client.get(come_back(client, "new-person", "/courses/").location).get_data(as_text=True)
    assert "new-person@example.org" in page
    assert 'value="王晓兰"' in page
    response = client.post("/sign-in/provider/new", data={"name": "王小兰", "agree": "y", "next": "/courses/"})
    assert response.location == "/me/welcome?next=%2Fcourses%2F"
    row = db.session.scalars(select(SignIn).where(SignIn.email == "new-person@example.org")).one()
    assert (row.password_hash, row.person.name) == (None, "王小兰")
    assert row.verified_at is not None


def test_nobody_joins_where_addresses_are_not_trusted(with_provider, client, cast):
    people = count(Person)
    come_back(client, "new-person")
    client.post("/sign-in/provider/new", data={"name": "王小兰", "agree": "y"})
    assert count(Person) == people


def test_a_disabled_account_stays_closed(with_provider, client, cast, issuer):
    connect(cast, issuer, "somebody")
    db.session.get(SignIn, cast.sign_in_ids["learner"]).disabled_at = clock.now()
    db.session.commit()
    assert come_back(client, "somebody").location == "/sign-in"
    assert signed_in_as(client) is None


def test_the_second_factor_is_asked_after_the_provider_too(with_provider, client, cast, issuer):
    connect(cast, issuer, "somebody")
    now = clock.now()
    db.session.add(SecondFactor(
        sign_in_id=cast.sign_in_ids["learner"], sealed_secret="x", created_at=now, confirmed_at=now, last_step=0,
    ))
    db.session.commit()
    assert come_back(client, "somebody").location == "/sign-in/code"
    assert signed_in_as(client) is None


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(with_provider, app, client, cast, issuer):
    connect(cast, issuer, "somebody")
    answer = path_of(sign_in_there(client.get("/sign-in/provider").location, "somebody"))
    victim = app.test_client()
    assert victim.get(answer).location == "/sign-in"
    assert signed_in_as(victim) is None


def test_an_answer_works_once(with_provider, client, cast, issuer):
    connect(cast, issuer, "somebody")
    answer = path_of(sign_in_there(client.get("/sign-in/provider").location, "somebody"))
    with client.session_transaction() as kept:
        before = dict(kept)
    assert client.get(answer).status_code == 303
    client.post("/sign-out")
    carry(client.application, client, before)
    assert client.get(answer).location == "/sign-in"
    assert signed_in_as(client) is None


@pytest.mark.parametrize("spoiled", ["nonce", "code_verifier"])
def test_a_wrong_nonce_or_verifier_is_refused(with_provider, client, cast, issuer, spoiled):
    connect(cast, issuer, "somebody")
    answer = path_of(sign_in_there(client.get("/sign-in/provider").location, "somebody"))
    with client.session_transaction() as kept:
        content = dict(kept)
    state = next(name for name in content if name.startswith(outside.STATES))
    content[state]["data"][spoiled] = "x" * 48
    carry(client.application, client, content)
    assert client.get(answer).location == "/sign-in"
    assert signed_in_as(client) is None


def test_an_answer_for_another_client_is_refused(with_provider, client, cast, issuer):
    connect(cast, issuer, "somebody")
    with_provider(oidc_client_id="somebody-else")
    answer = path_of(sign_in_there(client.get("/sign-in/provider").location, "somebody"))
    with_provider()
    assert client.get(answer).location == "/sign-in"
    assert signed_in_as(client) is None


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied&state=x", "?code=%00&state=%0d%0a"])
def test_nonsense_in_place_of_an_answer_is_refused(with_provider, client, cast, query):
    response = client.get(f"/sign-in/provider/back{query}")
    assert (response.status_code, response.location) == (303, "/sign-in")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_nobody_is_led_to_another_site_afterwards(with_provider, client, cast, issuer, target):
    connect(cast, issuer, "somebody")
    assert come_back(client, "somebody", target).location == "/me/"


def test_the_session_of_before_is_not_the_session_of_after(with_provider, app, login_as, cast, issuer):
    connect(cast, issuer, "somebody", "second_learner")
    client = login_as("learner")
    with client.session_transaction() as kept:
        before = kept[SESSION_KEY]
    come_back(client, "somebody")
    with client.session_transaction() as kept:
        assert kept[SESSION_KEY] != before
    assert [str(row.id) for row in db.session.scalars(select(Session).where(Session.ended_at.is_not(None)))] == [before]
    assert signed_in_as(client) == "second_learner"


def test_metadata_of_another_issuer_is_not_believed(with_provider, client, cast, issuer):
    with_provider(oidc_issuer=issuer.replace("127.0.0.1", "localhost"))
    assert client.get("/sign-in/provider").location == "/sign-in"


def test_a_provider_that_is_down_is_said_to_be(with_provider, client, cast):
    with_provider(oidc_issuer="http://127.0.0.1:9")
    client.set_cookie("language", "en")
    assert client.get("/sign-in/provider").location == "/sign-in"
    assert "e-mail and password" in client.get("/sign-in?lang=en").get_data(as_text=True)


def test_the_only_way_in_is_not_removed(database, with_provider, login_as, cast, issuer):
    connect(cast, issuer, "somebody")
    row = db.session.get(SignIn, cast.sign_in_ids["learner"])
    known, row.password_hash = row.password_hash, None
    db.session.commit()
    client = login_as("learner")
    client.post("/me/sign-in-with/remove")
    assert count(OutsideIdentity) == 1
    db.session.get(SignIn, cast.sign_in_ids["learner"]).password_hash = known
    db.session.commit()
    client.post("/me/sign-in-with/remove")
    assert count(OutsideIdentity) == 0


@pytest.mark.parametrize("value", ["http://provider.example", "ftp://provider.example", "provider", "https://"])
def test_the_provider_is_reached_over_tls(value):
    with pytest.raises(SettingsError, match="LOCALGOALS_OIDC_ISSUER must be an address that begins with https:"):
        Settings.from_environment({"LOCALGOALS_OIDC_ISSUER": value})


def test_half_a_provider_stops_the_start():
    with pytest.raises(SettingsError, match="LOCALGOALS_OIDC_CLIENT_ID"):
        outside.check_settings(Settings(oidc_issuer="https://provider.example"))
