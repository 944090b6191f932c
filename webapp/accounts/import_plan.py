"""What importing each row would do: whom it means, and what changes. Reads only; asked for the preview and again when it is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from webapp.accounts.import_places import PlaceFinder
from webapp.accounts.import_rows import Line, WrongRow
from webapp.accounts.models import Organisation, Person, RoleGrant, SignIn
from webapp.accounts.models_people import OrganisationAlias, PersonSpell
from webapp.accounts.services_work import Work, open_spells
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _

NOT_THERE_YET = UUID(int=0)


class Verdict(StrEnum):
    """What a row does."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(slots=True)
class Step:
    """One row and what it does. `organisation_id` is `NOT_THERE_YET` for one that has to be added."""

    line: Line
    verdict: Verdict
    sentence: str = ""
    person: Person | None = None
    place_id: UUID | None = None
    organisation_id: UUID | None = None
    level: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    moves: bool = False
    gives_sign_in: bool = False


@dataclass
class _Known:
    """What the database knows that a part of the rows may mean."""

    by_email: dict[str, tuple[Person, bool]]
    by_name: dict[str, list[Person]]
    organisations: dict[tuple[str, UUID | None], UUID]
    spells: dict[UUID, PersonSpell]
    with_role: set[UUID]


class Planner:
    """Plans part after part of one file; knows what earlier rows of the file meant. Six queries a part.

    With `fills_only` everybody is recognised, but nothing that is known changes: what is empty is filled in for the people of the
    finder's places, and others stay as they are. So trainers bring lists of people whom they do not administer. `default_place_id`
    is the place of rows that name none.
    """

    def __init__(self, finder: PlaceFinder, since: date, *, fills_only: bool = False, default_place_id: UUID | None = None) -> None:
        self.finder, self.since, self.fills_only, self.default_place_id = finder, since, fills_only, default_place_id
        self._emails: dict[str, int] = {}
        self._people: dict[UUID, int] = {}
        self._new: dict[tuple[str, str, UUID | None], list[Line]] = defaultdict(list)

    def plan(self, lines: Sequence[Line]) -> list[Step]:
        """What each row would do, in the order of the rows."""
        steps = [self._placed(line) for line in lines]
        known = _known([step.line for step in steps], {step.place_id for step in steps})
        for step in steps:
            if step.verdict is Verdict.WRONG:
                continue
            try:
                self._decide(step, known)
            except WrongRow as wrong:
                step.verdict, step.sentence = Verdict.WRONG, str(wrong)
        return steps

    def _placed(self, line: Line) -> Step:
        try:
            return Step(line, Verdict.NEW, place_id=self.finder.find(line.place) or self.default_place_id)
        except WrongRow as wrong:
            return Step(line, Verdict.WRONG, str(wrong))

    def _decide(self, step: Step, known: _Known) -> None:
        line = step.line
        if line.email_key:
            _refuse_second(self._emails.get(line.email_key))
        person = self._by_email(line, known) or self._by_phone(line, known)
        place_id = step.place_id or (person.place_id if person else None)
        organisation_id = known.organisations.get((line.organisation_key, place_id), NOT_THERE_YET) if line.organisation else None
        person = person or self._by_name(step, organisation_id, known)
        if person is None:
            self._new_one(step, organisation_id)
        else:
            _refuse_second(self._people.get(person.id))
            self._changes(step, person, organisation_id, known)
            self._people[person.id] = line.number
        if line.email_key:
            self._emails[line.email_key] = line.number

    def _by_email(self, line: Line, known: _Known) -> Person | None:
        held = known.by_email.get(line.email_key) if line.email_key else None
        if held is None:
            return None
        if not held[1] or not self._recognised(held[0]):
            raise WrongRow(_("The e-mail address belongs to somebody whom you cannot change."))
        if held[0].sort_key != line.sort_key:
            if not self._mine(held[0]):
                raise WrongRow(_("The e-mail address belongs to somebody of another name. Correct the name or the address."))
            raise WrongRow(_("The e-mail address belongs to %(name)s. Correct the name or the address.", name=held[0].name))
        return held[0]

    def _by_phone(self, line: Line, known: _Known) -> Person | None:
        if not line.phone:
            return None
        # An office may share a telephone: it means a person only together with the name.
        alike = [each for each in known.by_name[line.sort_key] if each.phone == line.phone]
        return _one([each for each in alike if self._recognised(each) and _same_email(each, line)])

    def _by_name(self, step: Step, organisation_id: UUID | None, known: _Known) -> Person | None:
        line = step.line
        return _one([
            each for each in known.by_name[line.sort_key]
            if each.organisation_id == organisation_id and (organisation_id is not None or each.place_id == step.place_id)
            and self._recognised(each) and _same_email(each, line) and (not each.phone or not line.phone or each.phone == line.phone)
        ])

    def _mine(self, person: Person) -> bool:
        return self.finder.everywhere or person.place_id in self.finder.mine

    def _recognised(self, person: Person) -> bool:
        return self.fills_only or self._mine(person)

    def _new_one(self, step: Step, organisation_id: UUID | None) -> None:
        line = step.line
        if step.place_id is None and not self.finder.everywhere:
            raise WrongRow(_("The place is missing."))
        alike = self._new[line.sort_key, line.organisation_key, step.place_id]
        for other in alike:
            if not (_differ(line.email_key, other.email_key) or _differ(line.phone, other.phone)):
                _refuse_second(other.number)
        alike.append(line)
        step.organisation_id, step.gives_sign_in = organisation_id, bool(line.email)

    def _changes(self, step: Step, person: Person, organisation_id: UUID | None, known: _Known) -> None:
        if self.fills_only:
            self._fill(step, person, organisation_id, known)
            return
        line = step.line
        wanted = Work(
            step.place_id or person.place_id, organisation_id if line.organisation else person.organisation_id,
            line.position_level.value if line.position_level else person.position_level,
        )
        said = {"phone": line.phone, "sex": line.sex, "birth_year": line.birth_year}
        step.facts = {key: value for key, value in said.items() if value is not None and getattr(person, key) != value}
        step.person, step.place_id, step.organisation_id = person, wanted.place_id, wanted.organisation_id
        step.level = wanted.position_level
        step.moves = wanted != Work.of(person)
        held = known.spells.get(person.id)
        if step.moves and held is not None and self.since < held.valid_from:
            raise WrongRow(_("A later change is already recorded. The earliest day possible is %(day)s.", day=held.valid_from.isoformat()))
        step.gives_sign_in = bool(line.email) and person.sign_in is None and line.email_key not in known.by_email
        if step.gives_sign_in and person.id in known.with_role:
            raise WrongRow(_("This person holds a role. Give the sign-in on the person's own page."))
        step.verdict = Verdict.CHANGED if step.facts or step.moves or step.gives_sign_in else Verdict.UNCHANGED


    def _fill(self, step: Step, person: Person, organisation_id: UUID | None, known: _Known) -> None:
        line, before, held = step.line, Work.of(person), known.spells.get(person.id)
        named_place = step.place_id
        step.person, step.place_id, step.organisation_id = person, before.place_id, before.organisation_id
        step.verdict = Verdict.UNCHANGED
        if not self._mine(person):
            return
        said = {"phone": line.phone, "sex": line.sex, "birth_year": line.birth_year}
        step.facts = {key: value for key, value in said.items() if value is not None and getattr(person, key) is None}
        level = line.position_level.value if line.position_level else None
        wanted = Work(
            before.place_id or named_place, before.organisation_id or organisation_id,
            before.position_level if before.position_level is not None else level,
        )
        if wanted != before and (held is None or self.since >= held.valid_from):
            step.moves, step.level = True, wanted.position_level
            step.place_id, step.organisation_id = wanted.place_id, wanted.organisation_id
        can_have_one = person.sign_in is None and person.id not in known.with_role
        step.gives_sign_in = bool(line.email) and can_have_one and line.email_key not in known.by_email
        if step.facts or step.moves or step.gives_sign_in:
            step.verdict = Verdict.CHANGED


def _known(lines: Sequence[Line], place_ids: set[UUID | None]) -> _Known:
    emails = _people_of_emails({line.email_key for line in lines if line.email_key})
    listed = (Person.erased_at.is_(None), Person.merged_into_id.is_(None))
    wanted = select(Person).where(Person.sort_key.in_({line.sort_key for line in lines}), *listed).options(joinedload(Person.sign_in))
    by_name: dict[str, list[Person]] = defaultdict(list)
    for person in db.session.scalars(wanted.order_by(Person.id).execution_options(populate_existing=True)):
        by_name[person.sort_key].append(person)
    found = [*(person for person, _listed in emails.values()), *(row for rows in by_name.values() for row in rows)]
    people = {each.id: each for each in found}
    here = {*place_ids, *(person.place_id for person in people.values())}
    roles = select(RoleGrant.person_id).where(RoleGrant.person_id.in_(people), RoleGrant.revoked_at.is_(None))
    return _Known(
        emails, by_name, _organisations({line.organisation_key for line in lines if line.organisation_key}, here),
        open_spells(list(people)), set(db.session.scalars(roles)),
    )


def _people_of_emails(keys: Iterable[str]) -> dict[str, tuple[Person, bool]]:
    """Who signs in with the addresses, and whether they are listed; a merged person is the one that stayed."""
    theirs = joinedload(SignIn.person, innerjoin=True).joinedload(Person.sign_in)
    rows = db.session.scalars(select(SignIn).where(SignIn.email_key.in_(list(keys))).options(theirs)).all()
    stayed = {row.person.merged_into_id for row in rows if row.person.merged_into_id}
    into = {
        each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(stayed)).options(joinedload(Person.sign_in)))
    } if stayed else {}
    people = {row.email_key: into.get(row.person.merged_into_id, row.person) if row.person.merged_into_id else row.person for row in rows}
    return {key: (person, person.erased_at is None and person.merged_into_id is None) for key, person in people.items()}


def _organisations(keys: set[str], place_ids: set[UUID | None]) -> dict[tuple[str, UUID | None], UUID]:
    """Organisations of today by key of any of their names and place."""
    if not keys:
        return {}
    real = [each for each in place_ids if each is not None]
    here = or_(Organisation.place_id.in_(real), Organisation.place_id.is_(None))
    aliased = db.session.execute(
        select(OrganisationAlias.name_key, Organisation.place_id, Organisation.id, Organisation.merged_into_id)
        .join(Organisation, Organisation.id == OrganisationAlias.organisation_id)
        .where(OrganisationAlias.name_key.in_(keys), here).order_by(Organisation.id.desc())
    )
    own = db.session.execute(
        select(Organisation.name_key, Organisation.place_id, Organisation.id, Organisation.merged_into_id)
        .where(Organisation.name_key.in_(keys), here)
    )
    return {(key, place): into or row_id for key, place, row_id, into in (*aliased, *own)}


def _refuse_second(row: int | None) -> None:
    if row is not None:
        raise WrongRow(_("The same person already stands in row %(row)d.", row=row))


def _one(found: Sequence[Person]) -> Person | None:
    if len(found) > 1:
        raise WrongRow(_("Several people are called so there: add the e-mail address or the telephone."))
    return found[0] if found else None


def _same_email(person: Person, line: Line) -> bool:
    return person.sign_in is None or not line.email_key or person.sign_in.email_key == line.email_key


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and one != other
