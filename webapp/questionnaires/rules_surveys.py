"""Pure decisions about surveys: when they are open, what may still change, who is reminded when, and why something is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from webapp.core.errors import DomainError
from webapp.core.i18n import _
from webapp.core.suppression import LEAST
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FieldType
from webapp.questionnaires.models_surveys import SurveyMode

MOST_PEOPLE = 10_000
MOST_REMINDERS = 5
EARLIEST_REMINDER = 60
MOST_FORMS = 500


class Phase(StrEnum):
    """Before the opening, between opening and closing, after it."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


def phase_of(opens_at: datetime, closes_at: datetime, now: datetime) -> Phase:
    """Where a survey stands at a moment. It is open from the opening on, and closed from the closing on."""
    if now >= closes_at:
        return Phase.CLOSED
    return Phase.OPEN if now >= opens_at else Phase.PLANNED


def rounds_due(closes_at: datetime, days: Sequence[Any], now: datetime) -> int:
    """How many of the reminders should have gone out by now."""
    return sum(now >= closes_at - timedelta(days=int(each)) for each in days)


def shows_results(mode: SurveyMode, answers: int) -> bool:
    """Whether answers may be looked at: of an anonymous survey from `LEAST` answers on."""
    return answers >= LEAST if mode is SurveyMode.ANONYMOUS else answers > 0


def asks_for_files(questionnaire: Questionnaire) -> bool:
    """Whether a field takes files: they name their makers and need an account, so that no answer without a name can hold one."""
    return any(each.type is FieldType.FILE for each in questionnaire.fields)


class SurveyIsNotOpen(DomainError):
    """Somebody answers before the opening or after the closing."""

    def __init__(self, phase: Phase) -> None:
        self.phase = phase
        super().__init__(
            _("This survey has closed; no answers are taken any more.") if phase is Phase.CLOSED
            else _("This survey has not opened yet.")
        )


class ResultsAreOut(DomainError):
    """Answers are to come to an anonymous survey whose results somebody may have seen."""

    def __init__(self) -> None:
        super().__init__(_(
            "The results of this anonymous survey can be seen: an answer that came now could be told from them. "
            "Please plan another round, with this one as its earlier round.",
        ))


class HasAnswered(DomainError):
    """A second answer of one person, or a second use of a code."""

    def __init__(self) -> None:
        super().__init__(_("This survey has been answered already. Each person answers once; the first answer counts."))


class NothingAnswered(DomainError):
    """An answer without a single value."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(_("Please answer at least one question before you send."))


class ModeIsFixed(DomainError):
    """Named becomes anonymous, or the other way round, after somebody has begun to answer."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has begun to answer under what they were told. Named or anonymous can no longer be changed."))


class OpeningIsFixed(DomainError):
    """The opening or the questionnaire of a survey changes that is open or closed."""

    def __init__(self) -> None:
        super().__init__(_("This survey has opened. Its questionnaire and its opening can no longer be changed."))


class NoFilesWithoutName(DomainError):
    """A questionnaire that takes files is used anonymously or by a link."""

    def __init__(self) -> None:
        super().__init__(_(
            "This questionnaire asks for files. Files name their makers, so it can be used only with names and without a link.",
        ))


class TooManyPeople(DomainError):
    """More people than one survey asks."""

    def __init__(self) -> None:
        super().__init__(_("One survey asks %(most)d people at most.", most=MOST_PEOPLE))


class StaysAsked(DomainError):
    """Somebody is taken off a survey where that would change or tell something."""

    def __init__(self, mode: SurveyMode) -> None:
        super().__init__(
            _("An anonymous survey keeps the people it asks once it has opened: who is taken off then would show who has answered.")
            if mode is SurveyMode.ANONYMOUS else _("Somebody who has begun to answer cannot be taken off the survey.")
        )


class UnknownCode(DomainError):
    """A code that belongs to no survey."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(_("No survey has this code. Please compare it with the paper or the message, character by character."))
