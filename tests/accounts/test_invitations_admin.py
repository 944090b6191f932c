"""The administrators' pages of invitation codes, kept to their trees."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Cast
from webapp.accounts import services, services_invitations
from webapp.accounts.models import Role, RoleGrant
from webapp.accounts.models_invitations import InvitationCode
from webapp.core.audit import AuditEntry
from webapp.core.database import db

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
UNTIL = NOON + timedelta(days=30)


@pytest.fixture
def county_admin(database, cast: Cast, login_as, at):
    """An administrator of one county: the trainer, for this test."""
    at(NOON)
    db.session.add(RoleGrant(person_id=cast.ids["trainer"], role=Role.ADMINISTRATOR, place_id=cast.places.county.id, granted_at=NOON))
    db.session.commit()
    return login_as("trainer")


def make(cast, place, **more):
    row = services_invitations.make_for_group(
        place=getattr(cast.places, place) if place else None, organisation=None, actor_id=cast.ids["administrator"], now=NOON,
        **{"most_uses": 5, "until": UNTIL, **more},
    )
    db.session.commit()
    return row


def register(cast, place, name="孙丽"):
    person = services.create_person(name=name, language="zh-Hans", now=NOON, place=getattr(cast.places, place))
    db.session.commit()
    return person


def form(cast, place="county"):
    return {
        "place_id": str(getattr(cast.places, place).id) if place else "", "organisation": "水务局", "organisation_type": "government",
        "most_uses": "20", "until": "2026-10-01", "note": "九月培训",
    }


def test_an_administrator_makes_a_code_for_a_group(county_admin, cast):
    response = county_admin.post("/admin/invitations/new", data=form(cast))
    row = db.session.scalars(select(InvitationCode)).one()
    assert response.location == f"/admin/invitations/{row.id}/"
    assert (row.place_id, row.most_uses, row.note, row.made_by_id) == (cast.places.county.id, 20, "九月培训", cast.ids["trainer"])
    assert row.until == datetime(2026, 10, 1, 16, 0, tzinfo=UTC)
    page = county_admin.get(response.location).get_data(as_text=True)
    assert row.code in page
    assert f"http://localhost/join/{row.code}" in page
    assert "data:image/svg+xml" in page
    assert "invitation.created" in set(db.session.scalars(select(AuditEntry.action)))


@pytest.mark.parametrize("wrong", [
    {"most_uses": "0"}, {"most_uses": "10001"}, {"most_uses": "many"}, {"until": "2026-09-13"}, {"until": "2028-01-01"}, {"until": "soon"},
    {"organisation_type": ""}, {"organisation_type": "pirates"}, {"note": "x" * 201}, {"place_id": ""}, {"place_id": "x"},
])
def test_what_makes_no_sense_is_refused(county_admin, cast, wrong):
    assert county_admin.post("/admin/invitations/new", data=form(cast) | wrong).status_code == 422
    assert db.session.scalars(select(InvitationCode)).all() == []


@pytest.mark.parametrize("place", ["city", "second_county", "other_county", None])
def test_nobody_invites_to_a_place_of_others(county_admin, cast, place):
    assert county_admin.post("/admin/invitations/new", data=form(cast, place)).status_code == 422
    assert db.session.scalars(select(InvitationCode)).all() == []


def test_each_sees_the_codes_of_their_own_trees(county_admin, login_as, cast):
    own, foreign, everywhere = make(cast, "county"), make(cast, "other_county"), make(cast, None)
    page = county_admin.get("/admin/invitations/").get_data(as_text=True)
    assert own.code in page
    assert foreign.code not in page
    assert everywhere.code not in page
    page = login_as("administrator").get("/admin/invitations/").get_data(as_text=True)
    assert all(row.code in page for row in (own, foreign, everywhere))
    saved = county_admin.post("/admin/invitations/csv").get_data(as_text=True)
    assert own.code in saved
    assert foreign.code not in saved


@pytest.mark.parametrize("place", ["city", "other_county", None])
def test_a_code_of_another_tree_does_not_exist(county_admin, cast, place):
    row = make(cast, place)
    assert county_admin.get(f"/admin/invitations/{row.id}/").status_code == 404
    assert county_admin.post(f"/admin/invitations/{row.id}/close").status_code == 404
    assert row.closed_at is None


def test_a_closed_code_lets_nobody_in(county_admin, client, cast):
    row = make(cast, "county")
    assert county_admin.post(f"/admin/invitations/{row.id}/close").status_code == 303
    assert client.get(f"/join/{row.code}").status_code == 404


@pytest.mark.parametrize("role", ["learner", "staff", "author", "other_county"])
def test_for_everybody_else_there_are_no_such_pages(login_as, cast, role):
    client = login_as(role)
    for page in ("", "new", "people"):
        assert client.get(f"/admin/invitations/{page}").status_code == 404
    assert client.post("/admin/invitations/new", data=form(cast)).status_code == 404
    assert client.post("/admin/invitations/csv").status_code == 404


def test_a_sheet_has_a_code_for_each_ticked_person(county_admin, client, cast):
    one, two, three = (register(cast, "county", name) for name in ("孙丽", "周明", "吴刚"))
    page = county_admin.get(f"/admin/invitations/people?place={cast.places.county.id}").get_data(as_text=True)
    assert all(person.name in page for person in (one, two, three))
    assert "王晓兰" not in page.split("<main")[1]
    response = county_admin.post(
        f"/admin/invitations/people/codes?place={cast.places.county.id}", data={"id": [str(one.id), str(two.id)], "until": "2026-10-01"},
    )
    page = response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"
    codes = re.findall(r"<code>([0-9A-Z-]{17})</code>", page)
    assert len(codes) == 2
    assert "吴刚" not in page
    assert {client.get(f"/join/{code}").status_code for code in codes} == {200}
    assert not any(code in county_admin.get("/admin/invitations/").get_data(as_text=True) for code in codes)


def test_nobody_makes_codes_for_people_of_others(county_admin, cast):
    stranger = register(cast, "other_county")
    place = cast.places
    assert county_admin.get(f"/admin/invitations/people?place={place.other_county.id}").status_code == 404
    assert county_admin.post(f"/admin/invitations/people/codes?place={place.city.id}", data={"id": str(stranger.id)}).status_code == 404
    county_admin.post(
        f"/admin/invitations/people/codes?place={place.county.id}", data={"id": str(stranger.id), "until": "2026-10-01"},
    )
    assert db.session.scalars(select(InvitationCode)).all() == []


@pytest.mark.parametrize("data", [{}, {"id": "x"}, {"until": "2026-10-01"}])
def test_a_sheet_of_nobody_is_not_made(county_admin, cast, data):
    register(cast, "county")
    assert county_admin.post(f"/admin/invitations/people/codes?place={cast.places.county.id}", data=data).status_code in {303, 404}
    assert db.session.scalars(select(InvitationCode)).all() == []


@pytest.mark.parametrize("query", [
    "state=open", "state=closed", "state=used", "state=expired", "kind=group", "kind=person", "q=培训", "sort=uses",
])
def test_the_list_is_filtered_searched_and_sorted(county_admin, cast, query):
    make(cast, "county", note="九月培训")
    page = county_admin.get(f"/admin/invitations/?{query}").get_data(as_text=True)
    assert ("九月培训" in page) == (query in {"state=open", "kind=group", "q=培训", "sort=uses"})


@pytest.mark.parametrize("query", ["state=x", "kind=x", "sort=x"])
def test_an_address_that_asks_for_nonsense_is_refused(county_admin, query):
    assert county_admin.get(f"/admin/invitations/?{query}").status_code == 400


def test_the_list_takes_the_same_few_queries_for_many_codes(county_admin, cast, max_queries):
    for _ in range(3):
        make(cast, "county")
    with max_queries(8) as few:
        county_admin.get("/admin/invitations/")
    for _ in range(30):
        make(cast, "county")
    with max_queries(8) as many:
        county_admin.get("/admin/invitations/")
    assert len(few) == len(many)


def test_the_people_page_takes_few_queries(county_admin, cast, max_queries):
    for number in range(30):
        register(cast, "county", f"孙丽{number}")
    with max_queries(8):
        county_admin.get(f"/admin/invitations/people?place={cast.places.county.id}")


def test_the_index_of_the_administration_leads_here(county_admin):
    assert "/admin/invitations" in county_admin.get("/admin/").get_data(as_text=True)
