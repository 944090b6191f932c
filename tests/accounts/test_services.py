"""People, roles, organisations as other rooms make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from webapp.accounts import queries, rules, services, services_links, services_sessions
from webapp.accounts.errors import EmailTaken, NoSuchGrant
from webapp.accounts.models import MailToken, OrganisationType, PositionLevel, Role, Session, Sex, SignIn, SignUp
from webapp.core.audit import AuditEntry
from webapp.core.database import db

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def audit():
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_a_person_is_made_without_a_sign_in(database, cast):
    person = services.create_person(
        name=" 周 敏 ", language="zh-Hans", now=NOON, actor_id=cast.ids["trainer"], place=cast.places.county,
        position_level=PositionLevel.MIDDLE, sex=Sex.FEMALE, birth_year=1980,
    )
    assert (person.name, person.place_id) == ("周 敏", cast.places.county.id)
    assert db.session.scalars(select(SignIn).where(SignIn.person_id == person.id)).first() is None
    entry = audit()[0]
    assert (entry.action, entry.actor_id, entry.subject_id) == ("person.created", cast.ids["trainer"], str(person.id))
    assert "周" not in f"{entry.before}{entry.after}"


def test_a_sign_in_is_one_per_address_and_one_per_person(database, cast):
    person = services.create_person(name="周敏", language="zh-Hans", now=NOON)
    with pytest.raises(EmailTaken):
        services.create_sign_in(person=person, email="LEARNER@EXAMPLE.ORG", now=NOON)
    with pytest.raises(rules.Refused):
        services.create_sign_in(person=person, email="zhou", now=NOON)
    row = services.create_sign_in(person=person, email="Zhou@example.org", password="rivers carry the mountain", now=NOON, verified=True)
    assert row.email == "Zhou@example.org"
    assert services_sessions.accepts(services_sessions.credentials("zhou@example.org"), "rivers carry the mountain")
    with pytest.raises(IntegrityError):
        services.create_sign_in(person=person, email="zhou2@example.org", now=NOON)


def test_granting_twice_grants_once_and_both_grant_and_end_are_audited(database, cast):
    grant = services.grant_role(
        person=cast.outsider, role=Role.TRAINER, place=cast.places.city, now=NOON, actor_id=cast.ids["administrator"], reason="ToT 2026",
    )
    again = services.grant_role(person=cast.outsider, role=Role.TRAINER, place=cast.places.city, now=NOON, actor_id=None)
    assert again.id == grant.id
    services.revoke_role(grant=grant, now=NOON, actor_id=cast.ids["administrator"])
    with pytest.raises(NoSuchGrant):
        services.revoke_role(grant=grant, now=NOON, actor_id=None)
    granted, revoked = audit()
    assert (granted.action, granted.after["role"], granted.after["place_id"]) == ("role.granted", "trainer", str(cast.places.city.id))
    assert (revoked.action, revoked.before["grant"]) == ("role.revoked", str(grant.id))


def test_organisations_without_a_place_are_shared_too(database, cast):
    one = services.organisation_named(name="UN-Habitat", type=OrganisationType.OTHER, place_id=None, now=NOON)
    two = services.organisation_named(name="un habitat", type=OrganisationType.BUSINESS, place_id=None, now=NOON)
    assert one.id == two.id
    assert one.type is OrganisationType.OTHER


def test_demo_people_are_listed_with_their_roles(database, cast, max_queries):
    assert queries.demo_people() == []
    for person in (cast.learner, cast.staff, cast.administrator):
        person.demo = True
    services.grant_role(person=cast.staff, role=Role.TRAINER, place=cast.places.city, now=NOON, actor_id=None)
    db.session.flush()
    with max_queries(1):
        found = queries.demo_people()
    assert [(each.email, each.roles) for each in found] == [
        (cast.email("learner"), ()), (cast.email("staff"), (Role.STAFF, Role.TRAINER)),
        (cast.email("administrator"), (Role.ADMINISTRATOR,)),
    ]
    assert len(queries.demo_people(limit=2)) == 2


def test_what_ended_a_month_ago_is_swept_away(database, cast):
    for ended in (NOON - timedelta(days=31), NOON - timedelta(days=29)):
        tomorrow = NOON + timedelta(days=1)
        db.session.add(Session(sign_in_id=cast.sign_in_ids["learner"], created_at=ended, expires_at=tomorrow, ended_at=ended))
    old = NOON - timedelta(days=60)
    services_links.ask_to_join(name="Zhou", email="zhou@example.org", password_hash="x", language="en", next_path="", now=old)
    services_links.ask_for_password(email=cast.email("learner"), language="en", now=old)
    assert services_sessions.sweep(NOON) == 3
    assert len(db.session.scalars(select(Session)).all()) == 1
    assert db.session.scalars(select(SignUp)).first() is None
    assert db.session.scalars(select(MailToken)).first() is None
