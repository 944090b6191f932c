"""Rules of the plan: states, what collides, what is late, how things are typed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trainings.conftest import NOW
from webapp.trainings import calendar_shown, forms, lateness, rules
from webapp.trainings.calendar_shown import Month, month_of
from webapp.trainings.models import TestsNeeded, Training, TrainingState
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.queries import Asked, Figures
from webapp.trainings.rules_plan import Slot, room_key, shift, slot_of, whole_days

S = TrainingState
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001  Hypothesis asks for naive bounds


@pytest.fixture(autouse=True)
def _request(app):
    with app.test_request_context("/?lang=en"):
        yield


def training(**columns) -> Training:
    values = {
        "state": S.ANNOUNCED, "first_day": date(2026, 12, 14), "last_day": date(2026, 12, 15), "venue": "长安区委党校", "seats": None,
        "room_capacity": None, "test_course_id": None, "tests_needed": TestsNeeded.NONE,
    }
    return Training(**{"zone": "Asia/Shanghai", **values, **columns})


@given(st.lists(st.sampled_from(list(S)), max_size=12))
def test_whatever_is_asked_a_training_only_goes_along_the_ways_between_states(wanted):
    row = training(state=S.NEGOTIATION)
    for after in wanted:
        before = row.state
        try:
            rules.check_move(row, after, 2, "a reason", datetime(2026, 12, 20, tzinfo=UTC))
        except rules.MoveRefused:
            assert after not in rules.NEXT[before]
            continue
        assert after in rules.NEXT[before]
        row.state = after


@pytest.mark.parametrize(("columns", "after", "sessions", "note", "sentence"), [
    ({}, S.CANCELLED, 2, " ", "say why"),
    ({"state": S.PREPARATION, "first_day": None}, S.ANNOUNCED, 2, "", "set the days"),
    ({"state": S.PREPARATION}, S.ANNOUNCED, 0, "", "at least one session"),
    ({"state": S.PREPARATION, "venue": ""}, S.ANNOUNCED, 2, "", "enter the venue"),
    ({"state": S.RUNNING}, S.REPORTING, 2, "", "not begun yet"),
])
def test_what_is_missing_for_a_state_is_said(columns, after, sessions, note, sentence):
    with pytest.raises(rules.MoveRefused, match=sentence):
        rules.check_move(training(**columns), after, sessions, note, NOW)


@given(MOMENTS, st.integers(1, 500), MOMENTS, st.integers(1, 500))
def test_two_slots_meet_exactly_if_they_share_a_minute(one, long_one, other, long_other):
    first = Slot(one, one + timedelta(minutes=long_one))
    second = Slot(other, other + timedelta(minutes=long_other))
    shared = min(first.until, second.until) - max(first.start, second.start)
    assert first.meets(second) == second.meets(first) == (shared > timedelta())


def test_a_session_in_another_zone_meets_by_the_clock_of_the_world():
    day = date(2026, 12, 14)
    here = slot_of(day, time(9), time(12), ZoneInfo("Asia/Shanghai"))
    assert here.meets(slot_of(day, time(4), time(6), ZoneInfo("Africa/Nairobi")))
    assert not here.meets(slot_of(day, time(9), time(12), ZoneInfo("Africa/Nairobi")))
    assert whole_days(day, day, ZoneInfo("Asia/Shanghai")).meets(here)


def test_a_room_is_known_however_it_is_spaced():
    assert room_key("长安区 委党校", "三楼 会议室") == room_key("长安区委党校", "三楼会议室")
    assert room_key("Ｐarty School", "Room 2") == room_key("party school", "room-2")
    assert room_key("", "三楼") == ""


def test_sessions_move_by_as_much_as_the_first_day():
    assert shift(date(2026, 12, 14), date(2027, 1, 4)) == timedelta(days=21)
    assert shift(None, date(2027, 1, 4)) == shift(date(2026, 12, 14), None) == timedelta()


def late(row, today, now=NOW, **counted) -> dict[str, str]:
    return {each.label: each.sentence for each in lateness.late_things(row, Figures(**counted), None, today, now)}


def test_the_report_is_late_from_the_fifteenth_day_after_the_end():
    row = training(state=S.REPORTING)
    assert late(row, date(2026, 12, 29)) == {}
    assert late(row, date(2026, 12, 30)) == {"Post-training report": "Due 29 December 2026, 1 day late."}
    assert late(training(state=S.CLOSED), date(2027, 3, 1)) == {}
    assert late(training(state=S.CANCELLED, first_day=date(2026, 1, 5), last_day=date(2026, 1, 6)), date(2027, 3, 1), outside=3) == {}


def test_tests_are_missing_before_while_it_runs_and_after_when_it_is_over():
    row = training(state=S.RUNNING, test_course_id="tot-1-introduction", tests_needed=TestsNeeded.BOTH)
    counted = {"registered": 30, "before": 28, "attended": 27, "after": 20}
    assert late(row, date(2026, 12, 13), **counted) == {}
    assert late(row, date(2026, 12, 14), **counted) == {"Test before the training": "2 of 30 registered have not taken it."}
    row.state = S.REPORTING
    assert late(row, date(2026, 12, 16), **counted) == {"Test after the training": "7 of 27 who attended have not taken it."}


def test_a_follow_up_is_late_after_two_weeks_with_less_than_half():
    def asked(days, answered):
        return {"surveys": {SurveyKind.FOLLOW_UP_3: Asked(NOW - timedelta(days=days), NOW, 20, answered)}}

    row = training(state=S.CLOSED)
    assert late(row, date(2027, 4, 1), **asked(13, 2)) == {}
    assert late(row, date(2027, 4, 1), **asked(14, 10)) == {}
    assert late(row, date(2027, 4, 1), **asked(14, 9)) == {"Follow-up after three months": "9 of 20 have answered: less than half."}


def test_seats_chairs_and_sessions_outside_the_days_are_named():
    found = late(training(seats=30, room_capacity=28), date(2026, 11, 20), registered=31, outside=1)
    assert found == {
        "Agenda": "1 session lies outside the days of the training.", "Participants": "31 are registered for 30 seats.",
        "Venue": "The room holds 28 people, 31 are planned.",
    }


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.integers(-30, 30))
def test_a_month_is_found_again_and_its_weeks_hold_it(day, by):
    month = Month(day.year, day.month)
    assert month_of(str(month), day) == month_of("", day) == month
    days = [each for week in month.weeks() for each in week]
    assert days == sorted(set(days))
    assert days[0].weekday() == 0
    assert {each for each in days if each.month == month.number} == {
        month.first + timedelta(days=number) for number in range((month.last - month.first).days + 1)
    }
    there = month.moved(by)
    assert there is not None
    assert there.moved(-by) == month


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-1", "26-01", "1999-01", "२०२६-०१", "2026-01-01"])
def test_what_is_no_month_has_no_calendar(text):
    assert month_of(text, date(2026, 1, 1)) is None
    assert calendar_shown.Month(2099, 12).moved(1) is None


@pytest.mark.parametrize(("text", "minutes"), [
    ("", 0), ("6", 360), ("7.5", 450), ("7,5", 450), ("７", None), ("-1", None), ("401", None), ("ab", None), ("1.234", None),
])
def test_hours_are_read_as_they_are_typed(text, minutes):
    assert forms.minutes_of(text) == minutes


@given(st.integers(0, 2400).map(lambda quarters: quarters * 15))
def test_hours_that_are_shown_are_read_again(minutes):
    assert forms.minutes_of(forms.hours_text(minutes)) == (minutes if minutes <= 400 * 60 else None)
