"""A course as immutable objects. Everything a page needs is here; reading it costs no query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import localised
from webapp.courses.papers import Facilitation
from webapp.courses.questionnaire.content import Exercise
from webapp.courses.questions import Question
from webapp.courses.revisions import Text, content_of, revision_of


class StepKind(StrEnum):
    """What a step asks of the learner."""

    LESSON = "lesson"
    EXERCISE = "exercise"
    QUIZ = "quiz"


class QuizKind(StrEnum):
    """A final quiz is graded; a check is for practice."""

    FINAL = "final"
    CHECK = "check"


class Review(StrEnum):
    """From when on right answers and feedback are shown."""

    AFTER_SUBMIT = "after_submit"
    AFTER_PASS = "after_pass"  # noqa: S105  no password
    AFTER_LAST = "after_last"


@dataclass(frozen=True)
class Step:
    """A step of the course; `number` counts from 1."""

    kind: StepKind
    id: str
    number: int


@dataclass(frozen=True)
class Heading:
    """A heading of a lesson; the id is the same in every language."""

    id: str
    text: str
    level: int


@dataclass(frozen=True)
class LessonSource:
    """A source of a lesson; `number` is the one its citations show, 1 for the first cited."""

    number: int
    id: str
    title: str
    publisher: str
    year: int | None
    symbol: str
    address: str


@dataclass(frozen=True)
class LessonText:
    """A lesson in one language. `html` is sanitised and ready; `contents` are its second-level headings."""

    language: str
    title: str
    minutes: int
    html: str
    contents: tuple[Heading, ...]
    objectives: tuple[str, ...]
    points: tuple[str, ...]
    goals: tuple[int, ...]
    targets: tuple[str, ...]
    sources: tuple[LessonSource, ...]
    revision: str


@dataclass(frozen=True)
class Lesson:
    """A lesson in all languages of its course; the revision covers all of them."""

    id: str
    texts: Mapping[str, LessonText]
    revision: str

    @property
    def title(self) -> Text:
        """Title by language."""
        return Text({tag: text.title for tag, text in self.texts.items()})

    def in_language(self, tag: str) -> LessonText:
        """The lesson in this language, else in the course's first one."""
        return self.texts.get(tag) or next(iter(self.texts.values()))


@dataclass(frozen=True)
class Bank:
    """Questions on one topic; the title says which, and may be missing."""

    id: str
    questions: tuple[Question, ...]
    title: Text = field(default_factory=Text)


@dataclass(frozen=True)
class Draw:
    """Take `count` questions from a bank; an empty filter takes all, tags match if any does."""

    bank: str
    count: int
    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    difficulty: tuple[int, ...] = ()

    def takes(self, question: Question) -> bool:
        """Whether a question of the bank passes the filters."""
        return (
            (not self.tags or bool(set(self.tags) & set(question.tags)))
            and (not self.types or question.type.value in self.types)
            and (not self.difficulty or question.difficulty in self.difficulty)
        )


@dataclass(frozen=True)
class Quiz:
    """Settings of a quiz. `pass_mark` in per cent of the maximum; 0 attempts, minutes: without limit."""

    id: str
    title: Text
    intro: Text
    kind: QuizKind
    draws: tuple[Draw, ...]
    shuffle_questions: bool
    pass_mark: int
    attempts: int
    wait_minutes: int
    time_limit_minutes: int
    review: Review
    per_page: int
    revision: str = field(default="", compare=False)

    @property
    def length(self) -> int:
        """How many questions an attempt asks."""
        return sum(draw.count for draw in self.draws)

    def to_content(self) -> dict[str, Any]:
        """Plain JSON content; its hash is the revision."""
        return {key: value for key, value in dict(content_of(self)).items() if key != "revision"}

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Quiz:
        """The quiz of a stored content."""
        draws = tuple(
            Draw(d["bank"], d["count"], tuple(d.get("tags", ())), tuple(d.get("types", ())), tuple(d.get("difficulty", ())))
            for d in content["draws"]
        )
        quiz = cls(**{
            **content, "title": Text(content["title"]), "intro": Text(content["intro"]), "kind": QuizKind(content["kind"]),
            "draws": draws, "review": Review(content["review"]),
        })
        return replace(quiz, revision=revision_of("quiz", quiz.to_content()))


@dataclass(frozen=True)
class Form:
    """One of two parallel tests, before (`a`) and after (`b`) a training: as many questions, as hard, on the same topics."""

    id: str
    title: Text
    intro: Text
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question | None:
        """The question with this id."""
        return next((each for each in self.questions if each.id == question_id), None)

    def to_content(self) -> dict[str, Any]:
        """Plain JSON content; the questions by their revisions."""
        return {
            "title": content_of(self.title), "intro": content_of(self.intro), "questions": [each.revision for each in self.questions],
        }


@dataclass(frozen=True)
class Completion:
    """What must be done: lessons read, quizzes passed and exercises handed in, by step id."""

    lessons: tuple[str, ...]
    quizzes: tuple[str, ...]
    exercises: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """Ids of every step that must be done."""
        return (*self.lessons, *self.exercises, *self.quizzes)


@dataclass(frozen=True)
class MediaFile:
    """An image that is served by itself; `digest` is the SHA-256 of its bytes in hex."""

    name: str
    type: str
    data: bytes = field(repr=False)
    digest: str


@dataclass(frozen=True)
class Course:
    """A course, read, checked and rendered."""

    id: str
    revision: str
    languages: tuple[str, ...]
    title: Text
    subtitle: Text
    summary: Text
    hours: Decimal
    goal: int | None
    objectives: tuple[Text, ...]
    authors: tuple[str | Text, ...]
    licence: str
    revised: date
    steps: tuple[Step, ...]
    lessons: Mapping[str, Lesson]
    quizzes: Mapping[str, Quiz]
    banks: Mapping[str, Bank]
    questions: Mapping[str, Question] = field(repr=False)
    completion: Completion
    certificate: bool
    edition: str
    media: Mapping[str, MediaFile] = field(repr=False)
    exercises: Mapping[str, Exercise] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict, repr=False)
    facilitation: Facilitation = field(default_factory=Facilitation, repr=False)

    def to_content(self) -> dict[str, Any]:
        """Plain JSON content: what the course says of itself, and the revisions of its parts; its hash is the revision."""
        own = (
            "id", "languages", "title", "subtitle", "summary", "hours", "goal", "objectives", "authors", "licence", "revised",
            "steps", "completion", "certificate", "edition",
        )
        # What most courses lack is left out, so that it does not change their revision.
        some = {
            "topics": {key: dict(bank.title) for key, bank in self.banks.items() if bank.title},
            "exercises": {key: [exercise.revision, exercise.mode.value] for key, exercise in self.exercises.items()},
            "forms": {key: form.to_content() for key, form in self.forms.items()},
            "facilitation": self.facilitation.to_content(),
        }
        return {
            **{name: content_of(getattr(self, name)) for name in own if getattr(self, name) not in (None, Text(), ())},
            "lessons": {key: lesson.revision for key, lesson in self.lessons.items()},
            "quizzes": {key: quiz.revision for key, quiz in self.quizzes.items()},
            "banks": {key: [question.revision for question in bank.questions] for key, bank in self.banks.items()},
            **{name: content for name, content in some.items() if content},
        }

    def authors_in(self, language: str) -> list[str]:
        """Who wrote it, as readers of a language know them."""
        return [each if isinstance(each, str) else localised(each, language) for each in self.authors]

    def step(self, step_id: str) -> Step | None:
        """The step with this id."""
        return next((step for step in self.steps if step.id == step_id), None)

    def lesson(self, lesson_id: str) -> Lesson:
        """The lesson with this id. Raises KeyError."""
        return self.lessons[lesson_id]

    def quiz(self, quiz_id: str) -> Quiz:
        """The quiz with this id. Raises KeyError."""
        return self.quizzes[quiz_id]

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise with this id. Raises KeyError."""
        return self.exercises[exercise_id]

    def question(self, question_id: str) -> Question | None:
        """The question with this id, of whichever bank."""
        return self.questions.get(question_id)

    def step_title(self, step: Step) -> Text:
        """Title of a step by language."""
        parts: Mapping[StepKind, Mapping[str, Lesson | Quiz | Exercise]] = {
            StepKind.LESSON: self.lessons, StepKind.EXERCISE: self.exercises, StepKind.QUIZ: self.quizzes,
        }
        return parts[step.kind][step.id].title

    def before(self, step: Step) -> Step | None:
        """The step before, if any."""
        return self.steps[step.number - 2] if step.number > 1 else None

    def after(self, step: Step) -> Step | None:
        """The next step, if any."""
        return self.steps[step.number] if step.number < len(self.steps) else None

    def candidates(self, draw: Draw) -> tuple[Question, ...]:
        """Questions a draw may take, in the order of the bank."""
        return tuple(question for question in self.banks[draw.bank].questions if draw.takes(question))
