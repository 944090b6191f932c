"""The pages of statistics by name. Each is made from a question and a source of figures, and is printed alike on screen and in files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from webapp.statistics import (
    pages_courses,
    pages_funnel,
    pages_gaps,
    pages_goals,
    pages_map,
    pages_outcomes,
    pages_overview,
    pages_past,
    pages_people,
    pages_pivot,
    pages_places,
    pages_time,
    pages_trainings,
)
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.tables import Shown

Page = Callable[[Asked, Source, datetime], Shown]
PAGES: Mapping[str, Page] = {
    "overview": pages_overview.shown, "funnel": pages_funnel.shown, "places": pages_places.shown, "map": pages_map.shown,
    "time": pages_time.shown, "people": pages_people.shown, "courses": pages_courses.shown, "trainings": pages_trainings.shown,
    "left-behind": pages_gaps.shown, "outcomes": pages_outcomes.shown, "goals": pages_goals.shown, "pivot": pages_pivot.shown,
}
# What a page reads beside the filters: `asking.read(..., also=ALSO[page])`.
ALSO: Mapping[str, frozenset[str]] = {
    page: {"map": frozenset({"figure"}), "time": frozenset({"figure", "by"}), "pivot": pages_pivot.OPTIONS}.get(page, frozenset())
    for page in PAGES
}


def shown_of(page: str, asked: Asked, found: Source, now: datetime) -> Shown:
    """The tables of a page. KeyError for a page that there is not."""
    shown = PAGES[page](asked, found, now)
    former = pages_past.beside(asked)
    return shown if former is None else replace(shown, tables=[*shown.tables, former])
