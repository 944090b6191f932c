"""What is published of small groups, against a solver that knows every table ever published and how their numbers hang together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from webapp.statistics import editions
from webapp.statistics.editions import DIVIDED, MONTH, REPORTED, TOTAL, Edition
from webapp.statistics.publishing import Exposed, Spot, Tables

MIDDLE = 30
FIGURES = ("started", "passed", "attended")


@dataclass(frozen=True)
class Someone:
    """A person with what they did, as (figure, month)."""

    province: str
    second: str
    level: str
    sex: str
    did: tuple[tuple[str, int], ...]


@st.composite
def someone(draw):
    province = draw(st.sampled_from("ABC"))
    moved = draw(st.integers(0, 9)) == 0
    did = draw(st.lists(st.tuples(st.sampled_from(FIGURES), st.integers(1, 6)), min_size=1, max_size=3))
    # Nobody passes what they did not start.
    did += [("started", month) for figure, month in did if figure == "passed"]
    return Someone(
        province, draw(st.sampled_from("ABC")) if moved else province, draw(st.sampled_from(["10", "30", "50"])),
        draw(st.sampled_from(["female", "male", ""])), tuple(did),
    )


crowds = st.lists(st.tuples(someone(), st.integers(1, 9)), min_size=1, max_size=14).map(
    lambda groups: [each for each, times in groups for _time in range(times)]
)
periods = st.permutations([(1, 3), (1, 6), (4, 6), (2, 2)]).flatmap(lambda each: st.integers(1, 3).map(lambda n: each[:n]))


def edition(crowd: list[Someone], first: int, last: int) -> Edition:
    sets: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for number, each in enumerate(crowd):
        for figure, month in each.did:
            if not first <= month <= last:
                continue
            spots = [
                (TOTAL, ""), ("province", each.province if month < 4 else each.second), ("level", each.level), ("sex", each.sex),
                (MONTH, f"2026-{month:02d}"),
            ]
            if figure == "attended" and int(each.level) >= MIDDLE:
                spots.append((REPORTED, ""))
            for table, row in spots:
                sets[figure, table, row].add(number)
    rows = {(table, row) for _figure, table, row in sets} | {(TOTAL, "")}
    numbers = {(figure, *row): len(sets[figure, *row]) for figure in FIGURES for row in sorted(rows) if row[0] != REPORTED}
    numbers["attended", REPORTED, ""] = len(sets["attended", REPORTED, ""])
    return Edition(f"{first}-{last}", date(2026, first, 1), date(2026, last, 28), numbers)


def publish(crowd: list[Someone], wanted: list[tuple[int, int]]) -> list[Edition]:
    out: list[Edition] = []
    for first, last in wanted:
        new = edition(crowd, first, last)
        out.append(replace(new, withheld=editions.withheld(new, out, reported_from=MIDDLE)))
    return out


def telling(published: list[Edition]) -> list[Edition]:
    """Those that show any number of people: the others are no tables. How rare they are is held by the test of a crowd of usual size."""
    return [each for each in published if each.tells]


class Solver:
    """All published tables as equations between unknown whole numbers, made apart from the code that withholds."""

    def __init__(self, published: list[Edition]) -> None:
        self.names = sorted((each.key, place) for each in published for place in each.numbers)
        self.at = {name: number for number, name in enumerate(self.names)}
        self.low, self.high = np.zeros(len(self.names)), np.full(len(self.names), np.inf)
        self.rows: list[tuple[dict[int, int], float, float]] = []
        for each in published:
            for place, number in each.numbers.items():
                if place not in each.withheld:
                    self.low[self.at[each.key, place]] = self.high[self.at[each.key, place]] = number
            self.inside(each)
        for whole in published:
            for part in published:
                if whole is not part:
                    self.between(whole, part)

    def inside(self, each: Edition) -> None:
        key = each.key
        for figure in FIGURES:
            for table in DIVIDED:
                rows = [place for place in each.numbers if place[:2] == (figure, table)]
                self.total((key, (figure, TOTAL, "")), [(key, row) for row in rows], each, figure)
        levels = [place for place in each.numbers if place[:2] == ("attended", "level") and place[2] in ("30", "50")]
        self.total((key, ("attended", REPORTED, "")), [(key, row) for row in levels], each, "attended", REPORTED)
        self.more((key, ("attended", TOTAL, "")), (key, ("attended", REPORTED, "")))
        for place in each.numbers:
            if place[0] == "passed":
                self.more((key, ("started", *place[1:])), (key, place))

    def total(self, whole, rows, each, figure, table=TOTAL) -> None:
        twice = sum(each.numbers[place] for _key, place in rows) - each.numbers[figure, table, ""]
        terms = {**{self.at[row]: 1 for row in rows}, self.at[whole]: -1}
        self.rows.append((terms, twice, twice) if twice < 5 else (terms, 0, np.inf))

    def more(self, more, less) -> None:
        self.rows.append(({self.at[more]: 1, self.at[less]: -1}, 0, np.inf))

    def between(self, whole: Edition, part: Edition) -> None:
        for place in part.numbers:
            if place not in whole.numbers:
                continue
            terms = {self.at[whole.key, place]: 1, self.at[part.key, place]: -1}
            if place[1] == MONTH:
                self.rows.append((terms, 0, 0))
            elif whole.contains(part):
                self.rows.append((terms, 0, np.inf))
                # Two halves hold everybody of the whole.
                if (whole.key, part.key) == ("1-6", "1-3") and ("4-6", place) in self.at:
                    self.rows.append(({**{each: -sign for each, sign in terms.items()}, self.at["4-6", place]: 1}, 0, np.inf))

    def greatest(self, terms: dict[int, int]) -> float:
        goal, matrix = np.zeros(len(self.names)), np.zeros((len(self.rows), len(self.names)))
        for column, sign in terms.items():
            goal[column] = -sign
        for line, (row, _low, _high) in enumerate(self.rows):
            for column, sign in row.items():
                matrix[line, column] = sign
        found = milp(
            goal, integrality=np.ones(len(self.names)), bounds=Bounds(self.low, np.minimum(self.high, 10_000)),
            constraints=LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows]),
        )
        assert found.success, found.message
        return round(-found.fun)


@settings(max_examples=60)
@given(crowd=crowds, wanted=periods)
def test_no_solver_can_tell_that_a_withheld_group_is_small(crowd, wanted):
    published = telling(publish(crowd, wanted))
    solver = Solver(published)
    for each in published:
        for place, number in each.numbers.items():
            if 0 < number < 5:
                assert place in each.withheld
                assert solver.greatest({solver.at[each.key, place]: 1}) >= 5, (each.key, place)


@settings(max_examples=30)
@given(crowd=crowds, wanted=periods)
def test_no_small_group_is_told_by_the_difference_of_two_published_numbers(crowd, wanted):
    published = telling(publish(crowd, wanted))
    solver = Solver(published)
    for whole in published:
        for part in published:
            for place in part.numbers.keys() & whole.numbers.keys() if whole.contains(part) else ():
                if place[1] != MONTH and 0 < whole.numbers[place] - part.numbers[place] < 5:
                    terms = {solver.at[whole.key, place]: 1, solver.at[part.key, place]: -1}
                    assert solver.greatest(terms) >= 5, (whole.key, part.key, place)
        for place, number in whole.numbers.items():
            if place[0] == "passed" and 0 < whole.numbers["started", *place[1:]] - number < 5:
                terms = {solver.at[whole.key, ("started", *place[1:])]: 1, solver.at[whole.key, place]: -1}
                assert solver.greatest(terms) >= 5, (whole.key, place)


def usual(size: int) -> list[Someone]:
    """A crowd with a small province and a rare level."""
    return [
        Someone(
            "C" if number % 97 == 0 else "AB"[number % 2], "C" if number % 97 == 0 else "AB"[number % 2],
            "50" if number % 151 == 0 else ("10", "30")[number % 2], ("female", "male", "female", "")[number % 4],
            (("started", number % 6 + 1), *((("passed", number % 6 + 1),) if number % 3 else ()),
             *((("attended", number % 5 + 1),) if number % 7 == 0 else ())),
        ) for number in range(size)
    ]


def test_in_a_crowd_of_usual_size_little_is_withheld_and_every_period_can_go_out():
    published = publish(usual(300), [(1, 3), (4, 6), (1, 6), (2, 2)])
    for each in published:
        small = sum(0 < number < 5 for number in each.numbers.values())
        assert len(each.withheld) <= 4 * small + 6
        assert each.value(("started", TOTAL, "")) == each.numbers["started", TOTAL, ""]


def test_a_second_period_does_not_give_away_what_the_first_withheld():
    crowd = usual(300)
    first = publish(crowd, [(1, 3)])
    both = publish(crowd, [(1, 3), (1, 6)])
    assert both[0].withheld == first[0].withheld, "what is out stays as it was"
    small = [place for place, number in both[0].numbers.items() if 0 < number < 5]
    assert small
    solver = Solver(both)
    assert all(solver.greatest({solver.at[both[0].key, place]: 1}) >= 5 for place in small)


def test_nothing_is_withheld_where_no_group_is_small():
    numbers = {("started", TOTAL, ""): 60, ("started", "sex", "female"): 40, ("started", "sex", "male"): 20}
    assert editions.withheld(Edition("a", date(2026, 1, 1), date(2026, 12, 31), numbers), [], reported_from=MIDDLE) == frozenset()


def test_a_small_group_takes_a_second_one_with_it_and_not_the_total():
    numbers = {
        ("started", TOTAL, ""): 63, ("started", "sex", "female"): 40, ("started", "sex", "male"): 20, ("started", "sex", ""): 3,
    }
    found = editions.withheld(Edition("a", date(2026, 1, 1), date(2026, 12, 31), numbers), [], reported_from=MIDDLE)
    assert found == {("started", "sex", ""), ("started", "sex", "male")}


def test_a_small_number_that_others_fix_is_refused():
    small, shown = Spot("a", "f", "t", "1"), Spot("a", "f", "t", "2")
    with pytest.raises(Exposed):
        Tables({small: 3, shown: 20}, [{small: 1, shown: 1}], fixed={shown}).protect()


def few(kept: list[tuple[str, str, str, str, tuple[tuple[str, int], ...], int]]) -> list[Someone]:
    return [Someone(first, second, level, sex, did) for first, second, level, sex, did, times in kept for _time in range(times)]


def test_what_cannot_be_guarded_otherwise_goes_out_without_any_number_of_people():
    all_months = (("started", 1), ("started", 5), ("started", 6), ("passed", 6))
    crowd = few([
        ("C", "B", "50", "male", all_months, 2), ("C", "C", "50", "female", (("started", 2), ("passed", 2)), 5),
        ("B", "B", "50", "female", all_months, 9),
    ])
    first, second = publish(crowd, [(1, 3), (2, 2)])
    assert first.tells
    assert not second.tells
    assert second.omitted == list(FIGURES)
    third = edition(crowd, 4, 6)
    assert editions.withheld(third, [first, second], reported_from=MIDDLE) == editions.withheld(third, [first], reported_from=MIDDLE)


def test_a_figure_that_cannot_be_guarded_is_left_out_before_the_others_are(monkeypatch):
    new = edition(usual(60), 1, 6)
    tried: list[set[str]] = []

    def protect(tables: Tables, progress: object) -> frozenset[Spot]:
        tried.append({spot.figure for spot in tables.omitted})
        for figure in ("passed", "attended"):
            if figure not in tried[-1]:
                raise Exposed(Spot(new.key, figure, TOTAL, ""))
        return frozenset(tables.omitted)

    monkeypatch.setattr(Tables, "protect", protect)
    made = replace(new, withheld=editions.withheld(new, [], reported_from=MIDDLE))
    assert tried == [set(), {"passed"}, {"passed", "attended"}]
    assert made.omitted == ["passed", "attended"]
    assert made.value(("started", TOTAL, "")) == 60


def test_an_edition_is_kept_and_read_again_as_it_was():
    made = publish(usual(120), [(1, 3)])[0]
    made = replace(made, free={("trainings", "province", "CN/130000/"): 4})
    assert editions.read(made.key, made.first, made.last, editions.written(made)) == made
