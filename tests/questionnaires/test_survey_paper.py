"""Surveys on paper: forms with codes, and tables of what was written on them."""

from __future__ import annotations

import csv
import io

import pikepdf
import pytest
from sqlalchemy import select

from tests.questionnaires.survey_world import NOW, QUESTIONS, make
from webapp.core.database import db
from webapp.core.ids import new_code
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import queries, services_answers
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyMode


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def codes_of(survey_id, count=3, people=None):
    with unit_of_work():
        made = services_answers.make_codes(survey=db.session.get_one(Survey, survey_id), people=people, count=count)
    return [code for code, _person in made]


def table(*rows):
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return {"file": (io.BytesIO(file.getvalue().encode("utf-8-sig")), "answers.csv")}


HEAD = ["code", "know · How well do you know the goals?", "used", "topics", "agree/time", "order"]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("mode", list(SurveyMode))
def test_forms_are_printed_with_a_code_each(database, cast, login_as, mode, language):
    survey = make(cast, mode=mode, people=("learner", "second_learner"))
    answer = login_as("trainer").post(f"/surveys/{survey}/paper/forms", data={"language": language, "count": "2"})
    assert answer.content_type == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as file:
        assert len(file.pages) >= 2
        assert str(file.Root.Lang).startswith(language[:2])
    rows = list(db.session.scalars(select(SurveyCode)))
    assert len(rows) == 2
    assert {row.person_id for row in rows} == ({cast.ids["learner"], cast.ids["second_learner"]} if mode is SurveyMode.NAMED else {None})


@pytest.mark.parametrize("count", ["0", "101", "many", "", "²"])
def test_only_a_number_of_forms_is_a_number(database, cast, login_as, count):
    answer = login_as("trainer").post(f"/surveys/{make(cast)}/paper/forms?lang=en", data={"count": count})
    assert answer.status_code == 422
    assert "a whole number from 1 to 100" in answer.text


def test_the_empty_table_names_the_code_and_every_question_that_fits_a_cell(database, cast, login_as):
    text = login_as("trainer").get(f"/surveys/{make(cast)}/paper/table.csv?lang=en").data.decode("utf-8-sig")
    head = next(csv.reader(io.StringIO(text)))
    assert head[:2] == HEAD[:2]
    assert any(cell.startswith("agree/time · ") for cell in head)
    assert not any(cell.startswith("past") for cell in head)


def test_a_table_brings_in_all_its_rows(database, cast, login_as):
    survey = make(cast)
    first, second, _third = codes_of(survey)
    rows = [HEAD, [first.lower(), "5", "否", "Planning; Data", "Yes", "供水；道路"], [second, "1", "Somewhere else", "", "no", ""], [""]]
    assert login_as("trainer").post(f"/surveys/{survey}/paper/table", data=table(*rows)).status_code == 303
    found = [queries.stored(sheet.id).values for sheet in db.session.scalars(select(Sheet))]
    assert {"know": 5, "used": "no", "topics": ["plan", "data"], "agree/time": "yes", "order": ["water", "roads"]} in found
    assert {"know": 1, "used": "other:Somewhere else", "agree/time": "no"} in found


def test_a_table_with_wrong_rows_brings_in_nothing_and_names_each(database, cast, login_as):
    survey = make(cast)
    first, second, third = codes_of(survey)
    with unit_of_work():
        services_answers.use_code(
            survey=db.session.get_one(Survey, survey), questionnaire=QUESTIONS, code=third, values={"know": 1}, language="en", now=NOW,
        )
    rows = [
        HEAD, [first, "9", "no", "", "", ""], [first, "1", "no", "", "", ""], ["nonsense", "1", "no", "", "", ""],
        [second, "", "no", "Moon", "", ""],
    ]
    page = login_as("trainer").post(f"/surveys/{survey}/paper/table?lang=en", data=table(*rows))
    assert page.status_code == 422
    for words in ("Row 2, know", "Row 3, code: Row 2 has the same code", "Row 4, code: This is no code", "Row 5, topics"):
        assert words in page.text, words
    rows = [HEAD, [first, "1", "no", "", "", ""], [third, "1", "no", "", "", ""], [new_code(), "1", "no", "", "", ""]]
    page = login_as("trainer").post(f"/surveys/{survey}/paper/table?lang=en", data=table(*rows))
    assert page.status_code == 422
    assert "Row 3, code: This survey has been answered already" in page.text
    assert "Row 4, code: No survey has this code" in page.text
    assert len(list(db.session.scalars(select(Sheet)))) == 1
    assert not db.session.scalar(select(SurveyCode.used).where(SurveyCode.code_hash == services_answers.hashed(first)))


@pytest.mark.parametrize(("rows", "sentence"), [
    ([["code", "moon"], ["x", "1"]], "No question has this name"), ([["know"], ["1"]], "There is no column “code”"),
    ([["code", "know", "know"]], "This column is there twice"), ([["code", "know"]], "holds no answers"),
])
def test_a_table_of_something_else_is_refused(database, cast, login_as, rows, sentence):
    page = login_as("trainer").post(f"/surveys/{make(cast)}/paper/table?lang=en", data=table(*rows))
    assert page.status_code == 422
    assert sentence in page.text


def test_no_file_at_all_is_said(database, cast, login_as):
    assert login_as("trainer").post(f"/surveys/{make(cast)}/paper/table?lang=en", data={}).status_code == 422
