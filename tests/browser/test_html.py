"""The HTML of every page, in both languages, as the server sends it: valid by the Nu checker, and no link leads nowhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import PAGES
from tests.browser.reader import DESK, Opens, Reader

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.world import World

pytestmark = pytest.mark.browser

CHECKER = Path(__file__).parent / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# Messages of the checker that are not mistakes, each with its reason.
FILTERED: dict[str, str] = {}
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#?]*)[^"]*"')
PLAIN = replace(DESK, script=False)
# Addresses that change something only after asking, or lead on elsewhere.
NOT_FOLLOWED = re.compile(r"/language/|/mailbox/")


@pytest.fixture(scope="module")
def sources(browser: Browser, served: tuple[World, str], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    """Files with the HTML of every page, and who looked at it."""
    world, url = served
    folder, found = tmp_path_factory.mktemp("html"), dict[Path, str]()
    for language in ("zh-Hans", "en"):
        readers: dict[str | None, Reader] = {}
        for page in PAGES:
            if page.who not in readers:
                look, account = replace(PLAIN, language=language), world.known(page.who) if page.who else None
                readers[page.who] = Reader(browser, world, url, look, account)
            path = folder / f"{page.name}.{language}.html"
            path.write_text(page.source(readers[page.who]), encoding="utf-8")
            found[path] = page.who or ""
        for reader in readers.values():
            reader.close()
    return found


def test_the_html_of_every_page_is_valid(sources: dict[Path, str]) -> None:
    java = shutil.which("java")
    assert java, "`make test` installs Java"
    command = [java, "-Xss2m", "-jar", str(CHECKER), "--format", "json", "--exit-zero-always", *map(str, sources)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    messages = json.loads(ran.stderr)["messages"]
    faults = {
        f"{Path(each['url']).name}:{each.get('lastLine')} {each['message']} {each.get('extract', '')!r}"
        for each in messages if each["type"] != "info" or each.get("subType") == "warning"
        if not any(reason in each["message"] for reason in FILTERED)
    }
    assert not faults, "\n".join(sorted(faults))


def test_no_link_leads_nowhere(opens: Opens, world: World, sources: dict[Path, str]) -> None:
    seen: set[tuple[str, str]] = set()
    dead: list[str] = []
    for path, who in sources.items():
        reader = None
        for target in sorted(set(LINK.findall(path.read_text(encoding="utf-8")))):
            address = unescape(target)
            if not address.startswith("/") or NOT_FOLLOWED.search(address) or (address, who) in seen:
                continue
            seen.add((address, who))
            reader = reader or opens(PLAIN, world.known(who) if who else None)
            status = reader.context.request.get(address).status
            if status >= 400:
                dead.append(f"{path.name}: {address} answers {status}")
    assert not dead, "\n".join(dead)
