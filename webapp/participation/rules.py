"""Dimensions of the moment, told by what is known then."""

from __future__ import annotations

import re

from webapp.participation.models import Device

# Bands as national training statistics use them; under 18 nobody is a public servant.
_BANDS = ((18, 25), (26, 35), (36, 45), (46, 55), (56, 65))
# WeChat names itself on desktops as it does on phones, and old browsers name Windows' tablet services.
_DESKTOP = re.compile(r"Windows NT|WindowsWechat|MacWechat|UnifiedPCWechat|\(PC;", re.IGNORECASE)
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Android(?!.*Mobile)", re.IGNORECASE)
_PHONE = re.compile(r"Mobi|iPhone|iPod|Android|MicroMessenger|HarmonyOS|\(Phone;", re.IGNORECASE)
_COMPUTER = re.compile(r"Windows|Macintosh|X11|Linux|CrOS", re.IGNORECASE)


def age_band(birth_year: int | None, year: int) -> str | None:
    """Band of the age reached in a calendar year: `36-45`, `66+`, `-17`; None when the birth year is not stated."""
    if birth_year is None:
        return None
    age = year - birth_year
    for low, high in _BANDS:
        if low <= age <= high:
            return f"{low}-{high}"
    return "66+" if age > _BANDS[-1][1] else "-17"


def device_of(user_agent: str) -> Device:
    """Kind of device by the browser's name of itself; an unknown one is unknown, not a computer."""
    if _DESKTOP.search(user_agent):
        return Device.COMPUTER
    if _TABLET.search(user_agent):
        return Device.TABLET
    if _PHONE.search(user_agent):
        return Device.PHONE
    return Device.COMPUTER if _COMPUTER.search(user_agent) else Device.UNKNOWN
