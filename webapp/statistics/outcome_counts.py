"""Counting outcomes: trainings by state, gains, satisfaction, follow-ups. Each is a statement or two and what is made of the rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from webapp.core.frozen import dataclass
from webapp.core.suppression import LEAST
from webapp.questionnaires.models import Sheet, SheetCell
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.queries_surveys import answered, answers_given, people_asked
from webapp.statistics.outcome_parts import ended, of_places, trainings_of
from webapp.statistics.slices import Slice
from webapp.statistics.together import Rows, Wanted
from webapp.trainings.gains import Gain, gain
from webapp.trainings.models import Training, TrainingMove, TrainingState
from webapp.trainings.models_learning import Moment, Sitting, SurveyKind, TrainingSurvey
from webapp.trainings.models_people import Participant, ParticipantState

USED = frozenset({"often", "some"})
# What is asked in surveys: satisfaction, and whether what was learned is used at work.
OVERALL, USE = FIELDS = ("overall", "used")


def by_state(part: Slice) -> Wanted[dict[TrainingState, int]]:
    """Trainings by the state that they had at the cut-off."""
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
    return Wanted((query.where(*where).group_by(state),), _by_state)


def _by_state(rows: Rows) -> dict[TrainingState, int]:
    found = {TrainingState(state): number for state, number in rows}
    return {each: found.get(each, 0) for each in TrainingState}


@dataclass(frozen=True)
class Gained:
    """Gain of people with both tests. `trainings` stand behind it; `left_out` are trainings with tests and too few people."""

    gain: Gain | None
    trainings: int
    left_out: int


def gained(part: Slice) -> Wanted[Gained]:
    """The learning gain of the trainings that ended in the slice."""
    before, after = aliased(Sitting), aliased(Sitting)
    query = of_places(
        select(Training.id, before.score_thousandths, before.maximum, after.score_thousandths, after.maximum).select_from(Training)
    ).join(Participant, and_(Participant.training_id == Training.id, Participant.state == ParticipantState.REGISTERED)).join(
        before, and_(before.participant_id == Participant.id, before.moment == Moment.BEFORE),
    ).join(after, and_(after.participant_id == Participant.id, after.moment == Moment.AFTER))
    taken = (before.submitted_at <= part.cut_off, after.submitted_at <= part.cut_off)
    return Wanted((query.where(*ended(part), *taken),), _gained)


def _gained(rows: Rows) -> Gained:
    pairs: defaultdict[UUID, list[tuple[float, float]]] = defaultdict(list)
    for key, early, early_of, late, late_of in rows:
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


@dataclass(frozen=True)
class Surveys:
    """Surveys, and what was answered in those with at least five answers: by survey, question and value.

    What fewer gave stays out of every sum: with the results of the other surveys it could be worked out.
    """

    closed: Sequence[Surveyed]
    found: Mapping[UUID, Mapping[str, Counter[Any]]]

    @classmethod
    def read(cls, surveys: Rows, cells: Rows) -> Surveys:
        """From the rows of the statements of `surveyed`."""
        known = [Surveyed(key, kind, asked, told, mode is SurveyMode.ANONYMOUS) for key, kind, asked, told, mode in surveys]
        enough = {each.id for each in known if each.answered >= LEAST}
        found: defaultdict[UUID, defaultdict[str, Counter[Any]]] = defaultdict(lambda: defaultdict(Counter))
        for survey_id, field, value in cells:
            if survey_id in enough and isinstance(value, int | float | str):
                found[survey_id][field][value] += 1
        return cls(known, {key: dict(fields) for key, fields in found.items()})

    def of(self, kind: SurveyKind) -> list[Surveyed]:
        """Those of a kind."""
        return [each for each in self.closed if each.kind is kind]

    def summed(self, surveys: Sequence[Surveyed], field: str) -> Answers:
        """Answers to a question over some surveys, of those in which at least five answered it."""
        shown = [each for row in surveys if (each := self.found.get(row.id, {}).get(field, Counter())).total() >= LEAST]
        return Answers(sum(shown, Counter()), len(shown))


def surveyed(part: Slice, now: datetime) -> Wanted[Surveys]:
    """Surveys that closed by the cut-off, of trainings that ended in the slice: satisfaction and follow-ups."""
    closed = (*ended(part), Survey.closes_at <= min(part.cut_off, now), TrainingSurvey.kind != SurveyKind.NEEDS)
    surveys = _of_surveys(Survey.id, TrainingSurvey.kind, people_asked(), answers_given(), Survey.mode).where(*closed)
    cells = _of_surveys(Survey.id, SheetCell.path, SheetCell.value).join(
        Sheet, answered(Survey.id),
    ).join(SheetCell, and_(SheetCell.sheet_id == Sheet.id, SheetCell.path.in_(FIELDS))).where(*closed)
    return Wanted((surveys, cells), Surveys.read)


def _of_surveys(*columns: Any) -> Any:
    return of_places(select(*columns).select_from(Training)).join(
        TrainingSurvey, TrainingSurvey.training_id == Training.id,
    ).join(Survey, Survey.id == TrainingSurvey.survey_id)
