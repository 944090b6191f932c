"""The fast counts against the slow ones, and these against a plain recount, on events of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent, ViewCount
from webapp.places.models import Place
from webapp.statistics import answers, fast, jobs, slow, snapshot
from webapp.statistics.answers import Source, ahead, prepare, source
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.models import Check, Snapshot
from webapp.statistics.slices import TIMES, Dimension, Slice, before, unit_of, year_ago
from webapp.trainings.models import Training

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
PEOPLE = ("learner", "second_learner", "staff", "outsider", None)
PLACES = ("province", "city", "county", "other_county", None)
KINDS = [*{figure.kind for figure in FIGURES}]
ONSITE = (EventKind.INVITED, EventKind.REGISTERED, EventKind.ATTENDED, EventKind.COMPLETED)

moments = st.integers(-700, 700).map(lambda n: NOON + timedelta(hours=n))


@dataclass(frozen=True)
class Made:
    """An event to write; `corrects` is the place of an earlier one in the list, `back` only takes that one back."""

    kind: EventKind
    person: str | None
    place: str | None
    happened: datetime
    late: int
    course: str | None
    level: int | None
    sex: str | None
    minutes: int | None
    graded: bool | None
    past: bool
    corrects: int | None
    back: bool


events = st.lists(st.builds(
    Made, st.sampled_from(KINDS), st.sampled_from(PEOPLE), st.sampled_from(PLACES), moments, st.integers(0, 72),
    st.sampled_from(["water", "soil", None]), st.sampled_from([10, 30, 50, None]), st.sampled_from(["female", "male", None]),
    st.integers(0, 210), st.sampled_from([None, True, False]), st.booleans(), st.one_of(st.none(), st.integers(0, 9)), st.booleans(),
), max_size=12)
days = st.one_of(st.none(), st.integers(-30, 30).map(lambda n: (NOON + timedelta(days=n)).date()))
slices = st.builds(
    Slice, cut_off=moments, first=days, last=days, paths=st.sampled_from([None, (), ("CN/130000/",), ("CN/130000/130100/130102/",)]),
    tree_on=st.sampled_from([None, date(2026, 1, 1)]), course_id=st.sampled_from([None, "water"]),
    level_from=st.sampled_from([None, 30]), sexes=st.sampled_from([(), ("female",)]), past=st.booleans(),
)
dimensions = st.lists(st.sampled_from(Dimension), max_size=2, unique=True).map(tuple)


def write(made: list[Made], ids: dict[str, UUID], places: Any, *, trainings: tuple[UUID, ...] = ()) -> None:
    rows: list[UUID] = []
    corrected: set[int] = set()
    for number, each in enumerate(made):
        target = each.corrects if each.corrects is not None and each.corrects < number and each.corrects not in corrected else None
        if target is not None:
            corrected.add(target)
        place: Place | None = getattr(places, each.place) if each.place else None
        rows.append(new_id())
        db.session.add(ParticipationEvent(
            id=rows[-1], kind=EventKind.RETRACTED if target is not None and each.back else each.kind,
            person_id=ids.get(each.person or ""), happened_at=each.happened, recorded_at=each.happened + timedelta(hours=each.late),
            source=("past:" if each.past else "") + str(rows[-1]), course_id=None if each.kind in ONSITE else each.course,
            place_id=place.id if place else None, place_path=place.path if place else None,
            training_id=trainings[number % len(trainings)] if trainings and each.kind in ONSITE else None,
            position_level=each.level, sex=each.sex, minutes=each.minutes if each.kind is EventKind.ATTENDED else None, language="en",
            device=Device.PHONE, channel=Channel.ONLINE, graded=each.graded, corrects_id=rows[target] if target is not None else None,
        ))
        db.session.flush()


def clear() -> None:
    db.session.execute(update(ParticipationEvent).values(corrects_id=None))
    db.session.execute(delete(ParticipationEvent))
    db.session.execute(delete(ViewCount))


def two_trainings(cast) -> tuple[UUID, ...]:
    made = []
    for place, day in ((cast.places.county, date(2026, 9, 14)), (cast.places.city, None)):
        training = Training(
            id=new_id(), code=new_code(), place_id=place.id, language="en", zone="Asia/Shanghai", first_day=day, last_day=day,
            created_by_id=cast.ids["staff"], created_at=NOON, changed_at=NOON,
        )
        db.session.add(training)
        made.append(training.id)
    db.session.flush()
    return tuple(made)


@settings(max_examples=20)
@given(made=events, asked=st.lists(st.tuples(slices, dimensions), min_size=3, max_size=3), merge=st.booleans(), split=st.integers(0, 12))
def test_fast_and_slow_counts_are_equal(database, cast, made, asked, merge, split):
    clear()
    db.session.execute(update(Person).values(merged_into_id=None))
    trainings = two_trainings(cast)
    write(made[:split], cast.ids, cast.places, trainings=trainings)
    first = snapshot.refresh(NOON + timedelta(days=40), anew=True)
    assert first.rows == db.session.query(ParticipationEvent).filter(ParticipationEvent.kind != EventKind.RETRACTED).count()
    write(made[split:], cast.ids, cast.places, trainings=trainings)
    if merge:
        db.session.execute(update(Person).where(Person.id == cast.ids["outsider"]).values(merged_into_id=cast.ids["staff"]))
    # Rows recorded long before the last refresh come only with a full one: the test writes them as no clock would.
    second = snapshot.refresh(NOON + timedelta(days=41), anew=True)
    for part, by in asked:
        slowly = slow.count(part, by, FIGURES)
        assert fast.count(second, part, by, FIGURES) == slowly
        # As of a large snapshot, and with sets of either kind.
        for sets in (0, fast.SETS):
            with patch.object(fast, "LARGE", 0), patch.object(fast, "SETS", sets):
                assert fast.count(second, part, by, FIGURES) == slowly


limited = st.builds(
    Slice, cut_off=st.just(NOON + timedelta(days=41)), paths=st.sampled_from([None, ("CN/130000/",), ("CN/130000/130100/130102/",)]),
    course_id=st.sampled_from([None, "water", "air"]), sexes=st.sampled_from([(), ("female",), ("female", "male")]),
    languages=st.sampled_from([(), ("en",), ("zh-Hans",)]), channels=st.sampled_from([(), ("online",)]),
    level_from=st.sampled_from([None, 30]),
)


@settings(max_examples=20)
@given(made=events, asked=st.lists(st.tuples(limited, dimensions), min_size=6, max_size=6))
def test_answers_that_follow_from_wider_ones_are_those_that_are_counted(database, cast, made, asked):
    clear()
    write(made, cast.ids, cast.places, trainings=two_trainings(cast))
    now = NOON + timedelta(days=41)
    snapshot.refresh(now, anew=True, ahead=jobs.counts_ahead(now))
    found = source(now)
    for part, by in asked:
        for figures in ([BY_KEY["readers"]], FIGURES):
            assert found.count(part, by, figures) == slow.count(part, by, figures)


def test_one_value_of_a_dimension_is_not_counted_where_all_were(database, cast, monkeypatch):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water", sex="female")
    noted(cast, EventKind.ENROLLED, "outsider", NOON, course_id="soil", sex="male")
    now = NOON + timedelta(hours=1)
    snapshot.refresh(now, anew=True, ahead=jobs.counts_ahead(now))
    found, part, figures = source(now), Slice(cut_off=now), [BY_KEY["enrolled"]]
    province = cast.places.province.path
    monkeypatch.setattr(fast, "count", None)
    assert found.total(part.but(sexes=("female",)), figures) == {"enrolled": 1}
    assert found.total(part.but(sexes=("female",), paths=(province,)), figures) == {"enrolled": 1}
    assert found.count(part.but(paths=(province,)), (Dimension.MONTH,), figures) == {("2026-09",): {"enrolled": 2}}
    assert found.total(part.but(course_id="soil", paths=(province,)), FIGURES)["enrolled"] == 1
    assert found.total(part.but(course_id="none"), figures) == {"enrolled": 0}
    with pytest.raises(TypeError):
        found.total(part.but(paths=(cast.places.county.path,)), figures)


def noted(cast, kind, person, at, *, place="county", **columns):
    where = getattr(cast.places, place)
    row = ParticipationEvent(
        id=new_id(), kind=kind, person_id=cast.ids[person], happened_at=at, recorded_at=at, source=str(new_id()), place_id=where.id,
        place_path=where.path, language="en", device=Device.PHONE, channel=Channel.ONLINE, **columns,
    )
    db.session.add(row)
    db.session.flush()
    return row


def test_a_refresh_adds_what_came_since_and_equals_one_made_anew(database, cast):
    trainings = two_trainings(cast)
    kept = noted(cast, EventKind.ATTENDED, "learner", NOON, training_id=trainings[0], minutes=180)
    noted(cast, EventKind.ENROLLED, "outsider", NOON, course_id="water")
    first = snapshot.refresh(NOON + timedelta(minutes=1))
    assert first.rows == 2
    again = snapshot.refresh(NOON + timedelta(minutes=2))
    assert again.rows == 2, "a row within the overlap is not taken twice"
    later = NOON + timedelta(minutes=3)
    noted(cast, EventKind.RETRACTED, "learner", later, training_id=trainings[0], corrects_id=kept.id)
    noted(cast, EventKind.ATTENDED, "learner", later, training_id=trainings[0], minutes=170)
    db.session.add(ViewCount(
        day=NOON.date(), recorded_at=later, source="test", course_id="water", language="en", device=Device.PHONE, channel=Channel.ONLINE,
        number=40,
    ))
    db.session.flush()
    db.session.execute(update(Person).where(Person.id == cast.ids["outsider"]).values(merged_into_id=cast.ids["learner"]))
    grown, anew = snapshot.refresh(later), snapshot.refresh(later, anew=True)
    assert grown.rows == anew.rows == 4
    for by in ((), (Dimension.COUNTY,), (Dimension.TRAINING,)):
        for cut_off in (NOON, later):
            part = Slice(cut_off=cut_off)
            assert fast.count(grown, part, by, FIGURES) == fast.count(anew, part, by, FIGURES) == slow.count(part, by, FIGURES)
    whole = fast.count(grown, Slice(cut_off=later), (), FIGURES)[()]
    assert (whole["hours"], whole["attended"], whole["views"], whole["counties"], whole["trainings"]) == (170, 1, 40, 1, 1)
    assert fast.count(grown, Slice(cut_off=NOON), (), FIGURES)[()]["hours"] == 180


def test_a_merge_that_is_undone_parts_the_two_again(database, cast):
    for person in ("learner", "outsider"):
        noted(cast, EventKind.ENROLLED, person, NOON, course_id="water")
    merge = update(Person).where(Person.id == cast.ids["outsider"])
    db.session.execute(merge.values(merged_into_id=cast.ids["learner"]))
    enrolled = [BY_KEY["enrolled"]]
    one = snapshot.refresh(NOON + timedelta(minutes=1))
    assert fast.count(one, Slice(cut_off=NOON), (), enrolled)[()] == {"enrolled": 1}
    db.session.execute(merge.values(merged_into_id=None))
    two = snapshot.refresh(NOON + timedelta(minutes=2))
    assert fast.count(two, Slice(cut_off=NOON), (), enrolled)[()] == {"enrolled": 2}


def test_old_snapshots_go_and_the_newest_stay(database, cast):
    names = [snapshot.refresh(NOON + timedelta(minutes=minute)).file for minute in range(5)]
    there = {path.name for path in snapshot.folder().glob("*.duckdb")} & set(names)
    assert there == set(names[-snapshot.KEPT :])
    assert snapshot.newest().file == names[-1]


def test_answers_that_were_prepared_need_no_counting(database, cast, max_queries, monkeypatch):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    made = snapshot.refresh(NOON)
    part, figures = Slice(cut_off=made.cut_off), [BY_KEY["enrolled"]]
    questions = [(part, (), figures), (part, (Dimension.COUNTY, Dimension.MONTH), figures)]
    assert prepare(made, questions, NOON) == 2
    assert prepare(made, questions, NOON) == 0
    found, county = source(NOON), cast.places.county.path
    monkeypatch.setattr(fast, "count", None)
    with max_queries(2):
        assert found.total(part, figures) == {"enrolled": 1}
        assert found.count(part, (Dimension.COUNTY, Dimension.MONTH), figures) == {
            (county, "2026-09"): {"enrolled": 1},
        }
    with max_queries(0):
        assert found.total(part, figures) == {"enrolled": 1}


def test_dimensions_are_counted_once_whatever_their_order(database, cast, monkeypatch):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water", sex="female")
    found, figures = Source(NOON, snapshot.refresh(NOON)), [BY_KEY["enrolled"]]
    part = Slice(cut_off=NOON)
    assert found.count(part, (Dimension.SEX, Dimension.COURSE), figures) == {("female", "water"): {"enrolled": 1}}
    monkeypatch.setattr(fast, "count", None)
    assert found.count(part, (Dimension.COURSE, Dimension.SEX), figures) == {("water", "female"): {"enrolled": 1}}


def test_what_was_not_asked_for_long_is_forgotten_but_never_what_was_counted_ahead(database, cast, monkeypatch):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    figures, part = [BY_KEY["enrolled"]], Slice(cut_off=NOON)
    made = snapshot.refresh(NOON, ahead=lambda made: ahead(made, [(part, (Dimension.COURSE,), figures)], NOON))
    found, counted = Source(NOON, made), []
    quick = fast.count
    monkeypatch.setattr(answers, "REMEMBERED", 2)
    monkeypatch.setattr(fast, "count", lambda *asked: counted.append(asked[2]) or quick(*asked))
    asked = [(each,) for each in (Dimension.COURSE, Dimension.SEX, Dimension.YEAR, Dimension.MONTH)]
    for by in (*asked, *asked):
        found.count(part, by, figures)
    assert counted == [*asked[1:], *asked[1:]]


def test_a_snapshot_of_another_form_is_not_read(database, cast):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    made = snapshot.refresh(NOON)
    made.file = made.file.removesuffix(snapshot.ENDING) + ".duckdb"
    db.session.flush()
    assert snapshot.newest() is None
    assert snapshot.refresh(NOON + timedelta(minutes=1)).rows == made.rows


def test_a_refresh_that_fails_leaves_nothing_behind(database, cast):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    before = set(snapshot.folder().iterdir()) if snapshot.folder().exists() else set()

    def broken(_made):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        snapshot.refresh(NOON, ahead=broken)
    assert set(snapshot.folder().iterdir()) == before


def test_a_large_snapshot_is_made_less_often(database, cast):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    snapshot.refresh(NOON).rows = 10_000_000
    noted(cast, EventKind.ENROLLED, "learner", NOON + timedelta(minutes=1), course_id="water")
    db.session.flush()
    assert jobs.refresh_due(NOON + timedelta(minutes=9)) == 0
    assert jobs.refresh_due(NOON + timedelta(minutes=11)) == 1


def overtake(monkeypatch, times):
    """Somebody else finishes a snapshot while ours counts ahead, so many times."""
    count, left = jobs.counts_ahead, [times]

    def counted(now):
        def answered(made):
            if left[0]:
                left[0] -= 1
                snapshot.refresh(now)
            return count(now)(made)

        return answered

    monkeypatch.setattr(jobs, "counts_ahead", counted)


def test_who_is_overtaken_gives_way_and_leaves_no_file(database, cast, monkeypatch):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    overtake(monkeypatch, 1)
    snapshot.folder().mkdir(parents=True, exist_ok=True)
    before = {path.name for path in snapshot.folder().iterdir()}
    assert jobs.refresh_due(NOON) == 0
    known = db.session.scalars(select(Snapshot)).one()
    assert {path.name for path in snapshot.folder().iterdir()} - before == {known.file}
    assert jobs.refresh_due(NOON + timedelta(minutes=5)) == 0, "nothing was recorded since"


@pytest.mark.parametrize("anew", [True, False])
def test_whoever_needs_a_snapshot_of_their_own_tries_again(database, cast, monkeypatch, anew):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    overtake(monkeypatch, jobs.TRIES - 1)
    assert jobs.refreshed(NOON, anew=anew).number == jobs.TRIES
    overtake(monkeypatch, jobs.TRIES)
    with pytest.raises(snapshot.Overtaken):
        jobs.refreshed(NOON, anew=anew)


def test_without_a_snapshot_the_events_are_counted(database, cast):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    found = source(NOON)
    assert found.snapshot is None
    assert found.total(Slice(cut_off=NOON), [BY_KEY["enrolled"]]) == {"enrolled": 1}


def test_the_job_makes_a_snapshot_only_where_something_was_recorded(database, cast):
    db.session.execute(delete(ParticipationEvent))
    assert jobs.refresh_due(NOON) == 0
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    assert jobs.refresh_due(NOON) == 1
    assert jobs.refresh_due(NOON + timedelta(minutes=5)) == 0
    noted(cast, EventKind.ENROLLED, "learner", NOON + timedelta(minutes=6), course_id="water")
    assert jobs.refresh_due(NOON + timedelta(minutes=10)) == 1
    assert jobs.refresh_due(NOON + timedelta(minutes=75)) == 1, "merges leave no time behind"


def test_the_check_finds_what_differs_and_says_so(database, cast, monkeypatch):
    for day in range(3):
        noted(cast, EventKind.ENROLLED, "learner", NOON - timedelta(days=day), course_id="water")
    assert jobs.check(NOON) == 0
    monkeypatch.setattr(jobs.slow, "counted", lambda *_asked: [{(): {"enrolled": 2}}, {}, {}])
    assert jobs.check(NOON + timedelta(minutes=1)) > 0
    last = db.session.scalars(select(Check).order_by(Check.at.desc())).first()
    assert last.compared > len(last.differences) > 0


def test_the_check_finds_an_answer_that_was_counted_ahead_wrongly(database, cast, monkeypatch):
    noted(cast, EventKind.ENROLLED, "learner", NOON, course_id="water")
    right = jobs.counts_ahead

    def wrong(now):
        def answered(made):
            for answer in right(now)(made):
                cells = [[key, {**values, "enrolled": 7}] for key, values in answer.content["cells"]]
                answer.content = {**answer.content, "cells": cells}
                yield answer

        return answered

    monkeypatch.setattr(jobs, "counts_ahead", wrong)
    assert jobs.check(NOON) > 0
    found = db.session.scalars(select(Check).order_by(Check.at.desc())).first().differences
    assert {(each[3], each[4]) for each in found} == {("enrolled", 7)}, "what is not stored was counted, and is right"
    assert {len(each[2]) for each in found} == {0, 1}, "the whole, and the provinces"


def test_units_of_time():
    assert [unit_of(each, date(2027, 1, 1)) for each in TIMES] == ["2027", "2027-Q1", "2027-01", "2026-W53", "2027-01-01"]


@pytest.mark.parametrize(("first", "last", "expected"), [
    (date(2026, 1, 1), date(2026, 12, 31), (date(2025, 1, 1), date(2025, 12, 31))),
    (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
    (date(2026, 1, 1), date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31))),
    (date(2026, 5, 5), date(2026, 5, 11), (date(2026, 4, 28), date(2026, 5, 4))),
])
def test_the_period_before(first, last, expected):
    assert before(first, last) == expected


@given(first=st.dates(date(2001, 1, 1), date(2090, 1, 1)), length=st.integers(0, 900))
def test_the_period_before_ends_the_day_before_and_is_about_as_long(first, length):
    begins, ends = before(first, first + timedelta(days=length))
    assert ends == first - timedelta(days=1)
    assert abs((ends - begins).days - length) <= 31


def test_a_year_before_a_leap_day_is_the_last_of_february():
    assert year_ago(date(2028, 2, 29)) == date(2027, 2, 28)
    assert year_ago(date(2026, 6, 1)) == date(2025, 6, 1)
