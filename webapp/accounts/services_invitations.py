"""Invitation codes: made, read, used as often as allowed, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from webapp.accounts import services_work, tokens
from webapp.accounts.errors import InvitationUnknown
from webapp.accounts.models import Organisation, Person, SignIn
from webapp.accounts.models_invitations import InvitationCode, InvitationUse
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import MistypedCode, new_code, new_id, read_code
from webapp.core.upsert import insert_for
from webapp.places.models import Place

MOST_USES = 10_000


def make_for_group(
    *, place: Place | None, organisation: Organisation | None, most_uses: int, until: datetime, actor_id: UUID | None, now: datetime,
    note: str = "",
) -> InvitationCode:
    """A code by which up to `most_uses` people join, with place and organisation filled in. Audited."""
    code = new_code()
    row = InvitationCode(
        id=new_id(), code=code, code_hash=tokens.hash_of(code), place_id=place.id if place else None,
        organisation_id=organisation.id if organisation else None, most_uses=most_uses, uses=0, until=until, note=note,
        made_by_id=actor_id, created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(actor_id=actor_id, action="invitation.created", subject=("invitation", row.id), now=now, after=_audited(row))
    return row


def make_for_people(*, people: Sequence[Person], until: datetime, actor_id: UUID | None, now: datetime) -> list[tuple[Person, str]]:
    """For each person without an address to sign in with a code that works once; older ones of theirs are closed. Audited.

    Who has no sign-in gets their first one by it, who signs in with a telephone number a new password. The codes are in the
    result and nowhere else. People who sign in with an address, or are gone, are left out. Three statements, and
    one for each code.
    """
    ids = [person.id for person in people]
    with_sign_in = set(db.session.scalars(select(SignIn.person_id).where(SignIn.person_id.in_(ids), SignIn.email != "")))
    wanted = [each for each in people if each.id not in with_sign_in and each.erased_at is None and each.merged_into_id is None]
    db.session.execute(
        update(InvitationCode).where(InvitationCode.person_id.in_([each.id for each in wanted]), InvitationCode.closed_at.is_(None))
        .values(closed_at=now)
    )
    made: list[tuple[Person, str]] = []
    for person in wanted:
        code = new_code()
        row = InvitationCode(
            id=new_id(), code_hash=tokens.hash_of(code), person_id=person.id, place_id=person.place_id,
            organisation_id=person.organisation_id, most_uses=1, uses=0, until=until, made_by_id=actor_id, created_at=now,
        )
        db.session.add(row)
        record(actor_id=actor_id, action="invitation.created", subject=("person", person.id), now=now, after=_audited(row))
        made.append((person, code))
    db.session.flush()
    return made


def close(*, invitation: InvitationCode, actor_id: UUID | None, now: datetime) -> None:
    """Let nobody join by it any more. Audited; twice changes nothing."""
    if invitation.closed_at is not None:
        return
    invitation.closed_at = now
    db.session.flush()
    record(actor_id=actor_id, action="invitation.closed", subject=("invitation", invitation.id), now=now)


def find(text: str, now: datetime) -> InvitationCode:
    """The invitation of a typed code, with place, organisation and person, while it works. Raises `InvitationUnknown`. One query."""
    try:
        code = read_code(text)
    except MistypedCode as error:
        raise InvitationUnknown from error
    row = db.session.scalars(
        select(InvitationCode).where(InvitationCode.code_hash == tokens.hash_of(code))
        .options(joinedload(InvitationCode.place), joinedload(InvitationCode.organisation),
                 joinedload(InvitationCode.person).joinedload(Person.sign_in))
    ).one_or_none()
    if row is None or not works(row, now):
        raise InvitationUnknown
    return row


def works(row: InvitationCode, now: datetime) -> bool:
    """Whether somebody can still join by it."""
    gone = row.person is not None and (row.person.erased_at is not None or row.person.merged_into_id is not None)
    return row.closed_at is None and now < row.until and row.uses < row.most_uses and not gone


def use(*, invitation_id: UUID, person_id: UUID, now: datetime) -> InvitationCode | None:
    """Count one use for a person, whoever asks twice once; None when it no longer works. Of two at the last place one is in.

    Nothing about the person changes here.
    """
    if not _note_use(invitation_id, person_id, now):
        return db.session.get(InvitationCode, invitation_id)
    return _count_use(invitation_id, person_id, now)


def claim(*, invitation_id: UUID, person_id: UUID, now: datetime) -> None:
    """Use a code of a person's own: of two who ask at once one is in. Raises `InvitationUnknown`."""
    if not _note_use(invitation_id, person_id, now) or _count_use(invitation_id, person_id, now) is None:
        raise InvitationUnknown


def _note_use(invitation_id: UUID, person_id: UUID, now: datetime) -> bool:
    insert = insert_for(InvitationUse).values(id=new_id(), invitation_id=invitation_id, person_id=person_id, used_at=now)
    return db.session.execute(insert.on_conflict_do_nothing().returning(InvitationUse.id)).first() is not None


def _count_use(invitation_id: UUID, person_id: UUID, now: datetime) -> InvitationCode | None:
    counted = db.session.execute(
        update(InvitationCode)
        .where(
            InvitationCode.id == invitation_id, InvitationCode.uses < InvitationCode.most_uses, InvitationCode.closed_at.is_(None),
            InvitationCode.until > now,
        )
        .values(uses=InvitationCode.uses + 1).returning(InvitationCode.id)
        .execution_options(synchronize_session=False)
    ).first()
    if counted is None:
        db.session.execute(InvitationUse.__table__.delete().where(  # type: ignore[attr-defined]
            InvitationUse.invitation_id == invitation_id, InvitationUse.person_id == person_id,
        ))
        return None
    return db.session.get(InvitationCode, invitation_id, populate_existing=True)


def fill_in(*, person: Person, invitation: InvitationCode, now: datetime) -> None:
    """Take place and organisation of the invitation, from today on in the programme's zone. What it does not name stays."""
    services_work.change_work(
        person=person, place_id=invitation.place_id or person.place_id,
        organisation_id=invitation.organisation_id or person.organisation_id, position_level=person.position_level,
        since=now.astimezone(settings().programme_zone).date(), now=now, actor_id=person.id,
    )


def _audited(row: InvitationCode) -> dict[str, str | int | None]:
    return {
        "place_id": str(row.place_id) if row.place_id else None, "most_uses": row.most_uses, "until": row.until.isoformat(),
        "organisation_id": str(row.organisation_id) if row.organisation_id else None,
    }
