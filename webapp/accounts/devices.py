"""Devices in three words that people recognise: kind, browser and system. Nothing else of what a browser says is kept."""

from __future__ import annotations

import re
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy

LONGEST = 400
# In the order of asking: many browsers also call themselves by the names below theirs.
_BROWSERS = (
    ("WeChat", "MicroMessenger|WindowsWechat|MacWechat"), ("QQ", "QQBrowser|\\bQQ/"), ("UC", "UCBrowser"), ("Quark", "Quark/"),
    ("360", "QihooBrowser|360SE|360EE"), ("Huawei", "HuaweiBrowser"), ("Xiaomi", "MiuiBrowser"), ("Edge", "Edg(?:e|A|iOS)?/"),
    ("Opera", "OPR/|Opera"), ("Firefox", "Firefox/|FxiOS/"), ("Chrome", "Chrome/|CriOS/|Chromium/"), ("Safari", "Safari/"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS|OpenHarmony"), ("Windows", "Windows"), ("iOS", "iPhone|iPod"), ("iPadOS", "iPad"), ("Android", "Android"),
    ("macOS", "Macintosh|Mac OS X"), ("ChromeOS", "CrOS"), ("Linux", "Linux|X11"),
)
_KINDS = (
    ("computer", "Windows NT|WindowsWechat|MacWechat|\\(PC;"), ("tablet", "iPad|Tablet|Android(?!.*Mobile)"),
    ("phone", "Mobi|iPhone|iPod|Android|HarmonyOS|\\(Phone;"), ("computer", "Macintosh|X11|Linux|CrOS"),
)
KINDS: dict[str, Any] = {"computer": lazy("Computer"), "tablet": lazy("Tablet"), "phone": lazy("Phone"), "": lazy("Unknown device")}


@dataclass(frozen=True)
class Device:
    """Kind (`computer`, `tablet`, `phone`), browser and system; empty where unknown."""

    kind: str = ""
    browser: str = ""
    system: str = ""

    @classmethod
    def of(cls, user_agent: str) -> Device:
        """By the browser's name of itself: only words of the lists above come out of it."""
        text = user_agent[:LONGEST]
        return cls(_first(_KINDS, text), _first(_BROWSERS, text), _first(_SYSTEMS, text))

    @classmethod
    def read(cls, kept: str) -> Device:
        """As it is kept in a row."""
        kind, browser, system = [*kept.split("/"), "", "", ""][:3]
        return cls(kind if kind in KINDS else "", browser, system)

    @property
    def kept(self) -> str:
        """For a column: `phone/Firefox/Android`."""
        return f"{self.kind}/{self.browser}/{self.system}"

    def __str__(self) -> str:
        """In the reader's language: `Phone, Firefox on Android`."""
        kind = str(KINDS[self.kind])
        if self.browser and self.system:
            return _("%(kind)s, %(browser)s on %(system)s", kind=kind, browser=self.browser, system=self.system)
        known = self.browser or self.system
        return _("%(kind)s, %(name)s", kind=kind, name=known) if known else kind


def _first(words: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for word, pattern in words if re.search(pattern, text, re.IGNORECASE)), "")
