"""What a participant's own page says of pre-work and surveys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import g
from sqlalchemy import select

from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, current_language
from webapp.core.ui.dates import moment_text
from webapp.learning.models import Enrolment, StepProgress
from webapp.questionnaires import personal_codes
from webapp.questionnaires.models_surveys import SurveyMode
from webapp.questionnaires.rules_surveys import Phase, phase_of
from webapp.trainings import labels, queries_surveys
from webapp.trainings.before_shown import step_of
from webapp.trainings.mine import Mine, Part
from webapp.trainings.models import TrainingState
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.queries_surveys import OwnSurvey

OVER = frozenset({TrainingState.REPORTING, TrainingState.CLOSED, TrainingState.CANCELLED})
MOST_LINKS = 3


def prework(mine: Mine, now: datetime) -> Part | None:  # noqa: ARG001  the signature of a part
    """Steps of courses to do beforehand: how many are done, and the next ones. One query, none without pre-work."""
    training = mine.training
    if not training.prework or mine.participant.state is not ParticipantState.REGISTERED or training.state in OVER:
        return None
    rows = db.session.execute(
        select(Enrolment.course_id, StepProgress.step_id).join(StepProgress, StepProgress.enrolment_id == Enrolment.id)
        .where(Enrolment.person_id == mine.person.id, StepProgress.done_at.is_not(None),
               Enrolment.course_id.in_({str(course) for course, _step in training.prework}))
    )
    done = {(course, step) for course, step in rows}
    steps = [step_of(str(course), str(step)) for course, step in training.prework]
    left = [step for step in steps if step.key not in done]
    lines = [_("%(done)d of %(total)d steps done.", done=len(steps) - len(left), total=len(steps))]
    if left:
        lines.append(_("Sign in for it, so that your progress is kept."))
    actions = [(step.title, step.url) for step in left[:MOST_LINKS] if step.url]
    return Part("prework", _("Online preparation"), "todo" if left else "done", lines, actions)


def survey_part(kind: SurveyKind) -> Callable[[Mine, datetime], Part | None]:
    """The part of a survey: what is asked and until when, or that it was answered. One query for all of them together."""

    def make(mine: Mine, now: datetime) -> Part | None:
        found = _own(mine).get(kind)
        return _part(found, mine, now) if found else None

    return make


def _own(mine: Mine) -> dict[SurveyKind, OwnSurvey]:
    key = f"training_surveys {mine.participant.id}"
    if key not in g:
        setattr(g, key, {each.kind: each for each in queries_surveys.own(mine.training.id, mine.person.id)})
    found: dict[SurveyKind, OwnSurvey] = getattr(g, key)
    return found


def _part(own: OwnSurvey, mine: Mine, now: datetime) -> Part | None:
    title, survey = str(labels.SURVEYS[own.kind]), own.survey
    phase = phase_of(survey.opens_at, survey.closes_at, now)
    if own.answered:
        return Part(own.kind.value, title, "done", [_("Answered. Thank you.")])
    if phase is Phase.PLANNED:
        return Part(own.kind.value, title, "wait", [_("It opens on %(moment)s.", moment=_moment(survey.opens_at))])
    if phase is Phase.CLOSED:
        return None
    lines = [_("Please answer until %(moment)s.", moment=_moment(survey.closes_at))]
    lines.append(_("Answers are anonymous: who has answered is kept apart from what was answered.") if survey.mode is SurveyMode.ANONYMOUS
                 else _("Answers are kept with your name; trainers and staff of the place can read them."))
    if not own.by_code:
        return Part(own.kind.value, title, "now", lines, [(_("Answer the survey"), f"/surveys/{survey.id}/answer")])
    if own.invited_at is None:
        # The code works from the moment in which people are invited, within a minute of the opening.
        return Part(own.kind.value, title, "wait", [*lines, _("The link to it will be here in a minute.")])
    return Part(own.kind.value, title, "now", lines, [
        (_("Answer the survey"), f"/answer/{personal_codes.code_of(survey.id, mine.person.id)}"),
    ])


def _moment(moment: datetime) -> str:
    return moment_text(moment, current_language(), settings().programme_zone)
