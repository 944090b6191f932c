"""How the agenda is put into words: titles of sessions and lines, hours, and who leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date
from typing import Any
from uuid import UUID

from babel.dates import format_date

from webapp.core.i18n import _, babel_locale, current_language, localised
from webapp.core.ui import dates
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course
from webapp.trainings.labels import times_text
from webapp.trainings.models import AgendaItem, Training, TrainingSession
from webapp.trainings.rules_agenda import Balance, SessionPlan

NOON, EVENING = 12, 18


def session_title(session: TrainingSession | SessionPlan, training: Training) -> str:
    """The title in the language in force: one taken over from a plan in the plan's words, an empty one by the time of day."""
    if not session.title:
        return half_day(session)
    for course_id in training.courses:
        course = catalogue().course(course_id)
        for plan in course.facilitation.plans if course else ():
            for half in plan.half_days:
                if session.title in half.title.values():
                    return localised(half.title)
    return session.title


def half_day(session: TrainingSession | SessionPlan) -> str:
    """Morning, afternoon or evening."""
    return _("Morning") if session.starts.hour < NOON else _("Afternoon") if session.starts.hour < EVENING else _("Evening")


def day_text(day: date) -> str:
    """A day with its weekday: `Monday, 14 December 2026`, `2026年12月14日（星期一）`."""
    language = current_language()
    weekday = format_date(day, "EEEE", babel_locale(language))
    written = dates.day_text(day, language, UTC)
    return f"{written}（{weekday}）" if language.startswith("zh") else f"{weekday}, {written}"


def hours_text(minutes: int) -> str:
    """Minutes as hours: `6 h 35 min`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min", minutes=rest)
    return _("%(hours)d h %(minutes)d min", hours=hours, minutes=rest) if rest else _("%(hours)d h", hours=hours)


def balance_text(found: Balance, **names: Any) -> str:
    """The sum against the session in words: it fits, minutes are free, or it is too long."""
    values: dict[str, Any] = {"planned": found.planned, "length": found.length, "spare": abs(found.spare), **names}
    if found.spare == 0:
        return _("%(planned)s of %(length)s min planned: the agenda fills the session.", **values)
    if found.spare > 0:
        return _("%(planned)s of %(length)s min planned: %(spare)s min are free.", **values)
    return _("%(planned)s of %(length)s min planned: %(spare)s min too many.", **values)


def balance_templates() -> dict[str, str]:
    """The same three sentences with gaps, for the script that recalculates while somebody types."""
    gaps = {name: f"{{{name}}}" for name in ("planned", "length", "spare")}
    return {name: balance_text(found, **gaps) for name, found in (
        ("full", Balance(1, 1)), ("free", Balance(0, 1)), ("over", Balance(1, 0)),
    )}


def item_title(item: AgendaItem) -> str:
    """The title in the language in force, else in the one there is."""
    return localised(item.titles)


def step_title(course_id: str | None, step_id: str | None) -> str:
    """The title of a step of a course; empty if there is none (any more)."""
    course = catalogue().course(course_id) if course_id else None
    step = course.step(step_id) if course and step_id else None
    return localised(course.step_title(step)) if course and step else ""


def steps_to_choose(training: Training, also: Iterable[tuple[str | None, str | None]] = ()) -> list[tuple[str, str]]:
    """Steps of the training's courses as (course/step, title), and those that lines of the agenda name already."""
    courses: list[Course] = [course for course_id in training.courses if (course := catalogue().course(course_id))]
    found = {f"{course.id}/{step.id}": localised(course.step_title(step)) for course in courses for step in course.steps}
    for course_id, step_id in also:
        if course_id and step_id:
            found.setdefault(f"{course_id}/{step_id}", step_title(course_id, step_id) or step_id)
    return list(found.items())


def place_of(session: TrainingSession, training: Training) -> str:
    """Venue and room: the session's own room before the training's."""
    gap = "" if current_language().startswith("zh") else ", "
    return gap.join(part for part in (training.venue, session.room or training.room) if part)


def when_text(session: TrainingSession) -> str:
    """Day, weekday and times of a session."""
    gap = "" if current_language().startswith("zh") else ", "
    return f"{day_text(session.day)}{gap}{times_text(session.starts, session.ends)}"


def leader_name(names: dict[UUID, str], item: AgendaItem) -> str:
    """Who leads the line; empty if nobody is named."""
    return names.get(item.leader_id, "") if item.leader_id else ""
