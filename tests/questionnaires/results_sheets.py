"""Sheets of the county plan, written straight into the tables: what somebody answered, and the same counted one by one."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses import services as courses
from webapp.questionnaires.models import Sheet, SheetCell, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyMode

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def survey(person_id: UUID, place_id: UUID | None = None, *, questionnaire=QUESTIONNAIRE, **changed: Any) -> Survey:
    """A survey that closed an hour ago, unless it is said otherwise."""
    with unit_of_work():
        courses.store_revisions([questionnaire], NOW)
        made = Survey(**{
            "id": new_id(), "questionnaire_id": questionnaire.id, "revision": questionnaire.revision,
            "title": "Needs of the county", "mode": SurveyMode.NAMED, "place_id": place_id,
            "opens_at": NOW - timedelta(days=9), "closes_at": NOW - timedelta(hours=1), "created_by_id": person_id,
            "created_at": NOW - timedelta(days=9), **changed,
        })
        db.session.add(made)
    return made


def answer(values: dict[str, Any], *, survey_id: UUID | None = None, place_id: UUID | None = None, state: SheetState = SheetState.DONE,
           questionnaire=QUESTIONNAIRE, anonymous: bool = False, **dimensions: Any) -> UUID:
    """A sheet with these values by path."""
    with unit_of_work():
        sheet = Sheet(
            id=uuid4(), questionnaire_id=questionnaire.id, revision=questionnaire.revision, language="en", state=state, survey_id=survey_id,
            place_id=place_id, dimensions=dimensions, created_at=NOW, changed_at=NOW, anonymous=anonymous, version=1, changes=1,
        )
        db.session.add(sheet)
        db.session.flush()
        if values:
            db.session.execute(insert(SheetCell), [
                {"sheet_id": sheet.id, "path": path, "field_id": path.partition("/")[0], "value": value, "version": 1, "changed_at": NOW}
                for path, value in values.items()
            ])
    return sheet.id


def somebody(chance: random.Random) -> dict[str, Any]:
    """What one might answer; some leave things out, some cleared what was there."""
    values: dict[str, Any] = {
        "plan-name": chance.choice(["Plan", "规划", "=1+1"]), "people": str(chance.choice([12, 400, 1200, "12.5"])),
        "adopted": (date(2026, 1, 1) + timedelta(days=chance.randrange(300))).isoformat(),
        "level": chance.choice(["county", "city", "other:township", "other:village"]),
        "means": chance.choice([["budget"], ["budget", "staff"], ["rules", "other:luck"]]), "trust": chance.randrange(11),
        "agree": chance.choice([1, 2, 3]), "first": chance.sample(["water", "roads", "schools"], chance.randrange(1, 4)),
        "all-goals": sorted(chance.sample(range(1, 18), 3)), "all-targets": ["11.7", "11.a"],
        "objectives/row00001": {"at": "a0"}, "objectives/row00001/goals": [11], "objectives/row00001/cost": "5",
        "objectives/row00001/state": "new", "objectives/row00002": None,
        "objectives/row00002/cost": "900", "links/row00001": "direct", "links/row00002": "none",
    }
    kept = {path: value for path, value in values.items() if path.startswith(("objectives", "links")) or chance.random() < 0.8}
    if chance.random() < 0.3:
        kept["summary"] = None
    return kept
