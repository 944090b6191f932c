"""Somebody at a browser: a context, its page, and everything that goes wrong behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

from webapp.core.i18n import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

    from tests.browser.world import Account, World

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-dev-shm-usage", "--no-default-browser-check", "--disable-features=Translate,OptimizationHints,MediaRouter",
)
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 11; Redmi Note 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
)
TIMEOUT = 15_000
expect.set_options(timeout=TIMEOUT)


@dataclass(frozen=True)
class Look:
    """How somebody reads: language tag, size in pixels, phone or desk, light or dark, with or without scripts."""

    language: str = "zh-Hans"
    width: int = 360
    height: int = 740
    dark: bool = False
    script: bool = True

    @property
    def phone(self) -> bool:
        """A touch screen."""
        return self.width < 700

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{'dark' if self.dark else 'light'}{'' if self.script else '-plain'}"


PHONE = Look()
DESK = Look(width=1280, height=900)
ENGLISH = replace(DESK, language="en")
assert {PHONE.language, ENGLISH.language} == set(LANGUAGES)


class Reader:
    """A browser of its own. `close` fails when the console, the network or the security policy complained."""

    def __init__(self, browser: Browser, world: World, url: str, look: Look, account: Account | None = None) -> None:
        self.world, self.url, self.look, self.language = world, url, look, look.language
        self.faults: list[str] = []
        self.expected: set[int] = set()
        self.offline = False
        self.document: Response | None = None
        more: dict[str, Any] = {"user_agent": PHONE_AGENT} if look.phone else {}
        self.context = browser.new_context(
            base_url=url, viewport={"width": look.width, "height": look.height}, is_mobile=look.phone, has_touch=look.phone,
            java_script_enabled=look.script, color_scheme="dark" if look.dark else "light", timezone_id="Asia/Shanghai",
            locale="zh-CN" if look.language == "zh-Hans" else "en-GB", reduced_motion="reduce", **more,
        )
        self.context.set_default_timeout(TIMEOUT)
        self.context.add_cookies([{"name": "language", "value": look.language, "url": url}])
        if account is not None:
            self.context.add_cookies([{**world.cookie(account), "url": url}])
        self.context.on("console", self._console)
        self.context.on("request", self._request)
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._response)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.page: Page = self.context.new_page()

    def _console(self, message: ConsoleMessage) -> None:
        # What the network did is judged below, where the answer's status is known.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and f"{parts.scheme}://{parts.netloc}" != self.url:
            self.faults.append(f"another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page stops what it still loads, and a download stops the visit: neither is a failure.
        if request.failure not in ("net::ERR_ABORTED", *(["net::ERR_INTERNET_DISCONNECTED"] if self.offline else [])):
            self.faults.append(f"failed: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.document = response
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"status {response.status}: {response.request.method} {response.url}")

    @property
    def source(self) -> str:
        """The HTML of the page as the server sent it."""
        assert self.document is not None
        return self.document.text()

    def expects(self, *statuses: int) -> None:
        """Answers with these statuses are part of the test."""
        self.expected.update(statuses)

    def lose_network(self, *, lost: bool) -> None:
        """Go out of reach, or come back."""
        self.offline = self.offline or lost
        self.context.set_offline(lost)

    def close(self) -> None:
        """Leave, and fail if anything went wrong on the way."""
        self.context.close()
        found, self.faults = self.faults, []
        assert not found, "\n".join(found)

    def says(self, text: str, **values: Any) -> str:
        """A sentence of the interface in this reader's language."""
        return self.world.words(self.language, text, **values)

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(path)

    def button(self, text: str, **values: Any) -> Locator:
        """The first button of the content with this label."""
        return self.page.locator("main").get_by_role("button", name=self.says(text, **values), exact=True).first

    def link(self, text: str, **values: Any) -> Locator:
        """The first link of the content with this text."""
        return self.page.locator("main").get_by_role("link", name=self.says(text, **values), exact=True).first

    def press(self, text: str, **values: Any) -> None:
        """Press a button and let the next page come."""
        self.button(text, **values).click()

    def follow(self, text: str, **values: Any) -> None:
        """Follow a link."""
        self.link(text, **values).click()

    def fill(self, label: str, value: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(self.says(label), exact=True).fill(value)

    def sees(self, text: str, **values: Any) -> None:
        """The content says this."""
        expect(self.page.locator("main").get_by_text(self.says(text, **values)).first).to_be_visible()

    def at(self, path: str) -> None:
        """The address is this path, whatever its query."""
        expect(self.page).to_have_url(re.compile(re.escape(self.url + path) + r"(\?.*)?(#.*)?$"))

    def heading(self, text: str) -> None:
        """The page's title."""
        expect(self.page.locator("h1")).to_have_text(text)

    def snap(self, folder: Path, name: str) -> None:
        """Keep a picture of the whole page."""
        self.page.screenshot(path=folder / f"{name}.{self.look}.png", full_page=True)


# `opens(look, account)`: a new browser, signed in if an account is given.
Opens = Callable[..., Reader]
