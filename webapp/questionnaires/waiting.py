"""What waits for somebody among the sheets: for the page of one's own learning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, bindparam, select

from webapp.accounts.current import Viewer
from webapp.core import clock
from webapp.core.frozen import dataclass
from webapp.questionnaires import access, definitions, labels_surveys, queries_list, queries_surveys
from webapp.questionnaires.models import Sheet, SheetMember
from webapp.questionnaires.models_surveys import Survey, SurveyPerson
from webapp.questionnaires.queries_list import Line


@dataclass(frozen=True)
class Asked:
    """A survey that somebody has not answered. `begun`: there is a draft."""

    id: UUID
    title: str
    closes_at: datetime
    begun: bool


@dataclass(frozen=True)
class Waiting:
    """Surveys to answer, sheets to go on with, and how many wait for feedback; None for those who give none."""

    surveys: Sequence[Asked]
    lines: Sequence[Line]
    to_read: int | None


def facts() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a survey waits for the answer of `person` at `now`, and whether a sheet waits for them.

    For a statement that is sent anyway: most people have nothing waiting, and then `waiting` asks nothing.
    """
    person: BindParameter[UUID] = bindparam("person")
    now: BindParameter[datetime] = bindparam("now")
    # Columns of tables, not of classes: the machinery of the ORM would cost a tenth of the page.
    survey, asked, sheet, member = (model.__table__.c for model in (Survey, SurveyPerson, Sheet, SheetMember))
    surveys = (
        select(asked.survey_id).join_from(SurveyPerson.__table__, Survey.__table__, survey.id == asked.survey_id)
        .where(queries_surveys.waits(person, now, survey=survey, asked=asked))
    )
    sheets = (
        select(member.sheet_id).join_from(SheetMember.__table__, Sheet.__table__, sheet.id == member.sheet_id)
        .where(member.person_id == person, sheet.survey_id.is_(None), queries_list.to_go_on_with(sheet, member))
    )
    return surveys.exists().label("surveys_wait"), sheets.exists().label("sheets_wait")


def waiting(who: Viewer, *, surveys: bool, sheets: bool) -> Waiting:
    """Seven queries at most, none for who has nothing waiting and no role. The flags are what `facts` found."""
    to_read = queries_list.to_review_count(access.guided_paths(who), who.person_id) if access.guide(who) else None
    return Waiting(
        _surveys(who.person_id) if surveys else [], queries_list.waiting_for_me(who.person_id) if sheets else [], to_read,
    )


def _surveys(person_id: UUID) -> list[Asked]:
    """One query, two where a definition is read for the first time."""
    found = queries_surveys.waiting_for(person_id, clock.now())
    read = definitions.of_revisions({each.survey.revision for each in found}) if found else {}
    return [
        Asked(each.survey.id, labels_surveys.title_of(each.survey, read[each.survey.revision].title), each.survey.closes_at, each.begun)
        for each in found if each.survey.revision in read
    ]
