"""Answering: with a name, without one, by a link, on paper; once each, and never after the closing."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from tests.cast import assemble, signed_in_client
from tests.questionnaires.survey_world import ANSWER, NOW, make, ticket_in
from webapp.core.database import db
from webapp.core.ids import new_code
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import queries, services_answers
from webapp.questionnaires.models import Sheet, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson, SurveyTicket
from webapp.questionnaires.rules_surveys import HasAnswered


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def part(survey_id, person_id):
    return db.session.get(SurveyPerson, (survey_id, person_id), populate_existing=True)


def sheets(survey_id):
    return list(db.session.scalars(select(Sheet).where(Sheet.survey_id == survey_id)))


def send(client, url, ticket="", status=303, **fields):
    answer = client.post(f"{url}?lang=en", data={"_send": "1", "_ticket": ticket or "0" * 32, **ANSWER, **fields})
    assert answer.status_code == status, f"{answer.status} {answer.text[:3000]}"
    return answer


def test_somebody_answers_without_a_name(database, cast, login_as, max_queries):
    survey = make(cast)
    browser = login_as("learner")
    with max_queries(8):
        page = browser.get(f"/surveys/{survey}/answer?lang=en").text
    assert "Your answers are anonymous" in page
    done = send(browser, f"/surveys/{survey}/answer", ticket_in(page), topics=["plan", "data"], order=["roads", "water"])
    assert done.location.endswith("/thanks")
    assert "Your answer has arrived" in browser.get(f"{done.location}?lang=en").text
    [sheet] = sheets(survey)
    assert queries.stored(sheet.id).values == {
        "know": 4, "used": "no", "topics": ["plan", "data"], "order": ["roads", "water"], "wish": "More examples, please.",
    }
    assert sheet.state is SheetState.DONE
    assert part(survey, cast.ids["learner"]).answered
    assert "This survey has been answered" in browser.get(f"/surveys/{survey}/answer?lang=en").text


def test_the_same_page_sent_again_counts_once_and_another_page_not_at_all(database, cast, login_as):
    survey, browser = make(cast), login_as("learner")
    send(browser, f"/surveys/{survey}/answer", "a" * 32)
    send(browser, f"/surveys/{survey}/answer", "a" * 32)
    page = send(browser, f"/surveys/{survey}/answer", "b" * 32, 409, wish="Second thoughts").text
    assert "Each person answers once" in page
    assert "Second thoughts" in page, "what was typed is still there"
    assert len(sheets(survey)) == 1


def test_killed_between_the_two_steps_the_answer_comes_with_the_same_page_and_no_other(database, cast, login_as, at):
    survey, browser = make(cast), login_as("learner")
    with unit_of_work():
        services_answers.mark(survey=db.session.get_one(Survey, survey), person_id=cast.ids["learner"], ticket="c" * 32)
    send(browser, f"/surveys/{survey}/answer", "d" * 32, 409)
    at(NOW + timedelta(days=10, hours=23))
    send(login_as("learner"), f"/surveys/{survey}/answer", "c" * 32)
    assert len(sheets(survey)) == 1
    assert not db.session.scalar(select(func.count()).select_from(SurveyTicket))


def test_what_is_wrong_is_said_and_everything_typed_stays(database, cast, login_as):
    survey, browser = make(cast), login_as("learner")
    page = send(browser, f"/surveys/{survey}/answer", "e" * 32, 422, know="", used="yes", wish="Kept words").text
    assert page.count("needs another look") + page.count("need another look") == 1
    assert "Kept words" in page
    assert ticket_in(page) == "e" * 32
    assert not sheets(survey)
    assert not part(survey, cast.ids["learner"]).answered


def test_an_answer_to_a_question_that_does_not_apply_is_not_kept(database, cast, login_as):
    survey, browser = make(cast), login_as("learner")
    send(browser, f"/surveys/{survey}/answer", "f" * 32, where="In the plan")
    assert "where" not in queries.stored(sheets(survey)[0].id).values


def test_rows_are_added_without_scripts_and_empty_ones_are_not_kept(database, cast, login_as):
    survey, browser = make(cast), login_as("learner")
    url = f"/surveys/{survey}/answer"
    page = browser.post(f"{url}?lang=en", data={**ANSWER, "_row": "past:add", "_ticket": "1" * 32})
    assert page.status_code == 200
    row = page.text.split('name="past/')[1].split('"')[0]
    assert "More examples, please." in page.text
    send(browser, url, "1" * 32, **{f"past/{row}": "U000V", f"past/{row}/what": "Budget course", "past/00000000ffffffff": "U001V"})
    values = queries.stored(sheets(survey)[0].id).values
    assert values[f"past/{row}/what"] == "Budget course"
    assert "past/00000000ffffffff" not in values


def test_after_the_closing_nothing_is_taken_and_nothing_typed_is_lost(database, cast, login_as, at):
    survey, browser = make(cast), login_as("learner")
    at(NOW + timedelta(days=10))
    browser = login_as("learner")
    page = send(browser, f"/surveys/{survey}/answer", "2" * 32, 409).text
    assert "no answers are taken any more" in page
    assert "More examples, please." in page
    assert "This survey has closed" in browser.get(f"/surveys/{survey}/answer?lang=en").text
    at(NOW - timedelta(days=3))
    assert "This survey has not opened yet" in login_as("learner").get(f"/surveys/{survey}/answer?lang=en").text
    assert not sheets(survey)


def test_somebody_who_is_not_asked_finds_no_survey(database, cast, login_as):
    survey = make(cast, people=())
    for name in ("learner", "outsider", "trainer"):
        assert login_as(name).get(f"/surveys/{survey}/answer").status_code == 404
        assert login_as(name).post(f"/surveys/{survey}/answer", data=ANSWER).status_code == 404
        assert login_as(name).get(f"/surveys/{survey}/thanks").status_code == 404


def test_with_names_a_draft_is_a_sheet_that_saves_itself_and_is_sent_once(database, cast, login_as):
    survey, browser = make(cast, mode=SurveyMode.NAMED, group="Bureau"), login_as("learner")
    assert "kept with your name" in browser.get(f"/surveys/{survey}/answer?lang=en").text
    first = browser.post(f"/surveys/{survey}/answer").location
    assert browser.post(f"/surveys/{survey}/answer").location == first
    [sheet] = sheets(survey)
    refused = browser.post(f"/surveys/{survey}/hand-in?lang=en")
    assert refused.status_code == 422
    assert "at least one question" in refused.text
    page = browser.get(f"/sheets/{sheet.id}/more?lang=en").text
    assert f"/surveys/{survey}/hand-in" in page
    assert "data-talk=" not in page
    assert browser.post(f"/sheets/{sheet.id}/work", data={"know": "5", "used": "no", "_go": ""}).status_code == 303
    assert browser.post(f"/surveys/{survey}/hand-in").location.endswith("/thanks")
    assert browser.post(f"/surveys/{survey}/hand-in").status_code == 303
    [sheet] = sheets(survey)
    assert sheet.state is SheetState.DONE
    assert sheet.dimensions["group"] == "Bureau"
    assert sheet.dimensions["place"] == str(cast.places.county.id)
    assert browser.post(f"/sheets/{sheet.id}/work", data={"know": "1"}).status_code == 409
    assert browser.get(f"/sheets/{sheet.id}/people").status_code == 404
    assert browser.get(f"/sheets/{sheet.id}/state").status_code == 404


def test_a_draft_with_a_name_takes_nothing_after_the_closing_and_shows_what_was_typed(database, cast, login_as, at):
    survey, browser = make(cast, mode=SurveyMode.NAMED), login_as("learner")
    browser.post(f"/surveys/{survey}/answer")
    [sheet] = sheets(survey)
    at(NOW + timedelta(days=10))
    browser = login_as("learner")
    page = browser.post(f"/sheets/{sheet.id}/more?lang=en", data={"wish": "Too late a wish"})
    assert page.status_code == 409
    assert "no answers are taken any more" in page.text
    assert "Too late a wish" in page.text
    change = {"id": "0192d0a4-0000-7000-8000-000000000001", "path": "wish", "base": 0, "value": "x"}
    told = browser.post(f"/sheets/{sheet.id}/changes?lang=en", json={"since": 0, "changes": [change]})
    assert told.status_code == 409
    assert "no answers are taken any more" in told.get_json()["sentence"]
    assert browser.post(f"/surveys/{survey}/hand-in").status_code == 422
    assert not queries.stored(sheet.id).values


def test_whoever_has_the_link_answers_without_an_account_in_either_language(database, cast, client):
    survey = db.session.get_one(Survey, make(cast, mode=SurveyMode.NAMED, people=(), by_link=True))
    url = f"/answer/{survey.link_code}"
    assert "您的答案不会记名" in client.get(f"{url}?lang=zh-Hans").text
    page = client.get(f"{url}?lang=en").text
    for ticket in (ticket_in(page), ticket_in(page), "9" * 32):
        assert send(client, url, ticket).location.endswith("/thanks")
    found = sheets(survey.id)
    assert len(found) == 2, "a page sent twice is one answer"
    assert all(sheet.anonymous and sheet.dimensions == {} for sheet in found)
    assert client.get(f"{url}/thanks").status_code == 200


def test_a_code_that_nobody_made_leads_nowhere(database, client):
    assert client.get(f"/answer/{new_code()}").status_code == 404
    assert client.get("/answer/nonsense").status_code == 404
    for _try in range(30):
        assert client.post("/answer/?lang=en", data={"code": new_code()}).status_code == 422
    assert client.post("/answer/?lang=en", data={"code": new_code()}).status_code == 429


@pytest.mark.parametrize("mode", list(SurveyMode))
def test_a_paper_form_is_entered_once_also_after_the_closing_by_who_looks_after_it(database, cast, login_as, client, at, mode):
    survey_id = make(cast, mode=mode)
    survey = db.session.get_one(Survey, survey_id)
    people = [cast.ids["learner"]] if mode is SurveyMode.NAMED else None
    with unit_of_work():
        [(code, _person)] = services_answers.make_codes(survey=survey, people=people, count=1)
    at(NOW + timedelta(days=20))
    assert "This survey has closed" in client.get(f"/answer/{code}?lang=en").text
    send(client, f"/answer/{code}", status=409)
    trainer = login_as("trainer")
    assert trainer.post("/answer/", data={"code": f" {code.lower()} "}).location.endswith(f"/answer/{code}")
    assert send(trainer, f"/answer/{code}").location.endswith("/thanks")
    assert "Enter the next form" in trainer.get(f"/answer/{code}/thanks?lang=en").text
    send(trainer, f"/answer/{code}", status=409)
    [sheet] = sheets(survey_id)
    assert sheet.anonymous is (mode is SurveyMode.ANONYMOUS)
    assert part(survey_id, cast.ids["learner"]).answered is (mode is SurveyMode.NAMED)


def test_a_paper_form_with_a_name_comes_too_late_after_an_answer_and_takes_the_place_of_a_draft(database, cast, login_as):
    survey_id = make(cast, mode=SurveyMode.NAMED, people=("learner", "second_learner"))
    survey = db.session.get_one(Survey, survey_id)
    ids = [cast.ids["learner"], cast.ids["second_learner"]]
    with unit_of_work():
        codes = services_answers.make_codes(survey=survey, people=ids)
    browser = login_as("learner")
    browser.post(f"/surveys/{survey_id}/answer")
    [draft] = [sheet.id for sheet in sheets(survey_id)]
    browser.post(f"/sheets/{draft}/work", data={"know": "5", "used": "no"})
    send(login_as("trainer"), f"/answer/{codes[0][0]}")
    [sheet] = sheets(survey_id)
    assert sheet.id != draft
    assert queries.stored(sheet.id).values["know"] == 4
    assert "has been answered" in browser.get(f"/surveys/{survey_id}/answer?lang=en").text
    with unit_of_work():
        second = services_answers.make_codes(survey=survey, people=ids[:1])
    send(login_as("trainer"), f"/answer/{second[0][0]}", status=409)


def test_a_survey_waits_on_the_page_of_ones_own_learning(database, cast, login_as):
    survey, browser = make(cast), login_as("learner")
    assert f"/surveys/{survey}/answer" in browser.get("/me/?lang=en").text
    send(browser, f"/surveys/{survey}/answer", "3" * 32)
    assert f"/surveys/{survey}/answer" not in browser.get("/me/?lang=en").text


def test_two_workers_take_one_answer_of_one_person(committed):
    cast = assemble()
    survey_id = make(cast, opens_at=NOW - timedelta(days=1))
    gate, outcomes, person = Barrier(4), [], cast.ids["learner"]

    def one(ticket):
        with committed.app_context():
            survey = db.session.get_one(Survey, survey_id)
            db.session.rollback()
            gate.wait()
            try:
                with unit_of_work():
                    services_answers.mark(survey=survey, person_id=person, ticket=ticket)
                with unit_of_work():
                    services_answers.store(survey=survey, values={"know": 3}, ticket=ticket, dimensions={})
                outcomes.append("kept")
            except HasAnswered:
                outcomes.append("refused")

    threads = [Thread(target=one, args=(letter * 32,)) for letter in "aabc"]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sheets(survey_id)) == 1
    assert "kept" in outcomes
    assert len(outcomes) == 4


def test_two_tabs_begin_one_draft(committed):
    cast = assemble()
    survey_id = make(cast, mode=SurveyMode.NAMED)
    gate, found, sign_in = Barrier(3), [], cast.sign_in_ids["learner"]

    def one():
        with committed.app_context():
            browser = signed_in_client(committed, sign_in)
            gate.wait()
            found.append(browser.post(f"/surveys/{survey_id}/answer").location)

    threads = [Thread(target=one) for _number in range(3)]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(sheets(survey_id)) == 1
