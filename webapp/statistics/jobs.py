"""What is done for statistics at its times: snapshots kept fresh, answers counted ahead, and the fast counts checked by the slow ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import exists, select

from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import ParticipationEvent, ViewCount
from webapp.places import queries as places
from webapp.statistics import fast, slow, snapshot
from webapp.statistics.answers import prepare
from webapp.statistics.definitions import FIGURES, Figure
from webapp.statistics.models import Check, Snapshot
from webapp.statistics.slices import PLACES, Dimension, Slice, before

log = structlog.get_logger(__name__)

# Merges and moves of trainings leave no row with a time: what they change is in the figures at least after this.
AT_LEAST = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Question = tuple[Slice, Sequence[Dimension], Sequence[Figure]]


def refresh_due(now: datetime) -> int:
    """A new snapshot if anything was recorded since the last one; the number of snapshots made. It commits."""
    last = snapshot.newest()
    if not _changed(last, now):
        return 0
    made = snapshot.refresh(now)
    with unit_of_work():
        prepare(made, list(listed(made, now)), now)
    return 1


def _changed(last: Snapshot | None, now: datetime) -> bool:
    if last is not None and now - last.made_at >= AT_LEAST:
        return True
    since = last.cut_off if last else EPOCH
    return any(db.session.scalar(select(exists().where(table.recorded_at > since))) for table in (ParticipationEvent, ViewCount))


def listed(made: Snapshot, now: datetime) -> Iterator[Question]:
    """The questions that most readers ask first: the whole and each top place, of all time and of the last years and months."""
    tops = places.children(None)
    parts = [Slice(cut_off=made.cut_off, first=first, last=last) for first, last in _periods(now)]
    for part in parts:
        yield part, (), FIGURES
        yield part, (Dimension.PROVINCE,), FIGURES
        yield part, (Dimension.MONTH,), FIGURES
    for top in tops:
        yield Slice(cut_off=made.cut_off, paths=(top.path,)), (), FIGURES


def _periods(now: datetime) -> list[tuple[date | None, date | None]]:
    today = now.astimezone(settings().programme_zone).date()
    year = (date(today.year, 1, 1), date(today.year, 12, 31))
    month = (today.replace(day=1), (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1))
    return [(None, None), year, before(*year), month, before(*month)]


def check(now: datetime) -> int:
    """Compare the fast counts with the slow ones: the last two months by province and county, and one earlier month; differences found.

    Which earlier month it is goes round, so that every month of ten years is looked at within four months. It commits.
    """
    made = snapshot.refresh(now, anew=True)
    with unit_of_work():
        prepare(made, list(listed(made, now)), now)
    compared, differences = 0, list[Any]()
    for part in _checked(made, now):
        for by in ((), PLACES[:1], PLACES[2:]):
            quick, plain = fast.count(made, part, by, FIGURES), slow.count(part, by, FIGURES)
            for key in sorted({*quick, *plain}, key=repr):
                compared += len(FIGURES)
                one, other = quick.get(key, {}), plain.get(key, {})
                where = [str(part.first), str(part.last), [str(each) for each in key]]
                differences += [
                    [*where, figure.key, one.get(figure.key, 0), other.get(figure.key, 0)]
                    for figure in FIGURES if one.get(figure.key, 0) != other.get(figure.key, 0)
                ]
    with unit_of_work():
        db.session.add(Check(id=new_id(), at=now, compared=compared, differences=differences[:500]))
    if differences:
        log.error("statistics_differ", compared=compared, differences=len(differences))
    return len(differences)


def _checked(made: Snapshot, now: datetime) -> Iterator[Slice]:
    today = now.astimezone(settings().programme_zone).date()
    first, last = before(today.replace(day=1), (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1))
    yield Slice(cut_off=made.cut_off, first=first, last=today)
    back = 1 + today.toordinal() % 120
    for _month in range(back):
        first, last = before(first, last)
    yield Slice(cut_off=made.cut_off, first=first, last=last)
