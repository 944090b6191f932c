"""Importing people: what goes in, what does not, and that a second time changes nothing."""

from __future__ import annotations

import io
import re
import time
from datetime import UTC, date, datetime

import openpyxl
import pytest
from sqlalchemy import func, select

from tests.cast import signed_in_client
from webapp.accounts import services, services_imports
from webapp.accounts.models import Organisation, OrganisationType, Person, PositionLevel, Role, Sex, SignIn
from webapp.accounts.models_imports import ImportRun, ImportState
from webapp.accounts.models_people import PersonSpell
from webapp.accounts.services_erasure import erase
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work

NOW = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
HEAD = "姓名,邮箱,手机,省,县,工作单位,职级,性别,出生年月"
ROW = "孙小美,sun@example.org,138 0013 8000,河北省,桥西区,桥西区统计局,中层管理人员,女,1985-03"


@pytest.fixture(autouse=True)
def _september(at):
    at(NOW)


def table(*rows, head=HEAD):
    return "\n".join([head, *rows]).encode()


def brought_in(cast, data, actor="administrator", **options):
    """Stage, preview and carry out; the run."""
    chosen = {"since": NOW.date(), "organisation_type": OrganisationType.GOVERNMENT, "mail": False, "language": "zh-Hans", **options}
    with unit_of_work():
        run = services_imports.stage(data=data, actor_id=cast.ids[actor], now=NOW)
        services_imports.prepare(run=run, columns=run.columns, now=NOW, **chosen)
    previewed = dict(run.counts)
    with unit_of_work():
        services_imports.confirm(run=run, now=NOW)
    run_id = run.id
    services_imports.carry_out(run_id)
    db.session.expire_all()
    run = db.session.get_one(ImportRun, run_id)
    assert run.counts == previewed, "the preview said what happened"
    return run


def problems(run):
    return [sentence for _row, sentence in run.problems]


def named(name):
    return db.session.scalars(select(Person).where(Person.name == name)).all()


def test_a_row_becomes_a_person_with_everything_it_says(database, cast):
    run = brought_in(cast, table(ROW))
    assert (run.counts, run.state) == ({"new": 1, "changed": 0, "unchanged": 0, "wrong": 0}, ImportState.DONE)
    [person] = named("孙小美")
    office = db.session.get(Organisation, person.organisation_id)
    assert (person.phone, person.place_id, person.position_level, person.sex, person.birth_year, person.language) == (
        "+8613800138000", cast.places.second_county.id, PositionLevel.MIDDLE, Sex.FEMALE, 1985, "zh-Hans")
    assert (office.name, office.type, office.place_id) == ("桥西区统计局", OrganisationType.GOVERNMENT, cast.places.second_county.id)
    sign_in = db.session.scalars(select(SignIn).where(SignIn.person_id == person.id)).one()
    assert (sign_in.email, sign_in.password_hash, sign_in.verified_at) == ("sun@example.org", None, None)
    assert run.rows == [], "what went in is not kept twice"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter(app, cast, encoding, delimiter):
    brought_in(cast, table(ROW).decode().replace(",", delimiter).encode(encoding))
    assert len(named("孙小美")) == 1


def test_a_workbook_is_read_as_values_and_numbers_stay_whole(database, cast):
    book = openpyxl.Workbook()
    born = datetime(1985, 3, 1, tzinfo=UTC).replace(tzinfo=None)  # workbooks know no time zones
    head = ["Name", "Mobile", "Place code", "Year of birth"]
    for row in (head, ["Sun Li", 13800138000.0, 130104, born], ["=1+1", None, 130104, None]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    run = brought_in(cast, file.getvalue())
    [person] = named("Sun Li")
    assert (person.phone, person.birth_year, person.place_id) == ("+8613800138000", 1985, cast.places.second_county.id)
    assert run.counts["wrong"] == 1, "a formula without a stored value is no name"


def test_the_same_file_again_changes_nothing(database, cast):
    data = table(
        ROW, "钱一,,,,石家庄桥西区,桥西区统计局,,,", "钱二,,,,130104,,,,", "钱二,,13900139000,,130104,,,,", "钱三,q3@example.org,,,,,,,",
    )
    brought_in(cast, data)
    before = [db.session.scalar(select(func.count()).select_from(model)) for model in (Person, PersonSpell)]
    run = brought_in(cast, data)
    assert run.counts in (
        {"new": 0, "changed": 0, "unchanged": 4, "wrong": 1}, {"new": 0, "changed": 0, "unchanged": 5, "wrong": 0},
    )
    assert before == [db.session.scalar(select(func.count()).select_from(model)) for model in (Person, PersonSpell)]


def test_a_change_is_dated_and_what_the_row_leaves_open_stays(database, cast):
    brought_in(cast, table(ROW))
    run = brought_in(cast, table("孙小美,sun@example.org,,,长安区,,高层管理人员,,"), since=date(2026, 9, 1))
    [person] = named("孙小美")
    assert run.counts["changed"] == 1
    assert (person.place_id, person.position_level, person.phone) == (cast.places.county.id, PositionLevel.SENIOR, "+8613800138000")
    spells = db.session.scalars(select(PersonSpell).where(PersonSpell.person_id == person.id).order_by(PersonSpell.valid_from)).all()
    assert [(each.place_id, each.valid_until) for each in spells] == [
        (cast.places.second_county.id, date(2026, 9, 1)), (cast.places.county.id, None)]


@pytest.mark.parametrize(("rows", "sentence"), [
    ([",,,,,,,,x"], "The name is missing. “x” is not understood as “Year of birth”."),
    (["孙小美,no address,,,,,,,"], "Please write an e-mail address such as name@example.org."),
    (["孙小美,,12,,,,,,"], "“12” is not understood as “Telephone”."),
    (["孙小美,,,,火星,,,,"], "There is no place “火星”."),
    (
        ["孙小美,,,,,,正科级,,"],
        ("“正科级” is not understood as “Position level”. Write one of these: "
        "Staff member / Junior management / Middle management / Senior management / Head of the organisation."),
    ),
    (["孙小美,learner@example.org,,,,,,,"], "The e-mail address belongs to 王晓兰. Correct the name or the address."),
    (["孙小美,s@example.org,,,,,,,", "孙小丽,S@example.org,,,,,,,"], "The same person already stands in row 2."),
    (["孙小美,,,,桥西区,,,,", "孙小美,,,,130104,,,,"], "The same person already stands in row 2."),
])
def test_what_is_wrong_is_said_row_by_row_and_the_others_go_in(app, cast, rows, sentence):
    with app.test_request_context("/?lang=en"):
        run = brought_in(cast, table(*rows, "好人,good@example.org,,,,,,,"), language="en")
    assert problems(run) == [sentence] or sentence in problems(run)[0]
    assert len(named("好人")) == 1
    assert [row[0] for row in run.rows] == [row for row, _sentence in run.problems]


def test_namesakes_with_different_addresses_are_two_people(database, cast):
    data = table("王伟,w1@example.org,,,桥西区,财政局,,,", "王伟,w2@example.org,,,桥西区,财政局,,,")
    brought_in(cast, data)
    assert len(named("王伟")) == 2
    run = brought_in(cast, table("王伟,,,,桥西区,财政局,中层管理人员,,"))
    assert run.counts["wrong"] == 1, "nobody can tell which of the two is meant"


def test_an_administrator_of_a_county_brings_in_that_county_only(database, cast):
    services.grant_role(person=cast.trainer, role=Role.ADMINISTRATOR, place=cast.places.county, now=NOW, actor_id=None)
    db.session.commit()
    run = brought_in(cast, table(
        "甲一,,,,长安区,,,,", "乙二,,,,桥西区,,,,", "丙三,,,,,,,,", "Amina Diallo,second_learner@example.org,,,长安区,,,,",
    ), actor="trainer")
    assert (run.counts["new"], run.counts["wrong"]) == (1, 3)
    assert db.session.get(Person, cast.ids["second_learner"]).place_id == cast.places.second_county.id


def test_somebody_with_a_role_gets_no_sign_in_by_a_file(database, cast):
    holder = services.create_person(name="周正", language="zh-Hans", now=NOW, place=cast.places.county)
    services.grant_role(person=holder, role=Role.STAFF, place=None, now=NOW, actor_id=None)
    db.session.commit()
    run = brought_in(cast, table("周正,mine@example.org,,,长安区,,,,"))
    assert run.counts["wrong"] == 1


def test_links_are_mailed_where_asked(database, cast):
    brought_in(cast, table(ROW), mail=True)
    assert [each.recipient for each in db.session.scalars(select(OutboxMail))] == ["sun@example.org"]


def test_a_stopped_import_carries_on_and_one_that_lost_the_role_stops(database, cast, monkeypatch):
    monkeypatch.setattr(services_imports, "PART", 2)
    data = table(*[f"人{number},p{number}@example.org,,,,,,," for number in "甲乙丙丁戊"])
    with unit_of_work():
        run = services_imports.stage(data=data, actor_id=cast.ids["administrator"], now=NOW)
        services_imports.prepare(run=run, columns=run.columns, since=NOW.date(), organisation_type=OrganisationType.OTHER, mail=False,
                                 language="en", now=NOW)
        services_imports.confirm(run=run, now=NOW)
    run_id = run.id

    class Killed(BaseException):
        pass

    def kill(done, _total):
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        services_imports.carry_out(run_id, kill)
    assert db.session.get_one(ImportRun, run_id).done == 2
    assert services_imports.carry_out_due(NOW) == 3
    run = db.session.get_one(ImportRun, run_id)
    assert (run.counts["new"], run.state, run.done) == (5, ImportState.DONE, 5)
    with pytest.raises(services_imports.NotReady):
        services_imports.confirm(run=run, now=NOW)


@pytest.fixture
def browser(login_as):
    return login_as("administrator")


def send(browser, data, name="people.csv"):
    return browser.post("/admin/people/import?lang=en", data={"file": (io.BytesIO(data), name)})


CHOICE = {f"column-{number}": field for number, field in enumerate(
    ["name", "email", "phone", "place", "place", "organisation", "position_level", "sex", "birth_year"])}
OPTIONS = {"since": "2026-09-14", "organisation_type": "government"}


def test_from_the_file_to_the_people_in_a_browser(database, browser, cast):
    there = send(browser, table(ROW, "孙小丽,bad,,,,,,,")).location
    page = browser.get(f"{there}?lang=en")
    assert "孙小美" in page.text
    assert re.search(r'<option value="phone" selected>', page.text)
    there = browser.post(f"{there}?lang=en", data={**CHOICE, **OPTIONS}).location
    page = browser.get(f"{there}?lang=en")
    assert "Preview: nothing has been done yet." in page.text
    assert "Please write an e-mail address" in page.text
    assert not named("孙小美")
    browser.post(f"{there}begin")
    page = browser.get(f"{there}?lang=en")
    assert 'http-equiv="refresh"' in page.text
    assert "0 of 2 rows are done" in page.text
    assert services_imports.carry_out_due(NOW) == 2
    page = browser.get(f"{there}?lang=en")
    assert "The import is done" in page.text
    assert 'http-equiv="refresh"' not in page.text
    assert len(named("孙小美")) == 1
    assert '<td data-label="Name">孙小丽</td>' in page.text
    file = browser.post(f"{there}problems/csv", data={}).get_data().decode("utf-8-sig")
    assert file.splitlines()[0] == HEAD + ",问题" or file.splitlines()[0] == HEAD + ",problem"
    corrected = file.replace("bad", "good@example.org").encode()
    there = browser.post(send(browser, corrected).location, data={**CHOICE, **OPTIONS, "column-9": ""}).location
    browser.post(f"{there}begin")
    services_imports.carry_out_due(NOW)
    assert len(named("孙小丽")) == 1


def test_columns_are_remembered_for_the_administrator(database, browser, cast):
    data = "谁,哪儿\n孙小美,桥西区\n".encode()
    there = send(browser, data).location
    assert "selected>Name" not in browser.get(f"{there}?lang=en").text
    browser.post(there, data={"column-0": "name", "column-1": "place", **OPTIONS})
    page = browser.get(f"{send(browser, data).location}?lang=en").text
    assert '<option value="name" selected>' in page
    assert '<option value="place" selected>' in page


@pytest.mark.parametrize("data", [b"", b"\0\1\2", b"name\n", b"PK\x03\x04x"])
def test_what_is_no_file_of_people_is_refused_on_the_page(app, browser, data):
    page = send(browser, data)
    assert (page.status_code == 422 and 'id="errors"' in page.text) or 'role="alert"' in page.text


@pytest.mark.parametrize("columns", [{}, {"column-0": "email"}, {"column-0": "name", "column-1": "name"}, {"column-0": "password"}])
def test_columns_that_make_no_people_are_refused(app, browser, columns):
    there = send(browser, b"name,x\na,b\n").location
    page = browser.post(there, data={**columns, **OPTIONS})
    assert page.status_code == 422
    # The sentence leads to the first choice.
    assert 'href="#column-0"' in page.text
    assert 'id="column-0"' in page.text


def test_a_file_is_its_senders_alone(database, browser, cast, app, login_as):
    services.grant_role(person=cast.staff, role=Role.ADMINISTRATOR, place=None, now=NOW, actor_id=None)
    db.session.commit()
    there = browser.post(send(browser, table(ROW)).location, data={**CHOICE, **OPTIONS}).location
    other = signed_in_client(app, cast.sign_in_ids["staff"])
    for path in ("", "columns"):
        assert other.get(there + path).status_code == 404
    for path in ("begin", "discard", "problems/csv"):
        assert other.post(there + path).status_code == 404
    assert login_as("learner").get("/admin/people/import").status_code == 404
    browser.post(there + "discard")
    assert browser.get(there).status_code == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True, scope="session")
def test_ten_thousand_rows_take_few_statements(app, cast, max_queries):
    data = table(*[f"孙{number:05},p{number}@example.org,,,桥西区,统计局{number % 50},,," for number in range(1_000)])
    began = time.perf_counter()
    with max_queries(260):
        run = brought_in(cast, data)
    assert run.counts["new"] == 1_000
    assert time.perf_counter() - began < 30


@pytest.mark.parametrize("row", [
    "王晓兰,,,河北省,长安区,,,,", "王小兰,LEARNER@example.org,,河北省,长安区,,,,", "王老师,,13800138111,河北省,长安区,,,,",
])
def test_who_is_erased_is_gone_from_files_that_wait(database, cast, row):
    db.session.get_one(Person, cast.ids["learner"]).phone = "+8613800138111"
    with unit_of_work():
        run = services_imports.stage(data=table(ROW, row), actor_id=cast.ids["administrator"], now=NOW)
        services_imports.prepare(
            run=run, columns=run.columns, now=NOW, since=NOW.date(), organisation_type=OrganisationType.GOVERNMENT,
            mail=False, language="zh-Hans",
        )
        services_imports.confirm(run=run, now=NOW)
    run_id = run.id
    with unit_of_work():
        erase(person_id=cast.ids["learner"], keep_certificates=False, actor_id=None, now=NOW)
    db.session.expire_all()
    run = db.session.get_one(ImportRun, run_id)
    assert run.rows[1] == [3, []]
    assert run.rows[0][1][0] == "孙小美"
    services_imports.carry_out(run_id)
    db.session.expire_all()
    run = db.session.get_one(ImportRun, run_id)
    assert (run.state, run.counts["new"], run.counts["wrong"]) == (ImportState.DONE, 1, 1)
    assert len(named("孙小美")) == 1
