"""Lists of people: pasted or sent, recognised, previewed, brought in, and safe to send again."""

from __future__ import annotations

import io
import re
from http import HTTPStatus

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from tests.trainings.conftest import NOW
from tests.trainings.test_people_screens import english
from webapp.accounts.models import Organisation, OrganisationType, Person, SignIn
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.participation.models import Channel, ParticipationEvent
from webapp.trainings import importing
from webapp.trainings.models import TrainingState, TrainingTrainer
from webapp.trainings.models_people import ListState, Participant, ParticipantList, ParticipantState

P = ParticipantState
LIST = "姓名,单位,手机,邮箱,分组\n周海燕,水务局,13800138000,zhou@example.org,第一组\n何静,教育局,,,第二组\n"


@pytest.fixture(autouse=True)
def today(at):
    at(NOW)


@pytest.fixture
def browser(login_as):
    return english(login_as("trainer"))


def home(training, tail=""):
    return f"/trainings/{training.id}/people/{tail}"


def send(browser, training, text="", *, data=None, **fields):
    """Paste a text or send a file and say what the columns are; the list as it is previewed."""
    form = {"pasted": text, **fields}
    if data is not None:
        form["file"] = (io.BytesIO(data), "list")
    answer = browser.post(home(training, "import"), data=form)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    return db.session.scalars(select(ParticipantList).order_by(ParticipantList.id.desc())).first()


def choose(browser, training, kept, how="list"):
    form = {f"column-{number}": field for number, field in enumerate(kept.columns)}
    answer = browser.post(home(training, f"import/{kept.id}/columns"), data={**form, "how": how, "organisation_type": "government"})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    return db.session.get_one(ParticipantList, kept.id, populate_existing=True)


def bring(browser, training, text="", how="list", **more):
    kept = choose(browser, training, send(browser, training, text, **more), how)
    browser.post(home(training, f"import/{kept.id}/begin"))
    importing.carry_out_due(NOW)
    return db.session.get_one(ParticipantList, kept.id, populate_existing=True)


def participants():
    rows = db.session.execute(select(Person.name, Participant.state, Participant.group)
                              .join(Person, Person.id == Participant.person_id).order_by(Participant.id))
    return [tuple(row) for row in rows]


def test_a_list_is_previewed_and_then_brought_in_by_the_job(browser, make_training):
    training = make_training()
    kept = choose(browser, training, send(browser, training, LIST))
    assert kept.columns == ["name", "organisation", "phone", "email", "group"]
    assert (kept.state, kept.counts) == (ListState.READY, {"new": 2, "known": 0, "there": 0, "wrong": 0})
    assert participants() == []
    assert "Begin the import" in browser.get(home(training, f"import/{kept.id}/")).text
    browser.post(home(training, f"import/{kept.id}/begin"))
    assert "This page renews itself" in browser.get(home(training, f"import/{kept.id}/")).text
    assert importing.carry_out_due(NOW) == 2
    assert participants() == [("周海燕", P.LISTED, "第一组"), ("何静", P.LISTED, "第二组")]
    assert db.session.scalar(select(SignIn.email).where(SignIn.email == "zhou@example.org"))
    assert "The import is done" in browser.get(home(training, f"import/{kept.id}/")).text
    assert browser.post(home(training, f"import/{kept.id}/begin")).status_code == HTTPStatus.CONFLICT


def test_the_same_list_sent_again_changes_nothing(browser, make_training):
    training = make_training()
    bring(browser, training, LIST)
    before = participants()
    again = bring(browser, training, LIST)
    assert again.counts == {"new": 0, "known": 0, "there": 2, "wrong": 0}
    assert participants() == before
    assert db.session.scalar(select(func.count()).where(Person.name == "周海燕")) == 1


def test_registering_at_once_fills_the_seats_in_the_order_of_the_list(browser, make_training):
    training = make_training(seats=1)
    bring(browser, training, LIST, how="register")
    assert [row[:2] for row in participants()] == [("周海燕", P.REGISTERED), ("何静", P.WAITING)]
    assert list(db.session.scalars(select(ParticipationEvent.channel))) == [Channel.IMPORT]


def test_wrong_rows_stay_out_and_come_back_as_a_file_with_their_reason(browser, make_training):
    training = make_training()
    text = LIST + "何静,教育局,,,\n,财政局,,,\n孙强,财政局,12,,\n"
    kept = bring(browser, training, text)
    assert kept.counts["wrong"] == 3
    assert [number for number, _sentence in kept.problems] == [4, 5, 6]
    page = browser.get(home(training, f"import/{kept.id}/?lang=en")).text
    assert re.findall('<td data-label="Name">(.*?)</td>', page) == ["何静", "", "孙强"]
    answer = browser.post(home(training, f"import/{kept.id}/problems/csv"))
    assert "The same person already stands in row 3." in answer.text
    assert "The name is missing." in answer.text
    corrected = answer.text.replace("孙强,财政局,12", "孙强,财政局,13800138001")
    again = bring(browser, training, corrected)
    assert (again.counts["new"], again.counts["there"]) == (1, 1)


def test_a_table_without_headings_is_understood_by_what_stands_in_it(browser, make_training):
    training = make_training()
    kept = send(browser, training, "周海燕\t长安区水务局\t13800138000\n何静\t长安区教育局\t13800138001\n")
    assert kept.columns == ["name", "organisation", "phone"]
    assert kept.total == 2


def test_a_workbook_and_the_old_chinese_encoding_are_read(browser, make_training):
    training = make_training()
    book, file = Workbook(), io.BytesIO()
    book.active.append(["姓名", "单位"])
    book.active.append(["周海燕", "水务局"])
    book.save(file)
    assert bring(browser, training, data=file.getvalue()).counts["new"] == 1
    assert bring(browser, training, data="姓名,单位\n何静,教育局\n".encode("gb18030")).counts["new"] == 1
    assert [name for name, _state, _group in participants()] == ["周海燕", "何静"]


def test_a_hundred_thousand_rows_are_refused_with_the_limit(make_training, cast):
    rows = "".join(f"周{number},水务局\n" for number in range(100_000))
    with pytest.raises(importing.BadFile, match="more than 5000 rows"):
        importing.stage(training=make_training(), data=f"姓名,单位\n{rows}".encode(), actor_id=cast.ids["trainer"], now=NOW)


def test_what_cannot_be_read_is_explained_and_what_was_pasted_is_kept(browser, make_training):
    answer = browser.post(home(make_training(), "import"), data={"pasted": '姓名,单位\n"周海燕,水务局\n'})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "a quotation mark is missing" in answer.text
    assert "周海燕,水务局" in answer.text


@pytest.mark.parametrize("text", ["", "姓名,单位\n", "\n\n"])
def test_an_empty_list_is_refused(browser, make_training, text):
    answer = browser.post(home(make_training(), "import"), data={"pasted": text})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_columns_must_name_somebody_and_are_remembered(browser, make_training):
    training = make_training()
    kept = send(browser, training, "谁,A\n周海燕,水务局\n")
    form = {"how": "list", "organisation_type": "government", "column-0": "", "column-1": ""}
    answer = browser.post(home(training, f"import/{kept.id}/columns"), data=form)
    assert "Please choose which column holds the name." in answer.text
    assert send(browser, training, "谁,A\n何静,教育局\n").columns == ["name", "organisation"]
    browser.post(home(training, f"import/{kept.id}/columns"), data={**form, "column-1": "name"})
    assert send(browser, training, "谁,A\n何静,教育局\n").columns == ["", "name"]


def test_people_of_elsewhere_are_recognised_and_stay_as_they_are(browser, make_training, cast):
    training = make_training()
    text = f"姓名,单位,手机,邮箱\n刘洋,水务局,13800138000,{cast.email('other_county')}\n"
    assert bring(browser, training, text).counts == {"new": 0, "known": 1, "there": 0, "wrong": 0}
    person = db.session.get_one(Person, cast.ids["other_county"], populate_existing=True)
    assert (person.phone, person.organisation_id) == (None, None)


def test_what_is_empty_is_filled_in_for_people_of_the_county_and_the_rest_stays(browser, make_training, cast):
    training = make_training()
    office = Organisation(
        id=new_id(), name="发改局", name_key="发改局", type=OrganisationType.GOVERNMENT, place_id=training.place_id, created_at=NOW)
    db.session.add(office)
    person = db.session.get_one(Person, cast.ids["learner"])
    person.organisation_id = office.id
    db.session.commit()
    text = f"姓名,单位,手机,邮箱,职级\n王晓兰,水务局,13800138000,{cast.email('learner')},高层\n"
    bring(browser, training, text)
    person = db.session.get_one(Person, cast.ids["learner"], populate_existing=True)
    assert (person.phone, person.organisation_id, person.position_level) == ("+8613800138000", office.id, 20)


def test_who_lost_the_training_meanwhile_brings_nobody_in(browser, make_training):
    training = make_training()
    kept = choose(browser, training, send(browser, training, LIST))
    browser.post(home(training, f"import/{kept.id}/begin"))
    training.state = TrainingState.CLOSED
    db.session.commit()
    importing.carry_out_due(NOW)
    assert participants() == []
    assert db.session.get_one(ParticipantList, kept.id, populate_existing=True).state is ListState.STOPPED
    assert "The import was stopped" in browser.get(home(training, f"import/{kept.id}/")).text


def test_a_list_is_its_senders_alone(browser, login_as, make_trainer, make_training):
    training = make_training()
    kept = send(browser, training, LIST)
    colleague = make_trainer("colleague")
    db.session.add(TrainingTrainer(training_id=training.id, person_id=colleague.id, part="co", added_at=NOW))
    db.session.commit()
    assert login_as("colleague").get(home(training, f"import/{kept.id}/")).status_code == HTTPStatus.NOT_FOUND
    browser.post(home(training, f"import/{kept.id}/discard"))
    assert db.session.scalar(select(func.count()).select_from(ParticipantList)) == 0


def test_a_click_twice_makes_one_list(browser, make_training):
    training = make_training()
    for _click in range(2):
        browser.post(home(training, "import"), data={"pasted": LIST, "key": "one"})
    assert db.session.scalar(select(func.count()).select_from(ParticipantList)) == 1
