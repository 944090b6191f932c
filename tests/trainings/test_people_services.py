"""Listed, invited, registered, waiting, gone: what the services write, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.trainings.conftest import NOW
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.mail.models import OutboxMail
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.participation.origin import Origin
from webapp.trainings import rules_people, services_people
from webapp.trainings.models import TrainingState
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.records import locked

P = ParticipantState
CHINESE = Origin("zh-Hans")


def somebody(name="周海燕"):
    person = Person(id=new_id(), name=name, language="zh-Hans", created_at=NOW)
    db.session.add(person)
    db.session.flush()
    return person


def register(training, person, joined_by=JoinedBy.LINK, **more):
    return services_people.register(locked(training.id), person, joined_by, now=NOW, origin=CHINESE, **more)


def withdraw(training, participant, person):
    return services_people.withdraw(locked(training.id), participant, person, now=NOW, origin=CHINESE)


def kinds():
    rows = db.session.execute(select(ParticipationEvent.kind, ParticipationEvent.source).order_by(ParticipationEvent.id)).all()
    return [kind for kind, _source in rows]


def subjects():
    return list(db.session.scalars(select(OutboxMail.subject).order_by(OutboxMail.id)))


def test_who_finds_a_seat_has_it_with_an_event_and_a_mail(database, cast, make_training, make_session):
    training = make_training(seats=2)
    make_session(training)
    participant = register(training, cast.learner)
    assert (participant.state, participant.rounds, participant.registered_at, participant.queue) == (P.REGISTERED, 1, NOW, None)
    assert participant.form_before in ("a", "b")
    assert kinds() == [EventKind.REGISTERED]
    mail = db.session.scalars(select(OutboxMail)).one()
    assert mail.recipient == cast.email("learner")
    assert participant.code in mail.text
    assert "METHOD:REQUEST" in mail.calendar
    assert "STATUS:CONFIRMED" in mail.calendar


def test_registering_twice_is_registering_once(database, cast, make_training):
    training = make_training()
    assert register(training, cast.learner) is register(training, cast.learner)
    assert kinds() == [EventKind.REGISTERED]


def test_who_comes_after_the_last_seat_waits_and_the_first_in_line_moves_up(database, cast, make_training):
    training = make_training(seats=1)
    first = register(training, cast.learner)
    people = [cast.second_learner, somebody("何静"), somebody("马丽")]
    waiting = [register(training, each) for each in people]
    assert [(each.state, each.queue) for each in waiting] == [(P.WAITING, 1), (P.WAITING, 2), (P.WAITING, 3)]
    assert withdraw(training, first, cast.learner) == [waiting[0]]
    assert (waiting[0].state, waiting[0].queue, waiting[0].rounds) == (P.REGISTERED, None, 1)
    assert first.state is P.WITHDRAWN
    assert kinds() == [EventKind.REGISTERED, EventKind.RETRACTED, EventKind.REGISTERED]
    again = register(training, cast.learner)
    assert (again.id, again.state, again.queue) == (first.id, P.WAITING, 4)


def test_more_seats_are_filled_in_order_and_each_of_them_is_told(database, cast, make_training):
    training = make_training(seats=1)
    register(training, cast.learner)
    waiting = [register(training, each) for each in (cast.second_learner, cast.outsider, somebody())]
    training = locked(training.id)
    training.seats = 3
    assert services_people.fill_seats(training, NOW) == waiting[:2]
    assert services_people.fill_seats(training, NOW) == []
    assert [each.state for each in waiting] == [P.REGISTERED, P.REGISTERED, P.WAITING]
    told = db.session.scalars(select(OutboxMail.recipient).where(OutboxMail.subject.startswith("You have a seat")))
    assert list(told) == [cast.email("second_learner"), cast.email("outsider")]


def test_a_walk_in_is_seated_beyond_the_seats_and_nobody_is_overbooked_after_it(database, cast, make_training):
    training = make_training(seats=1, state=TrainingState.RUNNING)
    first = register(training, cast.learner)
    waits = register(training, cast.outsider)
    beyond = register(training, cast.second_learner, JoinedBy.WALK_IN, actor_id=cast.ids["trainer"], beyond_seats=True)
    assert beyond.state is P.REGISTERED
    assert withdraw(training, first, cast.learner) == []
    assert withdraw(training, beyond, cast.second_learner) == [waits]


def test_a_round_of_its_own_makes_coming_back_count_again(database, cast, make_training):
    training = make_training()
    participant = register(training, cast.learner)
    withdraw(training, participant, cast.learner)
    register(training, cast.learner)
    assert participant.rounds == 2
    assert kinds() == [EventKind.REGISTERED, EventKind.RETRACTED, EventKind.REGISTERED]


def test_by_the_link_one_asks_and_the_trainers_say_yes_or_no(database, cast, make_training):
    training = make_training(approval=True, seats=1)
    yes, no = register(training, cast.learner), register(training, cast.outsider)
    assert [yes.state, no.state, kinds()] == [P.APPLIED, P.APPLIED, []]
    more = {"now": NOW, "origin": CHINESE, "actor_id": cast.ids["trainer"]}
    services_people.approve(locked(training.id), yes, cast.learner, **more)
    services_people.refuse(locked(training.id), no, cast.outsider, **more)
    assert [yes.state, no.state, kinds()] == [P.REGISTERED, P.REFUSED, [EventKind.REGISTERED]]
    with pytest.raises(rules_people.WasRefused):
        register(training, cast.outsider)
    assert register(training, cast.outsider, JoinedBy.TRAINER, actor_id=cast.ids["trainer"]).state is P.WAITING


def test_whom_trainers_invited_needs_no_approval(database, cast, make_training, make_session):
    training = make_training(approval=True)
    make_session(training)
    more = {"now": NOW, "actor_id": cast.ids["trainer"]}
    participant = services_people.list_person(locked(training.id), cast.learner, joined_by=JoinedBy.TRAINER, **more)
    assert participant.state is P.LISTED
    assert services_people.invite(locked(training.id), participant, cast.learner, origin=CHINESE, **more)
    assert not services_people.invite(locked(training.id), participant, cast.learner, origin=CHINESE, **more)
    assert (participant.state, kinds()) == (P.INVITED, [EventKind.INVITED])
    assert register(training, cast.learner).state is P.REGISTERED


def test_who_declined_can_be_asked_again_and_is_counted_as_invited_once(database, cast, make_training, make_session):
    training = make_training()
    make_session(training)
    participant = services_people.list_person(
        locked(training.id), cast.learner, joined_by=JoinedBy.TRAINER, now=NOW, actor_id=cast.ids["trainer"])
    for _round in range(2):
        assert services_people.invite(
            locked(training.id), participant, cast.learner, now=NOW, origin=CHINESE, actor_id=cast.ids["trainer"])
        services_people.decline(locked(training.id), participant, now=NOW)
        assert participant.state is P.DECLINED
    assert kinds() == [EventKind.INVITED]
    calendars = list(db.session.scalars(select(OutboxMail.calendar).order_by(OutboxMail.id)))
    assert ["CANCEL" in each for each in calendars] == [False, True, False, True]


@pytest.mark.parametrize(("columns", "error"), [
    ({"state": TrainingState.CANCELLED}, rules_people.TrainingIsCancelled),
    ({"state": TrainingState.NEGOTIATION}, rules_people.RegistrationClosed),
    ({"state": TrainingState.CLOSED}, rules_people.RegistrationClosed),
    ({"registers_until": NOW}, rules_people.RegistrationClosed),
    ({"first_day": (NOW - timedelta(days=3)).date(), "last_day": (NOW - timedelta(days=2)).date()}, rules_people.RegistrationClosed),
])
def test_nobody_registers_where_it_is_too_early_too_late_or_cancelled(database, cast, make_training, columns, error):
    training = make_training(**columns)
    with pytest.raises(error):
        register(training, cast.learner)


def test_the_deadline_does_not_bind_trainers(database, cast, make_training):
    training = make_training(registers_until=NOW)
    assert register(training, cast.learner, JoinedBy.TRAINER, actor_id=cast.ids["trainer"]).state is P.REGISTERED


def test_an_invitation_waits_for_days_and_venue(database, cast, make_training, make_participant):
    training = make_training(venue="")
    participant = make_participant(training, state=P.LISTED, person=cast.learner)
    with pytest.raises(rules_people.NotReadyToInvite):
        services_people.invite(
            locked(training.id), participant, cast.learner, now=NOW, origin=CHINESE, actor_id=cast.ids["trainer"])


def test_the_trainer_reorders_the_waiting_list(database, cast, make_training):
    training = make_training(seats=1)
    register(training, cast.learner)
    one, two, three = [register(training, somebody(name)) for name in ("何静", "马丽", "孙强")]
    services_people.move_waiting(locked(training.id), three, position=1, now=NOW, actor_id=cast.ids["trainer"])
    assert [each.queue for each in (one, two, three)] == [2, 3, 1]
    services_people.move_waiting(locked(training.id), three, position=99, now=NOW, actor_id=cast.ids["trainer"])
    assert [each.queue for each in (one, two, three)] == [1, 2, 3]


def test_only_who_was_never_asked_is_taken_off_the_list(database, cast, make_training, make_participant):
    training = make_training()
    listed = make_participant(training, state=P.LISTED)
    registered = make_participant(training, person=cast.learner)
    services_people.take_off(locked(training.id), listed, now=NOW, actor_id=cast.ids["trainer"])
    with pytest.raises(rules_people.NothingToChange):
        services_people.take_off(locked(training.id), registered, now=NOW, actor_id=cast.ids["trainer"])
    assert list(db.session.scalars(select(Participant.id))) == [registered.id]
