"""Participation events of a person: shown to them; kept when they are erased, for they name nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from webapp.accounts.models import Person
from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable, own_data
from webapp.participation.models import ParticipationEvent


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. One query."""
    return [table_of(
        ParticipationEvent, ParticipationEvent.person_id.in_(ones_own(asked.person_id)), key="participation",
        title=_("What is counted of you"),
        order=ParticipationEvent.happened_at, columns={
            "happened_at": _("When"), "kind": _("What"), "course_id": _("Course"), "step_id": _("Step"),
            "place_path": _("Place at that moment"), "organisation_type": _("Type of organisation"),
            "position_level": _("Position level"), "sex": _("Sex"), "age_band": _("Age band"),
            "language": _("Language"), "device": _("Device"), "channel": _("Channel"), "recorded_at": _("Recorded"), "id": _("Identifier"),
        },
        note=_("Statistics are made from these rows. When you are erased they stay as counts that point to nobody."),
    )]


def ones_own(person_id: UUID) -> Select[Any]:
    """Ids under which a person's events stand: their own and those that were merged into it. For an `IN`, no query of its own."""
    return select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id))


def wire() -> None:
    """Answer."""
    own_data.connect(tables)
