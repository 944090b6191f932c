"""Participation as counting needs it: one row an event or count of views, with the moment from which it holds and until which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Date, Select, and_, cast, func, literal, literal_column, null, or_, select, union_all
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from webapp.accounts.models import Person
from webapp.core.config import settings
from webapp.core.database import db
from webapp.participation.models import EventKind, ParticipationEvent, ViewCount
from webapp.statistics.ground import Spot
from webapp.statistics.models import PastBatch, PastKind
from webapp.statistics.rules import Period
from webapp.trainings.models import TrainerPart, Training, TrainingTrainer

AT_ONCE = 20_000
PAST = "past:"
MERGES = select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None))


class Fact(NamedTuple):
    """One row. It counts at a cut-off that is at or after `recorded` and before `void`; `number` is 1 but for counts of views."""

    id: UUID
    kind: str
    person: UUID | None
    day: date
    recorded: datetime
    void: datetime | None
    spot: Spot
    course: str | None
    step: str | None
    training: UUID | None
    organisation: str | None
    level: int | None
    sex: str | None
    age: str | None
    language: str
    device: str
    channel: str
    practice: bool
    number: int
    minutes: int
    past: bool


def everything(since: datetime | None = None, *, first: date | None = None, last: date | None = None) -> Iterator[Fact]:
    """All events but corrections that only take something back, and counts of views; those recorded from a moment on, or of some days.

    One statement, so that a showing that becomes part of a count meanwhile is there once. Counts of former years are there whenever
    they were recorded: they can be taken back, which leaves no correction behind.
    """
    zone, query = settings().programme_zone, _everything(since, first, last).execution_options(yield_per=AT_ONCE)
    for row in db.session.execute(query, bind_arguments={"bind": db.engine}):
        yield _of_row(row, zone)


def lines(since: datetime | None = None) -> Iterator[bytes]:
    """The same as lines of CSV, made by PostgreSQL itself: columns as `Fact` has them, a spot as two, moments in UTC without a zone."""
    made = _everything(since).subquery("made").c
    day = func.coalesce(made.day, cast(func.timezone(str(settings().programme_zone), made.happened_at), Date))
    recorded, void = (func.timezone("UTC", each) for each in (made.recorded_at, made.void))
    yield from _copied(select(
        made.id, made.kind, made.person_id, day, recorded, void, made.place_id, made.place_path, made.course_id, made.step_id,
        made.training_id, made.organisation_type, made.position_level, made.sex, made.age_band, made.language, made.device, made.channel,
        func.coalesce(made.graded.is_(False), False), made.number, func.coalesce(made.minutes, 0), made.source.startswith(PAST),
    ))


def _copied(query: Select[Any]) -> Iterator[bytes]:
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    text = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    connection = db.session.connection(bind_arguments={"bind": db.engine})
    connection.execute(sql("SET LOCAL DateStyle TO ISO"))
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY ({text}) TO STDOUT (FORMAT csv)") as copy:
        for piece in copy:
            yield bytes(piece)


def _everything(since: datetime | None = None, first: date | None = None, last: date | None = None) -> CompoundSelect[Any]:
    events, counts = _events(), _views()
    if since is not None:
        events = events.where(ParticipationEvent.recorded_at >= since)
        counts = counts.where(or_(ViewCount.recorded_at >= since, ViewCount.source.startswith(PAST)))
    begins, ends = Period(first, last).bounds(settings().programme_zone)
    if first is not None and begins is not None:
        events, counts = events.where(ParticipationEvent.happened_at >= begins), counts.where(ViewCount.day >= first)
    if last is not None and ends is not None:
        events, counts = events.where(ParticipationEvent.happened_at < ends), counts.where(ViewCount.day <= last)
    return union_all(events, counts)


def _events() -> Any:
    event, correction = ParticipationEvent, aliased(ParticipationEvent)
    return (
        select(
            event.id, event.kind, event.person_id, event.happened_at, cast(null(), Date).label("day"), event.recorded_at,
            correction.recorded_at.label("void"), event.place_id, event.place_path, event.course_id, event.step_id, event.training_id,
            event.organisation_type, event.position_level, event.sex, event.age_band, event.language, event.device, event.channel,
            event.graded, event.minutes, event.source, literal_column("1").label("number"),
        )
        # That it corrects something is said twice: so PostgreSQL looks only at the few corrections.
        .outerjoin(correction, and_(correction.corrects_id == event.id, correction.corrects_id.is_not(None)))
        .where(event.kind != EventKind.RETRACTED)
    )


def _views() -> Any:
    row, unknown = ViewCount, null()
    return select(
        row.id, literal(EventKind.VIEWED, ParticipationEvent.kind.type), unknown, unknown, row.day, row.recorded_at, unknown, row.place_id,
        row.place_path, row.course_id, row.step_id, unknown, unknown, unknown, unknown, unknown, row.language, row.device, row.channel,
        unknown, unknown, row.source, row.number,
    )


def _of_row(row: Any, zone: ZoneInfo) -> Fact:
    (key, kind, person, happened, day, recorded, void, place, path, course, step, training, organisation, level, sex, age, language,
     device, channel, graded, minutes, source, number) = row
    return Fact(
        key, kind.value, person, day or happened.astimezone(zone).date(), recorded, void, (place, path), course, step, training,
        organisation, level, sex, age, language, device.value, channel.value, graded is False, number, minutes or 0,
        source.startswith(PAST),
    )


def merged() -> dict[UUID, UUID]:
    """Who was merged into whom: at any cut-off the two count as one. One query."""
    return resolved(db.session.execute(MERGES))


def resolved(merges: Iterable[Any]) -> dict[UUID, UUID]:
    """The same from the rows of `MERGES`: who was merged into somebody who was merged in turn counts as the last of them. Pure."""
    into: dict[UUID, UUID] = {gone: kept for gone, kept in merges if kept is not None}
    return {gone: _last(into, gone) for gone in into}


def _last(into: dict[UUID, UUID], person: UUID) -> UUID:
    seen = {person}
    while person in into and into[person] not in seen:
        person = into[person]
        seen.add(person)
    return person


def trainings() -> dict[UUID, tuple[UUID, date | None]]:
    """Place and first day of every training, those of former years that were brought in included. Two queries."""
    found: dict[UUID, tuple[UUID, date | None]] = {
        key: (place, day) for key, place, day in db.session.execute(select(Training.id, Training.place_id, Training.first_day))
    }
    for batch in db.session.scalars(select(PastBatch.trainings).where(PastBatch.kind == PastKind.PEOPLE)):
        found |= {UUID(key): (UUID(place), date.fromisoformat(day)) for key, place, day, _title in batch}
    return found


def leads() -> Iterator[tuple[UUID, UUID, datetime]]:
    """Every training with who leads it, and when it was written down, in UTC without a zone. One query."""
    query = select(Training.id, TrainingTrainer.person_id, Training.created_at).join(
        TrainingTrainer, TrainingTrainer.training_id == Training.id,
    ).where(TrainingTrainer.part == TrainerPart.LEAD)
    for training, trainer, made in db.session.execute(query):
        yield training, trainer, made.astimezone(UTC).replace(tzinfo=None)
