"""Minutes as hours: quarters exactly, all else with one decimal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.hours import hours, hours_text, tenths


@pytest.mark.parametrize(("minutes", "text"), [
    (0, "0"), (360, "6"), (330, "5.5"), (435, "7.25"), (465, "7.75"), (362, "6"), (365, "6.1"), (33, "0.6"), (6000, "100"), (63.0, "1.1"),
])
def test_hours_are_said_without_superfluous_zeros(minutes, text):
    assert hours_text(minutes) == text


@given(st.integers(min_value=0, max_value=10_000_000))
def test_hours_are_never_more_than_three_minutes_off_and_quarters_not_at_all(minutes):
    assert abs(hours(minutes) * 60 - minutes) <= (3 if minutes % 15 else 0)
    assert abs(tenths(minutes) * 60 - minutes) <= 3
