"""What readers type and authors write stays text, in the pages that are written in Python."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quizzes.questions_strategy import NO_TEXT, base, matching
from webapp.courses.questions import Item, Numeric, Option, Pair, Question, Single
from webapp.courses.revisions import Text
from webapp.quizzes import presenting, questions, reviewing
from webapp.quizzes.drawing import Asked, option_ids
from webapp.quizzes.explained_html import explained_html
from webapp.quizzes.models import Attempt, AttemptState
from webapp.quizzes.questions_html import questions_html
from webapp.quizzes.responses import Wrong

NASTY = "a < b & \"c\" </option></select><script>x()</script> 'd'"


class Reader(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [facts for name, facts in self.tags if name == tag]


def shown(question: Question, value: object = None, wrong: Wrong | None = None) -> Reader:
    asked = Asked(question, option_ids(question))
    attempt = Attempt(responses={"1": {"value": value}})
    page = presenting.page(attempt, 10, [asked], 1, "en", [wrong] if wrong else [])
    return Reader(questions_html(page.questions))


def numeric(unit: str = "") -> Numeric:
    return Numeric(**base("n"), answer=Decimal(1), tolerance=Decimal(0), unit=Text({"en": unit}), decimals=None)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_a_number_that_cannot_be_read_comes_back_as_it_was_typed(typed: str) -> None:
    page = shown(numeric(), wrong=Wrong(1, "q1-in", "No number.", {"q1": typed}, frozenset({"q1"})))
    field = page.of("input")[-1]
    assert field["value"] == typed
    assert field["aria-describedby"] == "q1-error"
    assert len(page.of("input")) == 2


def test_texts_of_authors_and_sentences_about_answers_add_no_tags() -> None:
    page = shown(numeric(NASTY), wrong=Wrong(1, "q1-in", NASTY, {"q1": NASTY}, frozenset({"q1"})))
    assert page.of("script") == []
    assert page.texts.count(NASTY) == 2


def test_choices_of_a_select_are_escaped_once_and_the_chosen_one_is_selected() -> None:
    question = matching(2)
    text = Text({"en": "Water & waste"})
    nasty = Text({"en": "x < y"})
    question = type(question)(
        **base("m"), pairs=(Pair("i0", text, text, NO_TEXT), Pair("i1", text, nasty, NO_TEXT)), extra=(Item("x0", text),)
    )
    page = shown(question, {"i1": "i1"})
    assert page.texts.count("Water & waste") == 2 + 2 * 2
    assert page.texts.count("x < y") == 2
    selected = [(facts["value"]) for facts in page.of("option") if "selected" in facts]
    assert selected == ["2"]
    assert questions.sheet(question, "en").plain["i1"] == "x < y"


@pytest.mark.parametrize("value", [None, "a", "b"])
def test_the_page_of_an_open_attempt_knows_no_feedback_and_the_review_shows_it(value: str | None) -> None:
    why, whole = Text({"en": "Because of the county."}), Text({"en": "See lesson 2."})
    options = (Option("a", Text({"en": "Yes"}), True, why), Option("b", Text({"en": "No"}), False, why))
    question = Single(**base("s") | {"feedback": whole}, options=options, shuffle=False)
    assert not {"Because of the county.", "See lesson 2."} & set(shown(question, value).texts)
    marks = ["1" if value == "a" else "0"]
    closed = Attempt(responses={"1": {"value": value}}, marks=marks, maximum=1, pass_mark=50, state=AttemptState.SUBMITTED)
    review = Reader(explained_html(reviewing.explained(closed, [Asked(question, ("a", "b"))], "en")))
    assert "See lesson 2." in review.texts
    assert review.texts.count("Because of the county.") == (1 if value == "a" else 2 if value == "b" else 1)
    assert [facts.get("class") for facts in review.of("li")] == ["chosen" if value == each else None for each in "ab"]
