"""The table of personal access tokens, with which programs ask in the name of a person."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.core.ids import new_id


class AccessToken(Model):
    """A token; only its hash is kept. It can never do more than its owner may do at that moment.

    `scopes` are nouns with what may be done to them (`people:read`); `place_id` narrows it to one tree, without it the token
    reaches as far as its owner's roles. Of its use only the last day is kept.
    """

    __tablename__ = "access_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("sign_ins.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
