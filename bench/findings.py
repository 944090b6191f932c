"""What was measured against which budget, and the table that says so."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of the table; without a budget it only informs."""

    what: str
    measured: str
    budget: str = ""
    met: bool = True

    @property
    def verdict(self) -> str:
        """In a word."""
        if not self.budget:
            return ""
        return "met" if self.met else "MISSED"


def table(findings: Sequence[Finding]) -> str:
    """The lines under each other, as wide as they need."""
    rows = [("what", "measured", "budget", "verdict"), *((each.what, each.measured, each.budget, each.verdict) for each in findings)]
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many per cent of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]
