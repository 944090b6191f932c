"""Notices about reports, in the language of who gets them: where it stands and what to do, never what is in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from webapp.accounts.mail import letter, link
from webapp.core.i18n import _, speaking
from webapp.core.mail.services import queue
from webapp.reports.queries import Recipient
from webapp.reports.rules import Move
from webapp.trainings.models import Training
from webapp.trainings.records import title_of


def tell(*, to: Iterable[Recipient], training: Training, move: Move, by: str, words: str, now: datetime) -> None:
    """Write to everybody who has to do something now, or waited for it."""
    for each in to:
        with speaking(each.language):
            subject, said = _words(move, title_of(training), by)
            note = [words.strip()] if words.strip() else []
            text = letter(said, *note, _("Open the report:"), link(f"/trainings/{training.id}/report", lang=each.language))
        queue(to=each.email, subject=subject, text=text, language=each.language, now=now, person_id=each.person_id)


def _words(move: Move, title: str, by: str) -> tuple[str, str]:
    """Subject and first paragraph."""
    return {
        Move.SUBMIT: (
            _("Report to review: %(title)s", title=title),
            _("%(name)s has submitted the report of “%(title)s”. Please read it, comment, and approve or return it.", name=by, title=title),
        ),
        Move.TAKE_BACK: (
            _("Report taken back: %(title)s", title=title),
            _("%(name)s has taken the report of “%(title)s” back. There is nothing to review for now.", name=by, title=title),
        ),
        Move.RETURN: (
            _("Report returned: %(title)s", title=title),
            _("%(name)s has read the report of “%(title)s” and returned it. What is to be changed:", name=by, title=title),
        ),
        Move.APPROVE: (
            _("Report approved: %(title)s", title=title),
            _("%(name)s has approved the report of “%(title)s”. The lead trainer can publish it now.", name=by, title=title),
        ),
        Move.PUBLISH: (
            _("Report published: %(title)s", title=title),
            _("%(name)s has published the report of “%(title)s”. Everybody who has its address can read it.", name=by, title=title),
        ),
        Move.CORRECT: (
            _("Report to be corrected: %(title)s", title=title),
            _("%(name)s has begun a new edition of the report of “%(title)s”:", name=by, title=title),
        ),
    }[move]
