"""Figures from counts, against the standard library; groups and cross tables, against somebody who solves for what is hidden."""

import statistics
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_suppression_known import possible
from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.core.suppression import LEAST, small
from webapp.questionnaires.results import (
    NOBODY,
    POOL,
    Item,
    Tally,
    bins,
    items,
    median_day,
    numbers,
    of_field,
    periods,
    ranked,
    spread,
    tally_of,
)
from webapp.questionnaires.results_split import ALL, ANY, NONE, OTHERS, cross, gathered, groups, split
from webapp.questionnaires.results_words import percent, rounded

ITEMS = {item.key: item for item in items(QUESTIONNAIRE)}
AMOUNTS = st.lists(st.decimals(-1000, 1000, places=1), min_size=1, max_size=40)


@given(AMOUNTS)
def test_mean_median_and_quartiles_are_those_of_the_standard_library(values):
    found = spread(Counter(values))
    exact = [Fraction(value) for value in values]
    assert found.n == len(values)
    assert found.mean == statistics.mean(exact)
    assert found.median == statistics.median(exact)
    if len(values) > 1:
        assert [found.lower, found.median, found.upper] == statistics.quantiles(exact, n=4, method="inclusive")
    else:
        assert found.lower == found.upper == exact[0]


def test_there_is_no_mean_of_nothing():
    assert spread({}) is None
    assert spread({Decimal(3): 0}) is None


def test_what_is_no_number_is_left_out():
    assert numbers({"2": 1, "2.0": 2, "many": 4, "NaN": 1, "Infinity": 1}) == {Decimal(2): 3}


@given(AMOUNTS)
def test_classes_hold_every_number_once_and_lie_side_by_side(values):
    counts = Counter(values)
    found = bins(counts)
    assert sum(each.count for each in found) == len(values)
    assert len(found) <= 10
    if len(counts) > 10:
        assert len({each.high - each.low for each in found}) == 1
        assert all(one.high == two.low for one, two in pairwise(found))
        for each in found:
            assert each.count == sum(count for value, count in counts.items() if each.low <= value < each.high)


@given(st.lists(st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1)), min_size=1))
def test_days_by_month_or_year_lose_none_and_have_a_median(days):
    counts = Counter(day.isoformat() for day in days)
    found = periods(counts)
    assert sum(found.values()) == len(days)
    assert len(found) <= 24
    assert median_day(counts) == statistics.median_low([day.isoformat() for day in days])


ORDERS = st.permutations(["water", "roads", "schools"]).flatmap(lambda each: st.integers(1, 3).map(lambda n: each[:n]))


@given(st.lists(ORDERS, max_size=20))
def test_the_mean_place_is_that_of_those_who_placed_it(answers):
    rows = Counter((value, place, True) for each in answers for place, value in enumerate(each, 1))
    item = ITEMS["first"]
    tally = tally_of(item, [(*key, count) for key, count in rows.items()])
    assert tally.answered == tally.sheets == len(answers)
    for each in ranked(item, tally):
        places = [answer.index(each.value) + 1 for answer in answers if each.value in answer]
        assert each.n == len(places)
        assert each.first == places.count(1)
        assert each.mean == (statistics.mean(map(Fraction, places)) if places else None)


def test_every_kind_of_field_is_counted_in_its_way():
    assert {key: item.shape.value for key, item in ITEMS.items()} == {
        "plan-name": "words", "summary": "words", "people": "number", "adopted": "date", "level": "choice", "city-name": "words",
        "means": "several", "lacks": "several", "trust": "steps", "agree": "points", "first": "ranking", "objectives//what": "words",
        "objectives//goals": "several", "objectives//targets": "several", "objectives//state": "choice", "objectives//cost": "number",
        "links//": "choice", "all-goals": "several", "all-targets": "several", "place": "listed", "office": "listed", "proof": "words",
        "why": "words",
    }
    assert ITEMS["level"].values == ("county", "city", "other")
    assert all(item.pooled is (POOL in key) for key, item in ITEMS.items())
    assert [item.key for item in of_field(QUESTIONNAIRE.field("sum"))] == ["sum"]


def test_tallies_add_up_and_survive_being_kept():
    one = Tally(3, {"a": 2, "b": 1}, {"a": {1: 2}}, 3)
    two = Tally(2, {"b": 2}, {"a": {1: 1, 2: 1}}, 2)
    assert one + two == Tally(5, {"a": 2, "b": 3}, {"a": {1: 3, 2: 1}}, 5)
    assert Tally.from_json(one.to_json()) == one


@pytest.mark.parametrize(("number", "text"), [
    (Fraction(1, 3), "0.33"), (Fraction(2, 3), "0.67"), (Fraction(1, 200), "0.01"), (Fraction(-1, 200), "-0.01"), (Fraction(5), "5.00"),
])
def test_halves_are_rounded_away_from_zero(number, text):
    assert str(rounded(number)) == text


def test_shares_of_nobody_are_nothing():
    assert percent(0, 0) == 0
    assert percent(1, 8) == 13


SIZES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 20), max_size=8)


@given(SIZES)
def test_groups_hold_everybody_and_none_fewer_than_five(sizes):
    divided = groups(sizes)
    if divided:
        assert len(divided) > 1
        assert sum(group.size for group in divided) == sum(sizes.values())
        assert all(group.size >= LEAST for group in divided)
        assert sorted(value for group in divided for value in group.values) == sorted(sizes)
        assert [group.key for group in divided].count(OTHERS) <= 1


def test_more_than_thirty_groups_leave_the_smaller_ones_together():
    divided = groups({f"{n:02}": 5 + n for n in range(50)})
    assert len(divided) == 31
    assert divided[-1].key == OTHERS


ANSWERS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["county", "city", None])), min_size=10, max_size=40,
).filter(lambda answers: min(Counter(group for group, _value in answers).get(each, 0) for each in "ab") >= LEAST)


def by_group(item, answers):
    found = {}
    for group, value in answers:
        values = value if isinstance(value, (list, set, frozenset)) else [] if value is None else [value]
        rows = [(each, place, place == 1, 1) for place, each in enumerate(sorted(values), 1)]
        found[group] = found.get(group, NOBODY) + tally_of(item, rows)
    return found


@given(ANSWERS)
def test_choices_by_group_leave_no_small_number_to_be_solved(answers):
    item = ITEMS["level"]
    divided = groups(Counter(group for group, _value in answers))
    tallies = gathered(divided, by_group(item, answers))
    rows = split(item, divided, tallies)
    values = [*item.values, NONE]
    table = [
        [*(tally.counts.get(v, 0) for v in item.values), group.size - tally.answered]
        for group, tally in zip(divided, tallies, strict=True)
    ]
    hidden = {(i, j) for i, row in enumerate(rows) for j, v in enumerate(values) if (row.answered if v == NONE else row.counts[v]) is None}
    totals = [sum(column) for column in zip(*table, strict=True)]
    if sum(bool(total) for total in totals) < 2:
        return
    solved = possible(table, hidden)
    for i, row in enumerate(table):
        for j, number in enumerate(row[:-1]):
            if small(number):
                assert (i, j) in hidden
                assert len(solved[i, j]) > 1
        if small(sum(row[:-1])):
            assert rows[i].answered is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.frozensets(st.sampled_from(["budget", "rules", "staff"]))), min_size=15, max_size=40))
def test_several_choices_by_group_show_no_small_number(answers):
    item = ITEMS["means"]
    divided = groups(Counter(group for group, _values in answers))
    if not divided:
        return
    tallies = gathered(divided, by_group(item, answers))
    rows = split(item, divided, tallies)
    for value in item.values:
        cells = [row.counts[value] for row in rows]
        assert not any(cell is not None and small(cell) for cell in cells)
        if any(cell is None for cell in cells) and sum(tally.counts.get(value, 0) for tally in tallies):
            assert sum(cell is None for cell in cells) > 1
    assert not any(row.answered is not None and small(row.answered) for row in rows)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10) | st.none()), min_size=15, max_size=40))
def test_means_by_group_do_not_leave_a_small_group_to_be_taken_away(answers):
    item = ITEMS["trust"]
    divided = groups(Counter(group for group, _value in answers))
    if not divided:
        return
    tallies = gathered(divided, by_group(item, [(group, None if value is None else [str(value)]) for group, value in answers]))
    rows = split(item, divided, tallies)
    gone = [tally.answered for row, tally in zip(rows, tallies, strict=True) if row.answered is None]
    assert not any(row.answered is not None and small(row.answered) for row in rows)
    if gone and len(gone) < len(rows):
        assert sum(gone) >= LEAST
        assert len(gone) > 1


PAIRS = st.lists(st.tuples(st.sampled_from(["county", "city", None]), st.sampled_from(["1", "2", "3", None])), min_size=5, max_size=30)


@given(PAIRS)
def test_two_questions_crossed_leave_no_small_number_to_be_solved(answers):
    first, second = ITEMS["level"], ITEMS["agree"]
    counts = Counter((a or NONE, b or NONE) for a, b in answers)
    found = cross(first, second, counts, sheets=len(answers))
    if sum(a is not None for a, _b in answers) < LEAST or sum(b is not None for _a, b in answers) < LEAST:
        assert found is None
        return
    table = [[counts.get((a, b), 0) for b in found.across] for a in found.down]
    hidden = {(i, j) for i, a in enumerate(found.down) for j, b in enumerate(found.across) if found.cells[a, b] is None}
    if sum(any(row) for row in table) < 2 or sum(any(column) for column in zip(*table, strict=True)) < 2:
        return
    solved = possible(table, hidden)
    for (a, b), number in counts.items():
        spot = found.down.index(a), found.across.index(b)
        if small(number):
            assert spot in hidden
            assert len(solved[spot]) > 1


def test_several_choices_crossed_hide_what_few_chose():
    counts = {(ALL, "1"): 20, (ALL, "2"): 20, (ALL, NONE): 0, (ANY, "1"): 18, (ANY, "2"): 15, ("budget", "1"): 12, ("budget", "2"): 2}
    found = cross(ITEMS["means"], ITEMS["agree"], counts, sheets=40)
    assert found.cells["budget", "2"] is None
    assert found.cells["budget", "1"] is None
    assert found.cells["rules", "1"] == 0


def test_an_item_of_a_matrix_knows_its_row_and_column():
    assert Item("links//", QUESTIONNAIRE.field("links"), QUESTIONNAIRE.field("links").cell_field).pooled
