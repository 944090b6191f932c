"""Publishing closed periods: asked for once, prepared by a job, since to withhold small groups may take some seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select, update

from webapp.core import clock
from webapp.core.audit import record
from webapp.core.database import db, only_reading
from webapp.core.frozen import dataclass
from webapp.core.unit_of_work import unit_of_work
from webapp.core.upsert import insert_for
from webapp.statistics import editions, public
from webapp.statistics.editions import Edition
from webapp.statistics.models import ClosedPeriod, Publication
from webapp.statistics.public import KEPT

# How often it is written down how far the job is.
TELL_EVERY = timedelta(seconds=1)


class OthersCameFirst(Exception):
    """Another period was published while this one was prepared, so that it must be guarded anew."""


@dataclass(frozen=True)
class _Prepared:
    """What a period is guarded with: its counts, and the editions that are out."""

    asked_by_id: UUID
    counted: Edition
    earlier: Sequence[Edition]


def publish(*, row: ClosedPeriod, actor_id: UUID, now: datetime) -> None:
    """Show a period that was published before again; let the job prepare one that was not. The caller commits.

    Two clicks ask once.
    """
    if row.published:
        return
    if KEPT in row.figures:
        row.published = True
        record(actor_id=actor_id, action="statistics.period_published", subject=("statistic_period", row.id), now=now)
        return
    wanted = insert_for(Publication).values(period_id=row.id, asked_by_id=actor_id, asked_at=now, done=0, total=0)
    asked = db.session.execute(wanted.on_conflict_do_nothing(index_elements=["period_id"]).returning(Publication.period_id)).first()
    if asked is not None:
        record(actor_id=actor_id, action="statistics.publication_asked", subject=("statistic_period", row.id), now=now)


def withdraw(*, row: ClosedPeriod, actor_id: UUID, now: datetime) -> None:
    """Show a period no longer. What was withheld stays with it: later ones are guarded beside it. The caller commits."""
    if row.published:
        row.published = False
        record(actor_id=actor_id, action="statistics.period_withdrawn", subject=("statistic_period", row.id), now=now)


def under_way(period_id: UUID) -> Publication | None:
    """The preparation of a period that is not done. One query."""
    return db.session.scalar(select(Publication).where(Publication.period_id == period_id, Publication.finished_at.is_(None)))


def carry_out_due(now: datetime) -> int:  # noqa: ARG001  a job is given the present; each publication asks for its own
    """The job: prepare and show what was asked for, the oldest first; how many."""
    query = select(Publication.period_id).where(Publication.finished_at.is_(None)).order_by(Publication.asked_at)
    with only_reading():
        waiting = list(db.session.scalars(query))
    return sum(carry_out(period_id) for period_id in waiting)


def carry_out(period_id: UUID) -> bool:
    """Prepare a period and show it; False if another did so meanwhile. It commits, and holds no lock while it searches."""
    while True:
        with only_reading():
            prepared = _prepare(period_id)
        hidden = editions.withheld(
            prepared.counted, prepared.earlier, reported_from=public.REPORTED_FROM, progress=_teller(period_id),
        )
        try:
            with unit_of_work():
                return _finish(period_id, prepared, hidden, clock.now())
        except OthersCameFirst:
            continue


def _prepare(period_id: UUID) -> _Prepared:
    period, asked = db.session.get_one(ClosedPeriod, period_id), db.session.get_one(Publication, period_id)
    counted = public.counted(str(period.id), period.first, period.last, period.cut_off)
    return _Prepared(asked.asked_by_id, counted, [public.edition(each) for each in _kept(select(ClosedPeriod))])


def _kept(query: Select[ClosedPeriod]) -> list[ClosedPeriod]:
    """Periods of which tables are kept, shown or not."""
    rows = db.session.scalars(query.order_by(ClosedPeriod.closed_at, ClosedPeriod.id).execution_options(populate_existing=True))
    return [each for each in rows if KEPT in each.figures]


def _teller(period_id: UUID) -> Callable[[int, int], None]:
    told = clock.now() - TELL_EVERY

    def tell(done: int, total: int) -> None:
        nonlocal told
        if clock.now() - told < TELL_EVERY:
            return
        told = clock.now()
        with unit_of_work():
            db.session.execute(update(Publication).where(Publication.period_id == period_id).values(done=done, total=total))

    return tell


def _finish(period_id: UUID, prepared: _Prepared, hidden: frozenset[editions.Place], now: datetime) -> bool:
    claimed = update(Publication).where(Publication.period_id == period_id, Publication.finished_at.is_(None)).values(finished_at=now)
    if db.session.execute(claimed.returning(Publication.period_id)).first() is None:
        return False
    # All are locked: two publications at once would not know of each other.
    if [str(each.id) for each in _kept(select(ClosedPeriod).with_for_update())] != [each.key for each in prepared.earlier]:
        raise OthersCameFirst
    new = prepared.counted
    made = Edition(new.key, new.first, new.last, new.numbers, hidden, new.free)
    period = db.session.get_one(ClosedPeriod, period_id)
    period.figures, period.published = {**period.figures, KEPT: editions.written(made)}, True
    record(actor_id=prepared.asked_by_id, action="statistics.period_published", subject=("statistic_period", period_id), now=now,
           after={"numbers": len(made.numbers), "withheld": len(hidden)})
    return True
