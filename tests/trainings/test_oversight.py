"""Trainers' roster, qualification and cascade; the overview of those who look over trainings."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest

from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.learning.models import Enrolment
from webapp.trainings import qualification
from webapp.trainings.models import TrainerPart, TrainingState
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_trainers import TrainerAway, TrainerProfile
from webapp.trainings.qualification import Learned

pytestmark = pytest.mark.usefixtures("database")
TOT = "tot-1-introduction"
HELD = {"state": TrainingState.CLOSED, "first_day": date(2026, 9, 7), "last_day": date(2026, 9, 8)}


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def completed(person, course=TOT):
    db.session.add(Enrolment(
        id=new_id(), person_id=person.id, course_id=course, enrolled_at=NOW, enrolled_revision="r", last_active_at=NOW,
        completed_at=NOW, completed_revision="r",
    ))
    db.session.commit()


def there(participant, session):
    db.session.add(Attendance(
        session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=180, changed_at=NOW,
    ))
    db.session.commit()


@pytest.mark.parametrize(("learned", "may", "missing"), [
    (Learned(), set(), (("a", "b"), True)),
    (Learned(frozenset("a"), beside=False), set(), (("b",), True)),
    (Learned(frozenset("a"), beside=True), {"a"}, (("b",), False)),
    (Learned(frozenset("ab"), beside=True), {"a", "b"}, ((), False)),
])
def test_who_completed_a_course_and_stood_beside_others_may_train_it(learned, may, missing):
    assert qualification.may_train(learned, ["a", "b"]) == may
    assert qualification.lacking(learned, ["a", "b"]) == missing


@pytest.mark.parametrize(("part", "state", "beside"), [
    (TrainerPart.CO, TrainingState.CLOSED, True), (TrainerPart.OBSERVER, TrainingState.REPORTING, True),
    (TrainerPart.CO, TrainingState.RUNNING, False), (TrainerPart.CO, TrainingState.CANCELLED, False),
    (TrainerPart.LEAD, TrainingState.CLOSED, False),
])
def test_a_part_beside_others_counts_once_the_training_was_held(make_training, make_trainer, add_trainer, max_queries, part, state, beside):
    person = make_trainer("second")
    completed(person)
    add_trainer(make_training(lead=None, state=state), person, part)
    person_id = person.id
    with max_queries(1):
        assert qualification.of_many([person_id]) == {person_id: Learned(frozenset({TOT}), beside)}


def test_choosing_somebody_not_qualified_warns_and_does_not_refuse(make_training, make_trainer, login_as):
    training = make_training(courses=[TOT])
    second = make_trainer("second", name="孙立")
    browser = login_as("trainer")
    page = browser.get(f"/trainings/{training.id}/trainers?q=孙立&lang=en").text
    assert "has not completed: " in page
    answer = browser.post(f"/trainings/{training.id}/trainers", data={"person": str(second.id), "part": "co"})
    assert answer.status_code == 303
    assert "孙立 is not qualified for all courses: has not completed" in browser.get(f"/trainings/{training.id}/trainers?lang=en").text


def test_the_roster_is_filtered_by_place_language_and_days(cast, make_trainer, make_training, login_as, max_queries):
    here, away, elsewhere = (make_trainer(key, where, name=name) for key, where, name in (
        ("here", None, "孙立"), ("away", None, "马文"), ("elsewhere", cast.places.other_county, "周海燕"),
    ))
    db.session.add_all([
        TrainerProfile(person_id=here.id, languages=["zh-Hans"], about="监测与报告", changed_at=NOW),
        TrainerProfile(person_id=elsewhere.id, languages=["en"], changed_at=NOW),
        TrainerAway(person_id=away.id, first_day=FIRST_DAY, last_day=LAST_DAY),
    ])
    db.session.commit()
    browser = login_as("trainer")

    def names(query):
        with max_queries(8):
            page = browser.get(f"/trainings/trainers/?{query}").text
        return {name for name in ("孙立", "马文", "周海燕") if name in page}

    assert names("") == {"孙立", "马文", "周海燕"}
    assert names(f"place={cast.places.county.id}") == {"孙立", "马文"}
    assert names("language=en") == {"周海燕"}
    assert names(f"from={LAST_DAY}&to={LAST_DAY + timedelta(days=3)}") == {"孙立", "周海燕"}
    assert browser.get("/trainings/trainers/?from=soon").status_code == 400
    assert browser.get(f"/trainings/trainers/{here.id}").status_code == 200
    file = browser.post("/trainings/trainers/xlsx", data={"language": "en"})
    sheet = openpyxl.load_workbook(io.BytesIO(file.data)).worksheets[0]
    assert sheet.max_row == 2


def test_who_does_not_want_to_be_asked_is_seen_by_those_who_look_over_them(cast, make_trainer, login_as):
    shy = make_trainer("shy", name="孙立")
    db.session.add(TrainerProfile(person_id=shy.id, listed=False, changed_at=NOW))
    db.session.commit()
    assert "孙立" not in login_as("trainer").get("/trainings/trainers/").text
    assert login_as("trainer").get(f"/trainings/trainers/{shy.id}").status_code == 404
    assert "孙立" in login_as("administrator").get("/trainings/trainers/").text
    assert "孙立" in login_as("shy").get("/trainings/trainers/").text


def test_a_trainer_keeps_their_profile_and_days_and_brings_days_back(trainer, login_as):
    browser, page = login_as("trainer"), "/trainings/trainers/me"
    browser.post(page, data={"act": "profile", "languages": ["en", "zh-Hans", "xx"], "about": " 规划 "})
    row = db.session.get(TrainerProfile, trainer.id)
    assert (row.languages, row.about, row.listed) == (["zh-Hans", "en"], "规划", False)
    day = {"act": "add", "row": str(new_id()), "first": "2026-12-01", "last": "2026-12-03", "note": "出差"}
    for _click in range(2):
        assert browser.post(page, data=day).status_code == 303
    away = db.session.query(TrainerAway).one()
    browser.post(page, data={"act": "remove", "row": str(away.id)})
    assert db.session.query(TrainerAway).count() == 0
    shown = browser.get(f"{page}?lang=en").text
    assert "Bring the days back" in shown
    assert day["row"] in shown
    browser.post(page, data=day)
    assert db.session.query(TrainerAway).one().note == "出差"
    bad = browser.post(f"{page}?lang=en", data={**day, "row": str(new_id()), "last": "2026-11-30"})
    assert bad.status_code == 422
    assert "the last day lies before the first" in bad.text
    assert 'value="2026-11-30"' in bad.text


def test_somebody_else_s_days_are_not_taken_away(make_trainer, login_as):
    other = make_trainer("second")
    row = TrainerAway(person_id=other.id, first_day=FIRST_DAY, last_day=LAST_DAY)
    db.session.add(row)
    db.session.commit()
    login_as("trainer").post("/trainings/trainers/me", data={"act": "remove", "row": str(row.id)})
    assert db.session.query(TrainerAway).count() == 1


def test_the_cascade_counts_whom_a_trainer_and_those_they_trained_reached(
    cast, make_training, make_session, make_participant, make_trainer, login_as, max_queries,
):
    second = make_trainer("second", name="孙立")
    first = make_training(**HELD)
    for person, name in ((second, ""), (None, "甲")):
        there(make_participant(first, person=person, name=name), make_session(first))
    later = make_training(lead=second, **{**HELD, "first_day": date(2026, 10, 12), "last_day": date(2026, 10, 12)})
    session = make_session(later)
    for number in range(3):
        there(make_participant(later, name=f"乙{number}"), session)
    with max_queries(8):
        page = login_as("administrator").get("/trainings/trainers/cascade?lang=en").text
    rows = [part for part in page.split("<tr>") if cast.trainer.name in part]
    assert len(rows) == 1
    assert "孙立" in rows[0]
    assert ">2</td>" in rows[0]
    assert ">3</td>" in rows[0]


@pytest.mark.parametrize("many", [3, 30])
def test_the_overview_takes_as_many_queries_for_few_as_for_many(cast, make_training, login_as, max_queries, many):
    for _each in range(many):
        make_training(**{**HELD, "state": TrainingState.REPORTING})
    browser = login_as("administrator")
    with max_queries(8):
        page = browser.get("/trainings/overview?lang=en")
    assert f"{many} trainings have something late." in page.text
    assert f'state=reporting">{many}</a>' in page.text


def test_the_overview_shows_what_is_late_and_the_file_shows_all(cast, make_training, make_session, make_participant, login_as):
    late = make_training(title="迟交", test_course_id=TOT, **{**HELD, "state": TrainingState.REPORTING})
    there(make_participant(late), make_session(late))
    make_training(title="准时")
    browser = login_as("administrator")
    page = browser.get("/trainings/overview?lang=en").text
    assert "迟交" in page
    assert "准时" not in page
    assert "1 of 1 who attended have not taken it." in page
    assert "迟交" not in browser.get("/trainings/overview?lang=en&from=2026-12-01").text
    sheet = openpyxl.load_workbook(io.BytesIO(browser.post("/trainings/overview/xlsx").data)).worksheets[0]
    assert sheet.max_row == 3
    assert browser.get("/trainings/overview?from=x").status_code == 400


def test_staff_of_another_province_sees_nothing_and_a_trainer_has_no_overview(cast, make_training, make_trainer, login_as):
    make_training(title="迟交", **{**HELD, "state": TrainingState.REPORTING})
    make_trainer("stranger", cast.places.other_county, role=Role.STAFF)
    assert "迟交" not in login_as("stranger").get("/trainings/overview").text
    assert login_as("trainer").get("/trainings/overview").status_code == 404
