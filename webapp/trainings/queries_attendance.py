"""Reads of attendance: lists of one session, the whole training, and what others count by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Organisation, Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.trainings.attendance_rules import Said, clashing, merged
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.models_onsite import Attendance, AttendanceMark, MarkChannel, Presence
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.services_attendance import marks_of


@dataclass(frozen=True)
class Row:
    """Somebody on the list of a session. `after` are the marks that hold, for the next mark to take the place of."""

    participant_id: UUID
    name: str
    search: str
    organisation: str
    group: str
    registered: bool
    said: Said
    minutes: int
    mark_id: UUID | None
    clash_id: UUID | None
    version: int

    @property
    def after(self) -> list[UUID]:
        """The mark that the reader of this row sees holding."""
        return [self.mark_id] if self.mark_id else []


@dataclass(frozen=True)
class Claim:
    """One of the marks that say different things of a person: what, by whom, when."""

    mark_id: UUID
    said: Said
    channel: MarkChannel
    by: str
    marked_at: datetime
    received_at: datetime
    device_at: datetime
    device: str


def session_with_training(session_id: UUID) -> tuple[TrainingSession, Training] | None:
    """One query."""
    row = db.session.execute(
        select(TrainingSession, Training).join(Training, Training.id == TrainingSession.training_id).where(TrainingSession.id == session_id)
    ).first()
    return (row[0], row[1]) if row else None


def session_of(training_id: UUID, session_id: UUID) -> TrainingSession | None:
    """A session of this training. One query."""
    found: TrainingSession | None = db.session.scalar(
        select(TrainingSession).where(TrainingSession.id == session_id, TrainingSession.training_id == training_id)
    )
    return found


def rows(training_id: UUID, session_id: UUID) -> list[Row]:
    """Everybody with a seat and everybody who was marked, by the sound of their names. One query."""
    found = db.session.execute(
        select(
            Participant.id, Participant.group, Participant.state, Person.name, Person.search, Organisation.name.label("office"), Attendance,
        ).join(Person, Person.id == Participant.person_id).outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Attendance, and_(Attendance.participant_id == Participant.id, Attendance.session_id == session_id))
        .where(
            Participant.training_id == training_id,
            or_(Participant.state == ParticipantState.REGISTERED, Attendance.presence != Presence.UNKNOWN),
        ).order_by(Person.sort_key, Participant.id)
    )
    return [
        _row(each.id, each.name, each.search, each.office or "", each.group, each.state is ParticipantState.REGISTERED, each.Attendance)
        for each in found
    ]


def _row(
    participant_id: UUID, name: str, search: str, organisation: str, group: str, registered: bool, kept: Attendance | None,  # noqa: FBT001  columns
) -> Row:
    said = Said(kept.presence, kept.arrived, kept.left) if kept else Said(Presence.UNKNOWN)
    return Row(
        participant_id, name, search, organisation, group, registered, said, kept.minutes if kept else 0, kept.mark_id if kept else None,
        kept.clash_id if kept else None, kept.version if kept else 0,
    )


def states(session_id: UUID, since: datetime | None = None) -> list[Attendance]:
    """Attendance of a session, only what changed from a moment on. One query."""
    statement = select(Attendance).where(Attendance.session_id == session_id).order_by(Attendance.participant_id)
    return list(db.session.scalars(statement.where(Attendance.changed_at >= since) if since else statement))


def claims(session_id: UUID, participant_ids: Iterable[UUID]) -> dict[UUID, list[Claim]]:
    """For people whose marks disagree: the marks, the latest first, with who made them. Two queries."""
    wanted = list(participant_ids)
    if not wanted:
        return {}
    marks = marks_of(session_id, wanted)
    shown = {each: [mark.id for mark in clashing(marks[each], merged(marks[each]).heads)] for each in wanted}
    maker = aliased(Person)
    details = {
        mark.id: Claim(
            mark.id, Said(mark.presence, mark.arrived, mark.left), mark.channel, name or "", mark.marked_at, mark.received_at,
            mark.device_at, mark.device,
        )
        for mark, name in db.session.execute(
            select(AttendanceMark, maker.name).outerjoin(maker, maker.id == AttendanceMark.person_id)
            .where(AttendanceMark.id.in_([each for ids in shown.values() for each in ids]))
        )
    }
    return {each: [details[mark_id] for mark_id in ids] for each, ids in shown.items()}


def history(session_id: UUID, participant_id: UUID) -> list[Claim]:
    """Every mark of a person at a session, the latest first. One query."""
    found = db.session.execute(
        select(AttendanceMark, Person.name).outerjoin(Person, Person.id == AttendanceMark.person_id)
        .where(AttendanceMark.session_id == session_id, AttendanceMark.participant_id == participant_id)
        .order_by(AttendanceMark.marked_at.desc(), AttendanceMark.id.desc())
    )
    return [
        Claim(
            mark.id, Said(mark.presence, mark.arrived, mark.left), mark.channel, name or "", mark.marked_at, mark.received_at,
            mark.device_at, mark.device,
        )
        for mark, name in found
    ]


def counts(training_id: UUID, session_id: UUID) -> tuple[int, int]:
    """People who are in, and people with a seat. One query."""
    present = select(func.count()).select_from(Attendance).where(
        Attendance.session_id == session_id, Attendance.presence == Presence.PRESENT,
    ).scalar_subquery()
    seats = select(func.count()).select_from(Participant).where(
        Participant.training_id == training_id, Participant.state == ParticipantState.REGISTERED,
    ).scalar_subquery()
    found = db.session.execute(select(present, seats)).one()
    return int(found[0]), int(found[1])


@dataclass(frozen=True)
class Somebody:
    """Somebody on the table of the whole training."""

    participant_id: UUID
    code: str
    name: str
    organisation: str
    group: str
    registered: bool


def people(training_id: UUID) -> list[Somebody]:
    """Everybody with a seat, or with attendance, by the sound of their names. One query."""
    marked = select(Attendance.participant_id).where(Attendance.participant_id == Participant.id, Attendance.presence != Presence.UNKNOWN)
    found = db.session.execute(
        select(Participant.id, Participant.code, Person.name, Organisation.name.label("office"), Participant.group, Participant.state)
        .join(Person, Person.id == Participant.person_id).outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Participant.training_id == training_id, or_(Participant.state == ParticipantState.REGISTERED, marked.exists()))
        .order_by(Person.sort_key, Participant.id)
    )
    return [
        Somebody(each.id, each.code, each.name, each.office or "", each.group, each.state is ParticipantState.REGISTERED) for each in found
    ]


def all_attendance(training_id: UUID) -> dict[tuple[UUID, UUID], Attendance]:
    """Attendance of the whole training by (participant, session). One query."""
    found = db.session.scalars(
        select(Attendance).join(TrainingSession, TrainingSession.id == Attendance.session_id)
        .where(TrainingSession.training_id == training_id)
    )
    return {(each.participant_id, each.session_id): each for each in found}


