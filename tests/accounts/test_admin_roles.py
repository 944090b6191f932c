"""The pages of roles: scoped lists, granting with a reason, ending with a warning, rights in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from webapp.accounts import services
from webapp.accounts.models import Role, RoleGrant
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def city_administrator(cast):
    """The trainer also administers the city."""
    with unit_of_work():
        services.grant_role(
            person=cast.trainer, role=Role.ADMINISTRATOR, place=cast.places.city, now=NOON, actor_id=cast.ids["administrator"],
            reason="letter 7",
        )
    return cast.trainer


def granted(person_id, role):
    return list(db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.role == role)))


def last_act():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()


def form(cast, **more):
    return {"role": "staff", "place_id": str(cast.places.county.id), "reason": "任命书〔2026〕7号", **more}


def test_the_list_holds_the_own_tree_only_and_costs_the_same_for_many(database, cast, city_administrator, login_as, max_queries):
    everywhere, city = login_as("administrator"), login_as("trainer")
    with max_queries(8) as few:
        text = everywhere.get("/admin/roles/?lang=en").text
    assert all(name in text for name in ("系统管理员", "赵敏", "刘洋", "李建国", "letter 7", "All places"))
    text = city.get("/admin/roles/?lang=en").text
    assert "李建国" in text
    assert not any(name in text for name in ("赵敏", "刘洋", "All places"))
    with unit_of_work():
        for number in range(40):
            until = NOON + timedelta(days=number + 1)
            services.grant_role(person=cast.learner, role=Role.STAFF, place=cast.places.city, now=NOON, actor_id=None, until=until)
    with max_queries(len(few)):
        everywhere.get("/admin/roles/?lang=en")


@pytest.mark.parametrize(("query", "found", "not_found"), [
    ("role=staff", "赵敏", "李建国"), ("q=zhaomin", "赵敏", "刘洋"), ("state=over", "王晓兰", "赵敏"), ("q=staff@example", "赵敏", "刘洋"),
])
def test_roles_are_searched_and_filtered(database, cast, login_as, at, query, found, not_found):
    at(NOON)
    with unit_of_work():
        before, over = NOON - timedelta(days=9), NOON - timedelta(days=1)
        services.grant_role(person=cast.learner, role=Role.STAFF, now=before, until=over, actor_id=None)
    for name in ("learner", "staff", "other_county", "trainer"):
        db.session.refresh(getattr(cast, name))
    text = login_as("administrator").get(f"/admin/roles/?{query}").text
    assert found in text
    assert not_found not in text


@pytest.mark.parametrize("query", ["role=owner", "state=x", "place=x", "person=7", "sort=reason"])
def test_a_filter_that_is_not_there_is_refused(cast, login_as, query):
    assert login_as("administrator").get(f"/admin/roles/?{query}").status_code == 400


def test_a_role_is_granted_with_its_reason_and_an_end(database, cast, city_administrator, login_as, at):
    at(NOON)
    client = login_as("trainer")
    assert "王晓兰" in client.get("/admin/roles/new?q=wangxiaolan").text
    page = f"/admin/people/{cast.ids['learner']}/rights/new"
    assert "What each role allows" in client.get(f"{page}?lang=en").text
    assert client.post(page, data=form(cast, until="2026-12-31")).status_code == 303
    (grant,) = granted(cast.ids["learner"], Role.STAFF)
    assert (grant.reason, grant.granted_by_id) == ("任命书〔2026〕7号", cast.ids["trainer"])
    assert grant.until.isoformat() == "2026-12-31T16:00:00+00:00"
    assert (last_act().action, last_act().place_id, last_act().actor_id) == ("role.granted", cast.places.county.id, cast.ids["trainer"])


def test_a_last_day_left_empty_as_browsers_send_it_means_that_there_is_none(database, cast, city_administrator, login_as):
    page = f"/admin/people/{cast.ids['learner']}/rights/new"
    assert login_as("trainer").post(page, data=form(cast, until="")).status_code == 303
    assert [grant.until for grant in granted(cast.ids["learner"], Role.STAFF)] == [None]


@pytest.mark.parametrize("wrong", [
    {"reason": ""}, {"reason": " . "}, {"reason": "x" * 301}, {"role": "owner"}, {"role": ""}, {"place_id": ""}, {"until": "yesterday"},
    {"until": "2020-01-01"}, {"until": "9999-12-31"},
])
def test_what_is_wrong_is_said_and_nothing_is_granted(cast, city_administrator, login_as, wrong):
    response = login_as("trainer").post(f"/admin/people/{cast.ids['learner']}/rights/new?lang=en", data=form(cast, **wrong))
    assert response.status_code == 422
    assert "problem on this page" in response.text
    assert granted(cast.ids["learner"], Role.STAFF) == []


@pytest.mark.parametrize("place", ["province", "second_city", "other_county"])
def test_nobody_grants_beyond_their_own_tree(cast, city_administrator, login_as, place):
    data = form(cast, place_id=str(getattr(cast.places, place).id))
    response = login_as("trainer").post(f"/admin/people/{cast.ids['learner']}/rights/new?lang=en", data=data)
    assert response.status_code == 422
    assert "that you administer only" in response.text
    assert granted(cast.ids["learner"], Role.STAFF) == []


def test_people_and_roles_outside_the_tree_do_not_exist(cast, city_administrator, login_as):
    client = login_as("trainer")
    for name in ("other_county", "outsider", "administrator", "staff"):
        for page in ("rights", "rights/new"):
            assert client.get(f"/admin/people/{cast.ids[name]}/{page}").status_code == 404, name
        assert client.post(f"/admin/people/{cast.ids[name]}/rights/new", data=form(cast)).status_code == 404
    assert "刘洋" not in client.get("/admin/roles/new?q=liuyang").text.replace("“liuyang”", "")
    grant = granted(cast.ids["other_county"], Role.STAFF)[0]
    assert client.get(f"/admin/roles/{grant.id}/end").status_code == 404
    assert client.post(f"/admin/roles/{grant.id}/end", data={"reason": "x y"}).status_code == 404
    everywhere = granted(cast.ids["administrator"], Role.ADMINISTRATOR)[0]
    assert client.post(f"/admin/roles/{everywhere.id}/end", data={"reason": "x y"}).status_code == 404
    assert {grant.revoked_at, everywhere.revoked_at} == {None}


def test_a_role_ends_with_a_reason_after_it_was_shown_what_ends(cast, login_as):
    client = login_as("administrator")
    grant = granted(cast.ids["staff"], Role.STAFF)[0]
    page = f"/admin/roles/{grant.id}/end"
    text = client.get(f"{page}?lang=en").text
    assert "may see the statistics of Hebei" in text
    assert "your own role" not in text
    assert client.post(page, data={"reason": ""}).status_code == 422
    staff = login_as("staff")
    assert staff.get("/statistics/").status_code == 200
    assert client.post(page, data={"reason": "moved"}).status_code == 303
    assert (last_act().action, last_act().after) == ("role.revoked", {"grant_end": str(grant.id)})
    assert staff.get("/statistics/").status_code == 404
    assert "ended already" in client.get(f"{page}?lang=en").text
    assert client.post(page, data={"reason": "moved"}).status_code == 409


def test_who_ends_the_own_role_is_warned_and_leaves(cast, city_administrator, login_as):
    client = login_as("trainer")
    grant = granted(cast.ids["trainer"], Role.ADMINISTRATOR)[0]
    assert "your own role" in client.get(f"/admin/roles/{grant.id}/end?lang=en").text
    response = client.post(f"/admin/roles/{grant.id}/end", data={"reason": "done here"})
    assert response.headers["Location"] == "/me/"
    assert client.get("/admin/roles/").status_code == 404


def test_the_last_administrator_is_told_why_not(database, cast, login_as):
    client = login_as("administrator")
    grant = granted(cast.ids["administrator"], Role.ADMINISTRATOR)[0]
    response = client.post(f"/admin/roles/{grant.id}/end?lang=en", data={"reason": "tired"})
    assert response.status_code == 409
    assert "last person who administers everything" in response.text
    assert client.get("/admin/roles/").status_code == 200


def test_rights_are_explained_in_both_languages(database, cast, city_administrator, login_as, max_queries):
    client = login_as("administrator")
    page = f"/admin/people/{cast.ids['trainer']}/rights"
    with max_queries(8):
        text = client.get(f"{page}?lang=en").text
    assert "may see, add, change, merge and disable people of Shijiazhuang" in text
    assert "letter 7" in text
    assert "可查看、登记、更正、合并和停用河北省石家庄市的人员" in client.get(page).text
    assert "No role at present" in client.get(f"/admin/people/{cast.ids['outsider']}/rights?lang=en").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_saved_as_a_file_and_that_is_recorded(cast, city_administrator, login_as, kind):
    response = login_as("trainer").post(f"/admin/roles/{kind}", data={"role": "administrator"})
    assert response.status_code == 200
    if kind == "csv":
        assert "letter 7" in response.text
        assert "刘洋" not in response.text
    response.close()
    assert (last_act().action, last_act().subject_id, last_act().after["form"]) == ("list.exported", "roles", kind)
