"""What becomes of attempts when two rows are one person: they follow, numbered after those of the one who stays."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from webapp.accounts.errors_people import CannotPart
from webapp.core.database import db
from webapp.core.i18n import _, _n
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
    merge_asked,
    people_merged,
    people_parted,
)
from webapp.learning.models import Enrolment
from webapp.quizzes.models import Attempt, AttemptState

ROOM = "quizzes"


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of the quizzes. Two queries."""
    count = db.session.scalar(select(func.count()).select_from(Attempt).where(Attempt.person_id == asked.gone_id)) or 0
    other = aliased(Attempt)
    both_open = exists().where(
        Attempt.person_id == asked.gone_id, Attempt.state == AttemptState.OPEN, other.person_id == asked.kept_id,
        other.state == AttemptState.OPEN, other.course_id == Attempt.course_id, other.quiz_id == Attempt.quiz_id,
    )
    points = [_n(
        "%(num)d attempt at a quiz moves; it counts among the attempts allowed.",
        "%(num)d attempts at quizzes move; they count among the attempts allowed.", count,
    )] if count else []
    if db.session.scalar(select(both_open)):
        return MergeAnswer(points, [_("Both are in the middle of the same quiz. Wait until one of the two has handed in.")])
    return MergeAnswer(points)


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`, after that of learning. Three queries and one statement an attempt."""
    enrolments: dict[str, UUID] = {
        row.course_id: row.id
        for row in db.session.execute(select(Enrolment.course_id, Enrolment.id).where(Enrolment.person_id == event.kept_id))
    }
    last: dict[tuple[str, str], int] = {
        (course, quiz): number for course, quiz, number in db.session.execute(
            select(Attempt.course_id, Attempt.quiz_id, func.max(Attempt.number)).where(Attempt.person_id == event.kept_id)
            .group_by(Attempt.course_id, Attempt.quiz_id)
        )
    }
    moved = []
    for row in db.session.scalars(select(Attempt).where(Attempt.person_id == event.gone_id).order_by(Attempt.number)):
        moved.append({"id": str(row.id), "enrolment": str(row.enrolment_id), "number": row.number})
        row.person_id, row.enrolment_id = event.kept_id, enrolments[row.course_id]
        row.number += last.get((row.course_id, row.quiz_id), 0)
    event.moved[ROOM] = moved
    db.session.flush()


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`. Raises `CannotPart` where an attempt was made since in a course that goes back."""
    kept = {UUID(each["id"]): each for each in event.moved[ROOM]}
    going = [UUID(each) for each in event.moved["learning"]["enrolments"]]
    since = select(Attempt.id).where(Attempt.enrolment_id.in_(going), Attempt.id.not_in(list(kept)))
    if db.session.scalar(since.limit(1)) is not None:
        raise CannotPart(_("A quiz was begun since in a course that would go back; the two cannot be parted any more."))
    for row in db.session.scalars(select(Attempt).where(Attempt.id.in_(list(kept)), Attempt.person_id == event.kept_id)):
        was = kept[row.id]
        row.person_id, row.enrolment_id, row.number = event.gone_id, UUID(was["enrolment"]), was["number"]
    db.session.flush()


def wire() -> None:
    """Answer and act."""
    merge_asked.connect(answer)
    people_merged.connect(merge)
    people_parted.connect(part)
