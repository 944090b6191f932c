"""All figures with what they count: from the same data that the counting uses."""

from __future__ import annotations

from webapp.core.i18n import lazy
from webapp.statistics.definitions import FIGURES, Family, Figure

FAMILIES = {Family.ONLINE: lazy("Online courses"), Family.ONSITE: lazy("Trainings"), Family.COVERAGE: lazy("Places covered")}


def families() -> list[tuple[str, str, list[Figure]]]:
    """Figures by family, in the order in which they stand: the family's name for anchors, its words, its figures."""
    return [(family.value, str(words), [each for each in FIGURES if each.family is family]) for family, words in FAMILIES.items()]
