"""A year in a file is a number, and never has a separator."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.statistics.models import Goal

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture
def staff(database, cast, login_as, at):
    at(NOW)
    db.session.add(Goal(
        id=new_id(), place_id=cast.places.county.id, year=2026, figure="attended", planned=1200, set_by_id=cast.ids["staff"], set_at=NOW,
    ))
    db.session.flush()
    return login_as("staff")


def test_a_year_can_be_calculated_with(staff):
    table, = json.loads(staff.get("/statistics/goals.json?lang=en").data)["tables"]
    assert table["rows"][0]["values"][0] == 2026
    book = load_workbook(io.BytesIO(staff.get("/statistics/goals.xlsx?lang=en").data))
    cell = book.worksheets[0].cell(2, 2)
    assert (cell.value, cell.number_format) == (2026, "General")
    assert book.worksheets[0].cell(2, 4).number_format == "#,##0"


@pytest.mark.parametrize("form", ["", ".csv"])
def test_a_year_is_written_without_separators(staff, form):
    said = staff.get(f"/statistics/goals{form}?lang=en").text
    assert "2026" in said
    assert "2,026" not in said
