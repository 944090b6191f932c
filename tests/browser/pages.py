"""Every page of the journey: its address, who looks at it, what is done there first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.world import CHECK, COURSE, FINAL, LESSONS, World

if TYPE_CHECKING:
    from tests.browser.reader import Reader

HERE = f"/courses/{COURSE}"
QUIZ, HALFWAY = f"{HERE}/{FINAL}", f"{HERE}/{CHECK}"
UNKNOWN_CODE = "7KQ4-M2XD-9RTW-5B"


@dataclass(frozen=True)
class Page:
    """A page. `path` may name facts of the world in braces; `who` is one of the people of the world, or a visitor.

    `act` leads on from the address to what is meant; `answer` is the page's status.
    """

    name: str
    path: str
    who: str | None = None
    act: Callable[[Reader], None] | None = None
    answer: int = 200

    def __str__(self) -> str:
        return self.name

    def open(self, reader: Reader) -> None:
        """Go there."""
        if self.answer >= 400:
            reader.expects(self.answer)
        reader.go(self.path.format(**facts(reader.world)))
        if self.act is not None:
            self.act(reader)
        reader.page.wait_for_load_state()

    def source(self, reader: Reader) -> str:
        """The HTML as the server sends it; a page that needs no act is not even shown."""
        if self.act is not None:
            self.open(reader)
            return reader.source
        answer = reader.context.request.get(self.path.format(**facts(reader.world)))
        assert answer.status == self.answer, f"{self}: {answer.status}"
        return answer.text()


def facts(world: World) -> dict[str, str]:
    """What addresses are made of."""
    mails = world.mails()
    tokens = {kind: next(found[1] for text in mails.values() if (found := re.search(rf"/{kind}/([\w-]+)", text)))
              for kind in ("verify-email", "reset-password")}
    return {
        "code": world.codes(world.known("graduate"))[0], "mail": next(iter(mails)), "verify": tokens["verify-email"],
        "reset": tokens["reset-password"],
    }


def send_empty(reader: Reader) -> None:
    """Press the button of the form as it is."""
    reader.page.locator("main form .acts button").first.click()


def sign_in_wrong(reader: Reader) -> None:
    """A password that is not theirs."""
    reader.page.locator("#email").fill("nobody@example.org")
    reader.page.locator("#password").fill("not the password")
    send_empty(reader)


def ask_for_password(reader: Reader) -> None:
    """As somebody whom nobody knows."""
    reader.page.locator("#email").fill("nobody@example.org")
    send_empty(reader)


def ask_to_join(reader: Reader) -> None:
    """As somebody who is there already."""
    reader.page.locator("#name").fill("王晓兰")
    reader.page.locator("#email").fill("beginner@example.org")
    reader.page.locator("#password").fill("seventeen goals by 2030")
    reader.page.locator("#agree").check()
    send_empty(reader)


def look_for_place(reader: Reader) -> None:
    """With scripts a list opens, without them a page with what was found comes."""
    query = reader.page.locator("[data-place-picker] input[name$='-query']")
    query.press_sequentially("huzhou")
    if reader.look.script:
        reader.page.get_by_role("option").first.wait_for()
    else:
        reader.page.locator("button[name$='-search']").click()


def organisation_without_type(reader: Reader) -> None:
    """A mistake in the profile."""
    reader.page.locator("#organisation").fill("湖州市统计局")
    reader.page.locator("#organisation_type").select_option("")
    reader.page.locator("main form .acts button").last.click()


def unreadable_number(reader: Reader) -> None:
    """Two items on one place, or a number in words: whatever the paper offers."""
    page = reader.page
    if page.locator("input[inputmode=decimal]").count():
        page.locator("input[inputmode=decimal]").first.fill("about twenty")
    page.locator("button[name=go][value=check]").click()


PAGES = (
    Page("home", "/"),
    Page("home-learner", "/", "beginner"),
    Page("courses", "/courses/"),
    Page("courses-learner", "/courses/", "beginner"),
    Page("course", f"{HERE}/"),
    Page("course-learner", f"{HERE}/", "beginner"),
    Page("course-completed", f"{HERE}/", "graduate"),
    *(Page(f"lesson-{number}", f"{HERE}/{lesson}/") for number, lesson in enumerate(LESSONS, 1)),
    Page("lesson-done", f"{HERE}/{LESSONS[0]}/", "beginner"),
    Page("lesson-open", f"{HERE}/{LESSONS[2]}/", "beginner"),
    Page("quiz-visitor", f"{QUIZ}/"),
    Page("quiz-open", f"{QUIZ}/", "beginner"),
    Page("quiz-waiting", f"{QUIZ}/", "unlucky"),
    Page("quiz-passed", f"{QUIZ}/", "graduate"),
    Page("check-history", f"{HALFWAY}/", "beginner"),
    Page("attempt-check", f"{HALFWAY}/attempts/2/", "beginner"),
    Page("attempt-final", f"{QUIZ}/attempts/1/", "beginner"),
    Page("attempt-hand-in", f"{QUIZ}/attempts/1/submit", "beginner"),
    Page("result-check", f"{HALFWAY}/attempts/1/review", "beginner"),
    Page("result-failed", f"{QUIZ}/attempts/1/review", "unlucky"),
    Page("result-passed", f"{QUIZ}/attempts/1/review", "graduate"),
    Page("sign-up", "/sign-up"),
    Page("sign-up-errors", "/sign-up", act=send_empty, answer=422),
    Page("sign-up-sent", "/sign-up", act=ask_to_join),
    Page("mailbox", "/mailbox"),
    Page("letter", "/mailbox/{mail}"),
    Page("verify-email", "/verify-email/{verify}"),
    Page("dead-link", "/verify-email/nothing", answer=404),
    Page("sign-in", "/sign-in"),
    Page("sign-in-wrong", "/sign-in", act=sign_in_wrong, answer=422),
    Page("forgotten-password", "/forgotten-password"),
    Page("forgotten-sent", "/forgotten-password", act=ask_for_password),
    Page("reset-password", "/reset-password/{reset}"),
    Page("welcome", "/me/welcome", "graduate"),
    Page("welcome-place", "/me/welcome", "graduate", act=look_for_place),
    Page("profile", "/me/profile", "beginner"),
    Page("profile-errors", "/me/profile", "beginner", act=organisation_without_type, answer=422),
    Page("account", "/me/account", "beginner"),
    Page("me", "/me/", "beginner"),
    Page("me-completed", "/me/", "graduate"),
    Page("sign-out", "/sign-out", "beginner"),
    Page("verify", "/verify"),
    Page("verify-mistyped", "/verify?code=7KQ4", answer=400),
    Page("certificate", "/certificates/{code}"),
    Page("certificate-unknown", f"/certificates/{UNKNOWN_CODE}", answer=404),
    Page("notice-again", "/me/notice", "beginner"),
    Page("second-factor", "/me/second-factor", "beginner"),
    Page("sessions", "/me/sessions", "beginner"),
    Page("email", "/me/email", "beginner"),
    Page("data", "/me/data/", "beginner"),
    Page("consent", "/me/data/consent", "beginner"),
    Page("erase", "/me/data/erase", "beginner"),
    Page("join", "/join"),
    Page("privacy", "/privacy"),
    Page("statistics", "/statistics/"),
    Page("goals", "/goals/"),
    Page("goal", "/goals/11/"),
    Page("target", "/goals/11/11.2/"),
    Page("glossary", "/glossary/"),
    Page("sources", "/sources/"),
    Page("search", "/search"),
    Page("search-results", "/search?q=review"),
    Page("search-chinese", "/search?q=%E8%AF%84%E4%BC%B0"),
    Page("search-nothing", "/search?q=voluntry"),
    Page("about", "/about"),
    Page("not-found", "/nowhere", answer=404),
)
