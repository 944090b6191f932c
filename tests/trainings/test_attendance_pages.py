"""Pages of attendance and check-in, with what a trainer and a participant see."""

from __future__ import annotations

import re
import time as clock_of_tickets
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from webapp.core import clock
from webapp.core.database import db
from webapp.participation.models import Channel, EventKind, ParticipationEvent
from webapp.trainings import check_in
from webapp.trainings.attendance_shown import table
from webapp.trainings.models import TrainerPart, Training, TrainingState
from webapp.trainings.models_onsite import Attendance, AttendanceMark, MarkChannel, Presence
from webapp.trainings.models_people import ParticipantState

# 09:05 in the county on the first day, when the session of 9 to 12 has begun.
MORNING = datetime(2026, 12, 14, 1, 5, tzinfo=UTC)


class Onsite:
    """A running training on its first morning, with three people."""

    def __init__(self, training, session, people):
        self.id, self.session_id, self.secret = training.id, session.id, session.secret
        self.people = [person.id for person in people]
        self.codes = [person.code for person in people]
        self.url = f"/trainings/{training.id}/attendance"
        self.list = f"{self.url}/{session.id}"

    def held(self, number=0):
        return db.session.scalar(sa.select(Attendance).where(Attendance.participant_id == self.people[number]))

    def form(self, **answers):
        return {"key": str(uuid4()), **answers}

    def send(self, client, *marks, since=""):
        listed = [
            {"id": str(uuid4()), "participant": str(self.people[0]), "presence": "present", "age_ms": 0, "device": "tablet",
             "device_at": "2026-12-14T01:05:00Z", "after": [], **mark}
            for mark in marks
        ]
        return client.post(f"{self.list}/marks", json={"marks": listed, "since": since})

    def check_in_url(self, now):
        return f"/check-in/{self.session_id}/{check_in.link_code(self.secret, check_in.step_of(now))}"


@pytest.fixture
def onsite(make_training, make_session, make_participant, cast, at):
    at(MORNING)
    training = make_training(state=TrainingState.RUNNING)
    people = [make_participant(training, name=name) for name in ("周海燕", "段文秀")]
    people.append(make_participant(training, person=cast.learner))
    return Onsite(training, make_session(training), people)


def ticket_of(page):
    return re.search(r'name="ticket" value="([^"]+)"', page.text)[1]


def attended():
    return db.session.scalars(sa.select(ParticipationEvent).where(ParticipationEvent.kind == EventKind.ATTENDED)).all()


def test_the_list_shows_everybody_with_three_answers(login_as, onsite, max_queries):
    with max_queries(8):
        page = login_as("trainer").get(onsite.list)
    assert page.status_code == 200
    assert page.text.count('role="radiogroup"') == 3
    assert "周海燕" in page.text


def test_the_list_costs_the_same_for_many_people(login_as, onsite, make_training, make_session, make_participant, max_queries):
    training = make_training(state=TrainingState.RUNNING)
    session = make_session(training)
    for number in range(40):
        make_participant(training, name=f"学员{number}")
    trainer, url = login_as("trainer"), f"/trainings/{training.id}/attendance/{session.id}"
    with max_queries(8) as few:
        trainer.get(onsite.list)
    with max_queries(8) as many:
        trainer.get(url)
    assert len(few) == len(many)


def test_marks_of_the_form_are_saved_and_counted_in_minutes(login_as, onsite):
    trainer, (one, two, three) = login_as("trainer"), onsite.people
    answer = trainer.post(onsite.list, data=onsite.form(**{
        f"p-{one}": "present", f"p-{two}": "late", f"arrived-{two}": "9:40", f"p-{three}": "absent",
    }))
    assert answer.status_code == 303
    assert {line.person.participant_id: line.minutes for line in table(onsite.id).lines} == {one: 180, two: 140, three: 0}
    assert {event.channel for event in attended()} == {Channel.ONSITE}


def test_a_form_sent_twice_marks_once(login_as, onsite):
    trainer, form = login_as("trainer"), onsite.form(**{f"p-{onsite.people[0]}": "present"})
    trainer.post(onsite.list, data=form)
    trainer.post(onsite.list, data=form)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 1
    assert len(attended()) == 1


@pytest.mark.parametrize(("typed", "said"), [("morgens", "morgens"), ("", "since when"), ("12:30", "after the end")])
def test_a_time_that_cannot_be_is_said_and_what_was_typed_stays(login_as, onsite, typed, said):
    one, two = onsite.people[:2]
    form = onsite.form(**{f"p-{one}": "late", f"arrived-{one}": typed, f"p-{two}": "present"})
    page = login_as("trainer").post(f"{onsite.list}?lang=en", data=form)
    assert page.status_code == 422
    assert said in page.text
    assert "周海燕" in re.search(r'<div class="errors".*?</div>', page.text, re.DOTALL)[0]
    assert onsite.held(1).presence is Presence.PRESENT


def test_undo_goes_back_and_takes_the_event_back(login_as, onsite):
    trainer, one = login_as("trainer"), onsite.people[0]
    trainer.post(onsite.list, data=onsite.form(**{f"p-{one}": "present"}))
    trainer.post(onsite.list, data=onsite.form(undo=str(one)))
    assert onsite.held().presence is Presence.UNKNOWN
    retracted = db.session.scalars(sa.select(ParticipationEvent).where(ParticipationEvent.kind == EventKind.RETRACTED)).one()
    assert retracted.corrects_id == attended()[0].id


def test_who_comes_back_after_an_undo_attends_in_a_new_round(login_as, onsite):
    trainer, one = login_as("trainer"), onsite.people[0]
    for form in ({f"p-{one}": "present"}, {"undo": str(one)}):
        trainer.post(onsite.list, data=onsite.form(**form))
    mark = onsite.held().mark_id
    trainer.post(onsite.list, data=onsite.form(**{f"p-{one}": "present", f"after-{one}": str(mark)}))
    assert onsite.held().presence is Presence.PRESENT
    assert onsite.held().clash_id is None
    assert len(attended()) == 2


def test_a_mark_of_a_device_keeps_both_clocks_and_is_as_old_as_its_stopwatch(login_as, onsite):
    answer = onsite.send(login_as("trainer"), {"age_ms": 3 * 3600 * 1000, "device_at": "2026-12-13T15:00:00+00:00"})
    assert answer.json["results"][0]["outcome"] == "applied"
    mark = db.session.scalars(sa.select(AttendanceMark)).one()
    assert mark.received_at == MORNING
    assert mark.marked_at == MORNING - timedelta(hours=3)
    assert mark.device_at == datetime(2026, 12, 13, 15, tzinfo=UTC)


def test_the_same_mark_sent_again_is_known(login_as, onsite):
    trainer, mark_id = login_as("trainer"), str(uuid4())
    onsite.send(trainer, {"id": mark_id})
    assert onsite.send(trainer, {"id": mark_id}).json["results"] == [{"id": mark_id, "outcome": "known", "message": ""}]


def test_two_devices_that_disagree_are_shown_and_a_person_chooses(login_as, onsite):
    trainer, one = login_as("trainer"), onsite.people[0]
    onsite.send(trainer, {"presence": "present", "device": "a", "age_ms": 1000})
    answer = onsite.send(trainer, {"presence": "absent", "device": "b", "age_ms": 90_000})
    assert answer.json["results"][0]["outcome"] == "conflict"
    assert answer.json["states"][0]["clash"] is True
    page = trainer.get(f"{onsite.list}?lang=en")
    assert "Marked differently" in page.text
    chosen = next(each for each in re.findall(r'name="choose" value="([^"]+)"', page.text) if each.startswith(str(one)) and
                  db.session.get(AttendanceMark, UUID(each.split(":")[1])).presence is Presence.ABSENT)
    assert trainer.post(f"{onsite.list}/settle", data={"choose": chosen}).status_code == 303
    assert onsite.held().presence is Presence.ABSENT
    assert onsite.held().clash_id is None
    assert len(attended()) == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(ParticipationEvent.kind == EventKind.RETRACTED)) == 1


def test_what_was_settled_meanwhile_is_not_settled_again(login_as, onsite):
    trainer = login_as("trainer")
    onsite.send(trainer, {"presence": "present", "device": "a"})
    assert trainer.post(f"{onsite.list}/settle", data={"choose": f"{onsite.people[0]}:{uuid4()}"}).status_code == 409


def test_a_device_learns_what_others_marked(login_as, onsite):
    trainer = login_as("trainer")
    first = trainer.get(f"{onsite.list}/changes").json
    onsite.send(trainer, {"presence": "present"})
    news = trainer.get(f"{onsite.list}/changes", query_string={"since": first["now"]}).json
    assert [(each["participant"], each["presence"]) for each in news["states"]] == [(str(onsite.people[0]), "present")]


@pytest.mark.parametrize("body", [None, [], {"marks": 3}, {"marks": [{}]}, {"marks": [{"id": "x"}]}])
def test_another_shape_than_the_script_sends_is_a_bad_request(login_as, onsite, body):
    assert login_as("trainer").post(f"{onsite.list}/marks", json=body).status_code == 400


def test_somebody_of_another_training_cannot_be_marked(login_as, onsite, make_training, make_participant):
    stranger = make_participant(make_training())
    answer = onsite.send(login_as("trainer"), {"participant": str(stranger.id)})
    assert answer.json["results"][0]["outcome"] == "refused"


def test_attendance_of_tomorrow_is_refused_with_a_sentence(login_as, onsite, at):
    at(MORNING - timedelta(days=1))
    answer = onsite.send(login_as("trainer"), {})
    assert answer.status_code == 409
    assert answer.json["sentence"]


def test_observers_look_but_do_not_mark(login_as, onsite, make_trainer, add_trainer):
    observer = make_trainer("observer", role=None)
    add_trainer(db.session.get(Training, onsite.id), observer, TrainerPart.OBSERVER)
    client = login_as("observer")
    assert client.get(onsite.list).status_code == 200
    assert "data-attendance" not in client.get(onsite.list).text
    assert onsite.send(client, {}).status_code == 403
    assert client.get(f"/trainings/{onsite.id}/sessions/{onsite.session_id}/code").status_code == 403


def test_a_trainer_of_another_county_sees_nothing(login_as, onsite, other_trainer):
    client = login_as("other_trainer")
    for url in (onsite.url, onsite.list, f"{onsite.list}/changes", f"/trainings/{onsite.id}/sessions/{onsite.session_id}/code"):
        assert client.get(url).status_code == 404
    assert onsite.send(client, {}).status_code == 404


def test_the_overview_shows_hours_and_squares(login_as, onsite, max_queries):
    trainer, (one, two, _three) = login_as("trainer"), onsite.people
    trainer.post(onsite.list, data=onsite.form(**{f"p-{one}": "present", f"p-{two}": "late", f"arrived-{two}": "0930"}))
    with max_queries(8):
        page = trainer.get(f"{onsite.url}?lang=en")
    assert '<td class="n">3</td>' in page.text
    assert '<td class="n">2.5</td>' in page.text


def test_all_marks_of_a_person_are_shown_with_their_clocks(login_as, onsite):
    trainer = login_as("trainer")
    onsite.send(trainer, {"device_at": "2020-01-01T00:00:00Z"})
    page = trainer.get(f"{onsite.list}/marks/{onsite.people[0]}?lang=en")
    assert "2020-01-01 08:00:00" in page.text
    assert "2026-12-14 09:05:00" in page.text


def test_the_projector_shows_a_code_that_changes_every_half_minute(login_as, onsite, at):
    trainer, url = login_as("trainer"), f"/trainings/{onsite.id}/sessions/{onsite.session_id}/code"
    first = trainer.get(f"{url}.json").json
    assert trainer.get(url).text.count(first["digits"]) == 1
    at(MORNING + timedelta(seconds=30))
    second = trainer.get(f"{url}.json").json
    assert first["digits"] != second["digits"]
    assert first["picture"] != second["picture"]


def test_no_code_is_shown_before_the_session_opens(login_as, onsite, at):
    at(MORNING - timedelta(hours=2))
    page = login_as("trainer").get(f"/trainings/{onsite.id}/sessions/{onsite.session_id}/code.json").json
    assert (page["on"], page["picture"], page["digits"]) == (False, "", "")


def test_a_signed_in_participant_checks_in_once(login_as, onsite):
    learner = login_as("learner")
    page = learner.get(onsite.check_in_url(MORNING))
    answer = learner.post(f"/check-in/{onsite.session_id}", data={"ticket": ticket_of(page)})
    assert answer.status_code == 200
    held = onsite.held(2)
    assert (held.presence, held.minutes) == (Presence.PRESENT, 180)
    again = learner.post(f"/check-in/{onsite.session_id}?lang=en", data={"ticket": ticket_of(learner.get(onsite.check_in_url(MORNING)))})
    assert "It counts once" in again.text
    assert len(attended()) == 1
    assert db.session.scalars(sa.select(AttendanceMark)).one().channel is MarkChannel.CODE


def test_somebody_without_a_sign_in_checks_in_with_their_code(client, onsite):
    ticket = ticket_of(client.get(onsite.check_in_url(MORNING)))
    answer = client.post(f"/check-in/{onsite.session_id}", data={"ticket": ticket, "by": "code", "code": onsite.codes[0].lower()})
    assert answer.status_code == 200
    assert onsite.held(0).presence is Presence.PRESENT


def test_a_ticket_checks_in_one_person(client, onsite):
    ticket = ticket_of(client.get(onsite.check_in_url(MORNING)))
    for number, status in ((0, 200), (1, 409)):
        answer = client.post(f"/check-in/{onsite.session_id}?lang=en", data={"ticket": ticket, "by": "code", "code": onsite.codes[number]})
        assert answer.status_code == status
    assert "already checked in another person" in answer.text
    assert onsite.held(1) is None


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (35, 200), (61, 410), (3600, 410)])
def test_a_code_that_was_photographed_and_sent_on_is_over_soon(client, onsite, at, seconds, status):
    url = onsite.check_in_url(MORNING)
    at(MORNING + timedelta(seconds=seconds))
    page = client.get(f"{url}?lang=en")
    assert page.status_code == status
    assert ("A code that somebody sent you does not work" in page.text) is (status == 410)


def test_a_ticket_lives_a_quarter_of_an_hour(client, onsite, monkeypatch):
    ticket = ticket_of(client.get(onsite.check_in_url(MORNING)))
    signed = clock_of_tickets.time()
    monkeypatch.setattr(clock_of_tickets, "time", lambda: signed + 16 * 60)
    answer = client.post(f"/check-in/{onsite.session_id}?lang=en", data={"ticket": ticket, "code": onsite.codes[0]})
    assert answer.status_code == 410
    assert "scan the code on the screen again" in answer.text


def test_a_ticket_of_another_session_or_a_made_up_one_is_refused(client, onsite, make_training, make_session):
    training = make_training(state=TrainingState.RUNNING)
    other = make_session(training)
    ticket = ticket_of(client.get(onsite.check_in_url(MORNING)))
    for url, sent in ((f"/check-in/{other.id}", ticket), (f"/check-in/{onsite.session_id}", "made-up")):
        assert client.post(url, data={"ticket": sent, "code": onsite.codes[0]}).status_code == 410


def test_who_must_sign_in_first_finds_the_ticket_again(client, onsite):
    page = client.get(f"{onsite.check_in_url(MORNING)}?lang=en")
    assert f"next=%2Fcheck-in%2F{onsite.session_id}" in page.text
    assert ticket_of(client.get(f"/check-in/{onsite.session_id}")) == ticket_of(page)


def test_without_a_ticket_the_page_asks_to_scan(client, onsite):
    assert client.get(f"/check-in/{onsite.session_id}").status_code == 410


def test_somebody_who_is_not_registered_is_sent_to_the_trainer(login_as, onsite):
    outsider = login_as("outsider")
    page = outsider.get(f"{onsite.check_in_url(MORNING)}?lang=en")
    assert "they can register you on the spot" in page.text
    answer = outsider.post(f"/check-in/{onsite.session_id}?lang=en", data={"ticket": ticket_of(page)})
    assert answer.status_code == 403
    assert "speak to the trainer" in answer.text


def test_who_waits_for_a_seat_cannot_check_in(client, onsite, make_participant):
    waiting = make_participant(db.session.get(Training, onsite.id), name="等候", state=ParticipantState.WAITING)
    ticket, code = ticket_of(client.get(onsite.check_in_url(MORNING))), waiting.code
    assert client.post(f"/check-in/{onsite.session_id}", data={"ticket": ticket, "code": code}).status_code == 403


def test_six_digits_lead_to_the_same_page(client, onsite):
    digits = check_in.typed_code(onsite.secret, check_in.step_of(MORNING))
    answer = client.post("/check-in", data={"code": f"{digits[:3]} {digits[3:]}"})
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(("typed", "status"), [("12345", 422), ("", 422), ("abc", 422)])
def test_digits_that_are_no_code_are_asked_for_again(client, onsite, typed, status):
    assert client.post("/check-in", data={"code": typed}).status_code == status


def test_wrong_digits_are_limited_by_address_and_right_ones_are_not(client, onsite):
    right = check_in.typed_code(onsite.secret, check_in.step_of(MORNING))
    wrong = f"{(int(right) + 7) % 1_000_000:06d}"
    statuses = [client.post("/check-in", data={"code": wrong}).status_code for _try in range(61)]
    assert statuses == [410] * 60 + [429]
    assert client.post("/check-in", data={"code": right}).status_code == 303


def test_a_late_check_in_counts_from_then_on(client, onsite, at):
    later = MORNING + timedelta(minutes=35)
    at(later)
    ticket = ticket_of(client.get(onsite.check_in_url(later)))
    client.post(f"/check-in/{onsite.session_id}", data={"ticket": ticket, "code": onsite.codes[0]})
    assert (onsite.held().arrived, onsite.held().minutes) == (time(9, 40), 140)


def test_a_trainer_who_had_marked_absent_is_overruled_by_who_checks_in_and_the_other_way_round(login_as, client, onsite):
    trainer = login_as("trainer")
    onsite.send(trainer, {"presence": "absent"})
    for _time in range(2):
        ticket = ticket_of(client.get(onsite.check_in_url(MORNING)))
        page = client.post(f"/check-in/{onsite.session_id}?lang=en", data={"ticket": ticket, "code": onsite.codes[0]})
    assert onsite.held().presence is Presence.PRESENT
    onsite.send(trainer, {"presence": "absent", "after": [str(onsite.held().mark_id)]})
    ticket = ticket_of(client.get(onsite.check_in_url(MORNING)))
    page = client.post(f"/check-in/{onsite.session_id}?lang=en", data={"ticket": ticket, "code": onsite.codes[0]})
    assert "a trainer has changed that since" in page.text


def test_the_worker_of_a_list_reaches_the_lists_of_its_training_only(login_as, onsite):
    answer = login_as("trainer").get(f"{onsite.url}/worker.js")
    assert answer.mimetype == "text/javascript"
    assert "Service-Worker-Allowed" not in answer.headers
    assert clock.now() == MORNING


def test_the_own_page_says_hours_and_where_to_check_in(client, login_as, onsite):
    onsite.send(login_as("trainer"), {"presence": "present"})
    page = client.get(f"/trainings/mine/{onsite.codes[0]}?lang=en").text
    assert "You were at 1 session, 3 hours in all." in page
    assert 'href="/check-in"' in page
