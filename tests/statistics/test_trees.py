"""Totals of places that merged, were split and moved in the middle of a period: as of each moment, and by the tree of any day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.participation.services import record
from webapp.places import operations, queries, services
from webapp.places.models import Place
from webapp.places.requests import Merge, Move, NewPlace, Split
from webapp.statistics import jobs, slow
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.rules import Period
from webapp.statistics.slices import Slice
from webapp.statistics.trees import around

FIRST_OF_JULY = date(2026, 7, 1)
BEFORE, AFTER = date(2026, 6, 30), FIRST_OF_JULY
MAY, AUGUST = datetime(2026, 5, 10, 4, tzinfo=UTC), datetime(2026, 8, 10, 4, tzinfo=UTC)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
HALVES = {"first half": Period(date(2026, 1, 1), BEFORE), "second half": Period(FIRST_OF_JULY, date(2026, 12, 31)), "year": YEAR}


def view(person, moment, times):
    for number in range(times):
        record(
            kind=EventKind.VIEWED, person=person, origin=Origin("en"), now=moment + timedelta(minutes=number),
            source=f"test:{person.id}:{moment.isoformat()}:{number}",
        )


def views(place_id, period=YEAR, tree_on=None, *, path=None):
    if tree_on is None:
        path = path or db.session.get(Place, place_id).path
    else:
        state = next((spot for spot in around(place_id, tree_on, None) if spot.id == place_id), None)
        if state is None:
            return None
        path = state.path
    part = Slice(cut_off=AUGUST + timedelta(days=30), first=period.first, last=period.last, paths=(path,), tree_on=tree_on)
    return slow.count(part, (), [BY_KEY["views"]])[()]["views"]


@pytest.fixture
def merged(database, cast):
    """Chang'an (5 views before) went up in Qiaoxi (3 before) on the first of July; then 7 and 2 by the people of each."""
    with unit_of_work():
        view(cast.learner, MAY, 5)
        view(cast.second_learner, MAY, 3)
        view(cast.other_county, MAY, 1)
    with unit_of_work():
        operations.undertake(
            request=Merge(place_ids=(cast.places.county.id,), into_id=cast.places.second_county.id), day=FIRST_OF_JULY, actor_id=None,
            now=datetime(2026, 7, 1, 1, tzinfo=UTC),
        )
    db.session.expire_all()
    with unit_of_work():
        view(cast.learner, AUGUST, 7)
        view(cast.second_learner, AUGUST, 2)
    return cast.places


@pytest.mark.parametrize(("place", "expected"), [
    ("county", {"first half": 5, "second half": 0, "year": 5}),
    ("second_county", {"first half": 3, "second half": 9, "year": 12}),
    ("city", {"first half": 8, "second half": 9, "year": 17}),
    ("province", {"first half": 9, "second half": 9, "year": 18}),
])
def test_a_merge_in_the_middle_of_a_period_changes_no_total_of_before(merged, place, expected):
    place_id = getattr(merged, place).id
    assert {name: views(place_id, period) for name, period in HALVES.items()} == expected


@pytest.mark.parametrize(("place", "before", "after"), [
    # What was done in the merged county in August counts for the successor, since that is where the people were.
    ("county", 5, None), ("second_county", 12, 17), ("city", 17, 17), ("second_city", 1, 1), ("province", 18, 18),
])
def test_by_the_tree_of_a_day_every_view_counts_once_before_and_after_the_merge(merged, place, before, after):
    place_id = getattr(merged, place).id
    assert (views(place_id, tree_on=BEFORE), views(place_id, tree_on=AFTER)) == (before, after)


def test_people_of_the_merged_county_are_at_the_successor(merged, cast):
    assert cast.learner.place_id == merged.second_county.id


@pytest.fixture
def split(database, cast):
    """Chang'an became North (the successor) and South on the first of July; Qiaoxi moved to Tangshan."""
    with unit_of_work():
        view(cast.learner, MAY, 5)
        view(cast.second_learner, MAY, 3)
    now = datetime(2026, 7, 1, 1, tzinfo=UTC)
    with unit_of_work():
        operations.undertake(request=Split(place_id=cast.places.county.id, parts=(
            NewPlace(code="130102", names={"en": "North"}), NewPlace(code="130190", names={"en": "South"}),
        )), day=FIRST_OF_JULY, actor_id=None, now=now)
        operations.undertake(
            request=Move(place_id=cast.places.second_county.id, parent_id=cast.places.second_city.id), day=FIRST_OF_JULY, actor_id=None,
            now=now,
        )
    db.session.expire_all()
    north, south = queries.by_code("CN", "130102"), queries.by_code("CN", "130190")
    with unit_of_work():
        view(cast.learner, AUGUST, 7)
        view(cast.second_learner, AUGUST, 2)
        cast.outsider.place_id = south.id
        db.session.flush()
        view(cast.outsider, AUGUST, 4)
    return {**{name: getattr(cast.places, name).id for name in ("county", "second_county", "city", "second_city", "province")},
            "north": north.id, "south": south.id}


@pytest.mark.parametrize(("place", "before", "after"), [
    ("county", 16, None), ("north", None, 12), ("south", None, 4), ("second_county", 5, 5), ("city", 21, 16), ("second_city", 0, 5),
    ("province", 21, 21),
])
def test_parts_of_a_split_place_count_for_the_whole_before_and_the_whole_for_its_successor_after(split, place, before, after):
    assert (views(split[place], tree_on=BEFORE), views(split[place], tree_on=AFTER)) == (before, after)


@pytest.mark.parametrize(("place", "first", "second"), [("city", 8, 11), ("second_city", 0, 2), ("second_county", 0, 2)])
def test_a_place_that_moved_counts_where_it_was_at_the_moment(split, place, first, second):
    assert (views(split[place], HALVES["first half"]), views(split[place], HALVES["second half"])) == (first, second)


def test_a_place_that_closed_with_no_successor_counts_for_the_place_above(database, cast):
    with unit_of_work():
        view(cast.learner, MAY, 5)
        services.close(place=cast.places.county, on=FIRST_OF_JULY, now=AUGUST)
    assert views(cast.places.city.id, tree_on=AFTER) == 5
    assert views(cast.places.second_county.id, tree_on=AFTER) == 0


def test_a_place_that_opened_later_and_was_no_part_of_another_counts_for_the_place_above(database, cast):
    with unit_of_work():
        new = services.add(
            country="CN", kind="district", code="130199", names={"en": "New"}, parent=cast.places.city, on=FIRST_OF_JULY, now=AUGUST,
        )
        cast.learner.place_id = new.id
        db.session.flush()
        view(cast.learner, AUGUST, 4)
    assert (views(cast.places.city.id, tree_on=BEFORE), views(new.id, tree_on=BEFORE)) == (4, None)
    assert (views(cast.places.city.id, tree_on=AFTER), views(new.id, tree_on=AFTER)) == (4, 4)
    assert views(cast.places.second_city.id, tree_on=BEFORE) == 0


def test_the_page_counts_by_the_tree_of_a_day_and_says_so(merged, login_as, max_queries):
    jobs.refresh_due(AUGUST + timedelta(days=30))
    staff = login_as("staff")
    address = f"/statistics/places?lang=en&place={merged.city.id}&tree="
    staff.get(f"{address}2026-06-30")
    with max_queries(8):
        before = staff.get(f"{address}2026-06-30")
    assert "Places are those of 30 June 2026" in before.text
    assert "Chang&#39;an District" in before.text
    after = staff.get(f"{address}2026-07-01")
    assert "Chang&#39;an District" not in after.text
    assert total_views(after) == total_views(before) == "17"
    assert "以2026年6月30日" in staff.get(f"{address}2026-06-30".replace("lang=en", "lang=zh-Hans")).text


def total_views(page) -> str:
    return re.search(r'<th scope="row">Total</th><td class="n">([\d,]+)', page.text)[1]


def test_a_place_that_was_not_there_on_the_day_is_named(merged, login_as):
    page = login_as("staff").get(f"/statistics/?lang=en&place={merged.county.id}&tree=2026-07-01")
    assert page.status_code == 400
    assert "was not there on 2026-07-01" in page.text


def test_the_tree_of_a_day_opens_nothing_of_others(merged, login_as):
    browser = login_as("other_county")
    assert browser.get(f"/statistics/?place={merged.county.id}&tree=2026-06-30").status_code == 400
    page = browser.get("/statistics/places?lang=en&tree=2026-06-30")
    assert page.status_code == 200
    assert "Guye District" in page.text
    assert "Qiaoxi" not in page.text


def test_a_wrong_day_is_named(merged, login_as):
    assert "“Places as they stood on” must be a date" in login_as("staff").get("/statistics/?lang=en&tree=yesterday").text
