"""What attendance refuses, each with its sentence."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.i18n import _
from webapp.trainings.attendance_rules import BadTimes
from webapp.trainings.rules import TrainingError


class AttendanceRefused(TrainingError):
    """Attendance cannot be taken there or then."""


class BadMark(TrainingError):
    """A mark whose times cannot be."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, bad: BadTimes) -> None:
        super().__init__({
            "after_end": _("Time of arrival: it is after the end of the session."),
            "before_start": _("Time of leaving: it is before the start of the session."),
            "order": _("Time of leaving: it is before the time of arrival."),
        }[bad.code])


class CheckInRefused(TrainingError):
    """Somebody cannot check in; the sentence says why and what to do."""


class CodeIsOver(CheckInRefused):
    """A code of the projector that is no longer the current one."""

    status = HTTPStatus.GONE

    def __init__(self) -> None:
        super().__init__(_(
            "This check-in code is over: the screen in the room shows a new one every 30 seconds. "
            "Scan or type what the screen shows now. A code that somebody sent you does not work."
        ))


class TicketIsOver(CheckInRefused):
    """A ticket older than a quarter of an hour, or none at all."""

    status = HTTPStatus.GONE

    def __init__(self) -> None:
        super().__init__(_("This check-in page was open for more than 15 minutes. Please scan the code on the screen again."))


class TicketUsed(CheckInRefused):
    """A ticket that has checked in somebody else."""

    def __init__(self) -> None:
        super().__init__(_("This page has already checked in another person. Scan the code on the screen again for the next one."))


class NotOnTheList(CheckInRefused):
    """Somebody who has no seat in the training."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_(
            "You are not registered for this training, so you cannot check in yet. Please speak to the trainer: "
            "they can register you on the spot."
        ))


class NotInSession(CheckInRefused):
    """The session is not on now."""

    def __init__(self) -> None:
        super().__init__(_("Nobody can check in to this session now: it is not its time, or it was cancelled. Please ask the trainer."))
