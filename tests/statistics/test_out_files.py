"""Files of the pages: equal to the screen to the last digit, with what they cover and what they count, and harmless to open."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.learning.small_course import WATER
from tests.statistics.moments import SHOWN_AT
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.exports import Printed, made
from webapp.statistics.pages import PAGES
from webapp.statistics.tables import Head, Line, Shown, Table

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1+1", "\t=1", "a\x00b\x0bc", "x" * 40_000, "[a]:*?/\\'")
pytestmark = pytest.mark.usefixtures("small_courses")


class Tables(HTMLParser):
    """The tables of a page: caption to rows of texts; key figures as rows of one number."""

    def __init__(self):
        super().__init__()
        self.found, self.rows, self.cell, self.caption, self.in_caption, self.facts = [], None, None, "", False, None

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.rows, self.caption = [], ""
        elif tag == "dl" and "facts" in (dict(attrs).get("class") or ""):
            self.facts = []
        elif tag == "caption":
            self.in_caption = True
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif (tag in ("td", "th") and self.rows) or (tag in ("dt", "dd") and self.facts is not None):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag == "table":
            self.found.append((self.caption.strip(), self.rows))
            self.rows = None
        elif tag == "caption":
            self.in_caption = False
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append(" ".join(self.cell.split()))
            self.cell = None
        elif tag in ("dt", "dd") and self.facts is not None and self.cell is not None:
            self.facts.append((tag, " ".join(self.cell.split())))
            self.cell = None
        elif tag == "dl" and self.facts is not None:
            terms = [at for at, (kind, _text) in enumerate(self.facts) if kind == "dt"]
            self.found.append(("key", [[self.facts[at][1], self.facts[at + 1][1]] for at in terms]))
            self.facts = None

    def handle_data(self, data):
        if self.in_caption:
            self.caption += data
        elif self.cell is not None:
            self.cell += data


def number(text):
    """A number as a person reads it on the screen."""
    plain = text.replace(",", "").replace("−", "-").replace("%", "").lstrip("+")
    return None if plain in ("–", "") else float(plain)


def on_screen(page):
    """Every number of the page's tables by row label, in order: {(table, row): numbers}."""
    parser = Tables()
    parser.feed(page.text)
    found = {}
    for caption, rows in parser.found:
        body = rows if caption == "key" else rows[1:]
        for row in body:
            numbers = [each for each in row[1:] if re.fullmatch(r"[+−]?[\d,]+(\.\d+)?%?|–", each)]
            if numbers:
                found.setdefault(row[0], []).append([number(each) for each in numbers])
    return found


def as_numbers(values):
    return [None if each in (None, "") else float(each) for each in values if each in (None, "") or isinstance(each, (int, float))]


def rows_of_json(answer):
    found = {}
    for table in json.loads(answer.data)["tables"]:
        for row in table["rows"]:
            found.setdefault(row["label"], []).append(as_numbers(row["values"]))
    return found


def rows_of_csv(answer):
    found, order = {}, []
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines[0] == ["Table", "Row", "Figure", "Value"]
    for table, row, _figure, value in lines[1:]:
        if not order or order[-1] != (table, row):
            order.append((table, row))
            found.setdefault(row.partition(" · ")[0], []).append([])
        found[row.partition(" · ")[0]][-1].append(float(value) if value else None)
    return found


def rows_of_xlsx(answer):
    book = load_workbook(io.BytesIO(answer.data))
    found = {}
    for sheet in book.worksheets[:-2]:
        titles = [cell.value for cell in sheet[1]]
        wide = len(titles) - (titles[-1] == "What it counts")
        for row in sheet.iter_rows(min_row=2, max_col=wide, values_only=True):
            if row[0] is not None and any(isinstance(each, (int, float)) for each in row[1:]):
                found.setdefault(row[0], []).append(as_numbers(row[1:]))
    return found


PAGE_QUERIES = [
    ("overview", {}), ("overview", {"period": "2026-09", "against": "before"}), ("funnel", {}), ("places", {"period": "2026"}), ("map", {}),
    ("time", {"by": "day"}), ("people", {"period": "2026-09"}), ("courses", {}), ("courses", {"course": WATER}), ("trainings", {}),
    ("left-behind", {}), ("pivot", {"rows": "county", "columns": "course", "figures": "enrolled,certified"}),
    ("pivot", {"rows": "course", "rows2": "level", "figures": "readers,passed"}),
]


@pytest.mark.parametrize(("page", "query"), PAGE_QUERIES)
def test_each_file_has_the_numbers_of_the_screen(login_as, people, page, query):
    reader, query = login_as("administrator"), {"lang": "en", **query}
    screen = on_screen(reader.get("/statistics/" if page == "overview" else f"/statistics/{page}", query_string=query))
    assert screen
    path = "/statistics" if page == "overview" else f"/statistics/{page}"
    for form, read in (("json", rows_of_json), ("csv", rows_of_csv), ("xlsx", rows_of_xlsx)):
        answer = reader.get(f"{path}.{form}", query_string=query)
        assert answer.status_code == 200
        found = read(answer)
        for row, numbers in screen.items():
            saved = [[each for each in line if each is not None] for line in found[row]]
            for shown in numbers:
                wanted = [each for each in shown if each is not None]
                assert any(line[:len(wanted)] == wanted or set(wanted) <= set(line) for line in saved), (form, row, shown, saved)


def test_every_page_has_its_files(login_as, people):
    reader = login_as("administrator")
    for page in PAGES:
        path = "/statistics" if page == "overview" else f"/statistics/{page}"
        for form in ("csv", "xlsx", "json"):
            answer = reader.get(f"{path}.{form}")
            assert answer.status_code == 200, (page, form)
            assert f".{form}" in answer.headers["Content-Disposition"]
            assert answer.headers["Cache-Control"] == "no-store"


def test_the_workbook_says_what_it_covers_and_what_it_counts(login_as, people):
    reader = login_as("staff")
    query = {"lang": "en", "period": "2026-09", "place": people.places.city.id, "course": WATER}
    book = load_workbook(io.BytesIO(reader.get("/statistics.xlsx", query_string=query).data))
    about = {row[0]: row[1] for row in book["About these figures"].iter_rows(values_only=True)}
    assert about["Place"] == "Shijiazhuang City"
    assert about["Period"] == "from 1 September 2026 to 30 September 2026"
    assert about["Cut-off"] == "2026-11-20 13:07"
    assert about["Time zone"] == "Asia/Shanghai"
    assert about["Saved by"] == people.staff.name
    assert f"place={people.places.city.id}" in about["Address of the page"]
    counted = {row[0]: row for row in book["Definitions"].iter_rows(min_row=2, values_only=True)}
    assert counted["passed a test"][1] == str(BY_KEY["passed"].definition)
    assert counted["passed a test"][4] == BY_KEY["passed"].version
    assert counted["passed a test"][2:4] == ("passed a test", "each person once")
    assert counted["passed a test"][5].date() == BY_KEY["passed"].since


def test_a_file_in_chinese_is_chinese(login_as, people):
    answer = login_as("administrator").get("/statistics.csv?lang=zh-Hans")
    assert answer.data.decode("utf-8-sig").splitlines()[0] == "表,行,指标,值"


@pytest.fixture
def hostile(app):
    lines = [Line(each, [1, 2.25, None, each], note=each) for each in HOSTILE]
    heads = [Head(HOSTILE[0]), Head("share", digits=1, unit="%"), Head("none"), Head("text", number=False)]
    tables = [Table(f"t{number}", title, "Row", heads, lines, [HOSTILE[1]]) for number, title in enumerate(HOSTILE)]
    shown = Shown("=title", [("=what", "=value")], SHOWN_AT, tables, [BY_KEY["passed"]], ["=says"])
    return Printed(shown, "http://localhost/", "=cmd()", SHOWN_AT, "en")


def test_no_cell_of_a_workbook_is_run(hostile):
    with db.session.no_autoflush:
        book = load_workbook(io.BytesIO(made(hostile, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    names = [sheet.title.casefold() for sheet in book]
    assert len(names) == len(set(names)) == len(HOSTILE) + 2
    assert all(len(name) <= 31 for name in names)


def test_no_cell_of_a_csv_file_begins_a_formula(hostile):
    lines = list(csv.reader(io.StringIO(made(hostile, "csv").decode("utf-8-sig"))))
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "＝"))]
    assert lines[2][3] == "2.2", "2.25 is rounded as the screen does"


def test_hostile_names_are_whole_in_json_and_print(hostile):
    content = json.loads(made(hostile, "json"))
    assert [row["label"] for row in content["tables"][0]["rows"]] == list(HOSTILE)
    assert made(hostile, "pdf").startswith(b"%PDF")


def test_the_pdf_has_numbers_definitions_and_cut_off(login_as, people):
    answer = login_as("administrator").get("/statistics/funnel.pdf?lang=en")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())
    assert str(BY_KEY["enrolled"].definition) in text
    assert "2026-11-20 13:07" in text
    assert "all places" in text


def test_no_number_of_a_comparison_breaks_on_paper(app):
    heads = [Head("Value"), Head("Compared with"), Head("change", signed=True), Head("change in per cent", digits=1, unit="%", signed=True)]
    line = Line("views", [57_737, 263, 57_474, 21_853.2], note="Showings of a course step for at least three seconds.")
    shown = Shown("Overview", [], SHOWN_AT, [Table("key-figures", "Key figures", "Figure", heads, [line], key=True)])
    text = pages_of(made(Printed(shown, "http://localhost/", "A. Reader", SHOWN_AT, "en"), "pdf"))[0]
    for whole in ("57,737", "+57,474", "+21,853.2%", "Compared"):
        assert whole in text


def test_a_map_stands_below_its_heading_on_paper(login_as, people):
    answer = login_as("administrator").get("/statistics/map.pdf?lang=en&against=year&period=2026")
    first = " ".join(pages_of(answer.data)[0].split())
    assert first.count("Counties covered by province") == 2, "heading and caption"


def pages_of(data):
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def test_the_button_of_a_page_is_noted_in_the_audit_trail_and_a_get_writes_nothing(login_as, people):
    reader, place = login_as("staff"), people.places.city.id
    noted = db.session.query(AuditEntry).filter_by(action="statistics.exported")
    assert reader.get(f"/statistics/places.csv?place={place}").status_code == 200
    assert noted.count() == 0
    assert reader.post(f"/statistics/places.csv?place={place}").status_code == 200
    entry = noted.one()
    assert (entry.actor_id, entry.subject_kind, entry.subject_id, entry.place_id) == (people.ids["staff"], "statistics", "places", place)
    assert entry.after == {"form": "csv", "filters": {"place": str(place)}}
    assert f'action="/statistics/places.csv?place={place}"' in reader.get(f"/statistics/places?place={place}").text


def test_files_of_others_places_and_wrong_questions_are_refused(login_as, people):
    officer = login_as("other_county")
    for query in ({"place": people.places.county.id}, {"colour": "red"}, {"period": "2026-13"}, {"period": "2026", "from": "2026-01-01"}):
        assert officer.get("/statistics.csv", query_string=query).status_code == 400
    assert officer.get("/statistics.docx").status_code == 404
    assert officer.get("/statistics/nothing.csv").status_code == 404


def test_a_file_holds_the_readers_places_only(login_as, people):
    mine = login_as("other_county").get("/statistics/places.csv?lang=en").data.decode()
    assert "Guye" in mine
    assert "Chang'an" not in mine


@pytest.mark.parametrize("who", ["learner", "trainer", "author", "outsider"])
def test_for_people_without_the_role_there_are_no_files(login_as, who):
    assert login_as(who).get("/statistics.csv").status_code == 404
    assert login_as(who).post("/statistics/places.xlsx").status_code == 404
