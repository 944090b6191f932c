"""Dates in two languages, and pages of a list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.ui.dates import clock_text, day_text, days_text, machine_text, moment_text, month_text
from webapp.core.ui.paging import Paging

BEIJING = ZoneInfo("Asia/Shanghai")
LATE = datetime(2026, 11, 20, 20, 7, tzinfo=UTC)


def test_a_moment_is_shown_in_the_readers_zone():
    assert moment_text(LATE, "en", BEIJING) == "21 November 2026, 04:07"
    assert moment_text(LATE, "zh-Hans", BEIJING) == "2026年11月21日04:07"
    assert day_text(LATE, "en", BEIJING) == "21 November 2026"
    assert clock_text(LATE, BEIJING) == "04:07"


def test_a_date_has_no_zone():
    assert day_text(date(2026, 9, 4), "en", BEIJING) == "4 September 2026"
    assert month_text(date(2026, 9, 4), "zh-Hans", BEIJING) == "2026年9月"
    assert machine_text(date(2026, 9, 4)) == "2026-09-04"
    assert machine_text(LATE) == "2026-11-20T20:07+00:00"


@pytest.mark.parametrize(
    ("last", "english", "chinese"),
    [
        (date(2026, 9, 14), "14 September 2026", "2026年9月14日"),
        (date(2026, 9, 15), "14 to 15 September 2026", "2026年9月14日至15日"),
        (date(2026, 10, 2), "14 September to 2 October 2026", "2026年9月14日至10月2日"),
        (date(2027, 1, 2), "14 September 2026 to 2 January 2027", "2026年9月14日至2027年1月2日"),
    ],
)
def test_what_two_days_share_is_written_once(last, english, chinese):
    assert days_text(date(2026, 9, 14), last, "en", BEIJING) == english
    assert days_text(date(2026, 9, 14), last, "zh-Hans", BEIJING) == chinese


@given(st.dates(date(1900, 1, 1), date(2199, 1, 1)), st.integers(0, 800), st.sampled_from(["en", "zh-Hans"]))
def test_the_last_day_is_always_named(first, length, language):
    last = first + timedelta(days=length)
    assert str(last.day) in days_text(first, last, language, BEIJING)


@pytest.mark.parametrize(("asked", "number"), [("", 1), ("3", 3), ("0", 1), ("-2", 1), ("x", 1), ("99", 57), ("²", 1), ("9" * 30, 1)])
def test_an_odd_page_number_is_a_page_of_the_list(asked, number):
    assert Paging.from_query({"page": asked}, total=1137, size=20).number == number


def test_an_empty_list_has_one_page_and_no_rows():
    empty = Paging(number=1, size=20, total=0)
    assert (empty.last, empty.first_row, empty.last_row, empty.shown) == (1, 0, 0, [1])


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, [1, 2, None, 57]), (3, [1, 2, 3, 4, None, 57]), (4, [1, 2, 3, 4, 5, None, 57]),
        (30, [1, None, 29, 30, 31, None, 57]), (57, [1, None, 56, 57]),
    ],
)
def test_far_pages_are_left_out(number, shown):
    assert Paging(number=number, size=20, total=1137).shown == shown


@given(st.integers(-5, 2000), st.integers(1, 60), st.integers(0, 5000))
def test_pages_cover_the_list_without_overlap(number, size, total):
    page = Paging(number=number, size=size, total=total)
    assert 1 <= page.number <= page.last
    assert page.last_row - page.first_row < size
    assert page.last_row <= total
    numbers = [each for each in page.shown if each is not None]
    assert numbers == sorted(set(numbers))
    assert {1, page.last, page.number} <= set(numbers)
