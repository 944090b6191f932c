"""Every page on a phone and at a desk: accessible, nothing cut off, one language, fit to print."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.pages import PAGES, Page
from tests.browser.reader import ENGLISH, PHONE, Look, Opens, Reader
from webapp.core.i18n import NATIVE_NAMES

if TYPE_CHECKING:
    from tests.browser.world import World

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NIGHT = Look("en", ENGLISH.width, ENGLISH.height, dark=True)
WIDTHS = {PHONE: (320, 360), NIGHT: (768, 1280)}
RUN = """(rules) => axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]})
  .then((found) => found.violations.map((each) => each.id + ": " + each.help + "\\n" +
    each.nodes.map((node) => "    " + node.target.join(" ") + " " + node.html.slice(0, 160) + " " +
      (node.any[0] || {}).message).join("\\n")))"""
# Runs of three Latin words outside what is marked as English, is a title of a source, or is a name.
LATIN = """(names) => {
  const foreign = "[lang=en], .sources, code, input, script, style, .name, .who, [data-foreign]";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = names.reduce((rest, name) => rest.split(name).join(""), walker.currentNode.textContent.trim());
    if (/[A-Za-z]{2,}[ ,][a-z]{2,}[ ,][a-z]{2,}/.test(text) && !walker.currentNode.parentElement.closest(foreign)) { found.push(text); }
  }
  return found;
}"""
CHINESE = LATIN.replace("/[A-Za-z]{2,}[ ,][a-z]{2,}[ ,][a-z]{2,}/", "/[\\u4e00-\\u9fff]{2,}/").replace("lang=en", "lang=zh-Hans")
TOO_WIDE = """(width) => document.documentElement.scrollWidth <= width ? [] :
  [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > width + 1 && !each.closest(".scroll"))
    .map((each) => each.outerHTML.slice(0, 160))"""


@cache
def axe() -> str:
    """The rules' program."""
    return AXE.read_text(encoding="utf-8")


def broken_rules(reader: Reader) -> list[str]:
    """What the accessibility rules find. Evaluated from outside, so that the page's own policy stays in force."""
    reader.page.evaluate(axe())
    found: list[str] = reader.page.evaluate(RUN, RULES)
    return found


def keep_pictures(opens: Opens, world: World, page: Page, reader: Reader, folder: Path | None) -> None:
    """With `--shots FOLDER`: this look of the page, and the same in the other language."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    reader.snap(folder, page.name)
    other = opens(replace(reader.look, language="en" if reader.look.phone else "zh-Hans"), world.known(page.who) if page.who else None)
    page.open(other)
    other.snap(folder, page.name)


@pytest.mark.parametrize("look", WIDTHS, ids=str)
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_page_is_fit_for_everybody(opens: Opens, world: World, page: Page, look: Look, request: pytest.FixtureRequest) -> None:
    reader = opens(look, world.known(page.who) if page.who else None)
    page.open(reader)
    shown = reader.page
    expect(shown.locator("h1")).to_have_count(1)
    expect(shown.locator("html")).to_have_attribute("lang", look.language)
    broken = broken_rules(reader)
    assert not broken, "\n".join(broken)
    names = [*world.course().authors_in(look.language), *NATIVE_NAMES.values(), *world.names()]
    foreign = shown.evaluate(LATIN if look.language == "zh-Hans" else CHINESE, names)
    assert not foreign, "\n".join(foreign)
    keep_pictures(opens, world, page, reader, request.config.getoption("--shots"))
    for width in WIDTHS[look]:
        shown.set_viewport_size({"width": width, "height": look.height})
        assert shown.evaluate(TOO_WIDE, width) == [], f"{width} px wide"
    shown.emulate_media(media="print")
    expect(shown.locator("h1")).to_be_visible()
    for hidden in ("header.top", "footer", ".acts", "nav.aside"):
        for each in shown.locator(hidden).all():
            expect(each).to_be_hidden()
