"""Reads of the tests around trainings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Organisation, OrganisationType, Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.tests_rules import Span

_TIMES = (TrainingSession.day, TrainingSession.starts, TrainingSession.ends)


def spans(training: Training) -> list[Span]:
    """The sessions of a training that are not cancelled. One query."""
    held = select(*_TIMES).where(TrainingSession.training_id == training.id, TrainingSession.cancelled.is_(False))
    return [Span.of(*row, training.zone) for row in db.session.execute(held)]


def spans_and_submitted(training: Training, participant_id: UUID) -> tuple[list[Span], dict[Moment, Any]]:
    """The same, and by moment the sitting of a participant (`moment`, `submitted_at`, `saved_at`) where there is one. One query."""
    rows = db.session.execute(
        select(*_TIMES, Sitting.moment, Sitting.submitted_at, Sitting.saved_at).select_from(TrainingSession)
        .outerjoin(Sitting, Sitting.participant_id == participant_id)
        .where(TrainingSession.training_id == training.id, TrainingSession.cancelled.is_(False))
    ).all()
    sittings = {row.moment: row for row in rows if row.moment is not None}
    return [Span.of(row.day, row.starts, row.ends, training.zone) for row in rows], sittings


def sitting(participant_id: UUID, moment: Moment, *, lock: bool = False) -> Sitting | None:
    """A participant's test, if it was opened; locked until the unit of work ends if asked. One query."""
    statement = select(Sitting).where(Sitting.participant_id == participant_id, Sitting.moment == moment)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(statement)


def sittings_of(participant_ids: Sequence[UUID], moment: Moment, *, lock: bool = False) -> dict[UUID, Sitting]:
    """Tests that were opened, by participant; locked in the order of their ids if asked. One query."""
    statement = select(Sitting).where(Sitting.participant_id.in_(participant_ids), Sitting.moment == moment).order_by(Sitting.id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return {each.participant_id: each for each in db.session.scalars(statement)}


@dataclass(frozen=True)
class Taker:
    """A participant as the list of a test shows them: whether they took it, never how well."""

    participant_id: UUID
    code: str
    form_before: str
    name: str
    group: str
    opened_at: datetime | None
    saved_at: datetime | None
    submitted_at: datetime | None
    on_paper: bool

    @property
    def taken(self) -> bool:
        """Whether the test was submitted."""
        return self.submitted_at is not None


def takers(training_id: UUID, moment: Moment) -> list[Taker]:
    """Everybody with a seat, by name, and whether they took a test. One query."""
    rows = db.session.execute(
        select(
            Participant.id, Participant.code, Participant.form_before, Person.name, Participant.group, Sitting.started_at, Sitting.saved_at,
            Sitting.submitted_at, Sitting.on_paper,
        )
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(Sitting, (Sitting.participant_id == Participant.id) & (Sitting.moment == moment))
        .where(Participant.training_id == training_id, Participant.state == ParticipantState.REGISTERED)
        .order_by(Person.name, Participant.id)
    )
    return [Taker(*row[:-1], on_paper=bool(row.on_paper)) for row in rows]


def registered(training_id: UUID, participant_ids: Sequence[UUID]) -> list[tuple[Participant, Person]]:
    """Participants with a seat among these, with their people, by name. One query."""
    rows = db.session.execute(
        select(Participant, Person).join(Person, Person.id == Participant.person_id)
        .where(
            Participant.training_id == training_id, Participant.id.in_(participant_ids), Participant.state == ParticipantState.REGISTERED,
        )
        .order_by(Person.name, Participant.id)
    )
    return [(row[0], row[1]) for row in rows]


def by_codes(training_id: UUID, codes: Sequence[str]) -> dict[str, Participant]:
    """Participants of a training by the codes of their forms. One query."""
    found = select(Participant).where(Participant.training_id == training_id, Participant.code.in_(codes))
    return {each.code: each for each in db.session.scalars(found)}


@dataclass(frozen=True)
class Seat:
    """What results need of a participant: no name."""

    participant_id: UUID
    group: str
    organisation_type: OrganisationType | None


def seats(training_id: UUID) -> tuple[str | None, list[Seat]]:
    """The course of the tests, and everybody with a seat. One query."""
    rows = db.session.execute(
        select(Training.test_course_id, Participant.id, Participant.group, Organisation.type).select_from(Training)
        .outerjoin(Participant, (Participant.training_id == Training.id) & (Participant.state == ParticipantState.REGISTERED))
        .outerjoin(Person, Person.id == Participant.person_id).outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Training.id == training_id).order_by(Participant.id)
    ).all()
    return (rows[0].test_course_id if rows else None), [Seat(row.id, row.group, row.type) for row in rows if row.id is not None]


def submitted(training_id: UUID) -> list[Any]:
    """What was submitted, without answers: participant, moment, form, course, paper, marks, maximum, score, times, on paper. One query."""
    return list(db.session.execute(
        select(
            Sitting.participant_id, Sitting.moment, Sitting.form, Sitting.course_id, Sitting.course_revision, Sitting.paper, Sitting.marks,
            Sitting.maximum, Sitting.score_thousandths, Sitting.submitted_at, Sitting.on_paper, Sitting.language,
        )
        .where(Sitting.training_id == training_id, Sitting.submitted_at.is_not(None)).order_by(Sitting.participant_id, Sitting.moment)
    ).all())
