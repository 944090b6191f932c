"""The figures that everybody may see: small groups withheld so that none can be worked out from what is shown. Pure.

Published are a fixed set of tables: numbers of people in the whole training, who took part by organisation type, position level
and sex (one side each, all of the same people), attendance by session in bands, and means of tests and surveys with five answers
or more. Tables of several stages or sides would let one be told from the other, so there are none.
"""

from __future__ import annotations

from typing import Any

from webapp.core.suppression import LEAST, hide_line, small
from webapp.reports.figures import DIMENSIONS, Figures, base_of

# With fewer people a band of attendance would hold one or two numbers only.
LEAST_FOR_BANDS = 20
BANDS = (90, 75, 50, 0)


def publish(figures: Figures) -> Figures:
    """What an edition shows: withheld numbers are None."""
    base = base_of(figures)
    total = figures["counts"][base]
    return {
        **{key: figures[key] for key in ("cut_off", "about", "agenda", "agenda_minutes", "photos")},
        "public": True, "base": base,
        "counts": {name: None if small(count) else count for name, count in figures["counts"].items()},
        "hours": figures["hours"] if total >= LEAST else {**figures["hours"], "attended_minutes": None},
        "people": {dimension: line(figures["people"][dimension], base) for dimension in DIMENSIONS},
        "sessions": [_session(each, total) for each in figures["sessions"]],
        "tests": _tests(figures["tests"]), "surveys": {kind: _survey(each) for kind, each in figures["surveys"].items()},
    }


def line(values: dict[str, dict[str, int]], base: str) -> dict[str, dict[str, int | None]]:
    """One side of those who took part; withheld as a whole where all are fewer than five."""
    names = [name for name, stages in values.items() if stages[base]]
    counts = [values[name][base] for name in names]
    hidden = hide_line(counts).cells
    return {name: {base: None if at in hidden else counts[at]} for at, name in enumerate(names)}


def band(present: int, total: int) -> int | None:
    """The lowest per cent of the band in which attendance lies; None where there are too few people to say."""
    if total < LEAST_FOR_BANDS or present > total:
        return None
    return next(each for each in BANDS if 100 * present >= each * total)


def _session(each: dict[str, Any], total: int) -> dict[str, Any]:
    kept = {key: each[key] for key in ("id", "day", "starts", "ends", "title", "planned")}
    return {**kept, "band": band(each["present"], total)}


def _tests(tests: dict[str, Any] | None) -> dict[str, Any] | None:
    if tests is None:
        return None
    enough = tests["both"] >= LEAST
    numbers = {name: None if small(tests[name]) else tests[name] for name in ("before", "after", "both")}
    topics = [each for each in tests["topics"] if each["n"] >= LEAST] if enough else []
    gain, weakest = (tests["gain"], tests["weakest"]) if enough else (None, [])
    return {**numbers, "course": tests["course"], "weakest": weakest, "gain": gain, "topics": topics}


def _survey(survey: dict[str, Any]) -> dict[str, Any]:
    """Means of what five or more answered; how many chose what stays inside."""
    return {
        "asked": None if small(survey["asked"]) else survey["asked"],
        "answered": None if survey["answered"] is None or small(survey["answered"]) else survey["answered"],
        "scales": [
            {key: value for key, value in each.items() if key != "counts"} for each in survey["scales"] if each["n"] >= LEAST
        ],
        "grids": [found for found in map(_grid, survey["grids"]) if found["rows"]], "choices": [],
    }


def _grid(grid: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"id": row["id"], "label": row["label"], "n": sum(row["counts"]), "mean": mean_step(row["counts"])}
        for row in grid["rows"] if sum(row["counts"]) >= LEAST
    ]
    return {"id": grid["id"], "label": grid["label"], "columns": grid["columns"], "rows": rows}


def mean_step(counts: list[int]) -> float:
    """Mean of the steps of a grid, the first as 1."""
    return round(sum(step * count for step, count in enumerate(counts, 1)) / sum(counts), 1)
