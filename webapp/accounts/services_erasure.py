"""Erasing a person: asked, thought better of, done. Nothing here commits, but the job."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from webapp.accounts import mail, tokens
from webapp.accounts.errors import LinkUnknown, LinkUsed
from webapp.accounts.models import Person, SignIn
from webapp.accounts.models_data import ErasureRequest
from webapp.accounts.models_signing import EmailChange
from webapp.accounts.services_roles import keep_an_administrator
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, speaking
from webapp.core.ids import new_id
from webapp.core.mail.services import queue
from webapp.core.signals import PersonErased, person_erased
from webapp.core.unit_of_work import unit_of_work


class AlreadyErased(DomainError):
    """There is nothing left to erase, or the person lives on in another row."""

    def __init__(self) -> None:
        super().__init__(_("This person was erased or merged before."))


@dataclass(frozen=True)
class Pending:
    """A wish to be erased that waits."""

    id: UUID
    due_at: datetime
    keep_certificates: bool


def pending(person_id: UUID) -> Pending | None:
    """The wish that waits, if any. One query."""
    row = db.session.scalar(_waiting().where(ErasureRequest.person_id == person_id))
    return Pending(row.id, row.due_at, row.keep_certificates) if row else None


def ask(*, person_id: UUID, keep_certificates: bool, wait: timedelta, now: datetime) -> datetime | None:
    """Ask to be erased after a time; without one it is done at once. The moment when it is due, None for done.

    The way back is mailed. Raises `AlreadyErased`, `LastAdministrator`. Asking twice keeps the first wish.
    """
    keep_an_administrator(now=now, person_id=person_id)
    if not wait:
        erase(person_id=person_id, keep_certificates=keep_certificates, actor_id=person_id, now=now)
        return None
    known = pending(person_id)
    if known is not None:
        return known.due_at
    token, due = tokens.new_token(), now + wait
    db.session.add(ErasureRequest(
        id=new_id(), person_id=person_id, token_hash=tokens.hash_of(token), keep_certificates=keep_certificates, asked_at=now, due_at=due,
    ))
    record(actor_id=person_id, action="erasure.asked", subject=("person", person_id), now=now,
           after={"due_at": due.isoformat(), "keep_certificates": keep_certificates})
    _mail(person_id, token, wait, now)
    db.session.flush()
    return due


def _mail(person_id: UUID, token: str, wait: timedelta, now: datetime) -> None:
    sign_in = db.session.scalar(select(SignIn).where(SignIn.person_id == person_id))
    if sign_in is None:
        return
    language = sign_in.person.language
    with speaking(language):
        subject = _("Your LocalGoals data will be erased")
        text = mail.letter(
            _("You asked for everything to be erased that LocalGoals holds about you. It will be done in %(days)d days.", days=wait.days),
            _("If you change your mind, or if it was not you, open this page before then and press the button on it:"),
            mail.link(f"/erasure/{token}", lang=language),
            _("After that nobody can bring it back. If you want a copy, download it under “My data” before."),
        )
    queue(to=sign_in.email, subject=subject, text=text, language=language, now=now, person_id=person_id)


def undo(*, person_id: UUID, now: datetime) -> bool:
    """Think better of it; whether there was a wish. One statement."""
    statement = update(ErasureRequest).where(
        ErasureRequest.person_id == person_id, ErasureRequest.undone_at.is_(None), ErasureRequest.done_at.is_(None)
    )
    undone = db.session.execute(statement.values(undone_at=now).returning(ErasureRequest.id)).first() is not None
    if undone:
        record(actor_id=person_id, action="erasure.undone", subject=("person", person_id), now=now)
    return undone


def by_link(token: str) -> ErasureRequest:
    """The wish of a mailed link. Raises `LinkUnknown`, `LinkUsed`. One query."""
    row = db.session.scalar(select(ErasureRequest).where(ErasureRequest.token_hash == tokens.hash_of(token)))
    if row is None:
        raise LinkUnknown
    if row.undone_at is not None or row.done_at is not None:
        raise LinkUsed
    return row


def erase(*, person_id: UUID, keep_certificates: bool, actor_id: UUID | None, now: datetime) -> None:
    """Everything that names a person goes, in every room; counts stay. Raises `AlreadyErased`, `LastAdministrator`."""
    keep_an_administrator(now=now, person_id=person_id)
    person = db.session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None or person.erased_at is not None or person.merged_into_id is not None:
        raise AlreadyErased
    record(
        actor_id=actor_id, action="person.erased", subject=("person", person_id), now=now, after={"keep_certificates": keep_certificates},
    )
    wish = update(ErasureRequest).where(
        ErasureRequest.person_id == person_id, ErasureRequest.undone_at.is_(None), ErasureRequest.done_at.is_(None)
    )
    db.session.execute(wish.values(done_at=now))
    for each in (*_merged_into(person_id), person_id):
        name = db.session.scalars(select(Person.name).where(Person.id == each)).one()
        person_erased.send(PersonErased(each, now, keep_certificates, emails(each), name))
    db.session.flush()


def _merged_into(person_id: UUID) -> list[UUID]:
    """Rows of the same person that were merged into this one, and into those: each holds a name. One query."""
    gone = select(Person.id).where(Person.merged_into_id == person_id).cte("gone", recursive=True)
    further = select(Person.id).join(gone, Person.merged_into_id == gone.c.id)
    return list(db.session.scalars(select(gone.union(further).c.id)))


def emails(person_id: UUID) -> tuple[str, ...]:
    """Every address of a person that the database knows. Two queries."""
    own = list(db.session.scalars(select(SignIn.email).where(SignIn.person_id == person_id)))
    changed = db.session.execute(
        select(EmailChange.old_email, EmailChange.new_email).join(SignIn, SignIn.id == EmailChange.sign_in_id)
        .where(SignIn.person_id == person_id)
    )
    return tuple(each for each in dict.fromkeys([*own, *(each for row in changed for each in row)]) if each)


def erase_due(now: datetime) -> int:
    """Erase those whose time to think is over, each in a unit of work of its own; how many.

    The last administrator stays, with the reason, until there is another one.
    """
    done = 0
    waiting = db.session.execute(_waiting().with_only_columns(ErasureRequest.person_id).where(ErasureRequest.due_at <= now)).scalars().all()
    for person_id in waiting:
        try:
            with unit_of_work():
                wish = pending(person_id)
                if wish is not None:
                    erase(person_id=person_id, keep_certificates=wish.keep_certificates, actor_id=person_id, now=now)
                    done += 1
        except DomainError as error:
            with unit_of_work():
                db.session.execute(
                    update(ErasureRequest).where(ErasureRequest.person_id == person_id, ErasureRequest.done_at.is_(None))
                    .values(stopped=type(error).__name__)
                )
    return done


def _waiting() -> Any:
    return select(ErasureRequest).where(ErasureRequest.undone_at.is_(None), ErasureRequest.done_at.is_(None))
