"""Writes: issuing exactly once, revoking with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, update

from webapp.accounts.models import Person
from webapp.certificates import queries
from webapp.certificates.models import Certificate
from webapp.certificates.printing import frozen
from webapp.certificates.rules import CertificateRevoked, NameCannotBePrinted, NoSuchCertificate, NotCompleted
from webapp.core import audit
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.pdf.fonts import missing_characters
from webapp.core.signals import CourseCompleted
from webapp.core.upsert import insert_for
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course
from webapp.learning.models import Enrolment
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.participation.services import record

log = structlog.get_logger(__name__)


def issue(*, person: Person, course: Course, enrolment: Enrolment, origin: Origin, now: datetime) -> Certificate:
    """The person's certificate of the course, issued now if there is none: one completion earns one.

    Two workers at once issue one: the database keeps person, award and edition unique. A later edition of the
    course, or a name that cannot be printed any more, changes nothing for who has a certificate.
    Raises `NotCompleted` and `NameCannotBePrinted`.
    """
    if enrolment.completed_at is None or enrolment.person_id != person.id or enrolment.course_id != course.id:
        raise NotCompleted
    known = queries.held(person.id, course.id)
    if known is not None:
        return known
    if not course.certificate:
        raise NotCompleted
    missing = missing_characters(person.name)
    if missing:
        raise NameCannotBePrinted(missing)
    chosen = settings()
    certificate_id = new_id()
    statement = insert_for(Certificate).values(
        id=certificate_id,
        code=new_code(),
        person_id=person.id,
        award=queries.award_of(course.id),
        edition=course.edition,
        course_id=course.id,
        course_revision=enrolment.completed_revision or course.revision,
        issued_at=now,
        printed=frozen(
            name=person.name,
            course=course,
            settings=chosen,
            issued_on=now.astimezone(chosen.programme_zone).date(),
            demo=person.demo,
        ),
    )
    made = db.session.execute(
        statement.on_conflict_do_nothing(index_elements=["person_id", "award", "edition"]).returning(Certificate.id)
    ).first()
    certificate = queries.held(person.id, course.id)
    assert certificate is not None
    if made is not None:
        audit.record(
            actor_id=person.id, action="certificate.issued", subject=("certificate", certificate_id), now=now, place_id=person.place_id
        )
        record(
            kind=EventKind.CERTIFIED,
            person=person,
            origin=origin,
            now=now,
            source=f"certificate:{certificate_id}",
            course_id=course.id,
            course_revision=certificate.course_revision,
        )
    return certificate


def issue_on_completion(event: CourseCompleted) -> None:
    """Handler of `course_completed`. A name that cannot be printed never undoes the completion: the certificate waits."""
    course = catalogue().course(event.course_id)
    person = db.session.get(Person, event.person_id)
    enrolment = db.session.get(Enrolment, event.enrolment_id, populate_existing=True)
    if course is None or not course.certificate or person is None or enrolment is None:
        return
    try:
        issue(person=person, course=course, enrolment=enrolment, origin=Origin(event.language), now=event.at)
    except NameCannotBePrinted:
        log.warning("certificate_waits", course=event.course_id, reason="name")


def revoke(*, code: str, reason: str, actor_id: UUID | None, now: datetime) -> Certificate:
    """Withdraw a certificate; the public page states the reason. Raises `NoSuchCertificate`, `CertificateRevoked` if it is already."""
    certificate = queries.by_code(code)
    if certificate is None:
        raise NoSuchCertificate(code)
    changed = db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.revoked_at.is_(None))
        .values(revoked_at=now, revoke_reason=reason, revoked_by_id=actor_id)
        .returning(Certificate.id)
    ).first()
    if changed is None:
        raise CertificateRevoked
    # By id only: the reason may name somebody, and stays in the certificate's row, which an erasure reaches.
    audit.record(
        actor_id=actor_id, action="certificate.revoked", subject=("certificate", certificate.id), now=now,
        after={"certificate_end": str(certificate.id)},
        place_id=db.session.scalar(select(Person.place_id).where(Person.id == certificate.person_id)),
    )
    db.session.refresh(certificate)
    return certificate
