"""Setting lines: what may begin and end a line, and how the room is used."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.core.documents.words import HeadingNumbers, han_number
from webapp.core.pdf.fonts import BODY, BODY_BOLD
from webapp.core.pdf.paragraph import Look, SetLine, natural_width, set_lines
from webapp.core.pdf.paths import Matrix, numbers, path, transform

PLAIN = Look(BODY, 10, "zh-Hans")
BOLD = Look(BODY_BOLD, 10, "zh-Hans")
TEXTS = st.text(st.sampled_from("国土规划，。、；：（）《》“”！？——…… abc 2030% SDG-17/."), min_size=1, max_size=200)


def text_of(line: SetLine) -> str:
    return "".join(segment.line.text for segment in line.segments)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.floats(45, 300))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, width: float) -> None:
    lines = [text_of(line) for line in set_lines([(text, PLAIN)], width, spread=True)]
    long_run = re.search(r"[，。、；：（）《》“”！？—…%/.\-a-zA-Z0-9]{4,}", text)  # such a run may have to be cut
    for line in [] if long_run else lines[1:]:
        assert line[:1] not in {*"，。、；：！？）》”—…"}
    for line in [] if long_run else lines[:-1]:
        assert line[-1:] not in {*"（《“"}


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.floats(45, 300), st.booleans())
def test_no_line_is_wider_than_allowed_and_nothing_is_lost(first: str, second: str, width: float, spread: bool) -> None:
    lines = set_lines([(first, PLAIN), (second, BOLD)], width, spread=spread)
    assert "".join("".join(text_of(line) for line in lines).split()) == "".join((first + second).split())
    assert all(line.width <= width + 0.1 for line in lines)


def test_chinese_lines_are_spread_to_the_edge_but_not_the_last() -> None:
    *full, last = set_lines([("可持续发展目标本地化是把目标同本地实际结合起来的过程" * 4, PLAIN)], 207, spread=True)
    assert all(line.width == pytest.approx(207, abs=0.6) for line in full)
    assert last.width < 206


def test_room_stands_between_han_and_latin_but_not_at_marks() -> None:
    loose = set_lines([("共17项", PLAIN)], 500)[0].width
    tight = sum(set_lines([(part, PLAIN)], 500)[0].width for part in ("共", "17", "项"))
    assert loose == pytest.approx(tight + 2.8, abs=0.05)
    marked = set_lines([("（17）", PLAIN)], 500)[0].width
    assert marked == pytest.approx(sum(set_lines([(part, PLAIN)], 500)[0].width for part in ("（", "17", "）")), abs=0.05)


@settings(max_examples=100, deadline=None)
@given(st.floats(60, 300), st.integers(1, 30))
def test_no_line_begins_with_the_number_of_a_source(width: float, many: int) -> None:
    raised = dataclasses.replace(PLAIN, size=6.8, rise=3.6)
    parts = [part for _turn in range(4) for part in (("规划要同本地实际结合。"[: many % 11 + 1], PLAIN), ("12", raised))]
    lines = set_lines(parts, width, spread=True)
    assert all(line.segments[0].look is not raised for line in lines)
    assert all(line.width <= width + 0.1 for line in lines)


def test_a_long_address_is_cut_behind_its_slashes() -> None:
    lines = [text_of(line) for line in set_lines([("https://example.org/one/two/three/four/five", PLAIN)], 100)]
    assert len(lines) > 1
    assert all(line.endswith(("/", ".")) for line in lines[:-1])


def test_line_breaks_are_kept() -> None:
    assert [text_of(line) for line in set_lines([("a\nb\n\nc", PLAIN)], 100)] == ["a", "b", "", "c"]


def test_natural_widths_are_those_of_the_longest_word_and_the_whole() -> None:
    least, most = natural_width([("one longestword", PLAIN)])
    assert least == pytest.approx(set_lines([("longestword", PLAIN)], 500)[0].width, abs=0.01)
    assert most > least


@pytest.mark.parametrize(("number", "said"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九"), (100, "100")])
def test_chinese_numbers(number: int, said: str) -> None:
    assert han_number(number) == said


def test_numbers_begin_again_under_a_new_heading() -> None:
    count = HeadingNumbers("en")
    assert [count.next(level).strip() for level in (1, 2, 2, 1, 2, 3)] == ["1", "1.1", "1.2", "2", "2.1", "2.1.1"]


def test_path_data_of_every_command_ends_where_it_should() -> None:
    segments = path("M10 10 l5 0 h5 v5 H30 V30 c0 1 2 3 4 4 s1 1 2 2 q1 1 2 2 t2 2 a5 5 0 0 1 10 0 z m1 1 2 2")
    assert [operator for operator, _points in segments[:5]] == ["m", "l", "l", "l", "l"]
    closed = next(at for at, (operator, _points) in enumerate(segments) if operator == "h")
    assert segments[closed - 1][1][-1] == pytest.approx((50.0, 40.0))
    assert segments[closed + 1] == ("m", ((11.0, 11.0),))
    assert segments[closed + 2] == ("l", ((13.0, 13.0),))


def test_faulty_path_data_stops_at_the_fault() -> None:
    assert path("M1 2 L3") == [("m", ((1.0, 2.0),))]
    assert path("5 5 M1 2") == []


def test_transforms_combine_from_the_left() -> None:
    assert transform("translate(10 20) scale(2)").of((1, 1)) == (12, 22)
    assert transform("rotate(90 10 10)").of((20, 10)) == pytest.approx((10, 20))
    assert transform("matrix(1 0 0 1 3 4)") == Matrix(e=3, f=4)
    assert numbers("50%, 7", whole=80) == [40, 7]
