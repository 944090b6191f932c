"""The agenda edited in a real browser: by keyboard, and without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.onsite import Onsite, onsite
from tests.browser.reader import DESK, Look
from webapp.trainings import agenda

if TYPE_CHECKING:
    from tests.browser.reader import Opens, Reader
    from tests.browser.world import World

pytestmark = pytest.mark.browser
PLAIN = Look(script=False)


@pytest.fixture
def place(world: World) -> Onsite:
    """A training under way; its session has no agenda yet."""
    return onsite(world)


def kept(world: World, place: Onsite) -> list[tuple[str, int]]:
    """Titles and minutes as they are stored."""
    with world.app.app_context():
        return [(item.titles["en"], item.minutes) for item in agenda.items(place.training_id).get(place.session_id, [])]


def times(reader: Reader) -> list[str]:
    """Start and end of each line on the page."""
    return reader.page.locator("[data-row]:not(.gone) [data-time]").all_inner_texts()


def test_lines_are_added_moved_and_taken_out_by_keyboard(opens: Opens, world: World, place: Onsite) -> None:
    reader = opens(DESK, place.trainer)
    reader.go(f"{place.home}/agenda/{place.session_id}")
    page = reader.page
    page.fill("#starts", "09:00")
    page.fill("#ends", "10:00")
    page.locator(".acts [data-act=add]").click()
    for title, minutes in (("First", "30"), ("Second", "20"), ("Third", "15")):
        row = page.locator("[data-row]").last
        row.locator("[name='title.en']").fill(title)
        row.locator("[name=minutes]").fill(minutes)
        if title != "Third":
            row.locator("[name=minutes]").press("Enter")
    assert times(reader) == ["09:00–09:30", "09:30–09:50", "09:50–10:05"]
    expect(page.locator("[data-sum]")).to_have_class("sum over")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("[data-row]").first.locator("[name='title.en']")).to_have_value("Third")
    assert times(reader) == ["09:00–09:15", "09:15–09:45", "09:45–10:05"]
    page.locator("[data-row]").nth(1).locator("[data-act=remove]").press("Enter")
    assert times(reader) == ["09:00–09:15", "09:15–09:35"]
    page.locator(".acts button[value=save]").click()
    expect(page.locator(".flashes")).to_be_visible()
    assert kept(world, place) == [("Third", 15), ("Second", 20)]


def test_the_same_works_without_a_script(opens: Opens, world: World, place: Onsite) -> None:
    reader = opens(PLAIN, place.trainer)
    reader.go(f"{place.home}/agenda/{place.session_id}")
    page = reader.page
    for title in ("First", "Second"):
        page.locator(".acts button[value=add]").click()
        page.locator("ol [data-row]").last.locator("[name='title.en']").fill(title)
    page.locator("button[value='up:1']").click()
    page.locator("button[value='remove:1']").click()
    page.locator("button[value='restore:1']").click()
    page.locator("[id='title.en-0']").press("Enter")
    expect(page.locator(".flashes")).to_be_visible()
    assert kept(world, place) == [("Second", 15), ("First", 15)]
