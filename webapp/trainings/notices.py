"""What participants are told when the plan changes, and reminders before the training.

At once where the training is cancelled; after a short grace where days, times or venue are others.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import hooks, mail, rules_people, services_people
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.records import locked

P, S = ParticipantState, TrainingState
# A trainer who moves three sessions saves three times; one mail tells of all.
GRACE = timedelta(minutes=5)
TOLD = (P.INVITED, P.REGISTERED)
# Days before the training on which it is recalled, and the number of the reminder.
REMINDERS = {7: 1, 1: 2}
# Hours of the venue's day in which a reminder may come.
FROM_HOUR, TO_HOUR = 8, 20
# Who registered the evening before knows.
SETTLED = timedelta(hours=12)
ANNOUNCED = (S.PREPARATION, S.ANNOUNCED, S.RUNNING)


def connect() -> None:
    """Listen to what happens to trainings."""
    hooks.on_moved.connect(moved)
    hooks.on_changed.connect(changed)


def moved(happened: hooks.Moved) -> None:
    """Tell everybody whom it concerns that a training is cancelled; seats that are open again are filled."""
    if happened.after is S.CANCELLED:
        _cancelled(happened.training, happened.now)
    else:
        services_people.fill_seats(happened.training, happened.now)


def changed(happened: hooks.Changed) -> None:
    """More seats go to the waiting list at once; other news wait for the job, which speaks once for several changes."""
    if "seats" in happened.columns:
        services_people.fill_seats(happened.training, happened.now)


def _cancelled(training: Training, now: datetime) -> None:
    people = _people(training.id, (*TOLD, P.WAITING, P.APPLIED))
    told = mail.about(training) if people else None
    for each in people:
        mail.cancelled(training, each, each.person, now, told)
    db.session.flush()


def _people(training_id: UUID, states: tuple[ParticipantState, ...]) -> list[Participant]:
    person = joinedload(Participant.person, innerjoin=True).joinedload(Person.sign_in)
    return list(db.session.scalars(
        select(Participant).where(Participant.training_id == training_id, Participant.state.in_(states)).order_by(Participant.id)
        .options(person).execution_options(populate_existing=True)
    ))


def send_due(now: datetime) -> int:
    """The job: news of changes, then reminders; how many mails. Each training is a unit of work of its own."""
    return sum(_tell_changes(each, now) for each in _changed_trainings(now)) + sum(_remind(each, now) for each in _near(now))


def _changed_trainings(now: datetime) -> list[UUID]:
    """Trainings whose plan has rested for a while and is newer than what somebody has in the calendar. One query."""
    return list(db.session.scalars(
        select(Training.id).join(Participant, Participant.training_id == Training.id)
        .where(
            Participant.calendar_sent < Training.calendar_sequence, Participant.state.in_(TOLD), Training.changed_at <= now - GRACE,
            Training.state.in_(ANNOUNCED),
        ).distinct().order_by(Training.id)
    ))


def _tell_changes(training_id: UUID, now: datetime) -> int:
    """Whoever comes second finds the numbers up to date behind the lock."""
    with unit_of_work():
        training = locked(training_id)
        if training.state not in ANNOUNCED or rules_people.over(training, now):
            return 0
        late = [
            each for each in _people(training_id, TOLD)
            if each.calendar_sent is not None and each.calendar_sent < training.calendar_sequence
        ]
        told = mail.about(training) if late else None
        for each in late:
            mail.changed(training, each, each.person, now, told)
        return len(late)


def _near(now: datetime) -> list[UUID]:
    """Trainings that begin within a week, in any zone. One query."""
    today = now.date()
    return list(db.session.scalars(
        select(Training.id).where(
            Training.state.in_(ANNOUNCED), Training.first_day >= today, Training.first_day <= today + timedelta(days=max(REMINDERS) + 1),
        ).order_by(Training.id)
    ))


def stage(training: Training, now: datetime) -> tuple[int, int] | None:
    """Which reminder is due at this moment, as (days left, its number); None outside the day's hours or too early. Pure."""
    here = now.astimezone(ZoneInfo(training.zone))
    if training.first_day is None or not FROM_HOUR <= here.hour < TO_HOUR:
        return None
    left = (training.first_day - here.date()).days
    due = [number for days, number in REMINDERS.items() if 1 <= left <= days]
    return (left, max(due)) if due else None


def _remind(training_id: UUID, now: datetime) -> int:
    with unit_of_work():
        training = locked(training_id)
        due = stage(training, now)
        if due is None or training.state not in ANNOUNCED:
            return 0
        left, number = due
        told, sent = None, 0
        for each in _people(training_id, (P.REGISTERED,)):
            if each.reminders >= number or (each.registered_at is not None and each.registered_at > now - SETTLED):
                continue
            claimed = update(Participant).where(Participant.id == each.id, Participant.reminders < number).values(reminders=number)
            if db.session.execute(claimed.returning(Participant.id)).first() is None:
                continue
            told = told or mail.about(training)
            mail.reminder(training, each, each.person, left, now, told)
            sent += 1
        return sent
