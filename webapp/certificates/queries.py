"""Reads: certificates by code and by person."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from webapp.certificates.models import Certificate
from webapp.core.database import db


def award_of(course_id: str) -> str:
    """Name of the award of a course."""
    return f"course:{course_id}"


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
