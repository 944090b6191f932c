"""Enrolments and progress of a person: shown to them; kept when they are erased, for they name nobody."""

from __future__ import annotations

from sqlalchemy import select

from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable, own_data
from webapp.learning.models import Enrolment, StepProgress


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. Two queries."""
    mine = select(Enrolment.id).where(Enrolment.person_id == asked.person_id)
    return [
        table_of(
            Enrolment, Enrolment.person_id == asked.person_id, key="courses", title=_("Your courses"), columns={
                "course_id": _("Course"), "enrolled_at": _("Enrolled"), "last_step_id": _("Last step"), "last_active_at": _("Last active"),
                "completed_at": _("Completed"), "id": _("Identifier"),
            },
        ),
        table_of(
            StepProgress, StepProgress.enrolment_id.in_(mine), key="steps", title=_("Your steps"), order=StepProgress.opened_at, columns={
                "enrolment_id": _("Enrolment"), "step_id": _("Step"), "opened_at": _("Opened"), "done_at": _("Done"),
                "seconds": _("Seconds read"),
            },
        ),
    ]


def wire() -> None:
    """Answer."""
    own_data.connect(tables)
