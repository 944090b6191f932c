"""What the record of a training holds that a report counts: read from its tables in one query, whatever their size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Text, case, cast, func, literal, null, select, union_all

from webapp.accounts.models import Organisation, Person
from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.storage import StoredFile
from webapp.questionnaires.access import SHOWN
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.queries_surveys import people_asked
from webapp.trainings import queries_surveys
from webapp.trainings.models import AgendaItem, TrainerPart, Training, TrainingSession, TrainingTrainer
from webapp.trainings.models_learning import TrainingSurvey
from webapp.trainings.models_onsite import Attendance, Presence, TrainingFile
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

PICTURES = ("image/jpeg", "image/png")
YES = "1"


@dataclass(frozen=True)
class Group:
    """So many participants who are alike in everything that is counted, and their minutes of attendance together."""

    state: ParticipantState
    joined_by: JoinedBy
    organisation_type: str
    position_level: str
    sex: str
    invited: bool
    attended: bool
    completed: bool
    people: int
    minutes: int


@dataclass(frozen=True)
class SessionLine:
    """A session that was not cancelled: who was there, who was not, and the minutes of attendance together."""

    id: str
    day: date
    starts: str
    ends: str
    title: str
    present: int
    absent: int
    minutes: int

    @property
    def length(self) -> int:
        """How long it lasted by the plan, in minutes."""
        return _minutes(self.ends) - _minutes(self.starts)


@dataclass(frozen=True)
class AgendaLine:
    """A line of the agenda, as planned and as held; `held` is None until somebody says."""

    session_id: str
    titles: Mapping[str, str]
    kind: str
    minutes: int
    held: int | None


@dataclass(frozen=True)
class Asked:
    """A survey of the training: from when to when, how many were asked, and how many answers there are."""

    kind: str
    survey_id: UUID
    revision: str
    anonymous: bool
    opens_at: datetime
    closes_at: datetime
    asked: int
    answers: int


@dataclass(frozen=True)
class Photo:
    """A picture that was chosen for the report."""

    file_id: str
    caption: str


@dataclass(frozen=True)
class Facts:
    """Everything of one training."""

    groups: tuple[Group, ...]
    sessions: tuple[SessionLine, ...]
    agenda: tuple[AgendaLine, ...]
    surveys: tuple[Asked, ...]
    photos: tuple[Photo, ...]
    trainers: tuple[tuple[str, str, TrainerPart], ...]
    certificates: int
    plans: int
    host: str = ""


Row = tuple[Any, ...]


def read(training_id: UUID) -> Facts:
    """The facts of a training. One query."""
    parts = [make(training_id) for make in PARTS]
    by_part: dict[str, list[Row]] = {}
    for part, *values in db.session.execute(union_all(*parts)):
        by_part.setdefault(part, []).append(tuple(values))
    return Facts(
        groups=tuple(_group(row) for row in by_part.get("people", ())),
        sessions=tuple(sorted((_session(row) for row in by_part.get("session", ())), key=lambda each: (each.day, each.starts, each.id))),
        agenda=tuple(_line(row) for row in sorted(by_part.get("agenda", ()), key=lambda row: row[10])),
        surveys=tuple(_asked(row) for row in by_part.get("survey", ())),
        photos=tuple(Photo(str(UUID(row[0])), row[1]) for row in sorted(by_part.get("photo", ()), key=lambda row: str(row[2]))),
        trainers=tuple(
            (str(UUID(row[0])), row[1], TrainerPart(row[2]))
            for row in sorted(by_part.get("trainer", ()), key=lambda row: (list(TrainerPart).index(TrainerPart(row[2])), row[3]))
        ),
        certificates=sum(row[8] for row in by_part.get("certificate", ())),
        host=next((row[0] for row in by_part.get("host", ())), ""),
        plans=sum(row[9] for row in by_part.get("certificate", ())),
    )


def _part(name: str, texts: Iterable[Any], numbers: Iterable[Any]) -> Select[Any]:
    """One part of the union: its name, eight texts and three numbers."""
    said: list[ColumnElement[Any]] = [cast(each, Text) for each in texts]
    counted: list[ColumnElement[Any]] = [cast(each, Integer) for each in numbers]
    said += [cast(null(), Text)] * (8 - len(said))
    counted += [cast(null(), Integer)] * (3 - len(counted))
    return select(literal(name, Text), *said, *counted)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[str]:
    return case((condition, YES), else_="0")


def _people(training_id: UUID) -> Select[Any]:
    held = (
        select(
            Attendance.participant_id, func.sum(Attendance.minutes).label("minutes"),
            func.count().filter(Attendance.presence == Presence.PRESENT).label("times"),
        )
        .join(TrainingSession, TrainingSession.id == Attendance.session_id)
        .where(TrainingSession.training_id == training_id, TrainingSession.cancelled.is_(False))
        .group_by(Attendance.participant_id).subquery()
    )
    alike = [
        Participant.state, Participant.joined_by, func.coalesce(cast(Organisation.type, Text), ""),
        func.coalesce(cast(Person.position_level, Text), ""), func.coalesce(cast(Person.sex, Text), ""),
        _flag(Participant.invited_at.is_not(None)), _flag(func.coalesce(held.c.times, 0) > 0), _flag(Participant.completed_at.is_not(None)),
    ]
    # Named first, so that both databases group by the columns and not by parameters of their own.
    each = (
        select(*(cast(column, Text).label(f"k{at}") for at, column in enumerate(alike)), func.coalesce(held.c.minutes, 0).label("minutes"))
        .select_from(Participant).join(Person, Person.id == Participant.person_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id).outerjoin(held, held.c.participant_id == Participant.id)
        .where(Participant.training_id == training_id).subquery()
    )
    keys = [each.c[f"k{at}"] for at in range(len(alike))]
    return _part("people", keys, [func.count(), func.sum(each.c.minutes)]).select_from(each).group_by(*keys)


def _sessions(training_id: UUID) -> Select[Any]:
    one = TrainingSession
    here = func.count().filter(Attendance.presence == Presence.PRESENT)
    away = func.count().filter(Attendance.presence == Presence.ABSENT)
    return (
        _part("session", [one.id, one.day, one.starts, one.ends, one.title], [here, away, func.coalesce(func.sum(Attendance.minutes), 0)])
        .select_from(one).outerjoin(Attendance, Attendance.session_id == one.id)
        .where(one.training_id == training_id, one.cancelled.is_(False)).group_by(one.id, one.day, one.starts, one.ends, one.title)
    )


def _agenda(training_id: UUID) -> Select[Any]:
    item = AgendaItem
    return (
        _part("agenda", [item.session_id, item.titles, item.kind], [item.minutes, item.held_minutes, item.position]).select_from(item)
        .join(TrainingSession, TrainingSession.id == item.session_id)
        # What was taken out of the agenda stands at negative positions.
        .where(TrainingSession.training_id == training_id, TrainingSession.cancelled.is_(False), item.position >= 0)
    )


def _surveys(training_id: UUID) -> Select[Any]:
    # An answer is a sheet: of an anonymous survey nobody knows whose.
    answers = (
        select(func.count()).select_from(Sheet).where(Sheet.survey_id == Survey.id, Sheet.state.in_(SHOWN)).correlate(Survey)
        .scalar_subquery()
    )
    told = [TrainingSurvey.kind, Survey.id, Survey.revision, Survey.mode, Survey.opens_at, Survey.closes_at]
    return (
        _part("survey", told, [people_asked(), answers]).select_from(TrainingSurvey)
        .join(Survey, Survey.id == TrainingSurvey.survey_id).where(TrainingSurvey.training_id == training_id)
    )


def _photos(training_id: UUID) -> Select[Any]:
    return (
        _part("photo", [TrainingFile.file_id, TrainingFile.caption, TrainingFile.added_at], []).select_from(TrainingFile)
        .join(StoredFile, StoredFile.id == TrainingFile.file_id)
        .where(TrainingFile.training_id == training_id, TrainingFile.in_report, StoredFile.media_type.in_(PICTURES))
    )


def _trainers(training_id: UUID) -> Select[Any]:
    return (
        _part("trainer", [Person.id, Person.name, TrainingTrainer.part, TrainingTrainer.added_at], []).select_from(TrainingTrainer)
        .join(Person, Person.id == TrainingTrainer.person_id).where(TrainingTrainer.training_id == training_id)
    )


def _certificates(training_id: UUID) -> Select[Any]:
    return (
        _part("certificate", [], [func.count(), queries_surveys.plans_count(training_id)]).select_from(Certificate)
        .where(Certificate.training_id == training_id, Certificate.revoked_at.is_(None))
    )


def _host(training_id: UUID) -> Select[Any]:
    return (
        _part("host", [Organisation.name], []).select_from(Training).join(Organisation, Organisation.id == Training.host_id)
        .where(Training.id == training_id)
    )


PARTS = (_people, _sessions, _agenda, _surveys, _photos, _trainers, _certificates, _host)


def _group(row: Row) -> Group:
    return Group(
        ParticipantState(row[0]), JoinedBy(row[1]), row[2], row[3], row[4], row[5] == YES, row[6] == YES, row[7] == YES, row[8], row[9],
    )


def _session(row: Row) -> SessionLine:
    return SessionLine(
        str(UUID(row[0])), date.fromisoformat(row[1]), row[2][:5], row[3][:5], row[4], row[8], row[9], row[10],
    )


def _asked(row: Row) -> Asked:
    return Asked(row[0], UUID(row[1]), row[2], row[3] == SurveyMode.ANONYMOUS.value, _moment(row[4]), _moment(row[5]), row[8], row[9])


def _moment(text: str) -> datetime:
    """A moment as either database writes it."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _line(row: Row) -> AgendaLine:
    return AgendaLine(str(UUID(row[0])), json.loads(row[1]), row[2], row[8], row[9])


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:5])
