"""Student's t distribution: its distribution function and its quantiles, as a confidence interval of a mean needs them.

The distribution function is the regularised incomplete beta function (M. Abramowitz, I. A. Stegun, "Handbook of Mathematical
Functions", 1964, 26.7.1 and 26.5.27), computed by its continued fraction (the same, 26.5.8) with the algorithm of W. J. Lentz,
"Generating Bessel functions in Mie scattering calculations using continued fractions", Applied Optics 15, 1976.
"""

from __future__ import annotations

import math

_TINY = 1e-300
_CLOSE = 1e-15
# The fraction converges in some sqrt(max(a, b)) steps on the side on which it is used.
_STEPS = 10_000
_HALVINGS = 200


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a, b above 0 and x from 0 to 1."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    # The fraction converges quickly below the mean of the distribution; above it the other tail is taken (26.5.2).
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    upper, lower = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = lower
    for step in range(1, _STEPS):
        for part in (
            step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step)),
            -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1)),
        ):
            lower = 1 / _away(1 + part * lower)
            upper = _away(1 + part / upper)
            value *= lower * upper
        if abs(lower * upper - 1) < _CLOSE:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def below(t: float, freedom: float) -> float:
    """The probability of a value up to t, for so many degrees of freedom (above 0, not necessarily whole)."""
    tail = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
    return tail if t < 0 else 1 - tail


def quantile(probability: float, freedom: float) -> float:
    """The value below which a t distribution lies with this probability (between 0 and 1, both excluded). By halving."""
    if probability < 0.5:
        return -quantile(1 - probability, freedom)
    low, high = 0.0, 1.0
    while below(high, freedom) < probability:
        high *= 2
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if below(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
