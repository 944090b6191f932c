"""Reading a file of places."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.places import tables
from webapp.places.tables import read_table

TEXT = "code,parent,kind,name_zh-Hans,name_en\n33,,province,浙江省,Zhejiang\n3305,33,city,湖州市,Huzhou\n"


def sentences(data: str | bytes) -> list[str]:
    _rows, problems = read_table(data if isinstance(data, bytes) else data.encode())
    return [str(problem) for problem in problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends_read_the_same(encoding, delimiter, end):
    rows, problems = read_table(TEXT.replace(",", delimiter).replace("\n", end).encode(encoding))
    assert problems == []
    assert [(row.number, row.code, row.parent, dict(row.names)) for row in rows] == [
        (2, "33", "", {"zh-Hans": "浙江省", "en": "Zhejiang"}),
        (3, "3305", "33", {"zh-Hans": "湖州市", "en": "Huzhou"}),
    ]


def test_dates_short_names_and_blank_lines_are_understood():
    rows, problems = read_table(
        b"code,kind,name_en,short_en,opened_on,closed_on,successor\n\n1,city,Old Town City,Old Town,1990-05-01,2020-01-01,2\n"
        b"2,city,New City,,,,\n"
    )
    assert problems == []
    assert rows[0].number == 3
    assert (rows[0].short_names, rows[0].opened_on, rows[0].closed_on, rows[0].successor) == (
        {"en": "Old Town"},
        date(1990, 5, 1),
        date(2020, 1, 1),
        "2",
    )


def test_every_problem_of_every_row_is_told_at_once_with_its_row():
    told = sentences(
        "code,kind,name_en,opened_on,closed_on,parent,successor\n"
        "1 1,city,A,,,,\n"
        ",city,,,,,\n"
        "3,,C,2020-13-01,,,\n"
        "4,city,D,2020-02-01,2020-01-01,,\n"
        "5,city,E,,,5,6\n"
        "6,city,F,,,,,,too many\n"
        "7,city,G,,,,\n"
        "7,city,H,,,,\n"
    )
    assert [line.split(":")[0] for line in told] == [
        "Row 2",
        "Row 3",
        "Row 3",
        "Row 4",
        "Row 4",
        "Row 5",
        "Row 6",
        "Row 6",
        "Row 7",
        "Row 9",
    ]
    assert "“2020-13-01” is no date" in told[4]
    assert "already stands in row 8" in told[-1]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The first row must name the columns; missing: code, kind, name_en."),
        (b"code,kind,name_en\n", "The file has no places in it."),
        (b"code,kind,name\n", "Unknown columns in the first row: name."),
        (b"code,code,kind,name_en\n", "A column stands twice in the first row."),
        (b"\xff\xfe\x00c", "The file is not text in UTF-8 or GB18030. Save it as “CSV UTF-8” and try again."),
        (b"c\0ode,kind,name_en\n", "The file is not text in UTF-8 or GB18030. Save it as “CSV UTF-8” and try again."),
        (b'code,kind,name_en\n1,city,"A\n', "Row 2 cannot be read: a quotation mark is missing or stands alone."),
    ],
)
def test_a_file_that_is_no_table_says_why(data, told):
    assert sentences(data) == [told]


def test_too_long_and_too_large_is_refused(monkeypatch):
    assert sentences(f"code,kind,name_en\n1,city,{'x' * 201}\n") == ["Row 2: “name_en” is longer than 200 characters."]
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    assert sentences("code,kind,name_en\n1,c,A\n2,c,B\n3,c,C\n") == ["The file has more than 2 rows."]
    monkeypatch.setattr(tables, "LARGEST_FILE", 1024 * 1024)
    assert sentences(b"x" * (1024 * 1024 + 1)) == ["The file is larger than 1 MB."]


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"code,kind,name_en\n{text}".encode("utf-8", "replace")))
def test_any_bytes_give_rows_or_problems_and_never_an_exception(data):
    rows, problems = read_table(data)
    assert rows or problems
    for row in rows:
        assert row.code
        assert row.names
