"""Writes: surveys are planned, changed, closed and opened again; people are asked and taken off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_code, new_id
from webapp.core.signals import SurveyDated, survey_dated
from webapp.core.upsert import insert_for
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.services import store_revisions
from webapp.questionnaires import queries_surveys, urn
from webapp.questionnaires import rules_surveys as rules
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.questionnaires.rules_surveys import Phase, phase_of

AT_ONCE = 500


@dataclass(frozen=True)
class Plan:
    """What is decided about a survey. `remind_days` are days before the closing; `by_link`: whoever has the link may answer."""

    title: str
    mode: SurveyMode
    place_id: UUID | None
    opens_at: datetime
    closes_at: datetime
    remind_days: Sequence[int] = ()
    by_link: bool = False
    earlier_id: UUID | None = None


def locked(survey_id: UUID) -> Survey:
    """The survey, locked until the unit of work ends. One query."""
    statement = select(Survey).where(Survey.id == survey_id).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def create(*, questionnaire: Questionnaire, plan: Plan, actor_id: UUID, now: datetime) -> Survey:
    """A survey under the questionnaire as it is now. Raises `NoFilesWithoutName`."""
    _may_ask(questionnaire, plan)
    store_revisions([questionnaire], now)
    survey = Survey(
        id=new_id(), questionnaire_id=questionnaire.id, revision=questionnaire.revision, title=plan.title, mode=plan.mode,
        place_id=plan.place_id, opens_at=plan.opens_at, closes_at=plan.closes_at, remind_days=sorted(plan.remind_days, reverse=True),
        link_code=new_code() if plan.by_link else None, earlier_id=plan.earlier_id, created_by_id=actor_id, created_at=now,
    )
    db.session.add(survey)
    db.session.flush()
    record(actor_id=actor_id, action="survey.created", subject=("survey", survey.id), now=now, place_id=survey.place_id,
           after=_noted(survey))
    return survey


def _may_ask(questionnaire: Questionnaire, plan: Plan) -> None:
    if rules.asks_for_files(questionnaire) and (plan.mode is SurveyMode.ANONYMOUS or plan.by_link):
        raise rules.NoFilesWithoutName


def _noted(survey: Survey) -> dict[str, Any]:
    return {
        "questionnaire": survey.questionnaire_id, "mode": survey.mode, "opens": survey.opens_at.isoformat(),
        "closes": survey.closes_at.isoformat(), "link": survey.link_code is not None, "reminders": list(survey.remind_days),
    }


def change(*, survey: Survey, questionnaire: Questionnaire, plan: Plan, actor_id: UUID, now: datetime) -> None:
    """Change a `locked` survey. `questionnaire` is the one in force: until the opening it is taken as it is now.

    Raises `ModeIsFixed`, `OpeningIsFixed`, `NoFilesWithoutName`, `ResultsAreOut`.
    """
    if plan.closes_at > now:
        urn.must_not_be_sealed(survey, now)
    before, planned = _noted(survey), phase_of(survey.opens_at, survey.closes_at, now) is Phase.PLANNED
    if plan.mode is not survey.mode and db.session.scalar(select(queries_surveys.begun(survey.id))):
        raise rules.ModeIsFixed
    if not planned and plan.opens_at != survey.opens_at:
        raise rules.OpeningIsFixed
    _may_ask(questionnaire, plan)
    if planned:
        store_revisions([questionnaire], now)
        survey.questionnaire_id, survey.revision = questionnaire.id, questionnaire.revision
    if (survey.closes_at, list(survey.remind_days)) != (plan.closes_at, sorted(plan.remind_days, reverse=True)):
        # Counted anew: what is past under the new days is not sent afterwards.
        due = rules.rounds_due(plan.closes_at, plan.remind_days, now)
        db.session.execute(update(SurveyPerson).where(SurveyPerson.survey_id == survey.id).values(reminders=due))
    survey.title, survey.mode, survey.place_id = plan.title, plan.mode, plan.place_id
    survey.opens_at, survey.closes_at, survey.earlier_id = plan.opens_at, plan.closes_at, plan.earlier_id
    survey.remind_days = sorted(plan.remind_days, reverse=True)
    if plan.by_link != (survey.link_code is not None):
        survey.link_code = new_code() if plan.by_link else None
    db.session.flush()
    record(actor_id=actor_id, action="survey.changed", subject=("survey", survey.id), now=now, place_id=survey.place_id, before=before,
           after=_noted(survey))
    survey_dated.send(SurveyDated(survey.id, now))


def close(*, survey: Survey, actor_id: UUID, now: datetime) -> None:
    """End a `locked` survey at once. One that has not opened is over before it began."""
    before = _noted(survey)
    survey.opens_at, survey.closes_at = min(survey.opens_at, now), min(survey.closes_at, now)
    db.session.flush()
    record(actor_id=actor_id, action="survey.closed", subject=("survey", survey.id), now=now, place_id=survey.place_id, before=before,
           after=_noted(survey))
    survey_dated.send(SurveyDated(survey.id, now))


def reopen(*, survey: Survey, closes_at: datetime, actor_id: UUID, now: datetime) -> None:
    """Let a `locked` survey take answers again until a later moment. Raises `ResultsAreOut`."""
    urn.must_not_be_sealed(survey, now)
    before = _noted(survey)
    survey.closes_at = closes_at
    due = rules.rounds_due(closes_at, survey.remind_days, now)
    db.session.execute(update(SurveyPerson).where(SurveyPerson.survey_id == survey.id).values(reminders=due))
    db.session.flush()
    record(actor_id=actor_id, action="survey.reopened", subject=("survey", survey.id), now=now, place_id=survey.place_id, before=before,
           after=_noted(survey))
    survey_dated.send(SurveyDated(survey.id, now))


def ask(*, survey: Survey, people: Mapping[UUID, str], actor_id: UUID, now: datetime) -> int:
    """Put the survey to people, each with the label of a group. Who is asked already stays as they are. How many are new.

    They are invited by the job; reminders that are past are not sent to them. Raises `TooManyPeople`. A statement for 500 people.
    """
    count = select(func.count()).select_from(SurveyPerson).where(SurveyPerson.survey_id == survey.id)
    before = db.session.scalar(count) or 0
    if before + len(people) > rules.MOST_PEOPLE:
        raise rules.TooManyPeople
    due = rules.rounds_due(survey.closes_at, survey.remind_days, now)
    rows = [
        {"survey_id": survey.id, "person_id": person_id, "group": group.strip()[:120], "reminders": due, "answered": False}
        for person_id, group in sorted(people.items())
    ]
    for start in range(0, len(rows), AT_ONCE):
        db.session.execute(insert_for(SurveyPerson).on_conflict_do_nothing(), rows[start : start + AT_ONCE])
    added = (db.session.scalar(count) or 0) - before
    if added:
        record(actor_id=actor_id, action="survey.people_asked", subject=("survey", survey.id), now=now, place_id=survey.place_id,
               after={"people": added})
    return added


def take_off(*, survey: Survey, person_ids: Collection[UUID], actor_id: UUID, now: datetime) -> int:
    """Ask some people no longer. Raises `StaysAsked`. How many were taken off."""
    theirs = (SurveyPerson.survey_id == survey.id, SurveyPerson.person_id.in_(person_ids))
    if survey.mode is SurveyMode.ANONYMOUS:
        if phase_of(survey.opens_at, survey.closes_at, now) is not Phase.PLANNED:
            raise rules.StaysAsked(survey.mode)
    elif db.session.scalar(select(func.count()).select_from(SurveyPerson).where(*theirs, SurveyPerson.sheet_id.is_not(None))):
        raise rules.StaysAsked(survey.mode)
    gone: Any = db.session.execute(delete(SurveyPerson).where(*theirs))
    record(actor_id=actor_id, action="survey.people_taken_off", subject=("survey", survey.id), now=now, place_id=survey.place_id,
           after={"people": int(gone.rowcount)})
    return int(gone.rowcount)
