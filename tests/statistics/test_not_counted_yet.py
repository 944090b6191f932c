"""Before the first snapshot a page counts a few events itself; of many it says that they are being counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.statistics.test_engines import noted
from webapp.core.database import db
from webapp.participation.models import EventKind
from webapp.statistics import answers, snapshot

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture
def many(database, cast, at, monkeypatch):
    """More events than a page counts."""
    at(NOON + timedelta(hours=1))
    monkeypatch.setattr(answers, "MOST_UNCOUNTED", 2)
    for day in range(3):
        noted(cast, EventKind.ENROLLED, "learner", NOON - timedelta(days=day), course_id="water")
    db.session.flush()


@pytest.mark.parametrize(("language", "says"), [
    ("en", "The statistics are being counted."), ("zh-Hans", "统计数据正在汇总"),
])
@pytest.mark.parametrize("path", ["", "places", "pivot", "time.csv", "outcomes"])
def test_a_page_says_that_the_events_are_being_counted(many, login_as, path, language, says):
    staff = login_as("staff")
    answer = staff.get(f"/statistics/{path}?lang={language}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert says in answer.text
    snapshot.refresh(NOON + timedelta(hours=1))
    assert staff.get(f"/statistics/{path}?lang={language}").status_code == 200


def test_a_few_are_counted_by_the_page(many, login_as, monkeypatch):
    monkeypatch.setattr(answers, "MOST_UNCOUNTED", 3)
    assert login_as("staff").get("/statistics/").status_code == 200
