"""The surveys around a training: made, dated, put to those who take part. Idempotent: every call brings them to what they should be.

`prepare` expects the training locked (`records.locked`). What a trainer dated by hand (`TrainingSurvey.fixed`) keeps its days.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select

from webapp.accounts.models import Person
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import speaking
from webapp.core.signals import SurveyDated
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires import definitions, jobs, library, queries_surveys, services_surveys
from webapp.questionnaires.models_surveys import Survey, SurveyPerson
from webapp.questionnaires.rules_surveys import Phase, SurveyIsNotOpen, phase_of
from webapp.questionnaires.services_surveys import Plan
from webapp.trainings import agenda, labels, rules_surrounding
from webapp.trainings.hooks import Changed, Moved
from webapp.trainings.models import TrainerPart, Training, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import SurveyKind, TrainingSurvey
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.records import title_of
from webapp.trainings.rules_surrounding import Asked, Period

TITLE_LENGTH = 200
Links = dict[SurveyKind, tuple[TrainingSurvey, Survey]]


@dataclass(frozen=True)
class _Taker:
    """A participant as surveys see them."""

    person_id: UUID
    group: str
    registered: bool
    attended: bool


def surveys_of(training_id: UUID) -> Links:
    """The surveys of a training by their kind. One query."""
    rows = db.session.execute(
        select(TrainingSurvey, Survey).join(Survey, Survey.id == TrainingSurvey.survey_id).where(TrainingSurvey.training_id == training_id)
    )
    return {link.kind: (link, survey) for link, survey in rows}


def prepare(training: Training, now: datetime) -> int:
    """Bring the surveys of a locked training to what they should be; how many changes that took. The place must be loaded."""
    links = surveys_of(training.id)
    if training.state is TrainingState.CANCELLED:
        return _call_off(training, links, now) if links else 0
    held = agenda.sessions(training.id)
    bounds = rules_surrounding.bounds(training, held)
    if bounds is None or (training.state not in rules_surrounding.WITH_SURVEYS and not links):
        return 0
    actor_id = _lead(training)
    changes = 0
    if training.state in rules_surrounding.WITH_SURVEYS:
        for kind in SurveyKind:
            if kind not in links and (made := _make(training, kind, bounds, actor_id, now)) is not None:
                links[kind] = made
                changes += 1
    changes += sum(_date(training, link, survey, bounds, actor_id, now) for link, survey in links.values())
    return changes + _people(training, links, actor_id, now)


def _lead(training: Training) -> UUID:
    """In whose name surveys are made: the lead trainer, or who planned the training."""
    found = db.session.scalar(
        select(TrainingTrainer.person_id).where(TrainingTrainer.training_id == training.id, TrainingTrainer.part == TrainerPart.LEAD)
        .order_by(TrainingTrainer.added_at, TrainingTrainer.person_id).limit(1)
    )
    return found or training.created_by_id


def _title(training: Training, kind: SurveyKind) -> str:
    with speaking(training.language):
        return f"{labels.SURVEYS[kind]} · {title_of(training)}"[:TITLE_LENGTH]


def _make(
    training: Training, kind: SurveyKind, bounds: tuple[datetime, datetime], actor_id: UUID, now: datetime,
) -> tuple[TrainingSurvey, Survey] | None:
    planned = rules_surrounding.period(kind, *bounds, announced_at=now)
    volume = library.volume(rules_surrounding.QUESTIONNAIRES[kind])
    # A training that was entered long after it was held asks nobody any more.
    if planned is None or volume is None or now >= planned.closes_at:
        return None
    survey = services_surveys.create(
        questionnaire=volume.questionnaire, plan=_plan(training, kind, planned), actor_id=actor_id, now=now,
    )
    link = TrainingSurvey(training_id=training.id, kind=kind, survey_id=survey.id, fixed=False)
    db.session.add(link)
    db.session.flush()
    return link, survey


def _plan(training: Training, kind: SurveyKind, planned: Period) -> Plan:
    return Plan(
        title=_title(training, kind), mode=rules_surrounding.mode_of(kind), place_id=training.place_id, opens_at=planned.opens_at,
        closes_at=planned.closes_at, remind_days=rules_surrounding.REMIND_DAYS,
    )


def _date(
    training: Training, link: TrainingSurvey, survey: Survey, bounds: tuple[datetime, datetime], actor_id: UUID, now: datetime,
) -> int:
    """Let a survey follow the days of the training, its title, and until the opening the questionnaire as it is now."""
    phase = phase_of(survey.opens_at, survey.closes_at, now)
    if phase is Phase.CLOSED:
        return 0
    now_is = Period(survey.opens_at, survey.closes_at)
    planned = rules_surrounding.period(link.kind, *bounds, announced_at=survey.opens_at)
    if planned is None:
        # The first session comes before the survey was opened: it is over.
        planned = Period(survey.opens_at, max(survey.opens_at, now))
    wanted = now_is if link.fixed else rules_surrounding.redated(now_is, planned, now)
    volume = library.volume(survey.questionnaire_id)
    current: Questionnaire = volume.questionnaire if volume and phase is Phase.PLANNED else definitions.of_revision(survey.revision)
    title = survey.title if link.fixed else _title(training, link.kind)
    if (now_is, survey.title, survey.revision, survey.place_id) == (wanted, title, current.revision, training.place_id):
        return 0
    services_surveys.change(
        survey=services_surveys.locked(survey.id), questionnaire=current, actor_id=actor_id, now=now, plan=Plan(
            title=title, mode=survey.mode, place_id=training.place_id, opens_at=wanted.opens_at, closes_at=wanted.closes_at,
            remind_days=survey.remind_days, by_link=survey.link_code is not None, earlier_id=survey.earlier_id,
        ),
    )
    return 1


def _takers(training_id: UUID) -> list[_Taker]:
    """All participants, in whatever state, who are still people of their own. One query."""
    attended = exists().where(
        Attendance.participant_id == Participant.id, Attendance.presence == Presence.PRESENT,
        Attendance.session_id == TrainingSession.id, TrainingSession.cancelled.is_(False),
    )
    rows = db.session.execute(
        select(Participant.person_id, Participant.group, Participant.state, attended).join(Person, Person.id == Participant.person_id)
        .where(Participant.training_id == training_id, Person.merged_into_id.is_(None), Person.erased_at.is_(None))
    )
    return [_Taker(person_id, group, state is ParticipantState.REGISTERED, there) for person_id, group, state, there in rows]


def _people(training: Training, links: Links, actor_id: UUID, now: datetime) -> int:
    takers = _takers(training.id)
    asked: dict[UUID, dict[UUID, Asked]] = {}
    rows = db.session.execute(
        select(SurveyPerson.survey_id, SurveyPerson.person_id, SurveyPerson.answered, SurveyPerson.sheet_id)
        .where(SurveyPerson.survey_id.in_([survey.id for _link, survey in links.values()]))
    )
    for survey_id, person_id, answered, sheet_id in rows:
        asked.setdefault(survey_id, {})[person_id] = Asked(bool(answered) or sheet_id is not None)
    changes = 0
    for link, survey in links.values():
        phase = phase_of(survey.opens_at, survey.closes_at, now)
        wanted: dict[UUID, str] = {
            each.person_id: each.group for each in takers if (each.registered if link.kind is SurveyKind.NEEDS else each.attended)
        }
        come, gone = rules_surrounding.who_comes_and_goes(
            wanted, asked.get(survey.id, {}), [each.person_id for each in takers], survey.mode, planned=phase is Phase.PLANNED,
            over=phase is Phase.CLOSED,
        )
        if come:
            changes += services_surveys.ask(survey=survey, people=come, actor_id=actor_id, now=now)
        if gone:
            changes += services_surveys.take_off(survey=survey, person_ids=gone, actor_id=actor_id, now=now)
    return changes


def _call_off(training: Training, links: Links, now: datetime) -> int:
    """A cancelled training asks nothing more: what nobody has begun to answer goes, what is open closes."""
    changes, actor_id = 0, _lead(training)
    for link, survey in links.values():
        if not db.session.scalar(select(queries_surveys.begun(survey.id))):
            db.session.delete(link)
            db.session.flush()
            db.session.execute(delete(Survey).where(Survey.id == survey.id))
            record(actor_id=actor_id, action="training.survey_called_off", subject=("training", training.id), now=now,
                   place_id=training.place_id, after={"survey": str(survey.id), "kind": link.kind.value})
        elif now < survey.closes_at:
            services_surveys.close(survey=services_surveys.locked(survey.id), actor_id=actor_id, now=now)
        else:
            continue
        changes += 1
    return changes


def on_moved(event: Moved) -> None:
    """Handler of the training's moves: what follows from the new state follows at once. People are mailed by the job."""
    prepare(event.training, event.now)


def on_changed(event: Changed) -> None:
    """Handler of changes of the plan: days and place of the surveys follow."""
    prepare(event.training, event.now)


def note_dates(event: SurveyDated) -> None:
    """Handler of `survey_dated`: days that do not follow from the training's were set by hand, and stay."""
    link = db.session.scalar(select(TrainingSurvey).where(TrainingSurvey.survey_id == event.survey_id))
    if link is None:
        return
    training, survey = db.session.get_one(Training, link.training_id), db.session.get_one(Survey, event.survey_id)
    bounds = rules_surrounding.bounds(training, agenda.sessions(training.id))
    planned = rules_surrounding.period(link.kind, *bounds, announced_at=survey.opens_at) if bounds else None
    now_is = Period(survey.opens_at, survey.closes_at)
    # A closing that the training's own days brought to now is no choice of anybody.
    brought = planned is not None and survey.closes_at == event.at and planned.closes_at <= event.at and survey.opens_at <= event.at
    link.fixed = not (rules_surrounding.follows(link.kind, now_is, planned) or brought)
    db.session.flush()


def follow_again(training: Training, kind: SurveyKind, now: datetime) -> None:
    """Let the days of a survey follow those of the locked training again."""
    link = db.session.get_one(TrainingSurvey, (training.id, kind))
    link.fixed = False
    db.session.flush()
    prepare(training, now)


def move(training: Training, survey: Survey, period: Period, actor_id: UUID, now: datetime) -> None:
    """Set the days of a survey by hand. One that has closed opens again until the new closing; what has opened keeps its opening."""
    phase = phase_of(survey.opens_at, survey.closes_at, now)
    row = services_surveys.locked(survey.id)
    if phase is Phase.CLOSED:
        services_surveys.reopen(survey=row, closes_at=period.closes_at, actor_id=actor_id, now=now)
    else:
        services_surveys.change(
            survey=row, questionnaire=definitions.of_revision(survey.revision), actor_id=actor_id, now=now, plan=Plan(
                title=survey.title, mode=survey.mode, place_id=survey.place_id, closes_at=period.closes_at,
                opens_at=period.opens_at if phase is Phase.PLANNED else survey.opens_at, remind_days=survey.remind_days,
                by_link=survey.link_code is not None, earlier_id=survey.earlier_id,
            ),
        )
    prepare(training, now)


def open_now(training: Training, survey: Survey, actor_id: UUID, now: datetime) -> None:
    """Open a planned survey at once; its closing stays."""
    if phase_of(survey.opens_at, survey.closes_at, now) is Phase.PLANNED:
        move(training, survey, Period(now, survey.closes_at), actor_id, now)


def remind(survey: Survey, actor_id: UUID, now: datetime) -> int:
    """Remind who has not answered; how many were due. Who had a mail about it today gets no second one. Raises `SurveyIsNotOpen`."""
    phase = phase_of(survey.opens_at, survey.closes_at, now)
    if phase is not Phase.OPEN:
        raise SurveyIsNotOpen(phase)
    sent = jobs.remind_now(survey, now)
    # Of an anonymous survey, how many were reminded would tell how many have answered.
    record(actor_id=actor_id, action="training.survey_reminded", subject=("survey", survey.id), now=now, place_id=survey.place_id)
    return sent
