"""The one source of the present, and commands that speak in sentences."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import click
from click.testing import CliRunner

from webapp.core import clock
from webapp.core.cli import with_app
from webapp.core.database import db
from webapp.core.errors import DomainError

NEW_YEAR = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)


def test_the_present_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


def test_a_day_is_the_day_of_a_zone():
    with clock.at(NEW_YEAR):
        assert clock.today(UTC) == date(2026, 12, 31)
        assert clock.today(ZoneInfo("Asia/Shanghai")) == date(2027, 1, 1)


def test_the_clock_is_held_and_let_go_also_when_something_fails():
    with suppress(KeyError), clock.at(NEW_YEAR), clock.at(datetime(2027, 1, 1, tzinfo=UTC)):
        {}["missing"]
    assert clock.now() != NEW_YEAR


def test_a_command_runs_inside_the_application_and_a_rule_is_a_sentence(app):
    @click.command()
    @click.argument("place")
    @with_app
    def close(place: str) -> None:
        assert db.engine
        raise DomainError(f"{place} has open trainings.")

    result = CliRunner().invoke(close, ["Chang'an"], obj=lambda: app)
    assert (result.exit_code, result.output) == (1, "Error: Chang'an has open trainings.\n")


def test_an_application_is_made_only_when_the_command_needs_one():
    @click.command()
    @with_app
    def command() -> None:
        """Nothing."""

    result = CliRunner().invoke(command, ["--help"], obj=None)
    assert result.exit_code == 0
