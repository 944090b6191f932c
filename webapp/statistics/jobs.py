"""What is done for statistics at its times: snapshots kept fresh, answers counted ahead, and the fast counts checked by the slow ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import structlog
from sqlalchemy import exists, select

from webapp.accounts.models import PositionLevel
from webapp.core.config import settings
from webapp.core.database import db, only_reading
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import ParticipationEvent, ViewCount
from webapp.places.models_operations import PlaceOperation
from webapp.statistics import slow, snapshot
from webapp.statistics.answers import Source, ahead
from webapp.statistics.definitions import BY_KEY, FIGURES, Figure
from webapp.statistics.models import Answer, Check, Snapshot
from webapp.statistics.slices import PLACES, Dimension, Slice, before
from webapp.statistics.slow import Counts
from webapp.statistics.snapshot import Overtaken

log = structlog.get_logger(__name__)

# Merges and moves of trainings leave no row with a time: what they change is in the figures at least after this.
AT_LEAST = timedelta(hours=1)
# The more there is, the less often it is copied: about a minute for every million rows.
A_ROW = timedelta(microseconds=60)
# How often a snapshot is begun that others overtake.
TRIES = 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What pages break every period down by, and what the whole, with the figures that they show of it.
PEOPLE = (Dimension.ORGANISATION, Dimension.LEVEL, Dimension.SEX, Dimension.AGE)
LISTED: tuple[tuple[Dimension, ...], ...] = (
    (), *((each,) for each in (Dimension.PROVINCE, Dimension.MONTH, Dimension.COURSE, *PEOPLE)),
)
_SEEN = ("views", "readers", "enrolled", "started", "passed", "attended", "completed", "hours", "trainings", "counties")
WHOLE: dict[tuple[Dimension, ...], Sequence[str]] = {
    (Dimension.COUNTY,): ("readers", "started", "passed", "attended", "trainings"),
    (Dimension.WEEK,): _SEEN,
    (Dimension.COURSE, Dimension.STEP): ("views", "readers", "started", "submitted", "passed"),
    **{(each,): tuple(BY_KEY) for each in (Dimension.LANGUAGE, Dimension.DEVICE, Dimension.CHANNEL)},
    **{(Dimension.PROVINCE, each): _SEEN for each in (Dimension.YEAR, Dimension.MONTH, *PEOPLE)},
    (Dimension.PROVINCE, Dimension.COURSE): tuple(BY_KEY),
    # What a pivot table begins with.
    **dict.fromkeys(combinations((Dimension.YEAR, Dimension.MONTH, Dimension.COURSE, *PEOPLE), 2), ("started", "passed", "attended")),
    (Dimension.PROVINCE, Dimension.LEVEL, Dimension.YEAR): ("started", "passed", "attended"),
}
CHECKED: tuple[tuple[Dimension, ...], ...] = ((), PLACES[:1], PLACES[2:])
Question = tuple[Slice, Sequence[Dimension], Sequence[Figure]]


def refresh_due(now: datetime) -> int:
    """A new snapshot if anything was recorded since the last one; the number of snapshots made. It commits."""
    with only_reading():
        changed = _changed(snapshot.newest(), now)
    if not changed:
        return 0
    try:
        snapshot.refresh(now, ahead=counts_ahead(now))
    except Overtaken:
        return 0
    return 1


def refreshed(now: datetime, *, anew: bool) -> Snapshot:
    """A new snapshot whoever else makes one meanwhile, with what is counted ahead. It commits."""
    for _try in range(TRIES - 1):
        with suppress(Overtaken):
            return snapshot.refresh(now, anew=anew, ahead=counts_ahead(now))
    return snapshot.refresh(now, anew=anew, ahead=counts_ahead(now))


def counts_ahead(now: datetime) -> Callable[[Snapshot], Iterator[Answer]]:
    """What a refresh counts ahead of its readers: see `listed`."""
    return lambda made: ahead(made, list(listed(made, now)), now)


def _changed(last: Snapshot | None, now: datetime) -> bool:
    if last is not None:
        passed = now - last.made_at
        if passed >= AT_LEAST or passed < A_ROW * last.rows:
            return passed >= AT_LEAST
    since = last.cut_off if last else EPOCH
    # A snapshot holds the tree of its moment too: whoever merged places wants to see it.
    new = (
        ParticipationEvent.recorded_at > since, ViewCount.recorded_at > since, PlaceOperation.done_at > since,
        PlaceOperation.undone_at > since,
    )
    return any(db.session.scalar(select(exists().where(each))) for each in new)


def listed(made: Snapshot, now: datetime) -> Iterator[Question]:
    """The questions that most readers ask first. Slices with one value of a dimension follow from the table by that dimension.

    The whole of all time, of the last years, quarters and months, by what pages break it down by; of all time also what pages show
    of a province, of a course by its steps, by weeks, of officials of a level and above, and of every county.
    """
    reported = [BY_KEY["attended"]]
    for first, last in _periods(now):
        part = Slice(cut_off=made.cut_off, first=first, last=last)
        for by in LISTED:
            yield part, by, FIGURES
        official = part.but(level_from=int(PositionLevel.MIDDLE))
        for by in ((), (Dimension.PROVINCE,)):
            yield official, by, reported
    whole = Slice(cut_off=made.cut_off)
    for by, keys in WHOLE.items():
        yield whole, by, [BY_KEY[key] for key in keys]
    for level in PositionLevel:
        yield whole.but(level_from=int(level)), (), FIGURES


def _periods(now: datetime) -> list[tuple[date | None, date | None]]:
    today = now.astimezone(settings().programme_zone).date()
    found: list[tuple[date | None, date | None]] = [(None, None)]
    for months in (12, 3, 1):
        index = today.year * 12 + (today.month - 1) // months * months
        behind = index + months
        this = (date(index // 12, index % 12 + 1, 1), date(behind // 12, behind % 12 + 1, 1) - timedelta(days=1))
        found += [this, before(*this)]
    return found


def check(now: datetime) -> int:
    """Compare what pages show with the slow count: this month, the one before and an earlier one; differences found. It commits.

    Each as a whole, by province and county, and every province by itself. Which earlier month it is goes round, so that every month of
    ten years is looked at within four months.
    """
    made = refreshed(now, anew=True)
    with only_reading():
        compared, differences = _compared(made, now)
    with unit_of_work():
        db.session.add(Check(id=new_id(), at=now, compared=compared, differences=differences[:500]))
    if differences:
        log.error("statistics_differ", compared=compared, differences=len(differences))
    return len(differences)


def _compared(made: Snapshot, now: datetime) -> tuple[int, list[Any]]:
    compared, differences = 0, list[Any]()
    # Pages take what was counted ahead, or work it out from a wider table: so does the check.
    pages = Source(made.cut_off, made)
    for part in _checked(made, now):
        plain = slow.counted(part, CHECKED, FIGURES)
        pairs: list[tuple[Counts, Counts]] = [
            (pages.count(part, by, FIGURES), cells) for by, cells in zip(CHECKED, plain, strict=True)
        ]
        provinces = {key: cell for key, cell in plain[CHECKED.index(PLACES[:1])].items() if key[0] is not None}
        pairs.append(({key: pages.total(part.but(paths=key), FIGURES) for key in provinces}, provinces))
        for quick, slowly in pairs:
            for key in sorted({*quick, *slowly}, key=repr):
                compared += len(FIGURES)
                one, other = quick.get(key, {}), slowly.get(key, {})
                where = [str(part.first), str(part.last), [str(each) for each in key]]
                differences += [
                    [*where, figure.key, one.get(figure.key, 0), other.get(figure.key, 0)]
                    for figure in FIGURES if one.get(figure.key, 0) != other.get(figure.key, 0)
                ]
    return compared, differences


def _checked(made: Snapshot, now: datetime) -> Iterator[Slice]:
    today = now.astimezone(settings().programme_zone).date()
    first, last = today.replace(day=1), (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    for months in (0, 1, 1 + today.toordinal() % 120):
        for _month in range(months):
            first, last = before(first, last)
        yield Slice(cut_off=made.cut_off, first=first, last=last)
