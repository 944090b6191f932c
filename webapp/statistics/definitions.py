"""What each figure counts, as data beside the code that computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.core.i18n import lazy
from webapp.participation.models import EventKind


@dataclass(frozen=True)
class Figure:
    """A figure: counted from events of one kind, either every event or every person once."""

    key: str
    kind: EventKind
    persons: bool
    label: Any
    definition: Any


FIGURES = (
    Figure(
        "views", EventKind.VIEWED, False, lazy("views"),
        lazy("Showings of a course step for at least three seconds, with or without an account; the same person may view many times."),
    ),
    Figure(
        "readers", EventKind.VIEWED, True, lazy("readers"),
        lazy("Signed-in people with at least one view; each counted once. Visitors without an account are not people we can count."),
    ),
    Figure(
        "enrolled", EventKind.ENROLLED, True, lazy("enrolled"),
        lazy("People who enrolled in at least one course in the period; each counted once."),
    ),
    Figure(
        "started", EventKind.STARTED, True, lazy("started a test"),
        lazy("People who began at least one attempt at a final quiz; each counted once."),
    ),
    Figure(
        "submitted", EventKind.SUBMITTED, True, lazy("submitted a test"),
        lazy("People who submitted at least one attempt at a final quiz, or whose time ran out; each counted once."),
    ),
    Figure(
        "passed", EventKind.PASSED, True, lazy("passed a test"),
        lazy("People who reached the pass mark of at least one final quiz; each counted once."),
    ),
    Figure(
        "certified", EventKind.CERTIFIED, True, lazy("certified"),
        lazy("People to whom at least one certificate was issued, revoked ones included; each counted once."),
    ),
)
