"""Topics of a test: the bank of the course to which the first tag of a question belongs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from fractions import Fraction

from webapp.core.frozen import dataclass
from webapp.courses.content import Course
from webapp.courses.questions import Question
from webapp.quizzes import grading
from webapp.quizzes.drawing import Asked


@dataclass(frozen=True)
class Points:
    """Points earned of those that were to be had."""

    earned: Fraction = Fraction(0)
    of: int = 0

    def __add__(self, other: Points) -> Points:
        return Points(self.earned + other.earned, self.of + other.of)

    @property
    def percent(self) -> float:
        """Per cent of the points; nought where there were none."""
        return float(self.earned * 100 / self.of) if self.of else 0.0


@dataclass(frozen=True)
class Topics:
    """The topics of a course, in the order of its banks: titles by language under the id of the bank, tags to those ids."""

    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    banks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, course: Course | None) -> Topics:
        """Those of a course; none for one that is no longer there."""
        if course is None:
            return cls()
        banks = {question.tags[0]: key for key, bank in course.banks.items() for question in bank.questions if question.tags}
        return cls({key: dict(bank.title) for key, bank in course.banks.items()}, {**banks, **{key: key for key in course.banks}})

    def key(self, question: Question) -> str:
        """The topic of a question; a tag that no bank knows is a topic of its own."""
        tag = question.tags[0] if question.tags else ""
        return self.banks.get(tag, tag)

    def names(self, key: str) -> Mapping[str, str]:
        """A topic's title by language; empty if it has none."""
        return self.titles.get(key, {})

    def earned(self, paper: Sequence[Asked], marks: Sequence[str]) -> dict[str, Points]:
        """What a paper earned by topic, in the order in which they are asked."""
        found: dict[str, Points] = {}
        for asked, mark in zip(paper, grading.marks_read(marks), strict=True):
            key = self.key(asked.question)
            found[key] = found.get(key, Points()) + Points(mark, asked.question.points)
        return found
