"""`localgoals places import` as an administrator types it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.places.conftest import LEVELS, table
from webapp.places import queries
from webapp.places.cli import places


@pytest.fixture
def run(app, tmp_path):
    """Write the file and run the command on it."""
    (tmp_path / "levels.yaml").write_text(LEVELS, encoding="utf-8")

    def running(data: bytes, *options: str):
        (tmp_path / "places.csv").write_bytes(data)
        return CliRunner().invoke(places, ["import", str(tmp_path / "places.csv"), *options], obj=lambda: app)

    running.levels = str(tmp_path / "levels.yaml")
    return running


def test_a_file_and_its_levels_are_imported_and_counted(run):
    result = run(table(), "--levels", run.levels)
    assert result.exit_code == 0, result.output
    assert "Added 7, changed 0, closed 0, unchanged 0; not in the file 0." in result.stdout
    assert "unchanged 7" in run(table(), "--country", "cn", "--on", "2026-06-01").stdout
    assert queries.by_code("CN", "330521")


def test_every_problem_is_printed_and_nothing_imported(run):
    result = run(table(c1="1,99,county,甲,A,,,,,,", c2="2,,parish,乙,B,,,,,,"), "--levels", run.levels)
    assert result.exit_code == 1
    assert "Row 9: The parent 99" in result.stderr
    assert "Row 10: The kind “parish”" in result.stderr
    assert "Nothing was imported; problems found: 2." in result.stderr
    assert queries.countries() == []


def test_an_undeclared_country_is_a_sentence(run):
    result = run(table(), "--country", "KE")
    assert result.exit_code == 1
    assert "“KE” is not declared yet" in result.stderr
