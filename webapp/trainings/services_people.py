"""Who takes part: listed, invited, registered, waiting, gone. Every function here expects the training locked (`records.locked`).

Nothing here commits. A seat that becomes free goes to the first of the waiting list in the same unit of work.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_code, new_id
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.trainings import events, mail, rules_people
from webapp.trainings.models import Training
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.rules import TAKES_PEOPLE
from webapp.trainings.rules_people import NothingToChange, WasRefused

P = ParticipantState
# Registered by the door: the deadline is for those who register themselves beforehand.
AT_THE_DOOR = (JoinedBy.WALK_IN, JoinedBy.SUBSTITUTE)


@dataclass(frozen=True)
class Seats:
    """How a training stands: people with a seat, waiting, and the last number of the waiting list."""

    taken: int
    waiting: int
    last: int


def seats_of(training_id: UUID) -> Seats:
    """One query."""
    rows = db.session.execute(
        select(Participant.state, func.count(), func.max(Participant.queue))
        .where(Participant.training_id == training_id, Participant.state.in_((P.REGISTERED, P.WAITING))).group_by(Participant.state)
    )
    found = {state: (count, last) for state, count, last in rows}
    waiting, last = found.get(P.WAITING, (0, 0))
    return Seats(found.get(P.REGISTERED, (0, 0))[0], waiting, last or 0)


def origin_of(person: Person) -> Origin:
    """For what somebody else does for a person: no device of theirs had a part in it."""
    return Origin(person.language)


def list_person(
    training: Training, person: Person, *, joined_by: JoinedBy, now: datetime, actor_id: UUID, group: str = "",
) -> Participant:
    """Put somebody onto the list without asking them yet; who is there already stays as they are. Two statements.

    Raises `TrainingIsCancelled`, `RegistrationClosed`.
    """
    rules_people.check_listing(training)
    found = _participant(training, person)
    if found is not None:
        return found
    participant = _new(training, person, joined_by, P.LISTED, now, group)
    db.session.flush()
    _audit("training.person_listed", training, participant, now, actor_id)
    return participant


def take_off(training: Training, participant: Participant, *, now: datetime, actor_id: UUID) -> None:
    """Take somebody off the list who was never asked: nothing of it stays. Raises `NothingToChange`."""
    if participant.state is not P.LISTED or participant.invited_at is not None or participant.rounds:
        raise NothingToChange
    _audit("training.person_taken_off", training, participant, now, actor_id)
    db.session.delete(participant)
    db.session.flush()


def invite(
    training: Training, participant: Participant, person: Person, *, now: datetime, origin: Origin, actor_id: UUID,
    told: mail.About | None = None,
) -> bool:
    """Ask somebody to come and mail it; whether they were asked now. The event is written once, however often they are asked.

    Raises `NotReadyToInvite`, `TrainingIsCancelled`, `RegistrationClosed`.
    """
    rules_people.check_inviting(training, now)
    if participant.state not in rules_people.CAN_BE_INVITED:
        return False
    participant.state, participant.invited_at, participant.answered_at = P.INVITED, now, None
    db.session.flush()
    events.note(
        kind=EventKind.INVITED, participant=participant, person=person, source=events.invited(participant.id), origin=origin, now=now,
    )
    _audit("training.invited", training, participant, now, actor_id)
    mail.invitation(training, participant, person, now, told)
    return True


def ask_again(
    training: Training, participant: Participant, person: Person, *, now: datetime, actor_id: UUID, told: mail.About | None = None,
) -> None:
    """Remind somebody of an invitation that is not answered. Raises `NothingToChange`."""
    if participant.state is not P.INVITED:
        raise NothingToChange
    participant.reminded_at = now
    db.session.flush()
    _audit("training.reminded", training, participant, now, actor_id)
    mail.ask_again(training, participant, person, now, told)


def register(
    training: Training, person: Person, joined_by: JoinedBy, *, now: datetime, origin: Origin, actor_id: UUID | None = None,
    beyond_seats: bool = False, about: mail.About | None = None,
) -> Participant:
    """Register somebody: a seat if one is free, else the end of the waiting list; to be approved first where that is wanted.

    `actor_id` is who does it for somebody else; None for the person themselves, for whom deadline and approval count.
    `beyond_seats`: they are here, there will be a chair. Who has registered stays as they are.
    Raises `TrainingIsCancelled`, `RegistrationClosed`, `WasRefused`. Four statements and a mail.
    """
    if actor_id is None and joined_by not in AT_THE_DOOR:
        rules_people.check_open(training, now)
    else:
        rules_people.check_listing(training)
    participant = _participant(training, person)
    if participant is None:
        participant = _new(training, person, joined_by, P.LISTED, now)
    if actor_id is None and participant.state is P.REFUSED:
        raise WasRefused
    if participant.state is P.REGISTERED or (participant.state is P.WAITING and not beyond_seats):
        return participant
    if participant.state is P.APPLIED and actor_id is None:
        return participant
    participant.answered_at = now
    if _must_be_approved(training, participant, actor_id):
        participant.state = P.APPLIED
        db.session.flush()
        _audit("training.applied", training, participant, now, actor_id)
        mail.applied(training, participant, person, now)
        return participant
    told = joined_by not in AT_THE_DOOR
    _take(training, participant, person, now=now, origin=origin, actor_id=actor_id, beyond_seats=beyond_seats, told=told, about=about)
    return participant


def _must_be_approved(training: Training, participant: Participant, actor_id: UUID | None) -> bool:
    """Whom trainers named or asked, they have chosen already; who had a seat before was approved then."""
    by_themselves = actor_id is None and participant.joined_by is JoinedBy.LINK
    return training.approval and by_themselves and participant.invited_at is None and participant.rounds == 0


def _take(
    training: Training, participant: Participant, person: Person, *, now: datetime, origin: Origin, actor_id: UUID | None,
    beyond_seats: bool = False, told: bool = True, about: mail.About | None = None,
) -> None:
    """A seat or the waiting list. Who comes by the door needs no mail that they are there."""
    seats = seats_of(training.id)
    if beyond_seats or rules_people.seated(training.seats, seats.taken, seats.waiting):
        _seat(training, participant, person, now, origin, actor_id)
        if told:
            mail.registered(training, participant, person, now, about)
        return
    participant.state, participant.queue = P.WAITING, seats.last + 1
    db.session.flush()
    _audit("training.waiting", training, participant, now, actor_id)
    if participant not in fill_seats(training, now):
        mail.waiting(training, participant, person, seats.waiting + 1, now)


def _seat(training: Training, participant: Participant, person: Person, now: datetime, origin: Origin, actor_id: UUID | None) -> None:
    participant.state, participant.queue, participant.registered_at = P.REGISTERED, None, now
    participant.rounds += 1
    db.session.flush()
    source = events.registered(participant.id, participant.rounds)
    events.note(kind=EventKind.REGISTERED, participant=participant, person=person, source=source, origin=origin, now=now)
    _audit("training.registered", training, participant, now, actor_id)


def fill_seats(training: Training, now: datetime) -> list[Participant]:
    """Give the seats that are free to the waiting list, in its order, and mail each; those who got one. Two queries at most.

    Whoever frees seats or adds some calls it, in the same unit of work. A training that is over or cancelled fills nothing.
    """
    if training.state not in TAKES_PEOPLE or rules_people.over(training, now):
        return []
    seats = seats_of(training.id)
    count = rules_people.promotions(training.seats, seats.taken, seats.waiting)
    if count == 0:
        return []
    chosen = waiting_list(training.id, count)
    for each in chosen:
        _seat(training, each, each.person, now, origin_of(each.person), None)
        mail.promoted(training, each, each.person, now)
    return chosen


def waiting_list(training_id: UUID, most: int | None = None) -> list[Participant]:
    """Who waits, in order, with the person; only the first `most`. One query."""
    return list(db.session.scalars(
        select(Participant).where(Participant.training_id == training_id, Participant.state == P.WAITING)
        .order_by(Participant.queue, Participant.id).limit(most)
        .options(joinedload(Participant.person, innerjoin=True).joinedload(Person.sign_in)).execution_options(populate_existing=True)
    ))


def withdraw(
    training: Training, participant: Participant, person: Person, *, now: datetime, origin: Origin, actor_id: UUID | None = None,
) -> list[Participant]:
    """Take a registration, a place on the waiting list or an application back; who moved up. Raises `NothingToChange`.

    The event of the registration is retracted; who comes back later begins a new round.
    """
    if participant.state not in (P.REGISTERED, P.WAITING, P.APPLIED):
        raise NothingToChange
    _leave(participant, person, P.WITHDRAWN, now, origin)
    _audit("training.withdrawn", training, participant, now, actor_id)
    mail.withdrawn(training, participant, person, now)
    return fill_seats(training, now)


def decline(training: Training, participant: Participant, *, now: datetime, actor_id: UUID | None = None) -> None:
    """An invitation is answered with no. Raises `NothingToChange`."""
    if participant.state not in rules_people.UNANSWERED:
        raise NothingToChange
    participant.state, participant.answered_at = P.DECLINED, now
    db.session.flush()
    _audit("training.declined", training, participant, now, actor_id)
    mail.declined(training, participant, db.session.get_one(Person, participant.person_id), now)


def approve(training: Training, participant: Participant, person: Person, *, now: datetime, origin: Origin, actor_id: UUID) -> None:
    """Say yes to an application: a seat, or the waiting list. Raises `NothingToChange`, `RegistrationClosed`, `TrainingIsCancelled`."""
    rules_people.check_listing(training)
    if participant.state is not P.APPLIED:
        raise NothingToChange
    _audit("training.approved", training, participant, now, actor_id)
    _take(training, participant, person, now=now, origin=origin, actor_id=actor_id)


def refuse(
    training: Training, participant: Participant, person: Person, *, now: datetime, origin: Origin, actor_id: UUID,
) -> list[Participant]:
    """Say no to somebody who applied, waits or has a seat; who moved up. Raises `NothingToChange`."""
    if participant.state not in (P.APPLIED, P.WAITING, P.REGISTERED):
        raise NothingToChange
    _leave(participant, person, P.REFUSED, now, origin)
    _audit("training.refused", training, participant, now, actor_id)
    mail.refused(training, participant, person, now)
    return fill_seats(training, now)


def _leave(participant: Participant, person: Person, state: P, now: datetime, origin: Origin) -> None:
    had_seat = participant.state is P.REGISTERED
    participant.state, participant.queue, participant.answered_at = state, None, now
    db.session.flush()
    if had_seat:
        source = events.registered(participant.id, participant.rounds)
        events.retract(source=source, participant=participant, person=person, origin=origin, now=now)


def move_waiting(training: Training, participant: Participant, *, position: int, now: datetime, actor_id: UUID) -> None:
    """Put somebody at another position of the waiting list, from 1. Raises `NothingToChange`. One query, one statement a row moved."""
    queue = waiting_list(training.id)
    if participant.state is not P.WAITING or participant not in queue:
        raise NothingToChange
    for number, each in enumerate(rules_people.moved(queue, participant, position), 1):
        if each.queue != number:
            each.queue = number
    db.session.flush()
    _audit("training.waiting_moved", training, participant, now, actor_id, {"position": position})


def set_group(training: Training, participants: Sequence[Participant], *, group: str, now: datetime, actor_id: UUID) -> int:
    """Put people into a working group, empty for none; how many changed."""
    changed = [each for each in participants if each.group != group]
    for each in changed:
        before, each.group = each.group, group
        _audit("training.group_set", training, each, now, actor_id, {"group": group, "was": before})
    db.session.flush()
    return len(changed)


def say_needs(
    training: Training, participant: Participant, *, diet: str, access: str, interpretation: str, now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """What a participant needs so that they can take part well; empty is nothing. The audit trail holds that it was said, not what."""
    participant.diet, participant.access, participant.interpretation = diet, access, interpretation
    participant.needs_at = now
    db.session.flush()
    _audit("training.needs_said", training, participant, now, actor_id)


def _participant(training: Training, person: Person) -> Participant | None:
    found: Participant | None = db.session.scalars(
        select(Participant).where(Participant.training_id == training.id, Participant.person_id == person.id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return found


def _new(training: Training, person: Person, joined_by: JoinedBy, state: P, now: datetime, group: str = "") -> Participant:
    participant = Participant(
        id=new_id(), training_id=training.id, person_id=person.id, state=state, joined_by=joined_by, code=new_code(), group=group,
        form_before=secrets.choice("ab"), rounds=0, reminders=0, listed_at=now, person=person,
    )
    db.session.add(participant)
    return participant


def _audit(
    action: str, training: Training, participant: Participant, now: datetime, actor_id: UUID | None, more: Mapping[str, Any] | None = None,
) -> None:
    record(
        actor_id=actor_id or participant.person_id, action=action, subject=("training", training.id), place_id=training.place_id, now=now,
        after={"participant": str(participant.id), "state": participant.state.value, **(more or {})},
    )
