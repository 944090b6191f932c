"""The pages of the agenda: who may open them, what they save, what they say when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW, AddTrainer, MakeParticipant, MakeSession, MakeTraining
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.trainings import agenda
from webapp.trainings.models import AgendaItem, ItemKind, TrainerPart, Training, TrainingSession, TrainingState
from webapp.trainings.models_onsite import Attendance, Presence

Login = Callable[[str], FlaskClient]


@pytest.fixture
def training(cast: Cast, make_training: MakeTraining) -> Training:
    return make_training(courses=["tot-1-introduction"])


@pytest.fixture
def session(training: Training, make_session: MakeSession) -> TrainingSession:
    found = make_session(training)
    add_lines(found, 2)
    return found


def add_lines(session: TrainingSession, count: int) -> None:
    db.session.add_all(
        AgendaItem(
            id=new_id(), session_id=session.id, position=at, minutes=30, kind=ItemKind.TALK,
            titles={"zh-Hans": f"第{at + 1}讲", "en": f"Talk {at + 1}"}, materials={"en": "Slides"},
        )
        for at in range(count)
    )
    db.session.commit()


def url(training: Training, *tail: object) -> str:
    return "/".join([f"/trainings/{training.id}/agenda", *map(str, tail)])


def form(session: TrainingSession, **changes: Any) -> dict[str, Any]:
    """What the page of a session sends when nothing was typed."""
    lines = agenda.items(session.training_id).get(session.id, [])
    sent: dict[str, Any] = {
        "version": session.version, "day": session.day.isoformat(), "starts": f"{session.starts:%H:%M}", "ends": f"{session.ends:%H:%M}",
        "title": session.title, "room": session.room, "act": "save",
        "item": [str(line.id) for line in lines], "removed": ["" for _ in lines], "minutes": [str(line.minutes) for line in lines],
        "kind": [line.kind.value for line in lines], "leader": ["" for _ in lines], "step": ["" for _ in lines],
        **{f"title.{tag}": [line.titles.get(tag, "") for line in lines] for tag in ("zh-Hans", "en")},
        **{f"materials.{tag}": [line.materials.get(tag, "") for line in lines] for tag in ("zh-Hans", "en")},
    }
    return {**sent, **changes}


def titles(session: TrainingSession) -> list[str]:
    return [line.titles.get("en", "") for line in agenda.items(session.training_id).get(session.id, [])]


def test_the_page_shows_times_sums_and_hours_in_both_languages(login_as: Login, training: Training, session: TrainingSession):
    browser = login_as("trainer")
    english = browser.get(url(training) + "?lang=en").text
    assert "Monday, 14 December 2026, 09:00–12:00" in english
    assert "09:30–10:00" in english
    assert "60 of 180 min planned: 120 min are free." in english
    assert "Talk 2" in english
    chinese = browser.get(url(training) + "?lang=zh-Hans").text
    assert "2026年12月14日（星期一）09:00–12:00" in chinese
    assert "第2讲" in chinese


@pytest.mark.parametrize("tail", ["", "new", "guide", "{session}", "{session}/held", "{session}/remove"])
def test_for_outsiders_no_page_of_it_exists(login_as: Login, other_trainer: Person, training: Training, session: TrainingSession, tail):
    there = url(training, tail.format(session=session.id)) if tail else url(training)
    for name in ("other_trainer", "learner", "other_county"):
        assert login_as(name).get(there).status_code == 404
    assert login_as("trainer").get(there).status_code == 200


@pytest.mark.parametrize("tail", ["new", "guide", "{session}", "{session}/held", "{session}/remove", "{session}/put-back"])
def test_an_observer_reads_and_changes_nothing(
    login_as: Login, cast: Cast, add_trainer: AddTrainer, training: Training, session: TrainingSession, tail,
):
    add_trainer(training, cast.learner, TrainerPart.OBSERVER)
    browser = login_as("learner")
    page = browser.get(url(training))
    assert page.status_code == 200
    assert "/held" not in page.text
    there = url(training, tail.format(session=session.id))
    assert browser.post(there, data=form(session)).status_code == 403
    if not tail.endswith("put-back"):
        assert browser.get(there).status_code == 403


def test_of_a_session_of_another_training_nothing_is_found(
    login_as: Login, training: Training, make_training: MakeTraining, make_session: MakeSession,
):
    theirs = make_session(make_training())
    browser = login_as("trainer")
    for tail in ("", "/held", "/remove"):
        assert browser.get(url(training, theirs.id) + tail).status_code == 404
        assert browser.post(url(training, theirs.id) + tail, data=form(theirs)).status_code == 404


def test_a_session_is_saved_as_a_whole(login_as: Login, cast: Cast, training: Training, session: TrainingSession):
    sent = form(session)
    for name, value in (
        ("item", ""), ("removed", ""), ("minutes", "45"), ("kind", "lesson"), ("leader", str(cast.trainer.id)),
        ("step", "tot-1-introduction/ten-reasons"), ("title.zh-Hans", "十条理由"), ("title.en", ""), ("materials.zh-Hans", "卡片"),
        ("materials.en", ""),
    ):
        sent[name] = [value, *sent[name]]
    answer = login_as("trainer").post(url(training, session.id), data=sent)
    assert answer.status_code == 303
    line = agenda.items(training.id)[session.id][0]
    assert (line.minutes, line.kind, line.leader_id, line.course_id, line.step_id) == (
        45, ItemKind.LESSON, cast.trainer.id, "tot-1-introduction", "ten-reasons",
    )
    assert line.titles == {"zh-Hans": "十条理由"}
    assert titles(session) == ["", "Talk 1", "Talk 2"]


def test_buttons_move_lines_without_saving_them(login_as: Login, training: Training, session: TrainingSession):
    answer = login_as("trainer").post(url(training, session.id) + "?lang=en", data=form(session, act="down:0"))
    assert answer.status_code == 200
    assert "Not saved yet" in answer.text
    assert answer.text.index('value="Talk 2"') < answer.text.index('value="Talk 1"')
    assert titles(session) == ["Talk 1", "Talk 2"]
    assert login_as("trainer").post(url(training, session.id), data=form(session, act="fly:0")).status_code == 400


def test_the_session_can_end_with_its_agenda(login_as: Login, training: Training, session: TrainingSession):
    page = login_as("trainer").post(url(training, session.id) + "?lang=en", data=form(session, act="fit", minutes=["30", "100"])).text
    assert 'value="11:10"' in page
    assert "130 of 130 min planned: the agenda fills the session." in page


def test_what_was_taken_out_can_be_put_back_after_saving(login_as: Login, training: Training, session: TrainingSession):
    browser = login_as("trainer")
    answer = browser.post(url(training, session.id), data=form(session, removed=["1", ""]))
    assert "第1讲" in browser.get(answer.location).text
    assert titles(session) == ["Talk 2"]
    db.session.refresh(session)
    browser.post(url(training, session.id, "put-back"), data={"version": session.version})
    assert titles(session) == ["Talk 1", "Talk 2"]


def test_what_is_wrong_is_named_and_everything_typed_is_kept(login_as: Login, training: Training, session: TrainingSession):
    sent = form(session, day="14.12.", starts="nine", minutes=["0", "half an hour"], kind=["talk", "lecture"], leader=[str(new_id()), ""])
    sent["title.en"], sent["title.zh-Hans"] = ["", "My talk"], ["", "我的讲座"]
    sent["step"] = ["", "tot-9/none"]
    answer = login_as("trainer").post(url(training, session.id) + "?lang=en", data=sent)
    assert answer.status_code == 422
    for sentence in (
        "Date: enter a day such as", "Start: enter a time such as", "Line 1, minutes: enter a whole number", "Line 1: enter a title",
        "Line 2, minutes: enter a whole number", "Line 2: choose what kind it is", "Line 1: choose one of the trainers",
        "Line 2: choose a step of the courses",
    ):
        assert sentence in answer.text
    for kept in ('value="half an hour"', 'value="My talk"', 'value="nine"'):
        assert kept in answer.text
    assert titles(session) == ["Talk 1", "Talk 2"]


def test_a_session_on_top_of_another_is_refused_with_what_was_typed(
    login_as: Login, training: Training, session: TrainingSession, make_session: MakeSession,
):
    make_session(training, starts=time(14), ends=time(17))
    answer = login_as("trainer").post(url(training, session.id) + "?lang=en", data=form(session, starts="13:30", ends="15:00"))
    assert answer.status_code == 422
    assert "there is already a session from 14:00 to 17:00" in answer.text
    assert 'value="13:30"' in answer.text


def test_of_two_tabs_the_second_keeps_its_text_and_sees_the_first(login_as: Login, training: Training, session: TrainingSession):
    browser = login_as("trainer")
    first, second = form(session), form(session)
    first["title.en"], second["title.en"] = ["First", "Talk 2"], ["Second", "Talk 2"]
    first["title.zh-Hans"] = second["title.zh-Hans"] = ["", ""]
    assert browser.post(url(training, session.id), data=first).status_code == 303
    answer = browser.post(url(training, session.id) + "?lang=en", data=second)
    assert answer.status_code == 409
    assert "Somebody else has changed this training" in answer.text
    assert "What is saved now" in answer.text
    assert "09:00–09:30 First" in answer.text
    assert 'value="Second"' in answer.text
    db.session.refresh(session)
    assert f'name="version" value="{session.version}"' in answer.text
    assert titles(session)[0] == "First"


@pytest.mark.parametrize("first_answer", [{"minutes": ["none", "30"]}, {"act": "down:0"}])
def test_an_answer_between_does_not_hide_what_another_tab_has_saved(
    login_as: Login, training: Training, session: TrainingSession, first_answer,
):
    browser = login_as("trainer")
    seen = form(session)
    assert browser.post(url(training, session.id), data=form(session, title="First")).status_code == 303
    page = browser.post(url(training, session.id), data={**seen, **first_answer}).text
    assert f'name="version" value="{seen["version"]}"' in page
    assert browser.post(url(training, session.id), data=seen).status_code == 409


def test_moving_a_session_with_attendance_says_that_it_is_kept(
    login_as: Login, training: Training, session: TrainingSession, make_participant: MakeParticipant,
):
    participant = make_participant(training)
    db.session.add(Attendance(
        session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=180, changed_at=NOW,
    ))
    db.session.commit()
    browser = login_as("trainer")
    browser.post(url(training, session.id) + "?lang=en", data=form(session, day=LAST_DAY.isoformat()))
    assert "Attendance of 1 person had been taken." in browser.get(url(training)).text
    browser.post(url(training, session.id, "remove") + "?lang=en", data={"act": "delete", "version": 2})
    assert "cannot be deleted" in browser.get(url(training)).text
    assert agenda.with_attendance(training.id) == {session.id: 1}


def test_sessions_are_added_cancelled_taken_up_again_and_deleted(login_as: Login, training: Training):
    browser = login_as("trainer")
    sent = {"day": FIRST_DAY.isoformat(), "starts": "9:00", "ends": "12:00", "title": "", "room": "", "key": "k1"}
    once, twice = (browser.post(url(training, "new"), data=sent) for _ in range(2))
    assert once.location == twice.location
    session, = agenda.sessions(training.id)
    for version, (act, there) in enumerate((("cancel", 0), ("resume", 1), ("delete", 0)), 1):
        browser.post(url(training, session.id, "remove"), data={"act": act, "version": version})
        assert len(agenda.sessions(training.id)) == there
    wrong = browser.post(url(training, "new") + "?lang=en", data={**sent, "ends": "8:00", "title": "Start", "key": "k2"})
    assert wrong.status_code == 422
    assert "The session ends before it starts." in wrong.text
    assert 'value="Start"' in wrong.text


def test_a_plan_of_the_guide_is_taken_over_once(login_as: Login, training: Training):
    browser = login_as("trainer")
    assert "tot-1-introduction/two-days" in browser.get(url(training, "guide")).text.replace("%2F", "/")
    page = browser.get(url(training, "guide") + "?plan=tot-1-introduction/two-days&lang=en").text
    assert 'value="2026-12-15"' in page
    sent = {"plan": "tot-1-introduction/two-days", "key": "k"}
    for at, (day, starts) in enumerate([(FIRST_DAY, "09:00"), (FIRST_DAY, "14:00"), (LAST_DAY, "09:00"), (LAST_DAY, "14:30")]):
        sent |= {f"day-{at}": day.isoformat(), f"starts-{at}": starts, f"room-{at}": ""}
    bad = browser.post(url(training, "guide") + "?lang=en", data={**sent, "day-2": "soon", "starts-3": "23:00"})
    assert bad.status_code == 422
    assert "Half-day 3, Date: enter a day" in bad.text
    assert "Half-day 4 goes on past midnight" in bad.text
    assert 'value="soon"' in bad.text
    for _ in range(2):
        assert browser.post(url(training, "guide"), data=sent).status_code == 303
    sessions = agenda.sessions(training.id)
    assert [f"{one.starts:%H:%M}–{one.ends:%H:%M}" for one in sessions] == ["09:00–12:00", "14:00–17:00", "09:00–12:00", "14:30–17:30"]
    assert "Day 1, morning: origins and principles" in browser.get(url(training) + "?lang=en").text
    assert "第一天上午：由来与原则" in browser.get(url(training) + "?lang=zh-Hans").text
    again = browser.post(url(training, "guide") + "?lang=en", data={**sent, "key": "other"})
    assert again.status_code == 422
    assert "there is already a session" in again.text


def test_how_it_was_held_is_noted_and_shown(login_as: Login, training: Training, session: TrainingSession):
    browser = login_as("trainer")
    first, second = agenda.items(training.id)[session.id]
    bad = browser.post(url(training, session.id, "held") + "?lang=en", data={
        "version": 1, f"held.{first.id}": "long", f"note.{first.id}": "Many questions",
    })
    assert bad.status_code == 422
    assert "Line 1, minutes: enter a whole number from 0 to 600." in bad.text
    assert 'value="Many questions"' in bad.text
    sent = {"version": 1, f"held.{first.id}": "50", f"note.{first.id}": "Many questions", f"held.{second.id}": "0"}
    assert browser.post(url(training, session.id, "held"), data=sent).status_code == 303
    page = browser.get(url(training) + "?lang=en").text
    for said in ("Took 50 min.", "Many questions", "Left out."):
        assert said in page
    stale = browser.post(url(training, session.id, "held"), data={**sent, f"note.{first.id}": "Mine"})
    assert stale.status_code == 409
    assert 'value="Mine"' in stale.text


def test_the_agenda_of_a_closed_training_is_shown_as_final(login_as: Login, training: Training, session: TrainingSession):
    training.state = TrainingState.CLOSED
    db.session.commit()
    browser = login_as("trainer")
    assert "This agenda is final" in browser.get(url(training) + "?lang=en").text
    answer = browser.post(url(training, session.id) + "?lang=en", data=form(session))
    assert answer.status_code == 409
    assert "can no longer be changed" in answer.text


@pytest.mark.parametrize("count", [1, 4])
def test_pages_ask_the_database_the_same_number_of_times(
    login_as: Login, training: Training, make_session: MakeSession, max_queries, count,
):
    sessions = [make_session(training, day=FIRST_DAY, starts=time(8 + 3 * at), ends=time(10 + 3 * at)) for at in range(count)]
    for one in sessions:
        add_lines(one, 12)
    browser = login_as("trainer")
    browser.get(url(training))
    prints = (f"/trainings/{training.id}/{name}.en.pdf" for name in ("agenda", "sign-in", "badges"))
    for there in (url(training), url(training, sessions[0].id), url(training, sessions[0].id, "held"), url(training, "guide"), *prints):
        with max_queries(8):
            assert browser.get(there).status_code == 200
