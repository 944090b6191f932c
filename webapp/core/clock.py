"""The one source of the present; rules and services take it as an argument."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_fixed: list[datetime] = []


def now() -> datetime:
    """The present, aware, in UTC."""
    return _fixed[-1] if _fixed else datetime.now(UTC)


def today(zone: tzinfo) -> date:
    """The calendar day in a zone."""
    return now().astimezone(zone).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at a moment: for tests and for demo data."""
    _fixed.append(moment)
    try:
        yield
    finally:
        _fixed.pop()
