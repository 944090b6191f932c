"""The form of a session and its agenda: what was typed, row by row, moved about, judged, and made into a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _
from webapp.trainings.models import AgendaItem, ItemKind, TrainingSession
from webapp.trainings.rules_agenda import (
    DAY_MINUTES,
    MOST_ITEMS,
    MOST_MINUTES,
    Held,
    ItemPlan,
    SessionPlan,
    minute_of,
    moved,
    shifted,
)

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

TITLE_LIMIT, ROOM_LIMIT, MATERIALS_LIMIT, NOTE_LIMIT = 200, 120, 300, 500
SESSION_FIELDS = ("day", "starts", "ends", "title", "room")
ROW_FIELDS = (
    "item", "removed", "minutes", "kind", "leader", "step", *(f"title.{tag}" for tag in LANGUAGES),
    *(f"materials.{tag}" for tag in LANGUAGES),
)
USUAL_MINUTES = "15"
Problem = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """A line as it was typed: field to text. `removed` rows stay in the form until it is saved, so that they can come back."""

    values: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def removed(self) -> bool:
        """Whether it will be taken out."""
        return self["removed"] == "1"

    @property
    def blank(self) -> bool:
        """Whether nothing was written in it: a row that was only offered."""
        return not any(self[name] for name in ROW_FIELDS if name not in ("kind", "minutes", "removed", "leader"))

    @property
    def minutes(self) -> int:
        """Its minutes as far as they are a number; 0 for a removed row."""
        text = self["minutes"]
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 and not self.removed else 0

    @property
    def title(self) -> str:
        """Its title in whichever language it has one."""
        return next((text for tag in LANGUAGES if (text := self[f"title.{tag}"])), "")

    def having(self, **values: str) -> Row:
        """The same row with other values."""
        return replace(self, values={**self.values, **values})


def empty_row() -> Row:
    """A row to write in."""
    return Row({"kind": ItemKind.LESSON.value, "minutes": USUAL_MINUTES})


def row_of(item: AgendaItem) -> Row:
    """A stored line as the form shows it."""
    return Row({
        "item": str(item.id), "minutes": str(item.minutes), "kind": item.kind.value,
        "leader": str(item.leader_id) if item.leader_id else "",
        "step": f"{item.course_id}/{item.step_id}" if item.course_id and item.step_id else "",
        **{f"title.{tag}": item.titles.get(tag, "") for tag in LANGUAGES},
        **{f"materials.{tag}": item.materials.get(tag, "") for tag in LANGUAGES},
    })


def session_values(session: TrainingSession | SessionPlan) -> dict[str, str]:
    """The fields of a session as the form shows them."""
    return {
        "day": session.day.isoformat(), "starts": f"{session.starts:%H:%M}", "ends": f"{session.ends:%H:%M}", "title": session.title,
        "room": session.room,
    }


def typed_session(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a session as somebody typed them."""
    return {name: form.get(name, "").strip() for name in SESSION_FIELDS}


def typed_rows(form: MultiDict[str, str]) -> list[Row]:
    """Rows as somebody typed them: every row sends every field, so that the order on the page is the order of the agenda."""
    columns = {name: form.getlist(name)[: MOST_ITEMS * 2] for name in ROW_FIELDS}
    count = max(map(len, columns.values()), default=0)
    return [
        Row({name: texts[at].strip() for name, texts in columns.items() if at < len(texts)}) for at in range(count)
    ]


def changed(rows: Sequence[Row], act: str) -> list[Row] | None:
    """The rows after a button was pressed, such as `up:3` or `add`; None if the button is none of ours."""
    name, _colon, number = act.partition(":")
    if name == "add":
        return [*rows, empty_row()]
    at = int(number) if number.isdigit() and number.isascii() and len(number) < 4 else -1
    if not 0 <= at < len(rows):
        return None
    acts: dict[str, Callable[[], list[Row]]] = {
        "up": lambda: moved(rows, at, -1), "down": lambda: moved(rows, at, 1),
        "duplicate": lambda: [*rows[: at + 1], rows[at].having(item="", removed=""), *rows[at + 1 :]],
        "remove": lambda: [*rows[:at], rows[at].having(removed="1"), *rows[at + 1 :]],
        "restore": lambda: [*rows[:at], rows[at].having(removed=""), *rows[at + 1 :]],
    }
    return acts[name]() if name in acts else None


def fitted(typed: Mapping[str, str], rows: Sequence[Row]) -> dict[str, str]:
    """The session with the end that its agenda has; unchanged where its start is no time or it would go past midnight."""
    starts, planned = _time(typed["starts"]), sum(row.minutes for row in rows)
    if starts is None or not 0 < planned < DAY_MINUTES - minute_of(starts):
        return dict(typed)
    return {**typed, "ends": f"{shifted(starts, planned):%H:%M}"}


def read_session(typed: Mapping[str, str]) -> tuple[SessionPlan | None, list[Problem]]:
    """The session that was typed, or what is wrong with it: (control, sentence)."""
    problems: list[Problem] = []
    day, starts, ends = _day(typed["day"]), _time(typed["starts"]), _time(typed["ends"])
    if day is None:
        problems.append(("day", _("Date: enter a day such as 2026-11-20.")))
    if starts is None:
        problems.append(("starts", _("Start: enter a time such as 09:00.")))
    if ends is None:
        problems.append(("ends", _("End: enter a time such as 12:00.")))
    for name, limit in (("title", TITLE_LIMIT), ("room", ROOM_LIMIT)):
        if len(typed[name]) > limit:
            label = _("Title") if name == "title" else _("Room")
            problems.append((name, _("%(label)s: at most %(limit)d characters.", label=label, limit=limit)))
    if problems or day is None or starts is None or ends is None:
        return None, problems
    return SessionPlan(day, starts, ends, typed["title"], typed["room"]), []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-20") else None
    except ValueError:
        return None


def _time(text: str) -> time | None:
    """A time as people type it: 9:00, 09:00, 09：00."""
    try:
        found = time.fromisoformat(text.replace("：", ":").zfill(5)[:8])
    except ValueError:
        return None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def read_rows(
    rows: Sequence[Row], leaders: Iterable[UUID], steps: Iterable[str],
) -> tuple[list[ItemPlan], list[Problem]]:
    """The lines that were typed, without removed and blank ones, and what is wrong with them: (control, sentence)."""
    problems: list[Problem] = []
    known, allowed = {str(each) for each in leaders}, set(steps)
    plans: list[ItemPlan] = []
    for at, row in enumerate(rows):
        if row.removed or row.blank:
            continue
        wrong = list(_wrong(row, at, known, allowed))
        problems.extend(wrong)
        if not wrong:
            plans.append(_plan(row))
    return plans, problems


def _wrong(row: Row, at: int, leaders: set[str], steps: set[str]) -> Iterable[Problem]:
    number = at + 1
    if not 1 <= row.minutes <= MOST_MINUTES:
        yield f"minutes-{at}", _("Line %(number)d, minutes: enter a whole number from 1 to %(most)d.", number=number, most=MOST_MINUTES)
    if not row.title:
        yield f"title.{LANGUAGES[0]}-{at}", _("Line %(number)d: enter a title in at least one language.", number=number)
    if row["kind"] not in set(ItemKind):
        yield f"kind-{at}", _("Line %(number)d: choose what kind it is.", number=number)
    if row["leader"] and row["leader"] not in leaders:
        yield f"leader-{at}", _("Line %(number)d: choose one of the trainers of this training.", number=number)
    if row["step"] and row["step"] not in steps:
        yield f"step-{at}", _("Line %(number)d: choose a step of the courses of this training.", number=number)
    for kind, limit in (("title", TITLE_LIMIT), ("materials", MATERIALS_LIMIT)):
        for tag in LANGUAGES:
            if len(row[f"{kind}.{tag}"]) > limit:
                yield f"{kind}.{tag}-{at}", _(
                    "Line %(number)d, %(language)s: at most %(limit)d characters.", number=number, language=NATIVE_NAMES[tag], limit=limit,
                )


def _plan(row: Row) -> ItemPlan:
    course_id, _slash, step_id = row["step"].partition("/")
    return ItemPlan(
        minutes=row.minutes, kind=ItemKind(row["kind"]), titles={tag: row[f"title.{tag}"] for tag in LANGUAGES}, id=_id(row["item"]),
        course_id=course_id or None, step_id=step_id or None, leader_id=_id(row["leader"]),
        materials={tag: row[f"materials.{tag}"] for tag in LANGUAGES},
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def read_held(form: Mapping[str, Any], items: Sequence[AgendaItem]) -> tuple[dict[UUID, Held], list[Problem]]:
    """Minutes held and note of each line, and what is wrong; nothing typed means as planned."""
    found: dict[UUID, Held] = {}
    problems: list[Problem] = []
    for at, item in enumerate(items):
        minutes, note = form.get(f"held.{item.id}", "").strip(), form.get(f"note.{item.id}", "").strip()
        if minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 3 and int(minutes) <= MOST_MINUTES):
            problems.append((f"held-{at}", _(
                "Line %(number)d, minutes: enter a whole number from 0 to %(most)d.", number=at + 1, most=MOST_MINUTES,
            )))
        elif len(note) > NOTE_LIMIT:
            problems.append((f"note-{at}", _("Line %(number)d, note: at most %(limit)d characters.", number=at + 1, limit=NOTE_LIMIT)))
        else:
            found[item.id] = Held(int(minutes) if minutes else None, note)
    return found, problems
