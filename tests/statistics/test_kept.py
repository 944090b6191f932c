"""What a process keeps between requests: a new one asks little, and nothing is shown to whom, or after when, it should not be."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.learning.small_course import SOIL, WATER
from tests.statistics.test_screens import PAGES, SHOWN_AT, attend, hold, people, see
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.places import operations, services
from webapp.places.requests import Merge
from webapp.statistics import answers, fast, jobs, outcome_memory, slow, snapshot
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.slices import Dimension, Slice
from webapp.trainings.models import TrainingState

__all__ = ["people"]
pytestmark = pytest.mark.usefixtures("small_courses")
# By name, with what it asks by itself.
EVERY = {**{page: {} for page in (*PAGES, "goals", "outcomes")}, "pivot": {"rows": "training", "rows2": "county", "columns": "month"}}
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


@pytest.fixture
def anew(app, monkeypatch):
    """`anew()`: as a process that has just begun, which has neither counted nor shown anything."""

    def forget() -> None:
        monkeypatch.setattr(answers, "_memory", answers._Memory())
        monkeypatch.setattr(outcome_memory, "_memory", outcome_memory._Memory())
        monkeypatch.setattr(fast, "_opened", None)
        app.extensions.pop("fragments", None)

    return forget


def shown(reader, page: str, **query) -> str:
    """A page without what is each browser's own."""
    answer = see(reader, page, **query)
    assert answer.status_code == 200
    return TOKEN.sub("", answer.text)


@pytest.mark.parametrize("page", EVERY)
@pytest.mark.parametrize("query", [{}, {"place": ""}, {"place": "", "tree": "2026-09-30"}, {"past": "1"}])
@pytest.mark.parametrize("who", ["administrator", "staff"])
def test_the_first_request_of_a_process_on_a_new_snapshot_asks_no_more_than_any_other(
    login_as, people, max_queries, anew, page, query, who,
):
    query = {**EVERY[page], **query, **({"place": str(people.places.city.id)} if "place" in query else {})}
    reader = login_as(who)
    # The courses are read when a process begins.
    see(reader, "definitions")
    jobs.snapshot.refresh(SHOWN_AT, anew=True)
    db.session.commit()
    anew()
    for _time in ("first", "again"):
        with max_queries(8):
            assert see(reader, page, **query).status_code == 200


@pytest.mark.parametrize("page", EVERY)
def test_who_sees_one_place_is_shown_nothing_that_others_were_shown_before(login_as, people, anew, page):
    everything, own = login_as("administrator"), login_as("other_county")
    query = {**EVERY[page], "lang": "en"}
    anew()
    alone = shown(own, page, **query)
    anew()
    shown(everything, page, **query)
    for level in ("30", ""):
        shown(everything, page, **query, **({"level": level} if level else {}), place=str(people.places.province.id))
    assert shown(own, page, **query) == alone


@pytest.mark.parametrize("page", EVERY)
def test_a_page_is_the_same_when_it_is_asked_again_whatever_was_asked_in_between(login_as, people, anew, page):
    reader = login_as("administrator")
    asked = [
        {"lang": "en"}, {"lang": "zh-Hans"}, {"lang": "en", "level": "30"}, {"lang": "en", "sex": "female", "age": "36-45"},
        {"lang": "en", "against": "year", "period": "2026-09"}, {"lang": "en", "place": str(people.places.city.id)},
        {"lang": "en", "tree": "2026-09-30"}, {"lang": "en", "past": "1"},
    ]
    fresh = []
    for query in asked:
        anew()
        fresh.append(shown(reader, page, **EVERY[page], **query))
    assert [shown(reader, page, **EVERY[page], **query) for query in (*asked, *asked)] == fresh * 2
    assert len(set(fresh)) == len(fresh)


def test_another_name_of_a_place_stands_on_the_next_page(login_as, people):
    reader, county = login_as("administrator"), people.places.second_county
    query = {"place": str(people.places.city.id)}
    assert county.names["en"] in shown(reader, "places", **query)
    with unit_of_work():
        services.rename(place=county, names={"en": "Springfield", "zh-Hans": "春田县"}, on=SHOWN_AT.date(), now=SHOWN_AT)
    again = shown(reader, "places", **query)
    assert "Springfield" in again
    assert "春田县" in shown(reader, "places", **query, lang="zh-Hans")


def test_a_training_that_is_now_planned_counts_on_the_next_page(login_as, people):
    reader = login_as("administrator")
    before = shown(reader, "")
    with unit_of_work():
        hold(people, "city", state=TrainingState.PREPARATION, day=None)
    planned = re.compile(r"cities in preparation or negotiation</dt><dd>(\d+)")
    assert (planned.search(before)[1], planned.search(shown(reader, ""))[1]) == ("1", "2")


def test_a_new_snapshot_is_shown_by_the_next_request(login_as, people, at):
    reader = login_as("administrator")
    passed = re.compile(r"officials attended, all levels</a></dt><dd>(\d+)")
    assert passed.search(shown(reader, ""))[1] == "2"
    training = hold(people, "second_county", title="New")
    attend(people, "second_learner", training, "second_county", 20)
    db.session.commit()
    assert passed.search(shown(reader, ""))[1] == "2"
    later = SHOWN_AT + timedelta(hours=2)
    at(later)
    jobs.snapshot.refresh(later, anew=True)
    db.session.commit()
    assert passed.search(shown(reader, ""))[1] == "3"


def test_a_merge_of_places_is_in_the_snapshot_that_the_next_turn_of_the_job_makes(database, cast, at):
    at(SHOWN_AT)
    snapshot.refresh(SHOWN_AT)
    later = SHOWN_AT + timedelta(minutes=10)
    assert jobs.refresh_due(later) == 0
    with unit_of_work():
        request = Merge(place_ids=(cast.places.county.id,), into_id=cast.places.second_county.id)
        operations.undertake(request=request, day=later.date(), actor_id=None, now=later)
    assert jobs.refresh_due(later + timedelta(minutes=5)) == 1


def test_what_is_counted_by_a_day_s_tree_is_that_of_the_snapshot_and_asks_the_database_nothing(people, max_queries, anew):
    with unit_of_work():
        request = Merge(place_ids=(people.places.county.id,), into_id=people.places.second_county.id)
        operations.undertake(request=request, day=SHOWN_AT.date(), actor_id=None, now=SHOWN_AT)
    made = jobs.snapshot.refresh(SHOWN_AT + timedelta(minutes=5), anew=True)
    figures, part = [BY_KEY["enrolled"]], Slice(cut_off=made.cut_off, tree_on=SHOWN_AT.date())
    anew()
    with max_queries(0):
        by_county = fast.count(made, part, (Dimension.COUNTY,), figures)
    assert by_county == slow.count(part, (Dimension.COUNTY,), figures)
    assert (people.places.county.path,) not in by_county


def test_counts_that_are_remembered_get_further_figures_and_stay_tidy(people, anew):
    made = snapshot.newest()
    found, part = answers.Source(made.cut_off, made), Slice(cut_off=made.cut_off)
    anew()
    attended, enrolled = BY_KEY["attended"], BY_KEY["enrolled"]
    assert found.count(part, (Dimension.COURSE,), [attended]) == {(None,): {"attended": 2}}
    both = found.count(part, (Dimension.COURSE,), [attended, enrolled])
    assert {key: (each["attended"], each["enrolled"]) for key, each in both.items()} == {(None,): (2, 0), (WATER,): (0, 2), (SOIL,): (0, 1)}
    assert found.count(part, (Dimension.COURSE,), [enrolled, attended]) is both
    assert found.count(part, (Dimension.COURSE,), [attended]) == {(None,): {"attended": 2}}
