"""The agenda's arithmetic: times follow without gaps, sums, moves, and what is refused."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.trainings import agenda_form
from webapp.trainings.agenda_form import Row
from webapp.trainings.models import AgendaItem, ItemKind, Training, TrainingSession, TrainingState
from webapp.trainings.rules_agenda import (
    AgendaFixed,
    BadSession,
    ItemPlan,
    SessionPlan,
    as_held,
    balance,
    check_items,
    check_open,
    check_session,
    minute_of,
    moved,
    timed,
)

DAY = date(2026, 12, 14)
MINUTES = st.lists(st.integers(1, 60), max_size=12)


def session(starts: time = time(9), ends: time = time(12), **columns: object) -> TrainingSession:
    return TrainingSession(day=DAY, starts=starts, ends=ends, title="", room="", cancelled=False, **columns)


def lines(minutes: list[int], held: list[int | None] | None = None) -> list[AgendaItem]:
    return [
        AgendaItem(
            position=at, minutes=each, kind=ItemKind.LESSON, titles={"en": str(at)}, held_minutes=held[at] if held else None, note="",
        )
        for at, each in enumerate(minutes)
    ]


@given(MINUTES)
def test_each_line_starts_where_the_one_before_it_ends(minutes):
    rows = timed(session(time(8, 30)), lines(minutes))
    assert all(before[2] == after[1] for before, after in pairwise(rows))
    assert [minute_of(end) - minute_of(start) for _item, start, end in rows] == minutes
    if rows:
        assert rows[0][1] == time(8, 30)
        assert minute_of(rows[-1][2]) == 510 + sum(minutes)


@given(MINUTES)
def test_what_is_free_and_what_is_too_much_add_up_to_the_session(minutes):
    found = balance(session(), lines(minutes))
    assert found.planned + found.spare == found.length == 180


@given(st.lists(st.tuples(st.integers(1, 60), st.one_of(st.none(), st.integers(0, 90))), max_size=12))
def test_as_held_leaves_out_what_took_no_time_and_closes_the_gap(pairs):
    items = lines([minutes for minutes, _held in pairs], [held for _minutes, held in pairs])
    rows = as_held(session(time(1)), items)
    took = [minutes if held is None else held for minutes, held in pairs]
    assert [minute_of(end) - minute_of(start) for _item, start, end in rows] == [each for each in took if each]
    assert all(before[2] == after[1] for before, after in pairwise(rows))


@given(st.lists(st.integers(), unique=True, min_size=1), st.integers(0, 20), st.integers(-3, 3))
def test_a_move_changes_the_place_of_one_and_the_order_of_no_others(rows, at, step):
    found = moved(rows, at, step)
    assert sorted(found) == sorted(rows)
    if at < len(rows):
        one = rows[at]
        assert [row for row in found if row != one] == [row for row in rows if row != one]
        assert found.index(one) == max(0, min(len(rows) - 1, at + step))
    else:
        assert found == rows


@given(st.lists(st.text("ab", min_size=1), min_size=1, max_size=6), st.data())
def test_taking_out_and_putting_back_changes_nothing(titles, data):
    rows = [Row({"title.en": title, "minutes": "5"}) for title in titles]
    at = data.draw(st.integers(0, len(rows) - 1))
    gone = agenda_form.changed(rows, f"remove:{at}")
    assert gone is not None
    assert sum(row.minutes for row in gone) == 5 * (len(rows) - 1)
    back = agenda_form.changed(gone, f"restore:{at}")
    assert back is not None
    assert [row.title for row in back] == titles
    assert not any(row.removed for row in back)


def test_a_copy_of_a_line_is_a_new_line():
    found = agenda_form.changed([Row({"item": "1", "title.en": "Talk", "minutes": "20"})], "duplicate:0")
    assert found is not None
    assert [(row["item"], row.title, row.minutes) for row in found] == [("1", "Talk", 20), ("", "Talk", 20)]


@given(st.text("0123456789:", max_size=5), st.lists(st.integers(0, 9999), max_size=5))
def test_a_session_that_ends_with_its_agenda_has_nothing_free_and_nothing_too_much(starts, minutes):
    typed = {"day": "2026-12-14", "starts": starts, "ends": "", "title": "", "room": ""}
    rows = [Row({"title.en": "Talk", "minutes": str(each)}) for each in minutes]
    found = agenda_form.fitted(typed, rows)
    wanted, problems = agenda_form.read_session(found)
    if found != typed:
        assert wanted is not None
        assert minute_of(wanted.ends) - minute_of(wanted.starts) == sum(minutes)
    else:
        assert problems


@pytest.mark.parametrize("act", ["up:9", "drop:0", "up:", "up:-1", "up:²", "remove:99999999999"])
def test_a_button_that_is_none_of_ours_does_nothing(act):
    assert agenda_form.changed([Row({"title.en": "Talk"})], act) is None


@given(st.text(max_size=8))
def test_no_time_and_no_day_however_typed_breaks_the_form(text):
    typed = {"day": text, "starts": text, "ends": text, "title": "", "room": ""}
    wanted, problems = agenda_form.read_session(typed)
    assert (wanted is None) == bool(problems)


@pytest.mark.parametrize("typed", ["9:00", "09:00", "9：00", "09:00:30"])
def test_times_are_read_as_people_type_them(typed):
    wanted, _problems = agenda_form.read_session({"day": "2026-12-14", "starts": typed, "ends": "12:00", "title": "", "room": ""})
    assert wanted is not None
    assert wanted.starts == time(9)


def training(**columns: object) -> Training:
    return Training(**{"state": TrainingState.PREPARATION, "first_day": DAY, "last_day": DAY, **columns})


@pytest.mark.parametrize(("wanted", "field"), [
    (SessionPlan(DAY, time(12), time(9)), "ends"),
    (SessionPlan(DAY, time(9), time(9)), "ends"),
    (SessionPlan(date(2026, 12, 15), time(14), time(17)), "day"),
    (SessionPlan(DAY, time(11, 59), time(14)), "starts"),
    (SessionPlan(DAY, time(8), time(18)), "starts"),
])
def test_a_session_that_does_not_fit_is_refused_by_name(wanted, field):
    with pytest.raises(BadSession) as caught:
        check_session(training(), wanted, [session()])
    assert caught.value.field == field


def test_sessions_may_touch_and_a_cancelled_one_takes_no_time():
    check_session(training(), SessionPlan(DAY, time(12), time(14)), [session()])
    off = session()
    off.cancelled = True
    check_session(training(), SessionPlan(DAY, time(9), time(12)), [off])


def test_an_agenda_past_midnight_is_refused():
    plan = ItemPlan(minutes=600, kind=ItemKind.TALK, titles={"en": "Talk"})
    check_items(SessionPlan(DAY, time(9), time(12)), [plan])
    with pytest.raises(BadSession):
        check_items(SessionPlan(DAY, time(14), time(17)), [plan])


@pytest.mark.parametrize("state", [TrainingState.CLOSED, TrainingState.CANCELLED])
def test_the_agenda_of_a_training_that_is_over_stays(state):
    with pytest.raises(AgendaFixed):
        check_open(training(state=state))
