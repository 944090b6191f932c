"""What a browser transfers that opens a lesson for the first time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from bench.client import Browser
from bench.findings import Finding
from bench.stage import Stage

PAGE_KB, REQUESTS = 60, 8
CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 360, "height": 740}
LOCALES = {"zh-Hans": "zh-CN", "en": "en-GB"}


@dataclass
class Seen:
    """Requests of one visit by address, with the bytes of their answers, headers included."""

    sizes: dict[str, float] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def kilobytes(self) -> float:
        """All of them together."""
        return sum(self.sizes.values()) / 1000


def measure(stage: Stage) -> list[Finding]:
    """Every lesson in both languages, as a visitor opens it on a phone with an empty cache; the largest counts."""
    visits: dict[str, Seen] = {}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for lesson in stage.people.lessons:
            for language, locale in LOCALES.items():
                visits[f"{lesson.split('/')[-2]}, {language}"] = visit(stage, chromium, lesson, locale)
        chromium.close()
    largest = max(visits, key=lambda name: visits[name].kilobytes)
    most = max(visits, key=lambda name: len(visits[name].sizes))
    kilobytes, requests = visits[largest].kilobytes, len(visits[most].sizes)
    return [
        Finding("first visit of a lesson, transferred", f"{kilobytes:.1f} KB ({largest})", f"at most {PAGE_KB} KB", kilobytes <= PAGE_KB),
        Finding("first visit of a lesson, requests", f"{requests} ({most})", f"at most {REQUESTS}", requests <= REQUESTS),
        Finding("  the largest of them", ", ".join(_parts(visits[largest]))),
    ]


def visit(stage: Stage, chromium: Chromium, lesson: str, locale: str) -> Seen:
    """Open the lesson and read to its end. A favicon that this browser left out is fetched and counted too."""
    seen = Seen()
    context = chromium.new_context(locale=locale, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.on("Network.requestWillBeSent", lambda told: seen.addresses.update({told["requestId"]: told["request"]["url"]}))
    client.on("Network.loadingFinished", lambda told: _finished(seen, told))
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(f"{stage.served.url}{lesson}", wait_until="networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    icon = page.eval_on_selector("link[rel~=icon]", "each => each.href") or urljoin(page.url, "/favicon.ico")
    context.close()
    if icon not in seen.addresses.values():
        answer = Browser(stage.served.url).get(icon.removeprefix(stage.served.url))
        seen.addresses[icon] = icon
        seen.sizes[icon] = len(answer.head) + 4 + len(answer.body)
    return seen


def _finished(seen: Seen, told: dict[str, Any]) -> None:
    seen.sizes[told["requestId"]] = told["encodedDataLength"]


def _parts(seen: Seen) -> list[str]:
    names = {number: address.rsplit("/", 1)[-1] or "page" for number, address in seen.addresses.items()}
    return [f"{names[number].split('.')[0]} {size / 1000:.1f}" for number, size in seen.sizes.items()]
