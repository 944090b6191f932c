"""Decisions about the plan of a training: what changed, what its days mean for its sessions, when two things overlap. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.trainings.models import TestsNeeded, Training, TrainingState
from webapp.trainings.rules import BadPlan, TrainingError

FIXED = frozenset({TrainingState.CLOSED, TrainingState.CANCELLED})
# Where people have been told when and where it is.
SETTLED = frozenset({TrainingState.ANNOUNCED, TrainingState.RUNNING, TrainingState.REPORTING})
# What stands in the calendar entry of a participant.
IN_CALENDAR = frozenset({"title", "zone", "first_day", "last_day", "venue", "address", "room"})
LONGEST = timedelta(days=60)


@dataclass(frozen=True)
class Plan:
    """What is decided about a training. Each name is a column; `exercises` and `prework` are pairs of course and step."""

    place_id: UUID
    language: str
    zone: str
    title: str = ""
    purpose: str = ""
    host_id: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None
    venue: str = ""
    address: str = ""
    room: str = ""
    room_capacity: int | None = None
    accessibility: str = ""
    seats: int | None = None
    approval: bool = False
    link_open: bool = False
    registers_until: datetime | None = None
    courses: tuple[str, ...] = ()
    exercises: tuple[tuple[str, str], ...] = ()
    prework: tuple[tuple[str, str], ...] = ()
    test_course_id: str | None = None
    least_minutes: int = 0
    tests_needed: TestsNeeded = TestsNeeded.NONE
    least_score: int | None = None

    def columns(self) -> dict[str, Any]:
        """Values by column, as they are stored."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        pairs = {name: [list(each) for each in values[name]] for name in ("exercises", "prework")}
        return {**values, "courses": list(self.courses), **pairs}


COLUMNS = tuple(each.name for each in fields(Plan))


class PlanFixed(TrainingError):
    """The training is closed or cancelled."""

    def __init__(self) -> None:
        super().__init__(_("The training is closed or cancelled, so its plan can no longer be changed."))


class NoLead(TrainingError):
    """A training without a lead trainer."""

    def __init__(self) -> None:
        super().__init__(_("A training has exactly one lead trainer. Make somebody else the lead trainer first."))


class NotATrainer(TrainingError):
    """Somebody without a role was to run a training."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(_("Only somebody with the role of a trainer can run a training. Others can be added as observers."))


def check_plan(training: Training, plan: Plan) -> None:
    """Whether a plan can be that of a training where it stands. Raises `PlanFixed`, `BadPlan`."""
    if training.state in FIXED:
        raise PlanFixed
    if training.state in SETTLED and (plan.first_day is None or not plan.venue):
        raise BadPlan(_("The training has been announced, so its days and its venue can change but not be left empty."))


def differences(training: Training, values: Mapping[str, Any]) -> frozenset[str]:
    """Names of the columns whose value is another."""
    return frozenset(name for name, value in values.items() if getattr(training, name) != value)


def room_key(venue: str, room: str) -> str:
    """Venue and room folded, by which two trainings in one room are found; empty where there is no venue."""
    folded = [re.sub(r"[\s\W_]+", "", unicodedata.normalize("NFKC", each).casefold()) for each in (venue, room)]
    return f"{folded[0]}|{folded[1]}"[:340] if folded[0] else ""


def shift(before: date | None, after: date | None) -> timedelta:
    """By how much the sessions move with the first day."""
    return after - before if before is not None and after is not None else timedelta()


@dataclass(frozen=True)
class Slot:
    """A time in which somebody or a room is taken, in UTC; `until` is no part of it."""

    start: datetime
    until: datetime

    def meets(self, other: Slot) -> bool:
        """Whether both take the same moment. What ends as the other begins does not."""
        return self.start < other.until and other.start < self.until


def slot_of(day: date, starts: time, ends: time, zone: Any) -> Slot:
    """The slot of a session of a day, between two times of the venue's zone."""
    return Slot(datetime.combine(day, starts, zone), datetime.combine(day, ends, zone))


def whole_days(first: date, last: date, zone: Any) -> Slot:
    """The slot of days, both included: of a training without sessions, or of absence."""
    return Slot(datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone))


def meet(some: Iterable[Slot], others: Iterable[Slot]) -> bool:
    """Whether any of some meets any of the others."""
    listed = list(others)
    return any(one.meets(other) for one in some for other in listed)
