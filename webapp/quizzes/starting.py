"""What the start page of a quiz shows of the attempts so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.quizzes import rules
from webapp.quizzes.queries import Sat
from webapp.quizzes.reviewing import number_text


@dataclass(frozen=True)
class Past:
    """A line of the history: when, state and word, score of maximum (empty while open), where it leads."""

    number: int
    started_at: datetime
    ends: datetime | None
    state: str
    word: str
    score: str
    maximum: int
    tail: str


def past_attempts(rows: Sequence[Sat], now: datetime) -> list[Past]:
    """The history of a quiz, as it stands now. No query."""
    return [_past(row, now) for row in rows]


def _past(row: Sat, now: datetime) -> Past:
    if row.open:
        late = not rules.in_time(now, row.deadline_at)
        state, word = ("late", _("time is up")) if late else ("now", _("in progress"))
        return Past(row.number, row.started_at, row.deadline_at, state, word, "", row.maximum, "")
    state, word = ("done", _("passed")) if row.passed else ("wait", _("not passed"))
    score = number_text(Fraction(row.score_thousandths or 0, 1000))
    return Past(row.number, row.started_at, row.deadline_at, state, word, score, row.maximum, "review")
