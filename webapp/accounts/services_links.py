"""What mailed links do: confirm a sign-up, choose a password.

Asking for a link takes the same statements whether or not the address is known, so that nobody can tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from webapp.accounts import mail, queries, rules, services, services_consent, services_invitations, services_sessions, tokens
from webapp.accounts.errors import EmailTaken, InvitationUnknown, LinkUnknown, LinkUsed
from webapp.accounts.models import MailToken, Person, SignIn, SignUp, TokenPurpose
from webapp.accounts.models_invitations import InvitationCode
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass

SIGN_UP_LIFE = timedelta(hours=24)
RESET_LIFE = timedelta(hours=2)
INVITE_LIFE = timedelta(days=3)


@dataclass(frozen=True)
class Confirmed:
    """A sign-up that became an account."""

    sign_in_id: UUID
    person_id: UUID
    next_path: str


def ask_to_join(
    *, name: str, email: str, password_hash: str, language: str, next_path: str, now: datetime, invitation_id: UUID | None = None,
    notice: str = "",
) -> None:
    """Mail a link that makes the account, or a note to the holder of one. Three statements in both cases."""
    key = rules.email_key(email)
    known = queries.mail_to(key)
    token = tokens.new_token()
    db.session.add(SignUp(
        token_hash=tokens.hash_of(token), name=name, email=email, email_key=key, password_hash=password_hash, language=language,
        next_path=next_path, notice=notice, invitation_id=invitation_id, created_at=now, expires_at=now + SIGN_UP_LIFE,
    ))
    if known is None:
        mail.confirm_address(email=email, language=language, token=token, now=now)
    else:
        mail.already_known(email=known.email, language=known.language, person_id=known.person_id, next_path=next_path, now=now)
    db.session.flush()


def sign_up_of(token: str, now: datetime) -> SignUp:
    """The sign-up behind a link that still works. Raises `DeadLink`. One query."""
    row = db.session.get(SignUp, tokens.hash_of(token))
    if row is None:
        raise LinkUnknown
    tokens.check(row, now)
    return row


def confirm(*, token: str, time_zone: str, now: datetime) -> Confirmed:
    """Make person and sign-in of a sign-up whose address proved to be theirs. Raises `DeadLink`.

    Two clicks at once: the link is claimed by a conditional update, and one of them is too late.
    """
    row = sign_up_of(token, now)
    name, email, password_hash, language, next_path = row.name, row.email, row.password_hash, row.language, row.next_path
    invitation_id, notice, agreed_at = row.invitation_id, row.notice, row.created_at
    _claim(SignUp, row.token_hash, now)
    # The row stays to say that the link was used; what names somebody lives in one place only.
    row.name = row.email = row.email_key = row.password_hash = ""
    person = _joining(invitation_id, name=name, language=language, time_zone=time_zone, now=now)
    try:
        sign_in = services.create_sign_in(person=person, email=email, password_hash=password_hash, verified=True, now=now)
    except (EmailTaken, IntegrityError) as error:
        # They asked twice and confirmed the other mail before, or this very moment.
        raise LinkUsed from error
    if notice:
        services_consent.give(person_id=person.id, version=notice, language=language, now=agreed_at)
    return Confirmed(sign_in.id, person.id, next_path)


def _joining(invitation_id: UUID | None, *, name: str, language: str, time_zone: str, now: datetime) -> Person:
    """A new person, with place and organisation of the invitation; or the person whom a code of their own names.

    A group's code that was used up meanwhile leaves the two open, a person's own one that was used makes the link void.
    """
    invitation = db.session.get(InvitationCode, invitation_id) if invitation_id else None
    if invitation is not None and invitation.person_id is not None:
        person = db.session.get_one(Person, invitation.person_id)
        gone = person.erased_at is not None or person.merged_into_id is not None
        if gone or services_invitations.use(invitation_id=invitation.id, person_id=person.id, now=now) is None:
            raise LinkUsed
        person.language = language
        return person
    person = services.create_person(name=name, language=language, time_zone=time_zone, now=now)
    if invitation is not None and services_invitations.use(invitation_id=invitation.id, person_id=person.id, now=now) is not None:
        services_invitations.fill_in(person=person, invitation=invitation, now=now)
    return person


def join_by_phone(*, invitation_id: UUID, phone: str, password_hash: str, language: str, notice: str, now: datetime) -> UUID:
    """By a code of their own somebody without an address gets a sign-in, or a new password for it; the id of the sign-in.

    Raises `InvitationUnknown`, `PhoneTaken`, `rules.Refused`.
    """
    invitation = db.session.get(InvitationCode, invitation_id)
    if invitation is None or invitation.person_id is None:
        raise InvitationUnknown
    person = db.session.get_one(Person, invitation.person_id)
    sign_in = db.session.scalar(select(SignIn).where(SignIn.person_id == person.id))
    shut = sign_in is not None and (sign_in.email or sign_in.disabled_at is not None)
    if shut or person.erased_at is not None or person.merged_into_id is not None:
        raise InvitationUnknown
    services_invitations.claim(invitation_id=invitation_id, person_id=person.id, now=now)
    services_consent.give(person_id=person.id, version=notice, language=language, now=now)
    if sign_in is None:
        person.language = language
        return services.create_sign_in_by_phone(person=person, phone=phone, password_hash=password_hash, now=now).id
    if sign_in.email_key != rules.phone_of(phone):
        services.change_phone_of_sign_in(sign_in=sign_in, phone=phone)
    _set(sign_in.id, password_hash, now, "sign_in.password_by_code")
    return sign_in.id


def ask_for_password(*, email: str, language: str, now: datetime) -> None:
    """Mail a link for a new password, or say that the address has no account. Three statements in both cases."""
    key = rules.email_key(email)
    known = queries.mail_to(key)
    token = _store(sign_in_id=known.sign_in_id if known else None, purpose=TokenPurpose.RESET, life=RESET_LIFE, now=now)
    if known is None:
        mail.no_account(email=email, language=language, now=now)
    else:
        mail.new_password(email=known.email, language=known.language, person_id=known.person_id, token=token, now=now)
    db.session.flush()


def invite(*, sign_in: SignIn, language: str, now: datetime) -> str:
    """Mail a link with which somebody whom others registered chooses the first password; the token."""
    token = _store(sign_in_id=sign_in.id, purpose=TokenPurpose.INVITE, life=INVITE_LIFE, now=now)
    mail.first_password(email=sign_in.email, language=language, person_id=sign_in.person_id, token=token, now=now)
    db.session.flush()
    return token


def password_link(token: str, now: datetime) -> MailToken:
    """The link for choosing a password, if it still works. Raises `DeadLink`. One query."""
    row = db.session.get(MailToken, tokens.hash_of(token))
    if row is None or row.sign_in_id is None:
        raise LinkUnknown
    tokens.check(row, now)
    return row


def choose_password(*, token: str, password_hash: str, now: datetime) -> UUID:
    """Set the password by a mailed link: the address is proven, every session and every other link ends. Raises `DeadLink`.

    The id of the sign-in.
    """
    row = password_link(token, now)
    assert row.sign_in_id is not None
    _claim(MailToken, row.token_hash, now)
    _set(row.sign_in_id, password_hash, now, "sign_in.password_reset")
    return row.sign_in_id


def change_password(*, sign_in_id: UUID, password_hash: str, session_id: UUID, now: datetime) -> None:
    """Set a new password for somebody who gave the old one; other browsers are signed out."""
    _set(sign_in_id, password_hash, now, "sign_in.password_changed", but=session_id)


def _set(sign_in_id: UUID, password_hash: str, now: datetime, action: str, but: UUID | None = None) -> None:
    sign_in = db.session.get_one(SignIn, sign_in_id)
    sign_in.password_hash = password_hash
    sign_in.verified_at = sign_in.verified_at or now
    db.session.flush()
    services_sessions.end_sessions(sign_in_id=sign_in_id, now=now, but=but)
    db.session.execute(update(MailToken).where(MailToken.sign_in_id == sign_in_id, MailToken.used_at.is_(None)).values(used_at=now))
    person = sign_in.person
    record(actor_id=person.id, action=action, subject=("person", person.id), now=now)
    mail.password_changed(email=sign_in.email, language=person.language, person_id=person.id, now=now)
    db.session.flush()


def _store(*, sign_in_id: UUID | None, purpose: TokenPurpose, life: timedelta, now: datetime) -> str:
    token = tokens.new_token()
    db.session.add(MailToken(
        token_hash=tokens.hash_of(token), sign_in_id=sign_in_id, purpose=purpose, created_at=now, expires_at=now + life,
    ))
    return token


def _claim(table: type[SignUp | MailToken], token_hash: str, now: datetime) -> None:
    statement = update(table).where(table.token_hash == token_hash, table.used_at.is_(None)).values(used_at=now).returning(table.token_hash)
    if db.session.execute(statement).first() is None:
        raise LinkUsed
