"""What becomes of certificates when two rows are one person: they move, and stay valid as printed under their codes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import aliased

from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
    merge_asked,
    people_merged,
    people_parted,
)

ROOM = "certificates"


def _twice(kept_id: UUID) -> ColumnElement[bool]:
    """Whether the one who stays holds the same award of the same edition."""
    other = aliased(Certificate)
    return exists().where(other.person_id == kept_id, other.award == Certificate.award, other.edition == Certificate.edition)


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of the certificates. One query."""
    twice = _twice(asked.kept_id)
    total, both = db.session.execute(
        select(func.count(), func.count().filter(twice)).select_from(Certificate).where(Certificate.person_id == asked.gone_id)
    ).one()
    points = []
    if total - both:
        points.append(_n("%(num)d certificate moves.", "%(num)d certificates move.", total - both))
    if both:
        points.append(_n(
            "%(num)d certificate is held by both; the second stays valid under its code and is no longer shown as the person's own.",
            "%(num)d certificates are held by both; the second ones stay valid under their codes, no longer shown as the person's own.",
            both,
        ))
    return MergeAnswer(points)


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`. One query and one statement."""
    ids = list(db.session.scalars(select(Certificate.id).where(Certificate.person_id == event.gone_id, ~_twice(event.kept_id))))
    _give(ids, event.gone_id, event.kept_id)
    event.moved[ROOM] = [str(each) for each in ids]


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`. One statement."""
    _give([UUID(each) for each in event.moved[ROOM]], event.kept_id, event.gone_id)


def _give(ids: list[UUID], whose: UUID, to: UUID) -> None:
    mine = (Certificate.id.in_(ids), Certificate.person_id == whose)
    db.session.execute(update(Certificate).where(*mine).values(person_id=to).execution_options(synchronize_session="fetch"))


def wire() -> None:
    """Answer and act."""
    merge_asked.connect(answer)
    people_merged.connect(merge)
    people_parted.connect(part)
