"""Figures for programs: those of the pages, kept to the token's places."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.interface.conftest import Program
from tests.learning.small_course import SOIL, WATER
from tests.statistics.moments import SHOWN_AT
from webapp.accounts import services_tokens
from webapp.accounts.models_tokens import AccessToken
from webapp.accounts.services_tokens import Scope
from webapp.accounts.tokens import hash_of
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.statistics import answers
from webapp.statistics.definitions import BY_KEY

ADDRESS = "/api/v1/statistics"
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture
def program_of(app, cast):
    """A program with a token of a member of the cast."""

    def make(name, scopes=(Scope.STATISTICS_READ,), place=None):
        text = f"{services_tokens.PREFIX}{new_id()}"
        db.session.add(AccessToken(
            sign_in_id=cast.sign_in_ids[name], name="Test", token_hash=hash_of(text), scopes=[each.value for each in scopes],
            place_id=place.id if place else None, created_at=SHOWN_AT, expires_at=SHOWN_AT + timedelta(days=30),
        ))
        db.session.commit()
        return Program(app, text)

    return make


def test_figures_of_a_slice_come_with_definitions_and_cut_off(people, program_of):
    found = program_of("administrator").get(f"{ADDRESS}?period=2026-09&course={WATER}").get_json()
    assert found["total"]["enrolled"] == 2
    assert set(found["total"]) == set(BY_KEY)
    assert (found["cut_off"], found["zone"]) == ("2026-11-20T05:07:00Z", "Asia/Shanghai")
    assert (found["first"], found["last"], found["rows"]) == ("2026-09-01", "2026-09-30", [])
    enrolled = next(each for each in found["definitions"] if each["key"] == "enrolled")
    assert (enrolled["version"], enrolled["measure"]) == (BY_KEY["enrolled"].version, "persons")


def test_rows_by_dimensions_have_values_and_words(people, program_of):
    found = program_of("administrator").get(f"{ADDRESS}?by=county,course&figures=enrolled", Accept_Language="en").get_json()
    assert [(row["keys"]["county"]["value"], row["keys"]["course"]["value"], row["figures"]) for row in found["rows"]] == [
        ("CN/130000/130100/130102", WATER, {"enrolled": 1}), ("CN/130000/130100/130104", WATER, {"enrolled": 1}),
        ("CN/130000/130200/130204", SOIL, {"enrolled": 1}),
    ]
    assert found["rows"][0]["keys"]["county"]["words"] == "Chang'an District"
    assert found["total"] == {"enrolled": 3}


def test_a_token_counts_its_own_places_only(people, program_of):
    assert program_of("other_county").get(f"{ADDRESS}?figures=enrolled").get_json()["total"] == {"enrolled": 1}
    narrow = program_of("administrator", place=people.places.city)
    assert narrow.get(f"{ADDRESS}?figures=enrolled").get_json()["total"] == {"enrolled": 2}
    assert narrow.get(f"{ADDRESS}?place={people.places.other_county.id}").status_code == 422


def test_a_token_for_something_else_is_refused(people, program_of):
    answer = program_of("administrator", scopes=[Scope.PEOPLE_READ]).get(ADDRESS)
    assert (answer.status_code, answer.get_json()["type"].partition("#")[2]) == (403, "scope")
    assert program_of("learner").get(ADDRESS).status_code == 403


@pytest.mark.parametrize(("query", "named"), [
    ("by=colour", "by"), ("by=sex,age,level,course", "by"), ("figures=wealth", "figures"), ("period=2026-13", "period"),
    ("from=2026-02-01&to=2026-01-01", "from"), ("course=nowhere", "course"), ("level=99", "level"), ("sex=x", "sex"),
    ("period=2026&from=2026-01-01", "period"), ("colour=red", "colour"), ("place=x", "place"), ("sex=female&sex=male", "sex"),
])
def test_what_cannot_be_asked_is_named(people, program_of, query, named):
    answer = program_of("administrator").get(f"{ADDRESS}?{query}")
    assert answer.status_code == 422
    assert named in {each["at"] for each in answer.get_json()["errors"]}


def test_several_values_of_a_filter_are_written_with_commas(people, program_of):
    program = program_of("administrator")
    both = program.get(f"{ADDRESS}?figures=enrolled&language=en,zh-Hans").get_json()["total"]["enrolled"]
    assert both == sum(
        program.get(f"{ADDRESS}?figures=enrolled&language={each}").get_json()["total"]["enrolled"] for each in ("en", "zh-Hans")
    ) == 3


def test_while_many_events_are_not_counted_yet_a_program_is_told_when_to_come_again(people, program_of, monkeypatch):
    monkeypatch.setattr(answers, "MOST_UNCOUNTED", 0)
    found = program_of("administrator").get(ADDRESS)
    assert (found.status_code, found.headers["Retry-After"]) == (503, "60")
    assert found.get_json()["type"].endswith("#not-ready")
