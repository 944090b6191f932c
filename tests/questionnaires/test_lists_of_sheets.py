"""One's own sheets, those to read, and the library."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.questionnaires.conftest import NOW
from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Kind
from webapp.courses.questionnaire.reading import read_text
from webapp.courses.questionnaire.shipped import surveys
from webapp.courses.services import store_revisions
from webapp.questionnaires import blank, library, services
from webapp.questionnaires.models import QuestionnairePublication, Sheet, SheetState

SHIPPED = "plan-alignment"


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def test_without_a_sheet_the_page_says_how_one_begins(database, login_as):
    assert "You have no sheets yet" in login_as("outsider").get("/sheets/?lang=en").text


def test_the_list_says_state_progress_others_and_open_conflicts(database, desk, mate):
    desk.send(("plan-name", "Plan"), ("objectives/aaaaaaaa", {"at": "a0"}))
    base = desk.sheet.version
    desk.send(("level", "county"), base=base)
    mate.send(("level", "city"), base=base)
    page = desk.client.get("/sheets/?lang=en").text
    # Two are asked of cities only.
    asked = len(QUESTIONNAIRE.answerable) - 2
    for words in ("County plan and the goals", "Draft", f"2 of {asked} fields", "Amina Diallo", "1 place with two versions"):
        assert words in page, words
    assert "2 places with two versions" not in page


def test_the_list_costs_the_same_for_one_sheet_and_for_thirty(database, desk, begin, max_queries):
    with max_queries(8) as one:
        desk.client.get("/sheets/?lang=en")
    for _each in range(30):
        begin()
    with max_queries(len(one)):
        assert desk.client.get("/sheets/?lang=en").status_code == 200
    assert desk.client.get("/sheets/?page=2&lang=en").status_code == 200


def test_a_trainer_sees_how_many_wait_and_reads_them_oldest_first(database, desk, begin, cast, login_as, max_queries):
    with unit_of_work():
        for hours, sheet_id in enumerate([desk.id, begin(), begin(cast.other_county)]):
            sheet, moment = db.session.get_one(Sheet, sheet_id), NOW - timedelta(hours=hours)
            services.move(sheet=sheet, to=SheetState.SHARED, person_id=cast.ids["learner"], now=moment)
    trainer = login_as("trainer")
    with max_queries(8):
        assert "To read (2)" in trainer.get("/sheets/?lang=en").text
    with max_queries(8):
        page = trainer.get("/sheets/review?state=shared&lang=en").text
    assert page.count("County plan and the goals</a>") == 2
    assert "刘洋" not in page
    assert "刘洋" in login_as("staff").get("/sheets/review?lang=en").text
    assert "No sheet waits here" in trainer.get("/sheets/review?state=done&lang=en").text
    assert trainer.get(f"/sheets/review?questionnaire={QUESTIONNAIRE.id}&lang=en").text.count("County plan and the goals</a>") == 2
    assert trainer.get("/sheets/review?questionnaire=other").status_code == 400
    assert trainer.post("/sheets/review/export/csv", data={"state": "shared"}).status_code == 200
    assert login_as("learner").get("/sheets/review").status_code == 404


def test_a_draft_waits_for_nobody_else(database, desk, login_as):
    assert "County plan" not in login_as("trainer").get("/sheets/review?lang=en").text


def test_a_sheet_begins_once_whatever_is_clicked_and_opens_where_it_was_left(database, login_as):
    browser = login_as("trainer")
    first = browser.post("/sheets/", data={"questionnaire": SHIPPED, "key": "k1", "title": "Chang'an"})
    second = browser.post("/sheets/", data={"questionnaire": SHIPPED, "key": "k1", "title": "Chang'an"})
    assert first.location == second.location
    assert db.session.scalar(select(func.count()).select_from(Sheet)) == 1
    sections = [each.id for each in surveys()[SHIPPED].sections]
    assert browser.get(first.location).location.endswith(f"/{sections[0]}")
    browser.post(f"{first.location}changes", json={"since": 0, "changes": [], "section": sections[1]})
    assert browser.get(first.location).location.endswith(f"/{sections[1]}")
    assert login_as("learner").post("/sheets/", data={"questionnaire": SHIPPED}).status_code == 404
    assert browser.post("/sheets/", data={"questionnaire": "nothing"}).status_code == 404


@pytest.mark.parametrize("name", ["learner", "outsider"])
def test_the_library_is_for_those_who_use_or_write_questionnaires(database, login_as, name):
    browser = login_as(name)
    for tail in ("", f"{SHIPPED}/", f"{SHIPPED}.yaml", f"{SHIPPED}/form", f"exercises/tot-1-introduction/{SHIPPED}/"):
        assert browser.get(f"/questionnaires/{tail}").status_code == 404, tail


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_shipped_questionnaire_is_shown_in_full(database, login_as, language, max_queries):
    browser = login_as("author")
    assert surveys()
    for one in surveys().values():
        for tail in ("", "?show=both", "form"):
            address = f"/questionnaires/{one.id}/{tail}"
            with max_queries(8):
                page = browser.get(address, query_string={"lang": language} if "?" not in tail else None)
            assert page.status_code == 200, address
        words = blank.preview(one, language)
        page = browser.get(f"/questionnaires/{one.id}/?show={language}&lang={language}").text
        for part in words.parts:
            assert str(part.asked[0].label) in page
    assert str(surveys()[SHIPPED].title[language]) in browser.get(f"/questionnaires/?lang={language}").text


def test_the_file_can_be_read_back(database, login_as):
    answer = login_as("trainer").get(f"/questionnaires/{SHIPPED}.yaml")
    assert read_text(answer.text, SHIPPED, "again.yaml").revision == surveys()[SHIPPED].revision
    assert f'filename="{SHIPPED}.yaml"' in answer.headers["Content-Disposition"]


def test_search_and_kind_narrow_the_library(database, login_as):
    browser = login_as("staff")
    everything = browser.get("/questionnaires/?lang=en").text.count('class="no"')
    assert everything == len(surveys()) + len(library.exercises())
    found = browser.get("/questionnaires/?q=alignment&lang=en").text
    assert f"/questionnaires/{SHIPPED}/" in found
    assert browser.get("/questionnaires/?q=%E5%AF%B9%E6%8E%A5&lang=en").text.count(f"/questionnaires/{SHIPPED}/") == 1
    assert "Nothing in the list matches" in browser.get("/questionnaires/?q=zzz&lang=en").text
    for kind in Kind:
        assert browser.get(f"/questionnaires/?kind={kind.value}&lang=en").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_worksheets_of_courses_stand_apart_are_shown_printed_and_begun_in_their_course(database, login_as, language, max_queries):
    browser = login_as("trainer")
    page = browser.get(f"/questionnaires/?lang={language}").text.split('id="exercises"')[1]
    listed = library.exercises()
    assert len(listed) >= 5
    for each in listed:
        home = f"/questionnaires/exercises/{each.course.id}/{each.exercise.id}/"
        assert f'href="{home}"' in page
        for tail in ("", "?show=both", "form"):
            joint = "&" if "?" in tail else "?"
            with max_queries(4):
                shown = browser.get(f"{home}{tail}{joint}lang={language}")
            assert shown.status_code == 200, tail
            assert each.exercise.questionnaire.title[language] in shown.text
        assert f'href="/courses/{each.course.id}/{each.exercise.id}/"' in browser.get(home).text


def test_worksheets_of_courses_are_found_by_words_and_kind(database, login_as):
    browser = login_as("trainer")
    assert "stakeholder-map" in browser.get("/questionnaires/?q=stakeholder&lang=en").text.split('id="exercises"')[1]
    assert 'id="exercises"' not in browser.get("/questionnaires/?kind=survey&lang=en").text
    for tail in ("tot-1-introduction/from-mdgs-to-sdgs/", "tot-1-introduction/nothing/", "nothing/plan-alignment/form"):
        assert browser.get(f"/questionnaires/exercises/{tail}").status_code == 404, tail


def test_what_was_published_here_stands_in_place_of_the_file(database, login_as):
    with unit_of_work():
        store_revisions([QUESTIONNAIRE], NOW)
        db.session.add(QuestionnairePublication(questionnaire_id=QUESTIONNAIRE.id, revision=QUESTIONNAIRE.revision, published_at=NOW))
    assert "County plan and the goals" in login_as("trainer").get("/questionnaires/?lang=en").text
    assert library.volume(QUESTIONNAIRE.id).published_at == NOW
    assert set(library.volumes()) == {*surveys(), QUESTIONNAIRE.id}
    assert library.volume("nothing") is None


def test_the_page_of_ones_learning_shows_what_waits(database, desk, login_as, max_queries):
    with max_queries(8):
        page = desk.client.get("/me/?lang=en").text
    assert f"/sheets/{desk.id}/" in page
    assert "Draft" in page
    desk.send(("plan-name", "Plan"))
    desk.client.post(f"{desk.url}state", data={"to": "shared"})
    assert f"/sheets/{desk.id}/" not in desk.client.get("/me/?lang=en").text
    with max_queries(8):
        assert "1 sheet waits for your feedback" in login_as("trainer").get("/me/?lang=en").text
    assert "waits for your feedback" not in login_as("outsider").get("/me/?lang=en").text
