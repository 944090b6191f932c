"""Registering and changing: once, by whoever may, nothing that is not asked for, and nobody's change lost."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.interface.conftest import NOW
from webapp.accounts.models import Organisation, Person, SignIn
from webapp.accounts.models_people import PersonSpell
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail

PERSON = {"name": "孙丽", "language": "zh-Hans", "sex": "female", "birth_year": 1988, "position_level": "middle"}


def people_named(name):
    return db.session.scalar(select(func.count()).where(Person.name == name))


def change(program, path, body, tag=None):
    tag = tag or program.get(path).headers["ETag"]
    return program.send("PATCH", path, json=body, headers={"If-Match": tag})


def test_a_person_is_registered_with_a_sign_in_and_the_trail_says_so(database, program, cast, here):
    body = {**PERSON, "place_id": here["places"], "organisation_id": here["organisations"], "email": "sun.li@example.org"}
    answer = program.send("POST", "/api/v1/people", json=body)
    assert answer.status_code == 201, answer.get_json()
    made = answer.get_json()
    assert {name: made[name] for name in body} == body
    assert made["sign_in"] == "waiting"
    assert answer.headers["Location"] == f"http://localhost/api/v1/people/{made['id']}"
    assert program.get(f"/api/v1/people/{made['id']}").get_json() == made
    assert db.session.scalar(select(OutboxMail.recipient)) == "sun.li@example.org"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.created")).one()
    assert (entry.actor_id, entry.channel.value, entry.subject_id) == (cast.ids["administrator"], "api", made["id"])


def test_a_telephone_number_is_kept_in_the_form_in_which_numbers_are_compared(database, program):
    made = program.send("POST", "/api/v1/people", json={**PERSON, "phone": "138 0013 8000"}).get_json()
    assert made["phone"] == "+8613800138000"
    path = f"/api/v1/people/{made['id']}"
    assert change(program, path, {"name": "孙美"}).get_json()["phone"] == "+8613800138000"
    assert change(program, path, {"phone": "0311-8600 1234"}).get_json()["phone"] == "031186001234"
    refused = change(program, path, {"phone": "call me"})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["at"] == "/phone"
    assert change(program, path, {"phone": None}).get_json()["phone"] is None


def test_an_organisation_is_added(database, program, here):
    body = {"name": "长安区统计局", "type": "government", "government_level": "county", "sector": "statistics", "place_id": here["places"]}
    answer = program.send("POST", "/api/v1/organisations", json=body)
    assert answer.status_code == 201
    assert body.items() <= answer.get_json().items()
    again = program.send("POST", "/api/v1/organisations", json=body)
    assert again.status_code == 409
    assert again.get_json()["type"] == "http://localhost/api/#conflict"


def test_the_same_key_twice_makes_one(database, program):
    headers = {"Idempotency-Key": "key-of-a-nervous-program"}
    first = program.send("POST", "/api/v1/people", json=PERSON, headers=headers)
    second = program.send("POST", "/api/v1/people", json=PERSON, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert people_named("孙丽") == 1
    other = program.send("POST", "/api/v1/people", json={**PERSON, "name": "孙美"}, headers=headers)
    assert other.status_code == 422
    assert people_named("孙美") == 0


def test_a_key_that_failed_may_be_used_again(program):
    headers = {"Idempotency-Key": "key-of-a-mistake"}
    assert program.send("POST", "/api/v1/people", json={**PERSON, "birth_year": 1900}, headers=headers).status_code == 422
    assert program.send("POST", "/api/v1/people", json=PERSON, headers=headers).status_code == 201


def test_the_keys_of_two_tokens_are_strangers(program, token_of):
    headers = {"Idempotency-Key": "the-same-key"}
    for each in (program, token_of("administrator")):
        assert each.send("POST", "/api/v1/people", json=PERSON, headers=headers).status_code == 201
    assert people_named("孙丽") == 2


@pytest.mark.parametrize("key", ["", "short", "with space in it", "x" * 129])
def test_nothing_is_created_without_a_key(key, program):
    answer = program.send("POST", "/api/v1/people", json=PERSON, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert people_named("孙丽") == 0


@pytest.mark.parametrize("field", ["id", "demo", "created_at", "erased_at", "merged_into_id", "sign_in", "grants", "search", "role"])
def test_no_field_is_taken_that_is_not_offered(field, program, here):
    value = True if field == "demo" else "2026-01-01T00:00:00Z"
    answer = program.send("POST", "/api/v1/people", json={**PERSON, field: value})
    assert answer.status_code == 422
    assert [(each["at"], each["code"]) for each in answer.get_json()["errors"]] == [(f"/{field}", "extra_forbidden")]
    assert people_named("孙丽") == 0
    assert change(program, f"/api/v1/people/{here['people']}", {field: value}).status_code == 422


@pytest.mark.parametrize(("body", "field"), [
    ({}, "/name"), ({"name": ""}, "/name"), ({"name": "12"}, "/name"), ({"name": "x" * 121}, "/name"),
    ({"name": "see www.example.org"}, "/name"),
    ({"name": 7}, "/name"), ({"name": "A", "birth_year": "1988"}, "/birth_year"), ({"name": "A", "birth_year": 2020}, "/birth_year"),
    ({"name": "A", "sex": "x"}, "/sex"), ({"name": "A", "time_zone": "Mars/Base"}, "/time_zone"),
    ({"name": "A", "email": "nobody"}, "/email"),
    ({"name": "A", "place_id": "00000000-0000-7000-8000-000000000000"}, "/place_id"), ({"name": "A", "language": "fr"}, "/language"),
    ({"name": "A", "organisation_id": "00000000-0000-7000-8000-000000000000"}, "/organisation_id"), ({"name": "A", "a/b~": 1}, "/a~1b~0"),
])
def test_each_wrong_value_is_named(body, field, program):
    answer = program.send("POST", "/api/v1/people", json=body)
    assert answer.status_code == 422
    assert field in {each["at"] for each in answer.get_json()["errors"]}


def test_an_address_that_is_taken_is_a_conflict_and_leaves_nobody_behind(program, cast):
    answer = program.send("POST", "/api/v1/people", json={**PERSON, "email": "Learner@example.org"})
    assert answer.status_code == 409
    assert people_named("孙丽") == 0


def test_a_change_needs_the_state_that_was_read(database, program, here):
    path = f"/api/v1/people/{here['people']}"
    tag = program.get(path).headers["ETag"]
    assert program.send("PATCH", path, json={"name": "王小兰"}).status_code == 428
    first = change(program, path, {"name": "王小兰", "birth_year": None}, tag)
    assert first.status_code == 200, first.get_json()
    assert first.get_json()["name"] == "王小兰"
    late = change(program, path, {"name": "别人"}, tag)
    assert (late.status_code, late.get_json()["type"]) == (412, "http://localhost/api/#changed")
    assert program.get(path).get_json()["name"] == "王小兰"
    assert first.headers["ETag"] == program.get(path).headers["ETag"]


def test_a_tag_that_went_through_compression_still_counts(program, here):
    path = f"/api/v1/people/{here['people']}"
    tag = program.get(path).headers["ETag"]
    assert change(program, path, {"name": "王小兰"}, f'{tag[:-1]}:br"').status_code == 200


def test_a_change_of_the_work_keeps_what_was_before(database, program, here, cast):
    path = f"/api/v1/people/{here['people']}"
    body = {"organisation_id": here["organisations"], "position_level": "senior", "since": "2026-10-01"}
    answer = change(program, path, body)
    assert answer.status_code == 200, answer.get_json()
    assert (answer.get_json()["position_level"], answer.get_json()["place_id"]) == ("senior", here["places"])
    spells = db.session.scalars(select(PersonSpell).where(PersonSpell.person_id == cast.learner.id).order_by(PersonSpell.valid_from)).all()
    assert [each.position_level for each in spells] == [20, 40]
    assert change(program, path, {"position_level": None, "since": "2027-01-01"}).status_code == 422
    assert change(program, path, {"since": "2026-10-02"}).status_code == 422


def test_an_empty_change_changes_nothing(program, here):
    for noun in ("people", "organisations"):
        path = f"/api/v1/{noun}/{here[noun]}"
        before = program.get(path)
        assert change(program, path, {}).headers["ETag"] == before.headers["ETag"]
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


@pytest.mark.parametrize("noun", ["people", "organisations"])
@pytest.mark.parametrize(("field", "status"), [("name", 422), ("type", 422), ("language", 422)])
def test_what_must_be_there_cannot_be_emptied(noun, field, status, program, here):
    assert change(program, f"/api/v1/{noun}/{here[noun]}", {field: None}).status_code == status


def test_an_organisation_keeps_its_former_name(program, here):
    path = f"/api/v1/organisations/{here['organisations']}"
    assert change(program, path, {"name": "长安大学", "sector": None}).get_json()["name"] == "长安大学"


def test_nobody_writes_outside_their_tree(database, token_of, cast, here, there, program):
    mine = token_of("administrator", place=cast.places.county)
    for noun in ("people", "organisations"):
        path = f"/api/v1/{noun}/{there[noun]}"
        assert change(mine, path, {"name": "新名字"}, program.get(path).headers["ETag"]).status_code == 404
        assert mine.send("PATCH", path, json={"name": "新名字"}, headers={"If-Match": "*"}).status_code == 404
        outside = {"name": "新名字", **({"type": "media"} if noun == "organisations" else {}), "place_id": there["places"]}
        assert mine.send("POST", f"/api/v1/{noun}", json=outside).status_code == 422
        assert mine.send("POST", f"/api/v1/{noun}", json={**outside, "place_id": None}).status_code == 422
        away = change(mine, f"/api/v1/{noun}/{here[noun]}", {"place_id": there["places"]})
        assert (away.status_code, away.get_json()["errors"][0]["at"]) == (422, "/place_id")
        assert change(mine, f"/api/v1/{noun}/{here[noun]}", {"place_id": None}).status_code == 422
    assert change(mine, f"/api/v1/people/{here['people']}", {"organisation_id": there["organisations"]}).status_code == 422


def test_programme_staff_read_and_do_not_write(token_of, here, cast):
    staff = token_of("staff")
    answer = staff.send("POST", "/api/v1/people", json={**PERSON, "place_id": here["places"]})
    assert (answer.status_code, answer.get_json()["type"]) == (403, "http://localhost/api/#role")
    assert change(staff, f"/api/v1/people/{here['people']}", {"name": "新名字"}).status_code == 403
    assert staff.get(f"/api/v1/people/{here['people']}").status_code == 200


def test_a_closed_place_takes_nobody_in(program, cast, here):
    cast.places.other_county.closed_on = NOW.date()
    db.session.commit()
    answer = program.send("POST", "/api/v1/people", json={**PERSON, "place_id": str(cast.places.other_county.id)})
    assert answer.status_code == 422


def test_sign_ins_and_passwords_are_out_of_reach(program, cast, here):
    before = db.session.get(SignIn, cast.sign_in_ids["learner"]).password_hash
    for field in ("email", "password", "password_hash"):
        assert change(program, f"/api/v1/people/{here['people']}", {field: "x@example.org"}).status_code == 422
    assert "password" not in program.get(f"/api/v1/people/{here['people']}").get_data(as_text=True)
    assert db.session.get(SignIn, cast.sign_in_ids["learner"]).password_hash == before
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 1
