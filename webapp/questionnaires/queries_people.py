"""Reads for the page of a sheet's people, for joining, and for telling them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from webapp.accounts import rules as accounts
from webapp.accounts.finding import named
from webapp.accounts.models import Organisation, Person, SignIn
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.questionnaires.models import MemberRole, Sheet, SheetComment, SheetMember

MOST_FOUND = 12
SHORTEST = 2


@dataclass(frozen=True)
class Neighbour:
    """Somebody of the same place who can be given a part."""

    id: UUID
    name: str
    organisation: str


@dataclass(frozen=True)
class Invited:
    """A sheet as somebody with its code sees it before they join."""

    sheet: Sheet
    owner: str
    members: int


@dataclass(frozen=True)
class Recipient:
    """Whom a notice goes to, in which language."""

    person_id: UUID
    email: str
    language: str


def neighbours(words: str, place_id: UUID | None, sheet_id: UUID) -> list[Neighbour]:
    """People of a place by name who can sign in and have no part yet. One query, none for less than two characters."""
    found = named(Person.search, words) if place_id is not None and len(words.strip()) >= SHORTEST else None
    if found is None:
        return []
    rows = db.session.execute(
        select(Person.id, Person.name, Organisation.name).join(SignIn, SignIn.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(
            Person.place_id == place_id, Person.merged_into_id.is_(None), Person.erased_at.is_(None), SignIn.disabled_at.is_(None), found,
            Person.id.not_in(select(SheetMember.person_id).where(SheetMember.sheet_id == sheet_id)),
        )
        .order_by(Person.sort_key, Person.id).limit(MOST_FOUND)
    )
    return [Neighbour(person_id, name, organisation or "") for person_id, name, organisation in rows]


def by_address(email: str) -> UUID | None:
    """Who signs in with an address that was confirmed. One query."""
    return db.session.scalar(select(SignIn.person_id).where(
        SignIn.email_key == accounts.email_key(email), SignIn.verified_at.is_not(None), SignIn.disabled_at.is_(None),
    ))


def lives_at(person_id: UUID, place_id: UUID | None) -> bool:
    """Whether somebody who can sign in works at a place. One query."""
    return place_id is not None and db.session.scalar(
        select(Person.id).join(SignIn, SignIn.person_id == Person.id)
        .where(Person.id == person_id, Person.place_id == place_id, Person.merged_into_id.is_(None), SignIn.disabled_at.is_(None))
    ) is not None


def invited(code: str) -> Invited | None:
    """The sheet of a code with its owner's name and how many have a part. One query."""
    count = (
        select(func.count()).select_from(SheetMember).where(SheetMember.sheet_id == Sheet.id).correlate(Sheet).scalar_subquery()
    )
    row = db.session.execute(
        select(Sheet, Person.name, count).outerjoin(
            SheetMember, (SheetMember.sheet_id == Sheet.id) & (SheetMember.role == MemberRole.OWNER)
        ).outerjoin(Person, Person.id == SheetMember.person_id).where(Sheet.join_code == code)
    ).first()
    return None if row is None else Invited(row[0], row[1] or "", row[2])


def member_count(sheet_id: UUID) -> int:
    """How many have a part. One query."""
    return db.session.scalar(select(func.count()).select_from(SheetMember).where(SheetMember.sheet_id == sheet_id)) or 0


def recipients(sheet_id: UUID, *, but: UUID, thread: UUID | None = None) -> list[Recipient]:
    """Members with an address, and who wrote in a thread; whoever did what is told of is left out. One query."""
    concerned: ColumnElement[bool] = Person.id.in_(select(SheetMember.person_id).where(SheetMember.sheet_id == sheet_id))
    if thread is not None:
        spoke = select(SheetComment.person_id).where((SheetComment.id == thread) | (SheetComment.reply_to_id == thread))
        concerned = or_(concerned, Person.id.in_(spoke))
    rows = db.session.execute(
        select(Person.id, SignIn.email, Person.language).join(SignIn, SignIn.person_id == Person.id)
        .where(concerned, Person.id != but, SignIn.disabled_at.is_(None), SignIn.email != "", Person.merged_into_id.is_(None))
        .order_by(Person.id)
    )
    return [Recipient(*row) for row in rows]
