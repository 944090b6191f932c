"""The report of a training of 200 people on PostgreSQL: its figures, and the finished files."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select

from bench.findings import Finding
from bench.stage import KEY, Stage
from tests.reports.world import DAYS, HELD, hold
from webapp import create_app
from webapp.accounts import services as accounts
from webapp.cli_upgrade import bring_up
from webapp.core import clock
from webapp.core.config import Mode, Settings
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.places.models import Place
from webapp.reports import figures, files, published, queries, services
from webapp.reports.narrative import Text
from webapp.trainings import records
from webapp.trainings.models import Training, TrainingState

PEOPLE = 200
ALLOWED_S, AIM_S = 60, 3
TURNS, QUICK_TURNS = 7, 3


def measure(stage: Stage) -> list[Finding]:
    """Seconds from the record to the file, the slowest of several."""
    app = create_app(Settings(mode=Mode.TEST, data_dir=stage.folder / "report", database_url=stage.another("report"), secret_key=KEY))
    with app.app_context():
        bring_up()
        training_id = _plant()
        training = records.locked(training_id)
        text = services.texts_of(queries.opened(training_id, None) or _missing())[0]
        written = Text(text.language, text.questionnaire, text.content.values)
        found = [
            _finding(stage, f"report, {form}, {tag}", partial(_file, training, written, form, tag))
            for tag in ("zh-Hans", "en") for form in ("pdf", "docx")
        ]
        computed = _taken(stage, lambda: figures.compute(training, clock.now()))
        db.session.remove()
        db.engine.dispose()
    return [*found, Finding(f"  figures of {PEOPLE} people", f"slowest of {len(computed)}: {1000 * max(computed):.0f} ms")]


def _missing() -> Any:
    raise LookupError("the report was not begun")


def _plant() -> Any:
    """A training that was held, with its report begun; its id."""
    place = db.session.scalars(select(Place).where(Place.level == "county").order_by(Place.code).limit(1)).one()
    with unit_of_work():
        person = accounts.create_person(name="王佳宁", language="zh-Hans", now=HELD, place=place)
        training = Training(
            id=new_id(), code=new_code(), state=TrainingState.REPORTING, place_id=place.id, language="zh-Hans", zone="Asia/Shanghai",
            first_day=DAYS[0], last_day=DAYS[1], venue="长安区委党校", created_by_id=person.id, created_at=HELD, changed_at=HELD,
        )
        db.session.add(training)
    hold(training, PEOPLE)
    with unit_of_work():
        services.begin(training=records.locked(training.id), person=person, now=clock.now())
    return training.id


def _file(training: Training, text: Text, form: str, tag: str) -> bytes:
    with speaking(tag):
        shown = published.publish(figures.compute(training, clock.now()))
        return files.made(files.printed(shown, text=text), form)


def _taken(stage: Stage, work: Callable[[], object]) -> list[float]:
    taken = []
    for _turn in range(QUICK_TURNS if stage.quick else TURNS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return taken


def _finding(stage: Stage, name: str, work: Callable[[], object]) -> Finding:
    slowest = max(_taken(stage, work))
    return Finding(f"{name}, {PEOPLE} people", f"slowest: {slowest:.2f} s", f"{ALLOWED_S} s, aim {AIM_S} s", slowest <= ALLOWED_S)
