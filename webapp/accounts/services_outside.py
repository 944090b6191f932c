"""Identities at the OpenID provider and the accounts they open."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from webapp.accounts import mail_notices, rules, services, services_consent
from webapp.accounts.errors import IdentityTaken, LastWayIn
from webapp.accounts.models import SignIn
from webapp.accounts.models_signing import OutsideIdentity
from webapp.accounts.outside import Identity
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for


def sign_in_of(identity: Identity) -> UUID | None:
    """The account that this identity opens, unless it was disabled. By issuer and subject, never by address. One query."""
    return db.session.scalar(
        select(SignIn.id).join(OutsideIdentity, OutsideIdentity.sign_in_id == SignIn.id)
        .where(OutsideIdentity.issuer == identity.issuer, OutsideIdentity.subject == identity.subject, SignIn.disabled_at.is_(None))
    )


def is_known(identity: Identity) -> bool:
    """Whether it is connected with an account, disabled or not. One query."""
    return _holder_of(identity) is not None


def sign_in_with_address(email: str) -> UUID | None:
    """The account whose proven address this is. One query."""
    return db.session.scalar(
        select(SignIn.id).where(SignIn.email_key == rules.email_key(email), SignIn.verified_at.is_not(None), SignIn.disabled_at.is_(None))
    )


def has_account(email: str) -> bool:
    """Whether any account, disabled or unproven ones too, has the address. One query."""
    return db.session.scalar(select(SignIn.id).where(SignIn.email_key == rules.email_key(email))) is not None


def connect(*, identity: Identity, sign_in_id: UUID, label: str, now: datetime) -> None:
    """Let the identity open the account; audited and mailed. Raises `IdentityTaken` when it opens another one."""
    insert = insert_for(OutsideIdentity).values(
        id=new_id(), sign_in_id=sign_in_id, issuer=identity.issuer, subject=identity.subject, created_at=now,
    )
    if db.session.execute(insert.on_conflict_do_nothing().returning(OutsideIdentity.id)).first() is None:
        if _holder_of(identity) != sign_in_id:
            raise IdentityTaken
        return
    holder = mail_notices.holder(sign_in_id)
    record(actor_id=holder.person_id, action="sign_in.identity_connected", subject=("person", holder.person_id), now=now)
    mail_notices.identity_connected(holder, label=label, now=now)
    db.session.flush()


def join(*, identity: Identity, name: str, language: str, time_zone: str, notice: str, now: datetime) -> UUID:
    """A new person whose address the provider has proven, with a sign-in that has no password yet. The id of the sign-in.

    `notice` is the version of the privacy notice to which they agreed.

    Raises `EmailTaken`, `rules.Refused`, `IdentityTaken`.
    """
    person = services.create_person(name=name, language=language, time_zone=time_zone, now=now)
    sign_in = services.create_sign_in(person=person, email=identity.email, verified=True, now=now)
    insert = insert_for(OutsideIdentity).values(
        id=new_id(), sign_in_id=sign_in.id, issuer=identity.issuer, subject=identity.subject, created_at=now,
    )
    if db.session.execute(insert.on_conflict_do_nothing().returning(OutsideIdentity.id)).first() is None:
        raise IdentityTaken
    services_consent.give(person_id=person.id, version=notice, language=language, now=now)
    return sign_in.id


def connected(sign_in_id: UUID, issuer: str) -> bool:
    """Whether the account has an identity at this issuer. One query; a slash at the end makes no difference."""
    issuers = db.session.scalars(select(OutsideIdentity.issuer).where(OutsideIdentity.sign_in_id == sign_in_id))
    return any(each.rstrip("/") == issuer.rstrip("/") for each in issuers)


def disconnect(*, sign_in_id: UUID, now: datetime) -> None:
    """No identity opens the account any more; audited. Raises `LastWayIn` for an account without a password."""
    row = db.session.get_one(SignIn, sign_in_id)
    if row.password_hash is None:
        raise LastWayIn
    db.session.execute(delete(OutsideIdentity).where(OutsideIdentity.sign_in_id == sign_in_id))
    record(actor_id=row.person_id, action="sign_in.identity_removed", subject=("person", row.person_id), now=now)
    db.session.flush()


def _holder_of(identity: Identity) -> UUID | None:
    return db.session.scalar(
        select(OutsideIdentity.sign_in_id).where(OutsideIdentity.issuer == identity.issuer, OutsideIdentity.subject == identity.subject)
    )
