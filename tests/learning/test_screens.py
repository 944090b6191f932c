"""Pages of courses and lessons, as a visitor and a learner use them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.learning.fixtures import NOON, complete, enrol, finish
from tests.learning.small_course import CHECK, FINAL, RIVERS, SOIL, SPRINGS, WATER
from webapp.core import limits
from webapp.core.database import db
from webapp.core.limits import LimitCounter
from webapp.core.unit_of_work import unit_of_work
from webapp.learning import queries
from webapp.learning.models import Enrolment, ReadingReport, StepProgress
from webapp.learning.outline import outline
from webapp.participation.models import EventKind, ParticipationEvent

COURSE = f"/courses/{WATER}/"
LESSON = f"{COURSE}{SPRINGS}/"
SECOND = f"{COURSE}{RIVERS}/"
pytestmark = pytest.mark.usefixtures("small_courses")


def progress(cast, name="learner", course=WATER):
    return queries.learner(cast.ids[name], course).progress


def heading(response) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.DOTALL)[1].strip()


def test_a_visitor_reads_everything_in_both_languages(client):
    for language, course, lesson, second in (("en", "Water", "Springs", "Rivers"), ("zh-Hans", "水", "泉", "河")):
        catalogue = client.get(f"/courses/?lang={language}")
        assert [catalogue.status_code, client.get(f"{COURSE}?lang={language}").status_code] == [200, 200]
        assert f'href="{COURSE}"' in catalogue.text
        assert heading(client.get(f"{COURSE}?lang={language}")) == course
        page = client.get(f"{LESSON}?lang={language}")
        assert f'<html lang="{language}">' in page.text
        assert heading(page) == lesson
        for part in (f"{lesson} 1", f"{lesson} 2", f"{lesson} 3", f"{lesson} 4", second):
            assert part in page.text


def test_one_of_a_thing_is_not_spoken_of_as_many(client):
    catalogue = client.get("/courses/?lang=en").text
    assert "1 lesson, about 1.5 h" in catalogue
    assert "2 lessons, about 1.5 h" in catalogue
    assert "共1课，约1.5学时" in client.get("/courses/?lang=zh-Hans").text
    page = client.get(f"{COURSE}?lang=en").text
    assert "1 question<" in page
    assert "About 4 minutes" in page


def test_a_visitor_is_offered_an_account_and_comes_back_to_the_lesson(client):
    page = client.get(f"{LESSON}?lang=en").text
    assert "You can read everything without an account" in page
    assert f"/sign-up?next={LESSON.replace('/', '%2F')}" in page
    assert f"{LESSON}done" not in page


@pytest.mark.parametrize("act", [f"{COURSE}enrol", f"{LESSON}done", f"{LESSON}reopen"])
def test_a_visitor_who_acts_is_led_to_sign_in(client, act):
    response = client.post(act)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in")
    assert db.session.query(Enrolment).count() == 0


@pytest.mark.parametrize("address", ["/courses/nowhere/", f"{COURSE}nowhere/", f"/courses/nowhere/{SPRINGS}/", "/courses/WATER-BASICS/"])
@pytest.mark.parametrize("who", ["visitor", "learner"])
def test_what_does_not_exist_is_not_found(client, login_as, address, who):
    assert (client if who == "visitor" else login_as(who)).get(address).status_code == 404


@pytest.mark.parametrize("act", [
    "/courses/nowhere/enrol", f"{COURSE}nowhere/done", f"{COURSE}{FINAL}/done", f"{COURSE}{CHECK}/reopen", f"{LESSON}reopen",
])
def test_a_quiz_is_not_done_by_a_click_and_nothing_that_does_not_exist_is(login_as, act):
    assert login_as("learner").post(act).status_code == 404
    assert db.session.query(StepProgress).count() == 0


def test_enrolling_leads_to_the_first_step_and_a_second_click_changes_nothing(login_as, cast):
    learner = login_as("learner")
    assert "Enrol and begin" in learner.get(f"{COURSE}?lang=en").text
    for _click in range(2):
        response = learner.post(f"{COURSE}enrol")
        assert (response.status_code, response.headers["Location"]) == (303, LESSON)
    assert db.session.query(Enrolment).count() == 1
    assert "Continue where you stopped" in learner.get(f"{COURSE}?lang=en").text


def test_marking_a_lesson_done_enrols_and_goes_on(login_as, cast):
    learner = login_as("learner")
    assert "enrols you in the course" in learner.get(f"{LESSON}?lang=en").text
    response = learner.post(f"{LESSON}done")
    assert (response.status_code, response.headers["Location"]) == (303, SECOND)
    assert progress(cast).done == {SPRINGS}
    page = learner.get(f"{SECOND}?lang=en").text
    assert "1 of 4 steps done." in page
    assert "enrols you" not in page
    assert "You have done this lesson" in learner.get(f"{LESSON}?lang=en").text
    assert "已完成1步" in learner.get(f"{SECOND}?lang=zh-Hans").text


def test_the_last_lesson_leads_back_to_the_course(login_as, cast):
    response = login_as("learner").post(f"/courses/{SOIL}/layers/done")
    assert response.headers["Location"] == f"/courses/{SOIL}/"
    page = login_as("learner").get(f"/courses/{SOIL}/?lang=en").text
    assert "You have completed this course" in page
    assert "Your certificates" not in page, "this course earns none"


def test_the_lesson_that_completes_the_course_leads_to_the_course_that_says_so(login_as, cast, water):
    finish(cast.learner, water, RIVERS, FINAL)
    db.session.commit()
    learner = login_as("learner")
    assert learner.post(f"{LESSON}done").headers["Location"] == COURSE
    page = learner.get(f"{COURSE}?lang=en").text
    assert "You have completed this course" in page
    assert "Your certificates" in page
    assert learner.post(f"{LESSON}done").headers["Location"] == SECOND, "afterwards one reads on"


def test_a_learner_takes_up_where_they_stopped_on_another_device(login_as, cast, water, at):
    at(NOON)
    finish(cast.learner, water, SPRINGS)
    db.session.commit()
    page = login_as("learner").get(f"{COURSE}?lang=en").text
    assert re.search(rf'<a[^>]*class="btn[^>]*href="{SECOND}"|<a[^>]*href="{SECOND}"[^>]*class="btn', page)


def test_what_the_rule_still_asks_for_is_listed_in_the_courses_order(app, cast, water):
    finish(cast.learner, water, RIVERS)
    with app.test_request_context():
        found = outline(water, queries.learner(cast.ids["learner"], water.id))
        missing = [each.step.id for each in found.missing]
    assert missing == [each for each in water.completion.steps if each != RIVERS]


def test_how_far_a_course_is_stands_only_where_somebody_takes_it(client, login_as, cast):
    assert "Not started" not in client.get("/courses/?lang=en").text
    learner = login_as("learner")
    learner.post(f"{COURSE}enrol")
    page = learner.get("/courses/?lang=en").text
    assert page.count("In progress") == 1
    assert "Not started" not in page


def test_a_lesson_can_be_opened_again_and_says_so(login_as, cast, water):
    finish(cast.learner, water, SPRINGS)
    db.session.commit()
    learner = login_as("learner")
    response = learner.post(f"{LESSON}reopen?lang=en")
    assert (response.status_code, response.headers["Location"]) == (303, LESSON)
    assert progress(cast).done == frozenset()
    page = learner.get(f"{LESSON}?lang=en").text
    assert "This lesson is open again." in page
    assert f"{LESSON}done" in page


def test_a_completed_course_stays_completed_when_a_lesson_is_opened_again(login_as, cast, water):
    complete(cast.learner, water)
    db.session.commit()
    learner = login_as("learner")
    learner.post(f"{LESSON}reopen")
    assert "You have completed this course" in learner.get(f"{COURSE}?lang=en").text


def form_tokens(page) -> set[str]:
    return set(re.findall(r'name="csrf_token" value="([^"]*)"', page.text)) | set(re.findall(r'data-reading-token="([^"]*)"', page.text))


@pytest.mark.parametrize("address", [COURSE, LESSON, "/courses/"])
def test_parts_kept_for_all_readers_hold_the_form_token_of_none(login_as, address):
    learner = login_as("learner")
    mine = [form_tokens(learner.get(address)) for _turn in range(2)]
    others = form_tokens(login_as("outsider").get(address))
    assert all(len(tokens) == 1 for tokens in (*mine, others)), "one reader, one token"
    assert not set().union(*mine) & others
    assert mine[0] == mine[1]
    assert not any("\x02" in token for token in others), "every hole is filled"


def test_the_progress_of_one_learner_is_not_anothers(login_as, cast, water):
    finish(cast.learner, water, SPRINGS)
    db.session.commit()
    page = login_as("outsider").get(f"{COURSE}?lang=en").text
    assert "Enrol and begin" in page
    assert "steps done" not in page


@pytest.fixture
def many(cast, water, soil):
    """Progress of several people: a page must not ask more for it."""
    for person in (cast.learner, cast.second_learner, cast.outsider, cast.trainer):
        finish(person, water, SPRINGS, RIVERS)
        enrol(person, soil, NOON + timedelta(hours=1))
    db.session.commit()


@pytest.mark.parametrize(("address", "budget"), [(LESSON, 3), (COURSE, 4), ("/courses/", 4)])
def test_pages_of_a_signed_in_reader_keep_their_budget(login_as, many, max_queries, address, budget):
    learner = login_as("learner")
    with max_queries(budget):
        assert learner.get(address).status_code == 200


@pytest.mark.parametrize("address", [LESSON, COURSE, "/courses/"])
def test_pages_of_a_visitor_ask_the_database_nothing(client, many, max_queries, address):
    with max_queries(0):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("who", ["visitor", "learner"])
def test_reading_pages_writes_nothing(client, login_as, many, who):
    reader = client if who == "visitor" else login_as(who)
    tables = (Enrolment, StepProgress, ReadingReport, ParticipationEvent)
    before = [db.session.query(table).count() for table in tables]
    for address in ("/courses/", COURSE, LESSON, SECOND):
        assert reader.get(address).status_code == 200
    assert [db.session.query(table).count() for table in tables] == before


def test_the_page_carries_a_ticket_with_which_its_reading_can_be_reported(client):
    page = client.get(LESSON).text
    ticket = re.search(r'data-reading="([^"]+)"', page)[1]
    assert re.search(r'data-reading-to="([^"]+)"', page)[1] == "/learning/reading"
    assert client.post("/learning/reading", data={"ticket": ticket, "seconds": "5"}).status_code == 204


def test_reports_of_one_address_are_limited_and_none_is_kept_beyond(database, client, at):
    at(datetime(2026, 9, 14, 4, tzinfo=UTC))
    with unit_of_work():
        db.session.add(LimitCounter(
            key=limits._hashed("reading from 127.0.0.1"), hits=2_999, window_ends=datetime(2026, 9, 14, 4, 10, tzinfo=UTC),
        ))

    def report():
        ticket = re.search(r'data-reading="([^"]+)"', client.get(LESSON).text)[1]
        return client.post("/learning/reading", data={"ticket": ticket, "seconds": "5"}).status_code

    assert [report(), report()] == [204, 429]
    assert db.session.query(ParticipationEvent).filter_by(kind=EventKind.VIEWED).count() == 1
    at(datetime(2026, 9, 14, 4, 11, tzinfo=UTC))
    assert report() == 204


def test_every_showing_has_a_ticket_of_its_own(client):
    tickets = {re.search(r'data-reading="([^"]+)"', client.get(LESSON).text)[1] for _showing in range(2)}
    assert len(tickets) == 2


def test_an_act_without_the_forms_token_is_refused(app, login_as, cast):
    learner = login_as("learner")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert learner.post(f"{LESSON}done").status_code == 400
        page = learner.get(LESSON).text
        token = re.search(rf'action="{LESSON}done".*?name="csrf_token" value="([^"]+)"', page, re.DOTALL)[1]
        assert learner.post(f"{LESSON}done", data={"csrf_token": token}).status_code == 303
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert progress(cast).done == {SPRINGS}
