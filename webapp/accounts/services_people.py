"""Looking after people: their data, their sign-ins, and many of them at once, to be undone. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from webapp.accounts import rules, services, services_links, services_second_factor, services_sessions, services_work
from webapp.accounts.errors_people import HasNoSecondFactor, HasSignIn, NoAddress, NoSignIn, TooLateToUndo, UndoneAlready
from webapp.accounts.models import Person, Session, Sex, SignIn, TokenPurpose
from webapp.accounts.models_people import BulkChange, ChangeKind
from webapp.accounts.services_roles import keep_an_administrator
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.ids import new_id

UNDO_DAYS = 30
CHUNK = 1_000


def edit(
    *, person: Person, name: str, phone: str | None, language: str, time_zone: str, sex: Sex | None, birth_year: int | None,
    now: datetime, actor_id: UUID,
) -> None:
    """Correct what is known about a person beside the work. Audited by the names of what changed. Raises `rules.Refused`."""
    wanted: dict[str, Any] = {
        "name": rules.name_of(name), "phone": phone, "language": language, "time_zone": time_zone, "sex": sex, "birth_year": birth_year,
    }
    changed = sorted(key for key, value in wanted.items() if getattr(person, key) != value)
    for key in changed:
        setattr(person, key, wanted[key])
    db.session.flush()
    if changed:
        record(actor_id=actor_id, action="person.edited", subject=("person", person.id), after={"changed": changed}, now=now,
               place_id=person.place_id)


def give_sign_in(*, person: Person, email: str, now: datetime, actor_id: UUID) -> SignIn:
    """Let a person sign in and mail them a link for their first password. Raises `HasSignIn`, `EmailTaken`, `rules.Refused`."""
    if db.session.scalar(select(SignIn.id).where(SignIn.person_id == person.id)) is not None:
        raise HasSignIn
    sign_in = services.create_sign_in(person=person, email=email, now=now, actor_id=actor_id)
    services_links.invite(sign_in=sign_in, language=person.language, now=now)
    return sign_in


def mail_password_link(*, person: Person, now: datetime, actor_id: UUID) -> None:
    """Mail a link for a new password, or the first one. What it leads to only the holder of the mailbox sees.

    Raises `NoSignIn`, `NoAddress`.
    """
    sign_in = db.session.scalar(select(SignIn).where(SignIn.person_id == person.id, SignIn.disabled_at.is_(None)))
    if sign_in is None:
        raise NoSignIn
    if not sign_in.email:
        raise NoAddress
    if sign_in.password_hash is None:
        services_links.invite(sign_in=sign_in, language=person.language, now=now)
        purpose = TokenPurpose.INVITE
    else:
        services_links.ask_for_password(email=sign_in.email, language=person.language, now=now)
        purpose = TokenPurpose.RESET
    record(actor_id=actor_id, action="sign_in.link_sent", subject=("person", person.id), after={"purpose": purpose.value}, now=now,
           place_id=person.place_id)


def end_sessions(*, person: Person, now: datetime, actor_id: UUID) -> int:
    """Sign a person out everywhere; how many browsers. Raises `NoSignIn`."""
    sign_in_id = db.session.scalar(select(SignIn.id).where(SignIn.person_id == person.id))
    if sign_in_id is None:
        raise NoSignIn
    count = services_sessions.end_sessions(sign_in_id=sign_in_id, now=now)
    record(actor_id=actor_id, action="sign_in.sessions_ended", subject=("person", person.id), after={"count": count}, now=now,
           place_id=person.place_id)
    return count


def reset_second_factor(*, person: Person, now: datetime, actor_id: UUID) -> None:
    """Switch the second factor of somebody else off and sign them out everywhere; audited and mailed.

    Raises `NoSignIn`, `HasNoSecondFactor`.
    """
    sign_in_id = db.session.scalar(select(SignIn.id).where(SignIn.person_id == person.id))
    if sign_in_id is None:
        raise NoSignIn
    if not services_second_factor.is_set_up(sign_in_id):
        raise HasNoSecondFactor
    services_second_factor.switch_off(sign_in_id=sign_in_id, now=now, actor_id=actor_id)


def disable(*, person_ids: Sequence[UUID], now: datetime, actor_id: UUID) -> list[UUID]:
    """Stop these people from signing in and sign them out; ids of those for whom it changed something. Audited one by one.

    Raises `LastAdministrator` if nobody were left who administers everything.
    """
    keep_an_administrator(person_ids=person_ids, now=now)
    changed = _switch(person_ids, SignIn.disabled_at.is_(None), now)
    for part in _parts(changed):
        theirs = select(SignIn.id).where(SignIn.person_id.in_(part))
        db.session.execute(
            update(Session).where(Session.sign_in_id.in_(theirs), Session.ended_at.is_(None)).values(ended_at=now)
            .execution_options(synchronize_session=False)
        )
    _audit_each("sign_in.disabled", changed, now, actor_id)
    return changed


def enable(*, person_ids: Sequence[UUID], now: datetime, actor_id: UUID) -> list[UUID]:
    """Let these people sign in again; ids of those for whom it changed something. Audited one by one."""
    changed = _switch(person_ids, SignIn.disabled_at.is_not(None), None)
    _audit_each("sign_in.enabled", changed, now, actor_id)
    return changed


def _switch(person_ids: Sequence[UUID], before: Any, value: datetime | None) -> list[UUID]:
    changed: list[UUID] = []
    for part in _parts(person_ids):
        statement = update(SignIn).where(SignIn.person_id.in_(part), before).values(disabled_at=value).returning(SignIn.person_id)
        changed += db.session.scalars(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    return sorted(changed)


def move(
    *, person_ids: Sequence[UUID], place_id: UUID | None, organisation_id: UUID | None, since: date, now: datetime, actor_id: UUID,
) -> list[dict[str, Any]]:
    """Move people to a place and an organisation from a day on; position levels stay. What undoing needs, for those who moved.

    Left out: who is there already, and whose last change is later than the day. Audited one by one. Raises `InTheFuture`.
    """
    services_work.check_date(since, now)
    undos: list[dict[str, Any]] = []
    for part in _parts(person_ids):
        spells = services_work.open_spells(part)
        for person in db.session.scalars(select(Person).where(Person.id.in_(part)).order_by(Person.id)):
            wanted = services_work.Work(place_id, organisation_id, person.position_level)
            held = spells.get(person.id)
            if wanted == services_work.Work.of(person) or (held is not None and since < held.valid_from):
                continue
            undos.append(services_work.begin(person=person, held=held, wanted=wanted, since=since, now=now, actor_id=actor_id))
        db.session.flush()
    for undo in undos:
        record(
            actor_id=actor_id, action="person.work_changed", subject=("person", undo["id"]), now=now, before=undo["was"],
            after={**undo["now"], "since": since.isoformat()}, place_id=place_id,
        )
    return undos


def remember(*, kind: ChangeKind, rows: list[Any], now: datetime, actor_id: UUID) -> BulkChange:
    """Keep what was done to many, so that it can be undone."""
    change = BulkChange(id=new_id(), kind=kind, actor_id=actor_id, at=now, count=len(rows), rows=rows)
    db.session.add(change)
    db.session.flush()
    return change


def check_undo(change: BulkChange, now: datetime) -> None:
    """Raise `UndoneAlready` or `TooLateToUndo` unless the change can be undone."""
    if change.undone_at is not None:
        raise UndoneAlready
    if now - change.at > timedelta(days=UNDO_DAYS):
        raise TooLateToUndo(UNDO_DAYS)


def undo(*, change: BulkChange, now: datetime, actor_id: UUID) -> int:
    """Take a change of people back, for those whom nobody has changed since; how many.

    Raises `UndoneAlready`, `TooLateToUndo`.
    """
    check_undo(change, now)
    change.undone_at = now
    if change.kind is ChangeKind.DISABLED:
        # Who was enabled meanwhile and disabled again for another reason stays disabled.
        same = [UUID(each) for each in change.rows]
        still = db.session.scalars(select(SignIn.person_id).where(SignIn.person_id.in_(same), SignIn.disabled_at == change.at))
        done = enable(person_ids=list(still), now=now, actor_id=actor_id)
    elif change.kind is ChangeKind.ENABLED:
        done = disable(person_ids=[UUID(each) for each in change.rows], now=now, actor_id=actor_id)
    else:
        done = services_work.take_back(change.rows)
    db.session.flush()
    record(
        actor_id=actor_id, action="change.undone", subject=("change", change.id), after={"kind": change.kind.value, "count": len(done)},
        now=now,
    )
    return len(done)


def _audit_each(action: str, person_ids: Sequence[UUID], now: datetime, actor_id: UUID) -> None:
    for part in _parts(person_ids):
        for person_id, place_id in db.session.execute(select(Person.id, Person.place_id).where(Person.id.in_(part)).order_by(Person.id)):
            record(actor_id=actor_id, action=action, subject=("person", person_id), now=now, place_id=place_id)


def _parts(ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
