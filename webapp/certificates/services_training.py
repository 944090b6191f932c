"""Writes: certificates of trainings, exactly once for who has completed one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from flask import has_request_context
from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person
from webapp.certificates import queries
from webapp.certificates.models import Certificate
from webapp.certificates.printing import frozen_training
from webapp.certificates.rules import NameCannotBePrinted, TrainingNotCompleted
from webapp.core import access, audit
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import LANGUAGES, speaking
from webapp.core.ids import new_code, new_id
from webapp.core.pdf.fonts import missing_characters
from webapp.core.signals import TrainingCompleted
from webapp.core.upsert import insert_for
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.participation.services import record
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant
from webapp.trainings.records import title_of

log = structlog.get_logger(__name__)
# A training is held once: there is one edition of its certificate.
EDITION = "1"


def minutes_of(participant_id: UUID) -> int:
    """Minutes of attendance at sessions that were held. One query."""
    return db.session.scalar(
        select(func.coalesce(func.sum(Attendance.minutes), 0))
        .join(TrainingSession, TrainingSession.id == Attendance.session_id)
        .where(Attendance.participant_id == participant_id, Attendance.presence == Presence.PRESENT, TrainingSession.cancelled.is_(False))
    ) or 0


def titles_of(training: Training) -> dict[str, str]:
    """The title in each language: the one that was given, or one made of the place. The place must be loaded."""
    found = {}
    for tag in LANGUAGES:
        with speaking(tag):
            found[tag] = title_of(training)
    return found


def _actor() -> UUID | None:
    """Who is signed in, since a trainer's mark or button may bring a certificate; nobody where a job does."""
    who = access.current() if has_request_context() else None
    return who.person_id if who else None


def issue_training(*, person: Person, training: Training, participant: Participant, origin: Origin, now: datetime) -> Certificate:
    """The person's certificate of a training, issued now if there is none. Two workers at once issue one.

    What is printed is frozen: later changes of the training, the rule or the attendance change nothing.
    Raises `TrainingNotCompleted` and `NameCannotBePrinted`.
    """
    if participant.completed_at is None or (participant.person_id, participant.training_id) != (person.id, training.id):
        raise TrainingNotCompleted
    known = queries.held_of_training(person.id, training.id)
    if known is not None:
        return known
    missing = missing_characters(person.name)
    if missing:
        raise NameCannotBePrinted(missing)
    chosen, certificate_id = settings(), new_id()
    today = now.astimezone(chosen.programme_zone).date()
    made = db.session.execute(
        insert_for(Certificate).values(
            id=certificate_id, code=new_code(), person_id=person.id, award=queries.award_of_training(training.id), edition=EDITION,
            training_id=training.id, issued_at=now, printed=frozen_training(
                name=person.name, titles=titles_of(training), minutes=minutes_of(participant.id), edition=EDITION, settings=chosen,
                days=(training.first_day or today, training.last_day or today), issued_on=today, demo=person.demo,
            ),
        ).on_conflict_do_nothing(index_elements=["person_id", "award", "edition"]).returning(Certificate.id)
    ).first()
    certificate = queries.held_of_training(person.id, training.id)
    assert certificate is not None
    if made is not None:
        audit.record(
            actor_id=_actor(), action="certificate.issued", subject=("certificate", certificate_id), now=now, place_id=person.place_id,
        )
        record(
            kind=EventKind.CERTIFIED, person=person, origin=origin, now=now, source=f"certificate:{certificate_id}",
            training_id=training.id,
        )
    return certificate


def issue_on_completion(event: TrainingCompleted) -> None:
    """Handler of `training_completed`. A name that cannot be printed never undoes the completion: the certificate waits."""
    row = db.session.execute(
        select(Training, Participant, Person).join(Participant, Participant.training_id == Training.id)
        .join(Person, Person.id == Participant.person_id).where(Participant.id == event.participant_id)
        .options(joinedload(Training.place)).execution_options(populate_existing=True)
    ).first()
    if row is not None:
        _issue_or_wait(*row, now=event.at)


def _issue_or_wait(training: Training, participant: Participant, person: Person, *, now: datetime) -> bool:
    try:
        issue_training(person=person, training=training, participant=participant, origin=Origin(person.language), now=now)
    except NameCannotBePrinted:
        log.warning("certificate_waits", training=str(training.id), reason="name")
        return False
    return True


def issue_waiting(now: datetime, *, training_id: UUID | None = None, most: int | None = None) -> int:
    """Issue what could not be printed before and can be now; how many were issued. One query, and some statements for each."""
    held = exists().where(Certificate.person_id == Participant.person_id, Certificate.training_id == Participant.training_id)
    wanted = (
        select(Training, Participant, Person).join(Participant, Participant.training_id == Training.id)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.completed_at.is_not(None), ~held, Person.erased_at.is_(None), Person.merged_into_id.is_(None))
        .order_by(Participant.id).limit(most).options(joinedload(Training.place))
    )
    if training_id is not None:
        wanted = wanted.where(Training.id == training_id)
    rows = [(row[0], row[1], row[2]) for row in db.session.execute(wanted)]
    return sum(
        _issue_or_wait(training, participant, person, now=now) for training, participant, person in rows
        if not missing_characters(person.name)
    )
