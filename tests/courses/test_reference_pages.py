"""The pages of Goals, glossary and bibliography, and the field that searches them."""

from __future__ import annotations

import re

import pytest

from tests.courses.small_course import FILES, WITH_EXERCISE
from webapp.courses.catalogue import NEVER, Shelf
from webapp.courses.concerns import keys_of
from webapp.courses.library import library
from webapp.courses.search import index


@pytest.fixture
def site(app, client, shipped, monkeypatch):
    monkeypatch.setitem(app.extensions, "courses", Shelf(shipped, watch=0, follow=NEVER))
    monkeypatch.delitem(app.extensions, "search", raising=False)
    yield client
    app.extensions.pop("search", None)


def text_of(client, path, language="en"):
    response = client.get(path, query_string={"lang": language} if "?" not in path else None)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_all_goals_are_listed_with_what_deals_with_them(site):
    html = text_of(site, "/goals/")
    assert len(re.findall(r'class="goal" data-goal="\d+" href="/goals/\d+/"', html)) == 17
    assert "8 targets · 1 lesson · 1 question" in html


def test_a_goal_shows_its_targets_lessons_and_counts_but_no_question(site):
    html = text_of(site, "/goals/6/")
    assert html.count('<li id="target-6.') == 8
    assert "/courses/water/springs/" in html
    assert "1 question on “Water”" in html
    assert "What is a spring?" not in html
    assert "可持续" in text_of(site, "/goals/11/", "zh-Hans")


def with_exercise(shipped):
    (shipped / "water" / "exercises").mkdir()
    for path, text in WITH_EXERCISE.items():
        (shipped / "water" / path).write_text(text)


def test_worksheets_stand_with_their_goals_and_those_of_their_targets(site, shipped):
    with_exercise(shipped)
    for path in ("/goals/6/", "/goals/14/", "/goals/14/14.1/"):
        assert '<a href="/courses/water/sheet/">Spring sheet</a>' in text_of(site, path)


def test_a_target_shows_its_lessons_worksheets_and_counts_of_questions_and_so_does_its_goal(site, shipped):
    for tag in ("en", "zh-Hans"):
        path = shipped / "water" / "lessons" / f"springs.{tag}.md"
        path.write_text(path.read_text().replace("goals: [6]", 'goals: [6]\ntargets: ["15.1"]'))
    bank = shipped / "water" / "banks" / "water.yaml"
    bank.write_text(bank.read_text().replace("goal-6", "goal-6, target-15.1"))
    html = text_of(site, "/goals/15/15.1/")
    assert '<a href="/courses/water/springs/">Springs</a>' in html
    assert "1 question on “Water”" in html
    assert "What is a spring?" not in html
    goal = text_of(site, "/goals/15/")
    assert '<a href="/courses/water/springs/">Springs</a>' in goal
    assert "1 lesson · 1 question" in goal
    assert '<a class="num" href="/goals/15/15.1/">15.1</a>' in text_of(site, "/courses/water/springs/")


def test_a_target_that_nothing_concerns_says_so_and_leads_on(site):
    html = text_of(site, "/goals/11/11.7/")
    assert "deals with this target yet" in html
    assert 'href="/goals/11/11.6/" rel="prev"' in html
    assert 'href="/goals/11/11.a/" rel="next"' in html
    assert html.count('<li id="target-11.') == 10


@pytest.mark.parametrize("path", ["/goals/11/11.8/", "/goals/6/11.7/", "/goals/11/x/", "/goals/11/11/"])
def test_there_is_no_other_target(site, path):
    assert site.get(path).status_code == 404


LIBRARY = "/questionnaires/synergy-trade-off/"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("who", "sees"), [
    ("learner", False), ("outsider", False), ("trainer", True), ("author", True), ("staff", True), ("administrator", True),
])
def test_the_library_is_found_by_those_who_may_look_through_it(login_as, who, sees):
    browser = login_as(who)
    assert (browser.get(LIBRARY).status_code == 200) is sees
    assert (LIBRARY in text_of(browser, "/goals/17/17.14/")) is sees
    assert (LIBRARY in text_of(browser, "/search?q=synergy&lang=en")) is sees


@pytest.mark.usefixtures("site")
def test_a_trainers_search_asks_the_database_as_often_whatever_is_found(login_as, max_queries):
    trainer = login_as("trainer")
    trainer.get("/search?q=plan")
    with max_queries(3):
        trainer.get("/search?q=plan")
    with max_queries(2):
        trainer.get("/goals/17/17.14/")


def test_strangers_find_exercises_and_nothing_of_the_library(site, shipped):
    with_exercise(shipped)
    html = text_of(site, "/search?q=hamlet&lang=en")
    assert '<a href="/courses/water/sheet/">Spring sheet</a>' in html
    assert "Nearest <mark>hamlet</mark>" in html
    assert LIBRARY not in text_of(site, "/search?q=synergy&lang=en")


@pytest.mark.parametrize("path", ["/goals/0/", "/goals/18/", "/goals/x/"])
def test_there_is_no_other_goal(site, path):
    assert site.get(path).status_code == 404


def test_a_target_names_its_goal_too():
    assert keys_of(("goal-6", "target-11.7", "origins", "bloom-apply")) == {"6", "11", "11.7"}


def test_the_glossary_holds_both_languages_and_can_be_searched(site):
    terms = library().glossary.terms
    html = text_of(site, "/glossary/")
    assert html.count("<dt ") == 2 * len(terms)
    for term in terms:
        assert f'<div id="{term.id}">' in html
    assert 0 < text_of(site, "/glossary/?q=评估").count("<dt ") < 2 * len(terms)
    assert "No term holds this" in text_of(site, "/glossary/?q=zzz&lang=en")


def test_sources_are_listed_with_the_lessons_that_cite_them(site):
    html = text_of(site, "/sources/")
    assert re.search(r'<li id="un-70-1(-2)?">(?:(?!</li>).)*Cited in: <a href="/courses/water/springs/">Springs</a>', html, re.DOTALL)


def test_the_search_page_marks_words_and_says_the_language(site):
    html = text_of(site, "/search?q=流动&lang=en")
    assert "<mark>流动</mark>" in html
    assert 'href="/courses/water/springs/?lang=zh-Hans"' in html


def test_hostile_questions_are_shown_as_text(site):
    html = text_of(site, "/search?q=%3Cscript%3Ealert(1)%3C/script%3E&lang=en")
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_without_a_question_the_page_says_what_can_be_found(site):
    assert "Type a word in Chinese or English" in text_of(site, "/search?lang=en")
    assert "Nothing was found" in text_of(site, "/search?q=zqzqzq&lang=en")


def test_all_of_one_kind_can_be_shown(site):
    short, full = text_of(site, "/search?q=goal&lang=en"), text_of(site, "/search?q=goal&group=goal&lang=en")
    assert "All " in short
    assert full.count("<li>") > 0
    assert "Back to all results" in full


def test_no_page_asks_the_database(site, max_queries):
    site.get("/courses/")  # which courses are published is asked every few seconds
    with max_queries(0):
        for path in ("/goals/", "/goals/6/", "/goals/6/6.1/", "/glossary/", "/sources/", "/search?q=water"):
            site.get(path)


def test_the_index_follows_the_courses(app, site, shipped):
    with app.test_request_context():
        before = index()
        assert index() is before
        path = shipped / "water" / "lessons" / "springs.en.md"
        path.write_text(FILES["lessons/springs.en.md"].replace("comes out", "gushes out of the ground"))
        assert index().search("gushes", "en").count == 1
        assert index() is not before


def test_every_page_offers_the_search(site):
    assert text_of(site, "/courses/").count('action="/search"') == 2
