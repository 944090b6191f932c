"""Intervals of shares: known values, and what must hold for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.statistics.wilson import wilson

shares = st.integers(0, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@pytest.mark.parametrize(("part", "whole", "low", "high"), [
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
])
def test_published_values_come_out(part, whole, low, high):
    found = wilson(part, whole)
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


@given(shares)
def test_the_share_lies_within_and_the_bounds_between_none_and_all(share):
    part, whole = share
    low, high = wilson(part, whole)
    assert 0 <= low <= high <= 1
    assert whole == 0 or low <= part / whole <= high


@given(shares)
def test_the_others_have_the_mirrored_interval(share):
    part, whole = share
    low, high = wilson(part, whole)
    if whole:
        other = wilson(whole - part, whole)
        assert other == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(shares, st.integers(2, 9))
def test_more_people_with_the_same_share_make_it_no_wider(share, times):
    part, whole = share
    few, many = wilson(part, whole), wilson(part * times, whole * times)
    assert many[1] - many[0] <= few[1] - few[0] + 1e-12


@given(shares)
def test_a_higher_confidence_is_a_wider_interval(share):
    part, whole = share
    low, high = wilson(part, whole, 0.95)
    wider = wilson(part, whole, 0.99)
    assert wider[0] <= low + 1e-12
    assert high <= wider[1] + 1e-12


def test_nobody_tells_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("given_as", [(-1, 4), (5, 4), (1, 2, 0.0), (1, 2, 1.0)])
def test_impossible_shares_are_refused(given_as):
    with pytest.raises(ValueError):  # noqa: PT011  the numbers are the message
        wilson(*given_as)
