"""What concerns a Goal or a target: lessons, questions (how many, on which topic, never their text) and worksheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from webapp.core.frozen import dataclass
from webapp.courses.citations import Place, lessons_of
from webapp.courses.content import Bank, Course, Lesson
from webapp.courses.questionnaire.content import Questionnaire
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
    """An exercise of a course, or a questionnaire of the library, which belongs to no course; `path` is below the mount point."""

    path: str
    title: Mapping[str, str]
    course: Course | None = None


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

    def __bool__(self) -> bool:
        """Whether anything concerns it."""
        return bool(self.lessons or self.topics or self.worksheets)


def by_goal(courses: Iterable[Course], shelf: Iterable[Questionnaire] = ()) -> dict[str, Concern]:
    """What concerns each Goal (`11`) and target (`11.7`); what nothing concerns is left out.

    A lesson belongs to the Goals and targets of its front matter, a question to those of its tags, a worksheet to those of its
    questionnaire; each also to the Goals of its targets. `shelf` are questionnaires of the library that the reader may open.
    """
    listed = tuple(courses)
    found: dict[str, Concern] = {}
    for place in lessons_of(listed):
        for key in keys_of_lesson(place.lesson):
            found.setdefault(key, Concern()).lessons.append(place)
    for course in listed:
        for bank in course.banks.values():
            counts: dict[str, int] = {}
            for question in bank.questions:
                for key in keys_of(question.tags):
                    counts[key] = counts.get(key, 0) + 1
            for key, count in counts.items():
                found.setdefault(key, Concern()).topics.append(Topic(course, bank, count))
    for sheet, keys in (*_exercises(listed), *_of_library(shelf)):
        for key in keys:
            found.setdefault(key, Concern()).worksheets.append(sheet)
    return found


def _exercises(courses: Iterable[Course]) -> Iterator[tuple[Worksheet, set[str]]]:
    for course in courses:
        for step in course.steps:
            exercise = course.exercises.get(step.id)
            if exercise is not None:
                asked = exercise.questionnaire
                yield Worksheet(f"/courses/{course.id}/{step.id}/", asked.title, course), _with_goals(asked.goals, asked.targets)


def _of_library(shelf: Iterable[Questionnaire]) -> Iterator[tuple[Worksheet, set[str]]]:
    for one in sorted(shelf, key=lambda one: one.id):
        yield Worksheet(f"/questionnaires/{one.id}/", one.title), _with_goals(one.goals, one.targets)


def keys_of_lesson(lesson: Lesson) -> set[str]:
    """Goals and targets of a lesson, the same in every language."""
    text = next(iter(lesson.texts.values()))
    return _with_goals(text.goals, text.targets)


def _with_goals(goals: Iterable[int], targets: Iterable[str]) -> set[str]:
    named = tuple(targets)
    return {*map(str, goals), *named, *(target.split(".")[0] for target in named)}


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
