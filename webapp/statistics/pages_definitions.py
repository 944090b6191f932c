"""All figures with what they count: from the same data that the counting uses."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.core.i18n import lazy
from webapp.statistics.definitions import FIGURES, Family, Figure
from webapp.statistics.outcomes import OUTCOMES, Outcome

FAMILIES = {Family.ONLINE: lazy("Online courses"), Family.ONSITE: lazy("Trainings"), Family.COVERAGE: lazy("Places covered")}


def outcomes() -> Sequence[Outcome]:
    """What is counted from tests, surveys and trainings, not from events."""
    return OUTCOMES


def families() -> list[tuple[str, str, list[Figure]]]:
    """Figures by family, in the order in which they stand: the family's name for anchors, its words, its figures."""
    return [(family.value, str(words), [each for each in FIGURES if each.family is family]) for family, words in FAMILIES.items()]
