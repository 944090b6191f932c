"""Totals of former years: what a row says, and where rows contradict each other. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from webapp.accounts.import_places import PlaceFinder
from webapp.accounts.import_rows import WrongRow
from webapp.core.i18n import _, lazy
from webapp.statistics import incoming
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.incoming import Problems, Rows

COLUMNS = {"place": lazy("Place"), "period": lazy("Period"), "figure": lazy("Figure"), "value": lazy("Value")}
HEADINGS = {
    "place": "place placecode code county city province 地点 地方 地区 行政区划 区划代码 行政区划代码 省 市 县 省份 城市 区县",
    "period": "period year quarter month 期间 时期 时段 年 年份 年度 季度 月份 统计期", "figure": "figure indicator 指标 项目",
    "value": "value number total count 数值 数量 值 合计 人数",
}
# A column of the database that holds whole numbers of 32 bits.
MOST_VIEWS = 2_000_000_000
VIEWS = "views"


@dataclass(frozen=True)
class Total:
    """A figure of a place in a period, as it was reported in a row."""

    row: int
    place_id: UUID
    path: str
    first: date
    last: date
    figure: str
    value: int

    def holds(self, other: Total) -> bool:
        """Whether the days of the other lie within its own."""
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Total) -> bool:
        """Whether they have a day in common."""
        return self.first <= other.last and other.first <= self.last


def read(rows: Rows, finder: PlaceFinder, paths: Mapping[UUID, str], today: date, problems: Problems) -> list[Total]:
    """The totals of the rows, problems noted: what cannot be read, and what contradicts another row."""
    found: list[Total] = []
    for number, said in rows:
        total = problems.take(number, _reader(number, said, finder, paths, today))
        if total is not None:
            found.append(total)
    contradictions(found, problems)
    return found


def _reader(number: int, said: Mapping[str, str], finder: PlaceFinder, paths: Mapping[UUID, str], today: date) -> Callable[[], Total]:
    def total() -> Total:
        place_id = finder.find(said.get("place", ""))
        if place_id is None:
            raise WrongRow(_("The place is missing."))
        first, last = incoming.period(said.get("period", ""), today)
        if last > today:
            raise WrongRow(_("The period “%(period)s” is not over yet. Former years are what lies behind.", period=said["period"][:20]))
        figure, value = incoming.figure(said.get("figure", "")), incoming.whole(said.get("value", ""))
        if figure == VIEWS and value > MOST_VIEWS:
            raise WrongRow(_("“%(value)s” is no whole number from 0 on.", value=said["value"][:40]))
        return Total(number, place_id, paths[place_id], first, last, figure, value)

    return total


def contradictions(totals: Sequence[Total], problems: Problems) -> None:
    """Note every row that cannot be true together with another: the same days twice, a part above its whole."""
    at: defaultdict[tuple[str, str], list[Total]] = defaultdict(list)
    for total in totals:
        twice = next((each for each in at[total.figure, total.path] if each.overlaps(total)), None)
        if twice is not None:
            problems.add(total.row, _("The period overlaps with that of row %(row)d, which has the same place and figure.", row=twice.row))
        at[total.figure, total.path].append(total)
    inside: defaultdict[Total, int] = defaultdict(int)
    for part in totals:
        nearest = True
        for path in above(part.path):
            wholes = at.get((part.figure, path), ())
            for whole in wholes:
                _against(part, whole, problems)
            around = next((each for each in wholes if each.holds(part)), None)
            if around is not None and nearest:
                inside[around] += part.value
                nearest = False
    for whole, parts in inside.items():
        if BY_KEY[whole.figure].adds_up and parts > whole.value:
            problems.add(whole.row, _("The places below add up to %(parts)s, more than the %(whole)s of the whole.",
                                      parts=f"{parts:,}", whole=f"{whole.value:,}"))


def _against(part: Total, whole: Total, problems: Problems) -> None:
    if whole.holds(part):
        if part.value > whole.value:
            problems.add(part.row, _(
                "%(part)s is more than the %(whole)s of row %(row)d, in which this place and period lie.", part=f"{part.value:,}",
                whole=f"{whole.value:,}", row=whole.row,
            ))
    elif BY_KEY[part.figure].adds_up and part.overlaps(whole):
        problems.add(part.row, _("The period crosses the edge of the period of row %(row)d, in which this place lies: it would be counted "
                                 "twice.", row=whole.row))


def above(path: str) -> Iterator[str]:
    """The paths above a path, the nearest first."""
    parts = path.rstrip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        yield "/".join(parts[:length]) + "/"


def remainders(totals: Iterable[Total]) -> list[tuple[Total, int]]:
    """What each total holds beyond the totals of places below it in its period: so that nothing is counted twice when all are added."""
    at: defaultdict[str, list[Total]] = defaultdict(list)
    for total in totals:
        at[total.path].append(total)
    left = {total: total.value for each in at.values() for total in each}
    for part in list(left):
        around = next((whole for path in above(part.path) for whole in at.get(path, ()) if whole.holds(part)), None)
        if around is not None:
            left[around] -= part.value
    return list(left.items())
