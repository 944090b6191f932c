"""Tables of what belongs to a sign-in beside its password. All of them go with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.core.ids import new_id

SIGN_IN = "sign_ins.id"


class SecondFactor(Model):
    """The secret of the app on somebody's phone, encrypted. It counts from the first right code on."""

    __tablename__ = "second_factors"

    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey(SIGN_IN, ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # The time step of the last code that was taken: no code of it or before is taken again.
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Model):
    """A code on paper for the day when the phone is lost; only its hash is kept, and it works once."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey(SIGN_IN, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class HalfSignIn(Model):
    """A browser that gave the right password and owes the second factor. It opens nothing."""

    __tablename__ = "half_sign_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey(SIGN_IN, ondelete="CASCADE"), index=True)
    next_path: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class KnownDevice(Model):
    """A browser from which somebody signed in before: the hash of a random cookie."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("sign_in_id", "token_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey(SIGN_IN, ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(index=True)


class OutsideIdentity(Model):
    """Who somebody is at the OpenID provider: its issuer and subject, which never change there, unlike an address."""

    __tablename__ = "outside_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey(SIGN_IN, ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]


class EmailChange(Model):
    """A new address that waits for its proof, and afterwards the way back for the holder of the old one."""

    __tablename__ = "email_changes"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    undo_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey(SIGN_IN, ondelete="CASCADE"), index=True)
    old_email: Mapped[str] = mapped_column(String(254))
    new_email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    undo_until: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
