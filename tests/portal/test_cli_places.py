"""Single changes of the tree from the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.places import queries
from webapp.places.models_operations import PlaceOperation
from webapp.portal.cli_places import places

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def run(app, cast, at):
    """`run("close", "CN:130102")` is the result of the command."""
    at(NOON)
    return lambda *arguments: CliRunner().invoke(places, arguments, obj=lambda: app)


def here(code):
    db.session.expire_all()
    return queries.by_code("CN", code)


@pytest.mark.parametrize("arguments", [
    ("rename", "130102", "--name-zh", "长安新区"), ("merge", "130104", "--into", "130102"), ("close", "130204"),
    ("move", "130102", "--below", "130200"),
    ("split", "130102", "--part", "130198", "东安区", "Dong'an District", "dong an", "--part", "130199", "西安区", "-", "-"),
], ids=lambda each: each[0])
def test_a_dry_run_shows_what_would_change_and_changes_nothing(database, run, arguments):
    before = {code: (here(code).names, here(code).path) for code in ("130102", "130104", "130204")}
    result = run(*arguments, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "What changes" in result.output
    assert "no past total changes" in result.output
    assert "Nothing was changed." in result.output
    assert {code: (here(code).names, here(code).path) for code in before} == before
    assert db.session.query(PlaceOperation).count() == db.session.query(AuditEntry).count() == 0


def test_a_rename_keeps_what_was_not_given(database, run):
    result = run("rename", "CN:130102", "--name-zh", "长安新区")
    assert "The change is made." in result.output, result.output
    assert here("130102").names == {"zh-Hans": "长安新区", "en": "Chang'an District"}


def test_places_merge_move_split_and_close(database, run, at):
    assert run("merge", "130104", "--into", "130102").exit_code == 0
    assert here("130104") is None
    assert run("move", "130102", "--below", "CN:130200", "--code", "130208").exit_code == 0
    assert here("130208").path == "CN/130000/130200/130208/"
    at(NOON + timedelta(days=1))
    parts = ("--part", "130208", "东安区", "-", "dong an", "--part", "130209", "西安区", "-", "xi an")
    split = run("split", "130208", *parts, "--heir", "130209")
    assert split.exit_code == 0, split.output
    assert here("130208").names == {"zh-Hans": "东安区"}
    at(NOON + timedelta(days=2))
    assert run("close", "130208").exit_code == 0
    assert here("130208") is None


def test_a_day_to_come_plans_it(database, run):
    assert "The change is planned." in run("close", "130204", "--from", "2027-01-01").output
    assert here("130204") is not None
    assert db.session.query(PlaceOperation).one().waits


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("close", "999999"), "no open place has the code 999999"), (("rename", "130102"), "Nothing would change."),
    (("split", "130102", "--part", "1", "甲", "-", "-", "--heir", "2"), "none of the parts"),
    (("close", "130102", "--from", "tomorrow"), "does not match"),
])
def test_what_is_wrong_is_said_in_a_sentence(run, arguments, sentence):
    result = run(*arguments)
    assert result.exit_code != 0
    assert sentence in result.output
