"""Looking after organisations: names, types, merging and parting again."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.cast import signed_in_client
from webapp.accounts import services, services_organisations
from webapp.accounts.errors_people import CannotMerge
from webapp.accounts.models import GovernmentLevel, Organisation, OrganisationType, Person, Role, Sector
from webapp.accounts.models_people import BulkChange, OrganisationAlias, PersonSpell
from webapp.core.database import db

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
OTHER = OrganisationType.OTHER


@pytest.fixture
def offices(cast):
    """Two names of one office in a county, and one in another county."""
    county, other = cast.places.county.id, cast.places.other_county.id
    made = [
        services.organisation_named(name=name, type=OrganisationType.GOVERNMENT, place_id=place, now=NOON)
        for name, place in (("统计局", county), ("区统计局", county), ("统计局", other))
    ]
    cast.learner.organisation_id, cast.trainer.organisation_id = made[0].id, made[1].id
    db.session.commit()
    return made


@pytest.fixture
def county_admin(app, cast):
    services.grant_role(person=cast.trainer, role=Role.ADMINISTRATOR, place=cast.places.county, now=NOON, actor_id=None)
    db.session.commit()
    return signed_in_client(app, cast.sign_in_ids["trainer"])


def names_in(page):
    table = re.search(r"<tbody>.*?</tbody>", page.text, re.DOTALL)
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', table[0]) if table else []


@pytest.mark.parametrize(("query", "count"), [
    ("", 3), ("q=统计局", 3), ("q=tongjiju", 3), ("q=tjj", 2), ("q=qtjj", 1), ("type=government", 3),
    ("type=media", 0), ("sector=statistics", 0),
])
def test_organisations_are_found_by_name_and_sound(database, login_as, offices, query, count):
    assert len(names_in(login_as("administrator").get(f"/admin/organisations/?{query}"))) == count


def test_a_county_sees_and_changes_its_own_only(database, county_admin, offices):
    assert names_in(county_admin.get("/admin/organisations/")) == ["区统计局", "统计局"]
    foreign = f"/admin/organisations/{offices[2].id}/"
    for address in (foreign, f"{foreign}edit", f"{foreign}merge", f"/admin/organisations/{offices[0].id}/merge?into={offices[2].id}"):
        assert county_admin.get(address).status_code == 404
    assert county_admin.post(f"/admin/organisations/{offices[0].id}/merge", data={"into": str(offices[2].id)}).status_code == 404
    assert county_admin.post(f"{foreign}aliases", data={"alias": "x"}).status_code == 404


def organisation_data(place, **changes):
    return {"name": "发展和改革局", "type": "government", "government_level": "county", "sector": "development",
            "place_id": str(place.id), **changes}


def test_an_organisation_is_added_with_level_and_sector(database, login_as, cast, offices):
    admin = login_as("administrator")
    assert admin.post("/admin/organisations/new", data=organisation_data(cast.places.county)).status_code == 303
    row = db.session.scalars(select(Organisation).where(Organisation.name == "发展和改革局")).one()
    assert (row.government_level, row.sector) == (GovernmentLevel.COUNTY, Sector.DEVELOPMENT)
    again = admin.post("/admin/organisations/new?lang=en", data=organisation_data(cast.places.county, name="发展和 改革局"))
    assert again.status_code == 422
    assert "already exists" in again.text
    assert admin.post("/admin/organisations/new", data=organisation_data(cast.places.county, name="", type="church")).status_code == 422


def test_a_former_name_still_finds_the_organisation(database, login_as, cast, offices):
    admin = login_as("administrator")
    data = organisation_data(cast.places.county, name="区数据局", type="academia")
    assert admin.post(f"/admin/organisations/{offices[0].id}/edit", data=data).status_code == 303
    row = db.session.get(Organisation, offices[0].id)
    assert (row.name, row.government_level, row.sector) == ("区数据局", None, None), "level and sector are of governments"
    assert services.organisation_named(name="统计局", type=OTHER, place_id=cast.places.county.id, now=NOON).id == row.id
    assert names_in(admin.get("/admin/organisations/?q=统计局&type=academia")) == ["区数据局"]
    alias = db.session.scalars(select(OrganisationAlias)).one()
    assert admin.post(f"/admin/organisations/{offices[1].id}/aliases/{alias.id}/remove").status_code == 404
    assert admin.post(f"/admin/organisations/{row.id}/aliases/{alias.id}/remove").status_code == 303
    assert db.session.scalars(select(OrganisationAlias)).first() is None


def test_other_names_are_added_once(database, login_as, offices):
    admin = login_as("administrator")
    for _again in range(2):
        admin.post(f"/admin/organisations/{offices[0].id}/aliases", data={"alias": "统计 办"})
    assert db.session.scalars(select(OrganisationAlias.name)).all() == ["统计 办"]
    admin.post(f"/admin/organisations/{offices[0].id}/aliases", data={"alias": "123"})
    assert len(db.session.scalars(select(OrganisationAlias)).all()) == 1


def test_merging_shows_what_moves_moves_it_and_can_be_undone(database, login_as, cast, offices, max_queries):
    kept, gone = offices[0], offices[1]
    db.session.add(PersonSpell(person_id=cast.trainer.id, organisation_id=gone.id, valid_from=NOON.date(), recorded_at=NOON))
    db.session.commit()
    ids = (kept.id, gone.id)
    admin = login_as("administrator")
    found = admin.get(f"/admin/organisations/{gone.id}/merge?q=统计局")
    assert f"into={kept.id}" in html.unescape(found.text)
    page = admin.get(f"/admin/organisations/{gone.id}/merge?into={kept.id}&lang=en")
    assert "1 person who works there now moves" in page.text
    assert admin.post(f"/admin/organisations/{gone.id}/merge", data={"into": str(kept.id)}).status_code == 303
    assert db.session.get(Person, cast.trainer.id).organisation_id == ids[0]
    assert db.session.scalars(select(PersonSpell.organisation_id)).one() == ids[0]
    assert services.organisation_named(name="区统计局", type=OTHER, place_id=cast.places.county.id, now=NOON).id == ids[0]
    assert "区统计局" not in names_in(admin.get("/admin/organisations/"))
    with max_queries(8):
        assert admin.get(f"/admin/organisations/{ids[0]}/").status_code == 200
    change = db.session.scalars(select(BulkChange)).one()
    assert admin.post(f"/admin/people/changes/{change.id}/undo").status_code == 303
    assert db.session.get(Person, cast.trainer.id).organisation_id == ids[1]
    assert db.session.get(Person, cast.learner.id).organisation_id == ids[0]
    assert db.session.scalars(select(PersonSpell.organisation_id)).one() == ids[1]
    assert db.session.scalars(select(OrganisationAlias)).first() is None
    assert services.organisation_named(name="区统计局", type=OTHER, place_id=cast.places.county.id, now=NOON).id == ids[1]


def test_what_cannot_be_merged(database, cast, offices):
    with pytest.raises(CannotMerge):
        services_organisations.preview(offices[0], offices[0])
    services_organisations.merge(gone=offices[1], kept=offices[0], now=NOON, actor_id=cast.ids["administrator"])
    for pair in ((offices[1], offices[2]), (offices[2], offices[1])):
        with pytest.raises(CannotMerge):
            services_organisations.merge(gone=pair[0], kept=pair[1], now=NOON, actor_id=cast.ids["administrator"])


def test_a_chain_of_merges_leads_to_the_last(database, cast, offices):
    actor = cast.ids["administrator"]
    services_organisations.merge(gone=offices[1], kept=offices[0], now=NOON, actor_id=actor)
    services_organisations.merge(gone=offices[0], kept=offices[2], now=NOON, actor_id=actor)
    db.session.expire_all()
    assert services.organisation_named(name="区统计局", type=OTHER, place_id=cast.places.county.id, now=NOON).id == offices[2].id


@pytest.mark.parametrize("address", ["x", "?into=x"])
def test_addresses_that_lead_nowhere(login_as, offices, address):
    assert login_as("administrator").get(f"/admin/organisations/{offices[0].id}/merge{address}").status_code == 404
