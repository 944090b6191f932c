"""How a report goes from state to state, and why something is refused. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n
from webapp.reports.models import ReportState

S = ReportState
NOTE_LENGTH = 2000
CORRECTION_LENGTH = 1000
# What the first draft leaves open stands in brackets of one of these kinds and begins with one of these words.
MARKS = {
    "zh-Hans": "［系统根据培训记录生成的初稿，请核改后删去本行］",
    "en": "[First draft from the record: change what is needed and delete this line]",
}
OPENING = {"zh-Hans": "［待补充：", "en": "[to be added: "}
CLOSING = {"zh-Hans": "］", "en": "]"}
_LEFT = re.compile(r"[\[［]\s*(?:待补充|to be added)", re.IGNORECASE)


class Move(StrEnum):
    """What somebody does with a report."""

    SUBMIT = "submit"
    TAKE_BACK = "take-back"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    CORRECT = "correct"


class Right(StrEnum):
    """Whose move it is."""

    WRITE = "write"
    REVIEW = "review"
    PUBLISH = "publish"


@dataclass(frozen=True)
class Step:
    """A move: from where, to where, whose it is, and whether it needs words."""

    before: frozenset[ReportState]
    after: ReportState
    right: Right
    words: bool = False


STEPS: Mapping[Move, Step] = {
    Move.SUBMIT: Step(frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, Right.WRITE),
    Move.TAKE_BACK: Step(frozenset({S.SUBMITTED}), S.DRAFT, Right.WRITE),
    Move.RETURN: Step(frozenset({S.SUBMITTED, S.APPROVED}), S.RETURNED, Right.REVIEW, words=True),
    Move.APPROVE: Step(frozenset({S.SUBMITTED}), S.APPROVED, Right.REVIEW),
    Move.PUBLISH: Step(frozenset({S.APPROVED}), S.PUBLISHED, Right.PUBLISH),
    Move.CORRECT: Step(frozenset({S.PUBLISHED}), S.DRAFT, Right.PUBLISH, words=True),
}
WRITTEN = frozenset({S.DRAFT, S.RETURNED})


class ReportError(DomainError):
    """A rule of reports said no."""


class MovedMeanwhile(ReportError):
    """The report is not where the page showed it."""

    status = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__(_(
            "Somebody else has moved this report on since you opened the page. Nothing was changed; look at where it stands now."
        ))


class NotYourMove(ReportError):
    """Somebody moves a report whose move it is not."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self, right: Right) -> None:
        super().__init__({
            Right.WRITE: _("Only the trainers of this training can do this."),
            Right.REVIEW: _("A report is reviewed by a second trainer of the training or by programme staff, not by who submitted it."),
            Right.PUBLISH: _("Only the lead trainer and programme staff publish and correct a report."),
        }[right])


class SayWhy(ReportError):
    """A report is returned or corrected without words."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, move: Move) -> None:
        super().__init__(
            _("Please say what has to be changed.") if move is Move.RETURN
            else _("Please say what the new edition corrects; readers see it.")
        )


class WordsTooLong(ReportError):
    """More words than are kept."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, limit: int) -> None:
        super().__init__(_("At most %(limit)d characters, please.", limit=limit))


class NotComplete(ReportError):
    """A report is submitted while something is missing in its text."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, places: int) -> None:
        super().__init__(_n(
            "%(num)d place of the text has to be finished before the report can be submitted.",
            "%(num)d places of the text have to be finished before the report can be submitted.", places,
        ))


def step(move: Move, state: ReportState, rights: frozenset[Right], words: str) -> Step:
    """What a move does. Raises `MovedMeanwhile`, `NotYourMove`, `SayWhy`, `WordsTooLong`."""
    found = STEPS[move]
    if found.right not in rights:
        raise NotYourMove(found.right)
    if state not in found.before:
        raise MovedMeanwhile
    if found.words and not words.strip():
        raise SayWhy(move)
    limit = CORRECTION_LENGTH if move is Move.CORRECT else NOTE_LENGTH
    if len(words) > limit:
        raise WordsTooLong(limit)
    return found


def possible(state: ReportState, rights: frozenset[Right]) -> list[Move]:
    """The moves that somebody can make now, in the order in which they are offered."""
    return [move for move, each in STEPS.items() if state in each.before and each.right in rights]


def is_draft(text: object) -> bool:
    """Whether a text still carries the mark of a first draft."""
    return isinstance(text, str) and any(mark in text for mark in MARKS.values())


def has_gap(text: object) -> bool:
    """Whether something that a first draft left open still stands in brackets."""
    return isinstance(text, str) and _LEFT.search(text) is not None
