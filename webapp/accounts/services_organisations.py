"""Looking after organisations: names, merging, parting again. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from webapp.accounts import rules
from webapp.accounts.errors_people import CannotMerge, NameTaken
from webapp.accounts.models import GovernmentLevel, Organisation, OrganisationType, Person, Sector
from webapp.accounts.models_people import BulkChange, ChangeKind, OrganisationAlias, PersonSpell
from webapp.accounts.services_people import CHUNK, check_undo, remember
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id


@dataclass(frozen=True)
class Merging:
    """What merging would move: people who work there now, spells of the past, other names, organisations merged before."""

    people: int
    spells: int
    aliases: int
    earlier: int


def create(
    *, name: str, type: OrganisationType, government_level: GovernmentLevel | None, sector: Sector | None,  # noqa: A002
    place_id: UUID | None, now: datetime, actor_id: UUID,
) -> Organisation:
    """Add an organisation. Audited. Raises `NameTaken`, `rules.Refused`."""
    called = rules.organisation_of(name)
    _refuse_taken(called, place_id, None)
    row = Organisation(
        id=new_id(), name=called, name_key=rules.organisation_key(called), type=type, place_id=place_id, created_at=now,
        **_of_government(type, government_level, sector),
    )
    db.session.add(row)
    db.session.flush()
    record(
        actor_id=actor_id, action="organisation.created", subject=("organisation", row.id), after=_audited(row), now=now,
        place_id=row.place_id,
    )
    return row


def edit(
    *, organisation: Organisation, name: str, type: OrganisationType, government_level: GovernmentLevel | None,  # noqa: A002
    sector: Sector | None, place_id: UUID | None, now: datetime, actor_id: UUID,
) -> None:
    """Rename or describe an organisation; a former name stays one by which it is found. Audited. Raises `NameTaken`, `rules.Refused`.

    People stay where they are: the place of an organisation is its seat, not theirs.
    """
    called, before = rules.organisation_of(name), _audited(organisation)
    _refuse_taken(called, place_id, organisation.id)
    if rules.organisation_key(called) != organisation.name_key:
        add_alias(organisation=organisation, name=organisation.name, now=now)
    organisation.name, organisation.name_key = called, rules.organisation_key(called)
    organisation.type, organisation.place_id = type, place_id
    for key, value in _of_government(type, government_level, sector).items():
        setattr(organisation, key, value)
    db.session.flush()
    record(
        actor_id=actor_id, action="organisation.edited", subject=("organisation", organisation.id), before=before,
        after=_audited(organisation), now=now, place_id=organisation.place_id,
    )


def add_alias(*, organisation: Organisation, name: str, now: datetime, actor_id: UUID | None = None) -> None:
    """Add another name; one it has already changes nothing. Raises `rules.Refused`."""
    called = rules.organisation_of(name)
    key = rules.organisation_key(called)
    known = select(OrganisationAlias.id).where(OrganisationAlias.organisation_id == organisation.id, OrganisationAlias.name_key == key)
    if db.session.scalar(known) is not None:
        return
    alias = OrganisationAlias(id=new_id(), organisation_id=organisation.id, name=called, name_key=key, created_at=now)
    db.session.add(alias)
    db.session.flush()
    if actor_id is not None:
        record(
            actor_id=actor_id, action="organisation.alias_added", subject=("organisation", organisation.id), after={"alias": str(alias.id)},
            now=now, place_id=organisation.place_id,
        )


def remove_alias(*, alias: OrganisationAlias, now: datetime, actor_id: UUID) -> None:
    """Take another name away. Audited."""
    record(
        actor_id=actor_id, action="organisation.alias_removed", subject=("organisation", alias.organisation_id),
        before={"alias": str(alias.id)}, now=now,
    )
    db.session.delete(alias)
    db.session.flush()


def preview(gone: Organisation, kept: Organisation) -> Merging:
    """What merging would move. Raises `CannotMerge`. One query."""
    _check(gone, kept)

    def count(column: Any) -> Any:
        return select(func.count()).where(column == gone.id).scalar_subquery()

    row = db.session.execute(select(
        count(Person.organisation_id), count(PersonSpell.organisation_id), count(OrganisationAlias.organisation_id),
        count(Organisation.merged_into_id),
    )).one()
    return Merging(*row)


def merge(*, gone: Organisation, kept: Organisation, now: datetime, actor_id: UUID) -> BulkChange:
    """Make two organisations one: people, their history and names go to `kept`; `gone` stays as a name that leads there.

    Participation events hold the type of the moment and do not change. Audited, and kept for undoing. Raises `CannotMerge`.
    """
    _check(gone, kept)
    moved = {
        "gone": str(gone.id), "kept": str(kept.id), "people": _repoint(Person, Person.organisation_id, gone, kept),
        "spells": _repoint(PersonSpell, PersonSpell.organisation_id, gone, kept),
        "earlier": _repoint(Organisation, Organisation.merged_into_id, gone, kept), "alias": None,
    }
    if gone.place_id != kept.place_id or gone.name_key != kept.name_key:
        before = _alias_ids(kept)
        add_alias(organisation=kept, name=gone.name, now=now)
        moved["alias"] = next(iter(str(each) for each in _alias_ids(kept) - before), None)
    gone.merged_into_id = kept.id
    db.session.flush()
    record(
        actor_id=actor_id, action="organisation.merged", subject=("organisation", gone.id), now=now,
        after={"into": str(kept.id), "people": len(moved["people"] or [])}, place_id=gone.place_id,
    )
    return remember(kind=ChangeKind.ORGANISATIONS_MERGED, rows=[moved], now=now, actor_id=actor_id)


def part_again(*, change: BulkChange, now: datetime, actor_id: UUID) -> int:
    """Undo a merge: who still is where the merge put them goes back; how many people.

    Raises `UndoneAlready`, `TooLateToUndo`.
    """
    check_undo(change, now)
    (moved,) = change.rows
    gone, kept = db.session.get_one(Organisation, UUID(moved["gone"])), UUID(moved["kept"])
    change.undone_at, gone.merged_into_id = now, None
    db.session.flush()
    count = _back(Person, Person.organisation_id, moved["people"], gone.id, kept)
    _back(PersonSpell, PersonSpell.organisation_id, moved["spells"], gone.id, kept)
    _back(Organisation, Organisation.merged_into_id, moved["earlier"], gone.id, kept)
    alias = db.session.get(OrganisationAlias, UUID(moved["alias"])) if moved["alias"] else None
    if alias is not None:
        db.session.delete(alias)
    db.session.flush()
    record(
        actor_id=actor_id, action="organisation.parted", subject=("organisation", gone.id), now=now,
        after={"from": str(kept), "people": count}, place_id=gone.place_id,
    )
    return count


def _check(gone: Organisation, kept: Organisation) -> None:
    if gone.id == kept.id or gone.merged_into_id is not None or kept.merged_into_id is not None:
        raise CannotMerge


def _alias_ids(organisation: Organisation) -> set[UUID]:
    return set(db.session.scalars(select(OrganisationAlias.id).where(OrganisationAlias.organisation_id == organisation.id)))


def _repoint(model: Any, column: Any, gone: Organisation, kept: Organisation) -> list[str]:
    statement = update(model).where(column == gone.id).values({column.key: kept.id}).returning(model.id)
    return [str(each) for each in db.session.scalars(statement.execution_options(synchronize_session=False))]


def _back(model: Any, column: Any, ids: list[str], gone_id: UUID, kept_id: UUID) -> int:
    count = 0
    for start in range(0, len(ids), CHUNK):
        part = [UUID(each) for each in ids[start : start + CHUNK]]
        statement = update(model).where(model.id.in_(part), column == kept_id).values({column.key: gone_id})
        result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
        count += int(result.rowcount)
    return count


def _refuse_taken(name: str, place_id: UUID | None, own_id: UUID | None) -> None:
    key = rules.organisation_key(name)
    same = Organisation.place_id.is_(None) if place_id is None else Organisation.place_id == place_id
    found = select(Organisation.id).where(Organisation.name_key == key, same)
    if own_id is not None:
        found = found.where(Organisation.id != own_id)
    if db.session.scalar(found.limit(1)) is not None:
        raise NameTaken


def _of_government(kind: OrganisationType, level: GovernmentLevel | None, sector: Sector | None) -> dict[str, Any]:
    """Level and sector say something of governments only."""
    ours = kind is OrganisationType.GOVERNMENT
    return {"government_level": level if ours else None, "sector": sector if ours else None}


def _audited(row: Organisation) -> dict[str, Any]:
    return {
        "type": row.type.value, "government_level": row.government_level.value if row.government_level else None,
        "sector": row.sector.value if row.sector else None, "place_id": str(row.place_id) if row.place_id else None,
    }
