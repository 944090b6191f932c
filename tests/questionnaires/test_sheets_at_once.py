"""Two workers at one sheet: real connections, real commits, on both databases."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.cast import assemble
from tests.learning.fixtures import courses_folder, small_courses, water
from tests.questionnaires.conftest import NOW
from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Exercise, Mode
from webapp.participation.origin import Origin
from webapp.questionnaires import rules, services, services_changes, services_state
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import ExerciseSheet, MemberRole, Sheet, SheetMember, SheetMove

__all__ = ["courses_folder", "small_courses", "water"]


@pytest.fixture
def people(committed):
    cast = assemble()
    return dict(cast.ids)


def together(app, *acts):
    """Every act in a thread of its own, begun at the same moment; what each gave or raised."""
    gate = Barrier(len(acts))

    def run(act):
        with app.app_context():
            gate.wait()
            try:
                with unit_of_work():
                    return act()
            except rules.NoSuchMove as error:
                return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result() for each in [pool.submit(contextvars.Context().run, run, act) for act in acts]]


def test_of_two_who_hand_in_at_once_one_does(committed, people):
    with unit_of_work():
        learner = db.session.get_one(Person, people["learner"])
        sheet = services.begin(questionnaire=QUESTIONNAIRE, person=learner, language="en", now=NOW)
        sheet_id = sheet.id
        wanted = Wanted(uuid4(), "plan-name", 0, "Plan")
        services_changes.apply(sheet=sheet, questionnaire=QUESTIONNAIRE, changes=[wanted], person_id=people["learner"], now=NOW)

    def hand_in():
        services_state.hand_in(
            sheet=services_changes.locked(sheet_id), questionnaire=QUESTIONNAIRE, role=MemberRole.OWNER, origin=Origin("en"),
            person_id=people["learner"], now=NOW,
        )

    found = together(committed, hand_in, hand_in, hand_in)
    db.session.rollback()
    assert sum(isinstance(each, rules.NoSuchMove) for each in found) == 2
    assert db.session.scalar(select(func.count()).select_from(SheetMove)) == 1


def test_of_two_who_begin_an_exercise_both_find_one_sheet(committed, people, water):
    course = replace(water, exercises={QUESTIONNAIRE.id: Exercise(QUESTIONNAIRE, Mode.GROUP)})

    def begin():
        person = db.session.get_one(Person, people["learner"])
        return services.begin_exercise(
            person=person, course=course, exercise=course.exercises[QUESTIONNAIRE.id], language="en", now=NOW,
        )

    found = together(committed, begin, begin, begin)
    db.session.rollback()
    assert len(set(found)) == 1
    assert db.session.scalar(select(func.count()).select_from(Sheet)) == 1
    assert db.session.scalar(select(func.count()).select_from(ExerciseSheet)) == 1


def test_two_clicks_of_join_at_once_give_one_part(committed, people):
    with unit_of_work():
        owner = db.session.get_one(Person, people["learner"])
        sheet_id = services.begin(questionnaire=QUESTIONNAIRE, person=owner, language="en", now=NOW).id

    def join():
        sheet = services_changes.locked(sheet_id)
        services.join(sheet=sheet, person=db.session.get_one(Person, people["second_learner"]), now=NOW)

    together(committed, join, join)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SheetMember)) == 2
