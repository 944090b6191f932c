from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.quizzes.small_course import FILES
from webapp.core.database import db
from webapp.courses.catalogue import Shelf
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Single, TrueFalse
from webapp.learning import services as learning
from webapp.participation.origin import Origin
from webapp.quizzes import queries, questions, services
from webapp.quizzes.models import Attempt
from webapp.quizzes.questions import read_paper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.cast import Cast
    from webapp.accounts.models import Person
    from webapp.courses.content import Course
    from webapp.learning.models import Enrolment
    from webapp.quizzes.drawing import Asked

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
COURSE_URL = "/courses/rivers/"
ORIGIN = Origin("en")


@pytest.fixture(scope="session")
def course_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("courses")
    for name, text in FILES.items():
        target = root / "rivers" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    questions.forget()
    yield
    questions.forget()


def _shelved(app: Flask, root: Path) -> Iterator[Shelf]:
    before = app.extensions.get("courses")
    shelf = app.extensions["courses"] = Shelf(root)
    shelf.current()
    yield shelf
    if before is None:
        del app.extensions["courses"]
    else:
        app.extensions["courses"] = before


@pytest.fixture
def shelf(app: Flask, course_root: Path) -> Iterator[Shelf]:
    yield from _shelved(app, course_root)


@pytest.fixture
def course(shelf: Shelf) -> Course:
    return shelf.current().courses[0]


@dataclass
class Sitter:
    """A person who takes quizzes of the course through the services."""

    person: Person
    enrolment: Enrolment
    course: Course

    def start(self, quiz: str = "final", now: datetime = NOW, wanted: int | None = None, seed: int | None = None) -> Attempt:
        begun = services.start(
            person=self.person, enrolment=self.enrolment, past=queries.history(self.person.id, self.course.id, quiz), course=self.course,
            quiz=self.course.quiz(quiz), wanted=wanted, origin=ORIGIN, now=now, seed=seed,
        )
        return self.attempt(begun.number, quiz)

    def attempt(self, number: int = 1, quiz: str = "final") -> Attempt:
        found = queries.attempt_locked(self.person.id, self.course.id, quiz, number)
        assert found is not None
        return found

    def submit(self, attempt: Attempt, now: datetime = NOW + timedelta(minutes=5)) -> bool:
        owned = queries.Owned(attempt, self.enrolment, self.person)
        return services.submit(owned=owned, course=self.course, origin=ORIGIN, now=now)


@pytest.fixture
def sitter(cast: Cast, course: Course) -> Sitter:
    enrolment = learning.enrol(person=cast.learner, course=course, origin=ORIGIN, now=NOW - timedelta(days=1))
    return Sitter(cast.learner, enrolment, course)


def right_response(asked: Asked) -> Any:
    """The stored response that earns full points."""
    question = asked.question
    match question:
        case Single():
            return question.right_option.id
        case Multiple():
            return [option.id for option in question.options if option.right]
        case TrueFalse():
            return "true" if question.answer else "false"
        case Matching():
            return {pair.id: pair.id for pair in question.pairs}
        case Ordering():
            return {item.id: place for place, item in enumerate(question.items, 1)}
        case Numeric():
            return str(question.answer)


def fields_of(asked: Asked, number: int, response: Any) -> dict[str, list[str]]:
    """Form fields by which a browser sends this response."""
    token = {option: str(place) for place, option in enumerate(asked.order, 1)}
    question = asked.question
    fields: dict[str, list[str]] = {"asked": [str(number)]}
    match question:
        case Matching():
            fields |= {f"q{number}-{row}": [token[response[pair.id]]] for row, pair in enumerate(question.pairs, 1) if pair.id in response}
        case Ordering():
            fields |= {f"q{number}-{row}": [str(response[item])] for row, item in enumerate(asked.order, 1) if item in response}
        case Numeric():
            fields[f"q{number}"] = [response]
        case Multiple():
            fields[f"q{number}"] = [token[each] for each in response]
        case _:
            fields[f"q{number}"] = [token[response]]
    return fields


def right_fields(paper: list[Asked]) -> dict[str, list[str]]:
    """Form fields of a page that answers every question of a paper rightly."""
    fields: dict[str, list[str]] = {}
    for number, asked in enumerate(paper, 1):
        for name, values in fields_of(asked, number, right_response(asked)).items():
            fields.setdefault(name, []).extend(values)
    return fields


def paper_of(course: Course, number: int = 1, quiz: str = "final") -> list[Asked]:
    """The paper of the only person's attempt of that number."""
    found = db.session.scalars(select(Attempt).where(Attempt.quiz_id == quiz, Attempt.number == number)).one()
    return read_paper(found.paper, course)
