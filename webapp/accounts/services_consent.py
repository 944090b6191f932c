"""Consent to the privacy notice: given, asked for again after a new version, withdrawn. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import delete, exists, or_, select, update

from webapp.accounts import privacy
from webapp.accounts.models import Person, SignIn
from webapp.accounts.models_data import Consent
from webapp.accounts.models_people import PersonSpell
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for


def give(*, person_id: UUID, version: str, language: str, now: datetime) -> None:
    """Write that a person agreed to a version; agreeing twice writes once. Raises KeyError for a version that there is not."""
    privacy.rendered(version, language)
    statement = insert_for(Consent).values(id=new_id(), person_id=person_id, version=version, language=language, given_at=now)
    made = db.session.execute(statement.on_conflict_do_nothing().returning(Consent.id)).first()
    if made is not None:
        record(actor_id=person_id, action="consent.given", subject=("person", person_id), after={"version": version}, now=now)


def withdraw(*, person_id: UUID, now: datetime) -> bool:
    """End every consent and forget what was told of one's own will: place, organisation, level, sex, year of birth; whether there was any.

    Events of before keep what was known then; those after hold none of it.
    """
    ended = db.session.execute(
        update(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None)).values(withdrawn_at=now).returning(Consent.id)
    ).all()
    person = db.session.get_one(Person, person_id)
    person.place_id = person.organisation_id = person.position_level = person.sex = person.birth_year = None
    db.session.execute(delete(PersonSpell).where(PersonSpell.person_id == person_id))
    db.session.flush()
    if ended:
        record(actor_id=person_id, action="consent.withdrawn", subject=("person", person_id), now=now)
    return bool(ended)


def consents(person_id: UUID) -> list[Consent]:
    """Everything a person agreed to, newest first. One query."""
    return list(db.session.scalars(select(Consent).where(Consent.person_id == person_id).order_by(Consent.given_at.desc())))


def way_on(sign_in_id: UUID, target: str) -> str:
    """Where somebody who just signed in goes: on, or first to a notice that is new to them. One query.

    Who withdrew their consent to this version is not asked again at every turn, and invented people are not asked at all.
    """
    known = exists().where(Consent.person_id == SignIn.person_id, Consent.version == privacy.current())
    if db.session.scalar(select(or_(known, Person.demo)).select_from(SignIn).join(SignIn.person).where(SignIn.id == sign_in_id)):
        return target
    return f"/me/notice?{urlencode({'next': target})}"
