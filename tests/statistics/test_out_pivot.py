"""The pivot table: its cells are what counting says, its totals the whole, and it is shaped without a script."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from tests.learning.fixtures import NOON, enrol
from tests.statistics.moments import SHOWN_AT
from webapp.core.database import db
from webapp.statistics import pages_pivot
from webapp.statistics.answers import source
from webapp.statistics.asking import BadQuestion, read
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.pages_pivot import MOST_CELLS, on_screen, ordered, shape_of
from webapp.statistics.slices import Dimension
from webapp.statistics.tables import Head, Line, Shown, Table

pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture
def people(people, soil):
    """The learner and the officer are in both courses."""
    enrol(people.learner, soil, NOON + timedelta(days=40))
    db.session.commit()
    return people


def table_of(**options):
    found = source(SHOWN_AT)
    asked = read(MultiDict(options), None, found, pages_pivot.OPTIONS, SHOWN_AT)
    return pages_pivot.shown(asked, found, SHOWN_AT).tables[0]


def test_totals_are_the_whole_in_which_a_person_counts_once(database, people):
    table = table_of(rows="county", columns="course", figures="enrolled")
    assert [line.values[-1] for line in table.lines] == [1, 1, 1, 3]
    assert table.lines[-1].total
    across = list(table.lines[-1].values[:-1])
    assert sum(across) == 4, "the learner is in both courses"
    assert table.lines[-1].values[-1] == 3
    assert any("the columns add up to 4, the whole is 3" in note for note in table.notes)


def test_its_heading_begins_with_a_capital_letter(app, people):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert table_of(rows="county", columns="course", figures="enrolled,passed").title.startswith("Enrolled and passed a test by")


def test_every_cell_is_what_counting_says(database, people):
    table = table_of(rows="county", rows2="month", columns="course", figures="enrolled,certified,readers")
    figures = [each for each in FIGURES if each.key in {"enrolled", "certified", "readers"}]
    found = source(SHOWN_AT)
    part = read(MultiDict(), None, found, now=SHOWN_AT).part
    cells = found.count(part, (Dimension.COUNTY, Dimension.MONTH, Dimension.COURSE), figures)
    numbers = [value for line in table.lines[:-1] for value in line.values[1:-len(figures)]]
    assert sorted(value for value in numbers if value) == sorted(each for cell in cells.values() for each in cell.values() if each)
    assert [head.label for head in table.heads][-3:] == [f"Total: {each.label}" for each in figures]


def test_rows_stand_by_code_or_by_name_and_never_by_size(app, people):
    by_code = [line.label for line in table_of(rows="county", figures="enrolled").lines]
    by_name = [line.label for line in table_of(rows="county", figures="enrolled", sort="name").lines]
    assert sorted(by_code) == sorted(by_name)
    assert by_code[-1] == by_name[-1]
    with pytest.raises(BadQuestion, match=r"never by size|不按"):
        shape_of({"sort": "passed"})


@pytest.mark.parametrize(("options", "field"), [
    ({"rows": "colour"}, "rows"), ({"rows": "county", "rows2": "county"}, "rows2"), ({"rows": "sex", "columns": "sex"}, "columns"),
    ({"rows": "sex", "rows2": "age", "columns": "age"}, "columns"), ({"figures": "enrolled,wealth"}, "figures"), ({"sort": "size"}, "sort"),
])
def test_a_shape_that_cannot_be_is_refused_at_its_field(app, options, field):
    with pytest.raises(BadQuestion) as refused:
        shape_of(options)
    assert refused.value.field == field


def test_chosen_figures_stand_in_their_order_whatever_was_clicked_first():
    assert ordered(["passed", "views,enrolled", "", "passed"]) == "views,enrolled,passed"
    assert shape_of({"figures": "passed, views"}).figures == (BY_KEY["views"], BY_KEY["passed"])


@pytest.mark.parametrize(("high", "wide"), [(5, 3), (3_000, 2), (40, 3_000), (3_000, 3_000)])
def test_a_screen_has_two_thousand_cells_and_says_how_many_are_only_in_the_file(app, high, wide):
    lines = [Line(str(row), [row] * wide, total=row == high - 1) for row in range(high)]
    page = Shown("Pivot", [], SHOWN_AT, [Table("pivot", "Pivot", "Row", [Head(str(at)) for at in range(wide)], lines)])
    table = on_screen(page).tables[0]
    cells = len(table.lines) * len(table.heads)
    assert cells <= MOST_CELLS
    assert table.lines[-1] == Line(lines[-1].label, [high - 1] * len(table.heads), total=True), "the total stays"
    assert table.heads[-1].label == str(wide - 1)
    if high * wide > MOST_CELLS:
        assert f"{high * wide:,}" in table.notes[0]
        assert f"{cells:,}" in table.notes[0]
    else:
        assert not table.notes


def see(reader, query):
    return reader.get(f"/statistics/pivot?lang=en&{query}")


def test_boxes_make_one_address_and_links_turn_the_table(login_as, people):
    reader = login_as("staff")
    moved = see(reader, "rows=county&columns=sex&rows2=&figures=passed&figures=enrolled")
    assert moved.status_code == 302
    assert "figures=enrolled%2Cpassed" in moved.headers["Location"]
    assert "rows2" not in moved.headers["Location"]
    page = html.unescape(reader.get(moved.headers["Location"]).text)
    swap = re.search(r'href="([^"]+)">Swap rows and columns', page)[1]
    turned = html.unescape(reader.get(swap).text)
    assert '<option value="sex" selected>' in turned[turned.index('id="rows"'):turned.index('id="rows2"')]


def test_a_wrong_shape_is_explained_at_its_field(login_as, people):
    page = see(login_as("staff"), "rows=sex&columns=sex")
    assert page.status_code == 400
    assert "“Sex” stands in this table already. Choose another breakdown." in html.unescape(page.text)
    assert see(login_as("staff"), "rows=x%00y").status_code == 400


def test_it_is_kept_to_the_readers_places(login_as, people):
    page = see(login_as("other_county"), "rows=county&figures=enrolled").text
    assert "Guye" in page
    assert "Qiaoxi" not in page
    assert see(login_as("other_county"), f"place={people.places.county.id}").status_code == 400


@pytest.mark.parametrize("who", ["learner", "trainer", "author", "outsider"])
def test_for_people_without_the_role_there_is_no_pivot(login_as, who):
    assert login_as(who).get("/statistics/pivot").status_code == 404


def test_the_file_holds_what_the_screen_cut_off(login_as, people):
    answer = login_as("administrator").get("/statistics/pivot.json?lang=en&rows=county&columns=day&figures=enrolled")
    table, = json.loads(answer.data)["tables"]
    assert [row["values"][-1] for row in table["rows"]] == [1, 1, 1, 3]
    assert {column["key"] for column in table["columns"]} == {"enrolled"}, "a program knows a column whatever stands above it"
