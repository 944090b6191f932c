"""A course as its reader sees it: each step with its state, and the sentence of progress."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, current_language
from webapp.courses.content import Course, Step, StepKind
from webapp.learning.addresses import course_url, step_url
from webapp.learning.queries import Learner
from webapp.learning.rules import next_step, still_needed

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
    current: Step | None
    language: str
    done: int
    following: Step

    @cached_property
    def items(self) -> tuple[OutlineItem, ...]:
        """The contents list."""
        return tuple(self._item(step, state) for step, state in zip(self.course.steps, self.states, strict=True))

    def _item(self, step: Step, state: str) -> OutlineItem:
        return OutlineItem(step, _title(self.course, step, self.language), step_url(self.course.id, step.id), state, self._is_here(step))

    @cached_property
    def states(self) -> tuple[str, ...]:
        """State of each step."""
        following = self.following.id if self.enrolled else None
        finished = self.learner.progress.done
        return tuple(
            DONE if step.id in finished else NOW if step.id == following or self._is_here(step) else TODO for step in self.course.steps
        )

    def _is_here(self, step: Step) -> bool:
        return self.current is not None and step.id == self.current.id

    @property
    def shape(self) -> str:
        """Everything by which the contents list of two readers of one revision differs: names a part that is kept for both."""
        here = self.current.number if self.current else 0
        return f"{self.course.revision}/{here}/{self.state}/{self.enrolled}/{self.following.number}/{','.join(self.states)}"

    @property
    def progress_shape(self) -> str:
        """The same for an entry of the catalogue, which shows how far one is, not where."""
        return f"{self.course.revision}/{self.done}/{self.state}/{self.following.number}"

    @property
    def total(self) -> int:
        """Number of steps."""
        return len(self.course.steps)

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

    @cached_property
    def following_item(self) -> OutlineItem:
        """Where to go on."""
        return self._item(self.following, self.states[self.following.number - 1])

    @property
    def missing(self) -> list[OutlineItem]:
        """What the rule of completion still asks for, in the course's order."""
        return [self._item(step, self.states[step.number - 1]) for step in still_needed(self.course, self.learner.progress.done)]

    @property
    def sentence(self) -> str:
        """Progress in words."""
        if self.completed:
            return _("Course completed.")
        return _("%(done)d of %(total)d steps done.", done=self.done, total=self.total)


def outline(course: Course, learner: Learner, current: Step | None = None) -> Outline:
    """The outline of a course for a reader; no query."""
    return Outline(course, learner, current, current_language(), learner.progress.count(course), next_step(course, learner.progress))


def _title(course: Course, step: Step, language: str) -> str:
    title = course.step_title(step)
    return title.get(language) or next(iter(title.values()))


def count_of(course: Course, kind: StepKind) -> int:
    """How many steps of a kind a course has."""
    return sum(1 for step in course.steps if step.kind is kind)
