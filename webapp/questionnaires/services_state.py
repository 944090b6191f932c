"""Writes: what members and trainers decide about a sheet, who has a part in it, and what is said about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.storage import StoredFile
from webapp.courses.catalogue import catalogue
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.services import store_revisions
from webapp.participation.origin import Origin
from webapp.questionnaires import mail, queries, rules, rules_state, services
from webapp.questionnaires.models import (
    MemberRole,
    Sheet,
    SheetFile,
    SheetMember,
    SheetState,
)
from webapp.questionnaires.rules_state import Missing, WordsNeeded

ACTIONS = {SheetState.RETURNED: "sheet.returned", SheetState.DONE: "sheet.accepted"}
NEWS = {SheetState.RETURNED: mail.News.RETURNED, SheetState.DONE: mail.News.ACCEPTED}


def unready(sheet: Sheet, questionnaire: Questionnaire) -> Missing:
    """What stands in the way of handing a sheet in. Two queries."""
    answers = Answers(questionnaire, queries.stored(sheet.id).values)
    return Missing((*answers.missing(), *answers.troubles()), len(queries.conflicts(sheet.id)))


def hand_in(
    *, sheet: Sheet, questionnaire: Questionnaire, role: MemberRole | None, origin: Origin, person_id: UUID, now: datetime,
) -> None:
    """Show a `locked` sheet to the trainers; of an exercise the step is done for every member.

    Raises `NotYourPart`, `NoSuchMove`, `NotReady` (with what is missing).
    """
    rules_state.may_hand_in(role, sheet.state)
    unready(sheet, questionnaire).must_be_nothing()
    if sheet.revision != questionnaire.revision:
        store_revisions([questionnaire], now)
        sheet.revision = questionnaire.revision
    course = catalogue().course(sheet.course_id) if sheet.course_id else None
    if course is None:
        services.move(sheet=sheet, to=SheetState.SHARED, person_id=person_id, now=now)
    else:
        services.hand_in(sheet=sheet, course=course, origin=origin, person_id=person_id, now=now)


def take_back(*, sheet: Sheet, role: MemberRole | None, person_id: UUID, now: datetime) -> None:
    """Make a `locked` sheet that was handed in a draft again. Raises `NotYourPart`, `NoSuchMove`."""
    if role not in rules.WRITERS:
        raise rules.NotYourPart
    services.move(sheet=sheet, to=SheetState.DRAFT, person_id=person_id, now=now)


def decide(
    *, sheet: Sheet, title: str, to: SheetState, words: str, by: str, person_id: UUID, now: datetime,
) -> None:
    """Accept a `locked` sheet, or return it with words. Raises `WordsNeeded`, `NoSuchMove`."""
    if to is SheetState.RETURNED and not words.strip():
        raise WordsNeeded
    before = sheet.state
    services.move(sheet=sheet, to=to, person_id=person_id, now=now)
    if words.strip():
        services.comment(sheet=sheet, person_id=person_id, text=words, feedback=True, now=now)
    record(
        actor_id=person_id, action=ACTIONS[to], subject=("sheet", sheet.id), now=now, place_id=sheet.place_id,
        before={"state": before}, after={"state": to, "version": sheet.version},
    )
    mail.tell(sheet=sheet, title=title, news=NEWS[to], by=by, actor_id=person_id, now=now)


def give_part(*, sheet: Sheet, person_id: UUID, role: MemberRole, actor_id: UUID, now: datetime) -> None:
    """Let somebody write or comment."""
    services.give_part(sheet=sheet, person_id=person_id, role=role, now=now)
    record(actor_id=actor_id, action="sheet.part_given", subject=("sheet", sheet.id), now=now, place_id=sheet.place_id,
           after={"person": person_id, "part": role})


def take_part_away(*, sheet: Sheet, person_id: UUID, actor_id: UUID, now: datetime) -> None:
    """End somebody's part, or one's own."""
    services.take_part_away(sheet=sheet, person_id=person_id)
    record(actor_id=actor_id, action="sheet.part_ended", subject=("sheet", sheet.id), now=now, place_id=sheet.place_id,
           before={"person": person_id})


def hand_over(*, sheet: Sheet, from_id: UUID, to_id: UUID, now: datetime) -> bool:
    """Make another member the owner; who was it writes from now on. False if the other has no part. Three statements."""
    there = select(SheetMember.person_id).where(SheetMember.sheet_id == sheet.id, SheetMember.person_id == to_id)
    if db.session.scalar(there) is None:
        return False
    for person_id, role in ((from_id, MemberRole.EDITOR), (to_id, MemberRole.OWNER)):
        db.session.execute(
            update(SheetMember).where(SheetMember.sheet_id == sheet.id, SheetMember.person_id == person_id).values(role=role)
        )
    record(actor_id=from_id, action="sheet.handed_over", subject=("sheet", sheet.id), now=now, place_id=sheet.place_id,
           before={"owner": from_id}, after={"owner": to_id})
    return True


def drop(*, sheet_ids: list[UUID]) -> None:
    """Delete sheets with everything on them; contents of their files go with the next sweep. Three statements."""
    files = list(db.session.scalars(select(SheetFile.file_id).where(SheetFile.sheet_id.in_(sheet_ids))))
    db.session.execute(delete(SheetFile).where(SheetFile.sheet_id.in_(sheet_ids)))
    db.session.execute(delete(StoredFile).where(StoredFile.id.in_(files)))
    db.session.execute(delete(Sheet).where(Sheet.id.in_(sheet_ids)))
