"""Showings to visitors become numbers after some days: nobody looks at them one by one, and there are tens of millions of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, exists, func, insert, select
from sqlalchemy.orm import aliased

from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind, ParticipationEvent, ViewCount

# Much longer than a page may report the same showing again, so that none comes in a second time when its event is gone.
KEPT = timedelta(days=7)
AT_ONCE = 5_000
# A run ends in any case, so that the scheduler can; the next one goes on.
MOST = 1_000_000

_COUNTED = ("course_id", "step_id", "place_id", "place_path", "language", "device", "channel")


def roll_up(now: datetime) -> int:
    """Turn showings to visitors of days that ended `KEPT` ago into counts; the number of events that became part of one. It commits.

    Counts stand for a day of happening and a day of recording in the programme's zone and for all that a showing to a visitor
    tells. They count from the moment their last event was recorded: at any cut-off between two days, and at the present, figures
    are what they were. Events go and their count comes in one transaction, some thousand at a time; two at once share them.
    """
    before = ended_before(now)
    done = 0
    while done < MOST:
        with unit_of_work():
            rolled = _next(before)
        if not rolled:
            break
        done += rolled
    return done


def ended_before(now: datetime) -> datetime:
    """The beginning of the first day that did not end `KEPT` ago, in the programme's zone: what is older is rolled up."""
    zone = settings().programme_zone
    return _begin((now - KEPT).astimezone(zone).date(), zone)


def _next(before: datetime) -> int:
    """Roll up some events of the earliest day that has any; how many. Four statements."""
    event, zone = ParticipationEvent, settings().programme_zone
    old = _single(before)
    first = db.session.scalar(select(func.min(event.happened_at)).where(*old))
    if first is None:
        return 0
    day = first.astimezone(zone).date()
    # In the order of the groups, so that few of them are cut in two. Another worker's rows are left to it.
    taken = (
        select(event.id).where(*old, event.happened_at < _begin(day + timedelta(days=1), zone))
        .order_by(*(getattr(event, name) for name in _COUNTED)).limit(AT_ONCE).with_for_update(skip_locked=True).cte("taken")
    )
    columns = (event.recorded_at, *(getattr(event, name) for name in _COUNTED))
    gone = db.session.execute(
        delete(event).where(event.id.in_(select(taken.c.id))).returning(*columns), execution_options={"synchronize_session": False},
    ).all()
    groups: defaultdict[tuple[Any, ...], list[datetime]] = defaultdict(list)
    for recorded, *shown in gone:
        groups[recorded.astimezone(zone).date(), *shown].append(recorded)
    rows = [_count(day, shown, moments) for (_recorded, *shown), moments in groups.items()]
    if rows:
        db.session.execute(insert(ViewCount), rows)
    return len(gone)


def _count(day: date, shown: list[Any], moments: list[datetime]) -> dict[str, Any]:
    return {
        "id": new_id(), "day": day, "recorded_at": max(moments), "source": f"views:{day.isoformat()}", "number": len(moments),
        **dict(zip(_COUNTED, shown, strict=True)),
    }


def _single(before: datetime) -> list[ColumnElement[bool]]:
    """Showings of which a count tells all: to nobody known, neither correction nor corrected, and recorded by then as well."""
    event, correction = ParticipationEvent, aliased(ParticipationEvent)
    untold = (
        event.person_id, event.training_id, event.attempt_id, event.corrects_id, event.organisation_type, event.position_level, event.sex,
        event.age_band, event.graded, event.minutes,
    )
    return [
        event.kind == EventKind.VIEWED, event.happened_at < before, event.recorded_at < before, *(each.is_(None) for each in untold),
        event.source.startswith("view:"), ~exists().where(correction.corrects_id == event.id),
    ]


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
