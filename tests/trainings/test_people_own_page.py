"""A participant's own page and the page of the link: who has the code acts; nobody learns who is known."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from tests.trainings.conftest import NOW
from webapp.accounts.models import Person, SignIn
from webapp.core.database import db
from webapp.core.ids import new_code
from webapp.core.mail.models import OutboxMail
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.trainings.models import TrainingState
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.views_join import MAILS_AN_HOUR

P = ParticipantState
VISITOR = {"name": "周海燕", "organisation": "水务局", "agree": "y"}


@pytest.fixture(autouse=True)
def today(at):
    at(NOW)


@pytest.fixture
def visitor(client):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def own(participant, tail=""):
    return f"/trainings/mine/{participant.code}{tail}"


def said(client, answer):
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text[:500]
    return client.get(answer.headers["Location"]).text


def mails():
    return list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def state_of(participant):
    return db.session.get_one(Participant, participant.id, populate_existing=True).state


def test_the_own_page_says_what_when_and_where_and_is_kept_by_no_cache(visitor, make_training, make_session, make_participant):
    training = make_training(room="301 会议室")
    make_session(training)
    answer = visitor.get(own(make_participant(training, state=P.INVITED)))
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert 'name="robots" content="noindex"' in answer.text
    for words in ("长安区委党校", "301 会议室", "14 December 2026, 09:00–12:00", "李建国", "You are invited."):
        assert words in answer.text


def test_a_code_that_nobody_has_opens_nothing(visitor, app):
    assert visitor.get(f"/trainings/mine/{new_code()}").status_code == HTTPStatus.NOT_FOUND
    assert visitor.get("/trainings/mine/nonsense").status_code == HTTPStatus.NOT_FOUND


def test_one_says_yes_in_two_steps_and_twice_is_once(visitor, make_training, make_participant):
    participant = make_participant(make_training(), state=P.INVITED)
    assert "Register for this training?" in visitor.get(own(participant, "?ask=register")).text
    assert state_of(participant) is P.INVITED
    for _click in range(2):
        assert "You have a seat." in said(visitor, visitor.post(own(participant, "/register")))
    events = db.session.scalars(select(ParticipationEvent.kind)).all()
    assert list(events) == [EventKind.REGISTERED]


def test_one_withdraws_and_the_next_in_line_has_the_seat(visitor, make_training, make_participant):
    training = make_training(seats=1)
    first, second = make_participant(training, name="周海燕"), make_participant(training, name="何静", state=P.WAITING)
    assert "You are number 1 on the waiting list" in visitor.get(own(second)).text
    assert "You have withdrawn" in said(visitor, visitor.post(own(first, "/withdraw")))
    assert state_of(second) is P.REGISTERED
    assert "changed since the page was opened" in said(visitor, visitor.post(own(first, "/withdraw")))


def test_one_declines_and_may_come_after_all(visitor, make_training, make_participant):
    participant = make_participant(make_training(), state=P.INVITED)
    assert "You have said that you cannot come." in said(visitor, visitor.post(own(participant, "/decline")))
    said(visitor, visitor.post(own(participant, "/register")))
    assert state_of(participant) is P.REGISTERED


@pytest.mark.parametrize(("columns", "sentence"), [
    ({"registers_until": NOW}, "The deadline for registration is past."),
    ({"state": TrainingState.CANCELLED}, "The training has been cancelled"),
])
def test_where_it_is_too_late_the_page_says_why(visitor, make_training, make_participant, columns, sentence):
    participant = make_participant(make_training(**columns), state=P.INVITED)
    assert sentence in visitor.get(own(participant)).text
    said(visitor, visitor.post(own(participant, "/register")))
    assert state_of(participant) is P.INVITED


def test_who_takes_part_in_two_trainings_on_one_day_is_warned_and_not_refused(visitor, make_training, make_participant, cast):
    make_participant(make_training(title="另一培训"), person=cast.learner)
    participant = make_participant(make_training(), person=cast.learner, state=P.INVITED)
    text = said(visitor, visitor.post(own(participant, "/register")))
    assert "You also take part in another training on these days: 另一培训" in text
    assert state_of(participant) is P.REGISTERED


def test_needs_are_asked_once_and_kept_only_for_who_comes(visitor, make_training, make_participant):
    training = make_training()
    comes, asked = make_participant(training), make_participant(training, state=P.INVITED, name="何静")
    assert "deleted 30 days after the training" in visitor.get(own(comes)).text
    visitor.post(own(comes, "/needs"), data={"diet": "清真", "access": "轮椅", "interpretation": ""})
    row = db.session.get_one(Participant, comes.id, populate_existing=True)
    assert (row.diet, row.access, row.needs_at) == ("清真", "轮椅", NOW)
    assert visitor.post(own(asked, "/needs"), data={"diet": "清真"}).status_code == HTTPStatus.CONFLICT
    long = visitor.post(own(comes, "/needs"), data={"diet": "素" * 201, "access": "电梯"})
    assert long.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="电梯"' in long.text


def test_the_calendar_file_holds_every_session_with_its_zone(visitor, make_training, make_session, make_participant):
    training = make_training(zone="Europe/Paris")
    make_session(training)
    make_session(training, day=training.last_day)
    answer = visitor.get(own(make_participant(training), "/training.ics"))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    assert [each["DTSTART"].dt.isoformat() for each in events] == ["2026-12-14T09:00:00+01:00", "2026-12-15T09:00:00+01:00"]
    assert "BEGIN:VTIMEZONE" in answer.text


def test_a_typed_code_of_a_training_leads_to_its_page(visitor, make_training):
    training = make_training(link_open=True)
    answer = visitor.get(f"/join/{training.code.lower()}")
    assert answer.headers["Location"].endswith(f"/trainings/join/{training.code}")
    assert visitor.get(f"/join/{new_code()}").status_code != HTTPStatus.SEE_OTHER
    text = visitor.get(f"/trainings/join/{training.code}").text
    assert "Without an account" in text
    assert visitor.get(f"/trainings/join/{new_code()}").status_code == HTTPStatus.NOT_FOUND


def test_a_closed_link_takes_nobody(visitor, make_training):
    training = make_training()
    url = f"/trainings/join/{training.code}"
    assert "Registration by this link is closed." in visitor.get(url).text
    answer = visitor.post(url, data={**VISITOR, "phone": "13800138000"})
    assert "Registration by this link is closed." in answer.text
    assert db.session.scalar(select(func.count()).select_from(Participant)) == 0


def test_who_is_signed_in_registers_with_a_button(login_as, make_training, cast):
    training = make_training(link_open=True)
    learner = login_as("learner")
    answer = learner.post(f"/trainings/join/{training.code}")
    participant = db.session.scalars(select(Participant)).one()
    assert answer.headers["Location"].endswith(own(participant))
    assert (participant.person_id, participant.state, participant.joined_by) == (cast.ids["learner"], P.REGISTERED, JoinedBy.LINK)


def test_a_visitor_with_a_telephone_is_registered_and_the_second_time_recognised(visitor, make_training):
    training = make_training(link_open=True)
    form = {**VISITOR, "phone": "138-0013-8000"}
    first = said(visitor, visitor.post(f"/trainings/join/{training.code}", data=form))
    assert "the trainers will tell you by telephone" in first
    said(visitor, visitor.post(f"/trainings/join/{training.code}", data=form))
    participant = db.session.scalars(select(Participant)).one()
    assert participant.state is P.REGISTERED
    assert participant.code not in first


def test_a_known_and_an_unknown_address_are_answered_alike(visitor, make_training, cast):
    training = make_training(link_open=True)
    url = f"/trainings/join/{training.code}"
    known = said(visitor, visitor.post(url, data={**VISITOR, "email": cast.email("learner")}))
    unknown = said(visitor, visitor.post(url, data={**VISITOR, "email": "zhou@example.org"}))
    assert known.replace(cast.email("learner"), "X") == unknown.replace("zhou@example.org", "X")
    states = dict(db.session.execute(select(Participant.person_id, Participant.state)).all())
    # Nothing is done in the name of somebody who only may have typed it.
    assert states.pop(cast.ids["learner"]) is P.LISTED
    assert list(states.values()) == [P.REGISTERED]
    first, second = mails()
    learner = db.session.scalars(select(Participant).where(Participant.person_id == cast.ids["learner"])).one()
    assert learner.code in first.text
    assert second.recipient == "zhou@example.org"
    assert db.session.scalar(select(SignIn.verified_at).where(SignIn.email == "zhou@example.org")) is None


def test_one_address_is_written_to_a_few_times_an_hour_at_most(visitor, make_training, cast):
    training = make_training(link_open=True)
    form = {**VISITOR, "email": cast.email("learner")}
    answers = [visitor.post(f"/trainings/join/{training.code}", data=form).status_code for _try in range(MAILS_AN_HOUR + 1)]
    assert answers == [HTTPStatus.SEE_OTHER] * MAILS_AN_HOUR + [HTTPStatus.TOO_MANY_REQUESTS]
    assert len(mails()) == MAILS_AN_HOUR


@pytest.mark.parametrize(("form", "sentence"), [
    ({"name": ""}, "Please fill this in"), ({"email": "nobody"}, "Please write an e-mail address such as"),
    ({}, "Please write an e-mail address or a telephone number"), ({"phone": "12"}, "telephone number with its area code"),
    ({"agree": ""}, "Please read the privacy notice and agree to it."),
])
def test_bad_input_is_explained_and_kept(visitor, make_training, form, sentence):
    training = make_training(link_open=True)
    answer = visitor.post(f"/trainings/join/{training.code}", data={**VISITOR, **form})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in answer.text
    assert 'value="水务局"' in answer.text
    assert db.session.scalar(select(func.count()).where(Person.name == "周海燕")) == 0


@pytest.mark.parametrize("state", [P.INVITED, P.WAITING, P.REGISTERED])
def test_the_own_page_asks_little(visitor, make_training, make_session, make_participant, max_queries, state):
    training = make_training(test_course_id="sdg-mooc")
    make_session(training)
    url = own(make_participant(training, state=state))
    with max_queries(8):
        visitor.get(url)
