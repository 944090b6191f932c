"""The jobs of the statistics read for long: whoever saves something meanwhile does so at once, and it is counted once, later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.scheduler.jobs import job_named
from webapp.scheduler.models import JobRun
from webapp.scheduler.services import run_job
from webapp.statistics import jobs, snapshot
from webapp.statistics.models import Check, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def save(committed) -> Iterator[Callable[[], None]]:
    """Record an event through a connection of its own, which waits for no lock."""
    patience = {"timeout": 0} if db.engine.dialect.name == "sqlite" else {"options": "-c lock_timeout=1"}
    engine = sa.create_engine(db.engine.url, connect_args=patience)

    def record() -> None:
        key = new_id()
        with engine.begin() as connection:
            connection.execute(sa.insert(ParticipationEvent).values(
                id=key, kind=EventKind.VIEWED, happened_at=NOON, recorded_at=NOON - timedelta(seconds=1), source=f"view:{key}",
                course_id="water", step_id="one", language="en", device=Device.PHONE, channel=Channel.ONLINE,
            ))

    yield record
    engine.dispose()


@pytest.fixture
def saves(monkeypatch, save) -> list[str]:
    """Somebody saves in the middle of every long task: between two lines of the rows, and while answers are counted ahead."""
    done: list[str] = []
    lines, counts_ahead = snapshot._lines, jobs.counts_ahead

    def read(since):
        rest = list(lines(since))
        save()
        done.append("read")
        yield from rest

    def counted(now):
        count = counts_ahead(now)

        def answered(made):
            for number, answer in enumerate(count(made)):
                if number == 1:
                    save()
                    done.append("counted")
                yield answer

        return answered

    monkeypatch.setattr(snapshot, "_lines", read)
    monkeypatch.setattr(jobs, "counts_ahead", counted)
    return done


def views() -> list[int]:
    return list(db.session.scalars(sa.select(Snapshot.rows).order_by(Snapshot.number)))


def test_somebody_saves_while_a_snapshot_is_made_and_is_counted_once_in_the_next_one(committed, save, saves, at):
    at(NOON)
    save()
    assert run_job(committed, job_named("refresh-statistics"))
    assert saves == ["read", "counted"]
    assert views() == [1]
    db.session.rollback()
    at(NOON + jobs.AT_LEAST)
    assert run_job(committed, job_named("refresh-statistics"))
    assert views() == [1, 3]


def test_somebody_saves_while_the_statistics_are_checked(committed, save, saves, at, monkeypatch):
    at(NOON)
    count = jobs.slow.count

    def counted(*asked):
        cells = count(*asked)
        save()
        return cells

    monkeypatch.setattr(jobs.slow, "count", counted)
    assert run_job(committed, job_named("check-statistics"))
    assert saves == ["read", "counted"]
    assert db.session.scalar(sa.select(Check.compared)) > 0
    assert db.session.get(JobRun, "check-statistics").ok
