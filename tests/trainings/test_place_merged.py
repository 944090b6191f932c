"""A county merges into another in the middle of a training: access follows the successor, totals stay by the tree of either date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.places import operations
from webapp.places.models import Place
from webapp.places.requests import Merge
from webapp.statistics import slow
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.slices import Slice
from webapp.statistics.trees import around
from webapp.trainings import events
from webapp.trainings.models import TrainingState

MERGED_ON = date(2026, 12, 15)
BEFORE = MERGED_ON - timedelta(days=1)
FIRST, SECOND = datetime(2026, 12, 14, 2, tzinfo=UTC), datetime(2026, 12, 16, 2, tzinfo=UTC)


@pytest.fixture
def merged(database, at, cast, make_training, make_session, make_participant):
    """From the 14th to the 16th: 3 attend on the first day, the county merges on the second, 2 of them and 1 more on the third."""
    at(FIRST)
    training = make_training(state=TrainingState.RUNNING, last_day=date(2026, 12, 16))
    sessions = [make_session(training, day=moment.date(), starts=time(9), ends=time(12)) for moment in (FIRST, SECOND)]
    entries = [make_participant(training, name=f"学员{number}") for number in range(4)]
    attend(sessions[0], entries[:3], FIRST)
    with unit_of_work():
        operations.undertake(
            request=Merge(place_ids=(cast.places.county.id,), into_id=cast.places.second_county.id), day=MERGED_ON, actor_id=None,
            now=datetime(2026, 12, 15, 1, tzinfo=UTC),
        )
    db.session.expire_all()
    at(SECOND)
    attend(sessions[1], entries[1:], SECOND)
    return training


def attend(session, entries, now):
    with unit_of_work():
        for entry in entries:
            db.session.refresh(entry, ["person"])
            events.note(
                kind=EventKind.ATTENDED, participant=entry, person=entry.person, source=events.attended(entry.id, session.id, 0),
                origin=Origin("zh-Hans"), now=now, minutes=180,
            )


def attended(place_id, tree_on):
    state = next((each for each in around(place_id, tree_on, None) if each.id == place_id), None)
    if state is None:
        return None
    part = Slice(cut_off=SECOND + timedelta(days=30), paths=(state.path,), tree_on=tree_on)
    return slow.count(part, (), [BY_KEY["attended"]])[()]["attended"]


def test_who_attended_counts_once_by_the_tree_of_either_date(merged, cast):
    county, successor = cast.places.county.id, cast.places.second_county.id
    after = MERGED_ON
    # On the first day three of the county; who came on the third day came as people of the successor.
    assert attended(county, BEFORE) == 3
    assert attended(successor, BEFORE) == 3
    assert attended(county, after) is None
    assert attended(successor, after) == 4


def test_the_training_keeps_the_county_it_was_held_for(merged, cast):
    db.session.refresh(merged)
    assert merged.place_id == cast.places.county.id
    assert db.session.get(Place, merged.place_id).successor_id == cast.places.second_county.id


def test_a_role_for_the_successor_opens_it_and_the_role_of_before_still_does(merged, cast, make_trainer, login_as):
    make_trainer("successors", cast.places.second_county)
    make_trainer("colleague")
    make_trainer("stranger", cast.places.other_county)
    for key, status in (("successors", 200), ("colleague", 200), ("stranger", 404)):
        browser = login_as(key)
        assert browser.get(f"/trainings/{merged.id}/").status_code == status, key
        assert browser.get(f"/trainings/{merged.id}/edit").status_code == status, key
        assert (str(merged.id) in browser.get("/trainings/").text) == (status == 200), key


def test_before_the_merge_a_role_for_the_neighbour_opens_nothing(database, cast, make_training, make_trainer, login_as):
    training = make_training()
    make_trainer("neighbour", cast.places.second_county)
    assert login_as("neighbour").get(f"/trainings/{training.id}/").status_code == 404
