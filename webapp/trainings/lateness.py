"""What is late or does not fit in a training. Pure: the figures, the day and the moment are arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, current_language
from webapp.core.ui.dates import day_text
from webapp.trainings import labels, rules
from webapp.trainings.hooks import ReportColumn
from webapp.trainings.models import TestsNeeded, Training, TrainingState
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.queries import Figures

FOLLOW_UPS = (SurveyKind.FOLLOW_UP_3, SurveyKind.FOLLOW_UP_6)
# So long a survey is open before a low response rate is called late.
PATIENCE = timedelta(days=14)
NOT_HELD_YET = frozenset({TrainingState.NEGOTIATION, TrainingState.PREPARATION, TrainingState.ANNOUNCED})


@dataclass(frozen=True)
class Late:
    """One thing: what it is about, where it is put right (a path below the training's), and the sentence after it."""

    label: str
    path: str
    sentence: str


def report_is_late(training: Training, report: str | None, column: ReportColumn | None, today: date) -> bool:
    """Whether the report is missing 14 days after the end."""
    due = rules.report_due(training)
    if due is None or today <= due or training.state in (TrainingState.CANCELLED, TrainingState.CLOSED):
        return False
    return column is None or report is None or not column.is_published(report)


def late_things(training: Training, counted: Figures, column: ReportColumn | None, today: date, now: datetime) -> list[Late]:
    """Everything late or out of order, the most urgent first. `today` is the day at the venue."""
    if training.state is TrainingState.CANCELLED:
        return []
    found = [*_days(training, counted, today), *_report(training, counted, column, today), *_tests(training, counted, today)]
    found += _surveys(counted, now)
    return [*found, *_seats(training, counted)]


def _days(training: Training, counted: Figures, today: date) -> list[Late]:
    found = []
    first, last = training.first_day, training.last_day
    if first is not None and last is not None:
        day = day_text(first, current_language(), UTC)
        if training.state in NOT_HELD_YET and first < today:
            found.append(Late(_("State"), "state", _("The first day, %(day)s, is past, but the training is not marked as begun.", day=day)))
        elif training.state is TrainingState.RUNNING and last < today:
            found.append(Late(_("State"), "state", _("The last day is past, but the training is still marked as running.")))
    if counted.outside:
        found.append(Late(_("Agenda"), "agenda", _n(
            "%(num)d session lies outside the days of the training.", "%(num)d sessions lie outside the days of the training.",
            counted.outside,
        )))
    return found


def _report(training: Training, counted: Figures, column: ReportColumn | None, today: date) -> list[Late]:
    due = rules.report_due(training)
    if due is None or not report_is_late(training, counted.report, column, today):
        return []
    return [Late(_("Post-training report"), "report", _n(
        "Due %(day)s, %(num)d day late.", "Due %(day)s, %(num)d days late.", (today - due).days, day=day_text(due, current_language(), UTC),
    ))]


def _tests(training: Training, counted: Figures, today: date) -> list[Late]:
    # A closed record takes no more tests.
    closed = training.state is TrainingState.CLOSED
    if closed or not training.test_course_id or training.first_day is None or training.last_day is None:
        return []
    found = []
    wants_before = training.tests_needed is not TestsNeeded.AFTER
    if wants_before and training.first_day <= today <= training.last_day and counted.before < counted.registered:
        found.append(Late(_("Test before the training"), "before", _("%(missing)d of %(all)d registered have not taken it.",
                          missing=counted.registered - counted.before, all=counted.registered)))
    if training.last_day < today and counted.after < counted.attended:
        found.append(Late(_("Test after the training"), "after", _("%(missing)d of %(all)d who attended have not taken it.",
                          missing=counted.attended - counted.after, all=counted.attended)))
    return found


def _surveys(counted: Figures, now: datetime) -> list[Late]:
    return [
        Late(str(labels.SURVEYS[kind]), "after", _(
            "%(answered)d of %(asked)d have answered: less than half.", answered=asked.answered, asked=asked.asked,
        ))
        for kind, asked in (counted.surveys or {}).items()
        if kind in FOLLOW_UPS and asked.opens_at + PATIENCE <= now and asked.answered * 2 < asked.asked
    ]


def _seats(training: Training, counted: Figures) -> list[Late]:
    found = []
    if training.seats is not None and counted.registered > training.seats:
        found.append(Late(_("Participants"), "people/", _(
            "%(people)d are registered for %(seats)d seats.", people=counted.registered, seats=training.seats,
        )))
    wanted = max(training.seats or 0, counted.registered)
    if training.room_capacity is not None and wanted > training.room_capacity:
        found.append(Late(_("Venue"), "edit", _(
            "The room holds %(capacity)d people, %(wanted)d are planned.", capacity=training.room_capacity, wanted=wanted,
        )))
    return found
