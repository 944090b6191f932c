"""What concerns a Goal or a target: lessons, questions (how many, on which topic, never their text) and worksheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from webapp.core.frozen import dataclass
from webapp.courses.citations import Place, lessons_of
from webapp.courses.content import Bank, Course
from webapp.courses.tags import GOAL_TAG, TARGET_TAG


@dataclass(frozen=True)
class Topic:
    """Questions of one bank."""

    course: Course
    bank: Bank
    count: int

    @property
    def title(self) -> Mapping[str, str]:
        """What the questions are about, by language: the bank's title, else the course's."""
        return self.bank.title or self.course.title


@dataclass(frozen=True)
class Worksheet:
    """An exercise of a course."""

    course: Course
    id: str
    title: Mapping[str, str]

    @property
    def path(self) -> str:
        """Address below the mount point."""
        return f"/courses/{self.course.id}/{self.id}/"


@dataclass
class Concern:
    """Everything about one Goal or target."""

    lessons: list[Place] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    worksheets: list[Worksheet] = field(default_factory=list)

    @property
    def questions(self) -> int:
        """How many questions there are in all."""
        return sum(topic.count for topic in self.topics)


def by_goal(courses: Iterable[Course]) -> dict[str, Concern]:
    """What concerns each Goal (`11`) and target (`11.7`); what nothing concerns is left out.

    A lesson belongs to the Goals of its front matter, a question to those of its tags and to the Goal of its target, a worksheet
    to those of its questionnaire.
    """
    listed = tuple(courses)
    found: dict[str, Concern] = {}
    for place in lessons_of(listed):
        for number in next(iter(place.lesson.texts.values())).goals:
            found.setdefault(str(number), Concern()).lessons.append(place)
    for course in listed:
        for bank in course.banks.values():
            counts: dict[str, int] = {}
            for question in bank.questions:
                for key in keys_of(question.tags):
                    counts[key] = counts.get(key, 0) + 1
            for key, count in counts.items():
                found.setdefault(key, Concern()).topics.append(Topic(course, bank, count))
        for sheet, keys in _worksheets(course):
            for key in keys:
                found.setdefault(key, Concern()).worksheets.append(sheet)
    return found


def _worksheets(course: Course) -> Iterator[tuple[Worksheet, set[str]]]:
    for step in course.steps:
        exercise = course.exercises.get(step.id)
        if exercise is not None:
            asked = exercise.questionnaire
            keys = {*map(str, asked.goals), *asked.targets, *(target.split(".")[0] for target in asked.targets)}
            yield Worksheet(course, step.id, asked.title), keys


def keys_of(tags: Iterable[str]) -> set[str]:
    """Goals and targets that tags name: `target-11.7` names the target and its Goal."""
    keys: set[str] = set()
    for tag in tags:
        goal, target = GOAL_TAG.fullmatch(tag), TARGET_TAG.fullmatch(tag)
        if goal:
            keys.add(goal[1])
        if target:
            keys |= {target[1], target[1].split(".")[0]}
    return keys
