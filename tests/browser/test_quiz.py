"""The quiz under the fingers of people in a hurry: failing, resuming, two tabs, two clicks, another language, the way back."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from tests.browser.answers import answer, answer_all, secrets, wrong_token
from tests.browser.reader import DESK, ENGLISH, PHONE, Opens, Reader
from tests.browser.world import COURSE, FINAL, LESSONS, Account, World
from webapp.courses.questions import Single
from webapp.demo_participants import right_response

pytestmark = pytest.mark.browser

QUIZ = f"/courses/{COURSE}/{FINAL}/"
FIRST = f"{QUIZ}attempts/1/"


@pytest.fixture
def sitting(world: World) -> Account:
    """Somebody who has read everything and sits in the final quiz."""
    account = world.person()
    world.read(account, LESSONS)
    world.hand_in(account)
    world.begin(account, FINAL)
    return account


def saved(reader: Reader) -> None:
    """The bar says that all is saved."""
    expect(reader.page.locator("[data-saving]")).to_have_attribute("data-state", "done")


def test_an_open_attempt_gives_nothing_away_in_any_page_source(opens: Opens, world: World, sitting: Account) -> None:
    paper = world.paper(sitting, FINAL)
    for look in (PHONE, ENGLISH):
        reader = opens(look, sitting)
        for path in (FIRST, f"{FIRST}submit", QUIZ):
            answered = reader.page.goto(path)
            assert answered is not None
            source = html.unescape(answered.text())
            assert [text for text in secrets(paper) if text in source] == []


def test_who_fails_sees_why_waits_and_may_try_again(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(PHONE, sitting), world.paper(sitting, FINAL)
    page = reader.page
    reader.go(FIRST)
    number, token = next((n, wrong_token(asked)) for n, asked in enumerate(paper, 1) if wrong_token(asked))
    page.locator(f'input[name="q{number}"][value="{token}"]').check()
    saved(reader)
    page.locator("button[name=go][value=check]").click()
    expect(page.locator("main .alert.warn .grid-no li")).to_have_count(len(paper) - 1)
    page.locator("form[data-hand-in] button").click()
    expect(page.locator(".result > [data-state]")).not_to_have_attribute("data-state", "done")
    assert world.codes(sitting) == []
    reader.go(QUIZ)
    expect(page.locator("main .alert.warn")).to_be_visible()
    expect(page.locator(f'form[action="{QUIZ}attempts/"]')).to_have_count(0)
    world.let_pass(sitting, world.course().quiz(FINAL).wait_minutes + 1)
    page.reload()
    page.locator(f'form[action="{QUIZ}attempts/"] button').click()
    reader.at(f"{QUIZ}attempts/2/")
    answer_all(page, world.paper(sitting, FINAL, 2))
    page.locator("button[name=go][value=check]").click()
    page.locator("form[data-hand-in] button").click()
    expect(page.locator(".result > [data-state=done]")).to_be_visible()
    assert len(world.codes(sitting)) == 1


def test_a_second_device_goes_on_where_the_first_stopped(opens: Opens, world: World) -> None:
    account = world.person()
    world.read(account, LESSONS[:2])
    phone, desk, step = opens(PHONE, account), opens(DESK, account), world.course().steps[2]
    desk.go("/me/")
    desk.page.locator(".resume .btn").click()
    desk.at(f"/courses/{COURSE}/{step.id}/")
    desk.page.locator(f'form[action$="/{step.id}/attempts/"] button').click()
    paper = world.paper(account, step.id)
    answer(desk.page, 1, paper[0])
    saved(desk)
    phone.go(f"/courses/{COURSE}/")
    phone.page.locator(".resume .btn").click()
    phone.at(f"/courses/{COURSE}/{step.id}/")
    phone.page.locator(".resume .btn").click()
    expect(phone.page.locator(".grid-no .done")).to_have_count(1)
    answer(phone.page, 2, paper[1])
    saved(phone)
    desk.page.reload()
    expect(desk.page.locator(".grid-no .done")).to_have_count(2)


def test_two_tabs_hand_in_one_result(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(DESK, sitting), world.paper(sitting, FINAL)
    other = reader.context.new_page()
    reader.go(FIRST)
    other.goto(FIRST)
    answer(reader.page, 1, paper[0])
    saved(reader)
    for page in (reader.page, other):
        page.goto(f"{FIRST}submit")
    for page in (reader.page, other):
        page.locator("form[data-hand-in] button").click()
        expect(page.locator(".result")).to_be_visible()
    assert reader.page.locator(".score").inner_text() == other.locator(".score").inner_text()
    assert len(world.attempts(sitting, FINAL)) == 1


def test_a_tab_left_open_says_that_the_attempt_is_closed(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(DESK, sitting), world.paper(sitting, FINAL)
    late = reader.context.new_page()
    late.goto(FIRST)
    reader.go(f"{FIRST}submit")
    reader.page.locator("form[data-hand-in] button").click()
    expect(reader.page.locator(".result")).to_be_visible()
    reader.expects(409)
    answer(late, 1, paper[0])
    expect(late.locator("[data-saving]")).to_have_attribute("data-state", "late")
    assert world.answers(sitting, FINAL) == {}


def test_an_answer_given_without_network_is_saved_when_it_is_back(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(PHONE, sitting), world.paper(sitting, FINAL)
    reader.go(FIRST)
    reader.lose_network(lost=True)
    answer(reader.page, 1, paper[0])
    expect(reader.page.locator("[data-saving]")).to_have_attribute("data-state", "late")
    assert world.answers(sitting, FINAL) == {}
    reader.lose_network(lost=False)
    saved(reader)
    assert world.answers(sitting, FINAL).keys() == {"1"}


def test_who_is_signed_out_keeps_the_page_until_signed_in_again(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(PHONE, sitting), world.paper(sitting, FINAL)
    page, bar = reader.page, reader.page.locator("[data-saving]")
    reader.go(FIRST)
    (cookie,) = (each for each in reader.context.cookies() if each["name"] == world.cookie(sitting)["name"])
    reader.expects(400)
    reader.context.clear_cookies(name=cookie["name"])
    answer(page, 1, paper[0])
    expect(bar).to_have_attribute("data-state", "late")
    page.locator("button[name=go][value=check]").click()
    expect(page.locator("[data-say]")).to_have_text(page.locator("#answers").get_attribute("data-signed-out") or "-")
    reader.at(FIRST)
    assert world.answers(sitting, FINAL) == {}
    reader.context.add_cookies([cookie])
    saved(reader)
    page.locator("button[name=go][value=check]").click()
    expect(page.locator("form[data-hand-in]")).to_be_visible()
    assert world.answers(sitting, FINAL).keys() == {"1"}


def test_a_save_that_was_overtaken_by_the_page_changes_nothing(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(DESK, sitting), world.paper(sitting, FINAL)
    number, token = next((n, wrong_token(asked)) for n, asked in enumerate(paper, 1) if isinstance(asked.question, Single))
    page, under_way = reader.page, list[str]()

    def hold_saves(route: Route) -> None:
        if route.request.headers["accept"] == "application/json":
            under_way.append(route.request.post_data or "")
        else:
            route.continue_()

    page.route("**/answers", hold_saves)
    reader.go(FIRST)
    page.locator(f'input[name="q{number}"][value="{token}"]').check()
    answer(page, number, paper[number - 1])
    page.locator("button[name=go][value=check]").click()
    reader.at(f"{FIRST}submit")
    right = world.answers(sitting, FINAL)
    # The first save arrives after all, as it may through a slow proxy.
    late = reader.context.request.post(
        f"{FIRST}answers", data=under_way[0],
        headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded", "Referer": reader.url},
    )
    assert late.ok
    assert world.answers(sitting, FINAL) == right == {str(number): right_response(paper[number - 1].question)}
    page.unroute_all(behavior="ignoreErrors")


def test_a_double_click_hands_in_once(opens: Opens, world: World, sitting: Account) -> None:
    reader = opens(DESK, sitting)
    posts: list[str] = []
    reader.page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    reader.go(f"{FIRST}submit")
    reader.page.locator("form[data-hand-in] button").dblclick()
    expect(reader.page.locator(".result")).to_be_visible()
    assert [url for url in posts if url.endswith("/submit")] == [f"{reader.url}{FIRST}submit"]
    [attempt] = world.attempts(sitting, FINAL)
    assert not attempt.open


def test_switching_the_language_keeps_the_answers(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(DESK, sitting), world.paper(sitting, FINAL)
    reader.go(FIRST)
    for number in (1, 2, 3):
        answer(reader.page, number, paper[number - 1])
    saved(reader)
    before = world.answers(sitting, FINAL)
    reader.page.locator("header [data-language]").click()
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    expect(reader.page.locator(".grid-no .done")).to_have_count(3)
    assert world.answers(sitting, FINAL) == before


def test_switching_the_language_keeps_the_answers_without_scripts_once_saved(opens: Opens, world: World, sitting: Account) -> None:
    reader, paper = opens(replace(DESK, script=False), sitting), world.paper(sitting, FINAL)
    reader.go(FIRST)
    answer(reader.page, 1, paper[0])
    reader.page.locator("button[data-without-script]").click()
    reader.page.locator("header [data-language]").click()
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    expect(reader.page.locator(".grid-no .done")).to_have_count(1)


def test_the_way_back_after_handing_in_leads_to_the_result(opens: Opens, world: World, sitting: Account) -> None:
    reader = opens(PHONE, sitting)
    reader.go(FIRST)
    answer(reader.page, 1, world.paper(sitting, FINAL)[0])
    saved(reader)
    reader.page.locator("button[name=go][value=check]").click()
    reader.page.locator("form[data-hand-in] button").click()
    expect(reader.page.locator(".result")).to_be_visible()
    score = reader.page.locator(".score").inner_text()
    reader.page.go_back()
    reader.page.reload()
    reader.at(f"{FIRST}review")
    assert reader.page.locator(".score").inner_text() == score
    assert len(world.attempts(sitting, FINAL)) == 1


def test_a_page_whose_time_is_up_hands_in_by_itself(opens: Opens, world: World, sitting: Account) -> None:
    reader = opens(PHONE, sitting)
    world.let_pass(sitting, world.course().quiz(FINAL).time_limit_minutes)
    reader.go(FIRST)
    reader.at(f"{FIRST}review")
    assert not world.attempts(sitting, FINAL)[0].open


def test_when_the_time_is_up_the_page_offers_the_result(opens: Opens, world: World, sitting: Account) -> None:
    world.let_pass(sitting, world.course().quiz(FINAL).time_limit_minutes + 1)
    reader = opens(PHONE, sitting)
    reader.go(FIRST)
    reader.page.locator(f'form[action="{FIRST}submit"] button').click()
    expect(reader.page.locator(".result")).to_be_visible()
