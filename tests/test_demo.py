"""The invented people: loaded once, marked, never beside real ones."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from webapp import demo_published
from webapp.accounts import passwords, services
from webapp.accounts.models import Person, PositionLevel, Role, RoleGrant, SignIn
from webapp.certificates.models import Certificate
from webapp.core import clock
from webapp.core.database import db
from webapp.core.suppression import LEAST
from webapp.courses.catalogue import catalogue
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.shipped import surveys
from webapp.demo import CROWD, PARTS, HoldsRealPeople, load, person_of
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.places.models import Place
from webapp.places.services import load_china
from webapp.questionnaires import demo_surveys, queries_surveys, rules_surveys
from webapp.questionnaires.models import Sheet, SheetConflict, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.queries import stored
from webapp.reports.models import ReportEdition
from webapp.statistics import outcome_counts, public, slow, snapshot
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.models import Goal
from webapp.statistics.slices import Slice
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.models_people import Participant, ParticipantState

HASH = "not a hash that anybody can sign in with"


def loaded(password_hash: str = HASH) -> int:
    return load(course=catalogue().courses[0], password_hash=password_hash, now=clock.now())


def test_invented_people_are_marked_and_have_learned(app):
    load_china(clock.now())
    assert loaded() == len(PARTS) + CROWD
    assert not db.session.scalars(select(Person).where(Person.demo.is_(False))).all()
    kinds = set(db.session.scalars(select(ParticipationEvent.kind)))
    assert {EventKind.VIEWED, EventKind.ENROLLED, EventKind.STARTED, EventKind.SUBMITTED, EventKind.PASSED, EventKind.CERTIFIED} <= kinds
    assert all(certificate.printed["demo"] for certificate in db.session.scalars(select(Certificate)))
    assert {grant.role for grant in db.session.scalars(select(RoleGrant))} == set(Role)


def test_loading_again_adds_nobody_and_gives_the_password_in_force(app):
    load_china(clock.now())
    first = loaded()
    assert loaded("another") == first
    assert {row.password_hash for row in db.session.scalars(select(SignIn))} == {"another"}


def test_a_database_with_real_people_is_refused_and_left_alone(app):
    services.create_person(name="Real Person", language="en", now=clock.now())
    with pytest.raises(HoldsRealPeople, match="holds 1 person who is not a demo person"):
        loaded()
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_the_password_of_the_demo_is_hashed_as_any_other():
    assert passwords.hashed("a demo password").startswith("$argon2id$")


def test_invented_people_have_sheets_that_were_written_as_any_other(app):
    load_china(clock.now())
    loaded()
    sheets = {row.questionnaire_id: row for row in db.session.scalars(select(Sheet).where(Sheet.survey_id.is_(None)))}
    assert {name: row.state for name, row in sheets.items()} == {
        "plan-alignment": SheetState.DRAFT, "priority-setting": SheetState.RETURNED, "stakeholder-map": SheetState.SHARED,
    }
    values = stored(sheets["plan-alignment"].id).values
    assert sum(path.endswith("/objective") for path in values) == 5
    assert not Answers(surveys()["priority-setting"], stored(sheets["priority-setting"].id).values).missing()
    assert not db.session.scalars(select(SheetConflict)).all()


def test_a_survey_waits_for_the_learner_and_an_anonymous_one_shows_results(app):
    load_china(clock.now())
    loaded()
    opened, over = db.session.scalars(select(Survey).order_by(Survey.closes_at.desc()))
    assert (opened.mode, opened.questionnaire_id) == (SurveyMode.NAMED, "needs-survey")
    learner = db.session.scalars(select(SignIn).where(SignIn.email == "learner@demo.example")).one()
    assert [each.survey.id for each in queries_surveys.waiting_for(learner.person_id, clock.now())] == [opened.id]
    assert opened.closes_at > clock.now() > over.closes_at
    assert over.mode is SurveyMode.ANONYMOUS
    rate = queries_surveys.rate(over)
    assert (rate.answered, rate.asked) == (demo_surveys.ANSWERED, CROWD)
    sheets = db.session.scalars(select(Sheet).where(Sheet.survey_id == over.id)).all()
    assert rules_surveys.shows_results(over.mode, len(sheets))
    for one, sheet in ((surveys()[over.questionnaire_id], each) for each in sheets):
        found = Answers(one, stored(sheet.id).values)
        assert not [*found.missing(), *found.troubles()]


def test_the_invented_programme_has_the_size_of_the_first_one(app):
    load_china(clock.now())
    now = clock.now()
    load(course=catalogue().courses[0], password_hash=HASH, now=now, programme=True)
    whole = slow.count(Slice(cut_off=now), (), FIGURES)[()]
    assert {key: whole[key] for key in ("views", "started", "passed", "provinces", "counties")} == {
        "views": 58_000, "started": 5_300, "passed": 312, "provinces": 7, "counties": 39,
    }
    middle = Slice(cut_off=now, level_from=PositionLevel.MIDDLE)
    assert slow.count(middle, (), [BY_KEY["attended"]])[()] == {"attended": 1_137}
    planned = select(func.count(Training.place_id.distinct())).join(Place, Place.id == Training.place_id).where(
        Training.state.in_([TrainingState.NEGOTIATION, TrainingState.PREPARATION]), Place.level == "city",
    )
    assert db.session.scalar(planned) == 12
    there = select(Training.state).join(Place, Place.id == Training.place_id).where(Place.code.startswith("53"))
    assert set(db.session.scalars(there)) == set(TrainingState)
    assert db.session.scalar(select(func.count()).select_from(ReportEdition)) == 1
    mine = select(Participant.state).join(Person, Person.id == Participant.person_id).where(Person.name == PARTS[0].name)
    assert db.session.scalars(mine).all() == [ParticipantState.REGISTERED]
    found = outcome_counts.surveyed(Slice(cut_off=now), now).answer()
    asked = {kind: found.of(kind) for kind in SurveyKind}
    for kind in (SurveyKind.FOLLOW_UP_3, SurveyKind.FOLLOW_UP_6):
        assert asked[kind], "some follow-up is over"
        assert all(LEAST <= row.answered < row.asked for row in asked[kind])
    snapshot.refresh(now)
    assert demo_published.load(staff_id=person_of("staff"), now=now) == 2
    assert all(public.edition(each).tells for each in public.published())
    plans = select(func.count(), func.count(Goal.place_id.distinct())).select_from(Goal)
    assert tuple(db.session.execute(plans).one()) == (14, 7)
    assert demo_published.load(staff_id=person_of("staff"), now=now) == 0
    assert tuple(db.session.execute(plans).one()) == (14, 7)
    assert not db.session.scalars(select(Person).where(Person.demo.is_(False))).all()
