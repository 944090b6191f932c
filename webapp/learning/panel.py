"""The enrolments of a person on the page that administrators see."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.i18n import _, localised
from webapp.core.panels import Panel, PanelCell
from webapp.core.ui.templating import address, moment_text
from webapp.courses.catalogue import catalogue
from webapp.learning.models import Enrolment


def enrolments(person_id: UUID) -> Panel:
    """Courses a person takes, the latest first. One query."""
    theirs = select(Enrolment).where(Enrolment.person_id == person_id)
    rows = db.session.scalars(theirs.order_by(Enrolment.enrolled_at.desc(), Enrolment.id))
    return Panel("enrolments", _("Courses"), [_("Course"), _("Enrolled"), _("Last active"), _("Completed")], [_row(each) for each in rows],
                 _("Not enrolled in any course."))


def _row(row: Enrolment) -> list[PanelCell]:
    course = catalogue().course(row.course_id)
    return [
        PanelCell(localised(course.title) if course else row.course_id, address(f"/courses/{row.course_id}/") if course else None),
        PanelCell(moment_text(row.enrolled_at)), PanelCell(moment_text(row.last_active_at)),
        PanelCell(moment_text(row.completed_at) if row.completed_at else "–"),
    ]
