"""Periods: whole days of the programme's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.statistics.rules import BadPeriod, Period, read_period

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = st.sampled_from([SHANGHAI, ZoneInfo("UTC"), ZoneInfo("America/Santiago"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("Africa/Cairo")])
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_a_day_begins_and_ends_at_midnight_of_the_programme():
    begins, ends = Period(date(2026, 9, 14), date(2026, 9, 14)).bounds(SHANGHAI)
    assert begins == datetime(2026, 9, 13, 16, 0, tzinfo=UTC)
    assert ends == datetime(2026, 9, 14, 16, 0, tzinfo=UTC)


@given(days, st.integers(0, 400), ZONES, st.datetimes(datetime(2000, 1, 3), datetime(2101, 1, 1)))  # noqa: DTZ001
def test_a_moment_lies_in_a_period_exactly_if_its_day_does(first, length, zone, moment):
    last = min(first + timedelta(days=length), date(2100, 12, 31))
    at = moment.replace(tzinfo=UTC)
    begins, ends = Period(first, last).bounds(zone)
    assert (begins.astimezone(UTC) <= at < ends.astimezone(UTC)) == (first <= at.astimezone(zone).date() <= last)


def test_open_ends_stay_open():
    assert Period().bounds(SHANGHAI) == (None, None)
    assert read_period("", "  ") == Period()
    assert read_period("2026-09-14", "") == Period(date(2026, 9, 14), None)
    assert read_period("", " 2026-09-14 ") == Period(None, date(2026, 9, 14))


@given(days, days)
def test_two_days_in_order_are_a_period_and_else_the_sentence_names_both(app, first, last):
    if first <= last:
        assert read_period(first.isoformat(), last.isoformat()) == Period(first, last)
        return
    with pytest.raises(BadPeriod) as refused:
        read_period(first.isoformat(), last.isoformat())
    assert refused.value.field == "from"
    assert first.isoformat() in str(refused.value)
    assert last.isoformat() in str(refused.value)


@pytest.mark.parametrize("text", [
    "yesterday", "2026-02-29", "14.9.2026", "1999-12-31", "2101-01-01", "0000-00-00", "2026-9-1", "９月", "\x00",
])
def test_what_is_no_date_is_named_with_its_field(app, text):
    for field, given_as in (("from", (text, "")), ("to", ("", text))):
        with pytest.raises(BadPeriod) as refused:
            read_period(*given_as)
        assert (refused.value.field, refused.value.status) == (field, 400)
        assert {"from": "“From”", "to": "“To”"}[field] in str(refused.value)


@given(st.text(max_size=20), st.text(max_size=20))
@example("20260914", "2026-W38-1")
def test_any_text_is_a_period_or_a_sentence(app, first, last):
    try:
        period = read_period(first, last)
    except BadPeriod:
        return
    assert period.first is None or period.last is None or period.first <= period.last
