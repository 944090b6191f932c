"""What a participant's own page says of their attendance."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from webapp.core.database import db
from webapp.core.hours import hours_text
from webapp.core.i18n import _, _n
from webapp.trainings.mine import Mine, Part
from webapp.trainings.models import TrainingSession
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import ParticipantState


def part(mine: Mine, now: datetime) -> Part | None:
    """Sessions and hours so far, and where to check in on a day with a session. One query."""
    today = now.astimezone(ZoneInfo(mine.training.zone)).date()
    there = (Attendance.session_id == TrainingSession.id) & (Attendance.participant_id == mine.participant.id)
    row = db.session.execute(
        select(
            func.count(Attendance.session_id).filter(Attendance.presence == Presence.PRESENT), func.sum(Attendance.minutes),
            func.count(TrainingSession.id).filter(TrainingSession.day == today),
        ).outerjoin(Attendance, there).where(TrainingSession.training_id == mine.training.id, TrainingSession.cancelled.is_(False))
    ).one()
    sessions, minutes, sessions_today = row[0], int(row[1] or 0), row[2]
    registered = mine.participant.state is ParticipantState.REGISTERED
    if not sessions and not (registered and sessions_today):
        return None
    lines = []
    if sessions:
        lines.append(_n(
            "You were at %(num)d session, %(hours)s hours in all.", "You were at %(num)d sessions, %(hours)s hours in all.", sessions,
            hours=hours_text(minutes),
        ))
    actions = []
    if registered and sessions_today:
        lines.append(_("Scan the code on the screen in the room, or type its six digits."))
        actions.append((_("Type the digits"), "/check-in"))
    return Part("attendance", _("Attendance"), "now" if actions else "done", lines, actions)
