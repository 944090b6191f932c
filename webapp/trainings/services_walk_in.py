"""People who come by the door: registered on the spot, or in the place of somebody who cannot come; present at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from webapp.accounts import rules as people_rules
from webapp.accounts import services as accounts
from webapp.accounts.models import Organisation, OrganisationType, Person, PositionLevel, Sex
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.participation.models import Channel
from webapp.participation.origin import Origin
from webapp.trainings import services_attendance, services_people
from webapp.trainings.attendance_rules import Said, arrived_by_code
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.models_onsite import Attendance, MarkChannel, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.rules import TrainingError
from webapp.trainings.services_attendance import Sent


@dataclass(frozen=True)
class Newcomer:
    """Who came, as the form says it. Raises nothing: names and numbers are checked where they are used."""

    name: str
    organisation: str = ""
    phone: str = ""
    sex: Sex | None = None
    position_level: PositionLevel | None = None


class SameName(TrainingError):
    """Somebody of that name is on the list already; the trainer says whether it is another person."""

    def __init__(self, name: str, participant_id: UUID) -> None:
        self.participant_id = participant_id
        super().__init__(_(
            "%(name)s is on the list already. If it is the same person, mark them there; if it is somebody else of the same name, "
            "say so below.", name=name,
        ))


class CannotReplace(TrainingError):
    """Somebody who has no seat cannot be replaced."""

    def __init__(self) -> None:
        super().__init__(_("This person has no seat (any longer), so nobody can come in their place. Register the newcomer as a walk-in."))


def walk_in(
    training: Training, session: TrainingSession, newcomer: Newcomer, *, another: bool, actor_id: UUID, now: datetime, origin: Origin,
) -> Participant:
    """Register somebody who came by, beyond the seats if need be, and mark them present. The training is locked.

    Who was invited or waits is registered; who is known by telephone, or by name and organisation, stays one person.
    Raises `SameName` unless `another`, `AttendanceRefused`, `accounts.rules.Refused`, and what `services_people.register` raises.
    """
    services_attendance.check_open(training, session, now)
    participant = _come(training, newcomer, JoinedBy.WALK_IN, another=another, actor_id=actor_id, now=now, origin=origin)
    mark_present(training, session, participant, actor_id=actor_id, now=now, origin=origin)
    return participant


def substitute(
    training: Training, absent_id: UUID, newcomer: Newcomer, *, session: TrainingSession | None, another: bool, actor_id: UUID,
    now: datetime, origin: Origin,
) -> Participant:
    """Somebody comes in another's place: takes their seat and group. The training is locked. Raises as `walk_in`, and `CannotReplace`."""
    absent = db.session.scalars(
        select(Participant).where(Participant.id == absent_id, Participant.training_id == training.id)
    ).one_or_none()
    if absent is None or absent.state is not ParticipantState.REGISTERED:
        raise CannotReplace
    if session is not None:
        services_attendance.check_open(training, session, now)
    came = _come(training, newcomer, JoinedBy.SUBSTITUTE, another=another, actor_id=actor_id, now=now, origin=origin)
    if came.id == absent.id:
        raise CannotReplace
    came.substitute_for_id, came.group = absent.id, absent.group
    # First the newcomer, then the one who stays away: the seat goes from hand to hand and never to the waiting list.
    person = db.session.get_one(Person, absent.person_id)
    services_people.withdraw(training, absent, person, now=now, origin=_onsite(origin), actor_id=actor_id)
    record(
        actor_id=actor_id, action="training.substituted", subject=("training", training.id), place_id=training.place_id, now=now,
        before={"participant": str(absent.id)}, after={"participant": str(came.id)},
    )
    if session is not None:
        mark_present(training, session, came, actor_id=actor_id, now=now, origin=origin)
    return came


def _come(
    training: Training, newcomer: Newcomer, joined_by: JoinedBy, *, another: bool, actor_id: UUID, now: datetime, origin: Origin,
) -> Participant:
    name, phone = people_rules.name_of(newcomer.name), people_rules.phone_of(newcomer.phone)
    there = _same_name(training.id, name)
    seated = next((each for each, _person in there if each.state is ParticipantState.REGISTERED), None)
    if seated is not None and not another:
        raise SameName(name, seated.id)
    expected = None if another else next((person for _each, person in there), None)
    person = expected or _known(training, name, phone, newcomer.organisation) or _new_person(training, newcomer, phone, actor_id, now)
    participant = services_people.register(
        training, person, joined_by, now=now, origin=_onsite(origin), actor_id=actor_id, beyond_seats=True,
    )
    if participant.state is ParticipantState.REGISTERED:
        return participant
    raise CannotReplace


def _onsite(origin: Origin) -> Origin:
    return Origin(origin.language, origin.device, Channel.ONSITE)


def _same_name(training_id: UUID, name: str) -> list[tuple[Participant, Person]]:
    rows = db.session.execute(
        select(Participant, Person).join(Person, Person.id == Participant.person_id)
        .where(Participant.training_id == training_id, Person.name == name).order_by(Participant.listed_at, Participant.id)
    )
    return [(participant, person) for participant, person in rows]


def _known(training: Training, name: str, phone: str | None, organisation: str) -> Person | None:
    """Somebody of this name with this telephone number, or at this organisation of the training's place. Two queries."""
    ways = []
    if phone:
        ways.append(Person.phone == phone)
    if organisation:
        key = people_rules.organisation_key(organisation)
        at = select(Organisation.id).where(Organisation.name_key == key, Organisation.place_id == training.place_id)
        ways.append(Person.organisation_id.in_(at))
    if not ways:
        return None
    found = db.session.scalars(
        select(Person).where(Person.name == name, Person.merged_into_id.is_(None), Person.erased_at.is_(None), or_(*ways))
        .order_by(Person.created_at, Person.id).limit(2)
    ).all()
    taken = select(Participant.person_id).where(Participant.training_id == training.id)
    there = set(db.session.scalars(taken.where(Participant.person_id.in_([each.id for each in found])))) if found else set()
    free: list[Person] = [each for each in found if each.id not in there]
    return free[0] if len(free) == 1 else None


def _new_person(training: Training, newcomer: Newcomer, phone: str | None, actor_id: UUID, now: datetime) -> Person:
    organisation = None
    if people_rules.organisation_of(newcomer.organisation):
        organisation = accounts.organisation_named(
            name=newcomer.organisation, type=OrganisationType.GOVERNMENT, place_id=training.place_id, now=now,
        )
    return accounts.create_person(
        name=newcomer.name, language=training.language, now=now, actor_id=actor_id, time_zone=training.zone, place=training.place,
        organisation=organisation, position_level=newcomer.position_level, sex=newcomer.sex, phone=phone,
    )


def mark_present(
    training: Training, session: TrainingSession, participant: Participant, *, actor_id: UUID, now: datetime, origin: Origin,
) -> None:
    """Mark somebody present as of now, unless they are."""
    held = db.session.execute(
        select(Attendance.presence, Attendance.mark_id)
        .where(Attendance.session_id == session.id, Attendance.participant_id == participant.id)
    ).first()
    if held is not None and held.presence is Presence.PRESENT:
        return
    arrived = arrived_by_code(now, session.day, session.starts, ZoneInfo(training.zone))
    if arrived is not None and arrived >= session.ends:
        arrived = None
    seen = (held.mark_id,) if held is not None and held.mark_id else ()
    services_attendance.apply_marks(
        training, session, [Sent(new_id(), participant.id, Said(Presence.PRESENT, arrived), after=seen)], channel=MarkChannel.LIST,
        person_id=actor_id, origin=origin, now=now,
    )
