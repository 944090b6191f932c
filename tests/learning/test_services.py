"""Enrolling, finishing, completing: each exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy.exc import IntegrityError

from tests.cast import assemble
from tests.learning.fixtures import NOON, ORIGIN, complete, enrol, finish
from tests.learning.small_course import CHECK, FINAL, RIVERS, SPRINGS, WATER
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.signals import course_completed
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.content import Completion
from webapp.learning import queries, services
from webapp.learning.models import Enrolment, StepProgress
from webapp.participation.models import EventKind, ParticipationEvent

LATER = NOON + timedelta(days=1)


@pytest.fixture
def told(monkeypatch):
    """What `course_completed` said, besides calling those who are wired."""
    heard = []
    monkeypatch.setattr(course_completed, "_handlers", [*course_completed._handlers, heard.append])
    return heard


def events(kind):
    return db.session.query(ParticipationEvent).filter_by(kind=kind).all()


def submit(person, course, quiz_id, *, passed, now=NOON):
    services.quiz_result(
        person=person, enrolment=enrol(person, course), course=course, quiz_id=quiz_id, passed=passed, origin=ORIGIN, now=now,
    )
    return queries.learner(person.id, course.id).progress


def test_enrolling_twice_is_one_enrolment_and_one_event(database, cast, water):
    first = enrol(cast.learner, water)
    again = enrol(cast.learner, replace(water, revision="f" * 64), LATER)
    assert again is first
    assert (again.enrolled_at, again.enrolled_revision) == (NOON, water.revision)
    (event,) = events(EventKind.ENROLLED)
    assert (event.course_id, event.course_revision, event.place_path) == (WATER, water.revision, cast.places.county.path)


def test_people_and_courses_do_not_share_an_enrolment(database, cast, water, soil):
    enrolments = {enrol(person, course).id for person in (cast.learner, cast.second_learner) for course in (water, soil)}
    assert len(enrolments) == 4


def test_a_step_is_done_at_its_first_time(database, cast, water):
    enrolment = finish(cast.learner, water, SPRINGS)
    finish(cast.learner, water, SPRINGS, now=LATER)
    assert db.session.get(StepProgress, (enrolment.id, SPRINGS), populate_existing=True).done_at == NOON
    assert (enrolment.last_step_id, enrolment.last_active_at) == (SPRINGS, LATER)


def test_a_course_is_completed_by_its_last_needed_step_once_and_told_once(database, cast, water, told):
    finish(cast.learner, water, SPRINGS, RIVERS)
    assert not told
    enrolment = finish(cast.learner, water, FINAL, now=LATER)
    assert (enrolment.completed_at, enrolment.completed_revision) == (LATER, water.revision)
    finish(cast.learner, water, FINAL, SPRINGS, CHECK, now=LATER + timedelta(days=1))
    db.session.refresh(enrolment)
    assert enrolment.completed_at == LATER
    (event,) = events(EventKind.COMPLETED)
    assert event.happened_at == LATER
    (said,) = told
    assert (said.person_id, said.course_id, said.course_revision) == (cast.ids["learner"], WATER, water.revision)
    assert (said.enrolment_id, said.language, said.at) == (enrolment.id, "zh-Hans", LATER)


def test_completion_is_never_withdrawn(database, cast, water, told):
    enrolment = complete(cast.learner, water)
    services.reopen_step(enrolment=enrolment, step=water.step(SPRINGS), now=LATER)
    db.session.refresh(enrolment)
    assert enrolment.completed_at == NOON
    assert SPRINGS not in queries.learner(cast.learner.id, WATER).progress.done
    stricter = replace(water, completion=Completion((SPRINGS, RIVERS), (FINAL, CHECK)), revision="e" * 64)
    finish(cast.learner, stricter, SPRINGS, now=LATER)
    db.session.refresh(enrolment)
    assert (enrolment.completed_at, enrolment.completed_revision) == (NOON, water.revision)
    assert len(told) == 1


def test_an_edit_that_removes_a_step_keeps_what_was_done_and_is_judged_by_the_new_rule(database, cast, water):
    enrolment = finish(cast.learner, water, SPRINGS)
    shorter = replace(
        water, steps=tuple(replace(step, number=step.number - 1) for step in water.steps[1:]), revision="d" * 64,
        completion=Completion((RIVERS,), ()),
    )
    progress = queries.learner(cast.learner.id, WATER).progress
    assert progress.done == {SPRINGS}
    assert progress.count(shorter) == 0
    finish(cast.learner, shorter, RIVERS, now=LATER)
    assert (enrolment.completed_at, enrolment.completed_revision) == (LATER, "d" * 64)


def test_an_edit_that_asks_for_less_completes_at_the_next_step_done(database, cast, water):
    enrolment = finish(cast.learner, water, SPRINGS, RIVERS)
    easier = replace(water, completion=Completion((SPRINGS, RIVERS), ()))
    assert enrolment.completed_at is None
    finish(cast.learner, easier, CHECK, now=LATER)
    assert enrolment.completed_at == LATER


def test_a_final_quiz_is_done_when_passed(database, cast, water):
    assert submit(cast.learner, water, FINAL, passed=False).done == frozenset()
    assert submit(cast.learner, water, FINAL, passed=True).done == {FINAL}
    assert submit(cast.learner, water, FINAL, passed=False).done == {FINAL}, "a worse attempt takes nothing back"


def test_a_check_is_done_when_submitted(database, cast, water):
    assert submit(cast.learner, water, CHECK, passed=False).done == {CHECK}


def test_the_quiz_one_failed_is_where_one_goes_on(database, cast, water):
    assert submit(cast.learner, water, FINAL, passed=False, now=LATER).last_step_id == FINAL


def test_a_result_of_a_quiz_that_an_edit_removed_changes_nothing(database, cast, water):
    assert submit(cast.learner, water, "gone", passed=True).done == frozenset()
    assert submit(cast.learner, water, SPRINGS, passed=True).done == frozenset()


def test_all_progress_of_a_person_is_one_query(database, cast, water, soil, max_queries):
    finish(cast.learner, water, SPRINGS, RIVERS)
    enrol(cast.learner, soil, LATER)
    finish(cast.second_learner, water, SPRINGS)
    person_id = cast.ids["learner"]
    with max_queries(1):
        found = queries.learners(person_id)
    assert list(found) == ["soil-basics", WATER], "the one visited last comes first"
    assert found[WATER].progress.done == {SPRINGS, RIVERS}
    assert found["soil-basics"].progress.done == frozenset()
    with max_queries(0):
        assert queries.learner(None, WATER) is queries.NOT_ENROLLED
        assert queries.learners(None) == {}


def test_the_database_refuses_a_completion_without_its_revision(database, cast, water):
    enrol(cast.learner, water).completed_at = NOON
    with pytest.raises(IntegrityError):
        db.session.flush()


@pytest.fixture
def at_once(committed):
    """`at_once(act, act, …)` runs each with the learner, in threads that begin together and commit."""
    person_id = assemble().ids["learner"]

    def run(*acts):
        together = Barrier(len(acts))

        def work(act):
            with committed.app_context():
                try:
                    together.wait(5)
                    with unit_of_work():
                        return act(db.session.get_one(Person, person_id))
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(work, acts))

    return run


def test_two_clicks_at_once_enrol_once(at_once, water):
    ids = at_once(*[lambda person: enrol(person, water).id] * 4)
    assert len(set(ids)) == 1
    assert db.session.query(Enrolment).count() == 1
    assert len(events(EventKind.ENROLLED)) == 1


def test_the_last_step_finished_by_two_workers_completes_once(at_once, water, told):
    at_once(lambda person: finish(person, water, SPRINGS, RIVERS).id)
    at_once(*[lambda person: finish(person, water, FINAL).id] * 3)
    assert len(told) == 1
    assert len(events(EventKind.COMPLETED)) == 1


def test_the_last_two_steps_finished_at_the_same_moment_complete_the_course(at_once, water, told):
    at_once(lambda person: finish(person, water, SPRINGS).id)
    at_once(lambda person: finish(person, water, RIVERS).id, lambda person: finish(person, water, FINAL).id)
    assert db.session.query(Enrolment).one().completed_at == NOON
    assert len(told) == 1
