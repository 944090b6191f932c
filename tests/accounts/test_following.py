"""People, organisations and roles after their place went up in another one, and after that was taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from webapp.accounts.models import Organisation, OrganisationType, Person
from webapp.accounts.models_people import PersonSpell
from webapp.accounts.queries import grants_in_force
from webapp.accounts.services import organisation_named
from webapp.accounts.services_work import change_work
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.participation.services import record
from webapp.places import operations
from webapp.places.operations import SomethingFollowed
from webapp.places.requests import Merge, NewPlace, Split

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
DAY = date(2026, 7, 1)


def merge(places):
    with unit_of_work():
        made = operations.undertake(
            request=Merge(place_ids=(places.county.id,), into_id=places.second_county.id), day=DAY, actor_id=None, now=NOW,
        )
    db.session.expire_all()
    return made


def take_back(operation):
    with unit_of_work():
        operations.undo(operation=operation, actor_id=None, now=NOW)
    db.session.expire_all()


def organisation(name, place):
    return organisation_named(name=name, type=OrganisationType.GOVERNMENT, place_id=place.id, now=NOW)


def test_people_go_to_the_successor_and_back(database, cast):
    operation = merge(cast.places)
    assert {cast.learner.place_id, cast.trainer.place_id, cast.second_learner.place_id} == {cast.places.second_county.id}
    take_back(operation)
    assert {cast.learner.place_id, cast.trainer.place_id} == {cast.places.county.id}
    assert cast.second_learner.place_id == cast.places.second_county.id


def test_who_moved_on_in_between_stays_there(database, cast):
    operation = merge(cast.places)
    cast.learner.place_id = cast.places.city.id
    db.session.commit()
    take_back(operation)
    assert cast.learner.place_id == cast.places.city.id
    assert cast.trainer.place_id == cast.places.county.id


def test_roles_hold_for_the_successor(database, cast):
    merge(cast.places)
    paths = {grant.path for grant in grants_in_force(cast.ids["trainer"], NOW)}
    assert cast.places.second_county.path in paths


def test_organisations_follow_unless_their_namesake_is_there(database, cast):
    water, forest = organisation("水务局", cast.places.county), organisation("林业局", cast.places.county)
    organisation("水务局", cast.places.second_county)
    db.session.commit()
    ids = water.id, forest.id
    operation = merge(cast.places)
    found = {row.id: row.place_id for row in db.session.scalars(select(Organisation))}
    assert (found[ids[0]], found[ids[1]]) == (cast.places.county.id, cast.places.second_county.id)
    take_back(operation)
    assert {row.place_id for row in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))} == {cast.places.county.id}


@pytest.mark.parametrize("since", [date(2026, 3, 1), DAY])
def test_dated_work_goes_on_at_the_successor_from_that_day(database, cast, since):
    person = cast.learner
    with unit_of_work():
        change_work(
            person=person, place_id=cast.places.city.id, organisation_id=None, position_level=20, since=date(2026, 2, 1), now=NOW,
            actor_id=None,
        )
        change_work(
            person=person, place_id=cast.places.county.id, organisation_id=None, position_level=20, since=since, now=NOW, actor_id=None,
        )

    def spells():
        rows = db.session.scalars(select(PersonSpell).where(PersonSpell.person_id == cast.ids["learner"]).order_by(PersonSpell.valid_from))
        return [(row.place_id, row.valid_from, row.valid_until) for row in rows]

    before = spells()
    operation = merge(cast.places)
    after = spells()
    assert after[-1] == (cast.places.second_county.id, DAY, None)
    assert after[: len(before) - 1] == before[:-1]
    assert db.session.get(Person, cast.ids["learner"]).place_id == after[-1][0]
    take_back(operation)
    assert spells() == before


def test_what_followers_did_since_keeps_the_merge(database, cast):
    operation = merge(cast.places)
    with unit_of_work():
        record(kind=EventKind.VIEWED, person=cast.learner, origin=Origin("en"), now=NOW, source="a view")
    with pytest.raises(SomethingFollowed):
        take_back(operation)
    assert cast.learner.place_id == cast.places.second_county.id


def test_what_others_did_at_the_successor_does_not(database, cast):
    operation = merge(cast.places)
    with unit_of_work():
        record(kind=EventKind.VIEWED, person=cast.second_learner, origin=Origin("en"), now=NOW, source="a view")
    take_back(operation)
    assert cast.learner.place_id == cast.places.county.id


def test_a_part_at_which_somebody_registered_stays(database, cast):
    with unit_of_work():
        operation = operations.undertake(request=Split(place_id=cast.places.county.id, parts=(
            NewPlace(code="130102", names={"en": "North"}), NewPlace(code="130190", names={"en": "South"}),
        )), day=DAY, actor_id=None, now=NOW)
    heir = cast.places.county.successor_id
    cast.outsider.place_id = heir
    db.session.commit()
    with pytest.raises(SomethingFollowed):
        take_back(operation)


def test_a_merge_takes_as_many_statements_for_two_people_as_for_thirty(database, cast, max_queries):
    db.session.add_all(
        Person(name=f"Person {number}", language="en", place_id=cast.places.county.id, created_at=NOW) for number in range(28)
    )
    db.session.commit()
    with max_queries(40):
        merge(cast.places)
