"""What becomes of sheets when two rows are one person: parts and words follow; where both have a part, the greater one stays.

The sheet of an exercise that both did stays as it is for the one who stays; the other's is found in the list of sheets.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.own_merge import Named, give, move, put_back
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
    merge_asked,
    people_merged,
    people_parted,
)
from webapp.core.storage import StoredFile
from webapp.questionnaires.models import (
    ExerciseSheet,
    MemberRole,
    QuestionnaireDraft,
    QuestionnairePublication,
    SheetCell,
    SheetChange,
    SheetComment,
    SheetConflict,
    SheetMember,
    SheetMove,
)
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyPerson

ROOM = "questionnaires"
GREATER = {MemberRole.OWNER: 2, MemberRole.EDITOR: 1, MemberRole.COMMENTER: 0}
# Rows with one key: the name under which their ids are kept, the key, and the column that names the person.
NAMED: Named = (
    ("changes", SheetChange.id, SheetChange.person_id), ("comments", SheetComment.id, SheetComment.person_id),
    ("resolved", SheetComment.id, SheetComment.resolved_by_id), ("moves", SheetMove.id, SheetMove.person_id),
    ("settled", SheetConflict.change_id, SheetConflict.settled_by_id), ("files", StoredFile.id, StoredFile.person_id),
    ("drafts", QuestionnaireDraft.questionnaire_id, QuestionnaireDraft.person_id),
    ("publications", QuestionnairePublication.questionnaire_id, QuestionnairePublication.person_id),
    ("surveys", Survey.id, Survey.created_by_id), ("codes", SurveyCode.code_hash, SurveyCode.person_id),
)


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of the sheets. One query."""
    own = select(SheetMember.sheet_id).where(SheetMember.person_id == asked.kept_id)
    total, both = db.session.execute(
        select(func.count(), func.count().filter(SheetMember.sheet_id.in_(own))).where(SheetMember.person_id == asked.gone_id)
    ).one()
    points = []
    if total - both:
        points.append(_n(
            "%(num)d sheet moves with what was written on it.", "%(num)d sheets move with what was written on them.", total - both,
        ))
    if both:
        points.append(_n(
            "%(num)d sheet has both as members; the greater part stays.", "%(num)d sheets have both as members; the greater part stays.",
            both,
        ))
    return MergeAnswer(points)


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`. Some twenty-five statements, and some for each sheet of both."""
    moved = move(NAMED, event)
    cells = db.session.execute(select(SheetCell.sheet_id, SheetCell.path).where(SheetCell.person_id == event.gone_id)).all()
    db.session.execute(update(SheetCell).where(SheetCell.person_id == event.gone_id).values(person_id=event.kept_id))
    moved["cells"] = [[str(sheet_id), path] for sheet_id, path in cells]
    moved["exercises"] = _merge_exercises(event)
    moved["asked"] = _merge_asked(event)
    moved["answers"] = _merge_answers(event)
    moved["parts"], moved["greater"] = _merge_parts(event)
    event.moved[ROOM] = moved
    db.session.expire_all()


def _merge_exercises(event: PeopleMerged) -> list[list[str]]:
    exercises = select(ExerciseSheet.person_id, ExerciseSheet.course_id, ExerciseSheet.step_id)
    rows = db.session.execute(exercises.where(ExerciseSheet.person_id.in_([event.kept_id, event.gone_id]))).all()
    kept = {(course, step) for person_id, course, step in rows if person_id == event.kept_id}
    moving = [[course, step] for person_id, course, step in rows if person_id == event.gone_id and (course, step) not in kept]
    for course, step in moving:
        _give_exercise(course, step, event.gone_id, event.kept_id)
    return moving


def _give_exercise(course: str, step: str, whose: UUID, to: UUID) -> None:
    db.session.execute(
        update(ExerciseSheet)
        .where(ExerciseSheet.person_id == whose, ExerciseSheet.course_id == course, ExerciseSheet.step_id == step).values(person_id=to)
    )


def _merge_asked(event: PeopleMerged) -> list[str]:
    """Surveys that only the one who goes was asked to answer move; where both were, each keeps their own answer."""
    kept = select(SurveyPerson.survey_id).where(SurveyPerson.person_id == event.kept_id)
    ids = list(db.session.scalars(
        select(SurveyPerson.survey_id).where(SurveyPerson.person_id == event.gone_id, SurveyPerson.survey_id.not_in(kept))
    ))
    give(SurveyPerson.survey_id, SurveyPerson.person_id, ids, whose=event.gone_id, to=event.kept_id)
    return [str(each) for each in ids]


def _merge_answers(event: PeopleMerged) -> list[str]:
    """Surveys that both were asked to answer and only the one who goes did: the two rows change places. Ids of the surveys."""
    parts = {
        (part.person_id, part.survey_id): part
        for part in db.session.scalars(
            select(SurveyPerson).where(SurveyPerson.person_id.in_([event.kept_id, event.gone_id])).execution_options(populate_existing=True)
        )
    }
    swapped = []
    for (person_id, survey_id), gone in parts.items():
        kept = parts.get((event.kept_id, survey_id))
        if person_id == event.gone_id and kept is not None and gone.answered and not kept.answered:
            _swap(kept, gone)
            swapped.append(str(survey_id))
    db.session.flush()
    return swapped


def _swap(one: SurveyPerson, other: SurveyPerson) -> None:
    one.answered, other.answered = other.answered, one.answered
    one.sheet_id, other.sheet_id = other.sheet_id, one.sheet_id


def _part_answers(event: PeopleParted, survey_ids: list[str]) -> None:
    for survey_id in survey_ids:
        kept = db.session.get(SurveyPerson, (UUID(survey_id), event.kept_id))
        gone = db.session.get(SurveyPerson, (UUID(survey_id), event.gone_id))
        if kept is not None and gone is not None:
            _swap(kept, gone)
    db.session.flush()


def _merge_parts(event: PeopleMerged) -> tuple[list[str], list[list[str]]]:
    """Ids of sheets whose part moved; and for sheets of both: id, the part that stayed before, the part of the other."""
    parts = select(SheetMember.sheet_id, SheetMember.person_id, SheetMember.role)
    rows = db.session.execute(parts.where(SheetMember.person_id.in_([event.kept_id, event.gone_id]))).all()
    kept = {sheet_id: role for sheet_id, person_id, role in rows if person_id == event.kept_id}
    moved, greater = [], []
    for sheet_id, person_id, role in rows:
        if person_id != event.gone_id:
            continue
        if sheet_id not in kept:
            _set_part(sheet_id, event.gone_id, person_id=event.kept_id)
            moved.append(str(sheet_id))
        elif GREATER[role] > GREATER[kept[sheet_id]]:
            # One owner a sheet: the part of the one who goes is taken over, not doubled.
            _set_part(sheet_id, event.kept_id, role=role)
            _set_part(sheet_id, event.gone_id, role=kept[sheet_id])
            greater.append([str(sheet_id), kept[sheet_id].value, role.value])
    return moved, greater


def _set_part(sheet_id: UUID, whose: UUID, **values: Any) -> None:
    db.session.execute(update(SheetMember).where(SheetMember.sheet_id == sheet_id, SheetMember.person_id == whose).values(**values))


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`: what was not touched since goes back."""
    moved = event.moved.get(ROOM)
    if not moved:
        return
    put_back(NAMED, event, moved)
    _part_answers(event, moved.get("answers", []))
    asked = [UUID(each) for each in moved["asked"]]
    give(SurveyPerson.survey_id, SurveyPerson.person_id, asked, whose=event.kept_id, to=event.gone_id)
    for sheet_id, path in moved["cells"]:
        db.session.execute(
            update(SheetCell).where(SheetCell.sheet_id == UUID(sheet_id), SheetCell.path == path, SheetCell.person_id == event.kept_id)
            .values(person_id=event.gone_id)
        )
    for course, step in moved["exercises"]:
        _give_exercise(course, step, event.kept_id, event.gone_id)
    for sheet_id in moved["parts"]:
        _set_part(UUID(sheet_id), event.kept_id, person_id=event.gone_id)
    for sheet_id, before, other in moved["greater"]:
        _set_part(UUID(sheet_id), event.kept_id, role=MemberRole(before))
        _set_part(UUID(sheet_id), event.gone_id, role=MemberRole(other))
    db.session.expire_all()


def wire() -> None:
    """Answer and act."""
    merge_asked.connect(answer)
    people_merged.connect(merge)
    people_parted.connect(part)
