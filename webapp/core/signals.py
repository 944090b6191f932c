"""Effects across rooms: typed signals, wired in the factory, handled in the sender's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


class Signal(Generic[T]):
    """A named place where one room says what happened and rooms above it act on it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[Callable[[T], None]] = []

    def connect(self, handler: Callable[[T], None]) -> None:
        """Add a handler once; wiring twice (two applications in one test) changes nothing."""
        if handler not in self._handlers:
            self._handlers.append(handler)

    def send(self, event: T) -> None:
        """Call every handler in the order of wiring; an exception stops the whole unit of work."""
        for handler in self._handlers:
            handler(event)


@dataclass(frozen=True)
class CourseCompleted:
    """A person met the completion rule of a course for the first time."""

    person_id: UUID
    course_id: str
    course_revision: str
    enrolment_id: UUID
    language: str
    at: datetime


@dataclass(frozen=True)
class PersonErased:
    """Everything that names a person must go; counts stay."""

    person_id: UUID
    at: datetime


@dataclass(frozen=True)
class PeopleMerged:
    """Rows of `gone_id` belong to `kept_id` from now on."""

    kept_id: UUID
    gone_id: UUID
    at: datetime


course_completed: Signal[CourseCompleted] = Signal("course_completed")
person_erased: Signal[PersonErased] = Signal("person_erased")
people_merged: Signal[PeopleMerged] = Signal("people_merged")
