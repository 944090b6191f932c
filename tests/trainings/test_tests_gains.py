from __future__ import annotations

import math
from statistics import fmean

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import special, stats

from webapp.trainings import gains
from webapp.trainings.student_t import below, incomplete_beta, quantile

# Scores as tests give them: thousandths of a point, in per cent.
score = st.integers(0, 1000).map(lambda tenths: tenths / 10)
pairs = st.lists(st.tuples(score, score), min_size=2, max_size=40)
groups = st.lists(score, min_size=2, max_size=30)


def spread(values: list[float]) -> float:
    return float(np.std(values, ddof=1))


@given(a=st.floats(0.05, 500), b=st.floats(0.05, 500), x=st.floats(0, 1))
def test_the_incomplete_beta_function_is_that_of_scipy(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(float(special.betainc(a, b, x)), abs=1e-11)


@given(probability=st.floats(0.001, 0.999), freedom=st.floats(1, 2000))
def test_quantiles_are_those_of_scipy(probability, freedom):
    assert quantile(probability, freedom) == pytest.approx(float(stats.t.ppf(probability, freedom)), rel=1e-8, abs=1e-8)


@given(t=st.floats(-50, 50), freedom=st.floats(1, 2000))
def test_the_distribution_is_that_of_scipy(t, freedom):
    assert below(t, freedom) == pytest.approx(float(stats.t.cdf(t, freedom)), abs=1e-10)


@pytest.mark.parametrize(("freedom", "value"), [(1, 12.706), (4, 2.776), (20, 2.086), (120, 1.980)])
def test_quantiles_are_those_of_the_printed_tables(freedom, value):
    assert quantile(0.975, freedom) == pytest.approx(value, abs=0.0006)


@given(found=pairs)
def test_interval_of_the_mean_difference_is_that_of_scipys_paired_test(found):
    differences = [after - before for before, after in found]
    assume(spread(differences) > 1e-6)
    ours = gains.mean_interval(differences)
    theirs = stats.ttest_rel([each[1] for each in found], [each[0] for each in found]).confidence_interval(0.95)
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-8, abs=1e-8)


# Scipy doubts its own spread of a group whose scores are all alike; which such groups come up depends on what else was imported.
@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")
@given(first=groups, second=groups)
def test_difference_of_the_forms_is_that_of_scipys_welch_test(first, second):
    assume(spread(first) > 1e-6 or spread(second) > 1e-6)
    ours = gains.compare_forms(first, second)
    theirs = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert ours.interval is not None
    assert (ours.interval.low, ours.interval.high) == pytest.approx((theirs.low, theirs.high), rel=1e-7, abs=1e-7)
    assert ours.difference == pytest.approx(fmean(first) - fmean(second))


@given(found=pairs)
def test_effect_size_is_mean_by_spread_and_the_correction_makes_it_smaller(found):
    differences = [after - before for before, after in found]
    assume(spread(differences) > 1e-6)
    result = gains.gain(found)
    assert result is not None
    assert result.effect == pytest.approx(float(np.mean(differences)) / spread(differences))
    # The paired t is d_z times the root of n: an independent way to the same number.
    assert result.effect * math.sqrt(len(found)) == pytest.approx(float(stats.ttest_1samp(differences, 0).statistic), rel=1e-8, abs=1e-8)
    if len(found) >= 3:
        assert result.corrected is not None
        assert abs(result.corrected) <= abs(result.effect)


@pytest.mark.parametrize("freedom", [4, 20, 100])
def test_hedges_correction_is_close_to_the_exact_one_by_gamma_functions(freedom):
    exact = math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) * math.sqrt(2 / freedom)
    differences = [float(number) for number in range(freedom + 1)]
    ratio = (gains.hedges_g_z(differences) or 0) / (gains.cohen_d_z(differences) or 1)
    assert ratio == pytest.approx(exact, abs=0.003)


@given(found=pairs)
def test_means_lie_on_the_scale_and_their_difference_is_the_mean_gain(found):
    result = gains.gain(found)
    assert result is not None
    assert 0 <= result.before <= 100
    assert result.mean_gain == pytest.approx(result.after - result.before)
    assert result.normalized is None or result.normalized <= 1 + 1e-9


@given(found=pairs, shift=st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(found, shift):
    mixed = list(found)
    shift.shuffle(mixed)
    one, other = gains.gain(found), gains.gain(mixed)
    assert one is not None
    assert other is not None
    assert (one.n, one.n_each) == (other.n, other.n_each)
    assert one.mean_gain == pytest.approx(other.mean_gain)


def test_normalized_gain_of_the_class_is_hakes():
    # From 40 to 64 per cent: of 60 points that could be gained 24 were.
    result = gains.gain([(30.0, 58.0), (50.0, 70.0)])
    assert result is not None
    assert result.normalized == pytest.approx(0.4)
    assert result.normalized_each == pytest.approx((28 / 70 + 20 / 50) / 2)


def test_who_had_full_marks_before_has_no_normalized_gain_but_counts_in_the_class():
    result = gains.gain([(100.0, 90.0), (50.0, 100.0)])
    assert result is not None
    assert (result.n, result.n_each) == (2, 1)
    assert result.normalized == pytest.approx((95 - 75) / 25)
    assert gains.gain([(100.0, 100.0)]) == gains.Gain(1, 100, 100, 0, None, None, None, 0, None, None)


def test_one_person_has_no_interval_and_nobody_no_gain():
    assert gains.gain([]) is None
    only = gains.gain([(40.0, 60.0)])
    assert only is not None
    assert (only.interval, only.effect, only.corrected) == (None, None, None)


def test_when_all_gain_alike_there_is_no_effect_size_and_the_interval_is_a_point():
    result = gains.gain([(40.0, 60.0), (30.0, 50.0), (10.0, 30.0)])
    assert result is not None
    assert result.effect is None
    assert result.interval == gains.Interval(20.0, 20.0)


def test_forms_are_told_apart_only_when_the_interval_leaves_nought_out():
    alike = gains.compare_forms([50.0, 60.0, 70.0], [52.0, 58.0, 72.0])
    harder = gains.compare_forms([20.0, 22.0, 21.0, 19.0], [70.0, 72.0, 69.0, 71.0])
    assert (alike.differ, harder.differ) == (False, True)
    assert gains.compare_forms([50.0], []).differ is None
    assert gains.compare_forms([50.0, 50.0], [50.0, 50.0]).differ is False
