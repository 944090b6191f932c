"""Figures that come from what stands beside the participation events: plans, tests, surveys, results. Defined as the others are."""

from __future__ import annotations

from datetime import date
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import lazy


@dataclass(frozen=True)
class Outcome:
    """What one of them counts, with the attributes by which figures are shown."""

    key: str
    label: Any
    definition: Any
    version: int = 1
    since: date = date(2026, 11, 21)


OUTCOMES = (
    Outcome(
        "training-states", lazy("trainings by state"),
        lazy("Trainings of the places, each in the state that it had at the cut-off. Where a period is chosen: those that have a day in "
             "it, and those that have no day yet."),
    ),
    Outcome(
        "cities-planned", lazy("cities in preparation or negotiation"),
        lazy("Cities for which a training is being negotiated or prepared today, whatever the period; in none of the other figures."),
    ),
    Outcome(
        "gain", lazy("learning gain"),
        lazy("Mean score in the test after minus mean score in the test before, in points of 100, of people who took both in a training "
             "that ended in the period. Trainings with fewer than five such people are left out."),
    ),
    Outcome(
        "normalized-gain", lazy("normalized gain"),
        lazy("The gain as a share of what could be gained: mean gain divided by 100 minus the mean score before (R. R. Hake, 1998), of "
             "the same people."),
    ),
    Outcome(
        "satisfaction", lazy("satisfaction"),
        lazy("Mean answer to “All in all, how satisfied are you?”, 0 to 10, in anonymous surveys that have closed, of trainings that "
             "ended in the period. Surveys with fewer than five answers are left out."),
    ),
    Outcome(
        "follow-ups", lazy("follow-ups"),
        lazy("Participants who were asked three or six months after a training, those who answered, and how many of these have used what "
             "they learned at work. Of surveys that have closed, of trainings that ended in the period. What was answered is counted "
             "from surveys with at least five answers."),
    ),
    Outcome(
        "reach", lazy("reach of trainers"),
        lazy("People who were present at a session in the period in the trainings that somebody leads, each counted once for each "
             "trainer. Trainers stand by name; this is no ranking."),
    ),
    Outcome(
        "results", lazy("right answers"),
        lazy("Share of questions answered fully right, by topic and by Goal of the question: in submitted final quizzes, and in tests "
             "before and after trainings. Shown from five people on."),
    ),
)
BY_OUTCOME = {each.key: each for each in OUTCOMES}
