"""Without a mouse: signing in, choosing a place, answering a page of the quiz, signing out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.answers import right
from tests.browser.reader import DESK, Opens
from tests.browser.world import CHECK, COURSE, LESSONS, World
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering

pytestmark = pytest.mark.browser

FURTHEST = 200


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; whatever has it on the way must be seen."""
    for _press in range(FURTHEST):
        page.keyboard.press("Tab")
        held = page.evaluate(
            "() => { const e = document.activeElement, b = e.getBoundingClientRect();"
            " return [b.width > 0 && b.height > 0, e.outerHTML.slice(0, 120)]; }"
        )
        assert held[0], f"the focus is on something invisible: {held[1]}"
        if target.evaluate("(element) => element === document.activeElement"):
            return
    pytest.fail("Tab does not lead there")


def test_the_first_tab_skips_to_the_content(opens: Opens) -> None:
    reader = opens(DESK)
    reader.go("/")
    reader.page.keyboard.press("Tab")
    expect(reader.page.locator("a.skip")).to_be_focused()
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("#main")).to_be_focused()


def test_signing_in_and_out_by_keyboard(opens: Opens, world: World) -> None:
    account, reader = world.person(), opens(DESK)
    page = reader.page
    reader.go("/sign-in")
    tab_to(page, page.locator("#email"))
    page.keyboard.type(account.email)
    tab_to(page, page.locator("#password"))
    page.keyboard.type(account.password)
    page.keyboard.press("Enter")
    reader.at("/me/")
    tab_to(page, page.locator("header .in-out summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("header .in-out form button"))
    page.keyboard.press("Enter")
    reader.at("/")
    expect(page.locator("main .alert.ok")).to_be_visible()
    reader.go("/me/")
    reader.at("/sign-in")


def test_the_menu_closes_on_escape_and_gives_the_focus_back(opens: Opens, world: World) -> None:
    reader = opens(DESK, world.person())
    page = reader.page
    reader.go("/me/")
    summary = page.locator("header .in-out summary")
    tab_to(page, summary)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.locator("header .in-out")).not_to_have_attribute("open", "")


def test_a_place_is_chosen_with_the_arrow_keys(opens: Opens, world: World) -> None:
    reader = opens(DESK, world.person())
    page = reader.page
    reader.go("/me/welcome")
    query = page.get_by_role("combobox").first
    tab_to(page, query)
    page.keyboard.type("huzhou")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    expect(query).to_have_attribute("aria-activedescendant", page.get_by_role("option").first.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page.locator("[data-place-chosen]")).to_contain_text("湖州市")
    tab_to(page, page.locator("#organisation"))
    page.keyboard.press("Enter")
    reader.at("/me/")
    reader.go("/me/profile")
    expect(page.locator("[data-place-chosen]")).to_contain_text("湖州市")


def test_the_picker_says_to_everybody_when_there_are_more_places_or_none(opens: Opens, world: World) -> None:
    reader = opens(DESK, world.person())
    page = reader.page
    reader.go("/me/welcome")
    query = page.get_by_role("combobox").first
    query.press_sequentially("xian")
    expect(page.locator("[data-place-picker] [role=option]")).to_have_count(20)
    expect(page.get_by_text(reader.says("These are the first 20. Type more of the name to see others."))).to_be_visible()
    query.press_sequentially("nirgendwo")
    expect(page.get_by_text(reader.says("Nothing found. Check the name, or choose level by level."))).to_be_visible()
    query.fill("")
    expect(page.locator("[data-place-picker] [role=status] .hint")).to_be_empty()


def test_a_name_typed_faster_than_the_network_is_not_sent_in_place_of_a_choice(opens: Opens, world: World) -> None:
    reader = opens(DESK, world.person())
    page = reader.page
    reader.go("/me/welcome")
    page.get_by_role("combobox").first.focus()
    page.keyboard.insert_text("huzhou")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-place-chosen]")).to_contain_text("湖州市")


def test_a_page_of_the_quiz_is_answered_by_keyboard(opens: Opens, world: World) -> None:
    account = world.person()
    world.read(account, LESSONS[:2])
    world.begin(account, CHECK)
    paper, reader = world.paper(account, CHECK), opens(DESK, account)
    page = reader.page
    reader.go(f"/courses/{COURSE}/{CHECK}/attempts/1/")
    for number, asked in enumerate(paper, 1):
        for name, value in right(asked):
            controls = page.locator(f'[name="q{number}{name}"]')
            if isinstance(asked.question, Numeric):
                tab_to(page, controls)
                page.keyboard.type(value)
            elif isinstance(asked.question, (Matching, Ordering)):
                tab_to(page, controls)
                go_down(page, int(value))
            elif isinstance(asked.question, Multiple):
                tab_to(page, controls.nth(int(value) - 1))
                page.keyboard.press("Space")
            else:
                # The first of a group by Tab and Space, the others by arrow.
                tab_to(page, controls.first)
                page.keyboard.press("Space")
                go_down(page, int(value) - 1)
    check = page.locator("button[name=go][value=check]")
    tab_to(page, check)
    page.keyboard.press("Enter")
    expect(page.locator("main .alert.ok")).to_be_visible()
    tab_to(page, page.locator("form[data-hand-in] button"))
    page.keyboard.press("Enter")
    expect(page.locator(".result > [data-state=done]")).to_be_visible()


def go_down(page: Page, places: int) -> None:
    """The arrow key, so often."""
    for _press in range(places):
        page.keyboard.press("ArrowDown")
