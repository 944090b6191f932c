"""Figures are what they were when single showings to visitors became numbers: counted slowly, fast, in full and by what came since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation import rolling
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent, ViewCount
from webapp.statistics import closing, facts, fast, jobs, rows, slow, snapshot
from webapp.statistics.answers import Source
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.slices import Dimension, Slice

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 9, 14, 16, 0, tzinfo=UTC)
ZONE_DAY = timedelta(days=1)

shown = st.tuples(
    st.integers(-400, 400).map(lambda hours: NOON + timedelta(hours=hours)), st.sampled_from([0, 0, 0, 5, 50]),
    st.sampled_from(["water", "soil"]), st.sampled_from(["springs", "rivers"]), st.sampled_from(["en", "zh-Hans"]),
    st.sampled_from([Device.PHONE, Device.COMPUTER]), st.sampled_from([None, None, None, "learner"]),
)
ends = st.integers(-20, 20).map(lambda days: MIDNIGHT + days * ZONE_DAY - timedelta(microseconds=1))
days = st.one_of(st.none(), st.integers(-20, 20).map(lambda count: (NOON + count * ZONE_DAY).date()))
slices = st.builds(
    Slice, cut_off=ends, first=days, last=days, paths=st.sampled_from([None, None, ("CN/130000/",)]),
    tree_on=st.sampled_from([None, date(2026, 1, 1)]), course_id=st.sampled_from([None, "water"]), sexes=st.sampled_from([(), ("female",)]),
    languages=st.sampled_from([(), ("en",)]), devices=st.sampled_from([(), ("phone",)]), channels=st.sampled_from([(), ("online",)]),
    past=st.booleans(),
)
dimensions = st.lists(st.sampled_from(Dimension), max_size=3, unique=True).map(tuple)


def view(cast, happened, late=0, course="water", step="springs", language="en", device=Device.PHONE, person=None):
    key, place = new_id(), cast.places.county if person else None
    db.session.add(ParticipationEvent(
        id=key, kind=EventKind.VIEWED, person_id=cast.ids[person] if person else None, happened_at=happened,
        recorded_at=happened + timedelta(hours=late), source=f"view:{key}", course_id=course, step_id=step, language=language,
        device=device, channel=Channel.ONLINE, place_id=place.id if place else None, place_path=place.path if place else None,
    ))
    db.session.flush()


def single():
    return db.session.scalar(select(func.count()).select_from(ParticipationEvent))


def clear():
    for table in (ParticipationEvent, ViewCount):
        db.session.execute(delete(table))


@settings(max_examples=25)
@given(
    made=st.lists(shown, max_size=14), asked=st.lists(st.tuples(slices, dimensions), min_size=4, max_size=4), now=st.integers(0, 20),
)
def test_figures_are_equal_before_and_after(database, cast, made, asked, now):
    """At any cut-off between two days."""
    clear()
    for each in made:
        view(cast, *each)
    before = [slow.count(part, by, FIGURES) for part, by in asked]
    moment = NOON + now * ZONE_DAY
    rolling.roll_up(moment)
    assert [slow.count(part, by, FIGURES) for part, by in asked] == before
    row, ended = ParticipationEvent, rolling.ended_before(moment)
    old = select(row.id).where(row.person_id.is_(None), row.happened_at < ended, row.recorded_at < ended)
    assert db.session.scalars(old).all() == []


@settings(max_examples=6)
@given(
    made=st.lists(shown, min_size=4, max_size=20), late=st.lists(shown, max_size=3),
    asked=st.lists(st.tuples(slices, dimensions), min_size=3, max_size=3), now=st.integers(6, 20),
)
def test_snapshots_of_before_of_after_and_across_are_equal(database, cast, made, late, asked, now):
    clear()
    moment = NOON + now * ZONE_DAY
    for each in made:
        view(cast, *each)
    first = snapshot.refresh(moment, anew=True)
    assert rolling.roll_up(moment) == first.rows - single()
    assert counted(first, asked) == [slow.count(part, by, FIGURES) for part, by in asked]
    # Whoever reports late does so after the last snapshot.
    for happened, _late, *rest in late:
        view(cast, happened, 0, *rest)
        db.session.scalars(select(ParticipationEvent).order_by(ParticipationEvent.id.desc()).limit(1)).one().recorded_at = moment
    db.session.flush()
    grown, anew = snapshot.refresh(moment + timedelta(minutes=2)), snapshot.refresh(moment + timedelta(minutes=2), anew=True)
    asked += [(part.but(cut_off=moment + timedelta(days=30)), by) for part, by in asked]
    assert counted(grown, asked) == counted(anew, asked) == [slow.count(part, by, FIGURES) for part, by in asked]


def counted(made, asked):
    """One snapshot after the other: a process holds one open."""
    return [fast.count(made, part, by, FIGURES) for part, by in asked]


def test_asked_as_of_the_middle_of_a_day_its_showings_count_once_the_last_was_recorded(database, cast):
    for hours in (0, 1, 2):
        view(cast, NOON + timedelta(hours=hours))
    figures = [BY_KEY["views"]]

    def as_of(hours):
        return slow.count(Slice(cut_off=NOON + timedelta(hours=hours)), (), figures)[()]["views"]

    assert [as_of(hours) for hours in (-1, 0, 1, 2)] == [0, 1, 2, 3]
    rolling.roll_up(NOON + timedelta(days=30))
    assert [as_of(hours) for hours in (-1, 0, 1, 2)] == [0, 0, 0, 3]


@pytest.mark.parametrize("gap", [timedelta(hours=1), timedelta(days=5), timedelta(days=9), timedelta(days=40)])
def test_a_snapshot_that_stood_still_for_long_counts_nothing_twice(database, cast, gap):
    """What it holds singly may have become a number that its next refresh would take for news."""
    moment = NOON + timedelta(hours=1)
    for minutes in (0, 40, 59, 61):
        view(cast, NOON + timedelta(minutes=minutes))
    snapshot.refresh(moment)
    rolling.roll_up(moment + gap)
    made = snapshot.refresh(moment + gap)
    part = Slice(cut_off=moment + gap)
    assert fast.count(made, part, (Dimension.DAY,), FIGURES) == slow.count(part, (Dimension.DAY,), FIGURES)
    assert fast.count(made, part, (), FIGURES)[()]["views"] == 4


def test_the_nightly_check_finds_no_difference_and_the_snapshot_gets_smaller(database, cast):
    for minutes in range(6):
        view(cast, NOON + timedelta(minutes=minutes))
    view(cast, NOON, person="learner")
    now = NOON + timedelta(days=9)
    full = snapshot.refresh(now)
    rolling.roll_up(now)
    assert jobs.check(now + timedelta(hours=1)) == 0
    assert (full.rows, snapshot.newest().rows, single()) == (7, 2, 1)


def test_a_closed_period_shows_no_change(database, cast):
    for day in range(-20, 1, 4):
        view(cast, NOON + timedelta(days=day))
    closed_at = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    period = closing.close(text="2026-08", found=Source(closed_at), actor_id=cast.ids["staff"], now=closed_at)
    assert period.figures["places"][""]["views"] == 2
    now = NOON + timedelta(days=30)
    rolling.roll_up(now)
    assert closing.changed(period, Source(now)) == []
    again = closing.counted(Source(now), Slice(cut_off=period.cut_off, first=period.first, last=period.last))
    assert again == period.figures["places"]


def test_the_rows_behind_the_figures_add_up_to_the_same(database, cast):
    for minutes in range(3):
        view(cast, NOON + timedelta(minutes=minutes))
    view(cast, NOON, person="learner")
    part = Slice(cut_off=NOON + timedelta(days=30))
    rolling.roll_up(part.cut_off)
    found = list(rows._of_events(part))
    assert sorted((row.number, row.person is None) for row in found) == [(1, False), (3, True)]


def test_who_counts_while_a_day_is_rolled_up_counts_it_once(committed, monkeypatch):
    """Events and numbers are read by one statement: the roll-up between two pieces of its answer changes nothing in it."""
    monkeypatch.setattr(facts, "AT_ONCE", 2)
    with unit_of_work():
        for number in range(9):
            key = new_id()
            db.session.add(ParticipationEvent(
                id=key, kind=EventKind.VIEWED, person_id=None, happened_at=NOON, recorded_at=NOON, source=f"view:{key}",
                course_id="water", step_id=f"step-{number % 2}", language="en", device=Device.PHONE, channel=Channel.ONLINE,
            ))
    with committed.test_request_context():
        reading = facts.everything()
        seen = [next(reading)]
        with committed.app_context():
            assert rolling.roll_up(NOON + timedelta(days=30)) == 9
        seen += reading
        db.session.rollback()
    assert sum(fact.number for fact in seen) == 9
    assert sum(fact.number for fact in facts.everything()) == 9
