"""What else happens when a training moves on or its plan changes: features connect their part when the room is set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import current_app

from webapp.core.frozen import dataclass
from webapp.core.signals import Signal
from webapp.trainings.models import Training, TrainingState

if TYPE_CHECKING:
    from flask import Flask

_REPORT = "training_report"


@dataclass(frozen=True)
class Moved:
    """A training, locked, came from one state into another. `note` is what was said about it."""

    training: Training
    before: TrainingState
    after: TrainingState
    note: str
    actor_id: UUID
    now: datetime


@dataclass(frozen=True)
class Changed:
    """The plan of a training, locked, changed: names of its columns."""

    training: Training
    columns: frozenset[str]
    actor_id: UUID
    now: datetime


# Both are sent inside the unit of work in which it happens.
on_moved: Signal[Moved] = Signal("training_moved")
on_changed: Signal[Changed] = Signal("training_changed")


@dataclass(frozen=True)
class ReportColumn:
    """How lists of trainings tell about reports, which belong to a room above.

    `state` is a scalar subquery of a training's report, correlated with `trainings`, null where there is none; `words` and `marks`
    say its values; `is_published` tells with which the report is there.
    """

    state: Callable[[], Any]
    words: Callable[[str], str]
    marks: Callable[[str], str]
    is_published: Callable[[str], bool]


def tell_reports(app: Flask, column: ReportColumn) -> None:
    """Called once by the room of reports."""
    app.extensions[_REPORT] = column


def report_column() -> ReportColumn | None:
    """How to ask for reports; None where no room writes them."""
    found: ReportColumn | None = current_app.extensions.get(_REPORT)
    return found
