"""Participation of former years as one batch: sent, looked at, brought in whole or not at all, taken back whole. The caller commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from webapp.accounts.import_places import PlaceFinder
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.i18n import LANGUAGES, _
from webapp.core.ids import new_id
from webapp.participation import past as writing
from webapp.participation.models import Channel, Device, ViewCount
from webapp.places.models import Place
from webapp.statistics import incoming, past_people, past_totals
from webapp.statistics.facts import PAST
from webapp.statistics.incoming import BadTable, Problems
from webapp.statistics.models import PastBatch, PastKind, PastState, PastTotal
from webapp.statistics.past_people import ONLINE, ONSITE, People
from webapp.statistics.past_totals import VIEWS, Total

WHATS = (*ONSITE, *ONLINE)


class NotThere(DomainError):
    """A batch was brought in, taken back or forgotten before."""

    def __init__(self) -> None:
        super().__init__(_("This was done before: the list of batches shows how it stands."))


@dataclass(frozen=True)
class Preview:
    """What bringing a batch in would do, or why it cannot go in, by row."""

    totals: Sequence[Total]
    people: People
    problems: Sequence[tuple[int, str]] = field(default=())


def stage(
    *, title: str, source: str, totals: bytes, people: bytes, what: str, actor_id: UUID, now: datetime,
) -> PastBatch:
    """Keep what was sent until somebody has looked at it. Raises `BadTable`."""
    if not title.strip() or not source.strip():
        raise BadTable(_("Please write a title, and where the figures come from."))
    if not totals and not people:
        raise BadTable(_("Please choose a file of totals, a list of people, or both."))
    if people and what not in WHATS:
        raise BadTable(_("Please choose what the people on the list did."))
    held: dict[str, Any] = {"what": what if people else "", "totals": [], "people": []}
    if totals:
        held["totals"] = list(incoming.rows_of(totals, past_totals.HEADINGS, tuple(past_totals.COLUMNS), past_totals.COLUMNS))
    if people:
        needed = ("name", "place", "date", "training" if what in ONSITE else "course")
        held["people"] = list(incoming.rows_of(people, past_people.HEADINGS, needed, past_people.COLUMNS))
    batch = PastBatch(
        id=new_id(), state=PastState.SENT, kind=PastKind.PEOPLE if people else PastKind.TOTALS, title=title.strip()[:200],
        source=source.strip()[:2000], rows=len(held["totals"]) + len(held["people"]), brought_by_id=actor_id, brought_at=now,
        taken_back_at=None, trainings=[], held=held,
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def preview(batch: PastBatch, allowed: tuple[str, ...] | None, now: datetime) -> Preview:
    """What the batch would do for somebody who looks after these trees. A handful of queries, and six for 500 people."""
    held, today, problems = batch.held, now.astimezone(settings().programme_zone).date(), Problems()
    finder = PlaceFinder(allowed)
    paths = _paths()
    totals = past_totals.read(held["totals"], finder, paths, today, problems)
    people = past_people.read(held["people"], held["what"], finder, today, problems)
    if held["people"]:
        against_list(totals, people, held["what"], paths, problems)
    against_batches(totals, problems)
    return Preview(totals, people, problems.ordered)


def against_batches(totals: Sequence[Total], problems: Problems) -> None:
    """Note totals that another batch has already: brought in again they would be counted twice. One query, none without totals."""
    if not totals:
        return
    days = (PastTotal.last >= min(each.first for each in totals), PastTotal.first <= max(each.last for each in totals))
    query = select(
        PastTotal.place_path, PastTotal.figure, PastTotal.first, PastTotal.last, PastBatch.title,
    ).join(PastBatch, PastBatch.id == PastTotal.batch_id).where(PastTotal.figure.in_({each.figure for each in totals}), *days)
    same: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    around: defaultdict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(query.order_by(PastTotal.id)):
        same[row.figure, row.place_path].append(row)
        # Views alone are added to what is counted here, those of a place to those of the places above it.
        for path in past_totals.above(row.place_path) if row.figure == past_totals.VIEWS else ():
            around[path].append(row)
    for total in totals:
        known = next((row for row in same[total.figure, total.path] if row.first <= total.last and total.first <= row.last), None)
        if known is not None:
            problems.add(total.row, _(
                "The batch “%(batch)s” has this figure for this place already, in days that overlap.", batch=known.title[:80],
            ))
            continue
        near = [row for path in past_totals.above(total.path) for row in same[past_totals.VIEWS, path]] + around[total.path]
        if total.figure == past_totals.VIEWS and any(row.first <= total.last and total.first <= row.last for row in near):
            problems.add(total.row, _(
                "Views of a place above or below this one were brought in before, for days that overlap: they would be counted twice.",
            ))


def _paths() -> dict[UUID, str]:
    rows: Any = db.session.execute(select(Place.id, Place.path))
    return dict(rows.all())


def against_list(totals: Sequence[Total], people: People, what: str, paths: Mapping[UUID, str], problems: Problems) -> None:
    """Note totals of what the list says that are not the number of people on it in that place and period."""
    by_place: defaultdict[str, list[tuple[date, tuple[str, ...]]]] = defaultdict(list)
    for row in people.took:
        path = paths[row.place_id]
        for each in (path, *past_totals.above(path)):
            by_place[each].append((row.day, row.who))
    for total in totals:
        if total.figure == what:
            listed = len({who for day, who in by_place[total.path] if total.first <= day <= total.last})
            if listed != total.value:
                problems.add(total.row, _(
                    "The total is %(total)s, but %(listed)s people stand on the list for this place and period.", total=f"{total.value:,}",
                    listed=f"{listed:,}",
                ))


def bring_in(*, batch: PastBatch, allowed: tuple[str, ...] | None, actor_id: UUID, now: datetime) -> Preview:
    """Bring everything of a batch in, or nothing where a row is wrong. Raises `NotThere`."""
    # One at a time: two that are brought in at once would not see each other's totals.
    db.session.execute(select(PastBatch.id).order_by(PastBatch.id).with_for_update()).all()
    claimed = db.session.execute(
        update(PastBatch).where(PastBatch.id == batch.id, PastBatch.state == PastState.SENT)
        .values(state=PastState.BROUGHT, brought_at=now).returning(PastBatch.id).execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        raise NotThere
    held = batch.held
    found = preview(batch, allowed, now)
    if found.problems:
        db.session.execute(
            update(PastBatch).where(PastBatch.id == batch.id).values(state=PastState.SENT).execution_options(synchronize_session=False)
        )
        return found
    source, paths = source_of(batch.id), _paths()
    _write_totals(batch.id, found.totals, now)
    trainings: list[list[str]] = []
    if held["people"]:
        events, trainings = past_people.bring_in(
            found.people, held["what"], batch_id=batch.id, paths=paths, language=LANGUAGES[0], actor_id=actor_id, now=now,
        )
        writing.bring_in(events, source=source, language=LANGUAGES[0], now=now)
    db.session.execute(
        update(PastBatch).where(PastBatch.id == batch.id).values(held={}, trainings=trainings, brought_by_id=actor_id)
        .execution_options(synchronize_session=False)
    )
    record(actor_id=actor_id, action="statistics.past_brought", subject=("past_batch", batch.id), now=now,
           after={"rows": batch.rows, "kind": batch.kind.value})
    db.session.flush()
    return found


def source_of(batch_id: UUID) -> str:
    """How the rows of a batch are marked."""
    return f"{PAST}{batch_id}:"


def _write_totals(batch_id: UUID, totals: Sequence[Total], now: datetime) -> None:
    for total in totals:
        db.session.add(PastTotal(
            id=new_id(), batch_id=batch_id, place_id=total.place_id, place_path=total.path, first=total.first, last=total.last,
            figure=total.figure, value=total.value,
        ))
    for total, left in past_totals.remainders(each for each in totals if each.figure == VIEWS):
        if left:
            # Nobody knows on which days: the last day of the period holds them all.
            db.session.add(ViewCount(
                id=new_id(), day=total.last, recorded_at=now, source=source_of(batch_id), course_id=None, step_id=None,
                place_id=total.place_id, place_path=total.path, language=LANGUAGES[0], device=Device.UNKNOWN, channel=Channel.IMPORT,
                number=left,
            ))


def take_back(*, batch: PastBatch, actor_id: UUID, now: datetime) -> bool:
    """Take everything of a batch back; False if that was done before. People who were registered by it stay."""
    claimed = db.session.execute(
        update(PastBatch).where(PastBatch.id == batch.id, PastBatch.state == PastState.BROUGHT)
        .values(state=PastState.TAKEN_BACK, taken_back_at=now).returning(PastBatch.id).execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        return False
    source = source_of(batch.id)
    gone = writing.take_back(source=source, now=now)
    db.session.execute(delete(ViewCount).where(ViewCount.source == source))
    db.session.execute(delete(PastTotal).where(PastTotal.batch_id == batch.id))
    record(actor_id=actor_id, action="statistics.past_taken_back", subject=("past_batch", batch.id), now=now, after={"count": gone})
    db.session.flush()
    return True


def forget(batch: PastBatch) -> None:
    """Forget what was sent and not brought in. Raises `NotThere`."""
    gone = db.session.execute(
        delete(PastBatch).where(PastBatch.id == batch.id, PastBatch.state == PastState.SENT).returning(PastBatch.id)
        .execution_options(synchronize_session=False)
    ).first()
    if gone is None:
        raise NotThere
