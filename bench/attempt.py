"""One attempt at the final quiz, click by click, as a browser makes it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from bench import scrape
from bench.client import Answer, Browser

TAB = "bench"


class Attempt:
    """Somebody at the quiz of this path. `times` are the seconds of each request by its name."""

    def __init__(self, browser: Browser, quiz: str) -> None:
        self.browser = browser
        self.quiz = quiz
        self.times: dict[str, float] = {}
        self._start = self._noted("start page", browser.get(quiz)).text

    def at_once(self) -> float:
        """From the button that starts to the review, all answers sent with their page; the seconds."""
        begun = time.perf_counter()
        url, page = self._begin()
        answered = scrape.answers(page)
        fields = [("csrf_token", scrape.token(page)), ("page", "1")]
        for number, filled in answered.items():
            fields += [("asked", str(number)), *filled]
        fields.append(("go", "check"))
        checked = self._noted("answers", self.browser.post(url + "answers", fields))
        asked = self._noted("check page", self.browser.get(checked.location)).text
        self._hand_in(url, asked)
        return time.perf_counter() - begun

    def singly(self) -> Iterator[str]:
        """The same, each answer saved as it is given; yields after each click. The browser's script works as in `quiz.js`."""
        url, page = self._begin()
        yield "start"
        form = scrape.token(page)
        for sequence, (number, filled) in enumerate(scrape.answers(page).items(), 1):
            fields = [("csrf_token", form), ("asked", str(number)), *filled, ("tab", TAB), ("sequence", str(sequence)), ("age", "0")]
            saved = self.browser.post(url + "answers", fields, status=200, accept="application/json")
            assert "time" in json.loads(saved.body)
            yield "save"
        checked = self.browser.post(url + "answers", {"csrf_token": form, "page": "1", "go": "check"})
        asked = self.browser.get(checked.location).text
        yield "check"
        self._hand_in(url, asked)
        yield "submit and review"

    def _begin(self) -> tuple[str, str]:
        fields = {"csrf_token": scrape.token(self._start), "key": scrape.key(self._start)}
        url = self._noted("start", self.browser.post(self.quiz + "attempts/", fields)).location
        return url, self._noted("attempt page", self.browser.get(url)).text

    def _hand_in(self, url: str, asked: str) -> None:
        submitted = self._noted("submit", self.browser.post(url + "submit", {"csrf_token": scrape.token(asked)}))
        assert submitted.location.endswith("review"), submitted.location
        self._noted("review", self.browser.get(submitted.location))

    def _noted(self, name: str, answer: Answer) -> Answer:
        self.times[name] = answer.seconds
        return answer
