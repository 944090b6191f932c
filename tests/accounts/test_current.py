"""Who is looking: sessions, their ends, roles in the tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import session

from webapp.accounts import current, services, services_sessions
from webapp.accounts.models import Role
from webapp.core import clock
from webapp.core.database import db

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def looking(app, cast):
    """`looking("staff")` is the viewer that a request of that person has."""

    def look(name):
        session_id = services_sessions.open_session(sign_in_id=cast.sign_in_ids[name], now=clock.now(), length=timedelta(days=1))
        with app.test_request_context():
            session[current.SEEN_KEY] = int(clock.now().timestamp())
            return current._load(str(session_id))

    return look


def test_staff_of_a_province_hold_their_role_in_every_county_of_it_and_nowhere_above(database, cast, looking):
    viewer = looking("staff")
    assert viewer.has_role(Role.STAFF)
    assert all(viewer.has_role(Role.STAFF, place) for place in vars(cast.places).values())
    assert not viewer.has_role(Role.TRAINER)
    assert not viewer.has_role_everywhere(Role.STAFF)
    assert viewer.paths(Role.STAFF) == (cast.places.province.path,)


def test_an_officer_of_one_county_has_no_role_in_another(database, cast, looking):
    viewer = looking("other_county")
    assert viewer.has_role(Role.STAFF, cast.places.other_county)
    assert not viewer.has_role(Role.STAFF, cast.places.county)
    assert not viewer.has_role(Role.STAFF, cast.places.second_city)


def test_a_role_without_a_place_holds_everywhere(database, cast, looking):
    viewer = looking("administrator")
    assert viewer.has_role_everywhere(Role.ADMINISTRATOR)
    assert viewer.has_role(Role.ADMINISTRATOR, cast.places.county)
    assert viewer.paths(Role.ADMINISTRATOR) is None
    assert looking("outsider").paths(Role.ADMINISTRATOR) == ()


def test_roles_are_read_once(database, cast, looking, max_queries):
    viewer = looking("trainer")
    place = cast.places.county
    assert place.path
    with max_queries(1):
        assert viewer.has_role(Role.TRAINER, place)
        assert not viewer.has_role(Role.STAFF, place)


def test_a_role_follows_the_successor_of_a_place_that_closed(database, cast, looking):
    first, second = cast.places.second_city, cast.places.city
    person = cast.outsider
    services.grant_role(person=person, role=Role.STAFF, place=cast.places.other_county, now=NOON, actor_id=None)
    cast.places.other_county.closed_on = NOON.date()
    cast.places.other_county.successor_id = first.id
    first.closed_on = NOON.date()
    first.successor_id = second.id
    db.session.flush()
    viewer = looking("outsider")
    assert viewer.has_role(Role.STAFF, second)
    assert viewer.has_role(Role.STAFF, cast.places.county)


def test_a_role_that_was_revoked_or_ran_out_does_not_hold(database, cast, looking, at):
    at(NOON)
    grant = services.grant_role(person=cast.outsider, role=Role.STAFF, now=NOON, actor_id=None)
    services.grant_role(person=cast.outsider, role=Role.TRAINER, now=NOON, actor_id=None, until=NOON + timedelta(days=1))
    assert looking("outsider").has_role(Role.TRAINER)
    services.revoke_role(grant=grant, now=NOON, actor_id=None)
    at(NOON + timedelta(days=1))
    assert looking("outsider").grants == ()


def test_finding_the_viewer_takes_one_query(database, cast, login_as, max_queries):
    client = login_as("learner")
    with max_queries(1):
        assert client.get("/no-such-page").status_code == 404


def test_a_browser_without_a_session_costs_no_query(database, client, max_queries):
    with max_queries(0):
        client.get("/no-such-page")
