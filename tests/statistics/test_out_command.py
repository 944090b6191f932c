"""`localgoals statistics`: the pivot table as a file, and a new snapshot."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from tests.learning.fixtures import NOON, complete, enrol
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.statistics.cli import statistics
from webapp.statistics.models import Snapshot

SHOWN_AT = datetime(2026, 11, 20, 5, 7, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("small_courses")


class Here:
    """The application that the test is in already."""

    @contextmanager
    def app_context(self):
        yield


@pytest.fixture
def run(cast, water, soil, at, tmp_path):
    """Runs the command; three figures of two people are there."""
    complete(cast.learner, water)
    enrol(cast.other_county, soil, NOON + timedelta(days=7))
    db.session.commit()
    at(SHOWN_AT)
    return lambda *arguments: CliRunner().invoke(statistics, [str(each) for each in arguments], obj=Here)


def test_figures_are_saved_as_the_pivot_table_has_them(run, tmp_path):
    file = tmp_path / "figures.json"
    done = run("export", "--period", "2026", "--place", "130000", "--by", "county", "--figures", "enrolled,certified", file)
    assert done.exit_code == 0, done.output
    content = json.loads(file.read_bytes())
    table, = content["tables"]
    assert [(row["label"], row["values"]) for row in table["rows"]] == [
        ("Chang'an District", [1, 1]), ("Guye District", [1, 0]), ("Total", [2, 1]),
    ]
    assert [each["key"] for each in content["definitions"]] == ["enrolled", "certified"]
    entry = db.session.query(AuditEntry).filter_by(action="statistics.exported").one()
    assert entry.actor_id is None
    assert entry.after["form"] == "json"


def test_the_format_can_be_named_and_the_language_chosen(run, tmp_path):
    file = tmp_path / "figures"
    assert run("export", "--format", "xlsx", "--language", "zh-Hans", file).exit_code == 0
    assert load_workbook(io.BytesIO(file.read_bytes())).sheetnames[-2:] == ["数据说明", "口径"]


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--period", "2026-13"], "is no period"), (["--place", "999999"], "There is no place with the code 999999"),
    (["--by", "colour"], "There is no breakdown by"), (["--figures", "wealth"], "There is no figure"),
    (["--filter", "colour=red"], "has no filter"), (["--filter", "red"], "NAME=VALUE"), (["--format", "docx"], "docx"),
    (["--by", "sex", "--by", "age", "--by", "level"], "twice at most"),
])
def test_what_cannot_be_asked_is_one_sentence_and_leaves_no_file(run, tmp_path, arguments, sentence):
    file = tmp_path / "figures.csv"
    done = run("export", *arguments, file)
    assert done.exit_code != 0
    assert sentence in done.output
    assert not list(tmp_path.iterdir())


def test_an_ending_that_says_nothing_and_a_folder_that_is_not_there(run, tmp_path):
    assert "--format" in run("export", tmp_path / "figures").output
    assert "There is no folder" in run("export", tmp_path / "none" / "figures.csv").output


def test_refresh_makes_a_snapshot(run):
    done = run("refresh", "--anew")
    assert done.exit_code == 0, done.output
    assert "rows" in done.output
    assert db.session.query(Snapshot).count() == 1
