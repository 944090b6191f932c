"""Pure decisions: what is done, what comes next, when a course is complete."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from webapp.core.frozen import dataclass
from webapp.courses.content import Completion, Course, Step

# A page left open over lunch is not an hour of reading.
LONGEST_VIEW = timedelta(minutes=30)
# A page may stay open overnight; after that its time says nothing about reading.
TICKET_SECONDS = 24 * 3600
# Someone who leaves at once has not viewed the page; the browser measures, so its own rounding is kept.
SHORTEST_VIEW = timedelta(seconds=3)


@dataclass(frozen=True)
class Progress:
    """What a person has done of a course: step ids done, and the step they were at last."""

    done: frozenset[str] = frozenset()
    last_step_id: str | None = None
    seconds: Mapping[str, int] | None = None

    def count(self, course: Course) -> int:
        """How many of the course's present steps are done; steps that an edit removed do not count."""
        return sum(1 for step in course.steps if step.id in self.done)


def is_complete(completion: Completion, done: Collection[str]) -> bool:
    """Whether the course's rule is met: every named lesson, exercise and quiz is done."""
    return all(step_id in done for step_id in completion.steps)


def still_needed(course: Course, done: Collection[str]) -> list[Step]:
    """Steps that the rule asks for and that are not done, in the course's order."""
    needed = set(course.completion.steps) - set(done)
    return [step for step in course.steps if step.id in needed]


def next_step(course: Course, progress: Progress) -> Step:
    """Where to go on: the step left half-way, else the first one not done after it, else the first one not done, else the last."""
    last = course.step(progress.last_step_id) if progress.last_step_id else None
    if last is not None and last.id not in progress.done:
        return last
    order = course.steps if last is None else (*course.steps[last.number :], *course.steps[: last.number])
    return next((step for step in order if step.id not in progress.done), last or course.steps[-1])


def is_view(reported: float) -> bool:
    """Whether a page was in sight long enough to count as viewed."""
    return reported >= SHORTEST_VIEW.total_seconds()


def added_seconds(reported: float, known: int) -> int:
    """Seconds a beacon adds to those already counted for the same page: never negative, never beyond the longest view."""
    capped = min(max(0, int(reported)), int(LONGEST_VIEW.total_seconds()))
    return max(0, capped - known)
