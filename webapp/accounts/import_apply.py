"""Bringing planned rows of a file in: new people, what changes about known ones, organisations, sign-ins. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from webapp.accounts import services, services_links, services_work
from webapp.accounts.import_plan import NOT_THERE_YET, Planner, Step, Verdict
from webapp.accounts.import_rows import WrongRow, read_line
from webapp.accounts.models import OrganisationType, Person, SignIn
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_id


def read_part(part: Sequence[Any], columns: Sequence[str], planner: Planner, now: datetime) -> tuple[list[Step], list[list[Any]]]:
    """The steps of a part, and [row, sentence] of what cannot go in."""
    lines, wrong = [], []
    for number, cells in part:
        try:
            lines.append(read_line(number, cells, columns, now.year))
        except WrongRow as error:
            wrong.append([number, str(error)])
    steps = planner.plan(lines)
    wrong += [[step.line.number, step.sentence] for step in steps if step.verdict is Verdict.WRONG]
    return steps, sorted(wrong)


def apply(
    steps: Sequence[Step], *, organisation_type: OrganisationType, language: str, since: date, actor_id: UUID, source: str, mail: bool,
    now: datetime,
) -> None:
    """Do what the steps say; afterwards each that is not wrong has its person.

    `organisation_type` is that of new organisations and `language` that of new people, where the row names none; `source` is the
    id of the file, for the audit trail; `mail`: everybody who gets a sign-in gets a link for the first password.
    """
    made: dict[Any, UUID] = {}
    for step in steps:
        if step.organisation_id == NOT_THERE_YET and step.verdict is not Verdict.WRONG:
            step.organisation_id = _organisation(step, organisation_type, made, now)
    people = [step for step in steps if step.verdict is Verdict.NEW]
    for step in people:
        step.person = _person(step, language, now)
        db.session.add(step.person)
    db.session.flush()
    changed = [step for step in steps if step.verdict is Verdict.CHANGED]
    _change(changed, since, actor_id, now)
    db.session.flush()
    invited = [_sign_in(step, now) for step in (*people, *changed) if step.gives_sign_in]
    db.session.flush()
    for sign_in, person in invited if mail else ():
        services_links.invite(sign_in=sign_in, language=person.language, now=now)
    for step in people:
        assert step.person is not None
        record(actor_id=actor_id, action="person.created", subject=("person", step.person.id), after={"import": source}, now=now,
               place_id=step.place_id)


def _organisation(step: Step, default: OrganisationType, made: dict[Any, UUID], now: datetime) -> UUID:
    key = (step.line.organisation_key, step.place_id)
    if key not in made:
        made[key] = services.organisation_named(
            name=step.line.organisation, type=step.line.organisation_type or default, place_id=step.place_id, now=now,
        ).id
    return made[key]


def _person(step: Step, language: str, now: datetime) -> Person:
    line = step.line
    return Person(
        id=new_id(), name=line.name, language=line.language or language, time_zone=settings().programme_zone.key, place_id=step.place_id,
        organisation_id=step.organisation_id, position_level=line.position_level.value if line.position_level else None, sex=line.sex,
        birth_year=line.birth_year, phone=line.phone, created_at=now,
    )


def _change(steps: Sequence[Step], since: date, actor_id: UUID, now: datetime) -> None:
    held = services_work.open_spells([step.person.id for step in steps if step.person and step.moves])
    for step in steps:
        person = step.person
        assert person is not None
        for key, value in step.facts.items():
            setattr(person, key, value)
        if step.facts:
            record(actor_id=actor_id, action="person.edited", subject=("person", person.id), after={"changed": sorted(step.facts)}, now=now,
                   place_id=person.place_id)
        if step.moves:
            wanted = services_work.Work(step.place_id, step.organisation_id, step.level)
            undo = services_work.begin(person=person, held=held.get(person.id), wanted=wanted, since=since, now=now, actor_id=actor_id)
            record(actor_id=actor_id, action="person.work_changed", subject=("person", person.id), before=undo["was"],
                   after={**undo["now"], "since": since.isoformat()}, now=now, place_id=step.place_id)


def _sign_in(step: Step, now: datetime) -> tuple[SignIn, Person]:
    assert step.person is not None
    row = SignIn(
        id=new_id(), person_id=step.person.id, email=step.line.email, email_key=step.line.email_key, password_hash=None, verified_at=None,
        created_at=now,
    )
    db.session.add(row)
    return row, step.person
