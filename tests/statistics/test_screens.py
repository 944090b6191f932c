"""The statistics page: who sees which places, and what every number carries."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.learning.fixtures import NOON, complete, enrol, finish
from tests.learning.small_course import SOIL, SPRINGS, WATER
from webapp.accounts.models import Role
from webapp.accounts.services import grant_role
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.participation.models import ParticipationEvent
from webapp.places.models import Place

SHOWN_AT = datetime(2026, 11, 20, 5, 7, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture
def people(cast, water, soil, at):
    """Three people of three counties in two courses, on the programme's 14th of September."""
    complete(cast.learner, water)
    finish(cast.second_learner, water, SPRINGS)
    enrol(cast.other_county, soil, NOON + timedelta(days=7))
    db.session.commit()
    at(SHOWN_AT)
    return cast


def text_of(page) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def figure(page, label: str) -> str:
    """The number that stands with a label."""
    return re.search(rf"<dt>{label}</dt><dd>([\d,]+)", page.text)[1]


def see(reader, **query):
    return reader.get("/statistics/", query_string={"lang": "en", **query})


def test_a_visitor_is_led_to_sign_in(client):
    response = client.get("/statistics/?place=x")
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in?next=%2Fstatistics%2F%3Fplace%3Dx")


@pytest.mark.parametrize("who", ["learner", "trainer", "author", "outsider"])
def test_for_people_without_the_role_the_page_does_not_exist_and_is_not_linked(login_as, who):
    reader = login_as(who)
    assert reader.get("/statistics/").status_code == 404
    assert 'href="/statistics/"' not in reader.get("/").text


@pytest.mark.parametrize("who", ["staff", "other_county", "administrator"])
def test_staff_and_administrators_find_it_in_the_header(login_as, who):
    reader = login_as(who)
    assert 'href="/statistics/"' in reader.get("/").text
    assert reader.get("/statistics/").status_code == 200


def test_every_number_stands_with_its_definition_place_period_and_time(login_as, people):
    page = see(login_as("administrator"))
    assert [figure(page, label) for label in ("enrolled", "certified", "views")] == ["3", "1", "0"]
    text = text_of(page)
    assert "all places, from the beginning to today" in text
    assert "As of 20 November 2026, 13:07" in text
    assert "People who enrolled in at least one course in the period; each counted once." in text
    assert "Days are those of China Standard Time." in text


def test_the_page_says_the_same_in_chinese(login_as, people):
    text = text_of(see(login_as("administrator"), lang="zh-Hans"))
    assert "网络课程参与情况" in text
    assert "全部地区，项目启动至今天" in text
    assert "截至2026年11月20日13:07" in text
    assert "期间内至少报名一门课程的人数；每人计一次。" in text
    assert "日期按中国标准时间计。" in text


def test_staff_count_their_own_places_and_no_others(login_as, people):
    assert figure(see(login_as("staff")), "enrolled") == "3"
    county = see(login_as("other_county"))
    assert figure(county, "enrolled") == "1"
    assert "your places" in text_of(county)
    assert "Chang'an" not in text_of(county)


def test_a_place_of_others_does_not_exist(login_as, people):
    places = people.places
    officer = login_as("other_county")
    for name in ("province", "city", "second_city", "county"):
        assert see(officer, place=getattr(places, name).id).status_code == 404
    assert see(officer, place=places.other_county.id).status_code == 200


@pytest.fixture
def other_province(cast):
    """A province whose path begins almost like the one of the staff."""
    place = Place(
        id=new_id(), country="CN", code="1300001", kind="province", level="province", path="CN/1300001/",
        names={"zh-Hans": "邻省", "en": "Neighbour"}, short_names={"zh-Hans": "邻省", "en": "Neighbour"}, reading="lin sheng", search="",
    )
    db.session.add(place)
    db.session.commit()
    return place.id


def test_staff_of_a_province_cannot_see_another_province(login_as, people, other_province):
    assert see(login_as("staff"), place=other_province).status_code == 404
    assert see(login_as("administrator"), place=other_province).status_code == 200
    assert "Neighbour" not in text_of(see(login_as("staff")))


@pytest.mark.parametrize("place", ["x", "00000000-0000-7000-8000-000000000000", "' OR 1=1", "é"])
def test_a_place_that_does_not_exist_is_not_found(login_as, place):
    assert see(login_as("administrator"), place=place).status_code == 404


def test_one_goes_down_the_tree_and_up_again_within_ones_own_places(login_as, people):
    places = people.places
    staff = login_as("staff")
    page = see(staff, place=places.city.id, **{"from": "2026-09-01", "course": WATER})
    assert figure(page, "enrolled") == "2"
    text = html.unescape(page.text)
    for place, shown in ((places.county, True), (places.second_county, True), (places.other_county, False), (places.province, True)):
        link = re.search(rf'href="[^"]*place={place.id}[^"]*"', text)
        assert bool(link) == shown
        if link:
            assert "from=2026-09-01" in link[0], "going to another place keeps the period"
    officer = login_as("other_county")
    assert str(places.second_city.id) not in see(officer, place=places.other_county.id).text


def test_who_holds_two_places_sees_both_and_counts_nobody_twice(login_as, people):
    grant_role(person=people.other_county, role=Role.STAFF, place=people.places.second_county, now=NOON, actor_id=None)
    grant_role(person=people.other_county, role=Role.STAFF, place=people.places.second_city, now=NOON, actor_id=None)
    db.session.commit()
    page = see(login_as("other_county"))
    assert figure(page, "enrolled") == "2"
    assert "Qiaoxi District" in text_of(page)


def test_a_period_and_a_course_narrow_the_figures_and_are_named(login_as, people):
    reader = login_as("administrator")
    page = see(reader, **{"from": "2026-09-14", "to": "2026-09-14"})
    assert figure(page, "enrolled") == "2"
    assert "from 14 September 2026 to 14 September 2026" in text_of(page)
    page = see(reader, course=SOIL)
    assert figure(page, "enrolled") == "1"
    assert re.search(rf'<option[^>]*value="{SOIL}"[^>]*selected|<option[^>]*selected[^>]*value="{SOIL}"', page.text)
    assert see(reader, course="nowhere").status_code == 404


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"from": "14.9.2026"}, "“From” must be a date such as 2026-11-20."),
    ({"to": "2026-02-30"}, "“To” must be a date such as 2026-11-20."),
    ({"from": "2026-09-15", "to": "2026-09-14"}, "“From” (2026-09-15) is later than “To” (2026-09-14)."),
])
def test_wrong_dates_are_named_and_kept(login_as, people, typed, sentence):
    page = see(login_as("staff"), **typed)
    assert page.status_code == 400
    assert sentence in text_of(page)
    for value in typed.values():
        assert f'value="{value}"' in page.text
    assert "<dt>enrolled</dt>" not in page.text, "figures of another period would be taken for the answer"
    assert "from the beginning to today" not in text_of(page)


def test_wrong_dates_are_explained_in_chinese(login_as, people):
    page = see(login_as("staff"), lang="zh-Hans", **{"from": "九月"})
    assert page.status_code == 400
    assert "“起始日期”应为日期，例如2026-11-20。" in text_of(page)


def test_what_is_typed_is_shown_and_never_run(login_as, people):
    page = see(login_as("staff"), **{"from": '"><script>alert(1)</script>'})
    assert page.status_code == 400
    assert "<script>alert" not in page.text


def test_the_page_keeps_its_budget_and_writes_nothing(login_as, people, max_queries):
    before = db.session.query(ParticipationEvent).count()
    place = people.places.city.id
    staff = login_as("staff")
    with max_queries(8):
        assert see(staff, place=place, **{"from": "2026-09-01", "to": "2026-10-01", "course": WATER}).status_code == 200
    with max_queries(8):
        assert see(staff).status_code == 200
    assert db.session.query(ParticipationEvent).count() == before
