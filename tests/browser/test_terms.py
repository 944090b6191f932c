"""A term of the glossary in a lesson: its meaning on hover and focus, on a first tap, and a plain link without scripts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.browser.reader import PHONE, Opens
from tests.browser.world import COURSE, LESSONS

pytestmark = pytest.mark.browser
LESSON = f"/courses/{COURSE}/{LESSONS[3]}/"
TERM, NOTE = "dfn a[data-term]", "#term-note"


def test_a_term_says_what_it_means_and_escape_hides_it(opens: Opens) -> None:
    reader = opens(replace(PHONE, language="en"))
    reader.go(LESSON)
    term, note = reader.page.locator(TERM).first, reader.page.locator(NOTE)
    term.focus()
    assert note.is_visible()
    assert note.inner_text() == term.get_attribute("data-term")
    assert term.get_attribute("aria-describedby") == "term-note"
    reader.page.keyboard.press("Escape")
    assert note.is_hidden()
    term.hover()
    assert note.is_visible()


def test_without_scripts_a_term_leads_to_the_glossary(opens: Opens) -> None:
    reader = opens(replace(PHONE, language="en", script=False))
    reader.go(LESSON)
    reader.page.locator(TERM).first.click()
    assert "/glossary/#" in reader.page.url
