"""Reads: certificates by code and by person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from webapp.certificates.models import Certificate
from webapp.core.database import db


def award_of(course_id: str) -> str:
    """Name of the award of a course."""
    return f"course:{course_id}"


def award_of_training(training_id: UUID) -> str:
    """Name of the award of a training."""
    return f"training:{training_id}"


def by_code(code: str) -> Certificate | None:
    """The certificate of a canonical code. One query."""
    return db.session.scalars(select(Certificate).where(Certificate.code == code)).first()


def of_person(person_id: UUID) -> list[Certificate]:
    """Certificates of a person, newest first. One query."""
    return list(db.session.scalars(select(Certificate).where(Certificate.person_id == person_id).order_by(Certificate.issued_at.desc())))


def held(person_id: UUID, course_id: str) -> Certificate | None:
    """The person's certificate of a course, of the latest edition if there are several. One query."""
    query = select(Certificate).where(Certificate.person_id == person_id, Certificate.award == award_of(course_id))
    return db.session.scalars(query.order_by(Certificate.issued_at.desc())).first()


def holds_any(person: Any) -> ColumnElement[bool]:
    """The condition that a person, by id or by a bound name, holds a certificate."""
    # Columns of the table, not of the class: a statement that holds one of a class goes all through the ORM.
    held = Certificate.__table__.c
    return select(held.id).where(held.person_id == person).exists().label("certificates_held")


def held_of_training(person_id: UUID, training_id: UUID) -> Certificate | None:
    """The person's certificate of a training. One query."""
    return db.session.scalars(
        select(Certificate).where(Certificate.person_id == person_id, Certificate.award == award_of_training(training_id))
        .order_by(Certificate.issued_at.desc())
    ).first()


def of_training(training_id: UUID) -> dict[UUID, Certificate]:
    """Certificates of a training by person; of two by one person (they were two people once) the one that holds. One query."""
    rows = db.session.scalars(
        select(Certificate).where(Certificate.training_id == training_id)
        .order_by(Certificate.revoked_at.is_(None), Certificate.issued_at.desc(), Certificate.id)
    )
    return {row.person_id: row for row in rows}
