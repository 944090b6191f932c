"""Answering on the page as a person does: ticking, choosing, typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.courses.questions import Matching, Numeric, Ordering
from webapp.demo_participants import right_response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from webapp.quizzes.drawing import Asked


def right(asked: Asked) -> list[tuple[str, str]]:
    """The right answer as a form sends it: names after `q<number>` and values, in the order of the page."""
    question, response = asked.question, right_response(asked.question)
    place = {option: number for number, option in enumerate(asked.order, 1)}
    match question:
        case Matching():
            return [(f"-{row}", str(place[pair.id])) for row, pair in enumerate(question.pairs, 1)]
        case Ordering():
            assert isinstance(response, dict)
            return [(f"-{row}", str(response[item])) for row, item in enumerate(asked.order, 1)]
        case Numeric():
            return [("", str(response))]
        case _:
            chosen = response if isinstance(response, list) else [response]
            return [("", str(number)) for number in sorted(place[str(option)] for option in chosen)]


def wrong_token(asked: Asked) -> str | None:
    """Place on the paper of an option that is not right; None where there is none to tick."""
    chosen = right_response(asked.question)
    if isinstance(asked.question, (Matching, Ordering, Numeric)):
        return None
    taken = chosen if isinstance(chosen, list) else [chosen]
    return next((str(number) for number, option in enumerate(asked.order, 1) if option not in taken), None)


def answer(page: Page, number: int, asked: Asked) -> None:
    """Answer a question right."""
    for name, value in right(asked):
        control = f'[name="q{number}{name}"]'
        if isinstance(asked.question, (Matching, Ordering)):
            page.locator(f"select{control}").select_option(value)
        elif isinstance(asked.question, Numeric):
            page.locator(f"input{control}").fill(value)
            page.locator(f"input{control}").dispatch_event("change")
        else:
            page.locator(f'input{control}[value="{value}"]').check()


def answer_all(page: Page, paper: list[Asked]) -> None:
    """Answer every question of a page right."""
    for number, asked in enumerate(paper, 1):
        answer(page, number, asked)


def secrets(paper: list[Asked]) -> Iterator[str]:
    """Texts that an open attempt must not give away: every feedback of every question, in every language."""
    for asked in paper:
        question = asked.question
        texts = [question.feedback, getattr(question, "feedback_true", {}), getattr(question, "feedback_false", {})]
        parts = (*getattr(question, "options", ()), *getattr(question, "pairs", ()))
        texts += [getattr(part, "feedback", {}) for part in parts]
        for text in texts:
            yield from (each for each in text.values() if each)
