"""All trainings of those who look over them: by place, state and period, and what is late. As many queries for 3 as for 3,000."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import joinedload

from webapp.accounts.current import Viewer
from webapp.core.database import db
from webapp.core.exports import Cell
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.questionnaires.models_surveys import Survey, SurveyPerson
from webapp.trainings import access, labels
from webapp.trainings.hooks import report_column
from webapp.trainings.lateness import FOLLOW_UPS, Late, late_things
from webapp.trainings.models import Training, TrainingSession, TrainingState
from webapp.trainings.models_learning import Moment, Sitting, SurveyKind, TrainingSurvey
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.queries import Asked, Figures
from webapp.trainings.records import title_of


@dataclass(frozen=True)
class Wanted:
    """Which trainings are looked at: those with a day in a span, in a state, in a tree (path). None: no limit."""

    first: date | None = None
    last: date | None = None
    state: TrainingState | None = None
    path: str | None = None


@dataclass(frozen=True)
class Seen:
    """A training with what is counted of it and what is late."""

    training: Training
    counted: Figures
    late: Sequence[Late]
    lineage: Sequence[Place]

    @property
    def title(self) -> str:
        """What it is called."""
        return title_of(self.training)

    @property
    def province(self) -> Place:
        """The place at the top."""
        return self.lineage[0]

    @property
    def place(self) -> str:
        """The place below the top one, from the top down."""
        return " ".join(each.name() for each in self.lineage[1:]) or self.province.name()

    @property
    def report(self) -> str:
        """Where the report stands, in words."""
        column = report_column()
        return column.words(self.counted.report) if column and self.counted.report else ""


def trainings(viewer: Viewer, wanted: Wanted, now: datetime) -> list[Seen]:
    """By place and day. Five queries, however many there are."""
    column = report_column()
    report: Any = column.state() if column else literal(None)
    source = _source(viewer, wanted)
    rows = db.session.execute(
        select(Training, report).where(Training.id.in_(source)).join(Place, Place.id == Training.place_id)
        .options(joinedload(Training.place)).order_by(Place.path, Training.first_day, Training.id)
    ).all()
    people, surveys = _people(source), _surveys(source)
    lineages = places.lineages({row[0].place_id for row in rows})
    found = []
    for training, state in rows:
        counted = Figures(**people.get(training.id, {}), report=state, surveys=surveys.get(training.id))
        today = now.astimezone(ZoneInfo(training.zone)).date()
        late = late_things(training, counted, column, today, now)
        found.append(Seen(training, counted, late, lineages[training.place_id]))
    return found


def _source(viewer: Viewer, wanted: Wanted) -> Any:
    source = select(Training.id)
    paths = access.oversee_paths(viewer)
    if paths is not None:
        source = source.where(Training.place_id.in_(access.places_of(paths)))
    if wanted.first:
        source = source.where(Training.last_day >= wanted.first)
    if wanted.last:
        source = source.where(Training.first_day <= wanted.last)
    if wanted.state:
        source = source.where(Training.state == wanted.state)
    if wanted.path:
        source = source.where(Training.place_id.in_(select(Place.id).where(places.within(wanted.path))))
    return source


def _people(source: Any) -> Mapping[UUID, Mapping[str, int]]:
    """Registered, attended, and tests of the registered before and after, by training. Two queries."""
    seated = Participant.state == ParticipantState.REGISTERED
    tests = {moment: (
        select(Sitting.participant_id).where(Sitting.moment == moment, Sitting.submitted_at.is_not(None))
    ) for moment in Moment}
    counts: dict[UUID, dict[str, int]] = {}
    for training_id, registered, before, after in db.session.execute(
        select(
            Participant.training_id, func.sum(case((seated, 1), else_=0)),
            *[func.sum(case((seated & Participant.id.in_(tests[moment]), 1), else_=0)) for moment in (Moment.BEFORE, Moment.AFTER)],
        ).where(Participant.training_id.in_(source)).group_by(Participant.training_id)
    ):
        counts[training_id] = {"registered": int(registered), "before": int(before), "after": int(after)}
    for training_id, attended in db.session.execute(
        select(TrainingSession.training_id, func.count(Attendance.participant_id.distinct()))
        .join(Attendance, Attendance.session_id == TrainingSession.id)
        .where(TrainingSession.training_id.in_(source), Attendance.presence == Presence.PRESENT).group_by(TrainingSession.training_id)
    ):
        counts.setdefault(training_id, {})["attended"] = attended
    return counts


def _surveys(source: Any) -> Mapping[UUID, Mapping[SurveyKind, Asked]]:
    """The follow-ups, by training. One query."""
    found: dict[UUID, dict[SurveyKind, Asked]] = {}
    answered = func.sum(case((SurveyPerson.answered, 1), else_=0))
    for training_id, kind, opens, closes, asked, given in db.session.execute(
        select(TrainingSurvey.training_id, TrainingSurvey.kind, Survey.opens_at, Survey.closes_at, func.count(), answered)
        .join(Survey, Survey.id == TrainingSurvey.survey_id).join(SurveyPerson, SurveyPerson.survey_id == Survey.id)
        .where(TrainingSurvey.training_id.in_(source), TrainingSurvey.kind.in_(FOLLOW_UPS))
        .group_by(TrainingSurvey.training_id, TrainingSurvey.kind, Survey.opens_at, Survey.closes_at)
    ):
        if opens is not None:
            found.setdefault(training_id, {})[kind] = Asked(opens, closes, asked, int(given))
    return found


@dataclass(frozen=True)
class ByPlace:
    """The trainings of a province by state."""

    place: Place
    states: Mapping[TrainingState, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


def by_place(seen: Iterable[Seen]) -> list[ByPlace]:
    """Counts by province and state, by the code of the place. Pure."""
    counted: dict[UUID, Counter[TrainingState]] = {}
    tops: dict[UUID, Place] = {}
    for each in seen:
        tops[each.province.id] = each.province
        counted.setdefault(each.province.id, Counter())[each.training.state] += 1
    return [ByPlace(top, counted[top.id]) for top in sorted(tops.values(), key=lambda place: (place.country, place.code or ""))]


def head() -> list[str]:
    """Head of the file."""
    return [
        _("Province"), _("Place"), _("Training"), _("State"), _("First day of the training"), _("Last day of the training"),
        _("Registered people"), _("Attended"), _("Test before the training"), _("Test after the training"), _("Post-training report"),
        _("What is late"), _("Identifier"),
    ]


def cells(each: Seen) -> list[Cell]:
    """A line of the file."""
    row, counted = each.training, each.counted
    late = _("; ").join(_("%(what)s: %(sentence)s", what=thing.label, sentence=thing.sentence) for thing in each.late)
    return [
        each.province.name(), each.place, each.title, labels.state_word(row.state), row.first_day, row.last_day, counted.registered,
        counted.attended, counted.before, counted.after, each.report, late, str(row.id),
    ]
