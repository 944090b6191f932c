"""Keys that put rows in order: there is always one more between two."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.courses.questionnaire.paths import ORDER_KEY
from webapp.questionnaires.order_keys import after, between, spread


@given(st.lists(st.tuples(st.integers(0, 10**6), st.booleans()), max_size=120))
def test_rows_stay_in_order_wherever_they_are_put(places):
    keys = []
    for place, at_end in places:
        at = len(keys) if at_end else place % (len(keys) + 1)
        keys.insert(at, between(keys[at - 1] if at else "", keys[at] if at < len(keys) else ""))
    assert keys == sorted(set(keys))
    assert all(ORDER_KEY.fullmatch(key) and not key.endswith("0") for key in keys)


def test_keys_stay_short_where_rows_are_added_at_the_end():
    key = ""
    for _row in range(2000):
        key = after(key)
    assert len(key) == 5


@given(st.integers(0, 600))
def test_many_rows_fit_between_two(count):
    low, high = between("", ""), after(between("", ""))
    keys = spread(low, high, count)
    assert [low, *keys, high] == sorted({low, *keys, high})
    assert len(keys) == count
    assert max(map(len, keys), default=1) < 12


@given(st.text("0Az", min_size=1, max_size=4), st.text("0Az", min_size=1, max_size=4))
def test_keys_of_other_programs_break_nothing(low, high):
    assert ORDER_KEY.fullmatch(between(low, high))
