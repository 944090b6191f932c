"""Files of tables: typed, complete, and nothing in them runs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import exports
from webapp.core.exports import Sheet, neutral, write_csv, write_xlsx

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "\n=1"]


def sheet(rows, head=("Name", "Number", "Day", "Moment")):
    return Sheet("people", "People: [all]*", head, rows, [("Search", "=cmd|' /C calc'!A0")], "About this table", SHANGHAI)


def as_csv(rows, **rest):
    file = io.BytesIO()
    write_csv(sheet(rows, **rest), file)
    return file.getvalue()


def as_book(rows, **rest):
    file = io.BytesIO()
    write_xlsx(sheet(rows, **rest), file)
    file.seek(0)
    return openpyxl.load_workbook(file)


ROW = ("王晓兰", -3, date(2026, 9, 14), datetime(2026, 9, 14, 23, 30, tzinfo=UTC))


def test_csv_is_read_by_excel_in_chinese_windows_and_keeps_types_apart():
    data = as_csv([ROW, (None, 2, None, None)])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [["王晓兰", "-3", "2026-09-14", "2026-09-15 07:30+08:00"], ["", "2", "", ""]]


def test_xlsx_cells_have_types_and_the_second_sheet_says_what_the_table_covers():
    book = as_book([ROW])
    table, about = book.worksheets
    day, moment = datetime.fromisoformat("2026-09-14 00:00"), datetime.fromisoformat("2026-09-15 07:30")
    assert [cell.value for cell in table[2]] == ["王晓兰", -3, day, moment]
    assert [cell.data_type for cell in table[2]] == ["s", "n", "d", "d"]
    assert table.freeze_panes == "A2"
    assert [cell.value for cell in about[1]] == ["Search", "=cmd|' /C calc'!A0"]
    assert about["B1"].data_type == "s"


@pytest.mark.parametrize("text", EVIL)
def test_no_text_becomes_a_formula(text):
    assert neutral(text) == f"'{text}"
    assert as_csv([(text, 1, None, None)]).decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")
    assert as_book([(text, 1, None, None)]).worksheets[0]["A2"].data_type == "s"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_survives_both_ways(text):
    kept = next(csv.reader(io.StringIO(as_csv([(text,)], head=("a",)).decode("utf-8-sig").split("\r\n", 1)[1], newline="")), [""])[0]
    assert kept in (neutral(text.replace("\0", "")), text)
    assert as_book([(text,)], head=("a",)).worksheets[0]["A2"].data_type in ("s", "n")


def test_a_table_longer_than_a_sheet_goes_on_on_the_next(monkeypatch):
    monkeypatch.setattr(exports, "ROWS_A_SHEET", 2)
    book = as_book([(str(number),) for number in range(5)], head=("a",))
    assert [len(list(page.rows)) for page in book.worksheets[:3]] == [3, 3, 2]


def test_a_cell_longer_than_a_spreadsheet_allows_says_that_it_was_cut():
    assert as_book([("长" * 40_000,)], head=("a",)).worksheets[0]["A2"].value.endswith("…")
