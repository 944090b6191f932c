"""Minutes of trainings as hours, the same on pages, in reports, on certificates and in statistics."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from webapp.core.i18n import plain

QUARTER = 15
_TENTH = Decimal("0.1")


def tenths(minutes: float) -> Decimal:
    """Hours with one decimal, halves up: 435 minutes are 7.3."""
    return (Decimal(minutes) / 60).quantize(_TENTH, ROUND_HALF_UP)


def hours(minutes: float) -> Decimal:
    """Hours of some minutes: quarters of an hour exactly, 435 minutes are 7.25; anything else with one decimal, halves up."""
    return tenths(minutes) if minutes % QUARTER else Decimal(minutes) / 60


def hours_text(minutes: float) -> str:
    """Hours in digits without superfluous zeros: `6`, `11.5`, `7.25`."""
    return plain(hours(minutes))
