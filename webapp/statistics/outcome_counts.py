"""Counting outcomes: trainings by state, gains, satisfaction, follow-ups, reach. Each function is one or two queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.suppression import LEAST
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.questionnaires.models import Sheet, SheetCell, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.statistics import facts
from webapp.statistics.outcome_parts import ended, events_of, of_places, trainings_of
from webapp.statistics.slices import Slice
from webapp.trainings.gains import Gain, gain
from webapp.trainings.models import TrainerPart, Training, TrainingMove, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import Moment, Sitting, SurveyKind, TrainingSurvey
from webapp.trainings.models_people import Participant, ParticipantState

USED = frozenset({"often", "some"})
# What is asked in surveys: satisfaction, and whether what was learned is used at work.
OVERALL, USE = FIELDS = ("overall", "used")


def by_state(part: Slice) -> dict[TrainingState, int]:
    """Trainings by the state that they had at the cut-off. One query."""
    later = aliased(TrainingMove)
    last = (
        select(later.id).where(later.training_id == Training.id, later.at <= part.cut_off).order_by(later.at.desc(), later.id.desc())
        .limit(1).correlate(Training).scalar_subquery()
    )
    where = trainings_of(part)
    if part.first is not None:
        where.append(or_(Training.last_day.is_(None), Training.last_day >= part.first))
    if part.last is not None:
        where.append(or_(Training.first_day.is_(None), Training.first_day <= part.last))
    state = func.coalesce(TrainingMove.after, Training.state)
    query = of_places(select(state, func.count()).select_from(Training)).outerjoin(TrainingMove, TrainingMove.id == last)
    found = {TrainingState(row[0]): row[1] for row in db.session.execute(query.where(*where).group_by(state))}
    return {each: found.get(each, 0) for each in TrainingState}


@dataclass(frozen=True)
class Gained:
    """Gain of people with both tests. `trainings` stand behind it; `left_out` are trainings with tests and too few people."""

    gain: Gain | None
    trainings: int
    left_out: int


def gained(part: Slice) -> Gained:
    """The learning gain of the trainings that ended in the slice. One query."""
    before, after = aliased(Sitting), aliased(Sitting)
    query = of_places(
        select(Training.id, before.score_thousandths, before.maximum, after.score_thousandths, after.maximum).select_from(Training)
    ).join(Participant, and_(Participant.training_id == Training.id, Participant.state == ParticipantState.REGISTERED)).join(
        before, and_(before.participant_id == Participant.id, before.moment == Moment.BEFORE),
    ).join(after, and_(after.participant_id == Participant.id, after.moment == Moment.AFTER))
    taken = (before.submitted_at <= part.cut_off, after.submitted_at <= part.cut_off)
    pairs: defaultdict[UUID, list[tuple[float, float]]] = defaultdict(list)
    for key, early, early_of, late, late_of in db.session.execute(query.where(*ended(part), *taken)):
        if early is not None and late is not None:
            pairs[key].append((early / 10 / early_of, late / 10 / late_of))
    shown = [each for each in pairs.values() if len(each) >= LEAST]
    return Gained(gain([pair for each in shown for pair in each]), len(shown), len(pairs) - len(shown))


@dataclass(frozen=True)
class Surveyed:
    """A survey with how many were asked and how many answered."""

    id: UUID
    kind: SurveyKind
    asked: int
    answered: int
    anonymous: bool


def surveyed(part: Slice, now: datetime) -> list[Surveyed]:
    """Surveys that closed by the cut-off, of trainings that ended in the slice: satisfaction and follow-ups. One query."""
    asked = select(func.count()).select_from(SurveyPerson).join(Person, Person.id == SurveyPerson.person_id).where(
        SurveyPerson.survey_id == Survey.id, Person.merged_into_id.is_(None),
    ).correlate(Survey).scalar_subquery()
    answered = select(func.count()).select_from(Sheet).where(
        Sheet.survey_id == Survey.id, Sheet.state == SheetState.DONE,
    ).correlate(Survey).scalar_subquery()
    query = of_places(select(Survey.id, TrainingSurvey.kind, asked, answered, Survey.mode).select_from(Training)).join(
        TrainingSurvey, TrainingSurvey.training_id == Training.id,
    ).join(Survey, Survey.id == TrainingSurvey.survey_id)
    closed = (Survey.closes_at <= min(part.cut_off, now), TrainingSurvey.kind != SurveyKind.NEEDS)
    rows = db.session.execute(query.where(*ended(part), *closed))
    return [Surveyed(row[0], row[1], row[2], row[3], row[4] is SurveyMode.ANONYMOUS) for row in rows]


@dataclass(frozen=True)
class Answers:
    """Answers to one question over several surveys, by value. `surveys` stand behind it."""

    counts: Mapping[Any, int]
    surveys: int

    @property
    def number(self) -> int:
        """How many answered."""
        return sum(self.counts.values())

    @property
    def mean(self) -> float | None:
        """The mean of numbers; None where fewer than five answered."""
        if self.number < LEAST:
            return None
        return float(sum(float(value) * count for value, count in self.counts.items()) / self.number)

    def share(self, values: frozenset[Any]) -> float | None:
        """Per cent of the answers that are among some; None where fewer than five answered."""
        if self.number < LEAST:
            return None
        return 100 * sum(count for value, count in self.counts.items() if value in values) / self.number


def answered(surveys: Sequence[Surveyed]) -> dict[UUID, dict[str, Counter[Any]]]:
    """Answers by survey, question and value, of surveys with at least five answers. One query, none without such a survey.

    What fewer gave stays out of every sum: with the results of the other surveys it could be worked out.
    """
    ids = [each.id for each in surveys if each.answered >= LEAST]
    found: defaultdict[UUID, defaultdict[str, Counter[Any]]] = defaultdict(lambda: defaultdict(Counter))
    if not ids:
        return {}
    query = select(Sheet.survey_id, SheetCell.path, SheetCell.value).join(Sheet, Sheet.id == SheetCell.sheet_id).where(
        Sheet.survey_id.in_(ids), Sheet.state == SheetState.DONE, SheetCell.path.in_(FIELDS),
    )
    for survey_id, field, value in db.session.execute(query):
        if survey_id is not None and isinstance(value, int | float | str):
            found[survey_id][field][value] += 1
    return {key: dict(fields) for key, fields in found.items()}


def summed(found: Mapping[UUID, Mapping[str, Counter[Any]]], surveys: Sequence[Surveyed], field: str) -> Answers:
    """Answers to a question over some surveys, of those in which at least five answered it. Pure."""
    shown = [each for row in surveys if (each := found.get(row.id, {}).get(field, Counter())).total() >= LEAST]
    return Answers(sum(shown, Counter()), len(shown))


@dataclass(frozen=True)
class Reach:
    """A trainer with the trainings that they lead and the people who were there."""

    person_id: UUID
    trainings: int
    people: int


def reach(part: Slice) -> list[Reach]:
    """Officials present in the trainings that each trainer leads. One query, one more where people were merged."""
    event, trainer = ParticipationEvent, TrainingTrainer
    # The trainings say the places: who came from elsewhere was reached, too.
    present = events_of(part.but(paths=None, course_id=None), EventKind.ATTENDED)
    query = of_places(select(trainer.person_id, event.training_id, event.person_id, Person.merged_into_id).select_from(Training)).join(
        trainer, and_(trainer.training_id == Training.id, trainer.part == TrainerPart.LEAD),
    ).join(event, event.training_id == Training.id).join(Person, Person.id == event.person_id)
    rows = db.session.execute(query.where(*trainings_of(part.but(course_id=None)), *present).distinct()).all()
    merged = facts.merged() if any(into for *_row, into in rows) else {}
    people: defaultdict[UUID, set[UUID]] = defaultdict(set)
    held: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for leader, training_id, person_id, _into in rows:
        people[leader].add(merged.get(person_id, person_id))
        held[leader].add(training_id)
    return [Reach(each, len(held[each]), len(people[each])) for each in people]


def named(rows: Sequence[Reach]) -> list[tuple[str, Reach]]:
    """Trainers by the sound of their names; the name is empty after erasure. One query."""
    wanted = {each.person_id: each for each in rows}
    query = select(Person.id, Person.name).where(Person.id.in_(wanted)).order_by(Person.sort_key, Person.id)
    return [(name, wanted[key]) for key, name in db.session.execute(query)] if wanted else []
