"""Writes: sheets begun, joined, shown, returned, accepted; who has a part in them; what is said about them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.upsert import insert_for
from webapp.courses.content import Course, StepKind
from webapp.courses.questionnaire.content import Exercise, Mode, Questionnaire
from webapp.courses.services import store_revisions
from webapp.learning import services as learning
from webapp.learning.models import Enrolment
from webapp.participation.origin import Origin
from webapp.questionnaires import rules
from webapp.questionnaires.models import ExerciseSheet, MemberRole, Sheet, SheetComment, SheetMember, SheetMove, SheetState

COMMENT_LENGTH = 4000


def begin(
    *, questionnaire: Questionnaire, person: Person, language: str, now: datetime, title: str = "", place_id: UUID | None = None,
) -> Sheet:
    """A new sheet that belongs to a person; it belongs to their place unless another is given. Three statements."""
    store_revisions([questionnaire], now)
    sheet = Sheet(
        id=new_id(), questionnaire_id=questionnaire.id, revision=questionnaire.revision, title=title.strip()[:200], language=language,
        place_id=place_id or person.place_id, created_at=now, changed_at=now,
    )
    db.session.add(sheet)
    db.session.flush()
    db.session.add(SheetMember(sheet_id=sheet.id, person_id=person.id, role=MemberRole.OWNER, joined_at=now))
    db.session.flush()
    return sheet


def begin_exercise(
    *, person: Person, course: Course, exercise: Exercise, language: str, now: datetime,
) -> UUID:
    """The sheet of a person for an exercise of a course, made at the first call; a second click finds the same. Id of the sheet."""
    table = ExerciseSheet
    found = db.session.scalar(select(table.sheet_id).where(
        table.person_id == person.id, table.course_id == course.id, table.step_id == exercise.id,
    ))
    if found is not None:
        return found
    # Two clicks at once wait for each other at the person's row.
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    found = db.session.scalar(select(table.sheet_id).where(
        table.person_id == person.id, table.course_id == course.id, table.step_id == exercise.id,
    ))
    if found is not None:
        return found
    sheet = begin(questionnaire=exercise.questionnaire, person=person, language=language, now=now)
    sheet.course_id, sheet.step_id = course.id, exercise.id
    if exercise.mode is Mode.GROUP:
        sheet.join_code = new_code()
    db.session.add(ExerciseSheet(person_id=person.id, course_id=course.id, step_id=exercise.id, sheet_id=sheet.id))
    db.session.flush()
    return sheet.id


def join(*, sheet: Sheet, person: Person, now: datetime) -> None:
    """Give somebody who knows the code a part as a writer; it becomes their sheet of the exercise. A second time changes nothing.

    Who did the exercise on a sheet of their own before keeps that one in the list of their sheets.
    """
    db.session.execute(
        insert_for(SheetMember).values(sheet_id=sheet.id, person_id=person.id, role=MemberRole.EDITOR, joined_at=now)
        .on_conflict_do_nothing(index_elements=["sheet_id", "person_id"])
    )
    if sheet.course_id is not None:
        link = insert_for(ExerciseSheet).values(
            person_id=person.id, course_id=sheet.course_id, step_id=sheet.step_id, sheet_id=sheet.id,
        )
        db.session.execute(link.on_conflict_do_update(
            index_elements=["person_id", "course_id", "step_id"], set_={"sheet_id": link.excluded.sheet_id},
        ))


def give_part(*, sheet: Sheet, person_id: UUID, role: MemberRole, now: datetime) -> None:
    """Let somebody write or comment, or change which of the two. There is one owner, whom this does not touch."""
    part = insert_for(SheetMember).values(sheet_id=sheet.id, person_id=person_id, role=role, joined_at=now)
    db.session.execute(part.on_conflict_do_update(
        index_elements=["sheet_id", "person_id"], set_={"role": part.excluded.role}, where=SheetMember.role != MemberRole.OWNER,
    ))


def take_part_away(*, sheet: Sheet, person_id: UUID) -> None:
    """End somebody's part; the owner's stays. What they wrote stays, with their name in the history."""
    db.session.execute(delete(SheetMember).where(
        SheetMember.sheet_id == sheet.id, SheetMember.person_id == person_id, SheetMember.role != MemberRole.OWNER,
    ))
    db.session.execute(delete(ExerciseSheet).where(ExerciseSheet.sheet_id == sheet.id, ExerciseSheet.person_id == person_id))


def renew_code(*, sheet: Sheet, on: bool) -> None:
    """A new code to join, which ends the old one; or none."""
    sheet.join_code = new_code() if on else None
    db.session.flush()


def move(*, sheet: Sheet, to: SheetState, person_id: UUID, now: datetime) -> None:
    """Bring a `locked` sheet into a state and note who did. Raises `NoSuchMove`."""
    rules.may_move(sheet.state, to)
    sheet.state = to
    if to is SheetState.SHARED:
        sheet.shared_at = now
    sheet.done_at = now if to is SheetState.DONE else None
    db.session.add(SheetMove(sheet_id=sheet.id, state=to, version=sheet.version, person_id=person_id, at=now))
    db.session.flush()


def hand_in(*, sheet: Sheet, course: Course, origin: Origin, person_id: UUID, now: datetime) -> None:
    """Show an exercise's sheet to the trainers: the step is done for every member who is enrolled. Two queries and some a member."""
    move(sheet=sheet, to=SheetState.SHARED, person_id=person_id, now=now)
    step = course.step(sheet.step_id or "")
    if step is None or step.kind is not StepKind.EXERCISE:
        return
    mates = db.session.execute(
        select(Person, Enrolment).join(ExerciseSheet, ExerciseSheet.person_id == Person.id)
        .join(Enrolment, (Enrolment.person_id == Person.id) & (Enrolment.course_id == course.id))
        .where(ExerciseSheet.sheet_id == sheet.id).order_by(Person.id)
    ).all()
    for person, enrolment in mates:
        learning.hand_in(person=person, enrolment=enrolment, course=course, exercise_id=step.id, origin=origin, now=now)


def look_at(*, sheet_id: UUID, person_id: UUID, section_id: str) -> None:
    """Remember the page a member was at. One statement."""
    db.session.execute(
        update(SheetMember).where(SheetMember.sheet_id == sheet_id, SheetMember.person_id == person_id).values(section_id=section_id)
    )


def comment(
    *, sheet: Sheet, person_id: UUID, text: str, now: datetime, path: str | None = None, reply_to_id: UUID | None = None,
    feedback: bool = False,
) -> SheetComment:
    """Say something about a field, about the sheet (no path), or in reply."""
    row = SheetComment(
        sheet_id=sheet.id, path=path, reply_to_id=reply_to_id, person_id=person_id, text=text.strip()[:COMMENT_LENGTH], feedback=feedback,
        written_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def resolve(*, row: SheetComment, person_id: UUID, now: datetime, done: bool) -> None:
    """Tick a thread off, or open it again."""
    row.resolved_at, row.resolved_by_id = (now, person_id) if done else (None, None)
    db.session.flush()
