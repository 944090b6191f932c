"""Tables whose totals are known, attacked by somebody who tries every table that fits what is shown."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from webapp.core.suppression import small
from webapp.core.suppression_known import withheld

COUNTS = st.integers(0, 9)
TABLES = st.integers(2, 3).flatmap(lambda rows: st.integers(2, 4).flatmap(
    lambda columns: st.lists(st.lists(COUNTS, min_size=columns, max_size=columns), min_size=rows, max_size=rows),
))
LARGE = st.integers(2, 9).flatmap(lambda rows: st.integers(2, 12).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 40), min_size=columns, max_size=columns), min_size=rows, max_size=rows),
))


def row_choices(row, hidden, width, limits):
    """Every way to fill the hidden cells of a row so that its total holds."""
    free = [j for j in range(width) if j in hidden]
    rest = sum(row[j] for j in free)
    for chosen in product(*(range(min(rest, limits[j]) + 1) for j in free[:-1])):
        last = rest - sum(chosen)
        if free and 0 <= last <= limits[free[-1]]:
            yield dict(zip(free, (*chosen, last), strict=True))


def possible(table, hidden):
    """The values each hidden cell can have, found by trying all tables of whole numbers, row by row."""
    width = len(table[0])
    left = tuple(sum(row[j] for i, row in enumerate(table) if (i, j) in hidden) for j in range(width))
    values = {spot: set() for spot in hidden}

    def fill(i, left):
        """Whether the rows from here can be filled; notes what they can hold."""
        if i == len(table):
            return not any(left)
        here = {j for j in range(width) if (i, j) in hidden}
        if not here:
            return fill(i + 1, left)
        fits = False
        for filled in row_choices(table[i], here, width, left):
            if known.setdefault((i + 1, after := tuple(left[j] - filled.get(j, 0) for j in range(width))), None) is None:
                known[i + 1, after] = fill(i + 1, after)
            if known[i + 1, after]:
                fits = True
                for j, value in filled.items():
                    values[i, j].add(value)
        return fits

    known = {}
    assert fill(0, left)
    return values


def shown_alone(table):
    return sum(any(row) for row in table) < 2 or sum(any(column) for column in zip(*table, strict=True)) < 2


@given(TABLES)
def test_no_hidden_small_number_is_the_only_one_that_fits(table):
    hidden = withheld(table)
    if shown_alone(table):
        assert not hidden
        return
    values = possible(table, hidden)
    for i, row in enumerate(table):
        for j, number in enumerate(row):
            if small(number):
                assert (i, j) in hidden
                assert len(values[i, j]) > 1, (table, hidden, (i, j))


@given(LARGE)
def test_in_large_tables_another_walk_of_hidden_cells_passes_every_small_number(table):
    hidden = withheld(table)
    if shown_alone(table):
        return
    for i, row in enumerate(table):
        for j, number in enumerate(row):
            if small(number):
                assert (i, j) in hidden
                assert movable(table, hidden, (i, j))


def movable(table, hidden, spot):
    """Whether one more or one less at the spot can be made up for by other hidden cells: told apart by depth, not by cost."""
    def reaches(start, end):
        seen, stack = {start}, [start]
        while stack:
            is_row, at = stack.pop()
            for i, j in hidden - {spot}:
                step = (False, j) if is_row and i == at else (True, i) if not is_row and j == at and table[i][j] else None
                if step and step not in seen:
                    seen.add(step)
                    stack.append(step)
        return end in seen

    row, column = (True, spot[0]), (False, spot[1])
    return reaches(column, row) or (table[spot[0]][spot[1]] > 0 and reaches(row, column))


@given(TABLES)
def test_nothing_is_hidden_where_no_number_is_small(table):
    if not any(small(number) for row in table for number in row):
        assert not withheld(table)


def test_the_second_small_looking_cell_goes_with_the_first():
    assert withheld([[3, 20], [30, 40]]) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_a_cell_that_is_guarded_for_another_reason_is_hidden_too():
    assert (0, 0) in withheld([[12, 20], [30, 40]], guarded={(0, 0)})
