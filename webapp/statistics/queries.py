"""Counts from participation events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, distinct, false, func, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.places.queries import within
from webapp.statistics.definitions import FIGURES
from webapp.statistics.trees import standing_for


def counts(
    *, begins: datetime | None, ends: datetime | None, cut_off: datetime, paths: Sequence[str] | None, course_id: str | None = None,
    tree_on: date | None = None,
) -> dict[str, int]:
    """Each figure by its key. One query.

    Events that happened from `begins` (included) to `ends` (excluded) and were recorded by `cut_off`, at a place below
    one of the paths (None: anywhere, also without a place); an event that another one corrects does not count,
    nor does one of a practice check. The paths are those of each event's moment; with `tree_on` they are those of
    that day, and each event counts where its place stood then, or what stands for its place.
    """
    event = ParticipationEvent
    correction = aliased(ParticipationEvent)
    conditions: list[ColumnElement[bool]] = [
        event.recorded_at <= cut_off,
        ~select(correction.id).where(correction.corrects_id == event.id, correction.recorded_at <= cut_off).exists(),
    ]
    conditions.append(event.graded.is_not(False))
    if begins is not None:
        conditions.append(event.happened_at >= begins)
    if ends is not None:
        conditions.append(event.happened_at < ends)
    if course_id:
        conditions.append(event.course_id == course_id)
    if paths is not None and tree_on is not None:
        conditions.append(event.place_id.in_(standing_for(paths, tree_on)) if paths else false())
    elif paths is not None:
        conditions.append(or_(False, *(within(path, event.place_path) for path in paths)))
    # Events are never changed: whoever was merged is counted as the one that stayed, at any cut-off.
    gone = select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None)).subquery()
    who = func.coalesce(gone.c.merged_into_id, event.person_id)
    query = (
        select(event.kind, func.count(), func.count(distinct(who))).outerjoin_from(event, gone, gone.c.id == event.person_id)
        .where(*conditions).group_by(event.kind)
    )
    found: dict[EventKind, tuple[int, int]] = {kind: (events, persons) for kind, events, persons in db.session.execute(query)}
    return {figure.key: found.get(figure.kind, (0, 0))[1 if figure.persons else 0] for figure in FIGURES}
