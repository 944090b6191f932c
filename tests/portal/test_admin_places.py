"""Administration of places: who sees which, what an operation shows first, and that it does what it showed."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from webapp.accounts.models import Role, RoleGrant
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.participation.services import record
from webapp.places import queries
from webapp.places.models import Place
from webapp.places.models_operations import PlaceOperation

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
TODAY, TOMORROW = "2026-07-01", "2026-07-02"


@pytest.fixture(autouse=True)
def _july(at):
    at(NOW)


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def hidden(page):
    """What the confirmation would send."""
    form = re.search(r'<form[^>]*method="post" novalidate.*?</form>', page.text, re.DOTALL)[0]
    return {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)}


def page_of(place, more=""):
    return f"/admin/places/{place.id}/{more}"


@pytest.fixture
def of_city(cast, login_as):
    """Somebody who administers Shijiazhuang."""
    db.session.add(RoleGrant(person_id=cast.ids["author"], role=Role.ADMINISTRATOR, place_id=cast.places.city.id, granted_at=NOW))
    db.session.commit()
    return login_as("author")


def test_an_administrator_finds_places_by_chinese_sound_and_code(login_as, cast):
    browser = login_as("administrator")
    for asked in ("长安", "chang an", "ca", "130102", "Chang'an"):
        page = browser.get("/admin/places/", query_string={"q": asked, "lang": "en"})
        assert f"/admin/places/{cast.places.county.id}/" in page.text, asked
        assert f"/admin/places/{cast.places.other_county.id}/" not in page.text


def test_filters_lead_down_the_tree(login_as, cast):
    page = login_as("administrator").get(f"/admin/places/?lang=en&under={cast.places.city.id}&kind=CN/district")
    assert "Chang&#39;an District" in page.text
    assert "Guye" not in page.text
    assert login_as("administrator").get("/admin/places/?under=nonsense").status_code == 400


def test_an_administrator_of_a_city_sees_its_tree_and_nothing_else(of_city, cast):
    page = of_city.get("/admin/places/?lang=en")
    assert "Qiaoxi" in page.text
    assert "Guye" not in page.text
    for action in ("", "rename", "merge", "split", "move", "close"):
        assert of_city.get(page_of(cast.places.county, action)).status_code == 200, action
        assert of_city.get(page_of(cast.places.other_county, action)).status_code == 404, action
        assert of_city.get(page_of(cast.places.province, action)).status_code == 404, action


@pytest.mark.parametrize("who", ["learner", "trainer", "staff"])
def test_for_others_the_pages_do_not_exist(login_as, cast, who):
    browser = login_as(who)
    for address in ("/admin/places/", page_of(cast.places.county), page_of(cast.places.county, "close")):
        assert browser.get(address).status_code == 404
        assert browser.post(page_of(cast.places.county, "close"), data={"day": TODAY, "step": "confirm"}).status_code == 404


def test_a_merge_shows_what_it_changes_and_then_does_it_once(login_as, cast):
    for number in range(3):
        record(kind=EventKind.VIEWED, person=cast.learner, origin=Origin("en"), now=NOW - timedelta(days=9), source=f"v{number}")
    db.session.commit()
    browser, county = login_as("administrator"), cast.places.county
    asked = {"into": str(cast.places.second_county.id), "day": TODAY}
    shown = browser.post(page_of(county, "merge?lang=en"), data=asked)
    text = text_of(shown)
    assert "Merge Chang'an District into Qiaoxi District" in text
    assert "2 people registered here go to the successor." in text
    assert "1 role granted here holds for the successor." in text
    assert "3 events counted here keep the place of their moment; no past total changes." in text
    assert db.session.scalars(select(PlaceOperation)).all() == []
    confirmed = hidden(shown) | {"step": "confirm"}
    for _time in range(2):
        done = browser.post(page_of(county, "merge"), data=confirmed)
        assert (done.status_code, done.headers["Location"]) == (303, page_of(county))
    assert len(db.session.scalars(select(PlaceOperation)).all()) == 1
    assert db.session.get(Place, county.id).successor_id == cast.places.second_county.id
    assert cast.learner.place_id == cast.places.second_county.id
    assert "place.closed" in set(db.session.scalars(select(AuditEntry.action)))


def test_several_places_go_up_in_one_by_their_codes(login_as, cast):
    browser = login_as("administrator")
    asked = {"into": str(cast.places.second_city.id), "others": "130104", "day": TODAY}
    shown = browser.post(page_of(cast.places.city, "merge?lang=en"), data=asked)
    assert shown.status_code == 200
    assert "Merge Shijiazhuang City, Qiaoxi District into Tangshan City" in text_of(shown)
    assert "CN/130000/130200/130102/" in shown.text
    wrong = browser.post(page_of(cast.places.city, "merge?lang=en"), data=asked | {"others": "130104 999"})
    assert wrong.status_code == 422
    assert "No open place has the code 999." in wrong.text


def test_a_split_takes_rows_and_names_the_successor(login_as, cast):
    browser, county = login_as("administrator"), cast.places.county
    asked = {
        "rows": "3", "heir": "1", "day": TODAY, "part-0-code": "130102", "part-0-zh": "长北区", "part-1-code": "130191",
        "part-1-zh": "长南区", "part-1-en": "Changnan District", "part-1-reading": "chang nan qu",
    }
    assert 'name="part-3-code"' in browser.post(page_of(county, "split"), data=asked | {"more": "1"}).text
    shown = browser.post(page_of(county, "split?lang=en"), data=asked)
    assert "Changnan District is the successor." in text_of(shown)
    browser.post(page_of(county, "split"), data=hidden(shown) | {"step": "confirm"})
    south = queries.by_code("CN", "130191")
    assert (cast.learner.place_id, south.origin_id) == (south.id, county.id)
    one = {"rows": "2", "day": TODAY, "part-0-code": "1", "part-0-en": "X"}
    alone = browser.post(page_of(cast.places.second_county, "split?lang=en"), data=one)
    assert (alone.status_code, "two to 20 parts" in alone.text) == (409, True)


def test_a_day_to_come_is_planned_and_called_off(login_as, cast):
    browser, county = login_as("administrator"), cast.places.county
    asked = {"name_zh": "新长安区", "name_en": "New Chang'an", "reading": "xin chang an", "day": TOMORROW}
    shown = browser.post(page_of(county, "rename?lang=en"), data=asked)
    assert "Plan for 2 July 2026" in shown.text
    assert "no past total changes" in text_of(shown)
    browser.post(page_of(county, "rename"), data=hidden(shown) | {"step": "confirm"})
    page = browser.get(page_of(county, "?lang=en"))
    assert "Planned" in page.text
    assert county.names["zh-Hans"] == "长安区"
    undo = re.search(r"/admin/places/operations/[^\"]+/undo", page.text)[0]
    assert "it will not happen" in browser.get(f"{undo}?lang=en").text
    assert browser.post(undo).status_code == 303
    assert "Taken back" in browser.get(page_of(county, "?lang=en")).text
    assert browser.post(undo).status_code == 409


def test_what_is_typed_survives_going_back(login_as, cast):
    browser = login_as("administrator")
    shown = browser.post(page_of(cast.places.county, "rename"), data={"name_zh": "新长安区", "name_en": "N", "day": TODAY})
    again = browser.post(page_of(cast.places.county, "rename"), data=hidden(shown) | {"step": "edit"})
    assert 'value="新长安区"' in again.text


def test_a_scoped_administrator_takes_nothing_from_others_and_gives_them_nothing(of_city, cast):
    county, other = cast.places.county, cast.places.other_county
    assert of_city.post(page_of(county, "merge"), data={"into": str(other.id), "day": TODAY}).status_code == 404
    assert of_city.post(
        page_of(county, "merge"), data={"into": str(cast.places.second_county.id), "others": "130204", "day": TODAY}
    ).status_code == 404
    assert of_city.post(page_of(county, "move"), data={"parent": str(cast.places.second_city.id), "day": TODAY}).status_code == 404
    assert of_city.post(page_of(county, "move"), data={"parent": "", "day": TODAY}).status_code == 404


def test_nobody_takes_back_what_concerns_others(of_city, login_as, cast):
    browser = login_as("administrator")
    shown = browser.post(page_of(cast.places.other_county, "close"), data={"day": TOMORROW})
    browser.post(page_of(cast.places.other_county, "close"), data=hidden(shown) | {"step": "confirm"})
    operation = db.session.scalars(select(PlaceOperation)).one()
    address = f"/admin/places/operations/{operation.id}/undo"
    assert (of_city.get(address).status_code, of_city.post(address).status_code) == (404, 404)
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize(("action", "typed", "sentence"), [
    ("rename", {"name_zh": "", "name_en": ""}, "Please give the name in one language at least."),
    ("rename", {"name_zh": "x" * 201}, "at most 200 characters"),
    ("rename", {"name_zh": "长安区", "day": "soon"}, "Please give a day, such as 2026-01-31."),
    ("merge", {}, "Please fill this in."), ("move", {"code": "a/b"}, "This is no code"),
    ("split", {"part-0-code": "a/b", "part-0-en": "X"}, "Part 1: This is no code"),
])
def test_bad_input_is_named(login_as, cast, action, typed, sentence):
    page = login_as("administrator").post(page_of(cast.places.county, f"{action}?lang=en"), data={"day": TODAY, **typed})
    assert page.status_code == 422
    assert sentence in html.unescape(page.text)


def test_the_pages_keep_their_budgets_and_speak_chinese(login_as, cast, max_queries):
    browser = login_as("administrator")
    lists = "/admin/places/?lang=zh-Hans"
    for address in (lists, f"{lists}&under={cast.places.city.id}", page_of(cast.places.county, "?lang=zh-Hans")):
        with max_queries(8):
            page = browser.get(address)
        assert page.status_code == 200
        assert "长安区" in page.text
        assert "登记人数" in page.text or "沿革" in page.text
    shown = browser.post(page_of(cast.places.county, "merge?lang=zh-Hans"), data={"into": str(cast.places.second_county.id), "day": TODAY})
    assert "变更内容" in shown.text


def test_the_list_is_saved_as_it_is_shown_and_that_is_written_down(login_as, cast):
    saved = login_as("administrator").post("/admin/places/export/csv", data={"q": "长安"})
    assert saved.status_code == 200
    assert "130102" in saved.get_data(as_text=True)
    assert "130204" not in saved.get_data(as_text=True)
    assert "list.exported" in set(db.session.scalars(select(AuditEntry.action)))
