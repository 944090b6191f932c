"""Setting what places plan, one by one or from a file. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.import_places import PlaceFinder
from webapp.accounts.import_rows import WrongRow
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.i18n import _, lazy
from webapp.core.ids import new_id
from webapp.statistics import incoming
from webapp.statistics.incoming import Problems
from webapp.statistics.models import Goal

COLUMNS = {"place": lazy("Place"), "year": lazy("Year"), "figure": lazy("Figure"), "planned": lazy("Planned")}
HEADINGS = {
    "place": "place placecode code county city province 地点 地方 地区 行政区划 区划代码 行政区划代码 省 市 县 省份 城市 区县",
    "year": "year 年 年份 年度", "figure": "figure indicator 指标 项目",
    "planned": "planned plan goal target 计划 计划数 计划值 目标 目标值",
}
Plan = tuple[UUID, int, str, int]


@dataclass(frozen=True)
class Read:
    """What a file plans, or what is wrong with it by row."""

    plans: Sequence[Plan]
    problems: Sequence[tuple[int, str]]


def read(data: bytes, allowed: tuple[str, ...] | None) -> Read:
    """The plans of a file for the places that somebody looks after. Raises `BadTable`. One query."""
    rows = incoming.rows_of(data, HEADINGS, tuple(COLUMNS), COLUMNS)
    finder, problems = PlaceFinder(allowed), Problems()
    plans: list[Plan] = []
    seen: dict[tuple[UUID, int, str], int] = {}
    for number, said in rows:
        place = problems.take(number, lambda said=said: _place(finder, said.get("place", "")))  # type: ignore[misc]
        year = problems.take(number, lambda said=said: incoming.year(said.get("year", "")))  # type: ignore[misc]
        figure = problems.take(number, lambda said=said: incoming.figure(said.get("figure", "")))  # type: ignore[misc]
        planned = problems.take(number, lambda said=said: incoming.whole(said.get("planned", "")))  # type: ignore[misc]
        if None in (place, year, figure, planned):
            continue
        if (place, year, figure) in seen:
            problems.add(number, _("Row %(row)d plans the same figure for the same place and year.", row=seen[place, year, figure]))
            continue
        seen[place, year, figure] = number
        plans.append((place, year, figure, planned))
    return Read(plans, problems.ordered)


def _place(finder: PlaceFinder, text: str) -> UUID:
    found = finder.find(text)
    if found is None:
        raise WrongRow(_("The place is missing."))
    return found


def plan(*, place_id: UUID, year: int, figure: str, planned: int, actor_id: UUID, now: datetime) -> bool:
    """Set what a place plans; whether that is news. Two statements."""
    row = _held(place_id, year, figure)
    before = row.planned if row else None
    if before == planned:
        return False
    if row is None:
        db.session.add(Goal(
            id=new_id(), place_id=place_id, year=year, figure=figure, planned=planned, set_by_id=actor_id, set_at=now,
        ))
    else:
        row.planned, row.set_by_id, row.set_at = planned, actor_id, now
    _note("statistics.plan_set", place_id, year, figure, before, planned, actor_id, now)
    db.session.flush()
    return True


def unplan(*, row: Goal, actor_id: UUID, now: datetime) -> None:
    """Forget a plan."""
    _note("statistics.plan_removed", row.place_id, row.year, row.figure, row.planned, None, actor_id, now)
    db.session.delete(row)
    db.session.flush()


def bring_in(plans: Sequence[Plan], *, actor_id: UUID, now: datetime) -> int:
    """Set all plans of a file; how many are news."""
    changed = sum(
        plan(place_id=place, year=year, figure=figure, planned=planned, actor_id=actor_id, now=now)
        for place, year, figure, planned in plans
    )
    record(actor_id=actor_id, action="statistics.plans_imported", subject=("list", "plans"),
           after={"rows": len(plans), "count": changed}, now=now)
    return changed


def _held(place_id: UUID, year: int, figure: str) -> Goal | None:
    return db.session.scalars(
        select(Goal).where(Goal.place_id == place_id, Goal.year == year, Goal.figure == figure).with_for_update()
    ).first()


def _note(
    action: str, place_id: UUID, year: int, figure: str, before: int | None, after: int | None, actor_id: UUID, now: datetime,
) -> None:
    what = {"year": year, "figure": figure}
    record(
        actor_id=actor_id, action=action, subject=("place", place_id), place_id=place_id, now=now,
        before=None if before is None else {**what, "count": before}, after=None if after is None else {**what, "count": after},
    )
