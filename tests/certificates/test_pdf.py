"""The printed certificate: twelve names that break careless printing, and what every page must keep."""

import dataclasses
import io
import itertools
import re
from collections.abc import Iterator
from datetime import date

import pikepdf
import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.certificates.printed import drawn_runs, fonts, open_pdf, squeezed
from webapp.certificates import pdf
from webapp.certificates.pdf import CertificatePrint, date_in, missing_characters, render

NAMES = {
    "rare characters": "犇喆堃𠮷",
    "rarer characters": "𫍽㛃䶮",
    "middle dot": "阿卜杜热合曼·买买提",
    "forty letters": "Wolfeschlegelsteinhausenbergerdorffwelch",
    "Vietnamese": "Nguyễn Thị Phương Thảo",
    "Polish": "Żółć Gęślą Jaźń Łukasiewicz",
    "Arabic": "محمد بن عبد الرحمن",
    "Cyrillic": "Айгүл Қайратқызы Сәтбаева",
    "Uyghur": "ئابدۇرەھمان مەمەتئېلى",
    "Tibetan": "བཀྲ་ཤིས་ཚེ་རིང་",
    "Latin and Chinese": "Maria 王佳宁 O’Brien",
    "very long": ("María de los Ángeles Fernández de Córdoba y Álvarez de Toledo Ximénez de Urrea Gonçalves da Conceição"),
    "one character": "王",
    "Mongolian": "ᠪᠠᠲᠤ ᠮᠥᠩᠬᠡ",
    "Devanagari": "श्रीकृष्ण क्षत्रिय",
    "Thai": "สมชาย ใจดี น้ำฝน",
    "both directions": "Ahmed أحمد Khan",
}

SAMPLE = CertificatePrint(
    code="7KQ4-M2XD-9RTW-B",
    verify_url="https://learn.example.org/certificates/7KQ4-M2XD-9RTW-B",
    name="王佳宁",
    title={
        "zh-Hans": "可持续发展目标本地化培训师培训：国土规划",
        "en": "Training of Trainers on localizing the Sustainable Development Goals: Territorial planning",
    },
    hours=36.5,
    issued_on=date(2026, 11, 20),
    issuer={"zh-Hans": "可持续发展目标本地化项目办公室", "en": "SDG Localization Programme Office"},
    signatory={"zh-Hans": "李文渊", "en": "Li Wenyuan"},
    signatory_role={"zh-Hans": "项目办公室主任", "en": "Director of the Programme Office"},
    edition="2026-11",
)


def named(name: str) -> bytes:
    return render(dataclasses.replace(SAMPLE, name=name))


every_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())


def assert_nothing_leaves_the_frame(data: bytes) -> None:
    for run in drawn_runs(data):
        assert run.left > pdf.LEFT - 12, run
        assert run.right < pdf.RIGHT + 1, run
        assert 40 < run.baseline < pdf.HEIGHT - 60, run


@every_name
def test_nothing_leaves_the_frame(name: str) -> None:
    assert_nothing_leaves_the_frame(named(name))


@every_name
def test_every_character_has_a_glyph(name: str) -> None:
    assert missing_characters(name) == []
    assert all(glyph != 0 for run in drawn_runs(named(name)) for glyph in run.glyphs)


@every_name
def test_every_font_is_embedded(name: str) -> None:
    with open_pdf(named(name)) as document:
        used = document.pages[0].resources.Font
        assert len(used) >= 4
        for font in used.values():
            descendant = font.DescendantFonts[0]
            assert descendant.Subtype == "/CIDFontType2"
            assert len(descendant.FontDescriptor.FontFile2.read_bytes()) > 200


@every_name
def test_the_name_copies_as_it_was_typed(name: str) -> None:
    page = pypdf.PdfReader(io.BytesIO(named(name))).pages[0]
    assert squeezed(name) in squeezed(page.extract_text())


@every_name
def test_a_file_stays_under_60_kb(name: str) -> None:
    assert len(named(name)) < 60_000


@every_name
def test_the_name_never_touches_its_rule_or_the_heading(name: str) -> None:
    data = named(name)
    runs = [run for run in drawn_runs(data) if pdf.HEIGHT - 254 < run.baseline < pdf.HEIGHT - 150]
    assert runs
    with open_pdf(data) as document:
        assert all(len(font.glyph_of_code) == len(font.widths) for font in fonts(document.pages[0]).values())
    assert min(run.baseline for run in runs) >= pdf.HEIGHT - 254 + 7
    assert max(run.baseline + 0.6 * run.size for run in runs) < pdf.HEIGHT - 153


@pytest.mark.parametrize("name", ["Arabic", "Uyghur"])
def test_right_to_left_names_are_drawn_from_the_right_in_joined_forms(name: str) -> None:
    runs = [run for run in drawn_runs(named(NAMES[name])) if run.text == NAMES[name][::-1]]
    assert len(runs) == 1
    alone = {glyph for letter in NAMES[name] for run in drawn_runs(named(letter)) if run.text == letter for glyph in run.glyphs}
    assert len(set(runs[0].glyphs)) > len(alone) / 2


def test_a_long_name_shrinks_before_it_takes_two_lines() -> None:
    def baselines(name: str) -> set[float]:
        words = set(name.split())
        return {run.baseline for run in drawn_runs(named(name)) if words & set(run.text.split())}

    assert len(baselines(NAMES["forty letters"])) == 1
    assert len(baselines(NAMES["very long"])) == 2


@settings(max_examples=25, deadline=None)
@given(st.text(st.sampled_from("王佳宁·犇𠮷 -’.ABCXYZabcxyzéłởЖѣαΩأحمدپچۇབཀྲཤིསམཕกำखि김あ0123456789（）《》"), min_size=1, max_size=160))
def test_any_name_fits(name: str) -> None:
    assert_nothing_leaves_the_frame(named(name))


@settings(max_examples=10, deadline=None)
@given(length=st.integers(1, 400), character=st.sampled_from("目M-"))
def test_no_other_text_overflows_either(length: int, character: str) -> None:
    long = {"zh-Hans": character * length, "en": character * length}
    certificate = dataclasses.replace(
        SAMPLE, title=long, issuer=long, signatory=long, signatory_role=long, edition=character * length, demo=True
    )
    assert_nothing_leaves_the_frame(render(certificate))


def test_both_languages_and_every_fact_are_on_the_page() -> None:
    text = squeezed(pypdf.PdfReader(io.BytesIO(render(SAMPLE))).pages[0].extract_text())
    for expected in (
        "结业证书", "Certificate of completion", "王佳宁", *SAMPLE.title.values(), "36.5", "2026年11月20日",
        "20 November 2026", *SAMPLE.issuer.values(), *SAMPLE.signatory.values(), *SAMPLE.signatory_role.values(),
        "7KQ4-M2XD-9RTW-B", "learn.example.org/certificates/7KQ4-M2XD-9RTW-B", "2026-11", "核验", "verify",
    ):  # fmt: skip
        assert squeezed(expected) in text, expected


def test_a_text_in_one_language_is_enough() -> None:
    english = {"en": "Localization"}
    certificate = dataclasses.replace(
        SAMPLE, title=english, issuer=english, signatory={"zh-Hans": "李文渊", "en": "李文渊"}, signatory_role={}
    )
    texts = [run.text for run in drawn_runs(render(certificate))]
    assert texts.count("李文渊") == 1
    assert "Localization" in texts


def test_only_a_specimen_says_so() -> None:
    def words(*, demo: bool) -> str:
        return "".join(run.text for run in drawn_runs(render(dataclasses.replace(SAMPLE, demo=demo))))

    assert "样张，无效" in words(demo=True)
    assert "Specimen, not valid" in words(demo=True)
    assert "样张" not in words(demo=False)


def test_the_same_certificate_gives_the_same_bytes() -> None:
    assert render(SAMPLE) == render(dataclasses.replace(SAMPLE))


def test_one_a4_page_lying() -> None:
    with open_pdf(render(SAMPLE)) as document:
        assert len(document.pages) == 1
        assert [round(float(edge)) for edge in document.pages[0].MediaBox] == [0, 0, 842, 595]


def test_metadata_names_the_certificate() -> None:
    data = render(SAMPLE)
    with open_pdf(data) as document:
        assert "王佳宁" in str(document.docinfo.Title)
        assert "SDG Localization Programme Office" in str(document.docinfo.Author)
        assert str(document.docinfo.CreationDate).startswith("D:20261120")
        assert document.Root.Lang == "zh-Hans"
        with document.open_metadata() as xmp:
            assert "王佳宁" in xmp["dc:title"]
            assert xmp["dc:identifier"] == SAMPLE.verify_url
    assert b"<dc:title>" in data


def test_text_from_people_cannot_break_the_metadata() -> None:
    with (
        open_pdf(named("</rdf:li> & (x) \\")) as document,
        document.open_metadata() as xmp,
    ):
        assert "</rdf:li> & (x) \\" in xmp["dc:title"]


def test_screen_readers_get_tagged_text_in_its_language() -> None:
    with open_pdf(render(SAMPLE)) as document:
        assert document.Root.MarkInfo.Marked
        whole = document.Root.StructTreeRoot.K
        elements = list(whole.K)
        assert [str(element.S) for element in elements[:4]] == ["/P", "/P", "/H1", "/H1"]
        assert {str(element.Lang) for element in elements if "/Lang" in element} == {"zh-Hans", "en"}
        figure = next(element for element in elements if element.S == "/Figure")
        assert str(figure.Alt) == SAMPLE.verify_url
        marks = [
            operands[1].MCID
            for operands, operator in pikepdf.parse_content_stream(document.pages[0])
            if str(operator) == "BDC" and "/MCID" in operands[1]
        ]
        assert marks == list(range(len(elements)))


def test_the_qr_code_holds_the_address_and_opens_it() -> None:
    data = render(SAMPLE)
    with open_pdf(data) as document:
        link = document.pages[0].Annots[0]
        assert str(link.A.URI) == SAMPLE.verify_url
        bars = list(_figure_bars(document))
    unit = min(height for *_, height in bars)
    left, top = min(bar[0] for bar in bars), max(bar[1] for bar in bars)
    dark = {(round((top - y) / unit), round((x - left) / unit) + step) for x, y, width, _ in bars for step in range(round(width / unit))}
    code = segno.make_qr(SAMPLE.verify_url, error="m", boost_error=False, mask=2)
    assert dark == {(row, at) for row, line in enumerate(code.matrix) for at, module in enumerate(line) if module}


def _figure_bars(document: pikepdf.Pdf) -> Iterator[tuple[float, float, float, float]]:
    operators = [(str(operator), operands) for operands, operator in pikepdf.parse_content_stream(document.pages[0])]
    figure = itertools.dropwhile(lambda item: not (item[0] == "BDC" and item[1][0] == "/Figure"), operators)
    inside = list(itertools.takewhile(lambda item: item[0] != "EMC", figure))
    rectangles = [tuple(float(number) for number in operands) for operator, operands in inside if operator == "re"]
    yield from rectangles[1:]  # the first is the quiet zone


def test_dates_in_both_notations() -> None:
    assert date_in("zh-Hans", date(2026, 1, 2)) == "2026年1月2日"
    assert date_in("en", date(2026, 1, 2)) == "2 January 2026"


def test_the_file_never_names_a_standard_font() -> None:
    with open_pdf(render(SAMPLE)) as document:
        written = b"".join(page.Contents.read_bytes() for page in document.pages)
        names = {str(font.BaseFont) for font in document.pages[0].resources.Font.values()}
    assert all(re.fullmatch(r"/[A-Z]{6}\+Noto\w+-\w+", name) for name in names)
    assert b"/F1 " not in written
