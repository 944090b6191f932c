"""Planning a survey, changing it, asking people, closing and opening it again; invitations and reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.questionnaires.sheet_definition import QUESTIONNAIRE as WITH_FILES
from tests.questionnaires.survey_world import ANSWER, NOW, QUESTIONS, make
from webapp.accounts import services as accounts
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.services import store_revisions
from webapp.questionnaires import jobs, services_surveys
from webapp.questionnaires.forms_surveys import days_of
from webapp.questionnaires.models import QuestionnairePublication
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.questionnaires.rules_surveys import NoFilesWithoutName, Phase, phase_of, rounds_due, shows_results
from webapp.questionnaires.services_surveys import Plan

FORM = {
    "questionnaire": "needs", "title": "  Needs of   the county ", "mode": "anonymous", "opens_at": "2026-11-21T09:00",
    "closes_at": "2026-12-01T18:00", "remind_days": "1，7", "by_link": "y",
}


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


@pytest.fixture(autouse=True)
def _published(app):
    with unit_of_work():
        store_revisions([QUESTIONS], NOW)
        db.session.add(QuestionnairePublication(questionnaire_id="needs", revision=QUESTIONS.revision, published_at=NOW))


def row(survey_id):
    return db.session.get_one(Survey, survey_id, populate_existing=True)


def mails():
    return list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)))


def actions():
    wanted = select(AuditEntry.action).where(AuditEntry.subject_kind == "survey").order_by(AuditEntry.number)
    return list(db.session.scalars(wanted))


def test_a_trainer_plans_a_survey_for_a_place_of_theirs(database, cast, login_as):
    browser = login_as("trainer")
    assert "Plan the survey" in browser.get("/surveys/new?lang=en").text
    sent = {**FORM, "place_id": str(cast.places.county.id), "key": "k1"}
    first = browser.post("/surveys/new", data=sent)
    assert first.status_code == 303
    assert browser.post("/surveys/new", data=sent).location == first.location, "a second click makes no second survey"
    [survey] = db.session.scalars(select(Survey))
    assert survey.title == "Needs of the county"
    assert survey.mode is SurveyMode.ANONYMOUS
    assert survey.opens_at.isoformat() == "2026-11-21T01:00:00+00:00", "typed in the programme's zone"
    assert survey.remind_days == [7, 1]
    assert survey.link_code
    assert actions() == ["survey.created"]
    page = browser.get(f"/surveys/{survey.id}/?lang=en").text
    assert f"/answer/{survey.link_code}" in page
    assert "Needs of the county" in browser.get("/surveys/?lang=en&q=county&state=planned").text
    assert "There is no survey here" in browser.get("/surveys/?lang=en&state=closed").text


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("mode", "", "those who answer must know"), ("closes_at", "2026-11-21T08:00", "comes after the opening"),
    ("opens_at", "soon", "Please write day and time"), ("remind_days", "90", "whole numbers from 1 to 60"),
    ("questionnaire", "nothing", "choose one from the list"), ("place_id", "", "a place that you look after"),
])
def test_what_cannot_be_is_said_at_its_field(database, cast, login_as, field, value, sentence):
    answer = login_as("trainer").post("/surveys/new?lang=en", data={**FORM, "place_id": str(cast.places.county.id), field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not list(db.session.scalars(select(Survey)))


def test_a_place_of_somebody_else_is_refused(database, cast, login_as):
    answer = login_as("trainer").post("/surveys/new?lang=en", data={**FORM, "place_id": str(cast.places.other_county.id)})
    assert answer.status_code == 422
    assert "a place that you look after" in answer.text


def test_outsiders_and_learners_find_no_surveys(database, cast, login_as):
    survey = make(cast)
    for name in ("learner", "outsider", "other_county"):
        browser = login_as(name)
        for page in ("", "edit", "people/", "people/add", "paper", "close", "results"):
            assert browser.get(f"/surveys/{survey}/{page}").status_code == 404, (name, page)
    assert login_as("learner").get("/surveys/").status_code == 404
    assert str(survey) not in login_as("other_county").get("/surveys/").text
    assert str(survey) in login_as("staff").get("/surveys/").text


def test_pages_ask_few_questions_whatever_the_number_of_people(database, cast, login_as, max_queries):
    survey, browser = make(cast, people=("learner", "second_learner")), login_as("trainer")
    for page in ("", "edit", "people/", "people/add", "paper"):
        with max_queries(8):
            assert browser.get(f"/surveys/{survey}/{page}").status_code == 200, page
    with max_queries(8):
        browser.get("/surveys/")


def test_while_it_is_planned_everything_changes_and_afterwards_only_what_is_fair(database, cast, login_as, at):
    browser = login_as("trainer")
    survey = make(cast, opens_at=NOW + timedelta(days=1))
    place = str(cast.places.county.id)
    browser.post(f"/surveys/{survey}/edit", data={**FORM, "place_id": place, "mode": "named"})
    assert row(survey).mode is SurveyMode.NAMED
    assert row(survey).title == "Needs of the county"
    at(NOW + timedelta(days=2))
    learner, browser = login_as("learner"), login_as("trainer")
    opened = row(survey).opens_at
    later = {**FORM, "place_id": place, "mode": "named", "opens_at": "2026-11-29T09:00", "title": "Later"}
    browser.post(f"/surveys/{survey}/edit", data=later)
    assert row(survey).opens_at == opened
    assert row(survey).title == "Later"
    learner.post(f"/surveys/{survey}/answer")
    answer = browser.post(f"/surveys/{survey}/edit?lang=en", data={**FORM, "place_id": place, "mode": "anonymous"})
    assert answer.status_code == 422
    assert "can no longer be changed" in answer.text
    assert row(survey).mode is SurveyMode.NAMED


def test_the_questionnaire_is_frozen_at_the_opening(database, cast):
    survey = row(make(cast))
    other = type(QUESTIONS).from_content({**QUESTIONS.to_content(), "minutes": 9})
    with unit_of_work():
        services_surveys.change(
            survey=survey, questionnaire=other, plan=Plan("x", survey.mode, survey.place_id, survey.opens_at, survey.closes_at),
            actor_id=cast.ids["trainer"], now=NOW,
        )
    assert row(survey.id).revision == QUESTIONS.revision
    assert row(survey.id).link_code is None


def test_closing_ends_it_at_once_and_opening_again_lets_people_answer(database, cast, login_as):
    survey, browser = make(cast), login_as("trainer")
    assert "Nobody can answer online" in browser.get(f"/surveys/{survey}/close?lang=en").text
    browser.post(f"/surveys/{survey}/close")
    assert phase_of(row(survey).opens_at, row(survey).closes_at, NOW) is Phase.CLOSED
    learner = login_as("learner")
    assert learner.post(f"/surveys/{survey}/answer", data={**ANSWER, "_send": "1"}).status_code == 409
    refused = browser.post(f"/surveys/{survey}/reopen?lang=en", data={"closes_at": "2026-11-01T09:00"})
    assert refused.status_code == 422
    browser.post(f"/surveys/{survey}/reopen", data={"closes_at": "2026-11-30T09:00"})
    assert learner.post(f"/surveys/{survey}/answer", data={**ANSWER, "_send": "1"}).status_code == 303
    assert actions() == ["survey.created", "survey.people_asked", "survey.closed", "survey.reopened"]


def test_a_questionnaire_that_asks_for_files_needs_names(database, cast):
    for more in ({"mode": SurveyMode.ANONYMOUS}, {"mode": SurveyMode.NAMED, "by_link": True}):
        with pytest.raises(NoFilesWithoutName):
            make(cast, questionnaire=WITH_FILES, **more)


# People.

def test_people_are_found_by_pasted_lines_and_the_others_stay_in_the_field(database, cast, login_as):
    survey, browser = make(cast, people=()), login_as("trainer")
    lines = "learner@example.org\n 李建国 \nnobody@example.org\n张三丰\nother_county@example.org"
    answer = browser.post(f"/surveys/{survey}/people/paste?lang=en", data={"lines": lines, "group": "Bureau"})
    assert answer.status_code == 422
    asked = {part.person_id: part.group for part in db.session.scalars(select(SurveyPerson))}
    assert asked == {cast.ids["learner"]: "Bureau", cast.ids["trainer"]: "Bureau"}
    assert "3 lines are nobody who can be asked" in answer.text
    assert "other_county@example.org" in answer.text.split("<textarea")[1], "people of other places are nobody here"
    assert browser.post(f"/surveys/{survey}/people/paste", data={"lines": "learner@example.org"}).status_code == 303
    assert len(list(db.session.scalars(select(SurveyPerson)))) == 2


def test_people_are_added_from_the_list_in_groups(database, cast, login_as):
    survey, browser = make(cast, people=("learner",)), login_as("trainer")
    page = browser.get(f"/surveys/{survey}/people/add?lang=en").text
    assert str(cast.ids["trainer"]) in page
    assert str(cast.ids["other_county"]) not in page
    assert str(cast.ids["learner"]) not in page, "asked already"
    preview = browser.post(f"/surveys/{survey}/people/preview?lang=en", data={"all": "1"}).text
    token = preview.split('name="token" value="')[1].split('"')[0]
    assert browser.post(f"/surveys/{survey}/people/ask?lang=en", data={"token": token, "grouping": "moon"}).status_code == 422
    assert browser.post(f"/surveys/{survey}/people/ask?lang=en", data={"token": token, "grouping": "place"}).status_code == 303
    groups = {part.person_id: part.group for part in db.session.scalars(select(SurveyPerson))}
    assert groups[cast.ids["learner"]] == "", "who was asked before stays as they were"
    assert "Chang" in groups[cast.ids["trainer"]]


def test_people_are_taken_off_only_where_that_tells_nothing(database, cast, login_as):
    quiet, named, planned = make(cast), make(cast, mode=SurveyMode.NAMED), make(cast, opens_at=NOW + timedelta(days=1))
    browser, chosen = login_as("trainer"), {"id": str(cast.ids["learner"])}
    login_as("learner").post(f"/surveys/{named}/answer")
    for survey, left in ((quiet, 1), (named, 1), (planned, 0)):
        browser.post(f"/surveys/{survey}/people/take-off", data=chosen)
        assert len(list(db.session.scalars(select(SurveyPerson).where(SurveyPerson.survey_id == survey)))) == left


# Mails.

def test_people_are_invited_once_and_reminded_once_a_round_until_they_answer(database, cast, login_as, at):
    survey = make(cast, people=("learner", "second_learner"), opens_at=NOW, remind_days=(3, 1))
    with unit_of_work():
        accounts.create_person(name="No address", language="en", now=NOW, place=cast.places.county)
    for _run in range(2):
        jobs.send_surveys(NOW)
    assert sorted(mail.recipient for mail in mails()) == ["learner@example.org", "second_learner@example.org"]
    assert all(f"/surveys/{survey}/answer" in mail.text for mail in mails())
    login_as("learner").post(f"/surveys/{survey}/answer", data={**ANSWER, "_send": "1"})
    for days, expected in ((6, 2), (7, 3), (8, 3), (9, 4), (9.5, 4), (11, 4)):
        at(NOW + timedelta(days=days))
        for _run in range(2):
            jobs.send_surveys(NOW + timedelta(days=days))
        assert len(mails()) == expected, days
    assert {mail.recipient for mail in mails()[2:]} == {"second_learner@example.org"}
    assert db.session.get_one(Survey, survey).announced_at is not None


def test_who_is_asked_late_gets_no_reminder_that_is_past(database, cast):
    survey = make(cast, people=(), closes_at=NOW + timedelta(days=2), remind_days=(7, 1))
    with unit_of_work():
        services_surveys.ask(survey=row(survey), people={cast.ids["learner"]: ""}, actor_id=cast.ids["trainer"], now=NOW)
    jobs.send_surveys(NOW)
    assert len(mails()) == 1
    jobs.send_surveys(NOW + timedelta(days=1))
    assert len(mails()) == 2


def test_before_the_opening_nobody_is_invited(database, cast):
    make(cast, opens_at=NOW + timedelta(hours=1))
    jobs.send_surveys(NOW)
    assert not mails()


# Rules.

@given(st.lists(st.integers(1, 60), max_size=5, unique=True), st.integers(-5, 80))
def test_a_reminder_is_due_from_its_day_on(days, left):
    assert rounds_due(NOW + timedelta(days=left), days, NOW) == sum(day >= left for day in days)


@given(st.text(max_size=20))
def test_whatever_is_typed_as_days_is_a_list_or_nothing(typed):
    days = days_of(typed)
    assert days is None or (days == sorted(set(days), reverse=True) and all(1 <= day <= 60 for day in days))


@pytest.mark.parametrize(("mode", "answers", "shown"), [
    (SurveyMode.ANONYMOUS, 4, False), (SurveyMode.ANONYMOUS, 5, True), (SurveyMode.NAMED, 1, True), (SurveyMode.NAMED, 0, False),
])
def test_results_without_names_wait_for_five(mode, answers, shown):
    assert shows_results(mode, answers) is shown
