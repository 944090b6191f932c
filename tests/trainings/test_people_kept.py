"""What of participants is kept no longer than the own page promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from tests.trainings.conftest import NOW
from webapp.core.database import db
from webapp.trainings import importing, jobs_people
from webapp.trainings.models_people import Participant, ParticipantList


def test_needs_go_a_month_after_the_last_day(database, make_training, make_participant):
    one = make_participant(make_training(), diet="清真", access="轮椅")
    last = datetime(2026, 12, 15, 6, tzinfo=UTC)
    assert jobs_people.sweep(last + timedelta(days=30)) == 0
    assert jobs_people.sweep(last + timedelta(days=31)) == 1
    row = db.session.get_one(Participant, one.id, populate_existing=True)
    assert (row.diet, row.access) == ("", "")


def test_lists_go_a_week_after_they_came(database, make_training, cast):
    training = make_training()
    importing.stage(training=training, data="姓名\n周海燕\n".encode(), actor_id=cast.ids["trainer"], now=NOW)
    assert jobs_people.sweep(NOW + timedelta(days=6)) == 0
    assert jobs_people.sweep(NOW + timedelta(days=7)) == 1
    assert db.session.scalar(select(func.count()).select_from(ParticipantList)) == 0
