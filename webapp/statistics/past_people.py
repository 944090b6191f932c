"""A list of people of former years: who took part in what, where and when. Persons are found or made as an import of people does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from webapp.accounts import import_apply, import_rows
from webapp.accounts.import_places import PlaceFinder
from webapp.accounts.import_plan import Planner, Step, Verdict
from webapp.accounts.import_rows import Line, WrongRow
from webapp.accounts.models import Organisation, OrganisationType
from webapp.accounts.services_imports import parts_of
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, lazy
from webapp.courses.catalogue import catalogue
from webapp.participation.models import EventKind
from webapp.participation.past import Former
from webapp.participation.rules import age_band
from webapp.statistics import incoming
from webapp.statistics.incoming import Problems, Rows
from webapp.statistics.rules import EARLIEST

FIELDS = ("name", "email", "phone", "place", "organisation", "organisation_type", "position_level", "sex", "birth_year")
COLUMNS = {
    **{each: import_rows.FIELDS[each] for each in FIELDS}, "training": lazy("Training"), "course": lazy("Course"), "date": lazy("Day"),
}
_OWN = {
    "training": "training trainingtitle workshop 培训 培训名称 培训班 班次 培训班名称", "course": "course courseid 课程 课程名称",
    "date": "date day on trainingdate 日期 时间 培训日期 培训时间 参训日期",
}
HEADINGS = {**{each: import_rows._HEADINGS[each] for each in FIELDS}, **_OWN}  # noqa: SLF001  the same words mean the same
# What a list can say that people did: of trainings, and of courses.
ONSITE = ("attended", "invited", "registered", "completed")
ONLINE = ("enrolled", "started", "submitted", "passed", "certified")


@dataclass(frozen=True)
class Took:
    """A row: whose (people by what a row says of them), where, when, in which training or course."""

    row: int
    who: tuple[str, ...]
    place_id: UUID
    day: date
    training: str
    course_id: str | None


@dataclass(frozen=True)
class People:
    """A list that was read: rows that took part, and one step a person, by what rows say of them."""

    took: Sequence[Took]
    steps: Mapping[tuple[str, ...], Step]

    @property
    def new(self) -> int:
        """How many people are not known yet."""
        return sum(step.verdict is Verdict.NEW for step in self.steps.values())


def read(rows: Rows, what: str, finder: PlaceFinder, today: date, problems: Problems) -> People:
    """The people of the rows, problems noted. Six queries for 500 people."""
    took: list[Took] = []
    lines: dict[tuple[str, ...], Line] = {}
    seen: dict[tuple[object, ...], int] = {}
    for number, said in rows:
        cells = [said.get(each, "") for each in FIELDS]
        line = problems.take(number, lambda cells=cells, number=number: import_rows.read_line(number, cells, FIELDS, today.year))  # type: ignore[misc]
        if line is None:
            continue
        who = (line.sort_key, line.organisation_key, line.email_key, line.phone or "", said.get("place", ""))
        row = problems.take(number, lambda said=said, number=number, who=who: _took(number, who, said, what, finder, today))  # type: ignore[misc]
        if row is None:
            continue
        once = (who, row.training, row.course_id, row.day if not row.training else row.place_id)
        if once in seen:
            problems.add(number, _("The same person already stands in row %(row)d.", row=seen[once]))
            continue
        seen[once] = number
        lines.setdefault(who, line)
        took.append(row)
    planner = Planner(finder, today, fills_only=True)
    steps: dict[tuple[str, ...], Step] = {}
    for part in parts_of(list(lines.items())):
        with db.session.no_autoflush:
            for (who, line), step in zip(part, planner.plan([line for _who, line in part]), strict=True):
                if step.verdict is Verdict.WRONG:
                    problems.add(line.number, step.sentence)
                steps[who] = _only_new(step)
    return People(took, steps)


def _only_new(step: Step) -> Step:
    """Former years change nobody who is known, and give nobody a sign-in: taking them back leaves everybody as they were."""
    if step.verdict is Verdict.CHANGED:
        step.verdict = Verdict.UNCHANGED
    step.facts, step.moves, step.gives_sign_in = {}, False, False
    return step


def _took(number: int, who: tuple[str, ...], said: Mapping[str, str], what: str, finder: PlaceFinder, today: date) -> Took:
    place_id = finder.find(said.get("place", ""))
    if place_id is None:
        raise WrongRow(_("The place is missing."))
    if not said.get("date"):
        raise WrongRow(_("The day is missing."))
    day = incoming.day(said["date"])
    if not EARLIEST <= day <= today:
        raise WrongRow(_("%(day)s does not lie in former years.", day=day.isoformat()))
    training, course_id = said.get("training", "")[:200], None
    if what in ONSITE and not training:
        raise WrongRow(_("The name of the training is missing."))
    if what in ONLINE:
        training, course_id = "", _course(said.get("course", ""))
    return Took(number, who, place_id, day, training, course_id)


def _course(text: str) -> str:
    key = import_rows.key_of(text)
    for each in catalogue().courses:
        if key and key in (import_rows.key_of(each.id), *(import_rows.key_of(title) for title in each.title.values())):
            return each.id
    raise WrongRow(_("There is no course “%(name)s”.", name=text[:60]))


def bring_in(
    people: People, what: str, *, batch_id: UUID, paths: Mapping[UUID, str], language: str, actor_id: UUID, now: datetime,
) -> tuple[list[Former], list[list[str]]]:
    """Make the people who are not known; the events, and the trainings as a batch keeps them. The caller writes both."""
    import_apply.apply(
        list(people.steps.values()), organisation_type=OrganisationType.GOVERNMENT, language=language,
        since=now.astimezone(settings().programme_zone).date(), actor_id=actor_id, source=str(batch_id), mail=False, now=now,
    )
    types = _types(people)
    trainings: dict[str, list[str]] = {}
    events = []
    for row in people.took:
        step = people.steps[row.who]
        assert step.person is not None
        line = step.line
        training_id = uuid5(batch_id, f"{row.place_id}:{row.training}") if row.training else None
        if training_id is not None:
            held = trainings.setdefault(str(training_id), [str(training_id), str(row.place_id), row.day.isoformat(), row.training])
            held[2] = min(held[2], row.day.isoformat())
        level = line.position_level
        events.append(Former(
            row=row.row, kind=EventKind(what), person_id=step.person.id,
            happened_at=datetime.combine(row.day, time(12), settings().programme_zone).astimezone(UTC), course_id=row.course_id,
            training_id=training_id, place_id=row.place_id, place_path=paths[row.place_id], organisation_type=types.get(row.who),
            position_level=level.value if level else None, sex=line.sex or step.person.sex,
            age_band=age_band(line.birth_year or step.person.birth_year, row.day.year),
        ))
    return events, list(trainings.values())


def _types(people: People) -> dict[tuple[str, ...], str]:
    """The type of the organisation that a row names, as the row or the organisation's own page has it. One query."""
    named = {who: step for who, step in people.steps.items() if step.line.organisation}
    ids = {step.organisation_id for step in named.values() if step.organisation_id is not None}
    rows: Any = db.session.execute(select(Organisation.id, Organisation.type).where(Organisation.id.in_(ids)))
    held: dict[UUID, OrganisationType] = dict(rows.all())
    found: dict[tuple[str, ...], str] = {}
    for who, step in named.items():
        kind = step.line.organisation_type or (held.get(step.organisation_id) if step.organisation_id else None)
        if kind is not None:
            found[who] = OrganisationType(kind).value
    return found
