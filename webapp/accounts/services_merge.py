"""Two rows that are one person become one, in one unit of work, and two again within 30 days. Nothing here commits.

The row that goes stays, without anything that hangs on it, and names the one that stayed; so participation events, which are
never changed, are counted for the right person, and certificates and links of before lead to the right one.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from webapp.accounts.errors_people import CannotMergePeople, CannotPart
from webapp.accounts.models import Person
from webapp.accounts.models_people import BulkChange, ChangeKind, DifferentPeople
from webapp.accounts.services_people import check_undo, remember
from webapp.accounts.services_roles import keeping_an_administrator
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, sentences
from webapp.core.signals import MergeAsked, PeopleMerged, PeopleParted, merge_asked, people_merged, people_parted
from webapp.core.upsert import insert_for


@dataclass(frozen=True)
class Merging:
    """What merging would do, in sentences; with `stops` it cannot be done now."""

    points: list[str]
    stops: list[str]


def preview(gone: Person, kept: Person) -> Merging:
    """Ask every room. Raises `CannotMergePeople`. A fixed number of queries a room."""
    _check(gone, kept)
    answers = merge_asked.collect(MergeAsked(kept.id, gone.id))
    marked = [_("Somebody has marked these two as different people. If they are, do not merge them.")] if _are_two(gone, kept) else []
    points = [each for answer in answers for each in answer.points]
    return Merging([*marked, *points], [each for answer in answers for each in answer.stops])


def _are_two(gone: Person, kept: Person) -> bool:
    first, second = sorted((gone.id, kept.id))
    return db.session.get(DifferentPeople, (first, second)) is not None


def merge(*, gone: Person, kept: Person, now: datetime, actor_id: UUID) -> BulkChange:
    """Everything of `gone` goes to `kept`. Audited, and kept for undoing. Raises `CannotMergePeople`, `LastAdministrator`."""
    # The roles may move to somebody whose sign-in is disabled.
    with keeping_an_administrator(now):
        return _merge(gone, kept, now, actor_id)


def _merge(gone: Person, kept: Person, now: datetime, actor_id: UUID) -> BulkChange:
    # Both rows are locked in one order: two merges of the same pair wait for each other.
    rows = db.session.scalars(
        select(Person).where(Person.id.in_([gone.id, kept.id])).order_by(Person.id).with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    assert len(rows) == 2 or gone.id == kept.id
    stops = preview(gone, kept).stops
    if stops:
        raise CannotMergePeople(sentences(stops))
    event = PeopleMerged(kept.id, gone.id, now, {})
    people_merged.send(event)
    gone.merged_into_id = kept.id
    db.session.flush()
    for subject, other in ((gone, kept), (kept, gone)):
        record(
            actor_id=actor_id, action="people.merged", subject=("person", subject.id), now=now, place_id=subject.place_id,
            after={"kept": str(kept.id), "gone": str(gone.id), "other": str(other.id)},
        )
    row = {"kept": str(kept.id), "gone": str(gone.id), "moved": event.moved}
    change = remember(kind=ChangeKind.PEOPLE_MERGED, rows=[row], now=now, actor_id=actor_id)
    db.session.expire_all()
    return change


def part_again(*, change: BulkChange, now: datetime, actor_id: UUID) -> int:
    """Make two of one again. Raises `CannotPart`, `UndoneAlready`, `TooLateToUndo`, `LastAdministrator`."""
    check_undo(change, now)
    with keeping_an_administrator(now):
        return _part(change, now, actor_id)


def _part(change: BulkChange, now: datetime, actor_id: UUID) -> int:
    [row] = change.rows
    kept, gone = db.session.get_one(Person, UUID(row["kept"])), db.session.get_one(Person, UUID(row["gone"]))
    if gone.merged_into_id != kept.id or kept.merged_into_id is not None or kept.erased_at is not None or gone.erased_at is not None:
        raise CannotPart(_("One of the two was erased, or merged with somebody else since."))
    change.undone_at, gone.merged_into_id = now, None
    db.session.flush()
    people_parted.send(PeopleParted(kept.id, gone.id, now, row["moved"]))
    record(
        actor_id=actor_id, action="change.undone", subject=("change", change.id), after={"kind": change.kind.value, "count": 1}, now=now,
        place_id=kept.place_id,
    )
    db.session.flush()
    db.session.expire_all()
    return 1


def mark_as_two(*, one: Person, other: Person, now: datetime, actor_id: UUID) -> None:
    """Note that two who look alike are not one person. Audited; twice changes nothing. Raises `CannotMergePeople`."""
    _check(one, other)
    first, second = sorted((one, other), key=lambda each: each.id)
    insert = insert_for(DifferentPeople).values(first_id=first.id, second_id=second.id, marked_by_id=actor_id, marked_at=now)
    if db.session.execute(insert.on_conflict_do_nothing().returning(DifferentPeople.first_id)).first() is not None:
        _audit_pair("people.marked_different", first, second, now, actor_id)


def unmark_as_two(*, one: Person, other: Person, now: datetime, actor_id: UUID) -> None:
    """Take that back. Audited; twice changes nothing."""
    first, second = sorted((one, other), key=lambda each: each.id)
    mark = (DifferentPeople.first_id == first.id, DifferentPeople.second_id == second.id)
    if db.session.execute(delete(DifferentPeople).where(*mark).returning(DifferentPeople.first_id)).first() is not None:
        _audit_pair("people.unmarked_different", first, second, now, actor_id)


def _audit_pair(action: str, first: Person, second: Person, now: datetime, actor_id: UUID) -> None:
    for subject, other in ((first, second), (second, first)):
        record(
            actor_id=actor_id, action=action, subject=("person", subject.id), now=now, place_id=subject.place_id,
            after={"other": str(other.id)},
        )


def _check(gone: Person, kept: Person) -> None:
    if gone.id == kept.id:
        raise CannotMergePeople(_("Somebody cannot be merged with themselves."))
    for each in (gone, kept):
        if each.merged_into_id is not None or each.erased_at is not None:
            raise CannotMergePeople(_("One of the two was erased or merged before."))
