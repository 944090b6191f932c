"""The shipped font files: what they cover, and reading them piece by piece."""

import io
import unicodedata

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.core.pdf.fonts import BODY, BODY_BOLD, BODY_ITALIC, DISPLAY, HEADING, SANS, SERIF, face, font_folder, missing_characters

FILES = sorted(font_folder().glob("*.ttf"))
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@every_file
def test_every_font_may_be_embedded_and_is_of_the_kind_that_can(path) -> None:
    with TTFont(path, lazy=True) as font:
        assert "glyf" in font
        assert font["OS/2"].fsType == 0
        assert "SIL Open Font License" in font["name"].getDebugName(13)
        assert font["head"].unitsPerEm == 1000


def test_every_file_is_used_and_its_licence_lies_beside_it() -> None:
    named = {name for stack in (DISPLAY, HEADING, SERIF, SANS, BODY, BODY_BOLD, BODY_ITALIC) for name in stack.faces}
    assert {path.stem for path in FILES} == named
    assert "SIL OPEN FONT LICENSE" in (font_folder() / "OFL.txt").read_text(encoding="utf-8").upper()


def test_the_fonts_stay_under_26_mb() -> None:
    assert sum(path.stat().st_size for path in FILES) < 26_000_000


@pytest.mark.parametrize(
    "text",
    [
        "𠮷𫍽㛃䶮喆堃犇", "鿫鿭", "Ặỗử Żółć Ğış Ñ Æ Ø Þ ə", "Ґїєў Қңғү", "Ὀδυσσεύς", "ئۇيغۇرچە", "گچپژ", "བོད་སྐད", "ᠮᠣᠩᠭᠣᠯ", "ꆈꌠꉙ",
        "ภาษาไทย", "ລາວ", "ខ្មែរ", "မြန်မာ", "हिन्दी", "বাংলা", "தமிழ்", "עברית", "Հայերեն", "ქართული", "አማርኛ", "한글", "ひらがなカタカナ",
    ],
)  # fmt: skip
def test_scripts_of_learners_are_covered_composed_and_decomposed(text: str) -> None:
    assert missing_characters(text) == []
    assert missing_characters(unicodedata.normalize("NFD", text)) == [] or "한" in text


def test_every_character_of_the_everyday_standard_is_covered() -> None:
    pairs = (bytes((first, second)) for first in range(0xB0, 0xF8) for second in range(0xA1, 0xFF))
    assert missing_characters("".join(pair.decode("gb2312", "ignore") for pair in pairs)) == []


def test_what_is_missing_is_listed_once_in_order() -> None:
    assert missing_characters("王😀佳𓀀😀宁") == ["😀", "𓀀"]


@pytest.mark.parametrize("trick", ["\u202e", "\u2066", "\u200b", "\ufeff", "\n", "\0", "\ue000", "\u00ad"])
def test_what_would_hide_or_reorder_a_name_is_refused(trick: str) -> None:
    assert missing_characters(f"Li{trick}Wen") == [trick]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_only_characters_of_the_text_are_reported(text: str) -> None:
    assert all(missing in text for missing in missing_characters(text))


@every_file
def test_a_subset_draws_the_same_outlines(path) -> None:
    original = TTFont(path)
    count = original["maxp"].numGlyphs
    wanted = sorted({0, 1, count // 3, count // 2, count - 1, *_composites(original)})
    program, places = face(path.stem).file.subset(wanted)
    subset = TTFont(io.BytesIO(program), checkChecksums=2)
    for index in wanted:
        assert _outline(subset, places[index]) == _outline(original, index)
        name, place = original.getGlyphName(index), subset.getGlyphName(places[index])
        assert subset["hmtx"][place] == original["hmtx"][name]


def _composites(font: TTFont) -> list[int]:
    table = font["glyf"]
    names = (name for name in font.getGlyphOrder()[:600] if table[name].isComposite())
    return [font.getGlyphID(name) for name, _ in zip(names, range(12), strict=False)]


def _outline(font: TTFont, index: int) -> list:
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[font.getGlyphName(index)].draw(pen)
    return pen.value
