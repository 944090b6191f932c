"""Invitations to surveys and reminders: what is asked and until when, never whether or what somebody answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from webapp.accounts.mail import letter, link
from webapp.core.config import settings
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, speaking
from webapp.core.mail.services import queue
from webapp.core.ui.dates import moment_text
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires.labels_surveys import title_of
from webapp.questionnaires.models_surveys import Survey, SurveyMode


@dataclass(frozen=True)
class Recipient:
    """Somebody who is asked; `email` is empty for who has no address, and then nothing is sent. With a `code` they need no sign-in."""

    person_id: UUID
    email: str
    language: str
    code: str = ""


def invite(*, to: Recipient, survey: Survey, questionnaire: Questionnaire, now: datetime) -> None:
    """That there is a survey to answer."""
    _send(to, survey, questionnaire, now, reminder=False)


def remind(*, to: Recipient, survey: Survey, questionnaire: Questionnaire, now: datetime) -> None:
    """That it closes soon."""
    _send(to, survey, questionnaire, now, reminder=True)


def _send(to: Recipient, survey: Survey, questionnaire: Questionnaire, now: datetime, *, reminder: bool) -> None:
    with speaking(to.language):
        title = title_of(survey, questionnaire.title)
        closes = moment_text(survey.closes_at, to.language, settings().programme_zone)
        subject = _("Reminder: %(title)s", title=title) if reminder else _("Survey: %(title)s", title=title)
        asked = _(
            "You are asked to answer the survey “%(title)s”. It takes about %(minutes)d minutes.",
            title=title, minutes=questionnaire.minutes,
        )
        text = letter(
            _("Your answer to the survey “%(title)s” has not arrived yet.", title=title) if reminder else asked,
            _("It can be answered until %(moment)s. Open this page:", moment=closes),
            link(f"/answer/{to.code}" if to.code else f"/surveys/{survey.id}/answer", lang=to.language),
            _("Answers are anonymous: who has answered is kept apart from what was answered.") if survey.mode is SurveyMode.ANONYMOUS
            else _("Answers are kept with your name; trainers and staff of the place can read them."),
        )
    queue(to=to.email, subject=subject, text=text, language=to.language, now=now, person_id=to.person_id)
