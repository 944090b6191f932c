"""Attendance as pages show it: words of a mark, squares of a half-day, hours of a person, what the script is told."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.accounts.names import is_character, query_words
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.trainings import agenda, queries_attendance
from webapp.trainings.attendance_form import ABSENT, LATE, PRESENT, answer_of, clock_text
from webapp.trainings.attendance_rules import NOTHING, Said
from webapp.trainings.models import TrainingSession
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.queries_attendance import Row, Somebody
from webapp.trainings.records import Record

ACROSS = 15
STEP = 16
KINDS = (PRESENT, LATE, ABSENT, "")


@dataclass(frozen=True)
class HalfDay:
    """A session with the numbers of people by what was marked, and its squares as paths of one drawing."""

    session: TrainingSession
    present: int
    late: int
    absent: int
    unknown: int
    full: str
    half: str
    outline: str
    height: int


@dataclass(frozen=True)
class Line:
    """A person with a word for each session, and their minutes."""

    person: Somebody
    cells: Sequence[Said]
    minutes: int


@dataclass(frozen=True)
class Table:
    """The attendance of a training."""

    half_days: Sequence[HalfDay]
    lines: Sequence[Line]
    seats: int
    whole: int


def words(said: Said) -> str:
    """What a mark says: `Present`, `Late, from 09:40`, `Absent`."""
    if said.presence is not Presence.PRESENT:
        return _("Absent") if said.presence is Presence.ABSENT else _("Not marked")
    parts = [_("Late, from %(time)s", time=clock_text(said.arrived)) if said.arrived else _("Present")]
    if said.left:
        parts.append(_("left at %(time)s", time=clock_text(said.left)))
    return _(", ").join(parts)


def matching(rows: Sequence[Row], query: str) -> set[UUID]:
    """Participants whose name, in characters or by sound, or organisation meets every word; everybody for no words."""
    wanted = query_words(query)
    return {
        row.participant_id for row in rows
        if all(_meets(row, word) for word in wanted)
    }


def _meets(row: Row, word: str) -> bool:
    terms = row.search.split(" ")
    return word in terms if is_character(word) else any(term.startswith(word) for term in terms) or word in row.organisation.casefold()


def tally(rows: Sequence[Row]) -> dict[str, int]:
    """How many are present, late, absent and not marked, by the form's words."""
    found = dict.fromkeys(("present", "late", "absent", "unknown"), 0)
    for row in rows:
        found[answer_of(row.said) or "unknown"] += 1
    return found


def state(row: Attendance) -> dict[str, Any]:
    """A row of attendance as the page's script knows it."""
    return {
        "participant": str(row.participant_id), "presence": row.presence.value, "arrived": clock_text(row.arrived),
        "left": clock_text(row.left), "mark": str(row.mark_id) if row.mark_id else "", "clash": row.clash_id is not None,
        "version": row.version,
    }


def for_script(record: Record, session: TrainingSession, now: datetime) -> dict[str, str]:
    """Attributes of the page that its script reads.

    `zone` is the venue's distance from UTC in minutes, now; `who` names the signed-in session for which pages are kept.
    """
    local = now.astimezone(ZoneInfo(record.training.zone))
    offset = local.utcoffset()
    return {
        "now": now.isoformat(), "person": str(record.who.person_id), "session": str(session.id), "starts": clock_text(session.starts),
        "who": hashlib.sha256(record.who.session_id.bytes).hexdigest()[:16], "ends": clock_text(session.ends),
        "zone": str(int(offset.total_seconds()) // 60 if offset else 0),
    }


def table(training_id: UUID) -> Table:
    """Sessions, people and marks of a training, put together. Three queries."""
    sessions, people = agenda.sessions(training_id), queries_attendance.people(training_id)
    found = queries_attendance.all_attendance(training_id)
    lines = []
    for person in people:
        rows = [found.get((person.participant_id, each.id)) for each in sessions]
        lines.append(Line(person, [_said(row) for row in rows], sum(row.minutes for row in rows if row)))
    half_days = [_half_day(each, [line.cells[n] for line in lines]) for n, each in enumerate(sessions)]
    return Table(half_days, lines, sum(person.registered for person in people), sum(each.minutes for each in sessions))


def _said(row: Attendance | None) -> Said:
    return Said(row.presence, row.arrived, row.left) if row else NOTHING


def _half_day(session: TrainingSession, cells: Sequence[Said]) -> HalfDay:
    answers = sorted((answer_of(each) for each in cells), key=KINDS.index)
    full, half, outline = list[str](), list[str](), list[str]()
    for number, answer in enumerate(answers):
        x, y = number % ACROSS * STEP, number // ACROSS * STEP
        if answer == PRESENT:
            full.append(f"M{x} {y}h12v12h-12z")
        else:
            outline.append(f"M{x + 1} {y + 1}h10v10h-10z")
        if answer == LATE:
            half.append(f"M{x} {y + 12}h12v-12z")
        if not answer:
            outline[-1] = f"M{x + 4} {y + 6}h4"
    return HalfDay(
        session, answers.count(PRESENT), answers.count(LATE), answers.count(ABSENT), answers.count(""), "".join(full), "".join(half),
        "".join(outline), STEP * max(1, -(-len(cells) // ACROSS)),
    )
