"""Work on the tests around trainings that nobody waits for: links and reminders by mail, tests whose time is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person, SignIn
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import mail_tests, queries_tests, services_tests, tests_rules
from webapp.trainings.mail_tests import Recipient
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.tests_rules import Phase, Window

AT_ONCE = 500
# The day before the training begins; and, after it, when a few days have gone by.
REMIND_BEFORE = timedelta(hours=30)
REMIND_AFTER = timedelta(days=3)
# Nobody is reminded in the hours after the link came.
REST = timedelta(hours=12)
_SENT = {Moment.BEFORE: Participant.test_before_sent_at, Moment.AFTER: Participant.test_after_sent_at}
_RUNNING = (TrainingState.ANNOUNCED, TrainingState.RUNNING, TrainingState.REPORTING)
_TAKEN = {
    moment: exists().where(
        Sitting.participant_id == Participant.id, Sitting.moment == moment, Sitting.submitted_at.is_not(None),
    ) for moment in Moment
}


def due_tests(now: datetime) -> int:
    """Mail the links to tests that opened, remind once of each, and hand in what was saved of tests that closed; how many in all.

    Each mail is claimed by a conditional update in the unit of work that queues it, so that it goes out once. Two queries a training.
    """
    wanted = (
        select(Training).where(Training.test_course_id.is_not(None), Training.state.in_(_RUNNING))
        .options(joinedload(Training.place)).order_by(Training.first_day, Training.id)
    )
    done = 0
    for training in db.session.scalars(wanted).all():
        if services_tests.test_course(training) is None:
            continue
        spans = queries_tests.spans(training)
        for moment in Moment:
            opened = tests_rules.window(moment, training.state, spans, now)
            if opened.open:
                done += _mail(training, moment, opened, (_SENT[moment].is_(None),), now, reminder=False)
                done += _remind(training, moment, opened, min((each.starts for each in spans), default=None), now)
            elif opened.phase is Phase.OVER:
                done += _hand_in(training.id, moment, now)
    return done


def _remind(training: Training, moment: Moment, opened: Window, begins: datetime | None, now: datetime) -> int:
    if moment is Moment.BEFORE:
        if begins is None or not begins - REMIND_BEFORE <= now < begins:
            return 0
        never: Any = Participant.test_reminded_at.is_(None)
    else:
        if opened.closes is None or now < opened.closes - tests_rules.OPEN_AFTER + REMIND_AFTER:
            return 0
        never = or_(Participant.test_reminded_at.is_(None), Participant.test_reminded_at < Participant.test_after_sent_at)
    return _mail(training, moment, opened, (_SENT[moment] <= now - REST, never), now, reminder=True)


def _mail(training: Training, moment: Moment, opened: Window, open_to: tuple[Any, ...], now: datetime, *, reminder: bool) -> int:
    waiting = (
        Participant.training_id == training.id, Participant.state == ParticipantState.REGISTERED, ~_TAKEN[moment], *open_to,
    )
    rows = db.session.execute(
        select(Participant.id, Participant.code, Person.id.label("person_id"), Person.language, SignIn.email)
        .join(Person, Person.id == Participant.person_id).join(SignIn, SignIn.person_id == Person.id)
        .where(*waiting, Person.erased_at.is_(None), SignIn.disabled_at.is_(None)).order_by(Participant.id).limit(AT_ONCE)
    ).all()
    if not rows:
        return 0
    column = Participant.test_reminded_at if reminder else _SENT[moment]
    with unit_of_work():
        claimed = set(db.session.scalars(
            update(Participant).where(Participant.id.in_([row.id for row in rows]), and_(*open_to)).values({column: now})
            .returning(Participant.id).execution_options(synchronize_session=False)
        ))
        for to in _recipients(rows, claimed):
            mail_tests.send(to=to, training=training, moment=moment, closes=opened.closes, reminder=reminder, now=now)
    return len(claimed)


def _recipients(rows: Iterable[Any], claimed: set[UUID]) -> Iterable[Recipient]:
    for row in rows:
        if row.id in claimed:
            yield Recipient(row.person_id, row.email, row.language, row.code)


def _hand_in(training_id: UUID, moment: Moment, now: datetime) -> int:
    """Grade what was saved and not submitted in time, as submitted when it was last saved."""
    late = (
        select(Sitting).where(
            Sitting.training_id == training_id, Sitting.moment == moment, Sitting.submitted_at.is_(None), Sitting.saved_at.is_not(None),
            Sitting.on_paper.is_(False),
        )
        .order_by(Sitting.id).limit(AT_ONCE)
    )
    if db.session.scalar(select(func.count()).select_from(late.subquery())) == 0:
        return 0
    with unit_of_work():
        sittings = db.session.scalars(late.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
        for sitting in sittings:
            services_tests.submit(sitting=sitting, now=sitting.saved_at or now)
    return len(sittings)
