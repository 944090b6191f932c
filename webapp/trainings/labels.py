"""States, parts and kinds in words, each state with its mark; days and times as they are read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, time
from typing import TYPE_CHECKING

from webapp.core.i18n import _, current_language, lazy
from webapp.core.ui import dates
from webapp.trainings.models import ItemKind, TestsNeeded, TrainerPart, TrainingState
from webapp.trainings.models_learning import Moment, SurveyKind
from webapp.trainings.models_onsite import MarkChannel, MarkOutcome, Presence
from webapp.trainings.models_people import JoinedBy, ListState, ParticipantState

if TYPE_CHECKING:
    from webapp.trainings.models import Training, TrainingSession

STATES = {
    TrainingState.NEGOTIATION: lazy("Being negotiated"), TrainingState.PREPARATION: lazy("Being prepared"),
    TrainingState.ANNOUNCED: lazy("Announced"), TrainingState.RUNNING: lazy("Under way"), TrainingState.REPORTING: lazy("Being reported"),
    TrainingState.CLOSED: lazy("Training closed"), TrainingState.CANCELLED: lazy("Cancelled"),
}
MARKS = {
    TrainingState.NEGOTIATION: "todo", TrainingState.PREPARATION: "todo", TrainingState.ANNOUNCED: "wait", TrainingState.RUNNING: "now",
    TrainingState.REPORTING: "wait", TrainingState.CLOSED: "done", TrainingState.CANCELLED: "off",
}
PARTS = {
    TrainerPart.LEAD: lazy("Lead trainer"), TrainerPart.CO: lazy("Co-trainer"), TrainerPart.OBSERVER: lazy("Observer of the training"),
}
PERSON_STATES = {
    ParticipantState.LISTED: lazy("On the list"), ParticipantState.INVITED: lazy("Invited to the training"),
    ParticipantState.APPLIED: lazy("Asks for a seat"), ParticipantState.REGISTERED: lazy("Registered"),
    ParticipantState.WAITING: lazy("On the waiting list"), ParticipantState.DECLINED: lazy("Declined the invitation"),
    ParticipantState.WITHDRAWN: lazy("Withdrew"), ParticipantState.REFUSED: lazy("Not admitted"),
}
PERSON_MARKS = {
    ParticipantState.LISTED: "todo", ParticipantState.INVITED: "wait", ParticipantState.APPLIED: "wait",
    ParticipantState.REGISTERED: "done", ParticipantState.WAITING: "wait", ParticipantState.DECLINED: "off",
    ParticipantState.WITHDRAWN: "off", ParticipantState.REFUSED: "off",
}
JOINED = {
    JoinedBy.TRAINER: lazy("Entered by a trainer"), JoinedBy.IMPORT: lazy("From an imported list"), JoinedBy.LINK: lazy("By the link"),
    JoinedBy.WALK_IN: lazy("Walk-in"), JoinedBy.SUBSTITUTE: lazy("Substitute"),
}
LIST_STATES = {
    ListState.MAPPING: lazy("Columns to be chosen"), ListState.READY: lazy("Ready to import"), ListState.QUEUED: lazy("Being imported"),
    ListState.DONE: lazy("List imported"), ListState.STOPPED: lazy("Import stopped"),
}
ITEM_KINDS = {
    ItemKind.OPENING: lazy("Opening"), ItemKind.LESSON: lazy("Lesson of a course"), ItemKind.EXERCISE: lazy("Exercise"),
    ItemKind.TALK: lazy("Talk"),
    ItemKind.TEST: lazy("Test"), ItemKind.BREAK: lazy("Break"), ItemKind.OTHER: lazy("Something else"),
}
PRESENCES = {Presence.PRESENT: lazy("Present"), Presence.ABSENT: lazy("Absent"), Presence.UNKNOWN: lazy("Not marked")}
PRESENCE_MARKS = {Presence.PRESENT: "done", Presence.ABSENT: "late", Presence.UNKNOWN: "todo"}
CHANNELS = {
    MarkChannel.CODE: lazy("Check-in code"), MarkChannel.LIST: lazy("Trainer’s list"), MarkChannel.PAPER: lazy("Typed in from paper"),
}
OUTCOMES = {
    MarkOutcome.APPLIED: lazy("Applied"), MarkOutcome.OLDER: lazy("A newer mark was there"),
    MarkOutcome.CONFLICT: lazy("Two devices disagree"),
}
MOMENTS = {Moment.BEFORE: lazy("Test before the training"), Moment.AFTER: lazy("Test after the training")}
SURVEYS = {
    SurveyKind.NEEDS: lazy("Needs survey"), SurveyKind.SATISFACTION: lazy("Satisfaction survey"),
    SurveyKind.FOLLOW_UP_3: lazy("Follow-up after three months"), SurveyKind.FOLLOW_UP_6: lazy("Follow-up after six months"),
}
TESTS = {
    TestsNeeded.NONE: lazy("No test"), TestsNeeded.AFTER: lazy("The test after the training"),
    TestsNeeded.BOTH: lazy("The tests before and after the training"),
}

# The same within the sentence of a rule.
RULE_TESTS = {TestsNeeded.AFTER: lazy("the test after the training taken"), TestsNeeded.BOTH: lazy("both tests taken")}
COLLISION = lazy("Trainers and room")
PLAN = {
    "days": lazy("Days"), "venue": lazy("Venue"), "host": lazy("Host organisation"), "language": lazy("Language of the training"),
    "courses": lazy("Courses that are covered"), "seats": lazy("Seats"), "accessibility": lazy("Access for everybody"),
    "purpose": lazy("Purpose of the training"), "rule": lazy("Rule of the certificate"),
}


def state_word(state: TrainingState) -> str:
    """Where a training stands, in a word."""
    return str(STATES[state])


def state_mark(state: TrainingState) -> str:
    """The mark of a training's state: one of the state words of the interface."""
    return MARKS[state]


def part_word(part: TrainerPart) -> str:
    """What a trainer does in a training."""
    return str(PARTS[part])


def person_state_word(state: ParticipantState) -> str:
    """Where a participant stands, in words."""
    return str(PERSON_STATES[state])


def person_state_mark(state: ParticipantState) -> str:
    """The mark of a participant's state."""
    return PERSON_MARKS[state]


def joined(texts: Iterable[str]) -> str:
    """Texts one after the other, as the language joins them."""
    return _(", ").join(texts)


def rule_words(hours: str, tests: TestsNeeded, least_score: int | None) -> str:
    """The rule of the certificate of a training in words; `hours` as they are typed, empty for none."""
    parts = [_("at least %(hours)s hours of attendance", hours=hours)] if hours else []
    if tests is not TestsNeeded.NONE:
        parts.append(str(RULE_TESTS[tests]))
    if least_score is not None:
        parts.append(_("at least %(score)d per cent in the test after the training", score=least_score))
    return joined(parts)


def span_text(first: date | None, last: date | None) -> str:
    """Days from first to last as they are read in the reader's language; says so where they are not set."""
    if first is None or last is None:
        return _("Days not set yet")
    # The zone matters for moments only; these are days of the calendar.
    return dates.days_text(first, last, current_language(), UTC)


def days_text(training: Training) -> str:
    """The days of a training: `14 to 15 December 2026`."""
    return span_text(training.first_day, training.last_day)


def times_text(starts: time, ends: time) -> str:
    """`09:00–12:00`, times of the venue."""
    return f"{starts:%H:%M}–{ends:%H:%M}"


def session_text(session: TrainingSession) -> str:
    """`14 December 2026, 09:00–12:00`, with its title where it has one."""
    language = current_language()
    day = dates.day_text(session.day, language, UTC)
    gap = "" if language.startswith("zh") else ", "
    when = f"{day}{gap}{times_text(session.starts, session.ends)}"
    if not session.title:
        return when
    return f"{when}　{session.title}" if language.startswith("zh") else f"{when}: {session.title}"
