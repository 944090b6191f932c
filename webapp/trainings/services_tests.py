"""Writes of the tests around trainings: opening them on the form that was drawn, saving, handing in, typing in from paper.

A sitting is opened once and keeps its paper: the questions in their revisions and the order of their options. That order follows
from the participant, so it is the same on screen and on paper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from webapp.core import audit
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for
from webapp.courses import services as course_services
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course, Form
from webapp.quizzes import grading, responses
from webapp.quizzes.drawing import Asked, option_order
from webapp.quizzes.questions import paper_entry, read_paper
from webapp.quizzes.responses import Given, Stamp
from webapp.trainings import queries_tests, tests_rules
from webapp.trainings.models import Training
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import Participant

_PAIR = {"a": "b", "b": "a"}


def test_course(training: Training) -> Course | None:
    """The course whose two parallel tests the training uses, as it is now; None if there is none."""
    course = catalogue().course(training.test_course_id) if training.test_course_id else None
    return course if course is not None and set(_PAIR) <= set(course.forms) else None


test_course.__test__ = False  # type: ignore[attr-defined]


def form_for(form_before: str, moment: Moment) -> str:
    """The form that a participant gets: the one drawn before the training, the other one after it."""
    return form_before if moment is Moment.BEFORE else _PAIR[form_before]


def words_of(course: Course, moment: Moment) -> Form:
    """The form whose title and introduction are those of a moment, whichever questions somebody gets."""
    return course.forms["a" if moment is Moment.BEFORE else "b"]


def paper_of(sitting: Sitting) -> list[Asked]:
    """The questions of a sitting as they were when it was opened. No query while the course still asks them so."""
    course = catalogue().course(sitting.course_id)
    return read_paper(sitting.paper, course.forms.get(sitting.form) if course else None)


def open_sittings(
    *, training: Training, participants: Sequence[Participant], moment: Moment, language: str, now: datetime,
) -> dict[UUID, Sitting]:
    """The sittings of participants, those opened that were not; by participant. Opening twice at once makes one.

    Raises `NoTest`. Three statements at most, however many participants.
    """
    course = test_course(training)
    if course is None:
        raise tests_rules.NoTest
    ids = [each.id for each in participants]
    found = queries_tests.sittings_of(ids, moment)
    rows = [_row(training, each, course, moment, language, now) for each in participants if each.id not in found]
    if not rows:
        return found
    course_services.store_revisions([question for form in sorted(course.forms) for question in course.forms[form].questions], now)
    statement = insert_for(Sitting).values(rows)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["participant_id", "moment"]))
    return queries_tests.sittings_of(ids, moment)


def _row(training: Training, participant: Participant, course: Course, moment: Moment, language: str, now: datetime) -> dict[str, Any]:
    form = form_for(participant.form_before, moment)
    questions = course.forms[form].questions
    seed = int.from_bytes(hashlib.sha256(f"{participant.id}:{moment.value}".encode()).digest()[:8])
    return {
        "id": new_id(), "training_id": training.id, "participant_id": participant.id, "moment": moment, "form": form,
        "course_id": course.id, "course_revision": course.revision, "language": language, "responses": {}, "version": 0,
        "paper": [paper_entry(Asked(each, option_order(each, seed))) for each in questions],
        "maximum": sum(each.points for each in questions), "started_at": now, "on_paper": False,
    }


def save(*, sitting: Sitting, given: Sequence[Given], stamp: Stamp, now: datetime) -> int:
    """Store answers of a sitting that the caller has locked; how many were newer than what was there. Raises `TestSubmitted`."""
    if sitting.submitted_at is not None:
        raise tests_rules.TestSubmitted
    records, changed = responses.with_answers(sitting.responses, given, stamp)
    if changed:
        sitting.responses, sitting.saved_at, sitting.version = records, now, sitting.version + 1
        db.session.flush()
    return len(changed)


def submit(*, sitting: Sitting, now: datetime) -> bool:
    """Grade a sitting that the caller has locked; whether this call did it."""
    if sitting.submitted_at is not None:
        return False
    _grade(sitting, now)
    return True


def _grade(sitting: Sitting, now: datetime) -> None:
    marks = responses.marks(paper_of(sitting), sitting.responses)
    sitting.marks = grading.marks_text(marks)
    sitting.score_thousandths = grading.thousandths(sum(marks, Fraction(0)))
    sitting.submitted_at = now
    sitting.version += 1
    db.session.flush()


def enter(
    *, training: Training, sitting: Sitting | None, values: Mapping[int, grading.Response | None], actor_id: UUID, language: str,
    now: datetime,
) -> bool:
    """Type in, or correct, what somebody wrote on paper: answers by number of the question. Whether anything is new.

    The caller has locked the sitting. Raises `EntryClosed`, `NotPrinted`, `TakenOnline`, `NothingTyped`. Corrections keep the first
    moment of submission and are in the audit trail with the answers before.
    """
    tests_rules.must_take_entries(training.state)
    if sitting is None:
        raise tests_rules.NotPrinted
    if sitting.submitted_at is not None and not sitting.on_paper:
        raise tests_rules.TakenOnline
    if not any(values.values()):
        raise tests_rules.NothingTyped
    old = {key: responses.value_of(record) for key, record in sitting.responses.items()}
    new = {str(number): value for number, value in values.items() if value}
    if sitting.submitted_at is not None and {key: value for key, value in old.items() if value} == new:
        return False
    corrected = sitting.submitted_at is not None
    stamp = Stamp(int(now.timestamp() * 1000))
    sitting.responses = {key: responses.merged(None, value, stamp) for key, value in new.items()}
    sitting.on_paper, sitting.entered_by_id, sitting.language, sitting.saved_at = True, actor_id, language, now
    _grade(sitting, sitting.submitted_at or now)
    audit.record(
        actor_id=actor_id, action="training.test_corrected" if corrected else "training.test_entered",
        subject=("training", training.id), place_id=training.place_id, now=now,
        before={"answers": old} if old else None,
        after={"participant_id": str(sitting.participant_id), "moment": sitting.moment.value, "answers": new},
    )
    return True
