"""Attendance, decided: minutes of a mark, and what holds when several devices marked the same person. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.core.frozen import dataclass
from webapp.trainings.models_onsite import Presence

LATE_AFTER = 15
# A device that was out of reach for longer than this has lost count.
OLDEST = timedelta(days=60)


class BadTimes(ValueError):
    """Times of a mark that cannot be. `code`: `order`, `after_end` or `before_start`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Said:
    """What a mark says. Arrived and left are times of the venue, None for the whole session."""

    presence: Presence
    arrived: time | None = None
    left: time | None = None


NOTHING = Said(Presence.UNKNOWN)


@dataclass(frozen=True)
class Mark:
    """A mark as the merge needs it: `after` are the marks whose place it takes."""

    id: UUID
    said: Said
    marked_at: datetime
    device: str
    after: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Holding:
    """What holds: by which mark, and the mark that says otherwise, if one does. `heads` are the marks that none took the place of."""

    said: Said
    mark_id: UUID | None = None
    clash_id: UUID | None = None
    heads: tuple[UUID, ...] = ()


def minute_of(moment: time) -> int:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute


def is_late(arrived: time | None, starts: time) -> bool:
    """More than a quarter of an hour after the start."""
    return arrived is not None and minute_of(arrived) - minute_of(starts) > LATE_AFTER


def cleaned(said: Said, starts: time, ends: time) -> Said:
    """The same without what says nothing: an arrival within the first quarter of an hour, leaving at the end. Raises `BadTimes`."""
    if said.presence is not Presence.PRESENT:
        return Said(said.presence)
    arrived = said.arrived if is_late(said.arrived, starts) else None
    left = said.left if said.left is not None and minute_of(said.left) < minute_of(ends) else None
    if arrived is not None and minute_of(arrived) >= minute_of(ends):
        raise BadTimes("after_end")
    if left is not None and minute_of(left) <= minute_of(starts):
        raise BadTimes("before_start")
    if arrived is not None and left is not None and minute_of(left) <= minute_of(arrived):
        raise BadTimes("order")
    return Said(Presence.PRESENT, arrived, left)


def minutes_of(said: Said, starts: time, ends: time) -> int:
    """Minutes of a session that somebody was there, from 0 to its length. Up to 15 minutes late count from the start."""
    if said.presence is not Presence.PRESENT:
        return 0
    begin = minute_of(said.arrived) if said.arrived is not None and is_late(said.arrived, starts) else minute_of(starts)
    end = min(minute_of(said.left), minute_of(ends)) if said.left is not None else minute_of(ends)
    return max(0, end - begin)


def recounted(said: Said, minutes: int, starts: time, ends: time) -> int:
    """Minutes after a session was moved: by its new times, or as they were, up to its new length, where the times no longer meet it."""
    length = minute_of(ends) - minute_of(starts)
    outside = any(at is not None and not starts <= at <= ends for at in (said.arrived, said.left))
    return min(minutes, length) if outside else minutes_of(said, starts, ends)


def arrived_by_code(now: datetime, day: date, starts: time, zone: ZoneInfo) -> time | None:
    """When somebody arrived who checks in now: None for in time, else the time of the venue, to the minute."""
    local = now.astimezone(zone)
    if local.date() != day or not is_late(local.time(), starts):
        return None
    return local.time().replace(second=0, microsecond=0)


def marked_at(received: datetime, age: timedelta) -> datetime:
    """The moment of a mark by our clock: the device's stopwatch says how long ago it was, whatever its own clock shows."""
    return received - min(max(age, timedelta()), OLDEST)


def merged(marks: Collection[Mark]) -> Holding:
    """What holds after all these marks, in whatever order they came.

    A mark takes the place of those that its maker saw, and of earlier ones of the same device. Of those left, the latest holds;
    if another one says something else, the two clash until somebody marks again who saw both. An undone mark claims nothing.
    """
    heads = _heads(marks)
    if not heads:
        return Holding(NOTHING)
    claims = [each for each in heads if each.said.presence is not Presence.UNKNOWN] or heads
    last = claims[-1]
    other = next((each for each in reversed(claims) if each.said != last.said), None)
    return Holding(last.said, last.id, other.id if other else None, tuple(each.id for each in heads))


def _heads(marks: Collection[Mark]) -> list[Mark]:
    """Marks that none took the place of, in the order of their moments."""
    ordered = sorted(marks, key=_order)
    by_id = {each.id: each for each in ordered}
    replaced = {seen for each in ordered for seen in each.after if seen != each.id}
    of_device: dict[str, list[Mark]] = {}
    for each in ordered:
        of_device.setdefault(each.device, []).append(each)
    heads = [each for each in ordered if each.id not in replaced and not _overtaken(each, of_device[each.device], by_id)]
    # Marks that name each other in a ring, which no honest device sends: the last one counts.
    return heads or ordered[-1:]


def _overtaken(mark: Mark, own: Sequence[Mark], by_id: Mapping[UUID, Mark]) -> bool:
    """Whether the same device marked later, by its stopwatch. One that this mark itself took the place of is no later one."""
    later = [each for each in own if _order(each) > _order(mark)]
    if not later:
        return False
    known, waiting = set[UUID](), list(mark.after)
    while waiting:
        seen = waiting.pop()
        if seen not in known:
            known.add(seen)
            waiting += by_id[seen].after if seen in by_id else ()
    return any(each.id not in known for each in later)


def _order(mark: Mark) -> tuple[datetime, str]:
    return mark.marked_at, str(mark.id)


def before(marks: Collection[Mark], mark_id: UUID | None) -> Said:
    """What held before a mark, for its undoing."""
    by_id = {each.id: each for each in marks}
    mark = by_id.get(mark_id) if mark_id else None
    earlier = sorted((by_id[each] for each in mark.after if each in by_id), key=_order) if mark else []
    return earlier[-1].said if earlier else NOTHING


def clashing(marks: Collection[Mark], heads: Iterable[UUID]) -> Sequence[Mark]:
    """The marks that say different things, each thing once, the latest first."""
    found: dict[Said, Mark] = {}
    wanted = set(heads)
    for each in sorted(marks, key=_order, reverse=True):
        if each.id in wanted and each.said.presence is not Presence.UNKNOWN:
            found.setdefault(each.said, each)
    return list(found.values())
