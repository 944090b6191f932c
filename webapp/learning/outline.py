"""A course as its reader sees it: each step with its state, and the sentence of progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.core.i18n import _, current_language
from webapp.courses.content import Course, Step, StepKind
from webapp.learning.addresses import course_url, step_url
from webapp.learning.queries import Learner
from webapp.learning.rules import next_step

DONE, NOW, TODO = "done", "now", "todo"


@dataclass(frozen=True)
class OutlineItem:
    """One line of the contents list."""

    step: Step
    title: str
    url: str
    state: str
    current: bool

    @property
    def label(self) -> str:
        """Number and title."""
        return f"{self.step.number} {self.title}"


@dataclass(frozen=True)
class Outline:
    """Contents list and progress of one reader in one course."""

    course: Course
    learner: Learner
    items: tuple[OutlineItem, ...]
    done: int
    following: Step

    @property
    def total(self) -> int:
        """Number of steps."""
        return len(self.items)

    @property
    def enrolled(self) -> bool:
        """Whether the reader takes the course."""
        return self.learner.enrolment is not None

    @property
    def completed(self) -> bool:
        """Whether the reader has met the completion rule at some time."""
        return self.learner.completed

    @property
    def state(self) -> str:
        """State of the whole course for this reader."""
        if self.completed:
            return DONE
        return NOW if self.enrolled else TODO

    def last_active(self) -> datetime:
        """When the reader was here last; the beginning of time for who never was."""
        return self.learner.enrolment.last_active_at if self.learner.enrolment else datetime.min.replace(tzinfo=UTC)

    @property
    def url(self) -> str:
        """Address of the course."""
        return course_url(self.course.id)

    @property
    def following_item(self) -> OutlineItem:
        """Where to go on."""
        return self.items[self.following.number - 1]

    @property
    def sentence(self) -> str:
        """Progress in words."""
        if self.completed:
            return _("Course completed.")
        return _("%(done)d of %(total)d steps done.", done=self.done, total=self.total)


def outline(course: Course, learner: Learner, current: Step | None = None) -> Outline:
    """The outline of a course for a reader; no query."""
    language = current_language()
    following = next_step(course, learner.progress)
    items = []
    for step in course.steps:
        title = course.step_title(step)
        here = current is not None and step.id == current.id
        if step.id in learner.progress.done:
            state = DONE
        elif here or (learner.enrolment is not None and step.id == following.id):
            state = NOW
        else:
            state = TODO
        items.append(OutlineItem(step, title.get(language) or next(iter(title.values())), step_url(course.id, step.id), state, here))
    return Outline(course, learner, tuple(items), learner.progress.count(course), following)


def count_of(course: Course, kind: StepKind) -> int:
    """How many steps of a kind a course has."""
    return sum(1 for step in course.steps if step.kind is kind)
