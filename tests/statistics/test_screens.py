"""The pages of statistics: who sees which places, what every number carries, what cannot be asked."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.learning.fixtures import NOON, complete, enrol, finish
from tests.learning.small_course import SOIL, SPRINGS, WATER
from webapp.accounts.models import Role
from webapp.accounts.services import grant_role
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.places.models import Place
from webapp.statistics import jobs
from webapp.statistics.definitions import FIGURES
from webapp.trainings.models import Training, TrainingState

SHOWN_AT = datetime(2026, 11, 20, 5, 7, tzinfo=UTC)
PAGES = ("", "funnel", "places", "map", "time", "people", "courses", "trainings", "left-behind", f"courses/{WATER}")
pytestmark = pytest.mark.usefixtures("small_courses")


def hold(cast, place: str, *, state=TrainingState.CLOSED, day=date(2026, 9, 14), title="") -> Training:
    training = Training(
        id=new_id(), code=new_code(), place_id=getattr(cast.places, place).id, language="en", zone="Asia/Shanghai", first_day=day,
        last_day=day, state=state, title=title, created_by_id=cast.ids["staff"], created_at=NOON, changed_at=NOON,
    )
    db.session.add(training)
    db.session.flush()
    return training


def attend(cast, who: str, training: Training, place: str, level: int) -> None:
    where = getattr(cast.places, place)
    for kind in (EventKind.INVITED, EventKind.REGISTERED, EventKind.ATTENDED):
        db.session.add(ParticipationEvent(
            id=new_id(), kind=kind, person_id=cast.ids[who], happened_at=NOON, recorded_at=NOON, source=f"test:{kind.value}:{who}",
            training_id=training.id, place_id=where.id, place_path=where.path, position_level=level, sex="female", language="en",
            device=Device.UNKNOWN, channel=Channel.ONSITE, minutes=180 if kind is EventKind.ATTENDED else None,
        ))


@pytest.fixture
def people(cast, water, soil, at):
    """Three people of three counties in two courses and two trainings, on the programme's 14th of September."""
    complete(cast.learner, water)
    finish(cast.second_learner, water, SPRINGS)
    enrol(cast.other_county, soil, NOON + timedelta(days=7))
    attend(cast, "learner", hold(cast, "county", title="Water for Chang'an"), "county", 30)
    attend(cast, "other_county", hold(cast, "other_county", title="Soil of Guye"), "other_county", 20)
    hold(cast, "second_city", state=TrainingState.NEGOTIATION, day=None)
    db.session.commit()
    at(SHOWN_AT)
    # Counted when a page asks: counting all that is listed ahead takes longer than most tests.
    jobs.snapshot.refresh(SHOWN_AT)
    db.session.commit()
    return cast


def text_of(page) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def figure(page, label: str) -> str:
    """The key figure that stands with a label."""
    return re.search(rf"<dt>(?:<a[^>]*>)?{label}(?:</a>)?</dt><dd>([\d,]+)", page.text)[1]


def row(page, label: str, table: str = "") -> list[str]:
    """The cells of the row with this label, in the table with this id or the first one."""
    text = html.unescape(page.text)
    text = text[text.index(f'id="table-{table}"') :] if table else text
    found = re.search(rf'<th (?:role="rowheader" )?scope="row">(?:<a[^>]*>)?{re.escape(label)}(?:</a>)?</th>(.*?)</tr>', text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1], re.DOTALL)]


def see(reader, page="", **query):
    return reader.get(f"/statistics/{page}", query_string={"lang": "en", **query})


def test_a_visitor_is_led_to_sign_in(client):
    response = client.get("/statistics/?place=x")
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in?next=%2Fstatistics%2F%3Fplace%3Dx")


@pytest.mark.parametrize("who", ["learner", "trainer", "author", "outsider"])
def test_for_people_without_the_role_no_page_exists_and_none_is_linked(login_as, who):
    reader = login_as(who)
    for page in (*PAGES, "definitions"):
        assert see(reader, page).status_code == 404
    assert 'href="/statistics/"' not in reader.get("/").text


@pytest.mark.parametrize("who", ["staff", "other_county", "administrator"])
def test_staff_and_administrators_find_every_page(login_as, people, who):
    reader = login_as(who)
    assert 'href="/statistics/"' in reader.get("/").text
    for page in (*PAGES, "definitions"):
        assert see(reader, page).status_code == 200, page
        assert see(reader, page, lang="zh-Hans").status_code == 200, page


@pytest.mark.parametrize("page", [*PAGES, "definitions"])
@pytest.mark.parametrize("refreshed", [True, False])
def test_every_page_stands_before_anything_happened(login_as, cast, at, page, refreshed):
    at(SHOWN_AT)
    if refreshed:
        jobs.refresh_due(SHOWN_AT)
    assert see(login_as("administrator"), page, period="2026", **({"against": "year"} if page != "definitions" else {})).status_code == 200


def test_pages_say_the_same_whether_figures_were_counted_ahead_or_when_they_are_asked_for(login_as, people):
    reader, later = login_as("administrator"), SHOWN_AT + jobs.AT_LEAST
    asked = [text_of(see(reader, page)) for page in PAGES]
    assert jobs.refresh_due(later) == 1
    db.session.commit()
    assert [text_of(see(reader, page)).replace("14:07", "13:07") for page in PAGES] == asked


def test_every_number_stands_with_its_definition_place_period_and_time(login_as, people):
    page = see(login_as("administrator"))
    assert [figure(page, label) for label in ("enrolled", "passed a test", "views", "provinces covered", "counties covered")] == [
        "3", "0", "0", "1", "2",
    ]
    text = text_of(page)
    assert "all places, from the beginning to today" in text
    assert "As of 20 November 2026, 13:07" in text
    assert "People who enrolled in at least one course in the period; each counted once." in text
    assert "Days are those of China Standard Time" in text


def test_officials_of_middle_level_and_above_stand_beside_those_of_all_levels(login_as, people):
    page = see(login_as("administrator"))
    assert (figure(page, "officials attended, middle level and above"), figure(page, "officials attended, all levels")) == ("1", "2")
    one = see(login_as("administrator"), level=20)
    assert figure(one, "officials attended") == "2"
    assert "middle level" not in re.sub(r"<details.*?</details>", "", one.text, flags=re.DOTALL)


def test_cities_that_prepare_a_training_are_counted_apart_and_only_in_ones_own_places(login_as, people):
    label = "cities in preparation or negotiation"
    assert figure(see(login_as("administrator")), label) == "1"
    assert figure(see(login_as("staff")), label) == "1"
    assert figure(see(login_as("other_county")), label) == "0"
    assert figure(see(login_as("staff"), place=people.places.city.id), label) == "0"


def test_the_page_says_the_same_in_chinese(login_as, people):
    text = text_of(see(login_as("administrator"), lang="zh-Hans"))
    assert "参与情况统计" in text
    assert "全部地区，项目启动至今" in text
    assert "截至2026年11月20日13:07" in text
    assert "期间内至少报名一门课程的人数；每人计一次。" in text
    assert "日期按中国标准时间计" in text


def test_staff_count_their_own_places_and_no_others(login_as, people):
    assert figure(see(login_as("staff")), "enrolled") == "3"
    county = see(login_as("other_county"))
    assert figure(county, "enrolled") == "1"
    assert "your places" in text_of(county)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_or_links_what_belongs_to_others(login_as, people, page):
    text = html.unescape(see(login_as("other_county"), page).text)
    for secret in ("Chang'an", "Qiaoxi", "Shijiazhuang", str(people.places.county.id), str(people.places.province.id), "Water for"):
        assert secret not in text, secret


def test_a_training_elsewhere_counts_ones_own_people_and_keeps_its_name(login_as, people):
    training = db.session.query(Training).filter_by(title="Water for Chang'an").one()
    event = db.session.query(ParticipationEvent).filter_by(training_id=training.id, kind=EventKind.ATTENDED).one()
    event.person_id, event.place_path = people.ids["other_county"], people.places.other_county.path
    db.session.commit()
    jobs.snapshot.refresh(SHOWN_AT, anew=True)
    page = see(login_as("other_county"), "trainings")
    assert row(page, "a training elsewhere")[3:6] == ["0", "0", "1"]
    assert f"/trainings/{training.id}" not in page.text
    assert "Water for" not in page.text
    pivot = see(login_as("other_county"), "pivot", rows="training", figures="attended")
    assert row(pivot, "a training elsewhere") == ["1"]
    assert "Water for" not in pivot.text
    rows = login_as("other_county").post("/statistics/rows.csv?lang=en", data={"reason": "check"}, buffered=True).text
    assert "a training elsewhere" in rows
    assert "Water for" not in rows


def test_a_place_of_others_does_not_exist(login_as, people):
    places = people.places
    officer = login_as("other_county")
    for name in ("province", "city", "second_city", "county"):
        refused = see(officer, place=getattr(places, name).id)
        assert refused.status_code == 400
        assert "There is no such place among those whose figures you may see." in text_of(refused)
        assert getattr(places, name).names["en"] not in html.unescape(refused.text)
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


@pytest.mark.parametrize("page", PAGES)
def test_staff_of_a_province_see_nothing_of_another(login_as, people, other_province, page):
    assert see(login_as("staff"), page, place=other_province).status_code == 400
    assert see(login_as("administrator"), page, place=other_province).status_code == 200
    assert "Neighbour" not in text_of(see(login_as("staff"), page))


def test_one_goes_down_the_tree_and_up_again_within_ones_own_places(login_as, people):
    places = people.places
    staff = login_as("staff")
    page = see(staff, "places", place=places.city.id, **{"from": "2026-09-01", "course": WATER})
    assert row(page, "Chang'an District") == ["0", "0", "1", "0", "0", "0", "0", "0"]
    text = html.unescape(page.text)
    for place, shown in ((places.county, True), (places.second_county, True), (places.other_county, False), (places.province, True)):
        link = re.search(rf'href="[^"]*place={place.id}[^"]*"', text)
        assert bool(link) == shown
        if link:
            assert "from=2026-09-01" in link[0], "going to another place keeps the period"
    officer = login_as("other_county")
    assert str(places.second_city.id) not in see(officer, "places", place=places.other_county.id).text


def test_places_stand_by_code_with_those_that_nothing_reached_and_say_that_this_is_no_ranking(login_as, people):
    page = see(login_as("administrator"), "places", place=people.places.province.id)
    names = re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]+)', page.text)
    assert [html.unescape(name) for name in names] == ["Shijiazhuang City", "Tangshan City", "Total"]
    assert row(page, "Tangshan City")[-3:] == ["1", "1", "1"]
    assert "There is no ranking" in text_of(page)
    county = see(login_as("administrator"), "places", place=people.places.city.id)
    assert row(county, "Qiaoxi District")[-3:] == ["0", "0", "0"]


def test_a_place_with_nothing_below_it_shows_its_own_figures_alone(login_as, people):
    page = see(login_as("administrator"), "places", place=people.places.county.id)
    assert row(page, "Total")[-3:] == ["1", "1", "1"]
    assert "There are no places below this one." in text_of(page)
    assert "Places below" not in text_of(page)
    assert "the rows add up" not in text_of(page)


def test_counties_that_belong_to_no_city_stand_among_the_cities(login_as, people):
    places = people.places
    direct = Place(
        id=new_id(), country="CN", code="139001", kind="district", level="county", path="CN/130000/139001/", parent_id=places.province.id,
        names={"en": "Direct County"}, short_names={}, reading="", search="",
    )
    db.session.add(direct)
    db.session.flush()
    training = Training(
        id=new_id(), code=new_code(), place_id=direct.id, language="en", zone="Asia/Shanghai", first_day=date(2026, 9, 14),
        last_day=date(2026, 9, 14), created_by_id=people.ids["staff"], created_at=NOON, changed_at=NOON,
    )
    db.session.add(training)
    db.session.flush()
    db.session.add(ParticipationEvent(
        id=new_id(), kind=EventKind.ATTENDED, person_id=people.ids["outsider"], happened_at=NOON, recorded_at=NOON, source="test:direct",
        training_id=training.id, place_id=direct.id, place_path=direct.path, language="en", device=Device.UNKNOWN, channel=Channel.ONSITE,
    ))
    db.session.commit()
    jobs.snapshot.refresh(SHOWN_AT, anew=True)
    page = see(login_as("administrator"), "places", place=places.province.id)
    assert row(page, "Direct County")[-3:] == ["1", "1", "1"]
    assert row(page, "Shijiazhuang City")[-3:] == ["1", "1", "1"]
    assert row(page, "Total")[-3:] == ["3", "3", "3"]


def test_who_holds_two_places_sees_both_and_counts_nobody_twice(login_as, people):
    grant_role(person=people.other_county, role=Role.STAFF, place=people.places.second_county, now=NOON, actor_id=None)
    grant_role(person=people.other_county, role=Role.STAFF, place=people.places.second_city, now=NOON, actor_id=None)
    db.session.commit()
    reader = login_as("other_county")
    assert figure(see(reader), "enrolled") == "2"
    page = see(reader, "places")
    assert row(page, "Qiaoxi District")
    assert row(page, "Total")[0] == "0"


def test_a_period_and_a_course_narrow_the_figures_and_are_named_with_a_link_that_takes_them_out(login_as, people):
    reader = login_as("administrator")
    page = see(reader, **{"from": "2026-09-14", "to": "2026-09-14", "course": WATER, "sex": "female"})
    assert figure(page, "enrolled") == "0"
    page = see(reader, **{"from": "2026-09-14", "to": "2026-09-14", "course": WATER})
    assert figure(page, "enrolled") == "2"
    text = html.unescape(page.text)
    assert "from 14 September 2026 to 14 September 2026" in text_of(page)
    without = re.search(r'<a href="([^"]*)"><span class="vh">Remove the filter </span>Course: ', text)[1]
    assert "course" not in without
    assert "from=2026-09-14" in without
    page = see(reader, course=SOIL)
    assert figure(page, "enrolled") == "1"
    assert re.search(rf'<option[^>]*value="{SOIL}"[^>]*selected', page.text)


def test_every_link_to_another_page_keeps_the_question(login_as, people):
    text = html.unescape(see(login_as("administrator"), "time", period="2026", sex="female", figure="readers", by="week").text)
    tabs = re.findall(r'<a href="(/statistics/[^"]*)"', text[text.index('class="tabs"') : text.index('class="periods')])
    pages = {link.split("?")[0].removeprefix("/statistics/"): link for link in tabs}
    for name in ("", "funnel", "places", "map", "time", "people", "courses", "trainings", "left-behind"):
        assert pages[name].endswith("?period=2026&sex=female"), name


def test_two_periods_stand_side_by_side(login_as, people):
    page = see(login_as("administrator"), period="2026-09", against="before")
    assert "before: 0" in page.text
    assert "<b>+3</b>" in page.text
    assert "Compared with: the period before, from 1 August 2026 to 31 August 2026" in text_of(page)
    funnel = see(login_as("administrator"), "funnel", period="2026-10", against="before")
    assert "−3" in funnel.text


def test_the_funnel_gives_the_share_of_the_step_before(login_as, people):
    page = see(login_as("administrator"), "funnel")
    assert row(page, "enrolled")[1:] == ["3", ""]
    assert row(page, "officials registered")[1:] == ["2", "100.0%"]
    assert "cannot be compared with how many people did it" in text_of(page)


def test_the_map_prints_its_numbers_in_the_tiles_and_beside_them(login_as, people):
    page = see(login_as("administrator"), "map")
    assert page.text.count("<g") >= 34
    assert re.search(r'<title>Hebei Province: 2</title>.*?<text class="v"[^>]*>2</text>', page.text)
    assert row(page, "Hebei Province") == ["2", "2"]
    other = see(login_as("administrator"), "map", figure="enrolled")
    assert row(other, "Hebei Province")[0] == "3"


def test_time_is_shown_by_the_unit_that_was_chosen(login_as, people):
    page = see(login_as("administrator"), "time", by="day", figure="enrolled")
    assert row(page, "14 September 2026", "time")
    assert "Enrolled by day" in text_of(page)
    weeks = see(login_as("administrator"), "time", by="week")
    assert row(weeks, "Week 38, 2026", "time")
    assert row(see(login_as("administrator"), "time", by="quarter"), "Q3 2026", "time")


def test_people_are_shown_by_what_they_were(login_as, people):
    page = see(login_as("administrator"), "people")
    assert row(page, "Middle management", "level")[-2:] == ["1", "0"]
    assert row(page, "Female", "sex")[-2:] == ["2", "0"]
    assert row(page, "Total", "channel")[1] == "3"


def test_a_course_is_shown_step_by_step(login_as, people):
    page = see(login_as("administrator"), f"courses/{WATER}")
    assert "By step of the course" in text_of(page)
    assert row(page, "enrolled")[1] == "2"
    assert see(login_as("administrator"), "courses/nowhere").status_code == 404
    assert see(login_as("administrator"), f"courses/{WATER}", course=SOIL).status_code == 400


def test_trainings_are_listed_with_state_and_link_also_before_they_are_held(login_as, people):
    page = see(login_as("administrator"), "trainings")
    assert row(page, "Water for Chang'an") == ["Chang'an District", "14 September 2026", "Training closed", "1", "1", "1", "0", "3.0"]
    assert "Being negotiated" in page.text
    training = db.session.query(Training).filter_by(title="Water for Chang'an").one()
    assert f'href="/trainings/{training.id}/"' in page.text
    assert "Being negotiated" not in see(login_as("administrator"), "trainings", sex="female").text


def test_who_is_left_behind_gives_number_whole_share_and_interval(login_as, people):
    page = see(login_as("administrator"), "left-behind")
    assert row(page, "Women among officials attended") == ["2", "2", "–", "–", "–"]
    assert "No share is given of fewer than 5 people" in text_of(page)
    for who in ("outsider", "trainer", "author"):
        attend(people, who, db.session.query(Training).filter_by(title="Water for Chang'an").one(), "county", 30)
    db.session.commit()
    jobs.snapshot.refresh(SHOWN_AT, anew=True)
    page = see(login_as("administrator"), "left-behind")
    assert row(page, "Women among officials attended") == ["5", "5", "100.0%", "56.6%", "100.0%"]
    assert "No share is given" not in text_of(page)
    assert row(page, "Counties for which no training was held") == ["1", "3", "33.3%", "6.1%", "79.2%"]
    assert row(page, "Women among readers") == ["0", "0", "–", "–", "–"]
    assert row(page, "Hebei Province", "counties") == ["3", "1", "3", "3"]


def test_all_definitions_stand_with_version_and_date(login_as, cast):
    page = see(login_as("staff"), "definitions")
    for each in FIGURES:
        assert f'id="def-{each.key}"' in page.text
        assert str(each.definition) in html.unescape(page.text)
    assert page.text.count("20 November 2026") == len(FIGURES)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("typed", "sentence"), [
    ({"from": "14.9.2026"}, "“From” must be a date such as 2026-11-20."),
    ({"from": "2026-09-15", "to": "2026-09-14"}, "“From” (2026-09-15) is later than “To” (2026-09-14)."),
    ({"colour": "red"}, "This page has no filter “colour”."),
    ({"from": "2026-09-01", "sex": "x"}, "“x” is no value of the filter “Sex”."),
])
def test_what_cannot_be_asked_is_named_and_what_was_typed_is_kept(login_as, people, page, typed, sentence):
    shown = see(login_as("staff"), page, **typed)
    assert shown.status_code == 400
    assert sentence in text_of(shown)
    if "from" in typed:
        assert f'value="{typed["from"]}"' in shown.text
    assert "<dt>" not in shown.text, "figures of another period would be taken for the answer"
    assert "<table" not in shown.text
    assert "from the beginning to today" not in text_of(shown)


@pytest.mark.parametrize(("page", "typed", "sentence"), [
    ("map", {"figure": "money"}, "There is no figure “money”."),
    ("time", {"figure": "money"}, "There is no figure “money”."),
    ("time", {"by": "hour"}, "Time is shown by year, quarter, month, week or day, not by “hour”."),
    ("funnel", {"figure": "views"}, "This page has no filter “figure”."),
])
def test_what_only_a_page_reads_is_checked_by_it(login_as, people, page, typed, sentence):
    shown = see(login_as("staff"), page, **typed)
    assert shown.status_code == 400
    assert sentence in text_of(shown)


def test_wrong_dates_are_explained_in_chinese(login_as, people):
    page = see(login_as("staff"), lang="zh-Hans", **{"from": "九月"})
    assert page.status_code == 400
    assert "“起始日期”应为日期，例如2026-11-20。" in text_of(page)


def test_what_is_typed_is_shown_and_never_run(login_as, people):
    for name in ("from", "period", "place", "sex", "course", '"><script>alert(1)</script>'):
        page = see(login_as("staff"), **{name: '"><script>alert(1)</script>'})
        assert page.status_code == 400
        assert "<script>alert" not in page.text


def test_an_address_says_only_what_is_asked(login_as, people):
    sent = login_as("staff").get("/statistics/funnel?from=&to=&course=&place=&level=30&sex=female&sex=male")
    assert (sent.status_code, sent.headers["Location"]) == (302, "/statistics/funnel?level=30&sex=female&sex=male")


def test_a_place_is_found_by_name_and_stays_chosen(login_as, people):
    staff = login_as("staff")
    page = see(staff, "funnel", choose="place", sex="female")
    assert 'name="place-query"' in page.text
    chosen = staff.get(f"/statistics/funnel?sex=female&place-query=&place-found={people.places.city.id}&from=&lang=en")
    assert chosen.status_code == 302
    assert set(chosen.headers["Location"].split("?")[1].split("&")) == {"sex=female", f"place={people.places.city.id}", "lang=en"}
    looking = staff.get("/statistics/funnel?sex=female&place-query=guye&place-search=1&lang=en")
    assert looking.status_code == 200


def test_a_training_can_be_chosen_from_those_of_ones_places(login_as, people):
    page = html.unescape(see(login_as("other_county"), "funnel", choose="training").text)
    assert "Soil of Guye" in page
    assert "Water for" not in page
    training = db.session.query(Training).filter_by(title="Soil of Guye").one()
    assert "Training: Soil of Guye" in text_of(see(login_as("other_county"), "funnel", training=training.id))


def offered(reader, **query):
    """Trainings in the filter of a page: ids in their order."""
    page = see(reader, "funnel", **query).text
    control = re.search(r'<select[^>]*name="training".*?</select>', page, re.DOTALL)[0]
    return re.findall(r'<option value="([0-9a-f-]{36})"', control)


def test_beside_a_chosen_training_all_others_of_the_place_can_be_chosen(login_as, people, monkeypatch):
    reader, city = login_as("administrator"), people.places.city
    every, near = offered(reader, choose="training"), offered(reader, choose="training", place=city.id)
    away = [each for each in every if each not in near]
    assert away
    assert near
    assert offered(reader, training=near[-1]) == every
    assert offered(reader, training=near[-1], place=city.id) == near
    assert offered(reader, training=away[0], place=city.id) == [*near, away[0]], "another place's stands behind them"
    monkeypatch.setattr("webapp.statistics.offered.MOST", len(near) - 1)
    assert offered(reader, training=near[0], place=city.id) == [near[0]]
    assert offered(reader, training=away[0], place=city.id) == [away[0]]


def test_a_long_table_is_turned_page_by_page(login_as, people, monkeypatch):
    monkeypatch.setattr("webapp.statistics.views.ROWS", 2)
    first = see(login_as("administrator"), "trainings")
    assert "1 to 2 of 4" in text_of(first)
    second = login_as("administrator").get("/statistics/trainings?page=2&lang=en")
    assert "3 to 4 of 4" in text_of(second)
    assert "Total" in second.text


@pytest.mark.parametrize("page", [*PAGES, "definitions"])
def test_every_page_keeps_its_budget_and_writes_nothing(login_as, people, max_queries, page):
    before = db.session.query(ParticipationEvent).count()
    staff = login_as("staff")
    query = {"place": people.places.city.id, "from": "2026-09-01", "to": "2026-10-01"} if page != "definitions" else {}
    for asked in (query, {}):
        see(staff, page, **asked)
        with max_queries(8):
            assert see(staff, page, **asked).status_code == 200
    assert db.session.query(ParticipationEvent).count() == before
