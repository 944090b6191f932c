"""Issuing exactly once, and revoking with a reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy.exc import IntegrityError

from tests.cast import assemble
from tests.learning.fixtures import NOON, ORIGIN, complete, enrol, finish
from tests.learning.small_course import FINAL, RIVERS, SPRINGS, WATER
from webapp.accounts.models import Person
from webapp.certificates import queries, services
from webapp.certificates.models import Certificate
from webapp.certificates.pdf import missing_characters
from webapp.certificates.printing import print_of
from webapp.certificates.rules import CertificateRevoked, NameCannotBePrinted, NoSuchCertificate, NotCompleted
from webapp.core.audit import AuditEntry
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import read_code
from webapp.core.unit_of_work import unit_of_work
from webapp.learning.models import Enrolment
from webapp.participation.models import EventKind, ParticipationEvent

LATER = NOON + timedelta(days=1)
HIEROGLYPHS = "𓀀𓁐"


def certificates():
    return db.session.query(Certificate).all()


def certified():
    return db.session.query(ParticipationEvent).filter_by(kind=EventKind.CERTIFIED).all()


def issue(person, course, now=LATER):
    enrolment = db.session.query(Enrolment).filter_by(person_id=person.id, course_id=course.id).one()
    return services.issue(person=person, course=course, enrolment=enrolment, origin=ORIGIN, now=now)


def test_completing_the_course_issues_the_certificate(database, cast, water):
    finish(cast.learner, water, SPRINGS, RIVERS)
    assert certificates() == []
    complete(cast.learner, water)
    (certificate,) = certificates()
    assert read_code(certificate.code) == certificate.code
    assert (certificate.person_id, certificate.award, certificate.edition) == (cast.ids["learner"], f"course:{WATER}", "2026")
    assert (certificate.course_revision, certificate.issued_at, certificate.revoked_at) == (water.revision, NOON, None)
    (event,) = certified()
    assert (event.person_id, event.course_id, event.happened_at) == (cast.ids["learner"], WATER, NOON)
    (act,) = db.session.query(AuditEntry).filter_by(action="certificate.issued")
    assert act.subject_id == str(certificate.id)


def test_what_is_printed_holds_everything_that_stands_on_it(database, cast, water):
    # 18:00 UTC is the next day in the programme's zone.
    complete(cast.learner, water, now=datetime(2026, 9, 14, 18, 0, tzinfo=UTC))
    (certificate,) = certificates()
    chosen = settings()
    assert certificate.printed == {
        "template": "course-2026", "name": "王晓兰", "title": {"en": "Water", "zh-Hans": "水"}, "hours": "1.5", "issued_on": "2026-09-15",
        "issuer": {"en": chosen.issuer_en, "zh-Hans": chosen.issuer_zh},
        "signatory": {"en": chosen.signatory_en, "zh-Hans": chosen.signatory_zh},
        "signatory_role": {"en": chosen.signatory_role_en, "zh-Hans": chosen.signatory_role_zh}, "edition": "2026", "demo": False,
    }


def test_an_invented_person_gets_a_specimen(database, cast, water):
    cast.learner.demo = True
    complete(cast.learner, water)
    assert certificates()[0].printed["demo"] is True


def test_issuing_again_gives_the_same_certificate_and_no_second_event(database, cast, water):
    complete(cast.learner, water)
    first = certificates()[0]
    assert issue(cast.learner, water) is first
    assert complete(cast.learner, water, now=LATER)
    assert (len(certificates()), len(certified())) == (1, 1)


def test_a_later_edition_earns_no_second_certificate_for_the_same_completion(database, cast, water):
    complete(cast.learner, water)
    assert issue(cast.learner, replace(water, edition="2027")).edition == "2026"
    assert len(certificates()) == 1


def test_nothing_printed_changes_with_the_person_the_course_or_the_settings(database, cast, water, monkeypatch):
    complete(cast.learner, water)
    before = print_of(certificates()[0], settings())
    cast.learner.name = "王小兰"
    renamed = replace(water, title=type(water.title)({"en": "Waters", "zh-Hans": "水域"}), hours=water.hours * 2, edition="2027")
    issue(cast.learner, renamed)
    db.session.flush()
    db.session.expire_all()
    changed = replace(settings(), issuer_en="Somebody else", signatory_zh="别人")
    assert print_of(certificates()[0], changed) == before
    assert before.name == "王晓兰"


def test_the_printed_address_follows_the_site(database, cast, water):
    complete(cast.learner, water)
    certificate = certificates()[0]
    moved = replace(settings(), public_url="https://learn.example.org")
    assert print_of(certificate, moved).verify_url == f"https://learn.example.org/certificates/{certificate.code}"


def test_a_course_that_is_not_completed_or_awards_nothing_issues_nothing(database, cast, water, soil):
    enrol(cast.learner, water)
    with pytest.raises(NotCompleted):
        issue(cast.learner, water)
    finish(cast.learner, soil, "layers")
    with pytest.raises(NotCompleted):
        issue(cast.learner, soil)
    enrolment = complete(cast.second_learner, water)
    for person, course in ((cast.learner, water), (cast.second_learner, replace(water, id="other"))):
        with pytest.raises(NotCompleted):
            services.issue(person=person, course=course, enrolment=enrolment, origin=ORIGIN, now=LATER)
    assert [certificate.person_id for certificate in certificates()] == [cast.second_learner.id]


def test_a_name_that_cannot_be_printed_waits_and_the_course_stays_completed(database, cast, water):
    assert missing_characters(HIEROGLYPHS)
    cast.learner.name = f"王{HIEROGLYPHS}"
    assert complete(cast.learner, water).completed_at == NOON
    assert certificates() == []
    with pytest.raises(NameCannotBePrinted) as refused:
        issue(cast.learner, water)
    assert "𓀀 𓁐" in str(refused.value)

    cast.learner.name = "王晓兰"
    certificate = issue(cast.learner, water)
    assert (certificate.printed["name"], certificate.issued_at) == ("王晓兰", LATER)
    assert len(certified()) == 1


def test_a_new_name_that_cannot_be_printed_does_not_hide_the_certificate_one_has(database, cast, water):
    complete(cast.learner, water)
    cast.learner.name = HIEROGLYPHS
    assert issue(cast.learner, water).printed["name"] == "王晓兰"


def test_a_certificate_is_revoked_once_with_its_reason(database, cast, water):
    complete(cast.learner, water)
    code = certificates()[0].code
    revoked = services.revoke(code=code, reason="Issued to the wrong person.", actor_id=cast.ids["administrator"], now=LATER)
    assert (revoked.revoked_at, revoked.revoke_reason) == (LATER, "Issued to the wrong person.")
    with pytest.raises(CertificateRevoked):
        services.revoke(code=code, reason="Again", actor_id=None, now=LATER + timedelta(days=1))
    db.session.expire_all()
    assert (certificates()[0].revoked_at, certificates()[0].revoke_reason) == (LATER, "Issued to the wrong person.")
    assert db.session.query(AuditEntry).filter_by(action="certificate.revoked").count() == 1


def test_a_revoked_certificate_is_not_issued_anew(database, cast, water):
    complete(cast.learner, water)
    services.revoke(code=certificates()[0].code, reason="A mistake", actor_id=None, now=LATER)
    assert issue(cast.learner, water).revoked_at == LATER
    assert len(certificates()) == 1


def test_a_code_that_nobody_has_cannot_be_revoked(database):
    with pytest.raises(NoSuchCertificate, match="0000-0000-0000-00"):
        services.revoke(code="0000-0000-0000-00", reason="A mistake", actor_id=None, now=NOON)


def test_the_database_refuses_a_revocation_without_a_reason(database, cast, water):
    complete(cast.learner, water)
    certificates()[0].revoked_at = LATER
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_ones_certificates_are_one_query_the_newest_first(database, cast, water, max_queries):
    complete(cast.learner, water)
    first = certificates()[0]
    db.session.add(Certificate(
        code="X", person_id=cast.ids["learner"], award="course:other", edition="1", course_id="other", course_revision="r",
        printed=first.printed, issued_at=LATER,
    ))
    db.session.flush()
    person_id = cast.ids["learner"]
    with max_queries(1):
        assert [each.award for each in queries.of_person(person_id)] == ["course:other", f"course:{WATER}"]
    assert queries.of_person(cast.ids["trainer"]) == []


@pytest.fixture
def at_once(committed):
    """`at_once(act, times)` runs it with the learner in threads that begin together and commit."""
    person_id = assemble().ids["learner"]

    def run(act, times=1):
        # What the test itself has read would keep the others waiting.
        db.session.rollback()
        together = Barrier(times)

        def work(_number):
            with committed.app_context():
                try:
                    together.wait(5)
                    with unit_of_work():
                        return act(db.session.get_one(Person, person_id))
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(work, range(times)))

    return run


def test_two_claims_at_once_issue_one_certificate(at_once, water, monkeypatch):
    monkeypatch.setattr(services, "missing_characters", lambda _name: ["?"])
    at_once(lambda person: complete(person, water).id)
    assert certificates() == []
    monkeypatch.undo()
    codes = at_once(lambda person: issue(person, water).code, 4)
    assert len(set(codes)) == 1
    assert len(certified()) == 1


def test_the_last_step_finished_twice_at_once_issues_one_certificate(at_once, water):
    at_once(lambda person: finish(person, water, SPRINGS, RIVERS).id)
    at_once(lambda person: finish(person, water, FINAL).id, 3)
    assert len(certificates()) == 1
    assert len(certified()) == 1


def test_two_revocations_at_once_leave_one_reason(at_once, water):
    at_once(lambda person: complete(person, water).id)
    code = certificates()[0].code

    def revoke(_person):
        try:
            services.revoke(code=code, reason="A mistake", actor_id=None, now=LATER)
        except CertificateRevoked:
            return False
        return True

    assert sorted(at_once(revoke, 2)) == [False, True]
