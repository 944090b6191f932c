"""When the surveys around a training are open, and whom they ask. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.core.frozen import dataclass
from webapp.questionnaires.models_surveys import SurveyMode
from webapp.trainings.models import Training, TrainingSession, TrainingState
from webapp.trainings.models_learning import SurveyKind

S = TrainingState
# Surveys are made from the announcement on.
WITH_SURVEYS = frozenset({S.ANNOUNCED, S.RUNNING, S.REPORTING, S.CLOSED})
QUESTIONNAIRES: Mapping[SurveyKind, str] = {
    SurveyKind.NEEDS: "needs-survey", SurveyKind.SATISFACTION: "satisfaction-survey", SurveyKind.FOLLOW_UP_3: "follow-up-3-months",
    SurveyKind.FOLLOW_UP_6: "follow-up-6-months",
}
MONTHS: Mapping[SurveyKind, int] = {SurveyKind.FOLLOW_UP_3: 3, SurveyKind.FOLLOW_UP_6: 6}
SATISFACTION_OPEN = timedelta(days=14)
FOLLOW_UP_OPEN = timedelta(days=21)
REMIND_DAYS = (7, 1)
# Of a day whose sessions are not planned yet.
MORNING, EVENING = time(9), time(17)


@dataclass(frozen=True)
class Period:
    """From the opening to the closing."""

    opens_at: datetime
    closes_at: datetime


def mode_of(kind: SurveyKind) -> SurveyMode:
    """Satisfaction is told without a name; needs and what came of it with one, so that trainers can act on it."""
    return SurveyMode.ANONYMOUS if kind is SurveyKind.SATISFACTION else SurveyMode.NAMED


def bounds(training: Training, sessions: Sequence[TrainingSession]) -> tuple[datetime, datetime] | None:
    """When the first session begins and the last one ends; of days without sessions morning and evening. None without days."""
    zone = ZoneInfo(training.zone)
    held = [each for each in sessions if not each.cancelled]
    if held:
        return (
            min(datetime.combine(each.day, each.starts, zone) for each in held),
            max(datetime.combine(each.day, each.ends, zone) for each in held),
        )
    if training.first_day is None or training.last_day is None:
        return None
    return datetime.combine(training.first_day, MORNING, zone), datetime.combine(training.last_day, EVENING, zone)


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def period(kind: SurveyKind, begins: datetime, ends: datetime, announced_at: datetime) -> Period | None:
    """When a survey is open. None for a needs survey of a training that has begun: it would come too late."""
    if kind is SurveyKind.NEEDS:
        return Period(announced_at, begins) if announced_at < begins else None
    if kind is SurveyKind.SATISFACTION:
        return Period(ends, ends + SATISFACTION_OPEN)
    opens = datetime.combine(months_after(ends.date(), MONTHS[kind]), MORNING, ends.tzinfo)
    return Period(opens, opens + FOLLOW_UP_OPEN)


def follows(kind: SurveyKind, now_is: Period, planned: Period | None) -> bool:
    """Whether the days of a survey are those that follow from the training's; a needs survey opens whenever it was announced."""
    if planned is None or now_is.closes_at != planned.closes_at:
        return False
    return kind is SurveyKind.NEEDS or now_is.opens_at == planned.opens_at


def redated(now_is: Period, planned: Period, now: datetime) -> Period:
    """The days that a survey takes over when the training's have moved.

    What has opened stays opened, and what has closed stays closed: people were told so, and results may have been looked at. A
    closing that is past by the new days is now.
    """
    if now >= now_is.closes_at:
        return now_is
    if now >= now_is.opens_at:
        return Period(now_is.opens_at, max(planned.closes_at, now))
    return planned


@dataclass(frozen=True)
class Asked:
    """Somebody who is asked: `begun` is that there is a draft or an answer."""

    begun: bool


def who_comes_and_goes(
    wanted: Mapping[UUID, str], asked: Mapping[UUID, Asked], taking_part: Sequence[UUID], mode: SurveyMode, *, planned: bool, over: bool,
) -> tuple[dict[UUID, str], list[UUID]]:
    """Whom to ask (with their groups) and whom to take off.

    `wanted` should be asked, `taking_part` are all participants in whatever state: somebody whom a trainer asked by hand stays. An
    anonymous survey keeps everybody once it has opened, a named one everybody who has begun to answer.
    """
    if over:
        return {}, []
    come = {person: group for person, group in wanted.items() if person not in asked}
    known = set(taking_part)
    gone = [person for person in asked if person in known and person not in wanted]
    if mode is SurveyMode.ANONYMOUS:
        return come, gone if planned else []
    return come, [person for person in gone if not asked[person].begun]
