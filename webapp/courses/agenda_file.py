"""Reads `facilitator/agenda.yaml`: plans of half-days for those who run the course onsite."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from webapp.core.i18n import _
from webapp.courses.agendas import AgendaPlan, HalfDay, PlanItem
from webapp.courses.lessons import Reading
from webapp.courses.revisions import Text
from webapp.courses.schema_errors import check
from webapp.courses.schemas import Id, Localised, Strict
from webapp.courses.yaml_text import Document, Path

AGENDA = "facilitator/agenda.yaml"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
DAY_MINUTES = 24 * 60


class ItemEntry(Strict):
    """A line of a half-day."""

    kind: Literal["opening", "lesson", "exercise", "talk", "test", "break", "other"]
    minutes: Annotated[int, Field(ge=1, le=600)]
    title: Localised
    step: Id | None = None
    materials: Localised | None = None


class HalfDayEntry(Strict):
    """A half-day."""

    day: Annotated[int, Field(ge=1, le=30)]
    title: Localised
    starts: Annotated[str, StringConstraints(pattern=CLOCK)]
    items: Annotated[list[ItemEntry], Field(min_length=1, max_length=60)]


class PlanEntry(Strict):
    """A plan."""

    id: Id
    title: Localised
    note: Localised | None = None
    half_days: Annotated[list[HalfDayEntry], Field(min_length=1, max_length=20)]


class AgendaFile(Strict):
    """`facilitator/agenda.yaml`."""

    plans: Annotated[list[PlanEntry], Field(min_length=1, max_length=20)]


def read_agenda(reading: Reading) -> tuple[AgendaPlan, ...]:
    """The plans of the course; none if it has no such file or the file is wrong, which is noted."""
    document = reading.yaml(AGENDA) if AGENDA in reading.files else None
    entry = check(AgendaFile, document, reading.findings, languages=reading.languages) if document else None
    if document is None or entry is None:
        return ()
    seen: set[str] = set()
    for number, plan in enumerate(entry.plans):
        if plan.id in seen:
            reading.findings.add(document.file, document.line(("plans", number, "id")), _("The plan “%(id)s” comes twice.", id=plan.id))
        seen.add(plan.id)
        _check_plan(reading, document, plan, ("plans", number))
    return tuple(_plan(plan) for plan in entry.plans)


def _check_plan(reading: Reading, document: Document, plan: PlanEntry, at: Path) -> None:
    """Steps are steps of the course; half-days follow one another and end on their day."""
    day, free = 1, 0
    for number, half in enumerate(plan.half_days):
        where: Path = (*at, "half_days", number)
        starts = minutes_of(half.starts)
        if half.day < day or half.day > day + 1 or (number == 0 and half.day != 1):
            reading.findings.add(document.file, document.line((*where, "day")), _(
                "Found day %(found)d. Half-days stand in order; expected day %(day)d or the one after it.", found=half.day, day=day,
            ))
        elif half.day == day and starts < free:
            reading.findings.add(document.file, document.line((*where, "starts")), _(
                "The half-day starts before the one above it ends (%(end)s).", end=f"{free // 60:02}:{free % 60:02}",
            ))
        day, free = half.day, starts + sum(item.minutes for item in half.items)
        if free > DAY_MINUTES:
            reading.findings.add(document.file, document.line((*where, "items")), _("The half-day goes on past midnight."))
        for index, item in enumerate(half.items):
            if item.step is not None and item.step not in reading.steps:
                reading.findings.add(document.file, document.line((*where, "items", index, "step")), _(
                    "The course has no step “%(id)s”. Expected one of: %(known)s.", id=item.step, known=", ".join(sorted(reading.steps)),
                ))


def minutes_of(clock: str) -> int:
    """Minutes since midnight of a time such as 09:30."""
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _plan(entry: PlanEntry) -> AgendaPlan:
    return AgendaPlan(entry.id, Text(entry.title), tuple(_half_day(half) for half in entry.half_days), Text(entry.note))


def _half_day(entry: HalfDayEntry) -> HalfDay:
    items = tuple(PlanItem(item.kind, item.minutes, Text(item.title), item.step, Text(item.materials)) for item in entry.items)
    return HalfDay(entry.day, Text(entry.title), entry.starts, items)
