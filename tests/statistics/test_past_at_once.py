"""Two people bring the same totals in at the same moment: one batch has them, the other is told."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from sqlalchemy import func, select

from tests.cast import assemble
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import past
from webapp.statistics.models import PastBatch, PastState, PastTotal

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
PEOPLE = 4


def test_the_same_totals_sent_by_several_people_are_brought_in_once(committed):
    cast = assemble()
    table = f"place,period,figure,value\n{cast.places.county.code},2024,views,400\n".encode()
    staff, ids = cast.ids["staff"], []
    for number in range(PEOPLE):
        with unit_of_work():
            ids.append(past.stage(
                title=f"Report {number}", source="p. 7", totals=table, people=b"", what="", actor_id=staff, now=NOW,
            ).id)
    db.session.rollback()
    together = Barrier(PEOPLE)

    def bring(batch_id):
        with committed.app_context():
            together.wait(5)
            with unit_of_work():
                found = past.bring_in(batch=db.session.get(PastBatch, batch_id), allowed=None, actor_id=staff, now=NOW)
                return len(found.problems)

    with ThreadPoolExecutor(PEOPLE) as pool:
        told = [each.result() for each in [pool.submit(contextvars.Context().run, bring, key) for key in ids]]
    assert sorted(told) == [0, 1, 1, 1]
    assert db.session.scalar(select(func.count()).select_from(PastTotal)) == 1
    states = db.session.execute(select(PastBatch.state, func.count()).group_by(PastBatch.state)).all()
    assert dict(tuple(row) for row in states) == {PastState.BROUGHT: 1, PastState.SENT: PEOPLE - 1}
