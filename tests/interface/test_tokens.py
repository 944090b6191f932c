"""Who may ask at all: the token, its scopes, its end, and what its owner may still do."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import signed_in_client
from tests.interface.conftest import EVERYTHING, NOW, Program
from webapp.accounts.models import RoleGrant, SignIn
from webapp.accounts.models_tokens import AccessToken
from webapp.accounts.services_tokens import Scope, narrowed
from webapp.core.audit import AuditEntry
from webapp.core.config import SecondFactor
from webapp.core.database import db
from webapp.interface import serving
from webapp.interface.operations import OPERATIONS

NO_ROW = "00000000-0000-7000-8000-000000000000"
PEOPLE = "/api/v1/people"


def kind(answer):
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    return problem["type"].partition("#")[2]


def call(program, operation, row_id=NO_ROW):
    path = operation.path.replace("{id}", row_id)
    more = {} if operation.body is None else {"json": {"name": "A"}, "headers": {"If-Match": "*"}}
    return program.send(operation.method, path, **more)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_each_operation_asks_for_its_own_scope(operation, token_of):
    others = [scope for scope in EVERYTHING if scope != operation.scope.value]
    refused = call(token_of("administrator", scopes=others), operation)
    assert (refused.status_code, kind(refused)) == (403, "scope")
    assert operation.scope.value in refused.headers["WWW-Authenticate"]
    assert call(token_of("administrator", scopes=[operation.scope.value]), operation).status_code in (200, 201, 404, 422)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_a_session_without_a_token_opens_nothing(operation, app, cast):
    browser = signed_in_client(app, cast.sign_in_ids["administrator"])
    path = operation.path.replace("{id}", NO_ROW)
    answer = browser.open(path, method=operation.method, json={"name": "A"} if operation.body else None)
    assert (answer.status_code, kind(answer)) == (401, "no-token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bGd0", "Bearer lgt_unknown", "Token x", "Bearer \u00e9"])
def test_what_is_no_token_opens_nothing(header, client):
    answer = client.get(PEOPLE, headers={"Authorization": header})
    assert answer.status_code == 401
    assert kind(answer) in ("no-token", "invalid-token")


def test_a_token_in_the_address_does_not_count(app, program, client):
    assert client.get(f"{PEOPLE}?access_token={program.token}").status_code == 401


def test_a_token_ends(database, program, at):
    assert program.get(PEOPLE).status_code == 200
    at(NOW + timedelta(days=30))
    answer = program.get(PEOPLE)
    assert (answer.status_code, kind(answer)) == (401, "invalid-token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_revoked_token_is_dead(database, token_of, app, cast):
    program = token_of("staff")
    assert program.get(PEOPLE).status_code == 200
    row = db.session.scalars(db.select(AccessToken)).one()
    browser = signed_in_client(app, cast.sign_in_ids["staff"])
    assert browser.post(f"/me/tokens/{row.id}/revoke").status_code == 303
    assert kind(program.get(PEOPLE)) == "invalid-token"
    assert browser.post(f"/me/tokens/{row.id}/revoke").status_code == 404


def test_nobody_revokes_anothers_token(token_of, app, cast):
    token_of("staff")
    row_id = db.session.scalars(db.select(AccessToken.id)).one()
    assert signed_in_client(app, cast.sign_in_ids["administrator"]).post(f"/me/tokens/{row_id}/revoke").status_code == 404
    assert db.session.get(AccessToken, row_id).revoked_at is None


def test_a_role_that_ended_ends_the_power_of_the_token(database, token_of, cast, at):
    program = token_of("staff")
    grant = db.session.scalars(db.select(RoleGrant).where(RoleGrant.person_id == cast.ids["staff"])).one()
    grant.until = NOW + timedelta(days=1)
    db.session.commit()
    assert program.get(PEOPLE).status_code == 200
    at(NOW + timedelta(days=1))
    answer = program.get(PEOPLE)
    assert (answer.status_code, kind(answer)) == (403, "role")


def test_a_disabled_sign_in_takes_its_tokens_along(token_of, cast):
    program = token_of("staff")
    db.session.get(SignIn, cast.sign_in_ids["staff"]).disabled_at = NOW
    db.session.commit()
    assert kind(program.get(PEOPLE)) == "invalid-token"


def test_who_owes_a_second_factor_has_no_power(token_of, app):
    program = token_of("staff")
    before = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(before, second_factor_required=SecondFactor.ADMINISTRATORS_AND_STAFF)
    try:
        assert kind(program.get(PEOPLE)) == "role"
    finally:
        app.extensions["settings"] = before


def test_a_token_of_a_closed_place_follows_its_successor(database, token_of, cast, here, there):
    program = token_of("administrator", place=cast.places.county)
    cast.places.county.closed_on, cast.places.county.successor_id = NOW.date(), cast.places.other_county.id
    db.session.commit()
    assert program.get(f"{PEOPLE}/{there['people']}").status_code == 200


def test_a_person_without_a_role_has_a_token_without_power(token_of):
    answer = token_of("learner").get(PEOPLE)
    assert (answer.status_code, kind(answer)) == (403, "role")


def test_the_last_day_of_use_is_kept(program):
    program.get(PEOPLE)
    assert db.session.scalars(db.select(AccessToken.last_used_on)).one() == NOW.date()


def test_a_limit_holds_for_each_token_and_says_what_is_left(database, program, token_of, monkeypatch, at):
    monkeypatch.setattr(serving, "PER_WINDOW", 3)
    left = [program.get(PEOPLE).headers["RateLimit"] for _ in range(3)]
    assert left == ['"token";r=2;t=60', '"token";r=1;t=60', '"token";r=0;t=60']
    answer = program.get(PEOPLE)
    assert (answer.status_code, kind(answer), answer.headers["Retry-After"]) == (429, "too-many", "60")
    assert answer.headers["RateLimit-Policy"] == '"token";q=3;w=60'
    assert token_of("staff").get(PEOPLE).status_code == 200
    at(NOW + timedelta(minutes=1))
    assert program.get(PEOPLE).status_code == 200


@pytest.mark.parametrize(("method", "path", "status", "name"), [
    ("GET", "/api/v1/nothing", 404, "not-found"), ("GET", "/api/nothing", 404, "not-found"),
    ("GET", "/api/v1/people/1", 404, "not-found"),
    ("DELETE", "/api/v1/people", 405, "method"), ("PUT", f"/api/v1/people/{NO_ROW}", 405, "method"),
    ("POST", "/api/v1/places", 405, "method"),
    ("GET", f"/api/v1/people/{NO_ROW}", 404, "not-found"), ("GET", f"/api/v1/people/{NO_ROW}?x=1", 422, "invalid"),
])
def test_every_refusal_is_a_problem(method, path, status, name, program):
    answer = program.send(method, path)
    assert (answer.status_code, kind(answer)) == (status, name)
    assert status != 405 or answer.headers["Allow"]


@pytest.mark.parametrize(("body", "content_type", "status", "name"), [
    (b"{}", "text/plain", 415, "not-json"), (b"name=A", "application/x-www-form-urlencoded", 415, "not-json"),
    (b"{", "application/json", 400, "malformed"),
    (b"\xff", "application/json", 400, "malformed"), (b"[]", "application/json", 422, "invalid"),
    (b"", "application/json", 400, "malformed"), (b'{"name": "' + b"x" * 70_000 + b'"}', "application/json", 413, "too-large"),
])
def test_every_body_that_cannot_be_taken_is_a_problem(body, content_type, status, name, program):
    answer = program.send("POST", PEOPLE, data=body, content_type=content_type)
    assert (answer.status_code, kind(answer)) == (status, name)


def test_a_failure_of_ours_is_a_problem_without_its_cause(program, app, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(serving, "_list", lambda *_: 1 / 0)
    answer = program.get(PEOPLE)
    assert (answer.status_code, kind(answer)) == (500, "failed")
    assert "division" not in answer.get_data(as_text=True)


def test_problems_speak_the_language_that_is_asked_for(program):
    chinese = program.get(f"{PEOPLE}/{NO_ROW}", Accept_Language="zh-CN").get_json()
    english = program.get(f"{PEOPLE}/{NO_ROW}", Accept_Language="en").get_json()
    assert chinese["type"] == english["type"]
    assert chinese["detail"] != english["detail"]


def test_no_cache_keeps_an_answer_for_others_and_no_cookie_is_set(program):
    for answer in (program.get(PEOPLE), program.get("/api/v1/nothing")):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Authorization" in answer.headers["Vary"]
        assert "Set-Cookie" not in answer.headers


PATHS = st.one_of(st.none(), st.lists(st.sampled_from(["CN/", "CN/13/", "CN/13/1301/", "CN/13/1302/", "KE/"]), max_size=3).map(tuple))
LEAVES = ("CN/13/1301/130102/", "CN/13/1302/130204/", "CN/44/", "KE/001/")


def inside(trees, path):
    return trees is None or path.startswith(trees)


@given(PATHS, PATHS)
def test_narrowed_trees_hold_exactly_what_lies_in_both(wide, narrow):
    both = narrowed(wide, narrow)
    for leaf in LEAVES:
        assert inside(both, leaf) is (inside(wide, leaf) and inside(narrow, leaf))


# The page on which tokens are made.

FORM = {"name": "市人事系统", "scopes": ["people:read", "places:read"], "days": "90"}


def made(browser, **more):
    page = browser.post("/me/tokens/new", data={**FORM, **more})
    assert page.status_code == 200, page.get_data(as_text=True)
    text = page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"
    return text.partition("data-token>")[2].partition("<")[0]


@pytest.mark.parametrize("name", ["staff", "administrator"])
def test_a_token_is_made_shown_once_and_works(database, name, app, cast, login_as):
    browser = login_as(name)
    token = made(browser, place_id=str(cast.places.county.id))
    assert token.startswith("lgt_")
    assert Program(app, token).ids(f"{PEOPLE}?limit=100") == {str(cast.ids["learner"]), str(cast.ids["trainer"])}
    listed = browser.get("/me/tokens").get_data(as_text=True)
    assert "市人事系统" in listed
    assert token not in listed
    row = db.session.scalars(db.select(AccessToken)).one()
    assert token not in (row.token_hash, row.name)
    assert (row.scopes, row.expires_at) == (["people:read", "places:read"], NOW + timedelta(days=90))


def test_a_double_click_makes_one_token(login_as):
    browser = login_as("staff")
    made(browser, key="one-form")
    assert browser.post("/me/tokens/new", data={**FORM, "key": "one-form"}).status_code == 303
    assert len(db.session.scalars(db.select(AccessToken)).all()) == 1


@pytest.mark.parametrize("change", [
    {"name": ""}, {"name": "x" * 81}, {"scopes": []}, {"scopes": ["people:write"]}, {"scopes": ["all"]}, {"days": "9999"},
])
def test_what_cannot_be_given_is_refused(change, login_as):
    assert login_as("staff").post("/me/tokens/new", data={**FORM, **change}).status_code == 422
    assert db.session.scalars(db.select(AccessToken)).all() == []


def test_no_token_is_made_for_a_place_of_others(login_as, cast):
    answer = login_as("other_county").post("/me/tokens/new", data={**FORM, "place_id": str(cast.places.county.id)})
    assert answer.status_code == 422
    assert db.session.scalars(db.select(AccessToken)).all() == []


def test_there_is_a_most_of_tokens(token_of, login_as):
    for _ in range(20):
        token_of("staff")
    assert login_as("staff").post("/me/tokens/new", data=FORM).status_code == 409


@pytest.mark.parametrize("name", ["learner", "trainer", "author", "outsider"])
def test_the_page_is_for_staff_and_administrators(name, login_as):
    browser = login_as(name)
    assert browser.get("/me/tokens").status_code == 404
    assert browser.post("/me/tokens/new", data=FORM).status_code == 404


def test_making_and_revoking_stand_in_the_audit_trail(login_as, cast):
    browser = login_as("staff")
    token = made(browser)
    row_id = db.session.scalars(db.select(AccessToken.id)).one()
    browser.post(f"/me/tokens/{row_id}/revoke")
    entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.number)).all()
    assert [(each.action, each.actor_id, each.subject_id) for each in entries] == [
        ("token.made", cast.ids["staff"], str(row_id)), ("token.revoked", cast.ids["staff"], str(row_id)),
    ]
    assert token not in str([each.after for each in entries])
    assert entries[0].after["scopes"] == ["people:read", "places:read"]


def test_every_scope_has_a_noun_and_every_noun_a_scope():
    assert {operation.scope for operation in OPERATIONS} == set(Scope)
