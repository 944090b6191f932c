"""Notices about sheets: that there is something to look at, never what was written."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from webapp.accounts.mail import letter, link
from webapp.core import limits
from webapp.core.i18n import _, speaking
from webapp.core.mail.services import queue
from webapp.questionnaires import queries_people
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.queries_people import Recipient

HOUR = timedelta(hours=1)


class News(StrEnum):
    """What happened to a sheet."""

    RETURNED = "returned"
    ACCEPTED = "accepted"
    COMMENTED = "commented"
    PART_GIVEN = "part-given"


def tell(*, sheet: Sheet, title: str, news: News, by: str, actor_id: UUID, now: datetime, thread: UUID | None = None) -> None:
    """Tell the members, and who wrote in the thread, of something that somebody else did. One query and two statements a person."""
    for each in queries_people.recipients(sheet.id, but=actor_id, thread=thread):
        _send(each, sheet, title, news, by, now)


def tell_one(*, to: Recipient, sheet: Sheet, title: str, by: str, now: datetime) -> None:
    """Tell somebody that they have a part in a sheet now."""
    _send(to, sheet, title, News.PART_GIVEN, by, now)


def _send(to: Recipient, sheet: Sheet, title: str, news: News, by: str, now: datetime) -> None:
    """At most one notice an hour about one sheet: the second waits until the hour is over, and speaks for those after it."""
    counted = limits.count(key=f"notice of {sheet.id} to {to.person_id}", per=HOUR, now=now)
    if counted.hits > 2:
        return
    with speaking(to.language):
        subject, said = _words(news, title, by)
        text = letter(said, _("Open the sheet:"), link(f"/sheets/{sheet.id}/state", lang=to.language))
    mail = queue(to=to.email, subject=subject, text=text, language=to.language, now=now, person_id=to.person_id)
    if mail is not None and counted.hits == 2:
        mail.due_at = now + timedelta(seconds=counted.seconds)


def _words(news: News, title: str, by: str) -> tuple[str, str]:
    """Subject and first paragraph."""
    return {
        News.RETURNED: (
            _("A sheet was returned to you: %(title)s", title=title),
            _("%(name)s has read “%(title)s” and returned it with feedback. Please change what is needed, and hand it in again.",
              name=by, title=title),
        ),
        News.ACCEPTED: (
            _("Your sheet was accepted: %(title)s", title=title),
            _("%(name)s has read “%(title)s” and accepted it. There is nothing left to do.", name=by, title=title),
        ),
        News.COMMENTED: (
            _("Comment on a sheet: %(title)s", title=title), _("%(name)s has commented on “%(title)s”.", name=by, title=title),
        ),
        News.PART_GIVEN: (
            _("You can work on a sheet: %(title)s", title=title),
            _("%(name)s lets you work on “%(title)s”. You find it among your sheets.", name=by, title=title),
        ),
    }[news]
