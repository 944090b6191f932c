"""Regular mails that one can stop: which kinds there are, who wants them, and the link in each that stops it.

A room adds a kind and asks `wanted` before it writes. What somebody must know (an invitation, a new password, feedback on their own
sheet) is no such kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, delete, exists, select

from webapp.accounts.mail import link
from webapp.accounts.models import Person
from webapp.accounts.models_mail import StoppedMail
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.upsert import insert_for

if TYPE_CHECKING:
    from flask import Flask

    from webapp.accounts.current import Viewer

EXTENSION = "mail_kinds"


@dataclass(frozen=True)
class Kind:
    """A regular mail: what it is called, one sentence about it, and who may get it. Texts are lazy strings."""

    key: str
    label: Any
    about: Any
    offered: Callable[[Viewer], bool]


def add_kind(app: Flask, key: str, *, label: Any, about: Any, offered: Callable[[Viewer], bool]) -> None:
    """Add a kind of mail that one can stop."""
    app.extensions.setdefault(EXTENSION, {})[key] = Kind(key, label, about, offered)


def _kinds() -> dict[str, Kind]:
    found: dict[str, Kind] = current_app.extensions.get(EXTENSION, {})
    return found


def offered_to(viewer: Viewer) -> list[Kind]:
    """The kinds that somebody may get."""
    return [kind for kind in _kinds().values() if kind.offered(viewer)]


def wanted(kind: str, person_id: Any) -> ColumnElement[bool]:
    """The condition that a person (a column of a query) has not stopped a kind of mail."""
    return ~exists().where(StoppedMail.person_id == person_id, StoppedMail.kind == kind)


def stopped(person_id: UUID) -> frozenset[str]:
    """Keys of the kinds that somebody stopped. One query."""
    return frozenset(db.session.scalars(select(StoppedMail.kind).where(StoppedMail.person_id == person_id)))


def stop(*, person_id: UUID, kind: str, now: datetime) -> None:
    """No more of these mails. Doing it again changes nothing."""
    statement = insert_for(StoppedMail).values(person_id=person_id, kind=kind, stopped_at=now)
    db.session.execute(statement.on_conflict_do_nothing())


def go_on(*, person_id: UUID, kind: str) -> None:
    """These mails come again."""
    db.session.execute(delete(StoppedMail).where(StoppedMail.person_id == person_id, StoppedMail.kind == kind))


def choose(*, person_id: UUID, offered: Collection[str], chosen: Collection[str], now: datetime) -> None:
    """Of the kinds offered get those chosen. One statement for each kind."""
    for kind in offered:
        if kind in chosen:
            go_on(person_id=person_id, kind=kind)
        else:
            stop(person_id=person_id, kind=kind, now=now)


def link_to_stop(*, person_id: UUID, kind: str, language: str = "") -> str:
    """The address that stops a kind of mail for one person, without signing in. It says who and what, signed, and never runs out."""
    return link(f"/mail/stop/{_signer().dumps([str(person_id), kind])}", lang=language)


def read(token: str) -> tuple[UUID, Kind] | None:
    """Who wants to stop what: the person who lives on, where two became one. None for a link that is not ours. One query."""
    try:
        person_id, key = _signer().loads(token)
    except BadData:
        return None
    kind = _kinds().get(key)
    row = db.session.execute(select(Person.id, Person.merged_into_id, Person.erased_at).where(Person.id == UUID(person_id))).first()
    if kind is None or row is None or row.erased_at is not None:
        return None
    return row.merged_into_id or row.id, kind


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(list(settings().signing_keys), salt="stop a mail")
