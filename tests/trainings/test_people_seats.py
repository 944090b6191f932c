"""Seats under pressure: any order of events keeps the rule, and so do many who come at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.cast import plant_places
from tests.trainings.conftest import NOW
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.participation.origin import Origin
from webapp.trainings import rules_people, services_people
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.records import locked

P = ParticipantState
CHINESE = Origin("zh-Hans")
SEATS, CROWD, WORKERS = 30, 200, 16


@given(st.one_of(st.none(), st.integers(1, 50)), st.integers(0, 60), st.integers(0, 60))
def test_promotions_never_overbook_and_leave_no_seat_while_somebody_waits(seats, taken, waiting):
    count = rules_people.promotions(seats, taken, waiting)
    assert 0 <= count <= waiting
    if seats is None:
        assert count == waiting
    else:
        assert count == 0 or taken + count <= seats
        assert count == waiting or taken + count >= seats


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=8), st.data())
def test_moving_on_the_waiting_list_keeps_everybody_and_the_order_of_the_others(queue, data):
    who, position = data.draw(st.sampled_from(queue)), data.draw(st.integers(-2, 12))
    found = rules_people.moved(queue, who, position)
    assert [each for each in found if each != who] == [each for each in queue if each != who]
    assert found.index(who) == min(max(position, 1), len(queue)) - 1


STEPS = st.one_of(
    st.tuples(st.just("register"), st.integers(0, 7)), st.tuples(st.just("withdraw"), st.integers(0, 7)),
    st.tuples(st.just("seats"), st.integers(1, 6)),
)


class Model:
    """The rule in plain words: seats in order of coming, the freed one to the first who waits."""

    def __init__(self, seats):
        self.seats, self.in_it, self.waiting = seats, [], []

    def register(self, who):
        if who not in self.in_it and who not in self.waiting:
            self.waiting.append(who)
            self.fill()

    def withdraw(self, who):
        self.in_it = [each for each in self.in_it if each != who]
        self.waiting = [each for each in self.waiting if each != who]
        self.fill()

    def fill(self):
        while self.waiting and len(self.in_it) < self.seats:
            self.in_it.append(self.waiting.pop(0))


@pytest.fixture
def people(cast):
    made = [Person(id=new_id(), name=f"学员{number}", language="zh-Hans", created_at=NOW) for number in range(8)]
    db.session.add_all(made)
    db.session.commit()
    return made


@settings(max_examples=25)
@given(steps=st.lists(STEPS, min_size=1, max_size=14))
def test_any_order_of_registering_withdrawing_and_changing_seats_follows_the_model(database, people, make_training, steps):
    training, model = make_training(seats=2), Model(2)
    for act, value in steps:
        row = locked(training.id)
        if act == "seats":
            row.seats = model.seats = value
            services_people.fill_seats(row, NOW)
            model.fill()
        elif act == "register":
            services_people.register(row, people[value], JoinedBy.LINK, now=NOW, origin=CHINESE)
            model.register(value)
        else:
            found = db.session.scalars(
                select(Participant).where(Participant.training_id == row.id, Participant.person_id == people[value].id)).one_or_none()
            if found is not None and found.state in (P.REGISTERED, P.WAITING):
                services_people.withdraw(row, found, people[value], now=NOW, origin=CHINESE)
            model.withdraw(value)
        assert _names(row.id, people) == (sorted(model.in_it), model.waiting)


def _names(training_id, people):
    rows = db.session.execute(
        select(Participant.person_id, Participant.state).where(Participant.training_id == training_id).order_by(Participant.queue)).all()
    number = {person.id: at for at, person in enumerate(people)}
    return (
        sorted(number[person] for person, state in rows if state is P.REGISTERED),
        [number[person] for person, state in rows if state is P.WAITING],
    )


def crowd(count):
    """A training with 30 seats and so many people; ids."""
    with unit_of_work():
        places = plant_places()
        people = [Person(id=new_id(), name=f"学员{number}", language="zh-Hans", created_at=NOW) for number in range(count)]
        db.session.add_all(people)
        db.session.flush()
        training = Training(
            id=new_id(), code=new_code(), state=TrainingState.ANNOUNCED, place_id=places.county.id, language="zh-Hans",
            zone="Asia/Shanghai", first_day=date(2026, 12, 14), last_day=date(2026, 12, 15), venue="党校", seats=SEATS,
            created_by_id=people[0].id, created_at=NOW, changed_at=NOW,
        )
        db.session.add(training)
        return training.id, [person.id for person in people]


def at_once(app, deed, items):
    def run(item):
        with app.app_context(), unit_of_work():
            return deed(item)

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, items))


def test_200_at_once_for_30_seats_are_exactly_30_and_an_ordered_waiting_list(committed):
    training_id, people = crowd(CROWD)

    def join(person_id):
        training = locked(training_id)
        person = db.session.get_one(Person, person_id)
        return services_people.register(training, person, JoinedBy.LINK, now=NOW, origin=CHINESE).state

    states = at_once(committed, join, people)
    assert states.count(P.REGISTERED) == SEATS
    queue = db.session.scalars(
        select(Participant.queue).where(Participant.training_id == training_id, Participant.state == P.WAITING).order_by(Participant.queue))
    assert list(queue) == list(range(1, CROWD - SEATS + 1))
    events = select(func.count()).select_from(ParticipationEvent).where(ParticipationEvent.kind == EventKind.REGISTERED)
    assert db.session.scalar(events) == SEATS


def test_one_who_clicks_in_many_windows_is_one_participant(committed):
    training_id, people = crowd(1)

    def join(_window):
        person = db.session.get_one(Person, people[0])
        return services_people.register(locked(training_id), person, JoinedBy.LINK, now=NOW, origin=CHINESE).id

    assert len(set(at_once(committed, join, range(8)))) == 1
    assert db.session.scalar(select(func.count()).select_from(ParticipationEvent)) == 1


def test_withdrawing_and_registering_at_once_never_overbooks(committed):
    training_id, people = crowd(60)

    def join(person_id):
        services_people.register(locked(training_id), db.session.get_one(Person, person_id), JoinedBy.LINK, now=NOW, origin=CHINESE)

    at_once(committed, join, people[:40])

    def either(item):
        person_id, leaves = item
        training, person = locked(training_id), db.session.get_one(Person, person_id)
        if leaves:
            found = db.session.scalars(select(Participant).where(Participant.person_id == person_id)).one()
            services_people.withdraw(training, found, person, now=NOW, origin=CHINESE)
        else:
            services_people.register(training, person, JoinedBy.LINK, now=NOW, origin=CHINESE)

    at_once(committed, either, [*((each, True) for each in people[:12]), *((each, False) for each in people[40:])])
    counts = dict(db.session.execute(
        select(Participant.state, func.count()).where(Participant.training_id == training_id).group_by(Participant.state)).all())
    assert (counts[P.REGISTERED], counts[P.WITHDRAWN], counts[P.WAITING]) == (SEATS, 12, 18)
