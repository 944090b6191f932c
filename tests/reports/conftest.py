"""Fixtures of reports: a training that was held, its report, and people who write, review and look on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.reports.world import hold
from tests.trainings import conftest as trainings
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires.models import Sheet, SheetCell
from webapp.reports import queries, rules, services
from webapp.reports.models import ReportState
from webapp.trainings import records
from webapp.trainings.models import TrainerPart, TrainingState

# Fixtures are found by their names.
add_trainer, make_trainer, make_training = trainings.add_trainer, trainings.make_trainer, trainings.make_training
other_trainer = trainings.other_trainer


@pytest.fixture
def now():
    """The morning after."""
    return datetime(2026, 12, 16, 2, tzinfo=UTC)


@pytest.fixture
def world(make_training, make_trainer, add_trainer, at, now):
    """A training of twelve people that is being reported, with a co-trainer and an observer of elsewhere."""
    at(now)
    training = make_training(state=TrainingState.REPORTING, purpose="学会把规划与目标对照。", courses=["tot-1-introduction"])
    co = make_trainer("co_trainer", role=None, name="孙丽")
    observer = make_trainer("observer", role=None, name="何平")
    add_trainer(training, co, TrainerPart.CO)
    add_trainer(training, observer, TrainerPart.OBSERVER)
    return hold(training)


@pytest.fixture
def begun(world, cast, now):
    """The world with its report begun by the lead trainer."""
    with unit_of_work():
        services.begin(training=records.locked(world.training.id), person=cast.trainer, now=now)
    return world


def finish(training_id):
    """Finish the text: marks and brackets of the first draft go, recommendations name who."""
    with unit_of_work():
        found = queries.opened(training_id, None)
        for written in found.texts:
            for cell in db.session.query(SheetCell).filter_by(sheet_id=written.sheet.id):
                if isinstance(cell.value, str):
                    lines = [line for line in cell.value.splitlines() if line not in rules.MARKS.values()]
                    cell.value = "\n".join(lines).replace("待补充：", "").replace("to be added: ", "") or "."
            cells = db.session.query(SheetCell).filter_by(sheet_id=written.sheet.id, field_id="recommendations")
            for row in {cell.path.split("/")[1] for cell in cells}:
                db.session.add(SheetCell(
                    sheet_id=written.sheet.id, path=f"recommendations/{row}/who", field_id="recommendations", value="长安区发展和改革局",
                    version=1, changed_at=db.session.get_one(Sheet, written.sheet.id).changed_at,
                ))
    db.session.expire_all()


@pytest.fixture
def finished(begun):
    """The world with a report whose text is complete."""
    finish(begun.training.id)
    return begun


@pytest.fixture
def go(login_as, finished):
    """`go("trainer", "submit")` presses a button as the page shows it; the answer."""
    url = f"/trainings/{finished.training.id}/report"

    def press(who, move, words="", version=None):
        db.session.expire_all()
        shown = version if version is not None else queries.opened(finished.training.id, None).report.version
        return login_as(who).post(f"{url}/move?lang=en", data={"move": move, "words": words, "version": shown})

    return press


@pytest.fixture
def state_of():
    """The state of a training's report."""

    def state(training) -> ReportState:
        db.session.expire_all()
        return queries.opened(training.id, None).report.state

    return state
