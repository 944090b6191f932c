"""Decisions about who takes part: whether registration is open, who has a seat, and what is refused. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar
from zoneinfo import ZoneInfo

from webapp.core.i18n import _
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.rules import TAKES_PEOPLE, TrainingError

T = TypeVar("T")
P = ParticipantState
# Trainers put people onto the list from the first talk to the report: paper lists are typed in when the days are over.
LISTS_PEOPLE = frozenset(TrainingState) - {TrainingState.CLOSED, TrainingState.CANCELLED}
# Who may be asked, or asked again.
CAN_BE_INVITED = frozenset({P.LISTED, P.DECLINED, P.WITHDRAWN})
# Who has not said anything yet.
UNANSWERED = frozenset({P.LISTED, P.INVITED})


class RegistrationClosed(TrainingError):
    """Nobody is taken now: too early, too late, or only by those who run it."""


class TrainingIsCancelled(TrainingError):
    """The training does not take place."""

    def __init__(self) -> None:
        super().__init__(_("This training has been cancelled; nobody can be registered for it."))


class WasRefused(TrainingError):
    """The trainers said no; only they can take it back."""

    def __init__(self) -> None:
        super().__init__(_("The trainers could not accept this registration. Please ask them."))


class NothingToChange(TrainingError):
    """What was asked for does not fit how the person stands."""

    def __init__(self) -> None:
        super().__init__(_("This has changed since the page was opened. Please look at the page again."))


class NotReadyToInvite(TrainingError):
    """What an invitation must name is missing."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadNeeds(TrainingError):
    """What was written about needs is too long."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


def check_open(training: Training, now: datetime) -> None:
    """Whether people can register themselves. Raises `TrainingIsCancelled`, `RegistrationClosed`."""
    if training.state is TrainingState.CANCELLED:
        raise TrainingIsCancelled
    if training.state not in TAKES_PEOPLE or over(training, now):
        if training.state is TrainingState.NEGOTIATION:
            raise RegistrationClosed(_("Registration for this training has not opened yet."))
        raise RegistrationClosed(_("This training is over; registration is closed."))
    if training.registers_until is not None and now >= training.registers_until:
        raise RegistrationClosed(_("The deadline for registration is past. Please ask the trainers."))


def check_listing(training: Training) -> None:
    """Whether trainers can put people onto the list. Raises `TrainingIsCancelled`, `RegistrationClosed`."""
    if training.state is TrainingState.CANCELLED:
        raise TrainingIsCancelled
    if training.state not in LISTS_PEOPLE:
        raise RegistrationClosed(_("This training is closed; its list of participants stays as it is."))


def check_inviting(training: Training, now: datetime) -> None:
    """Whether invitations can go out. Raises `TrainingIsCancelled`, `RegistrationClosed`, `NotReadyToInvite`."""
    check_listing(training)
    if training.state is TrainingState.NEGOTIATION:
        raise NotReadyToInvite(_("Invitations can go out once the training is in preparation."))
    if training.state not in TAKES_PEOPLE or over(training, now):
        raise RegistrationClosed(_("This training is over; registration is closed."))
    if training.first_day is None or not training.venue:
        raise NotReadyToInvite(_("Please set the days and the venue of the training first: they stand in the invitations."))


def over(training: Training, now: datetime) -> bool:
    """Whether the last day of a training is past, at its venue."""
    return training.last_day is not None and now.astimezone(ZoneInfo(training.zone)).date() > training.last_day


def free(seats: int | None, taken: int) -> int | None:
    """Seats that are left; None without a limit. People beyond the seats leave none."""
    return None if seats is None else max(0, seats - taken)


def seated(seats: int | None, taken: int, waiting: int) -> bool:
    """Whether somebody who comes now gets a seat: one is left, and nobody waits for it already."""
    left = free(seats, taken)
    return waiting == 0 and (left is None or left > 0)


def promotions(seats: int | None, taken: int, waiting: int) -> int:
    """How many of the waiting list get a seat now."""
    left = free(seats, taken)
    return waiting if left is None else min(left, waiting)


def moved(queue: Sequence[T], who: T, position: int) -> list[T]:
    """The waiting list with one of it at a position, from 1; beyond its end is the end."""
    others = [each for each in queue if each != who]
    at = min(max(position, 1), len(queue)) - 1
    return [*others[:at], who, *others[at:]]
