"""The slides of a course shown by keyboard and on a phone, and printed: one slide a page."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdf
import pytest
from playwright.sync_api import expect

from tests.browser.onsite import onsite
from tests.browser.reader import DESK, ENGLISH, PHONE
from tests.browser.world import COURSE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.reader import Look, Opens, Reader
    from tests.browser.world import World

pytestmark = pytest.mark.browser
DECK = f"/courses/{COURSE}/slides/"
ENGLISH_PHONE = replace(PHONE, language="en")
PLAIN = replace(ENGLISH, script=False)
# Room of a touch screen for a finger, in pixels.
FINGER = 44


@pytest.fixture
def at_slides(opens: Opens, world: World) -> Callable[[Look], Reader]:
    """`at_slides(look)`: a trainer who has the slides open."""
    trainer = onsite(world).trainer

    def go(look: Look) -> Reader:
        reader = opens(look, trainer)
        reader.go(DECK)
        return reader

    return go


def slides_of(reader: Reader) -> list[tuple[str, bool]]:
    """Titles, and whether the slide has notes."""
    slides = reader.world.course().facilitation.slides
    assert slides is not None
    return [(slide.title, bool(slide.notes)) for slide in slides.in_language(reader.language).slides]


def test_keys_turn_the_slides_to_both_ends_and_leave_the_show_where_it_stood(at_slides: Callable[[Look], Reader]) -> None:
    reader = at_slides(ENGLISH)
    page, slides = reader.page, slides_of(reader)
    now = page.locator(".slide.now")
    for key, number in (
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowDown", 3), ("PageDown", 4), (" ", 5), ("ArrowLeft", 4), ("PageUp", 3), ("Home", 1),
        ("ArrowLeft", 1), ("End", len(slides)), ("ArrowRight", len(slides)), ("Shift+ ", len(slides) - 1),
    ):
        page.keyboard.press(key)
        expect(now).to_have_count(1)
        expect(now.locator("h2")).to_have_text(slides[number - 1][0])
        expect(page.locator(".slide:visible")).to_have_count(1)
        assert page.url.endswith(f"#slide-{number}"), key
    expect(now).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".deck")).not_to_have_class("deck on")
    expect(page.locator(".slide:visible")).to_have_count(len(slides))
    expect(page.locator(f"#slide-{len(slides) - 1}")).to_be_in_viewport()
    page.keyboard.press("ArrowRight")
    expect(now.locator("h2")).to_have_text(slides[-2][0])


def test_notes_are_hidden_from_the_room_until_the_speaker_asks_for_them(at_slides: Callable[[Look], Reader]) -> None:
    reader = at_slides(DESK)
    page = reader.page
    assert all(notes for _title, notes in slides_of(reader))
    expect(page.locator("#slide-1 .said")).to_be_visible()
    reader.button("Show full screen").click()
    expect(page.locator(".said:visible")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator(".slide.now .said")).to_be_visible()
    button = page.locator("[data-deck-notes]")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#slide-2 .said")).to_be_visible()
    button.click()
    expect(page.locator(".said:visible")).to_have_count(0)
    expect(button).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("look", [PHONE, ENGLISH_PHONE, DESK, ENGLISH], ids=str)
def test_every_slide_fits_the_screen_across_and_the_buttons_are_large_enough(
    at_slides: Callable[[Look], Reader], look: Look,
) -> None:
    reader = at_slides(look)
    page = reader.page
    page.locator("[data-deck-start]").click()
    faults = []
    for number, (title, _notes) in enumerate(slides_of(reader), 1):
        face = page.locator(f"#slide-{number} .face")
        expect(face).to_be_visible()
        across, below, height = face.evaluate("(e) => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight, e.clientHeight]")
        if across > 0 or below > (height if look.phone else 0):  # a phone may scroll down, a projector may not
            faults.append((number, title, across, below))
        page.locator("[data-deck-next]").click()
    assert faults == []
    for button in page.locator("[data-deck-bar] button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= FINGER
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= look.width


def test_sources_are_numbered_as_the_slides_cite_them(at_slides: Callable[[Look], Reader]) -> None:
    page = at_slides(ENGLISH).page
    first = page.locator(".face sup a, .said sup a").first
    source = page.locator(first.get_attribute("href") or "")
    assert source.evaluate("(e) => [getComputedStyle(e).listStyleType, [...e.parentElement.children].indexOf(e) + 1]") == [
        "decimal", int(first.inner_text()),
    ]


def test_a_finger_turns_the_slides(at_slides: Callable[[Look], Reader]) -> None:
    page = at_slides(PHONE).page
    page.locator("[data-deck-start]").tap()
    swipe = """([from, to]) => {
      const deck = document.querySelector('[data-deck]');
      for (const [type, x] of [['touchstart', from], ['touchend', to]]) {
        const touch = new Touch({ identifier: 1, target: deck, clientX: x, clientY: 300 });
        deck.dispatchEvent(new TouchEvent(type, { bubbles: true, changedTouches: [touch] }));
      }
    }"""
    page.evaluate(swipe, [300, 100])
    expect(page.locator("#slide-2")).to_be_visible()
    page.evaluate(swipe, [100, 110])
    expect(page.locator("#slide-2")).to_be_visible()
    page.evaluate(swipe, [100, 300])
    expect(page.locator("#slide-1")).to_be_visible()


@pytest.mark.parametrize("look", [DESK, ENGLISH, PLAIN], ids=str)
@pytest.mark.parametrize("landscape", [False, True])
def test_printed_each_slide_is_a_page_with_its_notes(at_slides: Callable[[Look], Reader], look: Look, *, landscape: bool) -> None:
    reader = at_slides(look)
    slides = slides_of(reader)
    if look.script:
        reader.page.keyboard.press("ArrowRight")  # printed from the show, all slides are there too
    printed = pypdf.PdfReader(io.BytesIO(reader.page.pdf(format="A4", landscape=landscape, print_background=True)))
    pages = [squeezed(page.extract_text()) for page in printed.pages]
    notes = squeezed(reader.says("Notes for the speaker"))
    for number, text in enumerate(pages[: len(slides)], 1):
        assert f"{number}/{len(slides)}" in text
        assert (notes in text) is slides[number - 1][1], number
    assert pages[len(slides)].startswith(squeezed(reader.says("Sources"))), "the sources begin a page of their own"


def squeezed(text: str) -> str:
    """Without blanks, which a PDF does not keep."""
    return "".join(text.split())
