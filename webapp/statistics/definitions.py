"""What each figure counts, as data beside the code that computes it. A change of meaning is a new version with its date."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import lazy
from webapp.participation.models import EventKind


class Measure(StrEnum):
    """What is added up: events (a view count as its number), people once each, minutes, trainings once each, places once each."""

    EVENTS = "events"
    PERSONS = "persons"
    MINUTES = "minutes"
    TRAININGS = "trainings"
    PROVINCES = "provinces"
    CITIES = "cities"
    COUNTIES = "counties"


class Family(StrEnum):
    """Where a figure belongs on a page."""

    ONLINE = "online"
    ONSITE = "onsite"
    COVERAGE = "coverage"


# What the programme writes down when something happens to somebody.
KINDS = {
    EventKind.VIEWED: lazy("viewed"), EventKind.ENROLLED: lazy("enrolled"), EventKind.STARTED: lazy("started a test"),
    EventKind.SUBMITTED: lazy("submitted a test"), EventKind.PASSED: lazy("passed a test"), EventKind.CERTIFIED: lazy("certified"),
    EventKind.INVITED: lazy("invited to a training"), EventKind.REGISTERED: lazy("registered for a training"),
    EventKind.ATTENDED: lazy("attended a session"), EventKind.COMPLETED: lazy("completed a training"),
}
COUNTED = {
    Measure.EVENTS: lazy("every time"), Measure.PERSONS: lazy("each person once"), Measure.MINUTES: lazy("minutes added up"),
    Measure.TRAININGS: lazy("each training once"), Measure.PROVINCES: lazy("each province once"), Measure.CITIES: lazy("each city once"),
    Measure.COUNTIES: lazy("each county once"),
}
# Covered places are those of the trainings, not those of the people.
BY_TRAINING = frozenset({Measure.TRAININGS, Measure.PROVINCES, Measure.CITIES, Measure.COUNTIES})


@dataclass(frozen=True)
class Figure:
    """A figure counted from participation events of one kind.

    `of_training`: True for events of trainings, False for those of courses, None for both.
    """

    key: str
    family: Family
    kind: EventKind
    measure: Measure
    label: Any
    definition: Any
    of_training: bool | None = None
    version: int = 1
    since: date = date(2026, 11, 20)

    @property
    def persons(self) -> bool:
        """Whether it counts people, each once, so that parts need not add up to the whole."""
        return self.measure is Measure.PERSONS

    @property
    def events(self) -> str:
        """The events from which it is counted."""
        return str(KINDS[self.kind])

    @property
    def counted(self) -> str:
        """What counts once, or what is added up."""
        return str(COUNTED[self.measure])

    @property
    def adds_up(self) -> bool:
        """Whether parts always add up to the whole."""
        return self.measure in (Measure.EVENTS, Measure.MINUTES)


F, K, M = Family, EventKind, Measure
FIGURES = (
    Figure(
        "views", F.ONLINE, K.VIEWED, M.EVENTS, lazy("views"),
        lazy("Showings of a course step for at least three seconds, with or without an account; the same person may view many times."),
    ),
    Figure(
        "readers", F.ONLINE, K.VIEWED, M.PERSONS, lazy("readers"),
        lazy("Signed-in people with at least one view; each counted once. Visitors without an account are not people we can count."),
    ),
    Figure(
        "enrolled", F.ONLINE, K.ENROLLED, M.PERSONS, lazy("enrolled"),
        lazy("People who enrolled in at least one course in the period; each counted once."),
    ),
    Figure(
        "started", F.ONLINE, K.STARTED, M.PERSONS, lazy("started a test"),
        lazy("People who began at least one attempt at a final quiz; each counted once."),
    ),
    Figure(
        "submitted", F.ONLINE, K.SUBMITTED, M.PERSONS, lazy("submitted a test"),
        lazy("People who submitted at least one attempt at a final quiz, or whose time ran out; each counted once."),
    ),
    Figure(
        "passed", F.ONLINE, K.PASSED, M.PERSONS, lazy("passed a test"),
        lazy("People who reached the pass mark of at least one final quiz; each counted once."),
    ),
    Figure(
        "certified", F.ONLINE, K.CERTIFIED, M.PERSONS, lazy("certified"),
        lazy("People to whom at least one certificate of a course was issued, revoked ones included; each counted once."), False,
    ),
    Figure(
        "invited", F.ONSITE, K.INVITED, M.PERSONS, lazy("officials invited"),
        lazy("People to whom an invitation to at least one training was sent; each counted once."), True,
    ),
    Figure(
        "registered", F.ONSITE, K.REGISTERED, M.PERSONS, lazy("officials registered"),
        lazy("People who had a seat in at least one training and did not withdraw; each counted once."), True,
    ),
    Figure(
        "attended", F.ONSITE, K.ATTENDED, M.PERSONS, lazy("officials attended"),
        lazy("People who were present at least at one half-day session; each counted once."), True,
    ),
    Figure(
        "completed", F.ONSITE, K.COMPLETED, M.PERSONS, lazy("officials completed"),
        lazy("People who met the rule of at least one training, by hours of attendance and tests; each counted once."), True,
    ),
    Figure(
        "hours", F.ONSITE, K.ATTENDED, M.MINUTES, lazy("hours attended"),
        lazy("Hours of presence at sessions, of all people together, from minutes; late arrivals and early leaves are taken off."), True,
    ),
    Figure(
        "trainings", F.COVERAGE, K.ATTENDED, M.TRAININGS, lazy("trainings held"),
        lazy("Trainings with at least one person present at a session in the period; counted where the training belongs."), True,
    ),
    Figure(
        "provinces", F.COVERAGE, K.ATTENDED, M.PROVINCES, lazy("provinces covered"),
        lazy("Provinces with at least one training held in them, not merely planned; each counted once."), True,
    ),
    Figure(
        "cities", F.COVERAGE, K.ATTENDED, M.CITIES, lazy("cities covered"),
        lazy("Cities with at least one training held in them, not merely planned; each counted once."), True,
    ),
    Figure(
        "counties", F.COVERAGE, K.ATTENDED, M.COUNTIES, lazy("counties covered"),
        lazy("Counties for which at least one training was held, not merely planned; each counted once."), True,
    ),
)
BY_KEY = {figure.key: figure for figure in FIGURES}
