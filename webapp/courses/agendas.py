"""Agendas that a course proposes to its trainers: plans of half-days, each a list of timed items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import time

from webapp.core.frozen import dataclass
from webapp.courses.revisions import Text, revision_of

# What a line of an agenda is; the same words as in trainings.
KINDS = ("opening", "lesson", "exercise", "talk", "test", "break", "other")
BREAK = "break"


@dataclass(frozen=True)
class PlanItem:
    """A line of a half-day. `step` is a step of the course, or None; `materials` may be empty."""

    kind: str
    minutes: int
    title: Text
    step: str | None = None
    materials: Text = field(default_factory=Text)


@dataclass(frozen=True)
class HalfDay:
    """A half-day: the day of the plan, counted from 1, when it usually starts, and what happens one after the other."""

    day: int
    title: Text
    starts: str
    items: tuple[PlanItem, ...]

    @property
    def minutes(self) -> int:
        """How long it lasts, breaks included."""
        return sum(item.minutes for item in self.items)

    @property
    def usual_start(self) -> time:
        """The usual start as a time of day."""
        return time.fromisoformat(self.starts)


@dataclass(frozen=True)
class AgendaPlan:
    """One proposal: its half-days in order. `note` says whom it suits, and may be empty."""

    id: str
    title: Text
    half_days: tuple[HalfDay, ...]
    note: Text = field(default_factory=Text)

    @property
    def minutes(self) -> int:
        """Minutes of all half-days, breaks included."""
        return sum(half.minutes for half in self.half_days)

    @property
    def working_minutes(self) -> int:
        """Minutes of all half-days without their breaks."""
        return sum(item.minutes for half in self.half_days for item in half.items if item.kind != BREAK)

    @property
    def days(self) -> int:
        """How many days it needs."""
        return max(half.day for half in self.half_days)


def agenda_revision(plans: Iterable[AgendaPlan]) -> str:
    """The revision of all plans of a course."""
    return revision_of("agenda", list(plans))
