"""Minutes of marks, and the merging of marks of several devices."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.trainings.attendance_rules import (
    NOTHING,
    BadTimes,
    Mark,
    Said,
    arrived_by_code,
    before,
    clashing,
    cleaned,
    is_late,
    marked_at,
    merged,
    minutes_of,
    recounted,
)
from webapp.trainings.models_onsite import Presence

NINE, NOON = time(9), time(12)
START = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
PRESENT, ABSENT = Said(Presence.PRESENT), Said(Presence.ABSENT)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def mark(number, said=PRESENT, *, after=(), device="", minute=0):
    seen = frozenset(UUID(int=n) for n in after)
    return Mark(UUID(int=number), said, START + timedelta(minutes=minute), device or f"device-{number}", seen)


def test_a_whole_session_counts_whole():
    assert minutes_of(PRESENT, NINE, NOON) == 180


def test_absent_and_unknown_count_nothing():
    assert minutes_of(ABSENT, NINE, NOON) == minutes_of(NOTHING, NINE, NOON) == 0


@pytest.mark.parametrize(("arrived", "late", "minutes"), [(time(9, 15), False, 180), (time(9, 16), True, 164), (time(8, 40), False, 180)])
def test_late_is_more_than_a_quarter_of_an_hour(arrived, late, minutes):
    assert is_late(arrived, NINE) is late
    assert minutes_of(Said(Presence.PRESENT, arrived), NINE, NOON) == minutes


def test_leaving_early_takes_the_minutes_that_were_left():
    assert minutes_of(Said(Presence.PRESENT, time(9, 30), time(11)), NINE, NOON) == 90


@given(st.sampled_from(Presence), st.none() | TIMES, st.none() | TIMES, TIMES, TIMES)
def test_minutes_are_never_below_zero_or_above_the_session(presence, arrived, left, one, other):
    starts, ends = sorted((one, other))
    minutes = minutes_of(Said(presence, arrived, left), starts, ends)
    assert 0 <= minutes <= (ends.hour - starts.hour) * 60 + ends.minute - starts.minute


@given(st.none() | TIMES, st.none() | TIMES)
def test_cleaning_changes_no_minutes(arrived, left):
    said = Said(Presence.PRESENT, arrived, left)
    try:
        clean = cleaned(said, NINE, NOON)
    except BadTimes:
        return
    assert minutes_of(clean, NINE, NOON) == minutes_of(said, NINE, NOON)
    assert cleaned(clean, NINE, NOON) == clean


@pytest.mark.parametrize(
    ("arrived", "left", "code"),
    [(time(12), None, "after_end"), (None, time(9), "before_start"), (time(10), time(9, 50), "order")],
)
def test_times_that_cannot_be_are_refused(arrived, left, code):
    with pytest.raises(BadTimes) as refused:
        cleaned(Said(Presence.PRESENT, arrived, left), NINE, NOON)
    assert refused.value.code == code


def test_times_of_somebody_absent_are_dropped():
    assert cleaned(Said(Presence.ABSENT, time(9, 30)), NINE, NOON) == ABSENT


def test_a_moved_session_keeps_minutes_where_its_times_no_longer_meet_the_mark():
    late = Said(Presence.PRESENT, time(9, 30))
    assert recounted(late, 150, NINE, time(11)) == 90
    assert recounted(late, 150, time(14), time(17)) == 150
    assert recounted(late, 150, time(14), time(16)) == 120


def test_who_checks_in_early_or_in_the_first_quarter_came_in_time():
    zone, day = ZoneInfo("Asia/Shanghai"), date(2026, 9, 14)
    assert arrived_by_code(START - timedelta(minutes=20), day, NINE, zone) is None
    assert arrived_by_code(START + timedelta(minutes=15, seconds=50), day, NINE, zone) is None
    assert arrived_by_code(START + timedelta(minutes=40, seconds=7), day, NINE, zone) == time(9, 40)


def test_a_mark_is_as_old_as_the_stopwatch_says_within_reason():
    assert marked_at(START, timedelta(hours=3)) == START - timedelta(hours=3)
    assert marked_at(START, timedelta(hours=-3)) == START
    assert marked_at(START, timedelta(days=4000)) > START - timedelta(days=61)


def test_without_marks_nothing_is_known():
    assert merged([]).said == NOTHING


def test_who_saw_the_earlier_mark_takes_its_place():
    holding = merged([mark(1), mark(2, ABSENT, after=[1], minute=1)])
    assert holding.said == ABSENT
    assert holding.clash_id is None


def test_two_devices_that_did_not_see_each_other_clash_and_the_later_holds_meanwhile():
    holding = merged([mark(1, minute=5), mark(2, ABSENT, minute=3)])
    assert (holding.said, holding.mark_id, holding.clash_id) == (PRESENT, UUID(int=1), UUID(int=2))


def test_two_devices_that_say_the_same_do_not_clash():
    assert merged([mark(1), mark(2, minute=3)]).clash_id is None


def test_a_clash_is_over_when_somebody_marks_who_saw_both():
    marks = [mark(1), mark(2, ABSENT, minute=3), mark(3, ABSENT, after=[1, 2], minute=9)]
    assert merged(marks).clash_id is None
    assert merged(marks).said == ABSENT


def test_an_undone_mark_claims_nothing_against_another_device():
    marks = [mark(1, device="a"), mark(2, NOTHING, after=[1], device="a", minute=1), mark(3, ABSENT, device="b")]
    assert merged(marks).said == ABSENT
    assert merged(marks).clash_id is None


def test_one_device_never_clashes_with_itself():
    assert merged([mark(1, device="a"), mark(2, ABSENT, device="a", minute=1)]).clash_id is None


def test_undo_goes_back_to_what_was_before():
    marks = [mark(1), mark(2, ABSENT, after=[1], minute=1)]
    assert before(marks, UUID(int=2)) == PRESENT
    assert before(marks, UUID(int=1)) == before(marks, None) == NOTHING


def test_what_clashes_is_shown_once_each_the_latest_first():
    marks = [mark(1), mark(2, ABSENT, minute=3), mark(3, minute=4)]
    assert [each.id for each in clashing(marks, merged(marks).heads)] == [UUID(int=3), UUID(int=2)]


SAYS = st.sampled_from([PRESENT, ABSENT, NOTHING, Said(Presence.PRESENT, time(9, 40)), Said(Presence.PRESENT, None, time(11))])
MADE = st.lists(
    st.tuples(SAYS, st.integers(0, 3), st.integers(0, 12), st.frozensets(st.integers(0, 8), max_size=4)), max_size=9,
).map(lambda rows: [
    mark(n, said, device=f"device-{device}", minute=minute, after=seen) for n, (said, device, minute, seen) in enumerate(rows)
])


@given(MADE.flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_marks_lead_to_the_same_in_whatever_order_they_come(both):
    made, shuffled = both
    assert merged(made) == merged(shuffled)


@given(MADE)
def test_nothing_is_made_up_and_a_clash_is_a_true_one(made):
    holding, by_id = merged(made), {each.id: each for each in made}
    if made:
        assert holding.mark_id is not None
        assert by_id[holding.mark_id].said == holding.said
    if holding.clash_id is not None:
        assert by_id[holding.clash_id].said != holding.said
        assert holding.clash_id in holding.heads


@given(MADE, SAYS)
def test_whoever_sees_everything_has_the_last_word(made, said):
    heads = merged(made).heads
    last = mark(99, said, after=[each.int for each in heads], minute=-500)
    assert merged([*made, last]).said == said or any(last.id in each.after for each in made)
