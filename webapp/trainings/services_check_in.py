"""Checking in with the code on the projector: once per person and session, once per ticket."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import MistypedCode, new_id, read_code
from webapp.core.upsert import insert_for
from webapp.participation.origin import Origin
from webapp.trainings import check_in as codes
from webapp.trainings.attendance_rules import Said, arrived_by_code
from webapp.trainings.check_in import Ticket
from webapp.trainings.errors_attendance import CheckInRefused, NotInSession, NotOnTheList, TicketUsed
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.models_onsite import Attendance, CheckInTicket, MarkChannel, Presence
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.services_attendance import TAKES_MARKS, Sent, apply_marks


@dataclass(frozen=True)
class CheckedIn:
    """Somebody is in. `again`: they had checked in before, at `at`. `undone`: a trainer has marked otherwise since."""

    participant: Participant
    at: datetime
    again: bool = False
    undone: bool = False


def participant_of(training_id: UUID, *, person_id: UUID | None = None, code: str = "") -> tuple[Participant, Person] | None:
    """Somebody of a training by sign-in or by their participant code, with a seat. One query. Raises `NotOnTheList`."""
    statement = select(Participant, Person).join(Person, Person.id == Participant.person_id).where(Participant.training_id == training_id)
    if code:
        try:
            statement = statement.where(Participant.code == read_code(code))
        except MistypedCode:
            return None
    else:
        statement = statement.where(Participant.person_id == person_id)
    row = db.session.execute(statement).first()
    if row is None:
        if code:
            return None
        raise NotOnTheList
    if row[0].state is not ParticipantState.REGISTERED:
        raise NotOnTheList
    return row[0], row[1]


def check_on(training: Training, session: TrainingSession, now: datetime) -> None:
    """Whether one can check in to a session now. Raises `NotInSession`."""
    zone = ZoneInfo(training.zone)
    if session.cancelled or training.state not in TAKES_MARKS or not codes.on_now(session.day, session.starts, session.ends, zone, now):
        raise NotInSession


def check_in(
    training: Training, session: TrainingSession, who: tuple[Participant, Person], ticket: Ticket, *, origin: Origin, now: datetime,
) -> CheckedIn:
    """Mark somebody present by their own act. Whoever is in already is told so; the ticket of another person is refused.

    Raises `NotInSession`, `TicketUsed`. Nine statements.
    """
    check_on(training, session, now)
    participant, person = who
    values = {"ticket_hash": ticket.hash, "session_id": session.id, "participant_id": participant.id, "at": now}
    insert = insert_for(CheckInTicket).values(**values).on_conflict_do_nothing().returning(CheckInTicket.ticket_hash)
    if db.session.execute(insert).first() is None:
        return _again(session, participant)
    held = db.session.execute(
        select(Attendance.presence, Attendance.mark_id, Attendance.clash_id)
        .where(Attendance.session_id == session.id, Attendance.participant_id == participant.id)
    ).first()
    if held is None or held.presence is not Presence.PRESENT:
        arrived = arrived_by_code(now, session.day, session.starts, ZoneInfo(training.zone))
        seen = tuple(each for each in (held.mark_id, held.clash_id) if each) if held else ()
        mark = Sent(new_id(), participant.id, Said(Presence.PRESENT, arrived), after=seen)
        done = apply_marks(training, session, [mark], channel=MarkChannel.CODE, person_id=person.id, origin=origin, now=now)
        if done[0].message:
            raise CheckInRefused(done[0].message)
    return CheckedIn(participant, now)


def _again(session: TrainingSession, participant: Participant) -> CheckedIn:
    """The ticket, or this person's place in the session, is taken."""
    at = db.session.scalar(
        select(CheckInTicket.at).where(CheckInTicket.session_id == session.id, CheckInTicket.participant_id == participant.id)
    )
    if at is None:
        raise TicketUsed
    presence = db.session.scalar(
        select(Attendance.presence).where(Attendance.session_id == session.id, Attendance.participant_id == participant.id)
    )
    return CheckedIn(participant, at, again=True, undone=presence is not Presence.PRESENT)


def typed(digits: str, now: datetime) -> list[tuple[TrainingSession, Training]]:
    """Sessions on now whose screen shows these digits. One query: no more sessions are on at a time than fit a morning."""
    today = now.astimezone(ZoneInfo("UTC")).date()
    rows = db.session.execute(
        select(TrainingSession, Training).join(Training, Training.id == TrainingSession.training_id)
        .where(
            TrainingSession.day.between(today.fromordinal(today.toordinal() - 1), today.fromordinal(today.toordinal() + 1)),
            TrainingSession.cancelled.is_(False), Training.state.in_(TAKES_MARKS),
        )
    )
    return [
        (session, training) for session, training in rows
        if codes.on_now(session.day, session.starts, session.ends, ZoneInfo(training.zone), now)
        and codes.accepts_typed(session.secret, digits, now)
    ]
