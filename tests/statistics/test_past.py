"""Participation of former years: brought in whole or not at all, kept apart, taken back whole."""

from __future__ import annotations

import csv
import html
import io
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from webapp.accounts.models import Person, Role
from webapp.accounts.services import grant_role
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.participation.models import Channel, EventKind, ParticipationEvent, ViewCount
from webapp.statistics import fast, past, slow, snapshot
from webapp.statistics.definitions import FIGURES
from webapp.statistics.incoming import Problems
from webapp.statistics.models import PastBatch, PastState, PastTotal
from webapp.statistics.past_totals import Total, contradictions, remainders
from webapp.statistics.slices import Dimension, Slice

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def total(row, path, year, figure, value):
    return Total(row, UUID(int=row), path, date(year, 1, 1), date(year, 12, 31), figure, value)


def wrong(*totals):
    problems = Problems()
    contradictions(totals, problems)
    return [(row, sentence.split(" ")[0]) for row, sentence in problems.ordered]


PROVINCE, CITY, COUNTY, OTHER = "CN/13/", "CN/13/1301/", "CN/13/1301/130102/", "CN/13/1301/130103/"


def test_a_part_is_never_more_than_its_whole(app):
    assert wrong(total(2, PROVINCE, 2024, "attended", 10), total(3, COUNTY, 2024, "attended", 10)) == []
    assert [row for row, _ in wrong(total(2, PROVINCE, 2024, "attended", 10), total(3, COUNTY, 2024, "attended", 11))] == [3]
    # People may be in both counties; views are not.
    both = [total(2, CITY, 2024, "attended", 10), total(3, COUNTY, 2024, "attended", 8), total(4, OTHER, 2024, "attended", 8)]
    assert wrong(*both) == []
    views = [total(2, CITY, 2024, "views", 10), total(3, COUNTY, 2024, "views", 8), total(4, OTHER, 2024, "views", 8)]
    assert [row for row, _ in wrong(*views)] == [2]


def test_the_same_days_are_not_reported_twice(app):
    assert [row for row, _ in wrong(total(2, COUNTY, 2024, "attended", 10), total(3, COUNTY, 2024, "attended", 10))] == [3]
    assert wrong(total(2, COUNTY, 2024, "attended", 10), total(3, COUNTY, 2025, "attended", 10)) == []


def test_what_lies_below_is_not_counted_again():
    found = remainders([total(2, PROVINCE, 2024, "views", 100), total(3, CITY, 2024, "views", 60), total(4, COUNTY, 2024, "views", 60)])
    assert {each.row: left for each, left in found} == {2: 40, 3: 0, 4: 60}
    assert sum(left for _each, left in found) == 100


def sent(browser, *, totals=None, people=None, title="2024 report", source="Annual report 2024, page 7", what="attended"):
    data = {"title": title, "source": source, "what": what}
    for name, text in (("totals", totals), ("people", people)):
        if text is not None:
            data[name] = (io.BytesIO(text.encode()), f"{name}.csv")
    return browser.post("/statistics/past?lang=en", data=data, content_type="multipart/form-data")


def in_(browser, answer):
    return browser.post(f"{answer.headers['Location']}/bring-in?lang=en")


def counted(**asked):
    part = Slice(cut_off=NOW + timedelta(days=1), **asked)
    plain = slow.count(part, (), FIGURES)[()]
    assert fast.count(snapshot.refresh(NOW + timedelta(days=1), anew=True), part, (), FIGURES)[()] == plain
    return plain


def everything():
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (Person, ParticipationEvent, ViewCount, PastTotal)]


@pytest.fixture
def codes(cast):
    places = cast.places
    return {"province": places.province.code, "county": places.county.code, "other": places.other_county.code}


def test_totals_go_in_are_kept_apart_and_come_back_out(database, cast, login_as, codes):
    staff = login_as("staff")
    before = counted(past=True)
    county = codes["county"]
    table = f"place,period,figure,value\n{codes['province']},2024,views,1000\n{county},2024,浏览量,400\n{county},2024,attended,12\n"
    answer = sent(staff, totals=table)
    assert answer.status_code == 303
    assert everything()[2:] == [0, 0]
    page = staff.get(f"{answer.headers['Location']}?lang=en")
    assert "Bring it all in" in page.text
    assert cast.places.county.name("en") in html.unescape(page.text), "a total is looked at with its place"
    assert in_(staff, answer).status_code == 303
    assert in_(staff, answer).status_code == 409, "brought in once"
    held = html.unescape(staff.get(f"{answer.headers['Location']}?lang=en").text)
    assert cast.places.county.name("en") in held
    assert "1,000" in held, "what a batch holds can be looked at later"
    assert counted()["views"] == before["views"]
    assert counted(past=True)["views"] == before["views"] + 1000
    assert counted(past=True, paths=(cast.places.county.path,))["views"] == 400
    assert {row.source for row in db.session.scalars(select(ViewCount))} == {past.source_of(db.session.scalars(select(PastBatch.id)).one())}
    shown = staff.get("/statistics/?lang=en&past=1").text
    assert "Former years, as reported" in shown
    assert "2024 report" in shown
    assert "Former years, as reported" not in staff.get("/statistics/?lang=en").text
    for _click in range(2):
        assert staff.post(f"{answer.headers['Location']}/take-back").status_code == 303
    assert everything()[2:] == [0, 0]
    assert counted(past=True) == before
    acts = select(AuditEntry.action).where(AuditEntry.action.like("statistics.past%"))
    assert sorted(db.session.scalars(acts)) == ["statistics.past_brought", "statistics.past_taken_back"]


def test_what_another_batch_has_already_is_not_counted_twice(database, cast, login_as, codes):
    staff = login_as("staff")
    county, other, province = codes["county"], codes["other"], codes["province"]
    first = sent(staff, totals=f"place,period,figure,value\n{county},2024,views,400\n{county},2024,attended,12\n")
    assert in_(staff, first).status_code == 303
    for table, sentence in (
        (f"{county},2024-Q2,attended,3", "The batch “2024 report” has this figure for this place already"),
        (f"{province},2024,views,900", "Row 2: Views of a place above or below this one were brought in before"),
    ):
        again = sent(staff, totals=f"place,period,figure,value\n{table}\n", title="Once more")
        assert sentence in html.unescape(staff.get(f"{again.headers['Location']}?lang=en").text)
        assert in_(staff, again).status_code == 422
    for table in (f"{county},2023,views,400", f"{other},2024,views,9", f"{province},2024,attended,50"):
        assert in_(staff, sent(staff, totals=f"place,period,figure,value\n{table}\n", title=table)).status_code == 303
    staff.post(f"{first.headers['Location']}/take-back")
    assert in_(staff, sent(staff, totals=f"place,period,figure,value\n{county},2024,attended,12\n", title="Again")).status_code == 303


def listed(codes):
    return (
        "姓名,单位,地点,培训名称,日期,职级,性别\n"
        f"张伟,长安区水务局,{codes['county']},2024水务培训班,2024-05-12,中层,男\n"
        f"李娜,长安区教育局,{codes['county']},2024水务培训班,2024年5月12日,工作人员,女\n"
        f"张伟,长安区水务局,{codes['county']},2024土壤培训班,2024/6/3,中层,男\n"
    )


def test_a_list_of_people_becomes_events_of_people_found_or_made(database, cast, login_as, codes, at):
    staff = login_as("staff")
    before = everything()
    answer = sent(staff, people=listed(codes))
    assert everything() == before
    page = staff.get(f"{answer.headers['Location']}?lang=en").text
    assert everything() == before, "looking writes nothing"
    assert "people not known yet" in page
    assert in_(staff, answer).status_code == 303
    assert everything()[0] == before[0] + 2
    assert "2024土壤培训班" in staff.get(f"{answer.headers['Location']}?lang=en").text
    events = db.session.scalars(select(ParticipationEvent).where(ParticipationEvent.source.startswith("past:"))).all()
    assert {(each.channel, each.kind) for each in events} == {(Channel.IMPORT, EventKind.ATTENDED)}
    assert [each.source.rsplit(":", 1)[1] for each in sorted(events, key=lambda each: each.source)] == ["2", "3", "4"]
    assert counted(first=date(2024, 1, 1), last=date(2024, 12, 31))["attended"] == 0
    found = counted(first=date(2024, 1, 1), last=date(2024, 12, 31), past=True, paths=(cast.places.county.path,))
    assert (found["attended"], found["trainings"], found["counties"]) == (2, 2, 1)
    assert counted(past=True, level_from=30)["attended"] == 1
    for page in ("trainings", "pivot?rows=training"):
        shown = staff.get(f"/statistics/{page}{'&' if '?' in page else '?'}past=1&lang=en").text
        assert shown.index("2024水务培训班") < shown.index("2024土壤培训班"), "trainings of former years stand by day"
    again = sent(staff, people=listed(codes))
    assert in_(staff, again).status_code == 303
    assert everything()[0] == before[0] + 2, "the same people are found"
    at(NOW + timedelta(hours=1))
    for each in (answer, again):
        staff.post(f"{each.headers['Location']}/take-back")
    assert counted(past=True)["attended"] == 0
    assert slow.count(Slice(cut_off=NOW, past=True), (Dimension.COUNTY,), FIGURES) != {}, "an earlier cut-off stays what it was"


@pytest.mark.parametrize(("totals", "row"), [
    ("{county},2024,attended,2", ""), ("{county},2024,attended,3", "Row 2"), ("{county},2024,attended,1", "Row 2"),
    ("{other},2024,attended,1", "Row 2"), ("{county},2024-Q1,attended,0", ""),
])
def test_totals_that_contradict_the_list_stop_the_batch(database, cast, login_as, codes, totals, row):
    staff = login_as("staff")
    before = everything()
    answer = sent(staff, people=listed(codes), totals="place,period,figure,value\n" + totals.format(**codes))
    done = in_(staff, answer)
    assert done.status_code == (422 if row else 303)
    if row:
        assert "people stand on the list" in done.text
        assert row in done.text
        assert everything() == before
        assert db.session.scalars(select(PastBatch.state)).one() is PastState.SENT


def test_a_contradiction_is_told_in_chinese(database, cast, login_as, codes):
    staff = login_as("staff")
    answer = sent(staff, people=listed(codes), totals="place,period,figure,value\n{county},2024,attended,3".format(**codes))
    page = staff.get(f"{answer.headers['Location']}?lang=zh-Hans").text
    assert "第2行" in page
    assert "people stand on the list" not in page


def test_a_hostile_name_of_a_former_training_is_shown_and_never_run(database, cast, login_as, codes):
    staff, title = login_as("staff"), "=cmd|' /C calc'!A0<script>"
    answer = sent(staff, people=listed(codes).replace("2024水务培训班", title))
    assert in_(staff, answer).status_code == 303
    for page in ("trainings", "pivot"):
        query = "past=1&rows=training" if page == "pivot" else "past=1"
        shown = staff.get(f"/statistics/{page}?{query}").text
        assert title in html.unescape(shown)
        assert "<script>" not in shown.split("</head>")[1]
        lines = list(csv.reader(io.StringIO(staff.get(f"/statistics/{page}.csv?{query}").data.decode("utf-8-sig"))))
        assert any(title in cell for line in lines for cell in line)
        assert not any(cell.startswith("=") for line in lines for cell in line)
        book = load_workbook(io.BytesIO(staff.get(f"/statistics/{page}.xlsx?{query}").data))
        assert not [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]


@pytest.mark.parametrize(("table", "sentence"), [
    ("nowhere,2024,attended,1", "There is no place"), ("{county},2024-13,attended,1", "is no period"),
    ("{county},2030,attended,1", "is not over yet"), ("{county},2024,happiness,1", "There is no figure"),
    ("{county},2024,attended,-1", "is no whole number"), ("{county},2024,attended,1.5", "is no whole number"),
    (",2024,attended,1", "The place is missing"), ("{county},this-year,attended,1", "is no period"),
    ("{county},2024,views,99999999999", "is no whole number"),
    ("{province},2024,attended,1\n{county},2024,attended,2", "is more than the 1 of row 2"),
    ("{county},2024,attended,1\n{county},2024-Q2,attended,1", "overlaps with that of row 2"),
    ("{county},2024,attended,=1+1", "is no whole number"),
])
def test_a_wrong_row_is_named_and_nothing_goes_in(database, cast, login_as, codes, table, sentence):
    staff = login_as("staff")
    before = everything()
    answer = sent(staff, totals="place,period,figure,value\n" + table.format(**codes))
    assert sentence in staff.get(f"{answer.headers['Location']}?lang=en").text.replace("&#39;", "'")
    assert in_(staff, answer).status_code == 422
    assert everything() == before


@pytest.mark.parametrize(("sending", "sentence"), [
    ({}, "Please choose a file of totals"), ({"totals": "place,period\n1,2"}, "Missing: Figure and Value"),
    ({"totals": "place,period,figure,value\n"}, "no rows below"), ({"totals": "x", "title": " "}, "Please write a title"),
    ({"people": "name\n张", "what": "danced"}, "what the people on the list did"),
    ({"totals": "place,period,figure,value\n" + "1,2024,views,1\n" * 5_001}, "5,000"),
])
def test_files_that_are_no_batch_are_refused_with_a_sentence(database, login_as, sending, sentence):
    page = sent(login_as("staff"), **sending)
    assert page.status_code == 422
    assert sentence in page.text
    assert db.session.query(PastBatch).count() == 0


def test_only_ones_own_places_and_batches(database, cast, login_as, codes):
    grant_role(person=cast.trainer, role=Role.STAFF, place=cast.places.county, now=NOW, actor_id=None)
    db.session.commit()
    answer = sent(login_as("staff"), totals=f"place,period,figure,value\n{codes['county']},2024,attended,1\n")
    county = login_as("trainer")
    assert county.get(answer.headers["Location"]).status_code == 404
    assert county.post(f"{answer.headers['Location']}/bring-in").status_code == 404
    assert "2024 report" not in county.get("/statistics/past?lang=en").text
    theirs = sent(county, totals=f"place,period,figure,value\n{codes['other']},2024,attended,1\n")
    assert "outside the places" in county.get(f"{theirs.headers['Location']}?lang=en").text
    assert in_(county, theirs).status_code == 422
    assert login_as("learner").get("/statistics/past").status_code == 404
    assert county.post(f"{theirs.headers['Location']}/forget").status_code == 303
    assert county.get(theirs.headers["Location"]).status_code == 404
