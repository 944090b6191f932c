"""Where people work and as what, with dates: every change begins a spell, and what was before stays known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.errors_people import InTheFuture, TooEarly
from webapp.accounts.models import Person
from webapp.accounts.models_people import PersonSpell
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.places.rules import BEGINNING


@dataclass(frozen=True)
class Work:
    """Place, organisation and position level, each None if not known."""

    place_id: UUID | None
    organisation_id: UUID | None
    position_level: int | None

    @classmethod
    def of(cls, row: Person | PersonSpell) -> Work:
        """As a person's row or a spell has it."""
        return cls(row.place_id, row.organisation_id, row.position_level)

    def audited(self) -> dict[str, Any]:
        """As the audit trail and an undo keep it."""
        return {
            "place_id": str(self.place_id) if self.place_id else None,
            "organisation_id": str(self.organisation_id) if self.organisation_id else None, "position_level": self.position_level,
        }

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Work:
        """Back from `audited`."""
        place, there = kept["place_id"], kept["organisation_id"]
        return cls(UUID(place) if place else None, UUID(there) if there else None, kept["position_level"])

    @property
    def known(self) -> bool:
        """Whether anything is known at all."""
        return self != Work(None, None, None)


def open_spells(person_ids: Sequence[UUID]) -> dict[UUID, PersonSpell]:
    """The spell in force by person; people whose facts never changed have none. One query."""
    rows = db.session.scalars(select(PersonSpell).where(PersonSpell.person_id.in_(person_ids), PersonSpell.valid_until.is_(None)))
    return {row.person_id: row for row in rows}


def check_date(since: date, now: datetime) -> None:
    """Raise `InTheFuture` for a day that has not come yet in the programme's zone."""
    if since > now.astimezone(settings().programme_zone).date():
        raise InTheFuture


def change_work(
    *, person: Person, place_id: UUID | None, organisation_id: UUID | None, position_level: int | None, since: date, now: datetime,
    actor_id: UUID | None,
) -> bool:
    """Change place, organisation or level from a day on; whether anything changed. Audited where somebody else does it.

    A second change on the same day corrects the first. Raises `InTheFuture`, `TooEarly`. Two statements and one a row written.
    """
    check_date(since, now)
    wanted = Work(place_id, organisation_id, position_level)
    before = Work.of(person)
    held = open_spells([person.id]).get(person.id)
    if wanted == before:
        return False
    if held is not None and since < held.valid_from:
        raise TooEarly(held.valid_from)
    begin(person=person, held=held, wanted=wanted, since=since, now=now, actor_id=actor_id)
    db.session.flush()
    if actor_id is not None and actor_id != person.id:
        record(
            actor_id=actor_id, action="person.work_changed", subject=("person", person.id), now=now, before=before.audited(),
            after={**wanted.audited(), "since": since.isoformat()}, place_id=place_id,
        )
    return True


def begin(
    *, person: Person, held: PersonSpell | None, wanted: Work, since: date, now: datetime, actor_id: UUID | None,
) -> dict[str, Any]:
    """Write the spells of one change without flushing; what an undo needs. The caller has checked the day."""
    before = Work.of(person)
    undo: dict[str, Any] = {"id": str(person.id), "was": before.audited(), "now": wanted.audited(), "made": [], "closed": None}
    person.place_id, person.organisation_id, person.position_level = wanted.place_id, wanted.organisation_id, wanted.position_level
    stamp = {"recorded_at": now, "recorded_by_id": actor_id}
    if held is not None and held.valid_from == since:
        held.place_id, held.organisation_id, held.position_level = wanted.place_id, wanted.organisation_id, wanted.position_level
        held.recorded_at, held.recorded_by_id = now, actor_id
        return {**undo, "corrected": str(held.id)}
    if held is not None:
        # A flush writes changed rows before new ones: the old spell has ended when the new one comes.
        held.valid_until = since
        undo["closed"] = str(held.id)
    elif before.known:
        undo["made"].append(_spell(person.id, before, BEGINNING, since, stamp))
    undo["made"].append(_spell(person.id, wanted, since, None, stamp))
    return undo


def _spell(person_id: UUID, work: Work, first: date, until: date | None, stamp: dict[str, Any]) -> str:
    spell_id = new_id()
    db.session.add(PersonSpell(
        id=spell_id, person_id=person_id, place_id=work.place_id, organisation_id=work.organisation_id,
        position_level=work.position_level, valid_from=first, valid_until=until, **stamp,
    ))
    return str(spell_id)


def take_back(undos: Iterable[dict[str, Any]]) -> list[UUID]:
    """Undo changes of `begin` for those whom nobody has changed since; their ids. Four statements and one a row written."""
    kept = {UUID(each["id"]): each for each in undos}
    people = {row.id: row for row in db.session.scalars(select(Person).where(Person.id.in_(kept)))}
    spells = {
        row.id: row for row in db.session.scalars(select(PersonSpell).where(PersonSpell.person_id.in_(kept)))
    }
    done, reopened = [], []
    for person_id, undo in kept.items():
        person, was, now = people.get(person_id), Work.read(undo["was"]), Work.read(undo["now"])
        mine = UUID(undo["corrected"] if "corrected" in undo else undo["made"][-1])
        spell = spells.get(mine)
        if person is None or spell is None or spell.valid_until is not None or Work.of(person) != now or Work.of(spell) != now:
            continue
        if "corrected" in undo:
            spell.place_id, spell.organisation_id, spell.position_level = was.place_id, was.organisation_id, was.position_level
        else:
            for made in undo["made"]:
                db.session.delete(spells[UUID(made)])
            if undo["closed"]:
                reopened.append(spells[UUID(undo["closed"])])
        person.place_id, person.organisation_id, person.position_level = was.place_id, was.organisation_id, was.position_level
        done.append(person_id)
    db.session.flush()
    for closed in reopened:
        closed.valid_until = None
    db.session.flush()
    return done
