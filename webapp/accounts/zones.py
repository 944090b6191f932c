"""Time zones to choose from, named by their cities in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location

AREAS = frozenset({"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})
# A day in January: standard time in the north; the order matters here, not the hour.
_DAY = datetime(2026, 1, 15, 12, 0)  # noqa: DTZ001  the wall clock of each zone in turn


@lru_cache(maxsize=4)
def choices(locale: str) -> tuple[tuple[str, str], ...]:
    """(zone, `UTC+08:00 Shanghai`) from west to east; spellings of one zone appear once."""
    aliases = get_global("zone_aliases")
    zones = [name for name in available_timezones() if name.split("/")[0] in AREAS and name not in aliases]
    listed = sorted((_offset(name), get_timezone_location(ZoneInfo(name), locale=locale, return_city=True), name) for name in zones)
    return tuple((name, f"{_written(offset)} {city}") for offset, city, name in listed)


def spoken(name: str, moment: datetime, locale: str) -> str:
    """`UTC+08:00 Shanghai`: a zone as the list names it, with its offset at this aware moment."""
    zone = ZoneInfo(name)
    offset = _written(moment.astimezone(zone).utcoffset() or timedelta())
    if name.partition("/")[0] not in AREAS:
        # These are called after their offset, not after a city.
        return offset
    return f"{offset} {get_timezone_location(zone, locale=locale, return_city=True)}"


def known(name: str) -> bool:
    """Whether this is a time zone that the system has."""
    return name in available_timezones()


def _offset(name: str) -> timedelta:
    return ZoneInfo(name).utcoffset(_DAY) or timedelta()


def _written(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
