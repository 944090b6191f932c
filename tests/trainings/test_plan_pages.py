"""The pages of the plan: the list, a new training, its overview, its state, its trainers, the calendar."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW
from webapp.core.database import db
from webapp.trainings.models import TrainerPart, Training, TrainingMove, TrainingState, TrainingTrainer
from webapp.trainings.models_people import ParticipantState

S = TrainingState


@pytest.fixture(autouse=True)
def _now(at):
    at(NOW)


@pytest.fixture
def training(make_training, make_session):
    made = make_training(courses=["tot-1-introduction"], seats=40)
    make_session(made)
    return made


def typed(cast, **fields) -> dict:
    values = {
        "place_id": str(cast.places.county.id), "language": "zh-Hans", "zone": "Asia/Shanghai", "host_type": "government",
        "tests_needed": "none", "first_day": "2026-12-14", "last_day": "2026-12-15", "venue": "长安区委党校", "key": "k1",
        "courses": "tot-1-introduction", "prework": "tot-1-introduction/from-mdgs-to-sdgs", "hours": "7.5", "seats": "40",
    }
    return {**values, **fields}


def only() -> Training:
    return db.session.scalars(select(Training).execution_options(populate_existing=True)).one()


def test_a_trainer_plans_a_training_once_however_often_the_button_is_pressed(cast, login_as):
    client = login_as("trainer")
    fields = typed(cast, host=" 长安区 发展和改革局 ", registers_until="2026-12-10T18:00", link_open="y")
    first = client.post("/trainings/new", data=fields)
    again = client.post("/trainings/new", data=fields)
    assert (first.status_code, first.headers["Location"]) == (303, again.headers["Location"])
    row = only()
    assert (row.first_day, row.last_day, row.seats, row.least_minutes, row.link_open) == (FIRST_DAY, LAST_DAY, 40, 450, True)
    assert row.registers_until.isoformat() == "2026-12-10T10:00:00+00:00"
    assert row.prework == [["tot-1-introduction", "from-mdgs-to-sdgs"]]
    page = client.get(first.headers["Location"] + "?lang=zh-Hans").text
    assert "长安区可持续发展目标本地化培训" in page
    assert "长安区 发展和改革局" in page
    assert "洽谈中" in page


@pytest.mark.parametrize("page", [
    "", "people/", "people/add", "people/import", "people/link", "agenda", "before", "attendance", "after", "notes", "report", "trainers",
    "edit", "copy", "state",
])
def test_a_training_whose_days_are_still_open_has_all_its_pages(login_as, make_training, page):
    made = make_training(state=S.NEGOTIATION, first_day=None, last_day=None, venue="")
    assert login_as("trainer").get(f"/trainings/{made.id}/{page}").status_code == 200


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"place_id": ""}, "Place: Please choose the place"),
    ({"last_day": "2026-12-13"}, "Last day of the training: The last day is the first or comes after it"),
    ({"first_day": "14.12.2026x"}, "First day of the training: Please write the day as in 2026-11-20."),
    ({"first_day": "", "last_day": "2026-12-15"}, "Please write the first day too."),
    ({"seats": "0"}, "Seats: Please write a whole number from 1 to 5000."),
    ({"seats": "many"}, "Seats: Please write a whole number"),
    ({"seats": "40", "room_capacity": "30"}, "There are more seats than the room holds."),
    ({"registers_until": "2026-12-16T09:00"}, "Registration ends before the training does."),
    ({"registers_until": "soon"}, "Please write day and time as in 2026-11-20 09:00."),
    ({"hours": "lots"}, "Please write hours as a number"),
    ({"tests_needed": "both"}, "Choose the course of the tests first"),
    ({"least_score": "60"}, "A least score needs a test"),
    ({"zone": "Mars/Olympus"}, "Please choose one from the list."),
    ({"title": "x" * 201}, "This is too long; 200 characters are allowed."),
])
def test_bad_input_names_its_field_and_keeps_what_was_typed(cast, login_as, fields, sentence):
    answer = login_as("trainer").post("/trainings/new?lang=en", data=typed(cast, venue="<Party School>", **fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "&lt;Party School&gt;" in answer.text
    assert db.session.scalars(select(Training)).all() == []


def test_nobody_plans_for_a_place_that_is_not_theirs(cast, login_as):
    client = login_as("trainer")
    answer = client.post("/trainings/new?lang=en", data=typed(cast, place_id=str(cast.places.other_county.id)))
    assert answer.status_code == 422
    assert "Please choose a place for which you may run trainings." in answer.text
    assert login_as("learner").get("/trainings/new").status_code == 404


def test_of_two_editors_the_second_sees_both_texts_and_can_save_again(cast, training, login_as):
    url = f"/trainings/{training.id}/edit?lang=en"
    first, second = login_as("trainer"), login_as("staff")
    assert first.post(url, data=typed(cast, version="1", seats="35")).status_code == 303
    answer = second.post(url, data=typed(cast, version="1", venue="文化馆"))
    assert answer.status_code == 409
    assert "Somebody else changed the plan meanwhile" in answer.text
    assert "文化馆" in answer.text
    assert ">35<" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert second.post(url, data=typed(cast, version="2", seats="35", venue="文化馆")).status_code == 303
    assert (only().venue, only().seats, only().version) == ("文化馆", 35, 3)


def test_a_training_of_a_county_that_closed_meanwhile_can_still_be_changed(cast, training, login_as):
    cast.places.county.closed_on = date(2026, 11, 1)
    db.session.commit()
    client, url = login_as("trainer"), f"/trainings/{training.id}/edit?lang=en"
    assert "This place has closed since." in client.get(url).text
    assert client.post(url, data=typed(cast, version="1", seats="12")).status_code == 303
    assert (only().seats, only().place_id) == (12, cast.places.county.id)


def test_what_the_state_forbids_is_said_on_the_form_with_what_was_typed(cast, training, login_as):
    url = f"/trainings/{training.id}/edit?lang=en"
    answer = login_as("trainer").post(url, data=typed(cast, version="1", venue="", address="中山东路100号"))
    assert answer.status_code == 422
    assert "its days and its venue can change but not be left empty" in answer.text
    assert "中山东路100号" in answer.text


PAGES = ("", "edit", "copy", "state", "trainers")


@pytest.mark.parametrize("path", PAGES)
def test_for_a_trainer_of_another_county_it_does_not_exist(training, other_trainer, login_as, path):
    client = login_as("other_trainer")
    assert client.get(f"/trainings/{training.id}/{path}").status_code == 404
    if path:
        assert client.post(f"/trainings/{training.id}/{path}").status_code == 404
    assert "Chang&#39;an" not in client.get("/trainings/?lang=en").text


def test_an_observer_looks_and_changes_nothing(training, make_trainer, add_trainer, login_as):
    add_trainer(training, make_trainer("guest", role=None), TrainerPart.OBSERVER)
    client = login_as("guest")
    page = client.get(f"/trainings/{training.id}/?lang=en")
    assert page.status_code == 200
    assert "Edit the plan" not in page.text
    assert f"/trainings/{training.id}/" in client.get("/trainings/").text
    for path in PAGES[1:]:
        assert client.post(f"/trainings/{training.id}/{path}").status_code == 403, path
    assert client.post(f"/trainings/{training.id}/profile").status_code == 403


def test_a_participant_is_led_to_their_own_page_and_finds_it_in_their_list(cast, training, make_participant, login_as):
    someone = make_participant(training, person=cast.learner)
    make_participant(training, person=cast.second_learner, state=ParticipantState.LISTED)
    client = login_as("learner")
    answer = client.get(f"/trainings/{training.id}/")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/trainings/mine/{someone.code}")
    page = client.get("/trainings/?lang=en").text
    assert f"/trainings/mine/{someone.code}" in page
    assert "Registered" in page
    assert "Plan a training" not in page
    # Who was only written on a list knows nothing of it yet.
    other = login_as("second_learner")
    assert other.get(f"/trainings/{training.id}/").status_code == 404
    assert "You are not registered for any training." in other.get("/trainings/?lang=en").text


def test_the_state_moves_once_and_a_second_click_finds_it_done(cast, training, login_as):
    client, url = login_as("trainer"), f"/trainings/{training.id}/state?lang=en"
    refused = client.post(url, data={"to": "cancelled", "note": " "})
    assert refused.status_code == 422
    assert "Please say why the training is cancelled" in refused.text
    assert client.post(url, data={"to": "closed"}).status_code == 422
    assert client.post(url, data={"to": "nowhere"}).status_code == 422
    for _click in range(2):
        assert client.post(url, data={"to": "cancelled", "note": "汛期值守"}).status_code == 303
    assert only().state is S.CANCELLED
    assert len(db.session.scalars(select(TrainingMove)).all()) == 1
    page = client.get(f"/trainings/{training.id}/?lang=en").text
    assert "汛期值守" in page
    assert "Take it up again" in page


def parts(training) -> dict:
    rows = db.session.execute(select(TrainingTrainer.person_id, TrainingTrainer.part).where(TrainingTrainer.training_id == training.id))
    return {row.person_id: row.part for row in rows}


def test_trainers_are_found_added_made_lead_and_taken_off(cast, training, login_as):
    client, url = login_as("trainer"), f"/trainings/{training.id}/trainers"
    staff = str(cast.ids["staff"])
    assert staff in client.get(f"{url}?q=zhao").text
    assert client.get(f"{url}?q=Nomvula").text.count(str(cast.ids["outsider"])) == 0
    assert str(cast.ids["outsider"]) in client.get(f"{url}?q={cast.email('outsider')}").text
    assert client.post(url, data={"person": staff, "part": "lead"}).status_code == 303
    assert parts(training) == {cast.ids["trainer"]: TrainerPart.CO, cast.ids["staff"]: TrainerPart.LEAD}
    assert client.post(url, data={"person": staff, "part": "remove"}).status_code == 422
    assert client.post(url, data={"person": str(cast.ids["outsider"]), "part": "co"}).status_code == 422
    assert client.post(url, data={"person": str(cast.ids["outsider"]), "part": "king"}).status_code == 400
    assert client.post(url, data={"person": "x", "part": "co"}).status_code == 400
    assert client.post(url, data={"person": str(cast.ids["trainer"]), "part": "remove"}).status_code == 303
    assert parts(training) == {cast.ids["staff"]: TrainerPart.LEAD}


def test_a_copy_opens_in_negotiation_on_other_days(cast, training, login_as):
    client, url = login_as("trainer"), f"/trainings/{training.id}/copy?lang=en"
    fields = {"place_id": str(cast.places.county.id), "first_day": "2027-03-01", "key": "c1"}
    assert client.post(url, data={**fields, "first_day": ""}).status_code == 422
    assert client.post(url, data={**fields, "place_id": str(cast.places.other_county.id)}).status_code == 422
    answer = client.post(url, data=fields)
    assert answer.status_code == 303
    assert client.post(url, data=fields).headers["Location"] == answer.headers["Location"]
    assert "1 to 2 March 2027" in client.get(answer.headers["Location"] + "?lang=en").text


def test_the_list_is_searched_filtered_and_saved(cast, training, make_training, login_as):
    make_training(title="桥西区专题培训", place_id=cast.places.second_county.id, first_day=date(2025, 5, 5), last_day=date(2025, 5, 6))
    client = login_as("staff")

    def shown(**query) -> tuple[bool, bool]:
        page = client.get("/trainings/", query_string={"lang": "en", **query})
        assert page.status_code == 200
        return str(training.id) in page.text, "桥西区专题培训" in page.text

    assert shown() == (True, True)
    assert shown(q="专题") == (False, True)
    assert shown(q="chang an") == (True, False)
    assert shown(q="李建国") == (True, True)
    assert shown(place=cast.places.second_county.id) == (False, True)
    assert shown(place=cast.places.province.id) == (True, True)
    assert shown(state="announced", course="tot-1-introduction") == (True, False)
    assert shown(to="2025-12-31") == (False, True)
    assert shown(**{"from": "2026-01-01"}) == (True, False)
    assert shown(trainer=cast.ids["trainer"]) == (True, True)
    assert client.get("/trainings/?state=nowhere").status_code == 400
    assert client.get("/trainings/?place=x").status_code == 400
    saved = client.post("/trainings/csv", data={"q": "专题"})
    assert saved.text.startswith("\ufeff")
    assert "桥西区专题培训" in saved.text
    assert str(training.id) not in saved.text


def test_the_calendar_shows_the_month_and_what_collides(cast, training, make_training, make_session, login_as):
    other = make_training(title="区委党校专题班")
    make_session(other)
    client = login_as("trainer")
    page = client.get("/trainings/calendar?month=2026-12&lang=en").text
    assert "2 overlaps this month" in page
    assert "李建国 trains in" in page
    assert "use the same room at the same time" in page
    assert 'href="/trainings/calendar?month=2026-11&amp;lang=en"' in page or "month=2026-11" in page
    assert "No training touches this month." in client.get("/trainings/calendar?month=2027-05&lang=en").text
    assert "overlap" not in client.get(f"/trainings/calendar?month=2026-12&lang=en&place={cast.places.second_county.id}").text
    for bad in ("month=2026-13", "place=x", "trainer=x"):
        assert client.get(f"/trainings/calendar?{bad}").status_code == 404
    assert login_as("learner").get("/trainings/calendar").status_code == 404


def test_a_collision_names_the_other_training_with_its_days_and_leads_there(cast, training, make_training, make_session, login_as):
    other = make_training(title="专题班<1>")
    make_session(other)
    link = f'<a href="/trainings/{other.id}/">专题班&lt;1&gt; (14 to 15 December 2026)</a>'
    for page in ("", "trainers"):
        text = login_as("trainer").get(f"/trainings/{training.id}/{page}?lang=en").text
        assert f"The room is taken at the same time: {link}." in text
        assert f"李建国 also trains elsewhere at the same time: {link}." in text


def test_who_must_add_a_session_first_is_led_to_the_agenda(cast, make_training, login_as):
    row = make_training(state=TrainingState.PREPARATION)
    page = login_as("trainer").post(f"/trainings/{row.id}/state?lang=en", data={"to": "announced"}).text
    assert "Please add at least one session to the agenda first." in page
    assert f'<a href="/trainings/{row.id}/agenda">Open the agenda</a>' in page


def test_the_profile_is_begun_once_and_opened_after(cast, training, login_as):
    client, url = login_as("trainer"), f"/trainings/{training.id}/profile"
    first, again = client.post(url), client.post(url)
    assert (first.status_code, first.headers["Location"]) == (303, again.headers["Location"])
    sheet = first.headers["Location"]
    section = client.get(sheet)
    assert client.get(section.headers.get("Location", sheet)).status_code == 200
    # Staff of the province run it by their role, so they write too.
    assert login_as("staff").post(url).headers["Location"] == sheet
    assert login_as("staff").get(section.headers.get("Location", sheet)).status_code == 200
    assert "Open the county profile" in client.get(f"/trainings/{training.id}/?lang=en").text


@pytest.mark.parametrize("count", [3, 120])
def test_the_record_takes_eight_queries_however_many_take_part(training, make_participant, login_as, max_queries, count):
    for number in range(count):
        make_participant(training, name=f"学员{number}")
    client, url = login_as("trainer"), f"/trainings/{training.id}/?lang=en"
    client.post(f"/trainings/{training.id}/profile")
    client.get(url)
    with max_queries(8):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize(("url", "limit"), [
    ("/trainings/", 8), ("/trainings/?place={place}&q=李", 8), ("/trainings/calendar?month=2026-12", 8), ("/trainings/new", 6),
])
def test_lists_and_calendar_keep_to_their_queries(cast, training, make_training, login_as, max_queries, url, limit):
    for number in range(12):
        make_training(first_day=FIRST_DAY + timedelta(days=number), last_day=FIRST_DAY + timedelta(days=number))
    client, there = login_as("staff"), url.format(place=cast.places.county.id)
    client.get(there)
    with max_queries(limit):
        assert client.get(there).status_code == 200


def test_for_most_people_the_header_asks_nothing_more(login_as, max_queries):
    client = login_as("learner")
    client.get("/courses/")
    with max_queries(3):
        assert 'href="/trainings/"' in client.get("/courses/").text
