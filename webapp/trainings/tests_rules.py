"""When the tests around a training can be taken, and what is refused. Pure: the present is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from http import HTTPStatus
from zoneinfo import ZoneInfo

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.trainings.models import TrainingState
from webapp.trainings.models_learning import Moment
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.rules import TrainingError

S = TrainingState
# The test after stands at the end of the agenda: whoever finishes early may begin.
EARLIER = timedelta(minutes=60)
OPEN_AFTER = timedelta(days=30)
# What was given in the last second still has to travel.
GRACE = timedelta(seconds=30)
_PLANNED = frozenset({S.NEGOTIATION, S.PREPARATION})
_DONE = frozenset({S.CLOSED, S.CANCELLED})


class Phase(StrEnum):
    """Whether a test can be taken."""

    SOON = "soon"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class Span:
    """A session, from its start to its end in UTC."""

    starts: datetime
    ends: datetime

    @classmethod
    def of(cls, day: date, starts: time, ends: time, zone: str) -> Span:
        """Of a session's day and times at its venue."""
        here = ZoneInfo(zone)
        return cls(*(datetime.combine(day, each, here).astimezone(UTC) for each in (starts, ends)))


@dataclass(frozen=True)
class Window:
    """Whether a test can be taken, and from when until when as far as that is known."""

    phase: Phase
    opens: datetime | None
    closes: datetime | None

    @property
    def open(self) -> bool:
        """Whether answers are taken now."""
        return self.phase is Phase.OPEN


def window(moment: Moment, state: TrainingState, spans: Sequence[Span], now: datetime) -> Window:
    """When a test is open. Cancelled sessions are left out of `spans`.

    The test before: from the announcement of the training to the end of its first session. The test after: from 60 minutes before
    the end of the last session, or from when a trainer moves the training on to reporting, until 30 days after that end.
    """
    if moment is Moment.BEFORE:
        closes = min(spans, key=lambda each: each.starts).ends if spans else None
        over = state in _DONE or (closes is not None and now > closes + GRACE) or (closes is None and state is S.REPORTING)
        return Window(Phase.OVER if over else Phase.SOON if state in _PLANNED else Phase.OPEN, None, closes)
    last = max((each.ends for each in spans), default=None)
    opens, closes = (last - EARLIER, last + OPEN_AFTER) if last else (None, None)
    over = state in _DONE or (closes is not None and now > closes + GRACE)
    begun = state is S.REPORTING or (state not in _PLANNED and opens is not None and now >= opens)
    return Window(Phase.OVER if over else Phase.OPEN if begun else Phase.SOON, opens, closes)


class NoTest(TrainingError):
    """The training has no test, or its course has none any more."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(_("There is no knowledge test in this training."))


class TestNotOpen(TrainingError):
    """A test is opened or answered outside its time."""

    __test__ = False

    def __init__(self, phase: Phase) -> None:
        super().__init__(
            _("This test is not open yet.") if phase is Phase.SOON else _("This test is closed; answers are no longer taken.")
        )


class NoSeat(TrainingError):
    """Somebody without a seat opens or answers a test."""

    def __init__(self) -> None:
        super().__init__(_("Only people with a seat in the training take its tests."))


class TestSubmitted(TrainingError):
    """Answers come to a test that was submitted."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(_("This test has been submitted; its answers can no longer change."))


class NotPrinted(TrainingError):
    """A paper form is typed in that was never made."""

    def __init__(self) -> None:
        super().__init__(_("No form of this test was printed for this person, so the letters on it are not known. Print one first."))


class TakenOnline(TrainingError):
    """A paper form is typed in for somebody who submitted the test online."""

    def __init__(self) -> None:
        super().__init__(_("This person has submitted the test online; that result stands."))


class EntryClosed(TrainingError):
    """Paper forms of a training that is closed or cancelled."""

    def __init__(self) -> None:
        super().__init__(_("The training is closed, so its tests can no longer change. Move it back to reporting first."))


class NothingTyped(TrainingError):
    """A form without any answer."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(_("Nothing is answered on this form."))


def must_be_open(opened: Window, state: ParticipantState) -> None:
    """Raise `TestNotOpen` or `NoSeat` unless this participant may answer now."""
    if not opened.open:
        raise TestNotOpen(opened.phase)
    if state is not ParticipantState.REGISTERED:
        raise NoSeat


def must_take_entries(state: TrainingState) -> None:
    """Raise `EntryClosed` where what is typed in would change a closed training."""
    if state in _DONE:
        raise EntryClosed
