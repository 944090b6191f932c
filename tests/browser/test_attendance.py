"""Attendance in a real browser: without a network, on two devices, with the code on the projector."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.onsite import Onsite, held, marks, onsite
from tests.browser.reader import DESK, PHONE, Look

if TYPE_CHECKING:
    from tests.browser.reader import Opens, Reader
    from tests.browser.world import World

pytestmark = pytest.mark.browser
PROJECTOR = Look(width=1920, height=1080)
PLAIN = Look(script=False)


@pytest.fixture
def place(world: World) -> Onsite:
    """A training under way."""
    return onsite(world)


def tap(reader: Reader, name: str, word: str) -> None:
    """Press one of the three answers of a person."""
    row = reader.page.locator("li[data-person]").filter(has_text=name)
    row.locator(".three label").filter(has_text=reader.says(word)).click()


def state(reader: Reader) -> object:
    """The line that says what is sent and what waits."""
    return expect(reader.page.locator("[data-part=net]"))


def test_marks_made_without_a_network_are_kept_and_sent_later(opens: Opens, world: World, place: Onsite) -> None:
    reader = opens(PHONE, place.trainer)
    reader.go(place.list)
    state(reader).to_contain_text(reader.says("All marks are sent."))
    reader.lose_network(lost=True)
    tap(reader, "周海燕", "Present")
    tap(reader, "段文秀", "Absent")
    tap(reader, "高建国", "Late")
    state(reader).to_contain_text(reader.says("{n} marks wait to be sent.").replace("{n}", "3"))
    assert held(world, place) == {}
    reader.lose_network(lost=False)
    state(reader).to_contain_text(reader.says("All marks are sent."))
    assert held(world, place) == {"周海燕": ("present", False), "段文秀": ("absent", False), "高建国": ("present", False)}
    for _name, device_at, marked_at, received_at in marks(world, place):
        assert abs(device_at - marked_at) < timedelta(seconds=5)
        assert marked_at <= received_at


def test_a_device_whose_clock_is_wrong_by_hours_does_no_harm(opens: Opens, world: World, place: Onsite) -> None:
    reader = opens(PHONE, place.trainer)
    reader.page.add_init_script("const real = Date.now; Date.now = () => real() - 7 * 3600 * 1000;")
    reader.go(place.list)
    reader.lose_network(lost=True)
    tap(reader, "周海燕", "Late")
    reader.lose_network(lost=False)
    state(reader).to_contain_text(reader.says("All marks are sent."))
    ((_name, _device_at, marked_at, received_at),) = marks(world, place)
    assert timedelta() <= received_at - marked_at < timedelta(minutes=1)
    assert held(world, place) == {"周海燕": ("present", False)}


def test_a_kept_list_opens_and_works_without_a_network_and_goes_with_the_sign_out(opens: Opens, world: World, place: Onsite) -> None:
    reader = opens(PHONE, place.trainer)
    reader.go(place.list)
    reader.press("Make ready for work without a network")
    state(reader).to_contain_text(reader.says("This list opens without a network, too."))
    parts = "Array.from(document.querySelectorAll('link[rel=stylesheet], link[rel=icon], script[src]'), each => each.href || each.src)"
    assert reader.page.evaluate(f"Promise.all({parts}.map(each => caches.match(each).then(Boolean))).then(found => found.every(Boolean))")
    reader.lose_network(lost=True)
    reader.page.reload()
    tap(reader, "周海燕", "Present")
    reader.page.reload()
    state(reader).to_contain_text(reader.says("One mark waits to be sent."))
    expect(reader.page.locator("li[data-person]").filter(has_text="周海燕").get_by_role("radio").first).to_be_checked()
    reader.lose_network(lost=False)
    state(reader).to_contain_text(reader.says("All marks are sent."))
    assert held(world, place) == {"周海燕": ("present", False)}
    reader.page.evaluate("document.querySelector('form[action$=\"/sign-out\"]').submit()")
    expect(reader.page.locator("a.in-out").first).to_be_attached()
    reader.page.wait_for_function("caches.keys().then(names => names.every(name => !name.startsWith('attendance:')))")


def test_two_devices_that_disagree_are_shown_side_by_side(opens: Opens, world: World, place: Onsite) -> None:
    one, two = opens(PHONE, place.trainer), opens(DESK, place.trainer)
    for reader in (one, two):
        reader.go(place.list)
        state(reader).to_contain_text(reader.says("All marks are sent."))
        reader.lose_network(lost=True)
    tap(one, "周海燕", "Present")
    tap(two, "周海燕", "Absent")
    one.lose_network(lost=False)
    state(one).to_contain_text(one.says("All marks are sent."))
    two.lose_network(lost=False)
    state(two).to_contain_text(two.says("All marks are sent."))
    assert held(world, place)["周海燕"][1] is True
    two.follow("Show what they say, and choose")
    two.sees("Marked differently. Which is right?")
    two.page.locator(".clash li").filter(has_text=two.says("Present")).get_by_role("button").click()
    two.sees("The mark that you chose holds.")
    assert held(world, place) == {"周海燕": ("present", False)}


def test_undo_and_search_by_pinyin(opens: Opens, world: World, place: Onsite) -> None:
    reader = opens(PHONE, place.trainer)
    reader.go(place.list)
    reader.page.locator("[data-part=search] input").fill("oyrl")
    expect(reader.page.locator("li[data-person]:visible")).to_have_count(1)
    tap(reader, "欧阳若兰", "Absent")
    row = reader.page.locator("li[data-person]:visible")
    row.locator("summary").click()
    row.get_by_role("button").click()
    expect(row.get_by_role("radio", checked=True)).to_have_count(0)
    state(reader).to_contain_text(reader.says("All marks are sent."))
    assert held(world, place) == {"欧阳若兰": ("unknown", False)}


def test_the_list_works_without_scripts(opens: Opens, world: World, place: Onsite) -> None:
    reader = opens(PLAIN, place.trainer)
    reader.go(place.list)
    tap(reader, "周海燕", "Present")
    reader.page.get_by_role("button", name=reader.says("Save attendance"), exact=True).last.click()
    reader.at(place.list)
    assert held(world, place) == {"周海燕": ("present", False)}


def test_who_scans_the_projector_checks_in_and_the_count_follows(opens: Opens, world: World, place: Onsite) -> None:
    projector = opens(PROJECTOR, place.trainer)
    projector.go(f"{place.home}/sessions/{place.session_id}/code")
    digits = projector.page.locator("[data-part=digits]").inner_text()
    phone = opens(PHONE)
    phone.go("/check-in")
    phone.page.locator("input[name=code]").fill(digits)
    phone.press("On to the check-in")
    phone.page.locator("input[name=code]").fill(place.codes["段文秀"])
    phone.press("Check in with this code")
    phone.sees("You are in")
    expect(projector.page.locator("[data-part=count]")).to_have_text(
        re.compile(re.escape(projector.says("%(present)d of %(seats)d are in", present=1, seats=8)))
    )
    assert held(world, place) == {"段文秀": ("present", False)}
