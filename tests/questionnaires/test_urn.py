"""An anonymous survey and its results: nobody looks in while answers can come, and nothing comes in once somebody could have looked."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.questionnaires import survey_world
from tests.questionnaires.survey_world import ANSWER, NOW, ticket_in
from tests.questionnaires.test_survey_paper import HEAD, codes_of, table
from webapp.accounts.models import SignIn
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import personal_codes, queries_surveys, services_answers, services_surveys, urn
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.rules_surveys import ResultsAreOut

CLOSING = NOW + timedelta(hours=1)
CLOSED = NOW + timedelta(hours=2)
LATER = CLOSED + timedelta(days=5)


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def make(cast, mode=SurveyMode.ANONYMOUS):
    return survey_world.make(cast, mode=mode, closes_at=CLOSING)


def row_of(survey_id):
    return db.session.get_one(Survey, survey_id, populate_existing=True)


def answered(survey_id, count=5):
    with unit_of_work():
        for number in range(count):
            services_answers.write_unnamed(survey=row_of(survey_id), values={"know": 1 + number % 5}, sheet_id=uuid4(), dimensions={})


def results(browser, survey_id):
    return browser.get(f"/surveys/{survey_id}/results?lang=en").text


def test_results_wait_for_the_closing_and_then_the_survey_is_not_opened_again(database, cast, login_as, at):
    survey, trainer = make(cast), login_as("trainer")
    answered(survey)
    assert "Results are shown when the survey has closed" in results(trainer, survey)
    at(CLOSED)
    assert "5 answers" in results(trainer, survey)
    closing = {"closes_at": "2026-12-31T09:00"}
    assert "It is not opened again" in trainer.get(f"/surveys/{survey}/reopen?lang=en").text
    assert trainer.post(f"/surveys/{survey}/reopen", data=closing).status_code == 409
    with pytest.raises(ResultsAreOut), unit_of_work():
        services_surveys.reopen(survey=row_of(survey), closes_at=LATER, actor_id=cast.ids["trainer"], now=CLOSED)
    assert row_of(survey).closes_at == CLOSING


def test_a_later_closing_in_the_form_opens_it_no_more_than_the_button_does(database, cast, login_as, at):
    survey, trainer = make(cast), login_as("trainer")
    answered(survey)
    at(CLOSED)
    form = {
        "title": "Renamed", "mode": "anonymous", "questionnaire": "needs", "place_id": str(cast.places.county.id),
        "opens_at": "2026-11-19T14:00", "closes_at": "2026-12-31T09:00", "remind_days": "1",
    }
    refused = trainer.post(f"/surveys/{survey}/edit?lang=en", data=form)
    assert refused.status_code == 422
    assert "plan another round" in refused.text
    assert trainer.post(f"/surveys/{survey}/edit", data=form | {"closes_at": "2026-11-20T15:00"}).status_code == 303
    assert row_of(survey).title == "Renamed"


@pytest.mark.parametrize(("mode", "count"), [(SurveyMode.ANONYMOUS, 4), (SurveyMode.NAMED, 9)])
def test_where_nothing_was_shown_or_names_are_known_it_is_opened_again(database, cast, login_as, at, mode, count):
    survey, trainer = make(cast, mode=mode), login_as("trainer")
    answered(survey, count)
    at(CLOSED)
    assert trainer.post(f"/surveys/{survey}/reopen", data={"closes_at": "2026-12-31T09:00"}).status_code == 303
    assert row_of(survey).closes_at > CLOSED


def test_results_wait_for_printed_forms_until_these_are_said_to_be_all(database, cast, login_as, at):
    survey, trainer = make(cast), login_as("trainer")
    answered(survey)
    codes = codes_of(survey)
    at(CLOSED)
    assert "Results are shown when all paper forms are entered" in results(trainer, survey)
    assert trainer.get(f"/surveys/{survey}/results.csv").status_code == 409
    assert trainer.post(f"/answer/{codes[0]}", data={**ANSWER, "_send": "1", "_ticket": "x"}).status_code == 303
    assert "2 printed forms were not entered" in trainer.get(f"/surveys/{survey}/paper?lang=en").text
    assert trainer.post(f"/surveys/{survey}/paper/entered").status_code == 303
    assert "6 answers" in results(trainer, survey)
    assert trainer.get(f"/answer/{codes[1]}").status_code == 404
    assert trainer.post(f"/surveys/{survey}/paper/forms", data={"count": "3"}).status_code == 409
    assert "No more forms" in trainer.get(f"/surveys/{survey}/paper?lang=en").text


def test_when_every_form_is_entered_nobody_has_to_say_so(database, cast, login_as, at):
    survey, trainer = make(cast), login_as("trainer")
    codes = codes_of(survey, 5)
    at(CLOSED)
    rows = [[code, "3", "yes" if number == 1 else "no", "plan", "yes", ""] for number, code in enumerate(codes)]
    rows[1][2] = "no"
    assert trainer.post(f"/surveys/{survey}/paper/table", data=table(HEAD, *rows)).status_code == 303
    assert "5 answers" in results(trainer, survey)


def test_a_code_that_somebody_has_by_mail_holds_up_nothing_and_holds_no_longer(database, cast, login_as, at):
    survey, trainer = make(cast), login_as("trainer")
    answered(survey)
    with unit_of_work():
        sign_in = db.session.get_one(SignIn, cast.sign_in_ids["learner"])
        sign_in.password_hash = sign_in.verified_at = None
        personal_codes.hand_out(row_of(survey), [cast.ids["learner"]])
    code = personal_codes.code_of(survey, cast.ids["learner"])
    at(CLOSED)
    assert "5 answers" in results(trainer, survey)
    late = trainer.post(f"/answer/{code}?lang=en", data={**ANSWER, "_send": "1", "_ticket": "x"})
    assert late.status_code == 409
    assert "plan another round" in late.text
    assert queries_surveys.answers_of(survey) == 5


def test_an_answer_cut_off_at_the_closing_is_waited_for_a_day_and_no_longer(database, cast, login_as, at):
    survey, learner = make(cast), login_as("learner")
    answered(survey)
    ticket = ticket_in(learner.get(f"/surveys/{survey}/answer").text)
    with unit_of_work():
        services_answers.mark(survey=row_of(survey), person_id=cast.ids["learner"], ticket=ticket)
    at(CLOSING + timedelta(hours=23))
    assert "An answer is still under way" in results(login_as("trainer"), survey)
    again = {**ANSWER, "_send": "1", "_ticket": ticket}
    at(CLOSING + timedelta(hours=24))
    assert "5 answers" in results(login_as("trainer"), survey)
    assert login_as("learner").post(f"/surveys/{survey}/answer", data=again).status_code == 409
    at(CLOSING + timedelta(hours=23))
    assert login_as("learner").post(f"/surveys/{survey}/answer", data=again).status_code == 303
    at(CLOSING + timedelta(hours=25))
    assert login_as("learner").post(f"/surveys/{survey}/answer", data=again).status_code == 303, "it has arrived"
    assert "6 answers" in results(login_as("trainer"), survey)
    assert not urn.is_sealed(db.session.get_one(Survey, make(cast, mode=SurveyMode.NAMED)), LATER)
