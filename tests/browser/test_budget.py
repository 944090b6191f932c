"""What the first visit of a lesson costs on a slow network. Sizes and counts are the contract; the time is only shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.browser.reader import PHONE, Opens
from tests.browser.world import COURSE, LESSONS

pytestmark = pytest.mark.browser

MOST_BYTES, MOST_REQUESTS = 60_000, 8
# 400 kbit/s and 400 ms until the first byte: a village at the edge of the network.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_first_visit_of_a_lesson_stays_within_the_budget(
    opens: Opens, language: str, lesson: str, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = opens(replace(PHONE, language=language))
    network = reader.context.new_cdp_session(reader.page)
    asked: dict[str, str] = {}
    received: dict[str, float] = {}
    network.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    network.on("Network.loadingFinished", lambda event: received.update({event["requestId"]: event["encodedDataLength"]}))
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    reader.page.goto(f"/courses/{COURSE}/{lesson}/", wait_until="networkidle")
    seconds = reader.page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd / 1000")
    record_property("seconds", seconds)
    listed = "\n".join(f"{received.get(key, 0):8.0f} {url}" for key, url in asked.items())
    with capsys.disabled():
        print(f"\n{lesson} {language}: {sum(received.values()) / 1000:.1f} kB, {len(asked)} requests, loaded after {seconds:.1f} s")  # noqa: T201
    assert sum(received.values()) <= MOST_BYTES, listed
    assert len(asked) <= MOST_REQUESTS, listed
