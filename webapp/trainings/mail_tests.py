"""Mails about the tests around a training: that one is open, and once that it has not been taken. Never a result."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.accounts.mail import letter, link
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, speaking
from webapp.core.mail.services import queue
from webapp.core.ui.dates import moment_text
from webapp.trainings.models import Training
from webapp.trainings.models_learning import Moment
from webapp.trainings.records import participant_url, title_of


@dataclass(frozen=True)
class Recipient:
    """A participant with an address."""

    person_id: UUID
    email: str
    language: str
    code: str


def send(*, to: Recipient, training: Training, moment: Moment, closes: datetime | None, reminder: bool, now: datetime) -> None:
    """The link to a test, in the participant's language."""
    with speaking(to.language):
        title = title_of(training)
        if moment is Moment.BEFORE:
            subject = _("Knowledge test before the training: %(title)s", title=title)
            asked = _(
                "Please take a short knowledge test before the training “%(title)s”. It shows the trainers where to begin.", title=title,
            )
        else:
            subject = _("Knowledge test after the training: %(title)s", title=title)
            asked = _("Please take the knowledge test after the training “%(title)s”. It shows what the training has brought.", title=title)
        if reminder:
            subject = _("Reminder: %(title)s", title=subject)
            asked = _("Your knowledge test for the training “%(title)s” has not arrived yet.", title=title)
        until = moment_text(closes, to.language, ZoneInfo(training.zone)) if closes else ""
        text = letter(
            asked,
            _("It can be taken until %(moment)s. Open this page:", moment=until) if until else _("Open this page:"),
            link(participant_url(to.code, "test", moment.value), lang=to.language),
            _("The page is yours alone: please do not pass the link on. Nobody is ranked by the result."),
        )
    queue(to=to.email, subject=subject, text=text, language=to.language, now=now, person_id=to.person_id)
