"""Decisions about sessions and their agenda: times that follow from minutes, rows that move, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from http import HTTPStatus
from typing import Protocol, TypeVar
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.trainings.models import AgendaItem, ItemKind, Training, TrainingSession, TrainingState
from webapp.trainings.rules import TrainingError

DAY_MINUTES = 24 * 60
MOST_ITEMS = 60
MOST_SESSIONS = 60
MOST_MINUTES = 600
FIXED = frozenset({TrainingState.CLOSED, TrainingState.CANCELLED})


class Timed(Protocol):
    """Something that lasts."""

    @property
    def minutes(self) -> int:
        """How long it is planned to last."""


T = TypeVar("T")
L = TypeVar("L", bound=Timed)


class AgendaFixed(TrainingError):
    """The training is over, one way or the other."""

    def __init__(self) -> None:
        super().__init__(_("The training is closed or cancelled, so its agenda can no longer be changed."))


class BadSession(TrainingError):
    """A session cannot be so. `field` is what is wrong."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class SessionHeld(TrainingError):
    """A session with attendance is not deleted."""

    def __init__(self) -> None:
        super().__init__(_(
            "Attendance was taken in this session, so it cannot be deleted. You can cancel it; the attendance then stays with it."
        ))


class SessionSent(TrainingError):
    """A session that stands in people's calendars is not deleted: only a cancelled one can be taken out of them."""

    def __init__(self) -> None:
        super().__init__(_(
            "This session stands in calendar entries that were mailed, so it cannot be deleted. Cancel it: then the entries go."
        ))


@dataclass(frozen=True)
class SessionPlan:
    """A session as somebody wants it, in wall time of the venue."""

    day: date
    starts: time
    ends: time
    title: str = ""
    room: str = ""


@dataclass(frozen=True)
class ItemPlan:
    """A line of an agenda as somebody wants it; without an id it is new."""

    minutes: int
    kind: ItemKind
    titles: dict[str, str]
    id: UUID | None = None
    course_id: str | None = None
    step_id: str | None = None
    leader_id: UUID | None = None
    materials: dict[str, str] | None = None


@dataclass(frozen=True)
class Held:
    """How a line went: its minutes (0: left out; None: not said) and what there is to say of it."""

    minutes: int | None
    note: str


@dataclass(frozen=True)
class Balance:
    """Planned minutes against the length of the session: positive `spare` is free time, negative is too much."""

    planned: int
    length: int

    @property
    def spare(self) -> int:
        """Minutes left, negative for minutes too many."""
        return self.length - self.planned


def minute_of(moment: time) -> int:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute


def time_at(minute: int) -> time:
    """The time of day at so many minutes since midnight; past midnight it begins anew."""
    hours, minutes = divmod(minute % DAY_MINUTES, 60)
    return time(hours, minutes)


def shifted(moment: time, minutes: int) -> time:
    """A time of day so many minutes later."""
    return time_at(minute_of(moment) + minutes)


def spans(starts: time, lengths: Iterable[int]) -> Iterator[tuple[time, time]]:
    """Start and end of each, one after the other without a gap."""
    at = minute_of(starts)
    for minutes in lengths:
        yield time_at(at), time_at(at + minutes)
        at += minutes


def timed(session: TrainingSession | SessionPlan, items: Sequence[L]) -> list[tuple[L, time, time]]:
    """Each item with its start and end: the first begins with the session, each other where the one before it ends."""
    return [(item, start, end) for item, (start, end) in zip(items, spans(session.starts, (each.minutes for each in items)), strict=True)]


def held_minutes(item: AgendaItem) -> int:
    """How long an item took; as planned until somebody says otherwise."""
    return item.minutes if item.held_minutes is None else item.held_minutes


def as_held(session: TrainingSession, items: Sequence[AgendaItem]) -> list[tuple[AgendaItem, time, time]]:
    """The agenda as it was held: times follow from the minutes held, what was left out is missing."""
    kept = [item for item in items if held_minutes(item) > 0]
    return [(item, start, end) for item, (start, end) in zip(kept, spans(session.starts, map(held_minutes, kept)), strict=True)]


def was_noted(items: Iterable[AgendaItem]) -> bool:
    """Whether somebody said how it went."""
    return any(item.held_minutes is not None or item.note for item in items)


def balance(session: TrainingSession | SessionPlan, items: Iterable[Timed]) -> Balance:
    """Sum of the items against the session."""
    return Balance(sum(item.minutes for item in items), minute_of(session.ends) - minute_of(session.starts))


def moved(rows: Sequence[T], at: int, step: int) -> list[T]:
    """The rows with one of them moved; it stops at either end."""
    found = list(rows)
    if 0 <= at < len(found):
        row = found.pop(at)
        found.insert(max(0, min(len(found), at + step)), row)
    return found


def check_open(training: Training) -> None:
    """Whether the agenda may change at all. Raises `AgendaFixed`."""
    if training.state in FIXED:
        raise AgendaFixed


def check_session(training: Training, wanted: SessionPlan, others: Iterable[TrainingSession]) -> None:
    """Whether a session fits the training and its other sessions. Raises `BadSession`."""
    if wanted.ends <= wanted.starts:
        raise BadSession("ends", _("The session ends before it starts."))
    if training.first_day and training.last_day and not training.first_day <= wanted.day <= training.last_day:
        raise BadSession("day", _(
            "The training is from %(first)s to %(last)s. Choose one of its days, or change its days first.",
            first=training.first_day.isoformat(), last=training.last_day.isoformat(),
        ))
    for other in others:
        if not other.cancelled and other.day == wanted.day and other.starts < wanted.ends and wanted.starts < other.ends:
            raise BadSession("starts", _(
                "On %(day)s there is already a session from %(starts)s to %(ends)s. Choose other times.",
                day=wanted.day.isoformat(), starts=f"{other.starts:%H:%M}", ends=f"{other.ends:%H:%M}",
            ))


def check_items(wanted: SessionPlan, items: Sequence[ItemPlan]) -> None:
    """Whether the agenda ends on its day and is not endless. Raises `BadSession`."""
    if len(items) > MOST_ITEMS:
        raise BadSession("items", _("A session holds at most %(most)d lines.", most=MOST_ITEMS))
    if minute_of(wanted.starts) + sum(item.minutes for item in items) >= DAY_MINUTES:
        raise BadSession("items", _("The agenda goes on past midnight. Shorten its lines or begin earlier."))


def without_blank(texts: Mapping[str, str]) -> dict[str, str]:
    """The languages in which something is said."""
    return {tag: text for tag, text in texts.items() if text}
