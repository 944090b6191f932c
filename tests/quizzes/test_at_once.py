"""Two clicks, two tabs, two workers: real connections, real commits, on both databases."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.cast import assemble
from tests.quizzes.conftest import NOW, ORIGIN, _shelved, paper_of
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.courses.questions import QuestionType
from webapp.learning import services as learning
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.quizzes import jobs, queries, rules, services
from webapp.quizzes.models import Attempt, AttemptLog, LogKind
from webapp.quizzes.responses import Given, Stamp, value_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

AFTER = NOW + timedelta(minutes=41)


@dataclass
class Workers:
    """Runs the same act in several threads, each with an application context and connection of its own."""

    app: Flask
    person_id: UUID

    def together(self, *acts: Callable[[], Any]) -> list[Any]:
        gate = Barrier(len(acts))

        def run(act: Callable[[], Any]) -> Any:
            with self.app.app_context():
                gate.wait()
                return act()

        with ThreadPoolExecutor(len(acts)) as pool:
            return [each.result() for each in [pool.submit(contextvars.Context().run, run, act) for act in acts]]

    def start(self) -> int:
        with unit_of_work():
            known, course = queries.starting(self.person_id, "rivers", "final"), catalogue().course("rivers")
            assert known.enrolment
            assert course
            begun = services.start(
                person=known.person, enrolment=known.enrolment, past=known.past, course=course, quiz=course.quiz("final"), wanted=1,
                origin=ORIGIN, now=NOW, seed=4,
            )
        return begun.number

    def submit(self) -> bool:
        with unit_of_work():
            owned, course = queries.attempt_with_owner_locked(self.person_id, "rivers", "final", 1), catalogue().course("rivers")
            assert owned
            assert course
            return services.submit(owned=owned, course=course, origin=ORIGIN, now=NOW)

    def save(self, number: int, value: str, tab: str) -> Callable[[], int]:
        def act() -> int:
            with unit_of_work():
                attempt = queries.attempt_locked(self.person_id, "rivers", "final", 1)
                assert attempt
                try:
                    return services.save(attempt=attempt, given=[Given(number, value)], stamp=Stamp(1, tab, 1), now=NOW)
                except rules.AttemptClosed:
                    return -1

        return act


@pytest.fixture
def workers(committed: Flask, course_root: Path) -> Iterator[Workers]:
    for _shelf in _shelved(committed, course_root):
        cast = assemble()
        course = catalogue().course("rivers")
        assert course
        with unit_of_work():
            learning.enrol(person=cast.learner, course=course, origin=ORIGIN, now=NOW)
        yield Workers(committed, cast.ids["learner"])


def count(entity: Any, *where: Any) -> int:
    db.session.rollback()
    found = int(db.session.scalar(select(func.count()).select_from(entity).where(*where)) or 0)
    db.session.rollback()
    return found


def test_two_clicks_on_start_make_one_attempt(workers: Workers) -> None:
    assert workers.together(*[workers.start] * 4) == [1, 1, 1, 1]
    assert count(Attempt) == 1
    assert count(AttemptLog) == 1


def test_two_clicks_on_submit_grade_once(workers: Workers) -> None:
    workers.start()
    db.session.rollback()
    assert sorted(workers.together(*[workers.submit] * 4)) == [False, False, False, True]
    assert count(AttemptLog, AttemptLog.kind == LogKind.SUBMITTED) == 1
    assert count(ParticipationEvent, ParticipationEvent.kind == EventKind.SUBMITTED) == 1


def test_answers_of_several_tabs_at_once_are_all_kept(workers: Workers) -> None:
    workers.start()
    db.session.rollback()
    acts = [workers.save(number, "true", f"tab{number}") for number in range(1, 7)]
    assert workers.together(*acts) == [1] * 6
    db.session.rollback()
    attempt = queries.attempt(workers.person_id, "rivers", "final", 1)
    assert attempt
    assert [value_of(attempt.responses[str(number)]) for number in range(1, 7)] == ["true"] * 6
    assert attempt.version == 6


def test_an_answer_and_the_submit_at_once_leave_no_half(workers: Workers) -> None:
    workers.start()
    course = catalogue().course("rivers")
    assert course
    paper = paper_of(course)
    db.session.rollback()
    number = 1 + next(place for place, asked in enumerate(paper) if asked.question.type is QuestionType.TRUE_FALSE)
    saved, submitted = workers.together(workers.save(number, "true", "a"), workers.submit)
    assert submitted is True
    db.session.rollback()
    attempt = queries.attempt(workers.person_id, "rivers", "final", 1)
    assert attempt
    assert (str(number) in attempt.responses) == (saved == 1)


def test_two_runners_of_the_job_close_an_attempt_once(workers: Workers) -> None:
    workers.start()
    db.session.rollback()
    closed = workers.together(*[lambda: jobs.close_expired(AFTER)] * 3)
    assert sum(closed) == 1
    assert count(AttemptLog, AttemptLog.kind == LogKind.EXPIRED) == 1


def test_a_process_that_dies_before_the_commit_leaves_nothing(workers: Workers) -> None:
    class Killed(Exception):
        """Stands for the end of the process."""

    def dying() -> None:
        with unit_of_work():
            owned, course = queries.attempt_with_owner_locked(workers.person_id, "rivers", "final", 1), catalogue().course("rivers")
            assert owned
            assert course
            services.submit(owned=owned, course=course, origin=ORIGIN, now=NOW)
            raise Killed

    workers.start()
    db.session.rollback()
    with pytest.raises(Killed):
        workers.together(dying)
    assert count(Attempt, Attempt.state == "open") == 1
    assert count(AttemptLog) == 1
    assert workers.together(workers.submit) == [True]
