"""Who may start when, how long, and when right answers are shown. Pure: the present is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n
from webapp.courses.content import Quiz, Review

# An answer given in the last second still has to travel: slow mobile networks take a few seconds.
GRACE = timedelta(seconds=10)


class NoAttemptsLeft(DomainError):
    """All attempts are used up."""

    def __init__(self, allowed: int) -> None:
        super().__init__(_n("You have used your one attempt at this quiz.", "You have used all %(num)d attempts at this quiz.", allowed))


class MustWait(DomainError):
    """The waiting time between two attempts is not over."""

    def __init__(self, until: datetime, now: datetime) -> None:
        self.until = until
        minutes = -(-int((until - now).total_seconds()) // 60)
        super().__init__(_n("The next attempt is open in %(num)d minute.", "The next attempt is open in %(num)d minutes.", max(1, minutes)))


class AttemptClosed(DomainError):
    """Answers come to an attempt that is handed in."""

    def __init__(self) -> None:
        super().__init__(_("This attempt has been submitted; its answers can no longer change."))


class TimeIsUp(DomainError):
    """Answers come after the deadline."""

    def __init__(self) -> None:
        super().__init__(_("The time is up. What had been saved in time counts; this answer came too late."))


class NotAsked(DomainError):
    """A request answers something that this attempt does not ask or offer: no browser sends this by itself."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__(_("This request answers something that the attempt does not ask. Nothing was saved."))


@dataclass(frozen=True)
class Sitting:
    """What the rules need of an attempt. `ended` is None while it is open and within its time."""

    number: int
    ended: datetime | None
    passed: bool


@dataclass(frozen=True)
class Standing:
    """Where a person stands with a quiz. `left` is None without limit; `wait_until` only when in the future."""

    used: int
    left: int | None
    open_number: int | None
    wait_until: datetime | None
    passed: bool

    @property
    def may_start(self) -> bool:
        """Whether a new attempt may begin now."""
        return self.open_number is None and self.left != 0 and self.wait_until is None

    @property
    def next_number(self) -> int:
        """Number of the next attempt."""
        return self.used + 1


def standing(sittings: Sequence[Sitting], quiz: Quiz, now: datetime) -> Standing:
    """Where a person stands who had these sittings, in any order."""
    running = next((each.number for each in sittings if each.ended is None), None)
    ends = [each.ended for each in sittings if each.ended is not None]
    until = max(ends) + timedelta(minutes=quiz.wait_minutes) if ends and quiz.wait_minutes else None
    return Standing(
        used=max((each.number for each in sittings), default=0),
        left=max(0, quiz.attempts - len(sittings)) if quiz.attempts else None,
        open_number=running,
        wait_until=until if until is not None and until > now else None,
        passed=any(each.passed for each in sittings),
    )


def check_start(stand: Standing, quiz: Quiz, now: datetime) -> None:
    """Raise `NoAttemptsLeft` or `MustWait` unless a new attempt may begin; an open one is not looked at."""
    if stand.left == 0:
        raise NoAttemptsLeft(quiz.attempts)
    if stand.wait_until is not None:
        raise MustWait(stand.wait_until, now)


def deadline(quiz: Quiz, started: datetime) -> datetime | None:
    """When an attempt must be handed in; None without limit."""
    return started + timedelta(minutes=quiz.time_limit_minutes) if quiz.time_limit_minutes else None


def in_time(now: datetime, ends: datetime | None) -> bool:
    """Whether an answer that arrives now still counts."""
    return ends is None or now <= ends + GRACE


def remaining(now: datetime, ends: datetime | None) -> int | None:
    """Whole seconds until the deadline, never negative; None without limit."""
    return None if ends is None else max(0, int((ends - now).total_seconds()))


def shows_answers(quiz: Quiz, stand: Standing) -> bool:
    """Whether the review of a closed attempt shows right answers and feedback.

    A quiz without a limit of attempts has no last one, so there `after_last` waits for a pass.
    """
    match quiz.review:
        case Review.AFTER_SUBMIT:
            return True
        case Review.AFTER_PASS:
            return stand.passed
        case Review.AFTER_LAST:
            return stand.passed if stand.left is None else stand.left == 0 and stand.open_number is None
