"""Reads of those who take part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from webapp.accounts.finding import in_trees, person_found
from webapp.accounts.models import Organisation, Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.mail.models import MailState, OutboxMail
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.records import title_of

P = ParticipantState
MOST_FOUND = 20
# A mail that waits longer than this is worth a word; one that is older than that is history.
PATIENCE, RECENT = timedelta(minutes=10), timedelta(days=30)


def counts(training_id: UUID) -> dict[ParticipantState, int]:
    """How many people stand in each state; 0 where nobody does. One query."""
    rows = db.session.execute(
        select(Participant.state, func.count()).where(Participant.training_id == training_id).group_by(Participant.state)
    )
    found = dict.fromkeys(ParticipantState, 0)
    for state, count in rows:
        found[state] = count
    return found


def groups(training_id: UUID) -> list[str]:
    """Names of the working groups, in order. One query."""
    named = select(Participant.group).where(Participant.training_id == training_id, Participant.group != "")
    return list(db.session.scalars(named.distinct().order_by(Participant.group)))


def participant_or_404(training_id: UUID, participant_id: UUID) -> Participant:
    """A participant of the training with person, place, organisation and sign-in. One query."""
    person = joinedload(Participant.person, innerjoin=True)
    row = db.session.scalars(
        select(Participant).where(Participant.id == participant_id, Participant.training_id == training_id)
        .options(person.joinedload(Person.place), person.joinedload(Person.organisation), person.joinedload(Person.sign_in))
        .execution_options(populate_existing=True)
    ).one_or_none()
    return row or abort(404)


def chosen(training_id: UUID, ids: Collection[UUID]) -> list[Participant]:
    """These participants with person and sign-in, the longest listed first. One query."""
    person = joinedload(Participant.person, innerjoin=True)
    return list(db.session.scalars(
        select(Participant).where(Participant.id.in_(ids), Participant.training_id == training_id).order_by(Participant.id)
        .options(person.joinedload(Person.sign_in)).execution_options(populate_existing=True)
    ))


@dataclass(frozen=True)
class Clash:
    """Another training of the same person on one of the days."""

    person_id: UUID
    training_id: UUID
    title: str
    state: ParticipantState


def _same_days(training: Training) -> ColumnElement[bool]:
    """Trainings of the same days as this one, other than it, that take place."""
    return and_(
        Training.id != training.id, Training.state != TrainingState.CANCELLED, Training.first_day <= training.last_day,
        Training.last_day >= training.first_day,
    )


def clashing(training: Training) -> ColumnElement[bool]:
    """A condition on `Participant`: registered, or invited, for another training on one of its days. False without days."""
    other = aliased(Participant)
    return exists().where(
        other.person_id == Participant.person_id, other.state.in_((P.REGISTERED, P.INVITED)), Training.id == other.training_id,
        _same_days(training),
    )


def clashes(training: Training, person_ids: Collection[UUID]) -> list[Clash]:
    """Other trainings of these people on one of the days, for which they are registered or invited. One query."""
    if training.first_day is None or not person_ids:
        return []
    rows = db.session.execute(
        select(Participant.person_id, Participant.state, Training).join(Training, Training.id == Participant.training_id)
        .where(Participant.person_id.in_(person_ids), Participant.state.in_((P.REGISTERED, P.INVITED)), _same_days(training))
        .options(joinedload(Training.place, innerjoin=True)).order_by(Training.first_day, Training.id)
    )
    return [Clash(person_id, other.id, title_of(other), state) for person_id, state, other in rows]


@dataclass(frozen=True)
class Found:
    """Somebody who is known, and where they stand with the training (None: not on the list)."""

    id: UUID
    name: str
    organisation: str
    state: ParticipantState | None


def candidates(training: Training, text: str, paths: Sequence[str] | None) -> list[Found]:
    """Known people by name, the beginning of their address, or telephone, in these trees (None: everywhere). One query."""
    condition = person_found(text)
    if condition is None:
        return []
    here = and_(Participant.person_id == Person.id, Participant.training_id == training.id)
    statement: Select[UUID, str, str, ParticipantState | None] = (
        select(Person.id, Person.name, Organisation.name, Participant.state)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id).outerjoin(Participant, here)
        .where(condition, Person.erased_at.is_(None), Person.merged_into_id.is_(None)).order_by(Person.sort_key, Person.id)
    )
    scope = in_trees(Person.place_id, paths)
    if scope is not None:
        statement = statement.where(scope)
    rows = db.session.execute(statement.limit(MOST_FOUND))
    return [Found(person_id, name, office or "", state) for person_id, name, office, state in rows]



@dataclass(frozen=True)
class Unsent:
    """Mails to participants that should have gone out by now: how many wait for the mail server, and how many it refused for good."""

    waiting: int
    failed: int


def unsent(training_id: UUID, now: datetime, participant_id: UUID | None = None) -> Unsent:
    """Mails of the last weeks to those of a training, or to one of them, that did not go out. One query."""
    people = select(Participant.person_id).where(Participant.training_id == training_id)
    if participant_id is not None:
        people = people.where(Participant.id == participant_id)
    rows = db.session.execute(
        select(OutboxMail.state, func.count()).where(
            OutboxMail.person_id.in_(people), OutboxMail.created_at > now - RECENT,
            or_(OutboxMail.state == MailState.FAILED, and_(OutboxMail.state == MailState.WAITING, OutboxMail.created_at <= now - PATIENCE)),
        ).group_by(OutboxMail.state)
    )
    found = {state: count for state, count in rows}  # noqa: C416  rows are no pairs to mypy
    return Unsent(found.get(MailState.WAITING, 0), found.get(MailState.FAILED, 0))
