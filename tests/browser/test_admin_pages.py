"""Every screen of the administration and of one's own account, on a phone and at a desk: accessible, whole, one language, valid HTML."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.office import SCREENS, Screen, appoint, furnish
from tests.browser.reader import ENGLISH, PHONE, Look, Opens, Reader
from tests.browser.test_html import CHECKER
from tests.browser.test_pages import CHINESE, LATIN, TOO_WIDE, broken_rules
from webapp.core.i18n import NATIVE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import ViewportSize

    from tests.browser.world import Account, World

pytestmark = pytest.mark.browser
# Settings name what programs read; courses, mails and what was typed into files and forms are in their own language; hints spell pinyin.
OTHER_TONGUES = frozenset({
    "settings", "mail", "mails", "course", "courses", "audit", "import-columns", "import-preview", "import-done", "place", "place-undo",
    "place-rename",
    "place-rename-same", "place-split", "person-moved", "organisation", "organisations", "organisation-edit", "organisation-merge",
    "organisation-merge-two", "roles", "role-end", "rights", "invitation", "invitations", "invitation-slips", "join-code",
})
# The accessibility rules look at every second screen on the phone, at the others at the desk, by turns by day and by night.
WIDTHS = {PHONE: (320, 360), ENGLISH: (768, 1280)}
# For docs/administrators.md: `pytest tests/browser/test_admin_pages.py --shots FOLDER`, then copy these to docs/images.
PICTURED = {"import-preview": "admin-import", "people": "admin-people", "place-close-preview": "admin-place", "audit": "admin-audit"}
WINDOW: ViewportSize = {"width": 1080, "height": 860}


@pytest.fixture(scope="module")
def office(served: tuple[World, str]) -> tuple[Account, dict[str, str]]:
    """Who administers everything, and what there is to administer."""
    chief = served[0].person("方主任", login="chief")
    appoint(served[0], chief)
    return chief, furnish(served[0], chief)


@pytest.mark.parametrize("look", WIDTHS, ids=str)
def test_the_screens_are_fit_for_everybody(
    opens: Opens, world: World, office: tuple[Account, dict[str, str]], look: Look, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    chief, facts = office
    reader, folder, wrong = opens(look, chief), request.config.getoption("--shots"), list[str]()
    names = [*NATIVE_NAMES.values(), *world.names()]
    for number, screen in enumerate(SCREENS):
        dark = bool(number // 2 % 2)
        reader.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        reader.expected = {screen.answer}
        visit(reader, screen, facts)
        wrong += [f"{screen.name}: {each}" for each in faults(reader, screen, names, rules=bool(number % 2) is look.phone)]
        (tmp_path / f"{screen.name}.{look.language}.html").write_text(reader.source, encoding="utf-8")
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            reader.snap(folder, f"admin-{screen.name}")
            picture(reader, screen, facts, folder)
    wrong += invalid(tmp_path)
    assert not wrong, "\n".join(wrong)


def picture(reader: Reader, screen: Screen, facts: dict[str, str], folder: Path) -> None:
    """A picture for the administrator's guide, in each language: what a window shows by day."""
    if screen.name not in PICTURED or reader.look.phone:
        return
    reader.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    reader.page.set_viewport_size(WINDOW)
    for language in ("zh-Hans", reader.language):
        reader.context.add_cookies([{"name": "language", "value": language, "url": reader.url}])
        visit(reader, screen, facts)
        reader.page.screenshot(path=folder / f"{PICTURED[screen.name]}.{language}.png")


def visit(reader: Reader, screen: Screen, facts: dict[str, str]) -> None:
    """Go to a screen, and on to what is meant."""
    reader.go(screen.path.format(**facts))
    if screen.act is not None:
        screen.act(reader)
        reader.page.wait_for_load_state()


def faults(reader: Reader, screen: Screen, names: list[str], *, rules: bool) -> Iterator[str]:
    """What is wrong with the page that is open; with `rules` those of accessibility too, which take the most time."""
    page, look = reader.page, reader.look
    assert reader.document is not None
    if reader.document.status != screen.answer:
        yield f"answers {reader.document.status}"
    expect(page.locator("h1")).to_have_count(1)
    if rules:
        yield from broken_rules(reader)
    if screen.name not in OTHER_TONGUES:
        yield from page.evaluate(LATIN if look.language == "zh-Hans" else CHINESE, names)
    for width in WIDTHS[look]:
        page.set_viewport_size({"width": width, "height": look.height})
        yield from (f"{width} px wide: {each}" for each in page.evaluate(TOO_WIDE, width))


def invalid(folder: Path) -> Iterator[str]:
    """What the HTML checker says of the files of a folder."""
    java = shutil.which("java")
    assert java, "`make test` installs Java"
    command = [java, "-Xss2m", "-jar", str(CHECKER), "--format", "json", "--exit-zero-always", *map(str, sorted(folder.glob("*.html")))]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    for each in json.loads(ran.stderr)["messages"]:
        if each["type"] != "info" or each.get("subType") == "warning":
            yield f"{each['url'].rpartition('/')[2]}:{each.get('lastLine')} {each['message']} {each.get('extract', '')!r}"
