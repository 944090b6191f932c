"""Results of surveys on PostgreSQL: a page that counts 10,000 answers while one waits, and the job that counts 100,000."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bench import people_list
from bench.client import Browser
from bench.findings import Finding, percentile
from bench.stage import KEY, Running, Stage, say
from webapp import create_app
from webapp.accounts.models import Person
from webapp.cli_upgrade import bring_up
from webapp.core import clock
from webapp.core.config import Mode, Settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses import services as courses
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires import definitions, services_results
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.results import LISTS, Item, Shape, items

LIVE, KEPT, QUICK = 10_000, 100_000, 20_000
ASKED = "satisfaction-survey"
TURNS = 9
PAGE_MS, JOB_S = 1000, 10
UNBUDGETED = "two questions crossed, of the many"

SHEETS = """
INSERT INTO sheets (id, questionnaire_id, revision, title, language, state, version, changes, anonymous, survey_id, dimensions,
                    created_at, changed_at)
SELECT gen_random_uuid(), :questionnaire, :revision, '', 'zh-Hans', 'done', 1, 1, false, :survey,
       jsonb_build_object('sex', (ARRAY['female', 'male'])[1 + i % 2], 'position_level', 10 * (1 + i % 5)), now(), now()
FROM generate_series(1, :count) AS i
"""
CELLS = """
INSERT INTO sheet_cells (sheet_id, path, field_id, value, version, changed_at)
SELECT id, :path, :field, {value}, 1, now() FROM sheets WHERE survey_id = :survey AND random() < 0.9
"""
ONE_OF = "to_jsonb((CAST(:values AS text[]))[1 + floor(random() * :count)::int])"
NUMBER = "to_jsonb(:first + floor(random() * :count)::int)"
SOME_OF = "(SELECT jsonb_agg(value) FROM unnest(CAST(:values AS text[])) AS value WHERE random() < 0.3 OR value = :first OR id IS NULL)"
WORDS = "to_jsonb('Enough time for our own plan, please: ' || id)"


def fill(survey_id: UUID, questionnaire: Questionnaire, count: int) -> None:
    """Answers to a survey, nine of ten questions answered. Needs an application context."""
    with db.engine.begin() as connection:
        connection.execute(sa.text(SHEETS), {
            "questionnaire": questionnaire.id, "revision": questionnaire.revision, "survey": survey_id, "count": count,
        })
        for item in items(questionnaire):
            value, values = _value(item)
            spot: dict[str, object] = {"path": item.key, "field": item.field.id, "survey": survey_id}
            connection.execute(sa.text(CELLS.format(value=value)), spot | values)


def _value(item: Item) -> tuple[str, dict[str, object]]:
    """Expression and parameters of a random answer."""
    if item.shape in LISTS:
        return SOME_OF, {"values": list(item.values), "first": item.values[0]}
    if item.shape in (Shape.STEPS, Shape.POINTS):
        return NUMBER, {"first": int(item.values[0]), "count": len(item.values)}
    return (ONE_OF, {"values": list(item.values), "count": len(item.values)}) if item.values else (WORDS, {})


def plant(title: str) -> UUID:
    """A survey that has closed."""
    now, questionnaire = clock.now(), surveys()[ASKED]
    with unit_of_work():
        courses.store_revisions([questionnaire], now)
        made = Survey(
            id=new_id(), questionnaire_id=ASKED, revision=questionnaire.revision, title=title, mode=SurveyMode.NAMED,
            opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1), created_at=now,
            created_by_id=db.session.scalars(sa.select(Person.id)).first(),
        )
        db.session.add(made)
        return made.id


def measure(stage: Stage) -> list[Finding]:
    """Milliseconds from request to the whole page, and seconds of the job."""
    many = QUICK if stage.quick else KEPT
    address = stage.another("results")
    app = create_app(Settings(mode=Mode.TEST, data_dir=stage.folder / "results", database_url=address, secret_key=KEY))
    with app.app_context():
        bring_up()
        cookies = people_list.administrator(app)
        live, kept = plant("live"), plant("kept")
        questionnaire = definitions.of_revision(surveys()[ASKED].revision)
        say(f"adding {LIVE + many:,} answers")
        fill(live, questionnaire, LIVE)
        fill(kept, questionnaire, many)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # An answer is written as a whole; here it was written question by question.
            connection.execute(sa.text("CLUSTER sheet_cells USING pk_sheet_cells"))
            connection.execute(sa.text("VACUUM ANALYZE"))
        jobs = _jobs(kept, questionnaire)
        db.session.remove()
        db.engine.dispose()
    served = Running(stage.command(), stage.environment | {"LOCALGOALS_DATABASE_URL": address}, stage.folder / "results.log")
    try:
        waits = {
            name: _waits(Browser(served.url, cookies), f"/surveys/{survey}/results{path}") for name, survey, path in (
                ("all questions", live, ""), ("by position level", live, "?by=position_level"),
                ("two questions crossed", live, "/cross?a=obstacles&b=pace"), ("spreadsheet", live, ".xlsx"),
                ("all questions, counted by the job", kept, ""), ("by sex, counted by the job", kept, "?by=sex"),
                (UNBUDGETED, kept, "/cross?a=pace&b=duration"),
            )
        }
    finally:
        served.stop()
    slowest = max(percentile(each, 95) for name, each in waits.items() if name != UNBUDGETED)
    found = [
        Finding(f"  {name}", f"median {percentile(each, 50):.0f} ms, 95 % {percentile(each, 95):.0f} ms") for name, each in waits.items()
    ]
    return [
        Finding(f"results of {LIVE:,} answers and of many more", f"95 % of the slowest within {slowest:.0f} ms", f"{PAGE_MS} ms",
                slowest <= PAGE_MS),
        *found,
        Finding(f"counting {many:,} answers by the job", f"slowest of {len(jobs)}: {max(jobs):.1f} s", f"{JOB_S} s", max(jobs) <= JOB_S),
    ]


def _jobs(survey_id: UUID, questionnaire: Questionnaire) -> list[float]:
    """Seconds to count a survey as a whole, and divided by each dimension."""
    taken = []
    for by in ("", "sex", "position_level"):
        begun = time.perf_counter()
        with unit_of_work():
            services_results.keep(survey_id, questionnaire, by, clock.now())
        taken.append(time.perf_counter() - begun)
    return taken


def _waits(browser: Browser, path: str) -> list[float]:
    waits = []
    for turn in range(TURNS + 1):
        begun = time.perf_counter()
        browser.get(path)
        if turn:
            waits.append(1000 * (time.perf_counter() - begun))
    browser.close()
    return waits
