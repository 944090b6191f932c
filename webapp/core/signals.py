"""Effects across rooms: typed signals, wired in the factory, handled in the sender's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from webapp.core.frozen import dataclass

T = TypeVar("T")
R = TypeVar("R")


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


class Collector(Generic[T, R]):
    """A question that one room asks and rooms above it answer, each with a part."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[Callable[[T], R]] = []

    def connect(self, handler: Callable[[T], R]) -> None:
        """Add a handler once, as for signals."""
        if handler not in self._handlers:
            self._handlers.append(handler)

    def collect(self, question: T) -> list[R]:
        """Every answer, in the order of wiring."""
        return [handler(question) for handler in self._handlers]


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
class TrainingCompleted:
    """A participant met the rule of a training for the first time. `language` is the person's."""

    person_id: UUID
    training_id: UUID
    participant_id: UUID
    language: str
    at: datetime


@dataclass(frozen=True)
class SurveyDated:
    """The opening or the closing of a survey was changed, or set to now. Its row holds the new ones."""

    survey_id: UUID
    at: datetime


@dataclass(frozen=True)
class PersonErased:
    """Everything that names a person must go; counts stay.

    Certificates stay verifiable by their code without the name, or are withdrawn, as the person chose. `emails` holds the
    addresses of the person until now, `name` their name, for rows that no id ties to them; they are never stored.
    """

    person_id: UUID
    at: datetime
    keep_certificates: bool = True
    emails: tuple[str, ...] = field(default=(), repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True)
class OwnDataAsked:
    """Somebody wants to see everything that is held about them, in the language in force."""

    person_id: UUID
    sign_in_id: UUID | None
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnTable:
    """One kind of row held about a person: columns as (key, label), rows by key; values are what JSON can hold, or moments.

    `covers` names the database tables that it shows.
    """

    key: str
    title: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Mapping[str, Any]]
    covers: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class PlaceSucceeded:
    """A place closed and another stands for it from now on; `operation_id` lets it be taken back."""

    place_id: UUID
    successor_id: UUID
    operation_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class PlaceOperationUndone:
    """An operation on places is about to be taken back. A handler that depends on it raises a domain error.

    `since` is when it was carried out, `place_ids` are places that it made, `paths` are paths that it gave.
    """

    operation_id: UUID
    place_ids: tuple[UUID, ...]
    paths: tuple[str, ...]
    since: datetime
    at: datetime


@dataclass(frozen=True)
class PeopleMerged:
    """Rows of `gone_id` belong to `kept_id` from now on.

    Each room keeps in `moved`, under its name, what taking it back needs: ids and values that JSON can hold, never names.
    """

    kept_id: UUID
    gone_id: UUID
    at: datetime
    moved: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PeopleParted:
    """The two were not one after all: what was moved and did not change since goes back. A room that cannot raises a domain error."""

    kept_id: UUID
    gone_id: UUID
    at: datetime
    moved: Mapping[str, Any]


@dataclass(frozen=True)
class MergeAsked:
    """Somebody wants to know what would become of the rows of `gone_id` if they belonged to `kept_id`."""

    kept_id: UUID
    gone_id: UUID


@dataclass(frozen=True)
class MergeAnswer:
    """Sentences of one room: what moves and what stays; and in `stops`, why the two cannot be merged now."""

    points: Sequence[str]
    stops: Sequence[str] = ()


course_completed: Signal[CourseCompleted] = Signal("course_completed")
training_completed: Signal[TrainingCompleted] = Signal("training_completed")
survey_dated: Signal[SurveyDated] = Signal("survey_dated")
person_erased: Signal[PersonErased] = Signal("person_erased")
people_merged: Signal[PeopleMerged] = Signal("people_merged")
people_parted: Signal[PeopleParted] = Signal("people_parted")
merge_asked: Collector[MergeAsked, MergeAnswer] = Collector("merge_asked")
place_succeeded: Signal[PlaceSucceeded] = Signal("place_succeeded")
place_operation_undone: Signal[PlaceOperationUndone] = Signal("place_operation_undone")
own_data: Collector[OwnDataAsked, Sequence[OwnTable]] = Collector("own_data")
