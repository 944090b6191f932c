"""Sheets of a person: shown to them; when they are erased, what was theirs alone goes, and what was a group's stays without the name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update

from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable, PersonErased, own_data, person_erased
from webapp.core.storage import StoredFile
from webapp.questionnaires import homes, services_state
from webapp.questionnaires.models import (
    ExerciseSheet,
    MemberRole,
    QuestionnaireDraft,
    QuestionnairePublication,
    Sheet,
    SheetCell,
    SheetChange,
    SheetComment,
    SheetConflict,
    SheetMember,
    SheetMove,
    SheetState,
)
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyPerson


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. Fourteen queries."""
    me = asked.person_id
    return [*_sheets(me), *_words(me), *_written(me), *_surveys(me)]


def _sheets(me: UUID) -> list[OwnTable]:
    mine = select(SheetMember.sheet_id).where(SheetMember.person_id == me)
    return [
        table_of(Sheet, Sheet.id.in_(mine), key="sheets", title=_("Sheets you have a part in"), order=Sheet.created_at, columns={
            "title": _("Title"), "questionnaire_id": _("Questionnaire"), "course_id": _("Course"), "step_id": _("Step"),
            "state": _("State"), "created_at": _("Begun"), "changed_at": _("Last changed"), "shared_at": _("Handed in"),
            "done_at": _("Accepted"), "id": _("Identifier"),
        }),
        table_of(SheetMember, SheetMember.person_id == me, key="sheet-parts", title=_("Your parts in sheets"), order=SheetMember.joined_at,
                 columns={
                     "sheet_id": _("Identifier of the sheet"), "role": _("Part"), "joined_at": _("Since"),
                     "section_id": _("Page last seen"),
                     "at_path": _("Field last seen"), "seen_at": _("Last seen"),
                 }),
        table_of(ExerciseSheet, ExerciseSheet.person_id == me, key="exercise-sheets", title=_("Your exercises"), columns={
            "course_id": _("Course"), "step_id": _("Step"), "sheet_id": _("Identifier of the sheet"),
        }),
        table_of(StoredFile, StoredFile.person_id == me, key="files", title=_("Files you put on sheets"), order=StoredFile.stored_at,
                 columns={
                     "name": _("Name"), "size": _("Size in bytes"), "media_type": _("Kind"), "stored_at": _("When"), "id": _("Identifier"),
                 }),
    ]


def _words(me: UUID) -> list[OwnTable]:
    return [
        table_of(SheetChange, SheetChange.person_id == me, key="sheet-changes", title=_("Every change you made on sheets"),
                 order=SheetChange.received_at, columns={
                     "received_at": _("When"), "sheet_id": _("Identifier of the sheet"), "path": _("Field"), "value": _("What you wrote"),
                     "outcome": _("What became of it"), "device_at": _("Time of your device"),
                 }),
        table_of(SheetCell, SheetCell.person_id == me, key="sheet-values", title=_("What you wrote and still stands on sheets"),
                 order=SheetCell.changed_at, columns={
                     "sheet_id": _("Identifier of the sheet"), "path": _("Field"), "value": _("Value"), "changed_at": _("When"),
                 }),
        table_of(SheetComment, SheetComment.person_id == me, key="sheet-comments", title=_("Your comments on sheets"),
                 order=SheetComment.written_at, columns={
                     "written_at": _("When"), "sheet_id": _("Identifier of the sheet"), "path": _("Field"), "text": _("Text"),
                     "feedback": _("As feedback"), "resolved_at": _("Settled"),
                 }),
        table_of(SheetMove, SheetMove.person_id == me, key="sheet-states", title=_("Sheets you handed in, returned or accepted"),
                 order=SheetMove.at, columns={"at": _("When"), "sheet_id": _("Identifier of the sheet"), "state": _("State")}),
        table_of(SheetConflict, SheetConflict.settled_by_id == me, key="sheet-choices", title=_("Where you chose between two versions"),
                 order=SheetConflict.settled_at, columns={
                     "settled_at": _("When"), "sheet_id": _("Identifier of the sheet"), "path": _("Field"),
                 }),
    ]


def _written(me: UUID) -> list[OwnTable]:
    return [
        table_of(QuestionnaireDraft, QuestionnaireDraft.person_id == me, key="questionnaire-drafts", title=_("Questionnaires you write"),
                 columns={"questionnaire_id": _("Questionnaire"), "created_at": _("Begun"), "changed_at": _("Last changed")}),
        table_of(QuestionnairePublication, QuestionnairePublication.person_id == me, key="questionnaires-published",
                 title=_("Questionnaires you published"),
                 columns={"questionnaire_id": _("Questionnaire"), "published_at": _("When")}),
    ]


def _surveys(me: UUID) -> list[OwnTable]:
    return [
        table_of(SurveyPerson, SurveyPerson.person_id == me, key="surveys-asked", title=_("Surveys you were asked to answer"), columns={
            "survey_id": _("Identifier of the survey"), "group": _("Group"), "invited_at": _("Invited"), "reminded_at": _("Reminded"),
            "answered": _("Answered"), "sheet_id": _("Identifier of the sheet"),
        }),
        table_of(SurveyCode, SurveyCode.person_id == me, key="survey-codes", title=_("Paper forms printed for you"), columns={
            "survey_id": _("Identifier of the survey"), "used": _("Form used"),
        }),
        table_of(Survey, Survey.created_by_id == me, key="surveys-made", title=_("Surveys you made"), order=Survey.created_at, columns={
            "title": _("Title"), "created_at": _("When"), "id": _("Identifier of the survey"),
        }),
    ]


def erase(event: PersonErased) -> None:
    """Handler of `person_erased`. Eleven statements, and two for each group that loses its owner.

    Of a survey only the part goes: the answer is counted, without the name; a draft was not given, and goes.
    """
    me = event.person_id
    others = select(SheetMember.sheet_id).where(SheetMember.person_id != me)
    alone = list(db.session.scalars(
        select(Sheet.id).join(SheetMember, SheetMember.sheet_id == Sheet.id)
        .where(
            SheetMember.person_id == me, or_(Sheet.survey_id.is_(None), Sheet.state != SheetState.DONE), Sheet.id.not_in(others),
            *(Sheet.id.not_in(each) for each in homes.kept()),
        )
    ))
    if alone:
        services_state.drop(sheet_ids=alone)
    _pass_on(me)
    db.session.execute(delete(SheetMember).where(SheetMember.person_id == me))
    db.session.execute(delete(ExerciseSheet).where(ExerciseSheet.person_id == me))
    db.session.execute(delete(SurveyPerson).where(SurveyPerson.person_id == me, SurveyPerson.answered.is_(False)))
    db.session.execute(delete(SurveyCode).where(SurveyCode.person_id == me, SurveyCode.used.is_(False)))
    db.session.execute(update(StoredFile).where(StoredFile.person_id == me).values(person_id=None))
    db.session.expire_all()


def _pass_on(me: UUID) -> None:
    """Sheets of a group get as owner who has been there longest, those who write first."""
    owned = select(SheetMember.sheet_id).where(SheetMember.person_id == me, SheetMember.role == MemberRole.OWNER)
    rank = func.row_number().over(
        partition_by=SheetMember.sheet_id,
        order_by=((SheetMember.role == MemberRole.EDITOR).desc(), SheetMember.joined_at, SheetMember.person_id),
    ).label("rank")
    ranked = select(SheetMember.sheet_id, SheetMember.person_id, rank).where(
        SheetMember.sheet_id.in_(owned), SheetMember.person_id != me,
    ).subquery()
    heirs = db.session.execute(select(ranked.c.sheet_id, ranked.c.person_id).where(ranked.c.rank == 1)).all()
    for sheet_id, person_id in heirs:
        db.session.execute(
            update(SheetMember).where(and_(SheetMember.sheet_id == sheet_id, SheetMember.person_id == person_id))
            .values(role=MemberRole.OWNER)
        )


def wire() -> None:
    """Answer and act."""
    own_data.connect(tables)
    person_erased.connect(erase)
