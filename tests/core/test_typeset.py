"""Direction, line breaks and fitting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.core.pdf.fonts import SANS, SERIF
from webapp.core.pdf.typeset import break_points, fit, is_right_to_left, levels, shape

NAMES = st.text(st.sampled_from("王宁·犇 -’ABcdéЖأحمد12གཤིกำ（）"), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Li 12", [0, 0, 0, 0, 0]),
        ("أح", [1, 1]),
        ("Li أح", [0, 0, 0, 1, 1]),
        ("أح Li", [1, 1, 1, 2, 2]),
        ("أح 12 أ", [1, 1, 1, 2, 2, 1, 1]),
        ("أ Li 12", [1, 1, 2, 2, 2, 2, 2]),
        ("A أ 1 ب B", [0, 0, 1, 1, 2, 1, 1, 0, 0]),
    ],
)
def test_levels_follow_the_bidirectional_algorithm(text: str, expected: list[int]) -> None:
    assert levels(text) == expected


def test_the_first_letter_decides_the_direction() -> None:
    assert is_right_to_left("12 أحمد Li")
    assert not is_right_to_left("12 Li أحمد")


def test_arabic_words_inside_latin_keep_their_place_and_turn() -> None:
    line = shape("A أ ب B", SERIF)
    assert [run.text.strip() for run in line.runs if run.text.strip()] == ["A", "أ ب", "B"]
    assert [glyph.text for glyph in line.runs[1].glyphs if glyph.text.strip()] == ["ب", "أ"]


def test_stacked_tibetan_is_lower_than_its_letters_in_a_row() -> None:
    assert shape("ཀྲ", SERIF).width < shape("ཀར", SERIF).width


@pytest.mark.parametrize(
    ("text", "language", "expected"), [("“好”", "zh-Hans", "NotoSansSC-Regular"), ("“good”", "en", "NotoSerif-Medium")]
)
def test_quotation_marks_are_full_width_in_chinese_only(text: str, language: str, expected: str) -> None:
    assert shape(text, SANS, language=language).runs[0].face.name == expected


@given(NAMES)
def test_break_points_lose_nothing(text: str) -> None:
    assert "".join(break_points(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国土（规划）。", ["国", "土", "（规", "划）。"]),
        ("de la Cruz", ["de ", "la ", "Cruz"]),
        ("Jean-Luc", ["Jean-", "Luc"]),
        ("བཀྲ་ཤིས་", ["བཀྲ་", "ཤིས་"]),
        ("Wang王", ["Wang", "王"]),
    ],
)
def test_lines_end_where_a_reader_expects(text: str, expected: list[str]) -> None:
    assert break_points(text) == expected


@settings(max_examples=80, deadline=None)
@given(NAMES, st.floats(40, 700), st.integers(1, 3))
def test_a_fitted_block_is_never_wider_or_longer_than_allowed(text: str, width: float, lines: int) -> None:
    block = fit(text, SERIF, width=width, sizes=(44, 20), lines=lines)
    assert len(block.lines) <= lines
    assert block.size <= 44
    assert all(line.width * block.size / 1000 <= width + 0.01 for line in block.lines)
    assert "".join("".join(line.text.split()) for line in block.lines) == "".join(text.split())


def test_lines_are_balanced() -> None:
    block = fit("one two three four five six seven", SERIF, width=300, sizes=(30, 30), lines=2)
    first, second = (line.width for line in block.lines)
    assert 0.7 < first / second < 1.45


def test_ink_knows_marks_above_and_letters_below() -> None:
    above, below = shape("Ẵ", SERIF).ink
    assert above > shape("A", SERIF).ink[0]
    assert below == 0
    assert shape("g", SERIF).ink[1] > 200
