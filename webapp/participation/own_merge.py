"""What becomes of participation events when two rows are one person: nothing. They are never changed, and counted for the one."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.signals import MergeAnswer, MergeAsked, merge_asked
from webapp.participation.models import ParticipationEvent


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of participation. One query."""
    theirs = select(func.count()).select_from(ParticipationEvent).where(ParticipationEvent.person_id == asked.gone_id)
    count = db.session.scalar(theirs) or 0
    return MergeAnswer([_n(
        "%(num)d event that statistics count stays as it is; the two are counted as one person, in reports of the past too.",
        "%(num)d events that statistics count stay as they are; the two are counted as one person, in reports of the past too.", count,
    )] if count else [])


def wire() -> None:
    """Answer."""
    merge_asked.connect(answer)
