"""Conditions of a slice on what is no participation event: trainings and the events that stand behind results."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import aliased

from webapp.core.config import settings
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.places.models import Place
from webapp.places.queries import within
from webapp.statistics.facts import PAST
from webapp.statistics.rules import Period
from webapp.statistics.slices import Slice
from webapp.trainings.models import Training, TrainingState


def trainings_of(part: Slice) -> list[ColumnElement[bool]]:
    """Trainings of the places, the course and the training of a slice. Statements join the place."""
    found: list[ColumnElement[bool]] = [Training.created_at <= part.cut_off]
    if part.paths is not None:
        found.append(or_(false(), *(within(path) for path in part.paths)))
    if part.training_id is not None:
        found.append(Training.id == part.training_id)
    if part.course_id is not None:
        found.append(Training.test_course_id == part.course_id)
    return found


def ended(part: Slice) -> list[ColumnElement[bool]]:
    """The same, of those only that ended in the days of the slice and were not cancelled."""
    found = [*trainings_of(part), Training.state != TrainingState.CANCELLED, Training.last_day.is_not(None)]
    if part.first is not None:
        found.append(Training.last_day >= part.first)
    if part.last is not None:
        found.append(Training.last_day <= part.last)
    return found


def of_places(query: Any) -> Any:
    """A statement on trainings with their places."""
    return query.join(Place, Place.id == Training.place_id)


def events_of(part: Slice, kind: EventKind) -> list[ColumnElement[bool]]:
    """Events of a kind in a slice, as they are counted: recorded by the cut-off, not taken back by then, no practice.

    Places are those of the moment; a tree of another day is not asked for here.
    """
    event, correction = ParticipationEvent, aliased(ParticipationEvent)
    begins, ends = Period(part.first, part.last).bounds(settings().programme_zone)
    gone = exists(select(correction.id).where(correction.corrects_id == event.id, correction.recorded_at <= part.cut_off))
    found: list[ColumnElement[bool]] = [
        event.kind == kind, event.recorded_at <= part.cut_off, ~gone, or_(event.graded.is_(None), event.graded.is_(True)),
    ]
    if begins is not None:
        found.append(event.happened_at >= begins)
    if ends is not None:
        found.append(event.happened_at < ends)
    if part.level_from is not None:
        found.append(event.position_level >= part.level_from)
    found += [column == value for value, column in ((part.course_id, event.course_id), (part.training_id, event.training_id)) if value]
    for values, column in (
        (part.organisations, event.organisation_type), (part.sexes, event.sex), (part.ages, event.age_band),
        (part.languages, event.language), (part.devices, event.device), (part.channels, event.channel),
    ):
        if values:
            found.append(column.in_(values))
    if part.paths is not None:
        found.append(or_(false(), *(within(path, event.place_path) for path in part.paths)))
    if not part.past:
        found.append(~event.source.startswith(PAST))
    return found


def narrows_people(part: Slice) -> bool:
    """Whether a slice asks for some people only, which surveys and tests before and after do not know."""
    return bool(
        part.level_from is not None or part.organisations or part.sexes or part.ages or part.languages or part.devices or part.channels
    )
