"""Reading: every noun, its filters, pages and tags; and nothing of another county."""

from __future__ import annotations

import pytest

from tests.interface.conftest import NOW
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_id

NOUNS = ("people", "organisations", "places", "enrolments", "results", "certificates")


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_is_listed_and_read_alone(database, noun, program, here, there):
    listed = program.get(f"/api/v1/{noun}?limit=100").get_json()["items"]
    alone = program.get(f"/api/v1/{noun}/{here[noun]}")
    assert alone.status_code == 200
    assert alone.get_json() in listed
    assert there[noun] in {each["id"] for each in listed}


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(("owner", "place"), [("staff", "county"), ("administrator", "county"), ("other_county", None)])
def test_a_token_sees_nothing_of_another_county(database, noun, owner, place, token_of, cast, here, there):
    program = token_of(owner, place=getattr(cast.places, place) if place else None)
    mine, other = (there, here) if owner == "other_county" else (here, there)
    assert program.get(f"/api/v1/{noun}/{mine[noun]}").status_code == 200
    assert program.get(f"/api/v1/{noun}/{other[noun]}").status_code == 404
    seen = program.ids(f"/api/v1/{noun}?limit=100")
    assert mine[noun] in seen
    assert other[noun] not in seen


@pytest.mark.parametrize("noun", ["enrolments", "results", "certificates"])
def test_a_filter_reaches_no_further_than_the_token(noun, token_of, cast, here, there):
    program = token_of("staff", place=cast.places.county)
    assert program.ids(f"/api/v1/{noun}?person={there['people']}") == set()
    assert program.ids(f"/api/v1/{noun}?person={here['people']}") == {here[noun]}


def test_the_place_of_a_filter_reaches_no_further_than_the_token(token_of, cast, here, there):
    program = token_of("staff", place=cast.places.county)
    everything = program.ids(f"/api/v1/people?place={cast.places.province.id}")
    assert here["people"] in everything
    assert there["people"] not in everything


def test_a_token_for_a_wide_place_never_reaches_further_than_the_role(token_of, cast, here, there):
    program = token_of("other_county", place=cast.places.province)
    assert program.get(f"/api/v1/people/{here['people']}").status_code == 404
    assert program.get(f"/api/v1/people/{there['people']}").status_code == 200


@pytest.mark.parametrize(("query", "expected"), [
    ("q=王晓", True), ("q=wang", True), ("q=learner@", True),
    ("q=%F0%9F%98%80", False), ("q=Diallo", False), ("position_level=junior", True),
    ("position_level=leading", False), ("created_since=2026-01-01T00:00:00Z", True), ("created_since=2026-06-01T00:00:00%2B08:00", False),
])
def test_people_are_filtered(database, query, expected, program, here):
    assert (here["people"] in program.ids(f"/api/v1/people?{query}")) is expected


@pytest.mark.parametrize(("path", "expected"), [
    ("places?code=130102", True), ("places?level=province", False), ("places?closed=true", False),
    ("enrolments?completed=true&course=water", True), ("enrolments?completed=false", False),
    ("results?passed=true&quiz=quiz", True), ("results?passed=false", False),
    ("certificates?revoked=false", True), ("certificates?issued_since=2026-12-01T00:00:00Z", False), ("organisations?type=academia", True),
    ("organisations?q=chang", True), ("organisations?sector=water", False),
])
def test_records_are_filtered(database, path, expected, program, here):
    assert (here[path.partition("?")[0]] in program.ids(f"/api/v1/{path}")) is expected


@pytest.mark.parametrize("query", [
    "nothing=1", "limit=0", "limit=101", "limit=ten", "cursor=x", "person=me", "completed=yes", "enrolled_since=yesterday",
    "enrolled_since=2026-01-01T00:00:00", "course=../x", "limit=1&limit=2", "lang=en",
])
def test_what_a_list_does_not_know_is_refused(query, program):
    answer = program.get(f"/api/v1/enrolments?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_pages_follow_each_other_and_do_not_shift_when_somebody_joins(database, program, cast):
    seen, path = [], "/api/v1/people?limit=3"
    while path:
        answer = program.get(path)
        seen += [each["id"] for each in answer.get_json()["items"]]
        link = answer.headers.get("Link", "")
        assert bool(link) == bool(answer.get_json()["next"])
        path = link.partition(">")[0].removeprefix("<http://localhost")
        if len(seen) == 3:
            newcomer = Person(id=new_id(), name="新人", language="en", created_at=NOW)
            db.session.add(newcomer)
            db.session.commit()
            new = str(newcomer.id)
    assert len(seen) == len(set(seen)) == 9
    assert seen[-1] == new


def test_a_tag_spares_the_second_reading(program, here, cast):
    path = f"/api/v1/people/{here['people']}"
    first = program.get(path)
    tag = first.headers["ETag"]
    again = program.get(path, If_None_Match=tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert program.get(path, If_None_Match='"other"').status_code == 200
    cast.learner.name = "王晓"
    db.session.commit()
    assert program.get(path, If_None_Match=tag).status_code == 200


def test_erased_and_merged_people_are_gone_with_their_records(program, here, cast):
    cast.learner.erased_at = NOW
    db.session.commit()
    for noun in ("people", "enrolments", "results", "certificates"):
        assert program.get(f"/api/v1/{noun}/{here[noun]}").status_code == 404
        assert here[noun] not in program.ids(f"/api/v1/{noun}")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_costs_the_same_for_every_length(noun, program, here, there, max_queries):
    with max_queries(7) as few:
        program.get(f"/api/v1/{noun}?limit=1")
    with max_queries(len(few)):
        program.get(f"/api/v1/{noun}?limit=100")


def test_moments_are_in_utc_and_scores_are_numbers(program, here):
    shown = program.get(f"/api/v1/results/{here['results']}").get_json()
    assert shown["submitted_at"] == "2026-11-20T06:00:00Z"
    assert (shown["score"], shown["maximum"], shown["passed"]) == (2.666, 3, True)
