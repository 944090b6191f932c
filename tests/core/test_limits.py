"""Limits are right with any number of workers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import limits
from webapp.core.database import db
from webapp.core.errors import TooManyRequests
from webapp.core.limits import LimitCounter
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def passes(key: str, limit: int, now: datetime, per: timedelta = HOUR) -> bool:
    try:
        limits.hit(key=key, limit=limit, per=per, now=now)
    except TooManyRequests:
        return False
    return True


def test_the_limit_itself_passes_and_one_more_does_not(database):
    assert [passes("k", 3, NOON) for _ in range(5)] == [True, True, True, False, False]
    assert passes("another", 3, NOON)


def test_the_refusal_says_how_long_to_wait(database):
    assert passes("k", 1, NOON)
    with pytest.raises(TooManyRequests) as refused:
        limits.hit(key="k", limit=1, per=HOUR, now=NOON + timedelta(minutes=20, seconds=30))
    assert refused.value.seconds == 39 * 60 + 30
    assert "40 min" in str(refused.value)


def test_waiting_is_never_said_to_take_no_time(app):
    error = TooManyRequests(0)
    assert error.seconds == 1
    assert "1 min" in str(error)


def test_a_window_that_is_over_begins_anew_from_the_next_use(database):
    assert passes("k", 1, NOON)
    assert not passes("k", 1, NOON + HOUR - timedelta(seconds=1))
    assert passes("k", 1, NOON + HOUR)
    assert not passes("k", 1, NOON + 2 * HOUR - timedelta(seconds=1))


def test_a_success_forgets_the_tries_before_it(database):
    assert passes("k", 1, NOON)
    limits.forget("k")
    assert passes("k", 1, NOON)


def test_keys_are_kept_as_hashes(database):
    assert passes("sign-in as wang@example.org", 1, NOON)
    assert "wang" not in db.session.query(LimitCounter).one().key


def test_only_windows_that_are_over_are_swept(database):
    assert passes("old", 1, NOON)
    assert passes("new", 1, NOON + HOUR)
    assert limits.sweep(NOON + HOUR) == 1
    assert not passes("new", 1, NOON + HOUR)


@given(st.integers(1, 5), st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=20))
def test_hits_are_counted_as_a_plain_count_would(app, limit, steps):
    db.session.query(LimitCounter).delete()
    now, windows = NOON, {}
    for key, minutes in steps:
        now += timedelta(minutes=minutes)
        ends, hits = windows.get(key, (now, 0))
        ends, hits = (now + HOUR, 1) if ends <= now else (ends, hits + 1)
        windows[key] = (ends, hits)
        assert passes(key, limit, now) == (hits <= limit)


def test_of_forty_at_once_exactly_as_many_pass_as_are_allowed(committed):
    def attempt(_number):
        with committed.app_context():
            try:
                with unit_of_work():
                    refused = not passes("shared", 10, NOON)
            finally:
                db.session.remove()
            return not refused

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(attempt, range(40))) == 10
    assert db.session.query(LimitCounter).one().hits == 40
