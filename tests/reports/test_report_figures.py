"""Figures are what the rows of the record add up to; frozen ones stay; published ones give no small group away."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.world import hold
from webapp.core.database import db
from webapp.core.suppression import LEAST
from webapp.questionnaires.models_surveys import Survey
from webapp.reports import facts, figures, published, queries
from webapp.reports.facts import Facts, Group
from webapp.reports.figures import DIMENSIONS, STAGES
from webapp.trainings import records
from webapp.trainings.attendance_shown import table
from webapp.trainings.models import TrainingSession
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import JoinedBy, ParticipantState


def compute(world, now):
    return figures.compute(records.locked(world.training.id), now)


def test_numbers_are_what_the_record_holds(database, world, now):
    found = compute(world, now)
    assert found["counts"] == {
        "invited": 14, "registered": 12, "attended": 11, "completed": 10, "walk_ins": 0, "substitutes": 0, "withdrawn": 2,
        "certificates": 0, "plans": 0,
    }
    assert found["hours"] == {"sessions": 4, "held": 4, "held_minutes": 720, "attended_minutes": (10 * 4 + 1) * 180}
    assert found["people"]["organisation_type"] == {
        "business": {"registered": 2, "attended": 2, "completed": 2}, "government": {"registered": 10, "attended": 9, "completed": 8},
    }
    assert [each["present"] for each in found["sessions"]] == [11, 10, 10, 10]
    assert found["about"]["host"] == "长安区委组织部"
    assert found["agenda_minutes"] == {"planned": 4 * 165, "held": 4 * 165, "noted": True}
    assert found["tests"]["both"] == 10
    assert found["tests"]["gain"]["after"] > found["tests"]["gain"]["before"]
    assert found["surveys"]["satisfaction"]["asked"] == 11
    assert found["surveys"]["satisfaction"]["answered"] == 9
    assert {each["id"]: each["n"] for each in found["surveys"]["satisfaction"]["scales"]}["overall"] == 9


def test_an_anonymous_survey_is_looked_at_once_it_has_closed(database, world, now):
    survey = db.session.query(Survey).one()
    survey.closes_at = now + timedelta(hours=1)
    db.session.commit()
    found = compute(world, now)["surveys"]["satisfaction"]
    assert (found["answered"], found["scales"], found["grids"]) == (9, [], [])
    assert compute(world, now + timedelta(hours=1))["surveys"]["satisfaction"]["scales"]


def test_totals_agree_with_the_lists_they_lead_to(database, world, now):
    found = compute(world, now)
    lines = table(world.training.id).lines
    assert found["hours"]["attended_minutes"] == sum(line.minutes for line in lines)
    assert found["counts"]["attended"] == sum(any(said.presence is Presence.PRESENT for said in line.cells) for line in lines)
    for dimension in DIMENSIONS:
        for stage in STAGES:
            assert sum(each[stage] for each in found["people"][dimension].values()) == found["counts"][stage]


def test_figures_are_plain_and_ask_few_queries_however_many_people(database, make_training, now, max_queries):
    training = make_training()
    hold(training, 40)
    training_id = training.id
    locked = records.locked(training_id)
    with max_queries(6):
        found = figures.compute(locked, now)
    assert json.loads(json.dumps(found)) == found
    assert found["counts"]["registered"] == 40
    assert "学员" not in json.dumps(found, ensure_ascii=False)


def test_an_empty_training_has_figures_too(database, make_training, now):
    training = make_training(first_day=None, last_day=None)
    found = figures.compute(records.locked(training.id), now)
    assert set(found["counts"].values()) == {0}
    assert found["tests"] is None
    assert published.publish(found)["people"] == {dimension: {} for dimension in DIMENSIONS}


def test_a_cancelled_session_and_what_was_taken_out_of_the_agenda_do_not_count(database, world, now):
    session = db.session.get_one(TrainingSession, world.sessions[3].id)
    session.cancelled = True
    db.session.commit()
    found = compute(world, now)
    assert len(found["sessions"]) == 3
    assert found["hours"]["attended_minutes"] == (10 * 3 + 1) * 180


def test_frozen_figures_do_not_follow_the_record(go, finished, state_of, now):
    assert go("trainer", "submit").status_code == 303
    db.session.expire_all()
    frozen = queries.opened(finished.training.id, None).report.figures
    db.session.query(Attendance).delete()
    db.session.commit()
    assert queries.opened(finished.training.id, None).report.figures == frozen
    assert facts.read(finished.training.id).sessions[0].present == 0


# Published tables.
GROUPS = st.builds(
    Group, state=st.just(ParticipantState.REGISTERED), joined_by=st.sampled_from(JoinedBy),
    organisation_type=st.sampled_from(["", "government", "business", "academia"]), position_level=st.sampled_from(["", "10", "30", "50"]),
    sex=st.sampled_from(["", "female", "male"]), invited=st.booleans(), attended=st.booleans(), completed=st.booleans(),
    people=st.integers(1, 12), minutes=st.integers(0, 5000),
)


def public_of(groups):
    counted = figures.counted(Facts(tuple(groups), (), (), (), (), (), 0, 0))
    whole = {"cut_off": "", "about": {}, "tests": None, "surveys": {}, "photos": [], **counted}
    return whole, published.publish(whole)


@given(st.lists(GROUPS, max_size=8))
def test_no_small_group_can_be_worked_out_from_what_is_published(groups):
    exact, public = public_of(groups)
    base = public["base"]
    total = public["counts"][base]
    for dimension in DIMENSIONS:
        line = public["people"][dimension]
        true = {name: stages[base] for name, stages in exact["people"][dimension].items() if stages[base]}
        shown = {name: stages[base] for name, stages in line.items()}
        assert set(shown) == set(true)
        hidden = [name for name in shown if shown[name] is None]
        assert all(shown[name] == true[name] for name in shown if shown[name] is not None)
        assert all(count is None or count >= LEAST for count in shown.values())
        if hidden and total is not None:
            # Several fill the rest, and together they are no small group.
            assert len(hidden) > 1
            assert total - sum(count for count in shown.values() if count) >= LEAST
    assert all(count is None or count == 0 or count >= LEAST for count in public["counts"].values())


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_band_of_attendance_never_tells_how_many_few_were_away(present, away):
    total = present + away
    found = published.band(present, total)
    if found is None:
        assert total < published.LEAST_FOR_BANDS
        return
    others = [each for each in range(total + 1) if published.band(each, total) == found]
    assert len(others) >= 3


@pytest.mark.parametrize("many", [4, 5])
def test_results_of_fewer_than_five_answers_are_not_published(many):
    grid = {"id": "g", "label": {}, "columns": [{}, {}], "rows": [{"id": "r", "label": {}, "counts": [many, 0]}]}
    survey = {"asked": many, "answered": many, "scales": [{"id": "s", "n": many, "counts": {}}], "grids": [grid], "choices": []}
    public = published.publish({
        **public_of([])[0], "surveys": {"needs": survey},
    })["surveys"]["needs"]
    assert bool(public["scales"]) is (many >= LEAST)
    assert bool(public["grids"]) is (many >= LEAST)
    assert public["choices"] == []
