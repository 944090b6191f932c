"""Writes: starting, saving, handing in. Each leaves its step in the log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.courses.content import Course, Quiz, QuizKind
from webapp.learning import services as learning
from webapp.learning.models import Enrolment
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.participation.services import record
from webapp.quizzes import drawing, grading, queries, rules, storing
from webapp.quizzes.models import Attempt, AttemptState, LogKind
from webapp.quizzes.queries import AnyAttempt, Owned
from webapp.quizzes.questions import paper_entry, pool, read_paper, store_content
from webapp.quizzes.responses import Given, Stamp, marks, with_answers

_SEED_BITS = 63


@dataclass(frozen=True)
class Started:
    """Number of the attempt to go to, and whether it was made just now."""

    number: int
    new: bool = False


def start(
    *, person: Person, enrolment: Enrolment, past: Sequence[AnyAttempt], course: Course, quiz: Quiz, wanted: int | None, origin: Origin,
    now: datetime, seed: int | None = None,
) -> Started:
    """Begin an attempt; or find the one that is open, or that this very form began before.

    `past` are the person's attempts at the quiz (`queries.starting`), `wanted` is the number that the form offered: sending
    the form again finds the attempt it made. An attempt whose time is up is graded first.
    Raises `NoAttemptsLeft`, `MustWait`, `TooFewQuestions`.
    """
    stand = rules.standing([queries.sitting(each, now) for each in past], quiz, now)
    if stand.open_number is not None:
        return Started(stand.open_number)
    if wanted is not None and any(each.number == wanted for each in past):
        return Started(wanted)
    for each in past:
        if each.open:
            close_overdue(course=course, attempt_id=each.id, origin=origin, now=now)
    rules.check_start(stand, quiz, now)
    return _begun(person, enrolment, course, quiz, stand.next_number, origin, now, secrets.randbits(_SEED_BITS) if seed is None else seed)


def _begun(
    person: Person, enrolment: Enrolment, course: Course, quiz: Quiz, number: int, origin: Origin, now: datetime, seed: int,
) -> Started:
    paper = drawing.draw(quiz, pool(course, quiz), seed)
    attempt_id = new_id()
    row = {
        "id": attempt_id, "person_id": person.id, "enrolment_id": enrolment.id, "course_id": course.id, "course_revision": course.revision,
        "quiz_id": quiz.id, "quiz_revision": quiz.revision, "number": number, "seed": seed, "language": origin.language, "started_at": now,
        "deadline_at": rules.deadline(quiz, now), "pass_mark": quiz.pass_mark, "maximum": sum(each.question.points for each in paper),
        "paper": [paper_entry(each) for each in paper], "state": AttemptState.OPEN, "responses": {}, "version": 0,
    }
    if not storing.begin(row, {"number": number, "seed": seed}, now):
        # Two starts at once: one attempt is made, both lead to it.
        found = db.session.scalar(_newest_number(person.id, course.id, quiz.id))
        assert found is not None, "the conflicting attempt is there"
        return Started(int(found))
    store_content(course, quiz, now)
    record(
        kind=EventKind.STARTED, person=person, origin=origin, now=now, source=f"attempt:{attempt_id}:started",
        course_id=course.id, course_revision=course.revision, step_id=quiz.id, attempt_id=attempt_id, graded=quiz.kind is QuizKind.FINAL,
    )
    return Started(number, new=True)


def _newest_number(person_id: UUID, course_id: str, quiz_id: str) -> Any:
    return (
        select(Attempt.number).where(Attempt.person_id == person_id, Attempt.course_id == course_id, Attempt.quiz_id == quiz_id)
        .order_by(Attempt.number.desc()).limit(1)
    )


def save(*, attempt: Attempt, given: Sequence[Given], stamp: Stamp, now: datetime) -> int:
    """Store answers of an attempt that the caller has locked; the number stored, without those that were older than what is there.

    Raises `AttemptClosed` or `TimeIsUp`; then nothing is stored. One statement, two on SQLite.
    """
    if not attempt.open:
        raise rules.AttemptClosed
    if not rules.in_time(now, attempt.deadline_at):
        raise rules.TimeIsUp
    responses, changed = with_answers(attempt.responses, given, stamp)
    if changed and not storing.save(
        attempt, {"responses": responses, "saved_at": now, "version": attempt.version + 1}, _step(changed, stamp), now,
    ):
        raise rules.AttemptClosed
    return len(changed)


def _step(changed: Sequence[Given], stamp: Stamp) -> dict[str, Any]:
    answers = {str(each.number): each.value for each in changed}
    return {"answers": answers, "given_at": stamp.at, "tab": stamp.tab, "sequence": stamp.sequence}


def submit(*, owned: Owned, course: Course, origin: Origin, now: datetime) -> bool:
    """Grade an attempt that the caller has locked; whether this call did it. Further calls change nothing.

    Past the deadline the answers saved in time are graded and the deadline is the moment of submission.
    """
    attempt, person = owned.attempt, owned.person
    if not attempt.open:
        return False
    expired = not rules.in_time(now, attempt.deadline_at)
    ended = attempt.deadline_at if expired and attempt.deadline_at else now
    earned = marks(read_paper(attempt.paper, course), attempt.responses)
    score = sum(earned, Fraction(0))
    passed = grading.passes(score, attempt.maximum, attempt.pass_mark)
    graded = {
        "state": AttemptState.EXPIRED if expired else AttemptState.SUBMITTED, "submitted_at": ended, "marks": grading.marks_text(earned),
        "score_thousandths": grading.thousandths(score), "passed": passed,
    }
    step = {"score": str(score), "maximum": attempt.maximum, "marks": graded["marks"], "passed": passed}
    if not storing.close(attempt, graded, LogKind.EXPIRED if expired else LogKind.SUBMITTED, step, now):
        return False
    _tell(attempt, person, course, origin, now, ended, passed=passed)
    learning.quiz_result(
        person=person, enrolment=owned.enrolment, course=course, quiz_id=attempt.quiz_id, passed=passed, origin=origin, now=ended,
    )
    return True


def _tell(attempt: Attempt, person: Person, course: Course, origin: Origin, now: datetime, ended: datetime, *, passed: bool) -> None:
    # A quiz that the course has no more was one that counted: practice is marked as such while it is there.
    quiz = course.quizzes.get(attempt.quiz_id)
    graded = quiz is None or quiz.kind is QuizKind.FINAL
    for kind in (EventKind.SUBMITTED, EventKind.PASSED) if passed else (EventKind.SUBMITTED,):
        record(
            kind=kind, person=person, origin=origin, now=now, happened_at=ended, source=f"attempt:{attempt.id}:{kind.value}",
            course_id=course.id, course_revision=attempt.course_revision, step_id=attempt.quiz_id, attempt_id=attempt.id,
            graded=graded,
        )


def close_overdue(*, attempt_id: UUID, course: Course, origin: Origin, now: datetime) -> bool:
    """Grade an attempt whose time is up, if it is still open; whether this call did it."""
    found = queries.overdue_locked(attempt_id)
    return found is not None and submit(owned=found, course=course, origin=origin, now=now)
