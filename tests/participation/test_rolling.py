"""Showings to visitors that become numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.learning.rules import TICKET_SECONDS
from webapp.participation import rolling
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent, ViewCount

# Noon in Shanghai, on a Monday.
NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


def view(happened=NOON, *, person_id=None, recorded=None, kind=EventKind.VIEWED, source=None, **columns):
    key = new_id()
    shown = {"course_id": "water", "step_id": "springs", "language": "en", "device": Device.PHONE, "channel": Channel.ONLINE, **columns}
    db.session.add(ParticipationEvent(
        id=key, kind=kind, person_id=person_id, happened_at=happened, recorded_at=recorded or happened, source=source or f"view:{key}",
        course_revision="a" * 64, **shown,
    ))
    db.session.flush()
    return key


def left():
    return set(db.session.scalars(select(ParticipationEvent.id)))


def counts():
    rows = db.session.scalars(select(ViewCount).order_by(ViewCount.day, ViewCount.recorded_at, ViewCount.language, ViewCount.step_id))
    return [(row.day, row.step_id, row.language, row.device, row.number) for row in rows]


def test_showings_of_a_day_become_one_number_for_each_kind_of_visit(database):
    for minutes in (0, 5, 9):
        view(NOON + timedelta(minutes=minutes))
    view(language="zh-Hans")
    view(device=Device.COMPUTER, step_id="rivers")
    assert rolling.roll_up(LATER) == 5
    assert left() == set()
    day = date(2026, 9, 14)
    assert sorted(counts()) == [
        (day, "rivers", "en", Device.COMPUTER, 1), (day, "springs", "en", Device.PHONE, 3), (day, "springs", "zh-Hans", Device.PHONE, 1),
    ]
    row = db.session.scalars(select(ViewCount).where(ViewCount.number == 3)).one()
    assert (row.source, row.recorded_at, row.channel) == ("views:2026-09-14", NOON + timedelta(minutes=9), Channel.ONLINE)
    assert (row.course_id, row.place_id, row.place_path) == ("water", None, None)


def test_what_a_number_could_not_tell_stays_as_it_is(database, cast):
    training = new_id()
    corrected = view()
    kept = {
        corrected, view(person_id=cast.ids["learner"]), view(kind=EventKind.ENROLLED), view(source="past:1:1"), view(training_id=training),
        view(attempt_id=new_id()), view(kind=EventKind.RETRACTED, corrects_id=corrected), view(position_level=20), view(sex="female"),
        view(age_band="26-35"), view(organisation_type="government"), view(graded=True), view(minutes=0),
    }
    view(language="zh-Hans")
    assert rolling.roll_up(LATER) == 1
    assert left() == kept


@pytest.mark.parametrize(("now", "rolled"), [
    (datetime(2026, 9, 21, 15, 59, 59, tzinfo=UTC), 0), (datetime(2026, 9, 21, 16, 0, tzinfo=UTC), 2),
    (datetime(2026, 9, 22, 16, 0, tzinfo=UTC), 3),
])
def test_a_day_of_the_programme_is_rolled_up_a_week_after_its_midnight(database, now, rolled):
    midnight = datetime(2026, 9, 14, 16, 0, tzinfo=UTC)
    for moment in (NOON, midnight - timedelta(microseconds=1), midnight):
        view(moment)
    assert rolling.roll_up(now) == rolled
    assert [day for day, *_rest in counts()] == [date(2026, 9, 14), date(2026, 9, 15)][: rolled - 1 if rolled else 0]


def test_what_was_recorded_on_another_day_is_a_number_of_its_own(database):
    view()
    view(recorded=NOON + timedelta(days=2))
    view(recorded=LATER - timedelta(days=1))
    assert rolling.roll_up(LATER) == 2
    assert len(left()) == 1, "what came late waits as long as if it had happened late"
    rows = db.session.execute(select(ViewCount.day, ViewCount.recorded_at).order_by(ViewCount.recorded_at)).all()
    assert [tuple(row) for row in rows] == [(date(2026, 9, 14), NOON), (date(2026, 9, 14), NOON + timedelta(days=2))]


def test_a_second_run_finds_nothing_and_a_late_row_adds_another_number(database):
    view()
    assert rolling.roll_up(LATER) == 1
    assert rolling.roll_up(LATER) == 0
    view()
    assert rolling.roll_up(LATER) == 1
    assert [number for *_rest, number in counts()] == [1, 1]


def test_many_go_in_parts_and_groups_are_cut_as_seldom_as_can_be(database, monkeypatch):
    monkeypatch.setattr(rolling, "AT_ONCE", 4)
    for number in range(9):
        view(language=("en", "zh-Hans", "fr")[number % 3])
    assert rolling.roll_up(LATER) == 9
    assert sorted((language, number) for _day, _step, language, _device, number in counts()) == [
        ("en", 3), ("fr", 1), ("fr", 2), ("zh-Hans", 1), ("zh-Hans", 2),
    ]


def test_a_run_ends_after_as_many_as_it_may_and_the_next_goes_on(database, monkeypatch):
    monkeypatch.setattr(rolling, "AT_ONCE", 2)
    monkeypatch.setattr(rolling, "MOST", 4)
    for _number in range(7):
        view()
    assert [rolling.roll_up(LATER) for _run in range(3)] == [4, 3, 0]


def test_a_run_that_dies_in_the_middle_of_a_part_has_lost_and_doubled_nothing(database, monkeypatch):
    monkeypatch.setattr(rolling, "AT_ONCE", 2)
    for _number in range(5):
        view()
    made, count = [], rolling._count

    def dies(*given):
        made.append(given)
        if len(made) == 2:
            raise KeyboardInterrupt
        return count(*given)

    monkeypatch.setattr(rolling, "_count", dies)
    with pytest.raises(KeyboardInterrupt):
        rolling.roll_up(LATER)
    assert (len(left()), sum(number for *_rest, number in counts())) == (3, 2)
    assert rolling.roll_up(LATER) == 3
    assert (len(left()), sum(number for *_rest, number in counts())) == (0, 5)


def test_a_showing_can_no_longer_be_reported_when_its_event_goes():
    assert 2 * timedelta(seconds=TICKET_SECONDS) < rolling.KEPT


def test_two_workers_at_once_count_every_showing_once(committed, monkeypatch):
    monkeypatch.setattr(rolling, "AT_ONCE", 7)
    with unit_of_work():
        for number in range(60):
            view(NOON + timedelta(hours=number % 30))
    gate = Barrier(3)

    def work(_worker):
        with committed.app_context():
            gate.wait()
            return rolling.roll_up(LATER)

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(work, range(3)))
    assert sum(done) == 60
    assert db.session.scalar(select(func.sum(ViewCount.number))) == 60
    assert left() == set()

