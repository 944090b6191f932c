"""Attendance as a table of persons and sessions: cells as they are typed from paper, and the same table as a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import time
from uuid import UUID, uuid5

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import MistypedCode, read_code
from webapp.trainings.attendance_form import BadTime, clock_text, read_time, uuid_or_none
from webapp.trainings.attendance_rules import BadTimes, Said, cleaned
from webapp.trainings.models import TrainingSession
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.queries_attendance import Somebody
from webapp.trainings.services_attendance import Sent

PRESENT = frozenset({"1", "√", "✓", "✔", "v", "y", "p", "x", "到", "签", "已签", "present", "yes"})
ABSENT = frozenset({"0", "a", "n", "缺", "未到", "否", "absent", "no"})
FIXED = 3
_HEAD = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D+(\d{1,2})[:：](\d{2})")
_SPAN = re.compile(r"[-–—~～至]")


class BadCell(ValueError):
    """A cell that says nothing known."""


@dataclass
class Taken:
    """What a sheet says: marks by session, and sentences for what cannot be read."""

    marks: dict[UUID, list[Sent]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def add(self, session_id: UUID, mark: Sent) -> None:
        """One more mark."""
        self.marks.setdefault(session_id, []).append(mark)


def read_cell(text: str) -> Said | None:
    """`1`, `0`, `9:40` (arrived), `9:40-11:00`, `-11:00` (left); None for an empty cell. Raises `BadCell`."""
    plain = text.strip().casefold()
    if not plain:
        return None
    if plain in PRESENT:
        return Said(Presence.PRESENT)
    if plain in ABSENT:
        return Said(Presence.ABSENT)
    came, *went = _SPAN.split(plain, maxsplit=1)
    try:
        arrived, left = read_time(came), read_time(went[0]) if went else None
    except BadTime as bad:
        raise BadCell(text) from bad
    if arrived is None and left is None:
        raise BadCell(text)
    return Said(Presence.PRESENT, arrived, left)


def cell_text(said: Said) -> str:
    """What is said, as it would be typed."""
    if said.presence is not Presence.PRESENT:
        return "0" if said.presence is Presence.ABSENT else ""
    if said.left:
        return f"{clock_text(said.arrived)}-{clock_text(said.left)}"
    return clock_text(said.arrived) or "1"


def heading(session: TrainingSession) -> str:
    """`2026-12-14 09:00`: how a column of the file names its session."""
    return f"{session.day.isoformat()} {clock_text(session.starts)}"


def of_form(
    form: Mapping[str, str], people: Sequence[Somebody], sessions: Sequence[TrainingSession], key: UUID,
) -> Taken:
    """Marks of the cells that were changed; ids follow from the form's key."""
    taken = Taken()
    for person in people:
        for session in sessions:
            name = f"{person.participant_id}-{session.id}"
            typed = form.get(f"c-{name}")
            shown, _bar, mark = form.get(f"was-{name}", "|").partition("|")
            if typed is None or typed.strip() == shown:
                continue
            seen = uuid_or_none(mark)
            _take(taken, person, session, typed, f"c-{name}", uuid5(key, name), (seen,) if seen else ())
    return taken


def _take(
    taken: Taken, person: Somebody, session: TrainingSession, typed: str, where: str, mark_id: UUID, after: tuple[UUID, ...],
) -> None:
    try:
        said = read_cell(typed)
    except BadCell:
        taken.problems.append((where, _(
            "%(name)s, %(session)s: “%(text)s” is neither 1 nor 0 nor a time such as 9:40.", name=person.name, session=heading(session),
            text=typed.strip()[:20],
        )))
        return
    taken.add(session.id, Sent(mark_id, person.participant_id, said or Said(Presence.UNKNOWN), after=after))


def of_table(
    cells: Sequence[Sequence[str]], people: Sequence[Somebody], sessions: Sequence[TrainingSession],
    held: Mapping[tuple[UUID, UUID], Attendance], key: UUID,
) -> Taken:
    """Marks of a file: columns named by day and time as the saved table has them, rows by participant code or by name.

    Empty cells say nothing; what is there already is not marked again.
    """
    taken, columns = Taken(), _columns(cells[0] if cells else [], sessions)
    if not columns:
        taken.problems.append(("file", _(
            "The file has no column of a session, such as “%(heading)s”. Save the table, fill it in and upload it again.",
            heading=heading(sessions[0]) if sessions else "2026-12-14 09:00",
        )))
        return taken
    by_code = {person.code: person for person in people}
    for number, row in enumerate(cells[1:], 2):
        if not any(row):
            continue
        person = _person(row, by_code, people)
        if person is None:
            taken.problems.append(("file", _("Row %(row)d: nobody of this training has that code, or that name alone.", row=number)))
            continue
        for column, session in columns.items():
            typed, kept = row[column] if column < len(row) else "", held.get((person.participant_id, session.id))
            if not typed.strip() or (kept is not None and _says(typed, session) == Said(kept.presence, kept.arrived, kept.left)):
                continue
            after = (kept.mark_id,) if kept is not None and kept.mark_id else ()
            _take(taken, person, session, typed, "file", uuid5(key, f"{person.participant_id}-{session.id}"), after)
    return taken


def _says(typed: str, session: TrainingSession) -> Said | None:
    """A cell as it would be kept; None for what is refused later."""
    try:
        said = read_cell(typed)
        return cleaned(said, session.starts, session.ends) if said else None
    except (BadCell, BadTimes):
        return None


def _columns(head: Sequence[str], sessions: Sequence[TrainingSession]) -> dict[int, TrainingSession]:
    by_start = {(each.day.isoformat(), each.starts): each for each in sessions}
    found: dict[int, TrainingSession] = {}
    for number, title in enumerate(head):
        match = _HEAD.search(title)
        if match:
            year, month, day, hour, minute = (int(each) for each in match.groups())
            at = time(hour % 24, minute % 60)
            session = by_start.get((f"{year:04d}-{month:02d}-{day:02d}", at))
            if session is not None:
                found[number] = session
    return found


def _person(row: Sequence[str], by_code: Mapping[str, Somebody], people: Sequence[Somebody]) -> Somebody | None:
    for cell in row[:FIXED]:
        try:
            return by_code.get(read_code(cell))
        except MistypedCode:
            continue
    named = [person for person in people if person.name in {cell.strip() for cell in row[:FIXED]}]
    return named[0] if len(named) == 1 else None
