"""Who has completed a training: its rule, what is missing to whom, and the moment in which it is met. Once met it stays met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import aliased

from webapp.accounts.models import Person
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n
from webapp.core.signals import TrainingCompleted, training_completed
from webapp.participation.models import Channel, EventKind
from webapp.participation.origin import Origin
from webapp.trainings import events
from webapp.trainings.models import TestsNeeded, Training, TrainingSession, TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant, ParticipantState

# Certificates come by themselves once the sessions are over and somebody has looked at the record.
BY_ITSELF = frozenset({TrainingState.REPORTING, TrainingState.CLOSED})


@dataclass(frozen=True)
class Rule:
    """What a training asks for: minutes of attendance, tests, and per cent of the points of the test after."""

    least_minutes: int
    tests: TestsNeeded
    least_score: int | None

    @classmethod
    def of(cls, training: Training) -> Rule:
        """That of a training."""
        return cls(training.least_minutes, training.tests_needed, training.least_score)

    @property
    def needs_before(self) -> bool:
        """Whether the test before has to be taken."""
        return self.tests is TestsNeeded.BOTH

    @property
    def needs_after(self) -> bool:
        """Whether the test after has to be taken: a least score asks for it too."""
        return self.tests is not TestsNeeded.NONE or self.least_score is not None

    def words(self) -> list[str]:
        """The rule in sentences."""
        said = [_("At least %(time)s of attendance.", time=length(self.least_minutes)) if self.least_minutes
                else _("To have been at one session at least.")]
        if self.needs_before:
            said.append(_("The test before the training was taken."))
        if self.needs_after and self.least_score is None:
            said.append(_("The test after the training was taken."))
        if self.least_score is not None:
            said.append(_("At least %(score)d%% of the points of the test after the training.", score=self.least_score))
        return said


@dataclass(frozen=True)
class Done:
    """What somebody did. Scores are thousandths of points; `maximum` is in points. `score` None: not taken."""

    minutes: int
    before: bool = False
    score: int | None = None
    maximum: int = 0


def met(rule: Rule, done: Done) -> bool:
    """Whether the rule is met."""
    return not missing(rule, done)


def missing(rule: Rule, done: Done) -> list[str]:
    """What is missing to meet the rule, a sentence each; nothing if it is met. Nobody completes a training without being there."""
    said = []
    if not done.minutes:
        said.append(_("No attendance is recorded."))
    elif done.minutes < rule.least_minutes:
        said.append(_("%(time)s of attendance are recorded, %(least)s are needed.", time=length(done.minutes),
                      least=length(rule.least_minutes)))
    if rule.needs_before and not done.before:
        said.append(_("The test before the training is missing."))
    if rule.needs_after and done.score is None:
        said.append(_("The test after the training is missing."))
    elif rule.least_score is not None and done.score is not None and done.score < 10 * rule.least_score * done.maximum:
        said.append(_("%(score)s%% of the points in the test after the training, %(least)d%% are needed.",
                      score=_percent(done), least=rule.least_score))
    return said


def _percent(done: Done) -> str:
    """Rounded down, so that no figure looks as if it were enough."""
    tenths = done.score * 10 // (done.maximum * 10) if done.score is not None and done.maximum else 0
    return f"{tenths // 10}.{tenths % 10}"


def length(minutes: int) -> str:
    """`6 h 30 min` in words of the reader's language."""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _n("%(num)d hour", "%(num)d hours", hours)
    if not hours:
        return _n("%(num)d minute", "%(num)d minutes", rest)
    return _("%(hours)d h %(minutes)d min", hours=hours, minutes=rest)


@dataclass(frozen=True)
class Standing:
    """A participant with a seat, as the rule sees them."""

    participant_id: UUID
    person_id: UUID
    name: str
    language: str
    completed_at: datetime | None
    done: Done


def standings(training_id: UUID, *, open_only: bool = False) -> list[Standing]:
    """Everybody with a seat by the sound of their names; `open_only`: without those who have completed. One query."""
    minutes = (
        select(Attendance.participant_id, func.sum(Attendance.minutes).label("minutes"))
        .join(TrainingSession, TrainingSession.id == Attendance.session_id)
        .where(TrainingSession.training_id == training_id, TrainingSession.cancelled.is_(False), Attendance.presence == Presence.PRESENT)
        .group_by(Attendance.participant_id).subquery()
    )
    before, after = aliased(Sitting), aliased(Sitting)
    wanted = (
        select(Participant.id, Participant.completed_at, Person.id.label("person_id"), Person.name, Person.language,
               func.coalesce(minutes.c.minutes, 0).label("minutes"), before.submitted_at.label("before"),
               after.score_thousandths.label("score"), after.maximum)
        .join(Person, Person.id == Participant.person_id).outerjoin(minutes, minutes.c.participant_id == Participant.id)
        .outerjoin(before, and_(before.participant_id == Participant.id, before.moment == Moment.BEFORE))
        .outerjoin(after, and_(after.participant_id == Participant.id, after.moment == Moment.AFTER))
        .where(Participant.training_id == training_id, Participant.state == ParticipantState.REGISTERED,
               Person.merged_into_id.is_(None), Person.erased_at.is_(None))
        .order_by(Person.sort_key, Person.id)
    )
    if open_only:
        wanted = wanted.where(Participant.completed_at.is_(None))
    return [
        Standing(row.id, row.person_id, row.name, row.language, row.completed_at,
                 Done(int(row.minutes), row.before is not None, row.score, row.maximum or 0))
        for row in db.session.execute(wanted)
    ]


def settle(training: Training, now: datetime, *, most: int | None = None) -> int:
    """Note of everybody who meets the rule of the locked training that they have completed it; how many are new.

    Each is noted once, by a conditional update, and never withdrawn when rule, attendance or marks become others. Sends
    `training_completed`. One query and some statements for each. `most`: so many at most.
    """
    rule = Rule.of(training)
    ready = [each for each in standings(training.id, open_only=True) if met(rule, each.done)][:most]
    return sum(_complete(training, each, now) for each in ready)


def settle_by_itself(training: Training, now: datetime) -> int:
    """The same where it comes by itself: the training is being reported or closed."""
    return settle(training, now) if training.state in BY_ITSELF else 0


def _complete(training: Training, standing: Standing, now: datetime) -> bool:
    changed: Any = db.session.execute(
        update(Participant).where(Participant.id == standing.participant_id, Participant.completed_at.is_(None))
        .values(completed_at=now).execution_options(synchronize_session="fetch")
    )
    if not changed.rowcount:
        return False
    participant = db.session.get_one(Participant, standing.participant_id)
    person = db.session.get_one(Person, standing.person_id)
    events.note(
        kind=EventKind.COMPLETED, participant=participant, person=person, source=events.completed(participant.id), now=now,
        origin=Origin(person.language, channel=Channel.ONSITE),
    )
    record(actor_id=None, action="training.completed", subject=("training", training.id), now=now, place_id=training.place_id,
           after={"participant": str(participant.id)})
    training_completed.send(TrainingCompleted(person.id, training.id, participant.id, person.language, now))
    return True


def waiting(standings_: Sequence[Standing], rule: Rule) -> list[Standing]:
    """Those who meet the rule and are not noted yet."""
    return [each for each in standings_ if each.completed_at is None and met(rule, each.done)]
