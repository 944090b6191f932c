"""Reads of the plan and of the record: who runs a training, how it moved, and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.accounts.finding import is_one_of, person_found
from webapp.accounts.models import Person, RoleGrant, SignIn
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.questionnaires.models_surveys import Survey, SurveyPerson
from webapp.trainings.access import RUNNERS
from webapp.trainings.hooks import report_column
from webapp.trainings.models import TrainerPart, Training, TrainingMove, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import Moment, Sitting, SurveyKind, TrainingSurvey
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.models_trainers import TrainerAway
from webapp.trainings.services import grant_in_force

PARTS_IN_ORDER = list(TrainerPart)
MOST_FOUND = 20


@dataclass(frozen=True)
class TeamMember:
    """Somebody who runs the training or looks on. `away`: days of absence that touch the days of the training."""

    person_id: UUID
    name: str
    part: TrainerPart
    away: Sequence[tuple[date, date]] = ()


@dataclass(frozen=True)
class MoveLine:
    """A step of the training's life, with the name of who moved it."""

    before: TrainingState | None
    after: TrainingState
    at: datetime
    name: str
    note: str


@dataclass(frozen=True)
class Asked:
    """A survey of the training: how many were asked by name and how many of them answered. Counts of people."""

    opens_at: datetime
    closes_at: datetime
    asked: int
    answered: int


@dataclass(frozen=True)
class Figures:
    """What is counted of a training, in people unless said otherwise.

    invited: an invitation was sent; registered: has a seat now; attended: was at one session at least; completed: met the rule;
    before, after: registered people whose test is in; sessions (number) that were not cancelled, outside (number) of the days.
    """

    listed: int = 0
    invited: int = 0
    applied: int = 0
    registered: int = 0
    waiting: int = 0
    attended: int = 0
    completed: int = 0
    before: int = 0
    after: int = 0
    sessions: int = 0
    outside: int = 0
    report: str | None = None
    surveys: Mapping[SurveyKind, Asked] | None = None


def _where(condition: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def figures(training: Training) -> Figures:
    """Everything that the overview counts, in one query, whatever the number of participants."""
    mine = Participant.training_id == training.id
    states = {
        "listed": func.count(), "invited": _where(Participant.invited_at.is_not(None)),
        "applied": _where(Participant.state == ParticipantState.APPLIED),
        "registered": _where(Participant.state == ParticipantState.REGISTERED),
        "waiting": _where(Participant.state == ParticipantState.WAITING), "completed": _where(Participant.completed_at.is_not(None)),
    }
    parts = {name: select(column).where(mine).select_from(Participant).scalar_subquery() for name, column in states.items()}
    parts["attended"] = (
        select(func.count(Attendance.participant_id.distinct())).join(TrainingSession, TrainingSession.id == Attendance.session_id)
        .where(TrainingSession.training_id == training.id, Attendance.presence == Presence.PRESENT).scalar_subquery()
    )
    for moment in Moment:
        parts[moment.value] = (
            select(func.count()).select_from(Sitting).join(Participant, Participant.id == Sitting.participant_id)
            .where(
                Sitting.training_id == training.id, Sitting.moment == moment, Sitting.submitted_at.is_not(None),
                Participant.state == ParticipantState.REGISTERED,
            ).scalar_subquery()
        )
    held = (TrainingSession.training_id == training.id, ~TrainingSession.cancelled)
    parts["sessions"] = select(func.count()).select_from(TrainingSession).where(*held).scalar_subquery()
    first, last = training.first_day, training.last_day
    outside = false() if first is None or last is None else or_(TrainingSession.day < first, TrainingSession.day > last)
    parts["outside"] = select(func.count()).select_from(TrainingSession).where(*held, outside).scalar_subquery()
    report = report_column()
    if report is not None:
        parts["report"] = report.state()
    columns = {**parts, **_survey_parts(training.id)}
    row = db.session.execute(
        select(*[part.label(name) for name, part in columns.items()]).select_from(Training).where(Training.id == training.id)
    ).one()
    counts = {name: getattr(row, name) for name in parts}
    return Figures(**counts, surveys=_surveys(row))


def _survey_parts(training_id: UUID) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for kind in SurveyKind:
        own = (TrainingSurvey.training_id == training_id, TrainingSurvey.kind == kind)
        survey = select(Survey.id).join(TrainingSurvey, TrainingSurvey.survey_id == Survey.id).where(*own)
        people = select(func.count()).join(TrainingSurvey, TrainingSurvey.survey_id == SurveyPerson.survey_id).where(*own)
        parts[f"{kind}_opens"] = survey.with_only_columns(Survey.opens_at).scalar_subquery()
        parts[f"{kind}_closes"] = survey.with_only_columns(Survey.closes_at).scalar_subquery()
        parts[f"{kind}_asked"] = people.select_from(SurveyPerson).scalar_subquery()
        parts[f"{kind}_answered"] = people.select_from(SurveyPerson).where(SurveyPerson.answered).scalar_subquery()
    return parts


def _surveys(row: Any) -> dict[SurveyKind, Asked]:
    found = {}
    for kind in SurveyKind:
        opens, closes = getattr(row, f"{kind}_opens"), getattr(row, f"{kind}_closes")
        if opens is not None:
            found[kind] = Asked(opens, closes, getattr(row, f"{kind}_asked"), getattr(row, f"{kind}_answered"))
    return found


def team(training: Training) -> list[TeamMember]:
    """Trainers and observers: the lead first, then by name, with their absences on its days, if it has any. One query."""
    first, last = training.first_day, training.last_day
    during = false() if first is None or last is None else and_(TrainerAway.first_day <= last, TrainerAway.last_day >= first)
    away = and_(TrainerAway.person_id == TrainingTrainer.person_id, during)
    rows = db.session.execute(
        select(TrainingTrainer.person_id, Person.name, TrainingTrainer.part, TrainerAway.first_day, TrainerAway.last_day)
        .join(Person, Person.id == TrainingTrainer.person_id).outerjoin(TrainerAway, away)
        .where(TrainingTrainer.training_id == training.id).order_by(Person.sort_key, Person.id, TrainerAway.first_day)
    ).all()
    absences: dict[UUID, list[tuple[date, date]]] = {}
    for row in rows:
        if row.first_day is not None:
            absences.setdefault(row.person_id, []).append((row.first_day, row.last_day))
    members = {row.person_id: TeamMember(row.person_id, row.name, row.part, absences.get(row.person_id, ())) for row in rows}
    return sorted(members.values(), key=lambda each: PARTS_IN_ORDER.index(each.part))


def lead_of(training_id: UUID) -> Person | None:
    """The lead trainer. One query."""
    return db.session.scalar(
        select(Person).join(TrainingTrainer, TrainingTrainer.person_id == Person.id)
        .where(TrainingTrainer.training_id == training_id, TrainingTrainer.part == TrainerPart.LEAD)
    )


def moves(training_id: UUID) -> list[MoveLine]:
    """The life of the training so far, oldest first. One query."""
    rows = db.session.execute(
        select(TrainingMove.before, TrainingMove.after, TrainingMove.at, Person.name, TrainingMove.note)
        .join(Person, Person.id == TrainingMove.person_id).where(TrainingMove.training_id == training_id)
        .order_by(TrainingMove.at, TrainingMove.id)
    )
    return [MoveLine(*row) for row in rows]


@dataclass(frozen=True)
class Candidate:
    """Somebody who was found to be added. `runs`: their role lets them run trainings."""

    person_id: UUID
    name: str
    place_id: UUID | None
    runs: bool


def candidates(text: str, training_id: UUID, now: datetime) -> list[Candidate]:
    """Trainers, staff and administrators by name or address; anybody else only by their whole e-mail address. One query."""
    runs = select(RoleGrant.id).where(RoleGrant.person_id == Person.id, *grant_in_force(RUNNERS, now)).exists()
    found = person_found(text)
    if found is None:
        return []
    exact = Person.id.in_(select(SignIn.person_id).where(SignIn.email_key == text.strip().casefold()))
    there = select(TrainingTrainer.person_id).where(TrainingTrainer.training_id == training_id)
    rows = db.session.execute(
        select(Person.id, Person.name, Person.place_id, runs.label("runs"))
        .where(or_(found & runs, exact), Person.id.not_in(there), Person.erased_at.is_(None), Person.merged_into_id.is_(None))
        .order_by(Person.sort_key, Person.id).limit(MOST_FOUND)
    )
    return [Candidate(*row) for row in rows]


@dataclass(frozen=True)
class Mine:
    """A training in which somebody takes part, for their own list."""

    training: Training
    state: ParticipantState
    code: str
    completed_at: datetime | None


def mine(person_id: UUID, *, limit: int = 100) -> list[Mine]:
    """Trainings of a participant, the last first; those who were only written on a list do not see it yet. One query."""
    rows = db.session.execute(
        select(Training, Participant.state, Participant.code, Participant.completed_at)
        .join(Participant, Participant.training_id == Training.id)
        .where(Participant.person_id == person_id, Participant.state != ParticipantState.LISTED)
        .options(joinedload(Training.place)).order_by(Training.first_day.desc(), Training.id.desc()).limit(limit)
    )
    return [Mine(*row) for row in rows]


def code_of(training_id: UUID, person_id: UUID) -> str | None:
    """The code of somebody's own page in a training. One query."""
    return db.session.scalar(select(Participant.code).where(
        Participant.training_id == training_id, Participant.person_id == person_id, Participant.state != ParticipantState.LISTED,
    ))


def path_of(code: str) -> str | None:
    """Where a code leads that was typed at `/join`; None for no training's. One query."""
    known = db.session.scalar(select(Training.id).where(Training.code == code))
    return f"/trainings/join/{code}" if known else None


def has_part(person_id: UUID) -> bool:
    """Whether somebody runs or watches any training. One query."""
    return bool(db.session.scalar(select(select(TrainingTrainer.training_id).where(TrainingTrainer.person_id == person_id).exists())))


def trainers_of_listed(scope: Any) -> list[tuple[str, str]]:
    """Who runs any of the trainings in a scope (a select of ids): id and name, by name. One query."""
    rows = db.session.execute(
        select(Person.id, Person.name).where(Person.id.in_(
            select(TrainingTrainer.person_id).where(TrainingTrainer.training_id.in_(scope), TrainingTrainer.part != TrainerPart.OBSERVER)
        )).order_by(Person.sort_key, Person.id).limit(500)
    )
    return [(str(row.id), row.name) for row in rows]


def runs_it(value: str) -> ColumnElement[bool]:
    """Trainings that a person (by id) leads or helps to lead. Raises ValueError."""
    return Training.id.in_(select(TrainingTrainer.training_id).where(
        TrainingTrainer.person_id == UUID(value), TrainingTrainer.part != TrainerPart.OBSERVER,
    ))


def in_state(value: str) -> ColumnElement[bool]:
    """Trainings in a state. Raises ValueError."""
    return Training.state == TrainingState(is_one_of(value, [state.value for state in TrainingState]))
