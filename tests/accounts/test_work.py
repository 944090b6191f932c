"""Dated facts of people: spells follow each other, past ones stay, changes can be taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from webapp.accounts import services, services_people, services_work
from webapp.accounts.errors_people import InTheFuture, TooEarly
from webapp.accounts.models import OrganisationType, PositionLevel
from webapp.accounts.models_people import ChangeKind, PersonSpell
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.places.rules import BEGINNING

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def spells(person):
    rows = db.session.scalars(select(PersonSpell).where(PersonSpell.person_id == person.id).order_by(PersonSpell.valid_from))
    return [(row.place_id, row.position_level, row.valid_from, row.valid_until) for row in rows]


def change(cast, since, *, place="second_county", level=PositionLevel.MIDDLE, actor="administrator"):
    return services_work.change_work(
        person=cast.learner, place_id=getattr(cast.places, place).id, organisation_id=None, position_level=level, since=since, now=NOON,
        actor_id=cast.ids[actor],
    )


def test_the_first_change_keeps_what_was_before(database, cast):
    assert change(cast, date(2026, 9, 1))
    county, second = cast.places.county.id, cast.places.second_county.id
    assert spells(cast.learner) == [
        (county, 20, BEGINNING, date(2026, 9, 1)), (second, 30, date(2026, 9, 1), None),
    ]
    assert (cast.learner.place_id, cast.learner.position_level) == (second, 30)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.work_changed")).one()
    assert (entry.before["place_id"], entry.after["since"]) == (str(county), "2026-09-01")


def test_a_second_change_on_the_same_day_corrects_the_first(database, cast):
    change(cast, date(2026, 9, 1))
    assert change(cast, date(2026, 9, 1), place="other_county")
    assert spells(cast.learner)[-1][:3] == (cast.places.other_county.id, 30, date(2026, 9, 1))
    assert len(spells(cast.learner)) == 2
    assert not change(cast, date(2026, 9, 10), place="other_county"), "nothing changed"


def test_days_in_the_future_and_before_the_last_change_are_refused(database, cast):
    with pytest.raises(InTheFuture):
        change(cast, date(2026, 9, 15))
    change(cast, date(2026, 9, 10))
    with pytest.raises(TooEarly, match="2026-09-10"):
        change(cast, date(2026, 9, 1), place="other_county")
    assert cast.learner.place_id == cast.places.second_county.id


def test_what_people_say_of_themselves_is_dated_too(database, cast):
    services.describe(
        person=cast.learner, place_id=cast.places.city.id, organisation_name="统计局", organisation_type=OrganisationType.GOVERNMENT,
        position_level=PositionLevel.JUNIOR, sex=None, birth_year=None, now=NOON,
    )
    assert [row[2:] for row in spells(cast.learner)] == [(BEGINNING, date(2026, 9, 14)), (date(2026, 9, 14), None)]
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.work_changed")).first() is None


def test_moving_many_can_be_taken_back_for_those_whom_nobody_changed_since(database, cast):
    people = [cast.learner, cast.second_learner, cast.trainer]
    change(cast, date(2026, 9, 10), place="city")
    before = {person.id: (person.place_id, spells(person)) for person in people}
    rows = services_people.move(
        person_ids=[person.id for person in people], place_id=cast.places.other_county.id, organisation_id=None, since=date(2026, 9, 12),
        now=NOON, actor_id=cast.ids["administrator"],
    )
    record = services_people.remember(kind=ChangeKind.MOVED, rows=rows, now=NOON, actor_id=cast.ids["administrator"])
    assert {person.place_id for person in people} == {cast.places.other_county.id}
    assert cast.trainer.position_level == PositionLevel.MIDDLE
    services_work.change_work(
        person=cast.trainer, place_id=cast.places.county.id, organisation_id=None, position_level=50, since=date(2026, 9, 14), now=NOON,
        actor_id=cast.ids["administrator"],
    )
    assert services_people.undo(change=record, now=NOON, actor_id=cast.ids["administrator"]) == 2
    for person in (cast.learner, cast.second_learner):
        assert (person.place_id, spells(person)) == before[person.id]
    assert cast.trainer.position_level == 50


def test_moving_leaves_out_whose_last_change_is_later(database, cast):
    change(cast, date(2026, 9, 12))
    rows = services_people.move(
        person_ids=[cast.learner.id, cast.trainer.id], place_id=cast.places.city.id, organisation_id=None, since=date(2026, 9, 1), now=NOON,
        actor_id=cast.ids["administrator"],
    )
    assert [row["id"] for row in rows] == [str(cast.trainer.id)]


def test_a_correction_on_the_same_day_is_taken_back_to_what_it_corrected(database, cast):
    change(cast, date(2026, 9, 12))
    held = spells(cast.learner)
    rows = services_people.move(
        person_ids=[cast.learner.id], place_id=cast.places.city.id, organisation_id=None, since=date(2026, 9, 12), now=NOON,
        actor_id=cast.ids["administrator"],
    )
    assert services_work.take_back(rows) == [cast.learner.id]
    assert spells(cast.learner) == held
    assert cast.learner.place_id == cast.places.second_county.id
