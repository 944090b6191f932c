"""Closing periods: their figures stay as they were published; what was recorded since is listed beside them. The caller commits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.statistics.answers import Source
from webapp.statistics.asking import named_period
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.models import ClosedPeriod
from webapp.statistics.rules import BadPeriod
from webapp.statistics.slices import EVERYWHERE, PLACES, Slice
from webapp.statistics.slow import Key

_CLOSABLE = re.compile(r"\d{4}(-Q[1-4]|-\d{2})?")
Figures = Mapping[str, Mapping[str, int]]


class CannotClose(DomainError):
    """A period that cannot be closed, or was closed before."""

    status = 422


@dataclass(frozen=True)
class Change:
    """A figure of a place that is another one now: the path of the place, what was published, what is counted today."""

    path: str
    figure: str
    then: int
    now: int


def close(*, text: str, found: Source, actor_id: Any, now: datetime) -> ClosedPeriod:
    """Freeze a month, quarter or year that is over, for the whole and for every place. Raises `CannotClose`. Some five counts."""
    plain = text.strip()
    if not _CLOSABLE.fullmatch(plain):
        raise CannotClose(_("Write a month (2026-09), a quarter (2026-Q3) or a year (2026)."))
    zone = settings().programme_zone
    try:
        days = named_period(plain, now.astimezone(zone).date())
    except BadPeriod as bad:
        raise CannotClose(str(bad)) from bad
    assert days.first is not None
    assert days.last is not None
    if days.last >= found.cut_off.astimezone(zone).date():
        raise CannotClose(_("The period is not over yet, or its last day is not counted yet."))
    before = select(ClosedPeriod.id).where(ClosedPeriod.first == days.first, ClosedPeriod.last == days.last)
    if db.session.scalars(before).first() is not None:
        raise CannotClose(_("This period is closed already."))
    row = ClosedPeriod(
        id=new_id(), first=days.first, last=days.last, cut_off=found.cut_off, closed_by_id=actor_id, closed_at=now, published=False,
        figures={
            "versions": {each.key: each.version for each in FIGURES},
            "places": counted(found, Slice(cut_off=found.cut_off, first=days.first, last=days.last)),
        },
    )
    db.session.add(row)
    record(actor_id=actor_id, action="statistics.period_closed", subject=("statistic_period", row.id), now=now,
           after={"from": days.first.isoformat(), "until": days.last.isoformat()})
    db.session.flush()
    return row


def counted(found: Source, part: Slice) -> dict[str, dict[str, int]]:
    """All figures of a slice for the whole (the empty path) and for every place in which something was counted."""
    cells: dict[str, dict[str, int]] = {EVERYWHERE: dict(found.total(part, FIGURES))}
    for level in PLACES:
        counts: Mapping[Key, Mapping[str, int]] = found.count(part, (level,), FIGURES)
        cells |= {key[0]: dict(values) for key, values in counts.items() if key[0] is not None}
    return cells


def changed(row: ClosedPeriod, found: Source) -> list[Change]:
    """What late rows and corrections changed since, by path and in the order of the figures. Some four counts.

    A figure whose definition is another one by now is not compared: see `redefined`.
    """
    today = counted(found, Slice(cut_off=found.cut_off, first=row.first, last=row.last))
    return differences(row.figures["places"], today, skip=redefined(row))


def differences(then: Figures, now: Figures, skip: frozenset[str] = frozenset()) -> list[Change]:
    """Figures of two counts that are not alike. Pure."""
    return [
        Change(path, each.key, old, new)
        for path in sorted({*then, *now}) for each in FIGURES if each.key not in skip
        if (old := then.get(path, {}).get(each.key, 0)) != (new := now.get(path, {}).get(each.key, 0))
    ]


def redefined(row: ClosedPeriod) -> frozenset[str]:
    """Keys of figures that count something else today than when the period was closed."""
    versions = row.figures["versions"]
    return frozenset(key for key, each in BY_KEY.items() if versions.get(key) != each.version)
