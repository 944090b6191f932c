"""Tables of figures: how values read, why parts do not add up, the map's tiles, and pages that say the same from either count."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tests.learning.small_course import WATER
from tests.statistics.test_screens import SHOWN_AT, people
from webapp.core.charts.shapes import Tile, Tiles, every_of, named
from webapp.statistics.answers import Source, source
from webapp.statistics.asking import read
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.pages import ALSO, shown_of
from webapp.statistics.pages_funnel import shares_of
from webapp.statistics.pages_overview import change
from webapp.statistics.tables import Head, not_additive, number_of
from webapp.statistics.tiles import TILES

__all__ = ["people"]
MINE = ("overview", "funnel", "places", "map", "time", "people", "courses", "trainings", "left-behind")


@pytest.mark.parametrize(("head", "value", "said"), [
    (Head(""), 1137, "1,137"), (Head(""), 0, "0"), (Head(""), None, "–"), (Head("", digits=1), 0.5, "0.5"),
    (Head("", digits=1), -0.5, "−0.5"),
    (Head("", digits=1, unit="%"), 12.35, "12.3%"), (Head("", signed=True), 3, "+3"), (Head("", signed=True), 0, "0"),
    (Head("", signed=True), -3, "−3"), (Head("", number=False), "Announced", "Announced"),
    (Head("", number=False), 2026, "2026"),
])
def test_values_read_as_people_write_them(head, value, said):
    assert head.words(value) == said


def test_minutes_are_shown_as_hours_and_nothing_else_is_changed():
    assert [number_of(BY_KEY["hours"], minutes) for minutes in (200, 435)] == [3.3, 7.3]
    assert number_of(BY_KEY["views"], 200) == 200


def test_parts_that_add_up_need_no_words(app):
    assert not_additive(BY_KEY["readers"], [3, 4], 7) == ""
    assert not_additive(BY_KEY["views"], [3], 7) == "", "views of no row are only in the whole, and always were"


def test_parts_that_do_not_add_up_are_explained_with_both_numbers(app):
    more = not_additive(BY_KEY["readers"], [3, 5], 7)
    assert "8" in more
    assert "7" in more
    assert "a person who belongs to several rows" in more
    assert "what belongs to no row" in not_additive(BY_KEY["counties"], [3, 3], 7)


def test_shares_of_a_funnel_are_of_the_step_before():
    assert shares_of([200, 50, 0, 0, 4]) == [None, 25.0, 0.0, None, None]


def test_a_change_from_nothing_has_no_per_cent():
    assert (change(3, 0), change(3, 2), change(0, 4)) == (None, 50.0, -100.0)


def test_the_map_has_every_province_once_and_no_two_in_one_place():
    assert len(TILES) == 34
    for part in ({each[:2] for each in TILES.values()}, {each[2] for each in TILES.values()}, {each[3] for each in TILES.values()}):
        assert len(part) == 34


def test_a_tile_is_shaded_by_its_share_of_the_largest_and_an_empty_one_not_at_all():
    tiles = [Tile(0, 0, "", "", value) for value in (8, 6, 3, 1, 0, None)]
    chart = Tiles("", "", "", tiles)
    assert [chart.shade(tile) for tile in tiles] == ["q4", "q3", "q2", "q1", "", ""]
    assert [tile.words for tile in tiles] == ["8", "6", "3", "1", "", ""]


@given(st.lists(st.text(min_size=1, max_size=20), max_size=130), st.floats(1, 200))
def test_labels_are_thinned_only_where_there_are_many(labels, room):
    every = every_of(labels, room)
    assert every >= 1
    assert len(labels) > 11 or every == 1
    assert not labels or named(0, every, len(labels))
    assert all(at + every <= len(labels) for at in range(1, len(labels)) if named(at, every, len(labels)))


@pytest.mark.parametrize("page", MINE)
@pytest.mark.parametrize("query", [
    {}, {"period": "2026-09", "against": "before"}, {"level": "30", "sex": "female"}, {"tree": "2026-06-30"}, {"course": WATER},
])
def test_every_page_is_the_same_from_the_snapshot_as_from_the_events(people, page, query):
    from_file, from_events = source(SHOWN_AT), Source(SHOWN_AT)
    assert from_file.snapshot is not None
    one, other = (
        shown_of(page, read(MultiDict(query), ("CN/130000/",), found, ALSO[page], SHOWN_AT), found, SHOWN_AT)
        for found in (from_file, from_events)
    )
    assert [(table.lines, table.notes) for table in one.tables] == [(table.lines, table.notes) for table in other.tables]
    assert any(line.values for table in one.tables for line in table.lines)


def test_a_page_of_tables_says_what_it_covers(people):
    found = source(SHOWN_AT)
    shown = shown_of("funnel", read(MultiDict({"from": "2026-09-01", "sex": "female"}), None, found, now=SHOWN_AT), found, SHOWN_AT)
    assert shown.about == [
        ("Place", "all places"), ("Period", "from 1 September 2026 to today"), ("Sex", "Female"),
        ("Days are those of", "China Standard Time"),
    ]
    assert shown.cut_off == found.cut_off
    assert date(2026, 11, 20) == shown.figures[0].since
