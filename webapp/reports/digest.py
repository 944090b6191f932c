"""What the county profile of a training says in short, for the first draft of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.core.charts.shapes import figures
from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.paths import cell_path, rows_in
from webapp.courses.questionnaire.values import is_other, other_text


@dataclass(frozen=True)
class Digest:
    """Words and numbers of a profile; empty where nothing was filled in."""

    portrait: str = ""
    population: str = ""
    plan: str = ""
    years: str = ""
    objectives: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    purpose: str = ""


MOST = 3


def digest(values: Mapping[str, Any]) -> Digest:
    """The digest of a profile's values by path."""
    first, last = values.get("first-year"), values.get("last-year")
    goals = {goal for row in rows_in(values, "objectives") for goal in values.get(cell_path("objectives", row, "goals")) or ()}
    return Digest(
        portrait=_words(values.get("portrait")), population=figures(float(values["population"])) if values.get("population") else "",
        plan=_words(values.get("plan-name")), years=f"{first}–{last}" if first and last else "",
        objectives=_column(values, "objectives", "objective"), goals=tuple(str(each) for each in sorted(goals, key=_number)),
        priorities=_column(values, "priorities", "priority"), purpose=_words(values.get("purpose")),
    )


def _words(value: object) -> str:
    if isinstance(value, str):
        return other_text(value) if is_other(value) else value.strip()
    return ""


def _number(goal: object) -> int:
    text = str(goal)
    return int(text) if text.isdigit() else 0


def _column(values: Mapping[str, Any], table: str, column: str) -> tuple[str, ...]:
    cells = (_words(values.get(cell_path(table, row, column))) for row in rows_in(values, table))
    return tuple(each for each in cells if each)
