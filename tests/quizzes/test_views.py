"""The screens of a quiz, through a browser without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.quizzes.conftest import COURSE_URL, NOW, fields_of, paper_of, right_fields, right_response
from tests.quizzes.small_course import SECRETS
from webapp.courses.questions import Numeric, Ordering, QuestionType

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from webapp.courses.content import Course

FINAL = COURSE_URL + "final/"
ONE = FINAL + "attempts/1/"
LATER_THAN_DEADLINE = NOW + timedelta(minutes=40, seconds=11)


@pytest.fixture
def learner(login_as: Callable[[str], FlaskClient], course: Course, at: Callable[..., None]) -> FlaskClient:
    at(NOW)
    return login_as("learner")


@pytest.fixture
def begun(learner: FlaskClient) -> FlaskClient:
    assert learner.post(FINAL + "attempts/", data={"key": "1"}).location == ONE
    return learner


def test_a_visitor_reads_the_rules_and_is_asked_to_sign_in(client: FlaskClient, course: Course) -> None:
    page = client.get(FINAL + "?lang=en").text
    assert "To take the quiz, sign in" in page
    assert "40 minutes" in page
    assert "each wrong choice takes one share away" in page
    assert "Start the quiz" not in page


def test_starting_saving_and_handing_in_leads_to_the_result(begun: FlaskClient, course: Course) -> None:
    page = begun.get(ONE).text
    assert 'data-seconds="2400"' in page
    saved = begun.post(ONE + "answers", data={**right_fields(paper_of(course)), "page": "1", "go": "check"})
    assert saved.location == ONE + "submit"
    assert "所有题目都已作答" in begun.get(ONE + "submit").text
    assert begun.post(ONE + "submit").location == ONE + "review"
    review = begun.get(ONE + "review?lang=en").text
    assert "Passed" in review
    assert "100 per cent" in review
    assert "GENERAL order" in review


def test_an_attempt_of_somebody_else_does_not_exist(
    begun: FlaskClient, login_as: Callable[[str], FlaskClient], client: FlaskClient,
) -> None:
    outsider = login_as("outsider")
    for tail in ("", "submit", "review"):
        assert outsider.get(ONE + tail).status_code == 404
        assert "/sign-in" in client.get(ONE + tail).location
    assert outsider.post(ONE + "answers", data={"asked": "1", "q1": "1"}).status_code == 404
    assert outsider.post(ONE + "submit").status_code == 404


@pytest.mark.parametrize("address", [
    FINAL + "attempts/2/", FINAL + "attempts/99999999999999/", COURSE_URL + "nothing/attempts/1/", FINAL + "attempts/0/",
])
def test_what_does_not_exist_is_not_found(begun: FlaskClient, address: str) -> None:
    assert begun.get(address).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_an_open_attempt_tells_no_answer(begun: FlaskClient, course: Course, language: str) -> None:
    paper = paper_of(course)
    assert {asked.question.type for asked in paper} == set(QuestionType)
    # Saved wrong answers must bring out nothing either.
    begun.post(ONE + "answers", data={"asked": "1", "q1": "1"} if not isinstance(paper[0].question, (Ordering,)) else {"asked": "1"})
    for tail in ("", "submit"):
        page = begun.get(f"{ONE}{tail}?lang={language}").text
        for secret in SECRETS:
            assert secret not in page, secret
    start = begun.get(f"{FINAL}?lang={language}").text
    assert not [secret for secret in SECRETS if secret in start]


def test_orders_and_pairs_are_shown_shuffled_and_named_by_their_place(begun: FlaskClient, course: Course) -> None:
    number, asked = next((n, a) for n, a in enumerate(paper_of(course), 1) if a.question.type is QuestionType.MATCHING)
    page = begun.get(ONE).text
    select = page.split(f'id="q{number}-1"')[1].split("</select>")[0]
    texts = {item.id: item.text["zh-Hans"] for item in asked.question.choices}  # type: ignore[union-attr]
    places = [select.index(texts[choice]) for choice in asked.order]
    assert places == sorted(places)
    assert 'value="1"' in select


def test_a_second_click_on_start_finds_the_same_attempt(begun: FlaskClient) -> None:
    assert begun.post(FINAL + "attempts/", data={"key": "1"}).location == ONE
    begun.post(ONE + "submit")
    assert begun.post(FINAL + "attempts/", data={"key": "1"}).location == ONE
    assert begun.get(FINAL + "attempts/2/").status_code == 404


def test_the_next_attempt_waits_and_the_page_says_from_when(begun: FlaskClient, at: Callable[..., None]) -> None:
    begun.post(ONE + "submit")
    page = begun.get(FINAL + "?lang=en").text
    assert "Please wait before the next attempt" in page
    assert "20 November 2026, 14:30" in page
    refused = begun.post(FINAL + "attempts/?lang=en", data={"key": "2"})
    assert refused.status_code == 409
    assert "30 minutes" in refused.text
    at(NOW + timedelta(minutes=30))
    assert begun.post(FINAL + "attempts/", data={"key": "2"}).location == FINAL + "attempts/2/"


def test_no_attempt_beyond_the_limit(begun: FlaskClient, at: Callable[..., None]) -> None:
    for number in (1, 2, 3):
        begun.post(f"{FINAL}attempts/{number}/submit")
        at(NOW + timedelta(hours=number))
        answer = begun.post(FINAL + "attempts/?lang=en", data={"key": str(number + 1)})
    assert answer.status_code == 409
    assert "all 3 attempts" in answer.text
    assert "No attempts left" in begun.get(FINAL + "?lang=en").text


@pytest.mark.parametrize("typed", ["１１３７", "1,137", "1 137", "1137公里", "1137 kilometres", "+1137.0", "1'137", "1137，4"])
def test_numbers_are_read_as_people_type_them(begun: FlaskClient, course: Course, typed: str) -> None:
    number = next(n for n, a in enumerate(paper_of(course), 1) if isinstance(a.question, Numeric))
    assert begun.post(ONE + "answers", data={"asked": str(number), f"q{number}": typed}).status_code == 303
    begun.post(ONE + "submit")
    assert "2 of 2 points" in begun.get(ONE + "review?lang=en").text


def test_an_unreadable_number_is_answered_by_a_sentence_and_the_rest_is_saved(begun: FlaskClient, course: Course) -> None:
    fields: dict[str, Any] = right_fields(paper_of(course))
    number = next(n for n, a in enumerate(paper_of(course), 1) if isinstance(a.question, Numeric))
    answer = begun.post(ONE + "answers?lang=en", data={**fields, f"q{number}": "about <a> lot", "go": "check"})
    assert answer.status_code == 422
    assert "“about &lt;a&gt; lot” cannot be read as a number" in answer.text
    assert 'value="about &lt;a&gt; lot"' in answer.text
    assert f'href="#q{number}-in"' in answer.text
    check = begun.get(ONE + "submit?lang=en").text
    assert "1 question is not fully answered" in check
    assert begun.post(ONE + "answers", data={"asked": str(number), f"q{number}": "1" * 5000}).status_code == 422


def test_a_place_chosen_twice_is_named_and_not_saved(begun: FlaskClient, course: Course) -> None:
    number, asked = next((n, a) for n, a in enumerate(paper_of(course), 1) if isinstance(a.question, Ordering))
    fields = fields_of(asked, number, dict.fromkeys(asked.order, 2))
    answer = begun.post(ONE + "answers?lang=en", data=fields)
    assert answer.status_code == 422
    assert "Place 2 is chosen more than once" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "6 questions are not fully answered" in begun.get(ONE + "submit?lang=en").text


@pytest.mark.parametrize("data", [
    {"asked": "7", "q7": "1"}, {"asked": "1", "q99": "1"}, {"asked": "x"}, {"asked": "1", "q1-99": "1"}, {"asked": "0"},
    {"asked": "1", "q1": ["1", "99"]}, {"asked": "1", "q1": "spring", "q1-1": "a", "q2": "b"},
    {"asked": "1", "q1": "1", "tab": "x", "sequence": "-1"},
    {"asked": "1", "tab": "<b>"},
])
def test_forged_answers_save_nothing(begun: FlaskClient, data: dict[str, Any]) -> None:
    assert begun.post(ONE + "answers", data=data).status_code == 400
    assert "尚未保存" in begun.get(ONE).text


def test_answers_after_the_time_are_refused_and_those_before_it_are_graded(
    begun: FlaskClient, course: Course, at: Callable[..., None],
) -> None:
    fields = right_fields(paper_of(course))
    assert begun.post(ONE + "answers", data=fields).status_code == 303
    at(LATER_THAN_DEADLINE)
    late = begun.post(ONE + "answers", data={"asked": "1"})
    assert late.location == ONE
    page = begun.get(ONE + "?lang=en").text
    assert "The time is up" in page
    assert "See the result" in page
    assert "time is up" in begun.get(FINAL + "?lang=en").text
    assert begun.post(ONE + "submit", data={"asked": "1"}).location == ONE + "review"
    review = begun.get(ONE + "review?lang=en").text
    assert "The time was up" in review
    assert "100 per cent" in review


def test_an_answer_still_travelling_at_the_deadline_counts(begun: FlaskClient, course: Course, at: Callable[..., None]) -> None:
    at(NOW + timedelta(minutes=40, seconds=9))
    begun.post(ONE + "submit", data=right_fields(paper_of(course)))
    assert "100 per cent" in begun.get(ONE + "review?lang=en").text


def test_handing_in_twice_is_handing_in_once(begun: FlaskClient, course: Course) -> None:
    begun.post(ONE + "submit", data=right_fields(paper_of(course)))
    assert begun.post(ONE + "submit", data={"asked": "1"}).location == ONE + "review"
    assert "100 per cent" in begun.get(ONE + "review?lang=en").text
    assert begun.get(ONE).location == ONE + "review"
    assert begun.get(ONE + "submit").location == ONE + "review"
    assert begun.post(ONE + "answers", data={"asked": "1"}).location == ONE


def test_a_script_gets_short_answers(begun: FlaskClient, course: Course, at: Callable[..., None]) -> None:
    asks = {"Accept": "application/json"}
    paper = paper_of(course)
    fields = fields_of(paper[0], 1, right_response(paper[0]))
    saved = begun.post(ONE + "answers", data={**fields, "tab": "abc", "sequence": "1", "age": "20"}, headers=asks)
    assert saved.json == {"remaining": 2400, "time": "14:00"}
    number = next(n for n, a in enumerate(paper, 1) if isinstance(a.question, Numeric))
    wrong = begun.post(ONE + "answers", data={"asked": str(number), f"q{number}": "x", "tab": "abc", "sequence": "2"}, headers=asks)
    assert wrong.status_code == 422
    assert wrong.json["wrong"][0]["number"] == number
    begun.post(ONE + "submit")
    closed = begun.post(ONE + "answers", data={"asked": "1"}, headers=asks)
    assert (closed.status_code, closed.json["closed"]) == (409, True)


def test_pages_lead_on_and_back_and_to_a_question(learner: FlaskClient) -> None:
    one = COURSE_URL + "practice/attempts/1/"
    assert learner.post(COURSE_URL + "practice/attempts/").location == one
    first = learner.get(one + "?lang=en").text
    assert "Page 1 of 3" in first
    assert first.count('class="q"') == 2
    assert learner.post(one + "answers", data={"page": "1", "go": "2"}).location == one + "?page=2"
    assert learner.post(one + "answers", data={"page": "1", "go": "q6"}).location == one + "?page=3#q6"
    assert learner.get(one + "?page=99&lang=en").text.count("Page 3 of 3") == 1
    for odd in ("?page=-1", "?page=x", "?page=" + "9" * 30):
        assert learner.get(one + odd).status_code == 200


def test_right_answers_wait_for_the_last_attempt_where_the_quiz_says_so(learner: FlaskClient) -> None:
    url = COURSE_URL + "later/"
    learner.post(url + "attempts/")
    learner.post(url + "attempts/1/submit")
    page = learner.get(url + "attempts/1/review?lang=en").text
    assert "Right answers are shown later" in page
    assert not [secret for secret in SECRETS if secret in page and secret != "feedback"]
    learner.post(url + "attempts/")
    assert "GENERAL" not in learner.get(url + "attempts/1/review?lang=en").text
    learner.post(url + "attempts/2/submit")
    assert "GENERAL" in learner.get(url + "attempts/1/review?lang=en").text


def test_budgets_of_queries(begun: FlaskClient, course: Course, max_queries: Callable[..., Any], at: Callable[..., None]) -> None:
    fields = right_fields(paper_of(course))
    with max_queries(4):
        begun.get(FINAL)
    with max_queries(3):
        begun.get(ONE)
    with max_queries(4):
        begun.post(ONE + "answers", data={**fields, "tab": "a", "sequence": "1"}, headers={"Accept": "application/json"})
    with max_queries(3):
        begun.get(ONE + "submit")
    with max_queries(4):
        begun.post(ONE + "answers", data=fields)
    begun.post(ONE + "submit")
    with max_queries(4):
        begun.get(ONE + "review")
    at(NOW + timedelta(hours=1))
    with max_queries(6):
        begun.post(FINAL + "attempts/")
    with max_queries(8):
        begun.post(FINAL + "attempts/2/submit")
