"""Granting and ending roles: inside the own tree only, and never the last administrator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from webapp.accounts import rights, services, services_people, services_roles
from webapp.accounts.errors import NoSuchGrant
from webapp.accounts.errors_roles import BeyondYourTree, EndsInThePast, LastAdministrator
from webapp.accounts.models import Person, Role, RoleGrant, SignIn
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def grant_of(person_id, role=Role.ADMINISTRATOR):
    return db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.role == role)).one()


def trail():
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.number)))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("place", "inside"), [
    ("city", True), ("county", True), ("second_county", True), ("province", False), ("second_city", False), ("other_county", False),
    (None, False),
])
def test_an_administrator_of_a_city_grants_every_role_in_the_city_and_none_elsewhere(database, cast, role, place, inside):
    trees = (cast.places.city.path,)
    where = getattr(cast.places, place) if place else None

    def grant():
        return services_roles.grant_role(
            person=cast.outsider, role=role, place=where, now=NOON, actor_id=cast.ids["learner"], reason="x", trees=trees,
        )

    if not inside:
        with pytest.raises(BeyondYourTree):
            grant()
        assert trail() == []
        return
    made = grant()
    with pytest.raises(BeyondYourTree):
        services_roles.revoke_role(grant=made, now=NOON, actor_id=None, trees=(cast.places.second_city.path,))
    services_roles.revoke_role(grant=made, now=NOON, actor_id=cast.ids["learner"], reason="moved away", trees=trees)
    assert (made.revoked_at, made.revoke_reason) == (NOON, "moved away")
    granted, revoked = trail()
    assert (granted.place_id, granted.after["role"]) == (where.id, role.value)
    assert (revoked.place_id, revoked.after) == (where.id, {"grant_end": str(made.id)})


def test_a_role_for_a_path_that_only_begins_alike_is_not_inside(database, cast):
    assert not services_roles.covers(("CN/1301/",), cast.places.city)
    assert services_roles.covers(None, None)
    assert not services_roles.covers((), cast.places.city)


def test_a_role_cannot_end_before_it_begins(database, cast):
    with pytest.raises(EndsInThePast):
        services.grant_role(person=cast.outsider, role=Role.STAFF, now=NOON, actor_id=None, until=NOON)


def test_the_same_role_with_another_end_is_another_grant_and_both_are_found_again(database, cast):
    def grant(until):
        return services.grant_role(person=cast.outsider, role=Role.STAFF, now=NOON, actor_id=None, until=until).id

    tomorrow = NOON + timedelta(days=1)
    assert grant(None) != grant(tomorrow)
    assert [grant(None), grant(tomorrow)] == [grant(None), grant(tomorrow)]


# The last administrator

def test_the_last_administrator_everywhere_stays(database, cast):
    grant = grant_of(cast.ids["administrator"])
    with pytest.raises(LastAdministrator):
        services.revoke_role(grant=grant, now=NOON, actor_id=cast.ids["administrator"])
    services.grant_role(person=cast.staff, role=Role.ADMINISTRATOR, now=NOON, actor_id=None)
    services.revoke_role(grant=grant, now=NOON, actor_id=cast.ids["administrator"])
    with pytest.raises(LastAdministrator):
        services.revoke_role(grant=grant_of(cast.ids["staff"]), now=NOON, actor_id=None)


@pytest.mark.parametrize("why", ["only for a place", "ends some day", "signs in no more", "has no sign-in", "was erased", "was merged"])
def test_who_cannot_take_over_does_not_count(database, cast, why):
    person = cast.staff
    until = NOON + timedelta(days=9) if why == "ends some day" else None
    place = cast.places.province if why == "only for a place" else None
    services.grant_role(person=person, role=Role.ADMINISTRATOR, now=NOON, actor_id=None, until=until, place=place)
    sign_in = db.session.get_one(SignIn, cast.sign_in_ids["staff"])
    if why == "signs in no more":
        sign_in.disabled_at = NOON
    elif why == "has no sign-in":
        db.session.delete(sign_in)
    elif why == "was erased":
        person.erased_at = NOON
    elif why == "was merged":
        person.merged_into_id = cast.ids["learner"]
    db.session.flush()
    with pytest.raises(LastAdministrator):
        services.revoke_role(grant=grant_of(cast.ids["administrator"]), now=NOON, actor_id=None)


def test_before_a_person_is_disabled_merged_or_erased_the_same_is_asked(database, cast, max_queries):
    with max_queries(2):
        services_roles.keep_an_administrator(person_id=cast.ids["staff"], now=NOON)
    with pytest.raises(LastAdministrator):
        services_roles.keep_an_administrator(person_id=cast.ids["administrator"], now=NOON)


def test_an_administrator_of_a_place_may_end(database, cast):
    made = services.grant_role(person=cast.staff, role=Role.ADMINISTRATOR, place=cast.places.city, now=NOON, actor_id=None)
    services.revoke_role(grant=made, now=NOON, actor_id=None)
    assert made.revoked_at == NOON


def two_administrators():
    with unit_of_work():
        for number in range(2):
            person = services.create_person(name=f"Admin {number} x", language="en", now=NOON)
            services.create_sign_in(person=person, email=f"admin{number}@example.org", now=NOON, password_hash="x", verified=True)
            services.grant_role(person=person, role=Role.ADMINISTRATOR, now=NOON, actor_id=None)
    ids = list(db.session.scalars(select(RoleGrant.id).order_by(RoleGrant.id)))
    db.session.rollback()
    return ids


def at_once(app, deeds):
    start = Barrier(len(deeds))

    def run(deed):
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    deed()
            except (LastAdministrator, NoSuchGrant) as error:
                return type(error)
            return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def end(grant_id):
    services.revoke_role(grant=db.session.get_one(RoleGrant, grant_id), now=NOON, actor_id=None)


def test_of_two_administrators_who_remove_each_other_at_once_one_stays(committed):
    grants = two_administrators()
    results = at_once(committed, [lambda each=each: end(each) for each in grants])
    assert sorted(results, key=str) == sorted([None, LastAdministrator], key=str)


def test_ending_one_and_disabling_the_other_at_once_leaves_one(committed):
    first, second = two_administrators()
    other = db.session.get_one(RoleGrant, second).person_id
    db.session.rollback()

    def disable():
        services_roles.keep_an_administrator(person_id=other, now=NOON)
        db.session.scalars(select(SignIn).where(SignIn.person_id == other)).one().disabled_at = NOON

    results = at_once(committed, [lambda: end(first), disable])
    assert sorted(results, key=str) == sorted([None, LastAdministrator], key=str)


def test_of_two_who_end_one_role_at_once_one_is_too_late(committed):
    two_administrators()
    with unit_of_work():
        person = services.create_person(name="Wang", language="en", now=NOON)
        grant_id = services.grant_role(person=person, role=Role.TRAINER, now=NOON, actor_id=None).id
    results = at_once(committed, [lambda: end(grant_id)] * 2)
    assert sorted(results, key=str) == sorted([None, NoSuchGrant], key=str)
    assert [entry.action for entry in trail()].count("role.revoked") == 1


# In words

def test_rights_are_said_in_words_with_the_place_and_in_both_languages(database, cast, max_queries):
    cast.places.county.closed_on, cast.places.county.successor_id = NOON.date(), cast.places.city.id
    services.grant_role(
        person=cast.staff, role=Role.TRAINER, place=cast.places.county, now=NOON, actor_id=cast.ids["administrator"], reason="ToT",
    )
    db.session.flush()
    with max_queries(4):
        staff, trainer = rights.effective(cast.ids["staff"], NOON)
    assert any(each.startswith("may see the statistics of Hebei") for each in staff.sentences)
    assert (trainer.granted_by, trainer.reason) == ("系统管理员", "ToT")
    assert "Chang'an" in trainer.place
    assert "Shijiazhuang" in trainer.successor
    assert "may open the guides, slides and hand-outs for trainers of every course" in trainer.sentences
    assert not any("statistics" in each for each in trainer.sentences)
    (everywhere,) = rights.effective(cast.ids["administrator"], NOON)
    assert everywhere.place is None
    assert "may grant every role everywhere" in everywhere.sentences
    with database.test_request_context("/"), speaking("zh-Hans"):
        said = rights.effective(cast.ids["staff"], NOON)[0].sentences
    assert any("河北省" in each and "统计" in each for each in said)


def test_what_ended_gives_no_right(database, cast):
    person = db.session.get_one(Person, cast.ids["outsider"])
    made = services.grant_role(person=person, role=Role.STAFF, now=NOON, actor_id=None)
    services.grant_role(person=person, role=Role.TRAINER, now=NOON, actor_id=None, until=NOON + timedelta(days=1))
    services.revoke_role(grant=made, now=NOON, actor_id=None)
    assert [each.role for each in rights.effective(person.id, NOON)] == [Role.TRAINER]
    assert rights.effective(person.id, NOON + timedelta(days=1)) == []


def test_the_last_administrator_is_not_disabled_among_many(database, cast):
    with pytest.raises(LastAdministrator):
        services_people.disable(person_ids=[cast.ids["learner"], cast.ids["administrator"]], now=NOON, actor_id=cast.ids["administrator"])
    services.grant_role(person=cast.staff, role=Role.ADMINISTRATOR, now=NOON, actor_id=None)
    with pytest.raises(LastAdministrator):
        services_people.disable(person_ids=[cast.ids["staff"], cast.ids["administrator"]], now=NOON, actor_id=cast.ids["administrator"])
    assert services_people.disable(person_ids=[cast.ids["administrator"]], now=NOON, actor_id=cast.ids["staff"])
