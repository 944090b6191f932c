"""People and organisations of a place that closed follow to its successor; taken back with the operation.

Roles need nothing: they are read through the successor. An organisation whose namesake is at the successor stays where it
was, for two of one name in one place would be one; an administrator merges them.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, delete, exists, insert, literal, select, update
from sqlalchemy.orm import aliased

from webapp.accounts.models import Organisation, Person
from webapp.accounts.models_following import Follower, PlaceFollow
from webapp.accounts.models_people import PersonSpell
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.signals import PlaceOperationUndone, PlaceSucceeded
from webapp.places.models import Place


def namesakes(place_id: Any, successor_id: Any) -> Any:
    """The condition that an organisation of a place has a namesake at the successor."""
    other = aliased(Organisation)
    return exists().where(other.place_id == successor_id, other.name_key == Organisation.name_key, Organisation.place_id == place_id)


def follow(event: PlaceSucceeded) -> None:
    """Handler of `place_succeeded`. A fixed number of statements, and two batches for people with dated work."""
    going = (
        (Follower.PERSON, Person, Person.place_id == event.place_id),
        (Follower.ORGANISATION, Organisation,
         (Organisation.place_id == event.place_id) & ~namesakes(event.place_id, event.successor_id)),
    )
    for kind, table, condition in going:
        if event.operation_id is not None:
            rows = select(
                literal(event.operation_id, Uuid()), table.id, literal(kind.value), literal(event.place_id, Uuid())
            ).where(condition)
            # The literal is the stored value: an INSERT from a SELECT passes by the column's type.
            db.session.execute(insert(PlaceFollow).from_select(["operation_id", "row_id", "kind", "place_id"], rows))
        db.session.execute(
            update(table).where(condition).values(place_id=event.successor_id), execution_options={"synchronize_session": "fetch"}
        )
    closed_on = db.session.scalars(select(Place.closed_on).where(Place.id == event.place_id)).one()
    assert closed_on is not None
    _date(event, closed_on)


def _date(event: PlaceSucceeded, day: date) -> None:
    """Dated work goes on at the successor from the day on."""
    spells = db.session.scalars(select(PersonSpell).where(PersonSpell.place_id == event.place_id, PersonSpell.valid_until.is_(None))).all()
    coming, noted = [], []
    for spell in spells:
        ends = spell.valid_from < day
        if ends:
            spell.valid_until = day
            coming.append({
                "id": new_id(), "person_id": spell.person_id, "place_id": event.successor_id, "organisation_id": spell.organisation_id,
                "position_level": spell.position_level, "valid_from": day, "recorded_at": event.at,
            })
        else:
            spell.place_id = event.successor_id
        noted.append((spell.id, Follower.SPELL_ENDED if ends else Follower.SPELL_AMENDED))
    db.session.flush()
    if coming:
        db.session.execute(insert(PersonSpell), coming)
    if noted and event.operation_id is not None:
        db.session.execute(insert(PlaceFollow), [
            {"operation_id": event.operation_id, "row_id": row_id, "kind": kind, "place_id": event.place_id} for row_id, kind in noted
        ])


def go_back(event: PlaceOperationUndone) -> None:
    """Handler of `place_operation_undone`: who followed and is still at the successor goes back."""
    for kind, table in ((Follower.PERSON, Person), (Follower.ORGANISATION, Organisation)):
        mine = (PlaceFollow.operation_id == event.operation_id, PlaceFollow.kind == kind, PlaceFollow.row_id == table.id)
        whence = select(PlaceFollow.place_id).where(*mine).correlate(table).scalar_subquery()
        left = select(Place.successor_id).join(PlaceFollow, PlaceFollow.place_id == Place.id)
        heir = left.where(*mine).correlate(table).scalar_subquery()
        wanted = select(PlaceFollow.row_id).where(PlaceFollow.operation_id == event.operation_id, PlaceFollow.kind == kind)
        db.session.execute(
            update(table).where(table.id.in_(wanted), table.place_id == heir).values(place_id=whence),
            execution_options={"synchronize_session": "fetch"},
        )
    _undate(event.operation_id)


def _undate(operation_id: UUID) -> None:
    """Spells that went on at the successor and did not change since go on where they were."""
    after = aliased(PersonSpell)
    rows = db.session.execute(
        select(PersonSpell, PlaceFollow, after).join(PlaceFollow, PlaceFollow.row_id == PersonSpell.id)
        .outerjoin(after, (after.person_id == PersonSpell.person_id) & (after.valid_from == PersonSpell.valid_until))
        .where(PlaceFollow.operation_id == operation_id)
    ).all()
    gone = []
    for spell, followed, following in rows:
        if followed.kind is Follower.SPELL_AMENDED and spell.valid_until is None:
            spell.place_id = followed.place_id
        elif followed.kind is Follower.SPELL_ENDED and following is not None and following.valid_until is None:
            gone.append((spell, following.id))
    db.session.flush()
    if gone:
        db.session.execute(
            delete(PersonSpell).where(PersonSpell.id.in_([row_id for _spell, row_id in gone])),
            execution_options={"synchronize_session": "fetch"},
        )
    for spell, _row_id in gone:
        spell.valid_until = None
    db.session.flush()
