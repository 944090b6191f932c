"""What was learned between two tests: formulas, each with its source. Pure; scores are per cent of the maximum, 0 to 100.

Only people who took both tests are compared: otherwise who stays away would change the means. The two tests are parallel forms,
drawn at random for each person, so that a difference between the forms falls on both sides alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from webapp.core.frozen import dataclass
from webapp.trainings.student_t import quantile

FULL = 100.0
CONFIDENCE = 0.95
Pair = tuple[float, float]


@dataclass(frozen=True)
class Interval:
    """A confidence interval, in points of the scale."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Gain:
    """What came of n pairs of scores. None where it cannot be computed: spread needs two people, normalized gain room to gain.

    `mean_gain` is in percentage points, `interval` that of the mean difference, `normalized` the class-average normalized gain,
    `normalized_each` the average of single normalized gains over the `n_each` people for whom one is defined, `effect` Cohen's
    d_z, `corrected` the same with Hedges' correction.
    """

    n: int
    before: float
    after: float
    mean_gain: float
    interval: Interval | None
    normalized: float | None
    normalized_each: float | None
    n_each: int
    effect: float | None
    corrected: float | None


def gain(pairs: Sequence[Pair], confidence: float = CONFIDENCE) -> Gain | None:
    """All figures of paired scores, as (before, after) each; None without any."""
    if not pairs:
        return None
    before, after = fmean(each[0] for each in pairs), fmean(each[1] for each in pairs)
    differences = [late - early for early, late in pairs]
    each = [one for one in (single_normalized_gain(*pair) for pair in pairs) if one is not None]
    return Gain(
        len(pairs), before, after, fmean(differences), mean_interval(differences, confidence), class_normalized_gain(before, after),
        fmean(each) if each else None, len(each), cohen_d_z(differences), hedges_g_z(differences),
    )


def class_normalized_gain(before: float, after: float) -> float | None:
    """The class-average normalized gain <g> = (<after> - <before>) / (100 - <before>): what was gained of what could be gained.

    R. R. Hake, "Interactive-engagement versus traditional methods: A six-thousand-student survey of mechanics test data for
    introductory physics courses", American Journal of Physics 66, 64 (1998), equation 1. None if nothing could be gained.
    """
    return None if before >= FULL else (after - before) / (FULL - before)


def single_normalized_gain(before: float, after: float) -> float | None:
    """The normalized gain of one person, (after - before) / (100 - before); None for who had full marks before.

    The average of these is not <g>: whoever was near full marks weighs heavily, downwards without limit (one lost point after 99
    is -1), which is why <g> is the figure to report and this one only stands beside it. L. Bao, "Theoretical comparisons of
    average normalized gain calculations", American Journal of Physics 74, 917 (2006); J. D. Marx, K. Cummings, "Normalized
    change", American Journal of Physics 75, 87 (2007).
    """
    return class_normalized_gain(before, after)


def mean_interval(differences: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Confidence interval of the mean of paired differences: mean ± t(n - 1) · s / √n. None for fewer than two.

    "Student" (W. S. Gosset), "The probable error of a mean", Biometrika 6, 1 (1908).
    """
    if len(differences) < 2:
        return None
    mean = fmean(differences)
    half = quantile((1 + confidence) / 2, len(differences) - 1) * stdev(differences) / math.sqrt(len(differences))
    return Interval(mean - half, mean + half)


def cohen_d_z(differences: Sequence[float]) -> float | None:
    """Effect size of paired differences: their mean by their standard deviation. None for fewer than two, or if all are alike.

    J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 2nd edition, 1988, 2.3.5; as d_z in D. Lakens,
    "Calculating and reporting effect sizes to facilitate cumulative science", Frontiers in Psychology 4, 863 (2013), equation 6.
    """
    if len(differences) < 2:
        return None
    mean, spread = fmean(differences), stdev(differences)
    # Alike up to what adding floating numbers leaves.
    return None if spread <= 1e-12 * max(1.0, abs(mean)) else mean / spread


def hedges_g_z(differences: Sequence[float]) -> float | None:
    """d_z without its bias in small groups: times J = 1 - 3 / (4(n - 1) - 1).

    L. V. Hedges, "Distribution theory for Glass's estimator of effect size and related estimators", Journal of Educational
    Statistics 6, 107 (1981), with the degrees of freedom of paired differences. None as d_z, and for two people, where J is nought.
    """
    effect = cohen_d_z(differences)
    if effect is None or len(differences) < 3:
        return None
    return effect * (1 - 3 / (4 * (len(differences) - 1) - 1))


@dataclass(frozen=True)
class Forms:
    """How hard the two forms were before the training: scores of the two halves that chance made.

    `difference` is mean of form A minus mean of form B, in percentage points; `interval` None where a half has fewer than two.
    """

    n_a: int
    n_b: int
    mean_a: float | None
    mean_b: float | None
    difference: float | None
    interval: Interval | None

    @property
    def differ(self) -> bool | None:
        """Whether one was harder than the other, as far as so few people show; None where nothing can be said."""
        return None if self.interval is None else not self.interval.holds(0.0)


def compare_forms(form_a: Sequence[float], form_b: Sequence[float], confidence: float = CONFIDENCE) -> Forms:
    """Compare the forms by the scores before the training of those who took either: B. L. Welch's interval for two means.

    B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
    Biometrika 34, 28 (1947); degrees of freedom by F. E. Satterthwaite, Biometrics Bulletin 2, 110 (1946).
    """
    mean_a, mean_b = fmean(form_a) if form_a else None, fmean(form_b) if form_b else None
    difference = mean_a - mean_b if mean_a is not None and mean_b is not None else None
    return Forms(len(form_a), len(form_b), mean_a, mean_b, difference, welch_interval(form_a, form_b, confidence))


def welch_interval(first: Sequence[float], second: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Confidence interval of the difference of two means whose variances may differ; None if a group has fewer than two."""
    if len(first) < 2 or len(second) < 2:
        return None
    parts = [stdev(each) ** 2 / len(each) for each in (first, second)]
    difference = fmean(first) - fmean(second)
    variance = sum(parts)
    if not variance:
        return Interval(difference, difference)
    freedom = variance**2 / sum(part**2 / (len(each) - 1) for part, each in zip(parts, (first, second), strict=True))
    half = quantile((1 + confidence) / 2, freedom) * math.sqrt(variance)
    return Interval(difference - half, difference + half)
