from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.courses.questionnaire.cases import cases, code_of, plan, shown
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.fields import FieldType
from webapp.courses.questionnaire.paths import cell_path, locate
from webapp.courses.questionnaire.values import BadValue, Context, StoredFile, check, check_rows, normalise, normalise_row, trouble

CASES = cases("values")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8,
)
ASKED = [field for field in plan().answerable if field.type not in (FieldType.TABLE, FieldType.MATRIX)]


@pytest.mark.parametrize(("path", "raw", "wanted"), CASES["normalise"])
def test_what_was_sent_has_one_stored_form_or_is_refused(path, raw, wanted):
    try:
        found = normalise(locate(plan(), path).asks, raw)
    except BadValue as bad:
        found = code_of(bad)
    assert found == wanted


@pytest.mark.parametrize(("path", "value", "code"), CASES["check"])
def test_limits_are_judged(path, value, code):
    found = trouble(locate(plan(), path).asks, value)
    assert (found.code if found else None) == code


@pytest.mark.parametrize("case", CASES["sheets"])
def test_a_sheet_is_read_through_its_definition(case):
    read = Answers(plan(), case["values"])
    asked = [field.id for field in plan().fields if field.answerable or field.type is FieldType.CALCULATED]
    assert [each for each in asked if not read.visible(each)] == case["hidden"]
    assert [section.id for section in read.sections] == case["sections"]
    assert [each.path for each in read.missing()] == case["missing"]
    assert {key: list(read.rows(key)) for key in case.get("rows", ())} == case.get("rows", {})
    assert {key: shown(read.value(key)) for key in case.get("calculated", ())} == case.get("calculated", {})
    assert {key: shown(read.cell(*key.split("/"))) for key in case.get("cells", ())} == case.get("cells", {})
    assert {key: shown(read.total(*key.split("/"))) for key in case.get("totals", ())} == case.get("totals", {})
    assert {key: [line.id for line in read.lines(key)] for key in case.get("lines", ())} == case.get("lines", {})


@given(st.sampled_from(ASKED), ANYTHING)
def test_anything_at_all_is_stored_in_a_form_that_stays_or_refused_in_a_sentence(field, raw):
    try:
        value = normalise(field, raw)
    except BadValue as bad:
        said = str(bad)
    else:
        said = check(field, value) or field.label["en"]
        assert normalise(field, value) == value
    assert field.label["en"] in said



@given(st.text())
def test_stored_text_holds_no_control_character_and_no_direction(text):
    try:
        found = normalise(plan().field("story"), text) or ""
    except BadValue:
        return
    forbidden = (*range(9), 11, 12, *range(14, 32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    assert not set(found) & {chr(code) for code in forbidden}


def test_the_sentence_names_the_field_and_the_limit():
    with pytest.raises(BadValue, match=r"“Name of the plan” takes 20 characters at most; these are 21\."):
        normalise(plan().field("plan-name"), "x" * 21)
    spot = locate(plan(), "objectives/aaaaaaaa/budget")
    assert check(spot.asks, "-1", label=spot.label("en")) == "“Objectives · Budget” must be 0 or more."
    assert spot.label("zh-Hans") == "规划目标 · 预算"


def test_what_only_the_database_knows_is_judged_by_the_context():
    one, two = "018f3c1e-0000-7000-8000-000000000001", "018f3c1e-0000-7000-8000-000000000002"
    files = {one: StoredFile("plan.pdf", "pdf", 100), two: StoredFile("plan.pdf", "pdf", 2_000_001)}
    context = Context(places={one}, organisations={one}, files=files)
    assert check(plan().field("place"), one, context) is None
    assert check(plan().field("place"), two, context) == "“Place”: this place is not known."
    assert check(plan().field("office"), two, context) == "“Office”: this organisation is not known."
    assert check(plan().field("office"), "other:Bureau", context) is None
    assert check(plan().field("papers"), [one], context) is None
    assert check(plan().field("papers"), [two], context) == "“Files” takes files of 2 MB at most; “plan.pdf” is larger."
    files[two] = StoredFile("plan.exe", "", 5)
    assert check(plan().field("papers"), [two], context) == "“Files” takes these kinds of files: PDF, images. “plan.exe” is none of them."
    assert check(plan().field("papers"), ["018f3c1e-0000-7000-8000-000000000003"], context) == "“Files”: this file is no longer there."


@pytest.mark.parametrize("raw", [{}, {"at": ""}, {"at": 1}, {"at": "a/b"}, {"at": "a" * 101}, "a0", ["a0"]])
def test_a_row_needs_a_place_in_the_order(raw):
    with pytest.raises(BadValue):
        normalise_row(plan().field("objectives"), raw)


def test_rows_are_recorded_and_limited():
    table = plan().field("objectives")
    assert normalise_row(table, {"at": "a0", "more": 1}) == {"at": "a0"}
    assert normalise_row(table, None) is None
    assert check_rows(table, 5) is None
    assert check_rows(table, 6) == "“Objectives” takes 5 rows at most."


@pytest.mark.parametrize("path", [
    "", "/", "nothing", "intro", "total", "objectives", "objectives/short", "objectives/aaaaaaaa/nothing", "objectives/aaaaaaaa/part",
    "has-plan/x",
    "alignment", "alignment/social/strong", "alignment/other", "scores/aaaaaaaa", "scores/reach", "a/b/c/d", "objectives/AAAAAAAA",
])
def test_only_what_holds_a_value_has_a_path(path):
    assert locate(plan(), path) is None


def test_a_sheet_with_a_full_table_lists_its_troubles_in_order():
    values = {"people": "-5"}
    for row in ("aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd", "eeeeeeee", "ffffffff"):
        values[f"objectives/{row}"] = {"at": "a0"}
        values[cell_path("objectives", row, "budget")] = "-1" if row == "bbbbbbbb" else "1"
    found = Answers(plan(), values).troubles()
    assert [each.path for each in found] == ["people", "objectives/bbbbbbbb/budget", "objectives"]
    assert found[0].section.id == "about"
