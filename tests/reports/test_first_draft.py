"""The first draft says what the record holds and leaves open, in brackets, what it does not; a report outlives its writers."""

from __future__ import annotations

import pytest

from tests.reports.world import hold
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.signals import PersonErased, person_erased
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires.models import Sheet, SheetMember
from webapp.reports import drafting, figures, narrative, queries, rules, services
from webapp.reports.digest import Digest, digest
from webapp.trainings import records
from webapp.trainings.models import TrainingTrainer

PROFILE = {
    "plan-name": "《长安区第十五个五年规划纲要》", "first-year": 2026, "last-year": 2030, "population": 512300,
    "objectives/a1": {"at": "U000V"}, "objectives/a1/objective": "完成四十个老旧小区改造", "objectives/a1/goals": ["11", "6"],
}


@pytest.mark.parametrize("tag", ["zh-Hans", "en"])
def test_every_text_is_marked_and_nothing_is_left_to_guess(world, now, tag):
    found = figures.compute(records.locked(world.training.id), now)
    with speaking(tag):
        made = drafting.draft(found, digest(PROFILE))
    assert all(rules.is_draft(text) for text in made.texts.values())
    assert "512,300" in made.texts["context"]
    assert "长安区第十五个五年规划纲要" in made.texts["plan-link"]
    assert "2026–2030" in made.texts["plan-link"]
    assert rules.has_gap(made.texts["plan-link"])
    assert rules.has_gap(made.texts["sessions"])
    assert str(found["tests"]["both"]) in made.texts["learning"]
    assert all(text for text in made.texts.values())


def test_a_training_without_a_record_is_drafted_too(make_training, now):
    training = make_training(first_day=None, last_day=None, venue="")
    found = figures.compute(records.locked(training.id), now)
    with speaking("en"):
        made = drafting.draft(found, Digest())
    for field in ("context", "plan-link", "needs", "learning", "satisfaction", "thanks"):
        assert rules.has_gap(made.texts[field]), field


def test_a_finished_text_is_open_nowhere_and_a_draft_everywhere_it_was_filled(begun, finished):
    assert services.texts_of(queries.opened(finished.training.id, None))[0].open == ()
    with speaking("en"):
        (text,) = services.texts_of(queries.opened(begun.training.id, None))
    assert isinstance(text, narrative.Narrative)


def test_marks_and_brackets_in_any_case_hold_a_report_back():
    assert rules.has_gap("Costs: [To be added: sum].")
    assert rules.has_gap("经费［ 待补充：金额］")
    assert not rules.has_gap("The plan [chapter 6] is in force.")
    assert not rules.is_draft(None)


def test_the_text_stays_when_the_only_one_who_wrote_it_is_erased(database, world, cast, now):
    with unit_of_work():
        db.session.query(TrainingTrainer).filter(TrainingTrainer.person_id != cast.ids["trainer"]).delete()
    with unit_of_work():
        services.begin(training=records.locked(world.training.id), person=cast.trainer, now=now)
    sheet_id = queries.opened(world.training.id, None).texts[0].sheet.id
    with unit_of_work():
        person_erased.send(PersonErased(cast.ids["trainer"], now))
    assert db.session.get(Sheet, sheet_id) is not None
    assert db.session.query(SheetMember).filter_by(sheet_id=sheet_id).count() == 0
    found = queries.opened(world.training.id, cast.ids["staff"])
    with unit_of_work():
        services.join(found=found, person_id=cast.ids["staff"], now=now)
    assert queries.opened(world.training.id, cast.ids["staff"]).texts[0].role.value == "owner"


def test_the_draft_needs_as_many_queries_for_many_as_for_few(make_training, cast, now, max_queries):
    asked = []
    # The first one fills what a process remembers; all are enough for the results of surveys to be shown.
    for people in (30, 30, 90):
        training = make_training()
        hold(training, people)
        person, training_id = cast.trainer, training.id
        assert person.name
        with unit_of_work(), max_queries(60) as seen:
            services.begin(training=records.locked(training_id), person=person, now=now)
        asked.append(len(seen))
    assert asked[1] >= asked[2]
