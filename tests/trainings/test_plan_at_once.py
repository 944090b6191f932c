"""Several workers at one training at the same time: one editor wins, one lead remains, one profile is made, a state is moved once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.cast import assemble
from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires.models import Sheet
from webapp.trainings import profile, services
from webapp.trainings.models import TrainerPart, Training, TrainingMove, TrainingState, TrainingTrainer
from webapp.trainings.records import locked
from webapp.trainings.rules_plan import Plan

TIMES = 4


@pytest.fixture
def world(committed):
    """A committed training of the cast's trainer: its id, its plan and the ids of the cast."""
    cast = assemble()
    ids = dict(cast.ids)
    plan = Plan(
        place_id=cast.places.county.id, language="zh-Hans", zone="Asia/Shanghai", first_day=FIRST_DAY, last_day=LAST_DAY, venue="x",
    )
    with unit_of_work():
        training_id = services.create(plan=plan, actor_id=ids["trainer"], now=NOW).id
    db.session.remove()
    return training_id, plan, ids


def at_once(app, deed) -> list:
    """What each of several threads got: a value, or the name of the refusal."""

    def run(number):
        with app.app_context():
            try:
                with unit_of_work():
                    return deed(number)
            except DomainError as error:
                return type(error).__name__
            finally:
                db.session.remove()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(run, range(TIMES)))


def test_of_editors_at_once_one_saves_and_the_others_are_told(committed, world):
    training_id, plan, ids = world

    def edit(number):
        wanted = Plan(**{**{name: getattr(plan, name) for name in plan.__dataclass_fields__}, "seats": 30 + number})
        services.change(training=locked(training_id), plan=wanted, version=1, actor_id=ids["trainer"], now=NOW)
        return "saved"

    assert sorted(at_once(committed, edit)) == ["EditedMeanwhile"] * (TIMES - 1) + ["saved"]
    assert db.session.get_one(Training, training_id).version == 2


def test_of_moves_at_once_one_is_made(committed, world):
    training_id, _plan, ids = world

    def move(_number):
        services.move(training=locked(training_id), after=TrainingState.PREPARATION, note="", actor_id=ids["trainer"], now=NOW)
        return "moved"

    assert sorted(at_once(committed, move)) == ["MoveRefused"] * (TIMES - 1) + ["moved"]
    assert db.session.scalar(select(func.count()).select_from(TrainingMove)) == 2


def test_there_is_one_lead_whoever_is_named_at_once(committed, world):
    training_id, _plan, ids = world
    names = ["staff", "administrator", "other_county", "staff"]

    def lead(number):
        services.set_part(
            training=locked(training_id), person_id=ids[names[number]], part=TrainerPart.LEAD, actor_id=ids["trainer"], now=NOW,
        )

    at_once(committed, lead)
    parts = db.session.scalars(select(TrainingTrainer.part).where(TrainingTrainer.training_id == training_id)).all()
    assert sorted(parts) == [TrainerPart.CO] * 3 + [TrainerPart.LEAD]


def test_clicks_at_once_make_one_profile(committed, world):
    training_id, _plan, ids = world

    def begin(_number):
        lead = db.session.get_one(Person, ids["trainer"])
        return profile.begin(training=locked(training_id), lead=lead, actor_id=ids["trainer"], now=NOW).id

    assert len(set(at_once(committed, begin))) == 1
    assert db.session.scalar(select(func.count()).select_from(Sheet)) == 1
