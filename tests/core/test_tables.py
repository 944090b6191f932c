"""Tables that strangers send: what is read, and what is refused before anything reads it."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from webapp.core.tables import Bounds, Unreadable, read_cells

BOUNDS = Bounds(size=1_000_000, rows=100, columns=10)
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def _english(app):
    with app.test_request_context("/?lang=en"):
        yield


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data, name, content):
    """The workbook with one part replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


def sheet(rows, dimension="A1:A2"):
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
    )


def cell(place, text):
    return f'<row r="{place[1:]}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def test_a_workbook_keeps_the_numbers_of_its_rows():
    assert read_cells(workbook(["a"], [None], [None], ["b", 3.0, True]), BOUNDS) == [["a"], [], [], ["b", "3", "1"]]


def test_our_own_apostrophes_go_again():
    assert read_cells(b"name,phone\n'=x,'+86 1\n'n,n", BOUNDS) == [["name", "phone"], ["=x", "+86 1"], ["'n", "n"]]


@pytest.mark.parametrize("part", ["xl/media/zeros.bin", SHEET, "xl/sharedStrings.xml"])
def test_a_part_that_unpacks_a_thousandfold_is_refused(part):
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read_cells(with_part(workbook(["a"]), part, b" " * 8_000_000), BOUNDS)


def test_many_parts_are_refused():
    data = workbook(["a"])
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(600):
            archive.writestr(f"x{number}", b"")
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read_cells(file.getvalue(), BOUNDS)


@pytest.mark.parametrize("prolog", [
    '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>', "<!-- " + "x" * 70_000 + " --><!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
])
def test_document_types_are_refused(prolog):
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read_cells(with_part(workbook(["a"]), SHEET, prolog + sheet("")), BOUNDS)


def test_another_encoding_cannot_hide_them():
    with pytest.raises(Unreadable, match="cannot be read"):
        read_cells(with_part(workbook(["a"]), SHEET, sheet(cell("A1", "x")).encode("utf-16")), BOUNDS)


def test_a_claimed_size_fills_no_memory():
    data = with_part(workbook(["a"]), SHEET, sheet(cell("A1", "x"), dimension="A1:XFD1048576"))
    assert read_cells(data, BOUNDS) == [["x"]]


@pytest.mark.parametrize(("rows", "sentence"), [
    ("".join(cell(f"A{number}", "x") for number in range(1, 103)), "more than 100 rows"), (cell("K1", "x"), "more than 10 columns"),
])
def test_too_many_rows_and_columns_are_refused(rows, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read_cells(with_part(workbook(["a"]), SHEET, sheet(rows)), BOUNDS)


def test_a_cell_at_the_far_end_is_not_reached():
    assert read_cells(with_part(workbook(["a"]), SHEET, sheet(cell("A1", "x") + cell("A1048576", "y"))), BOUNDS) == [["x"]]


@pytest.mark.parametrize("data", [
    b"PK\x03\x04", b"PK\x03\x04" + b"x" * 5_000, b"\xd0\xcf\x11\xe0old", b"\0\1\2", b"x" * 1_000_001, b'a,b\n"c',
])
def test_what_is_no_table_is_refused_with_a_sentence(data):
    with pytest.raises(Unreadable):
        read_cells(data, BOUNDS)


def test_a_zip_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(Unreadable, match="cannot be read"):
        read_cells(file.getvalue(), BOUNDS)


def test_a_broken_part_is_refused():
    data = bytearray(workbook(["a"] * 5, *[["b" * 50]] * 50))
    data[200:260] = b"\xff" * 60
    with pytest.raises(Unreadable):
        read_cells(bytes(data), BOUNDS)
