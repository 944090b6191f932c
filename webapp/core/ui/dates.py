"""Dates and times as people write them, in Chinese and English. Pure: language and zone are arguments."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

from babel.dates import format_date


class _Patterns(NamedTuple):
    day: str
    day_of_month: str
    day_of_year: str
    month: str
    gap: str
    to: str


ENGLISH = _Patterns("d MMMM y", "d", "d MMMM", "MMMM y", ", ", " to ")
CHINESE = _Patterns("y年M月d日", "d日", "M月d日", "y年M月", "", "至")
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


def _of(language: str) -> tuple[_Patterns, str]:
    family = "zh" if language.startswith("zh") else "en"
    return (CHINESE if family == "zh" else ENGLISH), LOCALES[family]


@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, locale: str) -> str:
    # Babel reads the pattern anew each time; lists repeat the same few days.
    return format_date(day, pattern, locale)


def _on(value: date, zone: tzinfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def day_text(value: date, language: str, zone: tzinfo) -> str:
    """`14 September 2026`, `2026年9月14日`. A datetime must be aware and is taken in the zone."""
    patterns, locale = _of(language)
    return _formatted(_on(value, zone), patterns.day, locale)


def month_text(value: date, language: str, zone: tzinfo) -> str:
    """`September 2026`, `2026年9月`."""
    patterns, locale = _of(language)
    return _formatted(_on(value, zone), patterns.month, locale)


def clock_text(value: datetime, zone: tzinfo) -> str:
    """`09:05`, 24 hours, in the zone."""
    return f"{value.astimezone(zone):%H:%M}"


def moment_text(value: datetime, language: str, zone: tzinfo) -> str:
    """`14 September 2026, 09:05`, `2026年9月14日09:05`."""
    return day_text(value, language, zone) + _of(language)[0].gap + clock_text(value, zone)


def days_text(first: date, last: date, language: str, zone: tzinfo) -> str:
    """`14 to 15 September 2026`, `2026年9月14日至15日`; what both days share is written once."""
    patterns, locale = _of(language)
    first, last = _on(first, zone), _on(last, zone)
    if first == last:
        return day_text(first, language, zone)
    chinese = patterns is CHINESE
    if (first.year, first.month) == (last.year, last.month):
        short = patterns.day_of_month
    elif first.year == last.year:
        short = patterns.day_of_year
    else:
        short = patterns.day
    # English carries month and year at the end, Chinese carries year and month at the beginning.
    left, right = (patterns.day, short) if chinese else (short, patterns.day)
    return format_date(first, left, locale) + patterns.to + format_date(last, right, locale)


def machine_text(value: date) -> str:
    """What `<time datetime>` holds: a date, or a moment with its offset."""
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()
