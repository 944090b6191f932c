"""No number that is withheld can be worked out: tried against every table that fits what is shown."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from webapp.core.suppression import Line, Table, hide_line, hide_table

SMALL = 3
COUNTS = st.integers(0, 6)


def fitting_lines(counts, line, limit=12):
    """Values of each number in every line of whole numbers that fits what is shown."""
    hidden = sorted(line.cells)
    shown = sum(count for number, count in enumerate(counts) if number not in line.cells)
    for values in product(range(limit), repeat=len(hidden)):
        if line.total or sum(values) + shown == sum(counts):
            yield dict(zip(hidden, values, strict=True))


def fitting_tables(rows, table, limit):
    """The same for a table; lines whose total is withheld may add up to anything."""
    hidden = sorted(table.cells)
    for values in product(range(limit), repeat=len(hidden)):
        filled = [list(row) for row in rows]
        for (r, c), value in zip(hidden, values, strict=True):
            filled[r][c] = value
        if any(r not in table.rows and sum(filled[r]) != sum(rows[r]) for r in range(len(rows))):
            continue
        columns = range(len(rows[0]))
        if any(c not in table.columns and sum(row[c] for row in filled) != sum(row[c] for row in rows) for c in columns):
            continue
        if table.total or sum(map(sum, filled)) == sum(map(sum, rows)):
            yield filled


@given(st.lists(COUNTS, min_size=1, max_size=4))
def test_no_small_number_of_a_line_is_shown_or_can_be_worked_out(counts):
    line = hide_line(counts, SMALL)
    assert {number for number, count in enumerate(counts) if 0 < count < SMALL} <= line.cells
    fitting = list(fitting_lines(counts, line, 25 if len(line.cells) < 3 else 14))
    for number in line.cells:
        assert len({each[number] for each in fitting}) > 1
    if line.cells and not line.total:
        assert sum(counts[number] for number in line.cells) >= SMALL


def grids(width):
    return st.lists(st.lists(st.integers(0, 4), min_size=width, max_size=width), min_size=2, max_size=3)


@given(st.integers(2, 3).flatmap(grids))
def test_no_small_number_of_a_table_is_shown_or_can_be_worked_out(rows):
    table = hide_table(rows, SMALL)
    width = len(rows[0])
    small = {(r, c) for r in range(len(rows)) for c in range(width) if 0 < rows[r][c] < SMALL}
    assert small <= table.cells
    assert {r for r, row in enumerate(rows) if 0 < sum(row) < SMALL} <= table.rows
    if len(table.cells) <= 6:
        fitting = list(fitting_tables(rows, table, 6 if len(table.cells) > 4 else 9))
        for r, c in table.cells:
            assert len({each[r][c] for each in fitting}) > 1, (rows, table)
    for r, row in enumerate(rows):
        gone = [row[c] for c in range(width) if (r, c) in table.cells]
        assert not gone or r in table.rows or sum(gone) >= SMALL


@given(st.lists(st.lists(st.integers(0, 30), min_size=6, max_size=6), min_size=6, max_size=6))
def test_a_larger_table_hides_nothing_that_is_nought_and_nothing_at_all_where_nobody_is_few(rows):
    table = hide_table(rows)
    assert all(rows[r][c] for r, c in table.cells)
    if all(count == 0 or count >= 5 for row in rows for count in row):
        assert table == Table()


def test_a_single_small_number_takes_the_next_smallest_with_it():
    assert hide_line([3, 20, 8, 0]) == Line(frozenset({0, 2}))
    assert hide_line([10, 20, 0]) == Line()
    assert hide_line([2, 1]) == Line(frozenset({0, 1}), total=True)
    assert hide_line([3, 0]) == Line(frozenset({0}), total=True)


def test_a_corner_of_a_table_takes_the_cheapest_circle_and_leaves_the_totals():
    table = hide_table([[3, 10, 30], [12, 8, 25], [40, 20, 15]])
    assert table.cells == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert not table.rows
    assert not table.columns
    assert not table.total


def test_a_table_of_one_row_or_column_is_a_line_and_one_of_none_is_nothing():
    assert hide_table([[3, 20, 8]]) == Table(frozenset({(0, 0), (0, 2)}), frozenset(), frozenset({0, 2}))
    assert hide_table([[3], [20], [8]]) == Table(frozenset({(0, 0), (2, 0)}), frozenset({0, 2}))
    assert hide_table([]) == Table()
