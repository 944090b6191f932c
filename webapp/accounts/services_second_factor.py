"""The second factor: set it up, check it, lose the phone and come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from webapp.accounts import mail_notices, sealing, services_sessions, tokens, totp
from webapp.accounts.errors import HalfwayOver, NoSecondFactor
from webapp.accounts.models import SignIn
from webapp.accounts.models_signing import HalfSignIn, RecoveryCode, SecondFactor
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import MistypedCode, new_code, new_id, read_code

PURPOSE = "second factor"
SET_UP_LIFE = timedelta(minutes=30)
HALFWAY_LIFE = timedelta(minutes=10)
RECOVERY_CODES = 10


def is_set_up(sign_in_id: UUID) -> bool:
    """Whether this sign-in asks for a second factor. One query."""
    statement = select(SecondFactor.sign_in_id).where(SecondFactor.sign_in_id == sign_in_id, SecondFactor.confirmed_at.is_not(None))
    return db.session.scalar(statement) is not None


def begin(*, sign_in_id: UUID, now: datetime) -> None:
    """Make a new secret that does not count yet. One that counts stays as it is."""
    row = db.session.get(SecondFactor, sign_in_id)
    if row is not None and row.confirmed_at is not None:
        return
    if row is None:
        row = SecondFactor(sign_in_id=sign_in_id, last_step=0)
        db.session.add(row)
    row.sealed_secret = _sealed(totp.new_secret(), sign_in_id)
    row.created_at = now
    db.session.flush()


def waiting_secret(sign_in_id: UUID, now: datetime) -> bytes:
    """The secret that is being set up. Raises `NoSecondFactor` when there is none or it is half an hour old. One query."""
    row = db.session.get(SecondFactor, sign_in_id)
    if row is None or row.confirmed_at is not None or now >= row.created_at + SET_UP_LIFE:
        raise NoSecondFactor
    return _secret(row)


def confirm(*, sign_in_id: UUID, session_id: UUID, code: str, now: datetime) -> list[str] | None:
    """Switch it on with the first right code: recovery codes, which nobody sees again, or None for a wrong code.

    Other browsers, which came in without it, are signed out. Raises `NoSecondFactor`.
    """
    secret = waiting_secret(sign_in_id, now)
    digits = totp.read(code)
    step = totp.matching_step(secret, digits, now) if digits else None
    if step is None:
        return None
    claimed = db.session.execute(
        update(SecondFactor).where(SecondFactor.sign_in_id == sign_in_id, SecondFactor.confirmed_at.is_(None))
        .values(confirmed_at=now, last_step=step).returning(SecondFactor.sign_in_id)
    ).first()
    if claimed is None:
        raise NoSecondFactor
    services_sessions.end_sessions(sign_in_id=sign_in_id, now=now, but=session_id)
    _note(sign_in_id, "second_factor.set_up", now, by_holder=True)
    return new_recovery_codes(sign_in_id=sign_in_id, now=now)


def new_recovery_codes(*, sign_in_id: UUID, now: datetime) -> list[str]:
    """Ten new codes; the old ones are worth nothing any more."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.sign_in_id == sign_in_id))
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(code_hash=tokens.hash_of(code), sign_in_id=sign_in_id, created_at=now) for code in codes)
    db.session.flush()
    return codes


def codes_left(sign_in_id: UUID) -> int:
    """Recovery codes not used yet. One query."""
    statement = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.sign_in_id == sign_in_id, RecoveryCode.used_at.is_(None))
    return int(db.session.scalar(statement) or 0)


def accepts(*, sign_in_id: UUID, code: str, now: datetime) -> bool:
    """Take a code of the app or a recovery code, each once: of two requests with one code only one is right."""
    row = db.session.get(SecondFactor, sign_in_id, populate_existing=True)
    if row is None or row.confirmed_at is None:
        return False
    digits = totp.read(code)
    return _takes_step(row, digits, now) if digits else _takes_recovery_code(sign_in_id, code, now)


def _takes_step(row: SecondFactor, digits: str, now: datetime) -> bool:
    step = totp.matching_step(_secret(row), digits, now, after=row.last_step)
    if step is None:
        return False
    statement = update(SecondFactor).where(SecondFactor.sign_in_id == row.sign_in_id, SecondFactor.last_step < step).values(last_step=step)
    return db.session.execute(statement.returning(SecondFactor.sign_in_id)).first() is not None


def _takes_recovery_code(sign_in_id: UUID, code: str, now: datetime) -> bool:
    try:
        code_hash = tokens.hash_of(read_code(code))
    except MistypedCode:
        return False
    taken = db.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == code_hash, RecoveryCode.sign_in_id == sign_in_id, RecoveryCode.used_at.is_(None))
        .values(used_at=now).returning(RecoveryCode.code_hash)
    ).first()
    if taken is None:
        return False
    mail_notices.recovery_code_used(mail_notices.holder(sign_in_id), left=codes_left(sign_in_id), now=now)
    return True


def switch_off(*, sign_in_id: UUID, now: datetime, actor_id: UUID | None = None) -> None:
    """Without it from now on; audited and mailed. `actor_id`: somebody else who does it for a holder who lost the phone.

    The command line and administrators call this as a reset: then every browser is signed out too.
    """
    own = actor_id is not None and actor_id == db.session.scalar(select(SignIn.person_id).where(SignIn.id == sign_in_id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.sign_in_id == sign_in_id))
    db.session.execute(delete(SecondFactor).where(SecondFactor.sign_in_id == sign_in_id))
    db.session.expire_all()
    if not own:
        services_sessions.end_sessions(sign_in_id=sign_in_id, now=now)
    _note(sign_in_id, "second_factor.switched_off", now, by_holder=own, actor_id=actor_id)


def _note(sign_in_id: UUID, action: str, now: datetime, *, by_holder: bool, actor_id: UUID | None = None) -> None:
    holder = mail_notices.holder(sign_in_id)
    record(actor_id=holder.person_id if by_holder else actor_id, action=action, subject=("person", holder.person_id), now=now)
    mail_notices.second_factor_changed(holder, on=action == "second_factor.set_up", now=now)
    db.session.flush()


def _sealed(secret: bytes, sign_in_id: UUID) -> str:
    return sealing.seal(secret, key=settings().signing_key, purpose=PURPOSE, row=sign_in_id.bytes)


def _secret(row: SecondFactor) -> bytes:
    return sealing.unseal(row.sealed_secret, keys=settings().signing_keys[::-1], purpose=PURPOSE, row=row.sign_in_id.bytes)


def seal_anew() -> int:
    """Seal every secret of the previous key under the present one; how many. Raises `sealing.Unreadable` if a row is of neither.

    One query, and one statement for each that changes.
    """
    count = 0
    for row in db.session.scalars(select(SecondFactor).order_by(SecondFactor.sign_in_id).with_for_update()):
        try:
            sealing.unseal(row.sealed_secret, keys=[settings().signing_key], purpose=PURPOSE, row=row.sign_in_id.bytes)
        except sealing.Unreadable:
            row.sealed_secret = _sealed(_secret(row), row.sign_in_id)
            count += 1
    db.session.flush()
    return count


@dataclass(frozen=True)
class Halfway:
    """Who gave the right password, and where they wanted to go."""

    id: UUID
    sign_in_id: UUID
    next_path: str


def go_halfway(*, sign_in_id: UUID, next_path: str, now: datetime) -> UUID:
    """The password was right; the id for the cookie of the browser that owes the second factor."""
    row = HalfSignIn(id=new_id(), sign_in_id=sign_in_id, next_path=next_path, created_at=now, expires_at=now + HALFWAY_LIFE)
    db.session.add(row)
    db.session.flush()
    return row.id


def halfway(half_id: UUID, now: datetime) -> Halfway:
    """Raises `HalfwayOver` when it was used, is ten minutes old, or the sign-in was disabled meanwhile. One query."""
    row = db.session.execute(
        select(HalfSignIn.id, HalfSignIn.sign_in_id, HalfSignIn.next_path).join(SignIn, SignIn.id == HalfSignIn.sign_in_id)
        .where(HalfSignIn.id == half_id, HalfSignIn.used_at.is_(None), HalfSignIn.expires_at > now, SignIn.disabled_at.is_(None))
    ).first()
    if row is None:
        raise HalfwayOver
    return Halfway(*row)


def finish(half: Halfway, now: datetime) -> None:
    """The second factor was right. Raises `HalfwayOver` for the second of two requests."""
    statement = update(HalfSignIn).where(HalfSignIn.id == half.id, HalfSignIn.used_at.is_(None)).values(used_at=now)
    if db.session.execute(statement.returning(HalfSignIn.id)).first() is None:
        raise HalfwayOver
