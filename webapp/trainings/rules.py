"""Decisions about trainings: how they go from state to state, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from webapp.core.errors import DomainError
from webapp.core.i18n import _
from webapp.trainings.models import Training, TrainingState

S = TrainingState
# Forward one step, back one step where nothing is lost by it; a cancelled one is taken up again where planning begins.
NEXT: Mapping[TrainingState, tuple[TrainingState, ...]] = {
    S.NEGOTIATION: (S.PREPARATION, S.CANCELLED),
    S.PREPARATION: (S.ANNOUNCED, S.NEGOTIATION, S.CANCELLED),
    S.ANNOUNCED: (S.RUNNING, S.PREPARATION, S.CANCELLED),
    S.RUNNING: (S.REPORTING, S.ANNOUNCED, S.CANCELLED),
    S.REPORTING: (S.CLOSED, S.RUNNING),
    S.CLOSED: (S.REPORTING,),
    S.CANCELLED: (S.NEGOTIATION,),
}
# Where it is open to registration at all.
TAKES_PEOPLE = frozenset({S.PREPARATION, S.ANNOUNCED, S.RUNNING})
HELD = frozenset({S.RUNNING, S.REPORTING, S.CLOSED})
REPORT_DUE = timedelta(days=14)


class TrainingError(DomainError):
    """A rule of trainings said no."""


class MoveRefused(TrainingError):
    """A training cannot go to that state."""


class EditedMeanwhile(TrainingError):
    """Somebody else changed it since the page was opened."""

    status = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__(_(
            "Somebody else has changed this training since you opened the page. What you typed is still in the form; "
            "look at what is different and save again."
        ))


class NoSession(MoveRefused):
    """The agenda is empty."""


class BadPlan(TrainingError):
    """Something in the plan cannot be so."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


def check_move(training: Training, after: TrainingState, sessions: int, note: str, now: datetime) -> None:
    """Whether a training may go on to a state. `sessions` that are not cancelled. Raises `MoveRefused` with what is missing."""
    if after not in NEXT[training.state]:
        raise MoveRefused(_("The training cannot go there from where it stands now. Please open the page again."))
    if after is S.CANCELLED and not note.strip():
        raise MoveRefused(_("Please say why the training is cancelled; the participants are told."))
    if after in (S.ANNOUNCED, S.RUNNING, S.REPORTING) and training.first_day is None:
        raise MoveRefused(_("Please set the days of the training first."))
    if after in (S.ANNOUNCED, S.RUNNING, S.REPORTING) and sessions == 0:
        raise NoSession(_("Please add at least one session to the agenda first."))
    if after is S.ANNOUNCED and not training.venue:
        raise MoveRefused(_("Please enter the venue first: it stands in the invitations."))
    if after is S.REPORTING and training.first_day is not None and now.astimezone(ZoneInfo(training.zone)).date() < training.first_day:
        raise MoveRefused(_("The training has not begun yet, so there is nothing to report."))


def report_due(training: Training) -> date | None:
    """The day by which the report is due."""
    return training.last_day + REPORT_DUE if training.last_day else None
