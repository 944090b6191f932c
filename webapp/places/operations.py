"""Operations on places: planned for a day, carried out, taken back. They flush and never commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from webapp.core import audit
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, speaking
from webapp.core.ids import new_id
from webapp.core.signals import PlaceOperationUndone, place_operation_undone
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries, services
from webapp.places.history import current_spell, end
from webapp.places.models import Place, PlaceSpell
from webapp.places.models_operations import OperationKind, Part, PlaceOperation, PlaceOperationPart
from webapp.places.plans import Plan, plan
from webapp.places.requests import Close, Merge, Move, Rename, Request, Split, from_json, subjects, target, to_json
from webapp.places.rules import PlaceError, SomethingFollowed

PLACE_STATE = (
    "code", "kind", "level", "parent_id", "path", "names", "short_names", "reading", "opened_on", "closed_on", "successor_id",
)
SPELL_STATE = ("code", "kind", "level", "parent_id", "path", "names", "short_names", "valid_from", "valid_until")
IDS, DAYS = frozenset({"parent_id", "successor_id"}), frozenset({"opened_on", "closed_on", "valid_from", "valid_until"})


class TooLateToUndo(PlaceError):
    """Only what is dated today or later can be taken back."""

    def __init__(self) -> None:
        super().__init__(_("This holds since an earlier day and cannot be taken back. Make a new change instead."))


class AlreadyUndone(PlaceError):
    """The operation was taken back, or refused when its day came."""

    def __init__(self) -> None:
        super().__init__(_("This change was taken back before."))


def undertake(*, request: Request, day: date, actor_id: UUID | None, now: datetime) -> PlaceOperation:
    """Carry out an operation that holds from a day on, or plan it if the day is still to come. Raises `PlaceError`."""
    planned = plan(request, day)
    operation = PlaceOperation(
        id=new_id(), kind=OperationKind(request.kind), country=planned.places[0].country, valid_from=day, asked=to_json(request),
        actor_id=actor_id, planned_at=now,
    )
    db.session.add(operation)
    db.session.flush()
    _note_parts(operation, planned)
    audit.record(
        actor_id=actor_id, action="place_operation.planned", subject=("place_operation", operation.id), now=now,
        after={"kind": request.kind, "from": day.isoformat(), "places": [str(each) for each in subjects(request)]},
    )
    if day <= now.astimezone(settings().programme_zone).date():
        _carry_out(operation, planned, now)
    db.session.flush()
    return operation


def carry_out_due(now: datetime) -> int:
    """Carry out what was planned for today or before, each in a unit of work of its own; how many.

    What cannot be done any more is marked with the reason and waits for an administrator.
    """
    today = now.astimezone(settings().programme_zone).date()
    due = select(PlaceOperation.id).where(
        PlaceOperation.done_at.is_(None), PlaceOperation.undone_at.is_(None), PlaceOperation.refused.is_(None),
        PlaceOperation.valid_from <= today,
    )
    waiting = db.session.scalars(due.order_by(PlaceOperation.valid_from, PlaceOperation.id)).all()
    return sum(_carry_out_one(operation_id, now) for operation_id in waiting)


def _carry_out_one(operation_id: UUID, now: datetime) -> int:
    try:
        with unit_of_work():
            operation = _locked(operation_id)
            if operation is None or not operation.waits:
                return 0
            _carry_out(operation, plan(from_json(operation.asked), operation.valid_from), now)
            return 1
    except PlaceError:
        with unit_of_work(), speaking(settings().default_language):
            operation = _locked(operation_id)
            if operation is not None and operation.waits:
                operation.refused = _reason(operation)
        return 0


def _reason(operation: PlaceOperation) -> str:
    try:
        plan(from_json(operation.asked), operation.valid_from)
    except PlaceError as error:
        return str(error)[:400]
    return _("It could not be carried out.")


def _locked(operation_id: UUID) -> PlaceOperation | None:
    found = select(PlaceOperation).where(PlaceOperation.id == operation_id).with_for_update()
    return db.session.scalar(found.execution_options(populate_existing=True))


def _carry_out(operation: PlaceOperation, planned: Plan, now: datetime) -> None:
    # Only what the operation may change: a rename touches the names of the place alone.
    touched = [*planned.places, *(place for place, _old, _new in planned.moved if place not in planned.places)]
    operation.before = _snapshot(touched)
    made = _do(operation, planned, now)
    db.session.flush()
    for place in made:
        db.session.add(PlaceOperationPart(operation_id=operation.id, place_id=place.id, part=Part.MADE))
    operation.done_at = now
    operation.after = _hashed(_snapshot([*touched, *made]))


def _do(operation: PlaceOperation, planned: Plan, now: datetime) -> list[Place]:
    """Do what is asked; the places that were made."""
    on, actor_id, first = operation.valid_from, operation.actor_id, planned.places[0]
    match planned.request:
        case Rename() as request:
            services.rename(
                place=first, names=request.names, short_names=request.short_names, reading=request.reading, on=on, now=now,
                actor_id=actor_id,
            )
        case Move() as request:
            services.move(place=first, parent=planned.target, code=request.code, on=on, now=now, actor_id=actor_id)
        case Merge():
            assert planned.target is not None
            for place in planned.places:
                for child in queries.children(place):
                    if child not in planned.places:
                        services.move(place=child, parent=planned.target, on=on, now=now, actor_id=actor_id)
            # The lowest first: of a city and its county that merge together, the county goes before.
            for place in sorted(planned.places, key=lambda each: -len(each.path)):
                services.merge(place=place, into=planned.target, on=on, now=now, actor_id=actor_id, operation_id=operation.id)
        case Split() as request:
            return _split(operation, first, request, now)
        case Close():
            services.close(place=first, on=on, now=now, actor_id=actor_id)
    return []


def _split(operation: PlaceOperation, whole: Place, request: Split, now: datetime) -> list[Place]:
    """The whole closes first: a part may carry its code."""
    on, actor_id = operation.valid_from, operation.actor_id
    parent = db.session.get(Place, whole.parent_id) if whole.parent_id else None
    children = queries.children(whole)
    end(whole, current_spell(whole), on)
    db.session.flush()
    parts = [
        services.add(
            country=whole.country, kind=part.kind_of_place or whole.kind, code=part.code, names=part.names, short_names=part.short_names,
            reading=part.reading, parent=parent, origin=whole, on=on, now=now, actor_id=actor_id,
        )
        for part in request.parts
    ]
    heir = parts[request.heir]
    for child in children:
        services.move(place=child, parent=heir, on=on, now=now, actor_id=actor_id)
    audit.record(actor_id=actor_id, action="place.closed", subject=("place", whole.id), after={"on": on.isoformat()}, now=now)
    services.succeed(place=whole, heir=heir, now=now, operation_id=operation.id)
    return parts


def undo(*, operation: PlaceOperation, actor_id: UUID | None, now: datetime) -> None:
    """Take an operation back while nothing later builds on it. Raises `TooLateToUndo`, `SomethingFollowed`, `AlreadyUndone`."""
    locked = _locked(operation.id)
    if locked is None or locked.undone_at is not None or locked.refused is not None:
        raise AlreadyUndone
    if locked.valid_from < now.astimezone(settings().programme_zone).date():
        raise TooLateToUndo
    if _has_later(locked):
        raise SomethingFollowed
    if locked.done_at is not None:
        _restore(locked, now)
    locked.undone_at = now
    audit.record(
        actor_id=actor_id, action="place_operation.undone", subject=("place_operation", locked.id), before={"kind": locked.kind.value},
        now=now,
    )
    db.session.flush()


def may_undo(operation: PlaceOperation, today: date) -> bool:
    """Whether it is worth offering: the rest is decided when it is tried."""
    return operation.undone_at is None and operation.refused is None and operation.valid_from >= today


def _has_later(operation: PlaceOperation) -> bool:
    mine, other, later = PlaceOperationPart, aliased(PlaceOperationPart), PlaceOperation
    return bool(db.session.scalar(select(
        exists().where(
            mine.operation_id == operation.id, other.place_id == mine.place_id, other.operation_id == later.id, later.id > operation.id,
            later.undone_at.is_(None), later.refused.is_(None),
        )
    )))


def _restore(operation: PlaceOperation, now: datetime) -> None:
    before = operation.before or {}
    wanted = select(PlaceOperationPart.place_id).where(
        PlaceOperationPart.operation_id == operation.id, PlaceOperationPart.part == Part.MADE
    )
    made = list(db.session.scalars(wanted))
    places = queries.many([*(UUID(each) for each in before), *made])
    if _hashed(_snapshot(places.values())) != operation.after:
        raise SomethingFollowed
    if made and db.session.scalar(select(Place.id).where(Place.parent_id.in_(made), Place.id.not_in([UUID(each) for each in before]))):
        raise SomethingFollowed
    assert operation.done_at is not None
    kept = {UUID(place_id): state["place"]["path"] for place_id, state in before.items()}
    paths = tuple(place.path for place in places.values() if kept.get(place.id) != place.path)
    place_operation_undone.send(PlaceOperationUndone(operation.id, tuple(made), paths, operation.done_at, now))
    try:
        with db.session.begin_nested():
            _put_back(before, places)
            _remove(operation, made)
            _reopen(before, places)
    except IntegrityError as error:
        # Somebody lives or works at a place that the operation made.
        raise SomethingFollowed from error
    for place_id in subjects(from_json(operation.asked)):
        services.refresh_search(places[place_id])
    db.session.flush()


def _put_back(before: dict[str, Any], places: dict[UUID, Place]) -> None:
    """New states go first, since only one may be open; then places are what they were, those that closed still closed.

    A part of a split place may hold the code that the whole gets back.
    """
    known = [UUID(spell_id) for each in before.values() for spell_id in each["spells"]]
    db.session.execute(
        delete(PlaceSpell).where(PlaceSpell.place_id.in_([UUID(each) for each in before]), PlaceSpell.id.not_in(known)),
        execution_options={"synchronize_session": "fetch"},
    )
    for place_id, state in before.items():
        kept = {"closed_on": _plain(places[UUID(place_id)].closed_on)}
        _apply(places[UUID(place_id)], state["place"] | kept)
    db.session.flush()


def _remove(operation: PlaceOperation, made: list[UUID]) -> None:
    """Places that the operation made were never there."""
    if made:
        parts = delete(PlaceOperationPart).where(
            PlaceOperationPart.operation_id == operation.id, PlaceOperationPart.place_id.in_(made)
        )
        for statement in (parts, delete(PlaceSpell).where(PlaceSpell.place_id.in_(made)), delete(Place).where(Place.id.in_(made))):
            db.session.execute(statement, execution_options={"synchronize_session": "fetch"})


def _reopen(before: dict[str, Any], places: dict[UUID, Place]) -> None:
    known = [UUID(spell_id) for each in before.values() for spell_id in each["spells"]]
    for spell in db.session.scalars(select(PlaceSpell).where(PlaceSpell.id.in_(known))):
        _apply(spell, before[str(spell.place_id)]["spells"][str(spell.id)])
    for place_id, state in before.items():
        _apply(places[UUID(place_id)], state["place"])
    db.session.flush()


def _snapshot(places: Iterable[Place]) -> dict[str, Any]:
    """The rows of places and of their states as JSON, by the place's id. One query."""
    known = {place.id: place for place in places}
    found: dict[str, Any] = {str(place_id): {"place": _state(place, PLACE_STATE), "spells": {}} for place_id, place in known.items()}
    spells = select(PlaceSpell).where(PlaceSpell.place_id.in_(list(known)))
    for spell in db.session.scalars(spells):
        found[str(spell.place_id)]["spells"][str(spell.id)] = _state(spell, SPELL_STATE)
    return found


def _state(row: Place | PlaceSpell, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _apply(row: Place | PlaceSpell, state: dict[str, Any]) -> None:
    for name, value in state.items():
        stored = value
        if value is not None and name in IDS:
            stored = UUID(value)
        elif value is not None and name in DAYS:
            stored = date.fromisoformat(value)
        if getattr(row, name) != stored:
            setattr(row, name, stored)


def _hashed(state: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(state, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _note_parts(operation: PlaceOperation, planned: Plan) -> None:
    part = Part.CLOSED if planned.closes else Part.CHANGED
    rows = {place.id: part for place in planned.places}
    if planned.target is not None:
        rows.setdefault(planned.target.id, Part.HEIR if planned.has_heir else Part.PARENT)
    assert target(planned.request) is None or len(rows) > 1
    db.session.add_all(PlaceOperationPart(operation_id=operation.id, place_id=place_id, part=each) for place_id, each in rows.items())
