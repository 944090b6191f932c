"""Intervals of shares. Pure."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


def wilson(part: int, whole: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Lower and upper bound of a share `part` of `whole`, each between 0 and 1; 0 and 1 where there is nothing.

    The score interval of E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22 (1927), pages 209-212, without correction for continuity:
    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Unlike p ± z √(p(1 − p)/n) it stays between 0 and 1 and holds for small n.
    ValueError unless 0 <= part <= whole and 0 < confidence < 1.
    """
    if not 0 <= part <= whole or not 0 < confidence < 1:
        raise ValueError(part, whole, confidence)
    if whole == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = part / whole, z * z / whole
    middle = share + spread / 2
    half = z * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    # At the ends the bound is the end itself; rounding must not move it past.
    low = 0.0 if part == 0 else max(0.0, (middle - half) / (1 + spread))
    high = 1.0 if part == whole else min(1.0, (middle + half) / (1 + spread))
    return low, high
