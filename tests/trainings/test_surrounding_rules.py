"""When surveys around a training are open and whom they ask; and the rule by which a training is completed. No database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.questionnaires.models_surveys import SurveyMode
from webapp.trainings import completion, rules_surrounding
from webapp.trainings.completion import Done, Rule, met
from webapp.trainings.models import TestsNeeded
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.rules_surrounding import Asked, Period, months_after, period, redated, who_comes_and_goes

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINS, ENDS = datetime(2026, 12, 14, 9, tzinfo=SHANGHAI), datetime(2026, 12, 15, 17, tzinfo=SHANGHAI)
ANNOUNCED = datetime(2026, 11, 20, 6, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  the strategy adds the zone
people = st.integers(1, 9).map(lambda number: UUID(int=number))


@pytest.mark.parametrize(("day", "months", "after"), [
    (date(2026, 12, 15), 3, date(2027, 3, 15)), (date(2026, 11, 30), 3, date(2027, 2, 28)), (date(2027, 8, 31), 6, date(2028, 2, 29)),
    (date(2026, 6, 30), 6, date(2026, 12, 30)),
])
def test_months_later_is_the_same_day_or_the_last_of_the_month(day, months, after):
    assert months_after(day, months) == after


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.sampled_from([3, 6]))
def test_months_later_never_skips_a_month(day, months):
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


def test_the_needs_survey_is_open_from_the_announcement_to_the_first_session():
    assert period(SurveyKind.NEEDS, BEGINS, ENDS, ANNOUNCED) == Period(ANNOUNCED, BEGINS)
    assert period(SurveyKind.NEEDS, BEGINS, ENDS, BEGINS) is None


def test_satisfaction_is_asked_for_a_fortnight_from_the_end_and_what_came_of_it_after_three_and_six_months():
    assert period(SurveyKind.SATISFACTION, BEGINS, ENDS, ANNOUNCED) == Period(ENDS, ENDS + timedelta(days=14))
    first = datetime(2027, 3, 15, 9, tzinfo=SHANGHAI)
    assert period(SurveyKind.FOLLOW_UP_3, BEGINS, ENDS, ANNOUNCED) == Period(first, first + timedelta(days=21))
    second = datetime(2027, 6, 15, 9, tzinfo=SHANGHAI)
    assert period(SurveyKind.FOLLOW_UP_6, BEGINS, ENDS, ANNOUNCED) == Period(second, second + timedelta(days=21))


def test_the_first_and_last_moments_are_those_of_sessions_that_are_held():
    training = SimpleNamespace(zone="Asia/Shanghai", first_day=date(2026, 12, 14), last_day=date(2026, 12, 15))
    session = lambda day, starts, ends, cancelled=False: SimpleNamespace(day=day, starts=starts, ends=ends, cancelled=cancelled)  # noqa: E731
    held = [
        session(date(2026, 12, 14), time(14), time(17)), session(date(2026, 12, 15), time(9), time(12)),
        session(date(2026, 12, 15), time(14), time(18), cancelled=True),
    ]
    assert rules_surrounding.bounds(training, held) == (
        datetime(2026, 12, 14, 14, tzinfo=SHANGHAI), datetime(2026, 12, 15, 12, tzinfo=SHANGHAI),
    )
    assert rules_surrounding.bounds(training, []) == (BEGINS, ENDS)
    assert rules_surrounding.bounds(SimpleNamespace(zone="Asia/Shanghai", first_day=None, last_day=None), []) is None


@given(moments, st.timedeltas(timedelta(0), timedelta(days=60)), moments, st.timedeltas(timedelta(0), timedelta(days=60)), moments)
def test_moved_days_change_nothing_that_has_happened(opens, long, new_opens, new_long, now):
    now_is, planned = Period(opens, opens + long), Period(new_opens, new_opens + new_long)
    found = redated(now_is, planned, now)
    assert found.opens_at <= found.closes_at
    if now >= now_is.closes_at:
        assert found == now_is
    elif now >= now_is.opens_at:
        assert found.opens_at == now_is.opens_at
        assert found.closes_at >= now
    else:
        assert found == planned


@given(
    st.dictionaries(people, st.just("")), st.dictionaries(people, st.builds(Asked, st.booleans())), st.sets(people),
    st.sampled_from(SurveyMode), st.booleans(), st.booleans(),
)
def test_nobody_is_asked_twice_and_nobody_who_answers_or_was_asked_by_hand_is_taken_off(wanted, asked, others, mode, planned, over):
    taking_part = sorted(set(wanted) | others)
    come, gone = who_comes_and_goes(wanted, asked, taking_part, mode, planned=planned, over=over)
    assert not set(come) & set(asked)
    assert set(gone) <= set(asked) - set(wanted)
    assert set(gone) <= set(taking_part)
    if over:
        assert (come, gone) == ({}, [])
    elif mode is SurveyMode.NAMED:
        assert not any(asked[each].begun for each in gone)
        assert set(come) == set(wanted) - set(asked)
    elif not planned:
        assert not gone


rules = st.builds(Rule, st.integers(0, 900), st.sampled_from(TestsNeeded), st.none() | st.integers(0, 100))
deeds = st.builds(
    Done, st.integers(0, 1200), st.booleans(), st.none() | st.integers(0, 20_000), st.just(20),
)


@given(rules, deeds)
def test_a_rule_is_met_when_nothing_is_missing_and_says_what_is(app, rule, done):
    lacks = completion.missing(rule, done)
    assert met(rule, done) == (not lacks)
    percent = None if done.score is None else done.score / 200
    enough = percent is not None and (rule.least_score is None or percent >= rule.least_score)
    by_hand = done.minutes > 0 and done.minutes >= rule.least_minutes and (not rule.needs_before or done.before) and (
        not rule.needs_after or enough
    )
    assert met(rule, done) == by_hand


@given(rules, deeds, st.integers(0, 300))
def test_more_attendance_never_makes_less_of_it(app, rule, done, more):
    if met(rule, done):
        assert met(rule, Done(done.minutes + more, done.before, done.score, done.maximum))


def test_sentences_name_the_figures(app):
    rule = Rule(390, TestsNeeded.BOTH, 60)
    assert completion.missing(rule, Done(360, before=False, score=11_990, maximum=20)) == [
        "6 hours of attendance are recorded, 6 h 30 min are needed.", "The test before the training is missing.",
        "59.9% of the points in the test after the training, 60% are needed.",
    ]
    assert completion.missing(rule, Done(390, before=True, score=12_000, maximum=20)) == []
    assert completion.missing(Rule(0, TestsNeeded.NONE, None), Done(0)) == ["No attendance is recorded."]
