"""Retention periods: what is over goes, what is not stays, and a dry run touches nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from tests.courses.questionnaire.cases import plan
from webapp.accounts.models import Session
from webapp.accounts.models_data import ErasureRequest
from webapp.cli import commands
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.ids import new_id
from webapp.core.mail.models import MailState
from webapp.core.mail.services import queue
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import services, services_changes
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import Sheet, SheetMember
from webapp.scheduler.retention import PERIODS, carry_out, in_words, report

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
DOCS = Path(__file__).resolve().parents[2] / "docs"


def rows(lines):
    return {line.period.key: line.rows for line in lines if line.rows}


@pytest.fixture
def old(database, cast):
    """Of each of three kinds one row that is over and one that is not."""
    with unit_of_work():
        for days in (2, 0):
            db.session.add(Session(
                sign_in_id=cast.sign_in_ids["learner"], created_at=NOW - timedelta(days=9), expires_at=NOW + timedelta(days=9),
                ended_at=NOW - timedelta(days=days),
            ))
        for days, state in ((31, MailState.SENT), (29, MailState.SENT), (91, MailState.FAILED), (89, MailState.FAILED)):
            mail = queue(to="a@example.org", subject="s", text="t", language="en", now=NOW - timedelta(days=days))
            mail.state, mail.sent_at = state, NOW - timedelta(days=days) if state is MailState.SENT else None
        for days, name in ((31, "learner"), (29, "second_learner")):
            db.session.add(ErasureRequest(
                person_id=cast.ids[name], token_hash=name, keep_certificates=True, asked_at=NOW, due_at=NOW,
                undone_at=NOW - timedelta(days=days),
            ))
    return database


def test_what_is_over_goes_and_the_rest_stays(old):
    expected = {"sessions": 1, "sent-mail": 1, "failed-mail": 1, "erasures": 1}
    assert rows(report(NOW)) == expected
    with unit_of_work():
        assert rows(carry_out(NOW)) == expected
    assert rows(report(NOW)) == {}
    with unit_of_work():
        assert rows(carry_out(NOW)) == {}
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "retention.run")).all()
    assert [entry.after for entry in entries] == [expected]


def test_a_dry_run_reports_and_touches_nothing(old, at):
    at(NOW)
    before = db.session.scalar(select(func.count()).select_from(Session))
    result = CliRunner().invoke(commands, ["retention", "--dry-run"], obj=lambda: old)
    assert result.exit_code == 0, result.output
    assert "4 rows would be deleted." in result.output
    assert "Audit trail: kept as proof; it holds no name" in result.output
    assert db.session.scalar(select(func.count()).select_from(Session)) == before


def test_the_command_deletes_and_says_how_much(old, at):
    at(NOW)
    assert "4 rows deleted." in CliRunner().invoke(commands, ["retention"], obj=lambda: old).output


def test_each_kind_is_named_once():
    assert len({period.key for period in PERIODS}) == len(PERIODS)


@pytest.mark.parametrize(("language", "file"), [("en", "privacy.md"), ("zh-Hans", "privacy.zh-Hans.md")])
def test_the_page_of_the_documentation_holds_the_same_periods(app, language, file):
    text = (DOCS / file).read_text(encoding="utf-8")
    with speaking(language):
        for period in PERIODS:
            assert f"| {period.label} | {in_words(period)} |" in text, period.key


def test_a_sheet_on_which_nothing_was_written_goes_and_one_with_a_word_stays(database, cast):
    with unit_of_work():
        empty, used = (
            services.begin(questionnaire=plan(), person=cast.learner, language="en", now=NOW - timedelta(days=91)) for _each in range(2)
        )
        kept_id = used.id
        wanted = Wanted(new_id(), "story", 0, "A word")
        services_changes.apply(sheet=used, questionnaire=plan(), changes=[wanted], person_id=cast.ids["learner"], now=NOW)
        young_id = services.begin(questionnaire=plan(), person=cast.learner, language="en", now=NOW - timedelta(days=89)).id
    assert empty.changes == 0
    with unit_of_work():
        carry_out(NOW)
    assert set(db.session.scalars(select(Sheet.id))) == {kept_id, young_id}
    assert set(db.session.scalars(select(SheetMember.sheet_id))) == {kept_id, young_id}
