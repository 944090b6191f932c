"""Documents as PDF: what stands on which page, what machines read of it, and that nothing is lost."""

from __future__ import annotations

import dataclasses
import io
import re
import time

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.certificates.printed import open_pdf, squeezed
from tests.documents.samples import SVG, TEXT, TITLE, sample
from webapp.core.documents.blocks import (
    Bullets,
    Callout,
    Column,
    Document,
    Figure,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Section,
    Span,
    Table,
)
from webapp.core.documents.pdf import to_pdf
from webapp.core.pdf.drawing import Drawing
from webapp.core.pdf.raster import to_png

both = pytest.mark.parametrize("language", ["zh-Hans", "en"])


def pages_of(data: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


@both
def test_every_text_of_every_block_is_printed(language: str) -> None:
    whole = "".join(pages_of(to_pdf(sample(language))))
    for expected in (
        TITLE[language], "Subtitle", "First part", "bold,", "强调", "a link", "deepest", "Office 59", "1,770", "Figure 1", "Figure text",
        "第二行", "Somebody", "Your notes", "Small print", "12345", "Another language", "The last word.",
    ):  # fmt: skip
        assert squeezed(expected) in whole, expected


@both
def test_the_footer_counts_the_pages(language: str) -> None:
    pages = pages_of(to_pdf(sample(language)))
    total = len(pages)
    for number, text in enumerate(pages, 1):
        expected = f"第{number}页，共{total}页" if language == "zh-Hans" else f"Page{number}of{total}"
        assert expected in text
        assert squeezed("Cut-off: 20 November 2026") in text


def test_the_header_names_title_and_author_from_the_second_page_on() -> None:
    first, second, *_rest = pages_of(to_pdf(sample("en")))
    assert first.count(squeezed(TITLE["en"])) == 1
    assert squeezed(TITLE["en"]) in second
    assert "Programmeoffice" in second


def test_a_table_repeats_its_header_on_every_page_but_is_read_once() -> None:
    data = to_pdf(sample("en"))
    holding = [text for text in pages_of(data) if "Remarks" in text]
    assert len(holding) >= 3
    with open_pdf(data) as pdf:
        headers = [element for element in elements(pdf) if element.S == "/TH" and "/A" in element and element.A.Scope == "/Column"]
    assert len(headers) == 3 + 14


def test_a_cell_longer_than_a_page_goes_on_without_loss() -> None:
    words = [f"word{number}" for number in range(1500)]
    table = Table([Column("Question", 30), Column("Answer", 70)], [["What?", " ".join(words)], ["next", "row"]])
    pages = pages_of(to_pdf(Document("T", "en", (table,))))
    assert len(pages) > 2
    whole = "".join(pages)
    assert all(whole.count(f"word{number}w") == 1 for number in (10, 700, 1400))
    assert all("Question" in page for page in pages)


def test_the_last_row_with_totals_does_not_stand_alone() -> None:
    for count in range(25, 45):
        rows = [[str(number), "x"] for number in range(count)] + [["Total", "y"]]
        pages = pages_of(to_pdf(Document("T", "en", (Table([Column("A"), Column("B")], rows, totals=1),))))
        if len(pages) > 1:
            assert f"{count - 1}xTotaly" in pages[-1]


def numbered_rows(count: int) -> Table:
    return Table([Column("Head"), Column("B")], [[f"r{number:02}", "x"] for number in range(count)])


def test_a_small_table_stands_on_one_page() -> None:
    for lines in range(20, 36):
        blocks = (*(Paragraph("Line") for _ in range(lines)), numbered_rows(8))
        pages = pages_of(to_pdf(Document("T", "en", blocks)))
        assert [page.count("r0") for page in pages if "r0" in page] == [8], lines


def test_of_a_larger_table_no_row_stands_alone_on_a_page() -> None:
    for lines in range(12, 34, 2):
        blocks = (*(Paragraph("Line") for _ in range(lines)), numbered_rows(24))
        parts = [len(re.findall(r"r\d\dx", page)) for page in pages_of(to_pdf(Document("T", "en", blocks)))]
        held = [count for count in parts if count]
        assert sum(held) == 24
        assert min(held) >= 2, (lines, held)


def test_a_long_list_of_contents_stands_beside_itself_on_the_first_page() -> None:
    for count, first in ((12, 3), (15, 3)):
        blocks = [Heading(f"C{chapter:02}s{section}", 1 if not section else 2) for chapter in range(count) for section in range(first)]
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(Document("T", "en", tuple(blocks), contents=True))))
        listed = squeezed(reader.pages[0].extract_text())
        assert [f"C{chapter:02}s" in listed for chapter in range(count)] == [True] * count
        assert "C00s0" in squeezed(reader.pages[1].extract_text())


def test_contents_too_long_for_a_page_go_on_on_the_next() -> None:
    blocks = [Heading(f"Chapter{number:03}", 1) for number in range(150)]
    pages = pages_of(to_pdf(Document("T", "en", tuple(blocks), contents=True)))
    assert "Chapter000" in pages[0]
    assert "Chapter149" not in pages[1]
    assert sum("Chapter149" in page for page in pages) == 2


def test_a_page_may_go_on_when_nearly_all_of_it_is_left() -> None:
    def pages(before: int, room: float) -> int:
        blocks = (*(Paragraph("Line") for _ in range(before)), PageBreak(room), Heading("Next"), Paragraph("Text."))
        return len(pages_of(to_pdf(Document("T", "en", blocks))))

    assert [pages(2, 0.7), pages(14, 0.7), pages(2, 0.0)] == [1, 2, 2]


def test_blanks_in_the_words_of_a_drawing_are_as_a_browser_leaves_them() -> None:
    words = '<text x="0" y="20">  Data\n <tspan>3</tspan>points </text><text x="0" y="50"> <tspan>x</tspan> </text>'
    svg = f'<svg viewBox="0 0 400 60">{words}</svg>'
    figure = Figure(svg, "Words")
    text = pypdf.PdfReader(io.BytesIO(to_pdf(Document("T", "en", (figure,))))).pages[0].extract_text()
    assert re.search(r"Data\s+3\s*points", text)


def test_a_heading_is_never_the_last_thing_on_a_page() -> None:
    for count in range(18, 40):
        blocks = (*(Paragraph("Line") for _ in range(count)), Heading("Behold"), Paragraph("Follows the heading."))
        pages = pages_of(to_pdf(Document("T", "en", blocks)))
        assert [("Behold" in page) for page in pages] == [("Followstheheading." in page) for page in pages]


def test_a_line_that_leads_to_a_table_stays_with_it() -> None:
    for count in range(10, 34):
        blocks = (*(Paragraph("Line") for _ in range(count)), Heading("Behold"), Paragraph("As follows."), numbered_rows(6))
        pages = pages_of(to_pdf(Document("T", "en", blocks)))
        assert [("Behold" in page) for page in pages] == [("r00x" in page) for page in pages], count


@both
def test_headings_are_bookmarks_that_lead_to_their_page(language: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(sample(language))))
    first, second, below = reader.outline
    assert (first.title, second.title) == ("First part", "Second part")
    assert below[0].title == "Below"
    number = reader.get_destination_page_number(second)
    assert "Secondpart" in squeezed(reader.pages[number].extract_text())


def test_the_contents_give_the_page_of_each_heading() -> None:
    data = to_pdf(sample("en", contents=True))
    reader = pypdf.PdfReader(io.BytesIO(data))
    listed = reader.pages[0].extract_text().split("\n")
    target = next(line for line in listed if line.startswith("Second part") or "Second part" in line)
    number = reader.get_destination_page_number(reader.outline[1]) + 1
    assert str(number) in target + listed[listed.index(target) + 1]


def test_headings_are_numbered_as_each_language_does() -> None:
    blocks = (Heading("A"), Heading("B", 2), Heading("C", 3), Heading("D"), Heading("E", 2))
    chinese = pypdf.PdfReader(io.BytesIO(to_pdf(Document("T", "zh-Hans", blocks, numbered=True))))
    english = pypdf.PdfReader(io.BytesIO(to_pdf(Document("T", "en", blocks, numbered=True))))
    assert titles(chinese.outline) == ["一、A", "（一）B", "1. C", "二、D", "（一）E"]
    assert titles(english.outline) == ["1  A", "1.1  B", "1.1.1  C", "2  D", "2.1  E"]


def titles(outline: list) -> list[str]:
    return [title for item in outline for title in (titles(item) if isinstance(item, list) else [item.title])]


@both
def test_metadata_and_language_are_set(language: str) -> None:
    with open_pdf(to_pdf(sample(language))) as pdf:
        assert str(pdf.docinfo.Title) == TITLE[language]
        assert str(pdf.docinfo.Author) == "Programme office"
        assert language == pdf.Root.Lang
        assert str(pdf.docinfo.CreationDate).startswith("D:20261120")
        with pdf.open_metadata() as xmp:
            assert TITLE[language] in xmp["dc:title"]


@both
def test_every_font_is_embedded_and_every_character_has_a_glyph(language: str) -> None:
    with open_pdf(to_pdf(sample(language))) as pdf:
        for page in pdf.pages:
            for font in page.resources.Font.values():
                descendant = font.DescendantFonts[0]
                assert len(descendant.FontDescriptor.FontFile2.read_bytes()) > 200
                codes = descendant.CIDToGIDMap.read_bytes()
                assert all(codes[at : at + 2] != b"\0\0" for at in range(2, len(codes), 2))


def elements(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    found = []

    def walk(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append(node)
            walk(node.get("/K"))

    walk(pdf.Root.StructTreeRoot.K)
    return found


@both
def test_the_structure_reaches_every_mark_and_every_mark_its_element(language: str) -> None:
    with open_pdf(to_pdf(sample(language, contents=True))) as pdf:
        tags = [str(element.S) for element in elements(pdf)]
        text = {"/Title", "/H1", "/H2", "/P", "/L", "/LI", "/Lbl", "/LBody", "/Caption"}
        assert text | {"/Table", "/TR", "/TH", "/TD", "/Figure"} <= set(tags)
        figure = next(element for element in elements(pdf) if element.S == "/Figure")
        assert str(figure.Alt) == "A hill"
        parents = dict(zip(*[iter(pdf.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
        for page in pdf.pages:
            marks = [
                int(operands[1].MCID) for operands, operator in pikepdf.parse_content_stream(page)
                if str(operator) == "BDC" and isinstance(operands[1], pikepdf.Dictionary) and "/MCID" in operands[1]
            ]
            assert sorted(marks) == list(range(len(parents[page.StructParents])))


def test_a_paragraph_over_two_pages_is_one_element() -> None:
    blocks = (*(Paragraph("Line") for _ in range(24)), Paragraph(TEXT["en"] * 8))
    with open_pdf(to_pdf(Document("T", "en", blocks))) as pdf:
        last = elements(pdf)[-1]
        assert len(pdf.pages) == 2
        assert len(last.K) == 2


def test_text_is_drawn_only_as_content_or_as_ornament() -> None:
    with open_pdf(to_pdf(sample("zh-Hans", contents=True))) as pdf:
        for page in pdf.pages:
            depth = 0
            for _operands, operator in pikepdf.parse_content_stream(page):
                depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(str(operator), 0)
                assert depth >= 1 or str(operator) != "TJ"
                assert depth >= 0
            assert depth == 0


def test_links_lead_to_the_web_and_into_the_document() -> None:
    with open_pdf(to_pdf(sample("en"))) as pdf:
        links = [annotation for page in pdf.pages for annotation in page.get("/Annots", [])]
        assert any("/A" in link and str(link.A.URI) == "https://example.org/page" for link in links)
        assert any("/Dest" in link for link in links)


def test_a_lying_section_turns_only_its_own_pages() -> None:
    blocks = (Paragraph("before"), Section((Paragraph("wide"),), landscape=True), Paragraph("after"))
    with open_pdf(to_pdf(Document("T", "en", blocks))) as pdf:
        sizes = [tuple(round(float(edge)) for edge in page.MediaBox)[2:] for page in pdf.pages]
    assert sizes == [(595, 842), (842, 595), (595, 842)]


def test_a_lying_section_at_the_end_leaves_no_empty_page() -> None:
    with open_pdf(to_pdf(Document("T", "en", (Paragraph("a"), Section((Paragraph("wide"),), landscape=True))))) as pdf:
        assert len(pdf.pages) == 2


def test_a_document_may_lie_as_a_whole() -> None:
    with open_pdf(to_pdf(sample("en", landscape=True))) as pdf:
        assert {round(float(page.MediaBox[2])) for page in pdf.pages} == {842}


def test_a_document_may_be_empty() -> None:
    assert len(pages_of(to_pdf(Document("Only a title", "en")))) == 1


def test_the_same_document_gives_the_same_bytes() -> None:
    assert to_pdf(sample("zh-Hans")) == to_pdf(sample("zh-Hans"))


def test_unknown_characters_print_a_sign_and_controls_nothing() -> None:
    text = pages_of(to_pdf(Document("T", "en", (Paragraph("a\u202eb\x00c😀d"),))))[0]
    assert "abc〓d" in text


def test_names_in_other_scripts_are_drawn() -> None:
    names = "犇喆堃𫍽 བཀྲ་ཤིས་ Nguyễn Żółć Айгүл"
    assert squeezed(names) in pages_of(to_pdf(Document("T", "en", (Paragraph(names),))))[0]


def test_markdown_and_markup_print_as_they_are() -> None:
    assert "<b>*x*&amp;</b>" in pages_of(to_pdf(Document("T", "en", (Paragraph("<b>*x*&amp;</b>"),))))[0]


def test_pictures_are_drawn_within_the_page() -> None:
    data = to_png(Drawing(SVG, language="en"), width=200)
    assert data.startswith(b"\x89PNG")
    made = to_pdf(Document("T", "en", (Picture(data, "A hill", "Below it"),)))
    with open_pdf(made) as pdf:
        assert any(element.S == "/Figure" and str(element.Alt) == "A hill" for element in elements(pdf))


def test_a_high_figure_fits_its_page_even_when_that_lies() -> None:
    high = Figure(SVG.replace("0 0 400 200", "0 0 400 2000"), "High", "Caption")
    blocks = (high, Callout("Box", (high, Paragraph("x"))), Table([Column("A"), Column("B")], [[[high], "b"]]), Bullets([[high]]))
    assert len(pages_of(to_pdf(Document("T", "en", blocks, landscape=True)))) >= 3


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.sampled_from("国土，。（）《》“”—… abc XYZ-/0123456789.%"), max_size=400).map(Paragraph),
            st.lists(st.text(max_size=60), min_size=1, max_size=8).map(Bullets),
            st.lists(st.tuples(st.text(max_size=30), st.text(max_size=600)), min_size=1, max_size=12).map(
                lambda rows: Table([Column("A"), Column("B")], rows)
            ),
            st.text(min_size=1, max_size=200).map(Heading),
            st.text(max_size=1500).map(lambda text: Callout("Box", (Paragraph(text),))),
        ),
        max_size=12,
    )
)
def test_any_blocks_can_be_laid_out(blocks: list) -> None:
    assert to_pdf(Document("T", "zh-Hans", blocks)).startswith(b"%PDF")


def test_a_long_document_is_laid_out_in_little_time() -> None:
    rows = [[f"第{number}局", str(number), TEXT["zh-Hans"]] for number in range(600)]
    table = Table([Column("单位"), Column("人数"), Column("备注")], rows)
    document = Document("T", "zh-Hans", (table, *[Paragraph(TEXT["zh-Hans"])] * 100))
    to_pdf(dataclasses.replace(document, blocks=document.blocks[-1:]))
    begun = time.perf_counter()
    to_pdf(document)
    assert time.perf_counter() - begun < 8


def test_bold_and_links_keep_their_words_together() -> None:
    words = (Span("The "), Span("bold", bold=True), Span("er word "), Span("link", link="https://example.org"), Span("s"))
    assert "Thebolderwordlinks" in pages_of(to_pdf(Document("T", "en", (Paragraph(words),))))[0]


def test_cards_are_framed_large_and_stand_on_one_page() -> None:
    rows = [[f"Front {number}", f"Back {number}"] for number in range(30)]
    columns = [Column(width=50), Column(width=50)]
    plain, cards = (to_pdf(Document("To cut", "en", (Table(columns, rows, cards=cut),))) for cut in (False, True))
    assert len(pages_of(cards)) > len(pages_of(plain))
    assert [page.count("Front") for page in pages_of(cards)] == [page.count("Back") for page in pages_of(cards)]
    with pikepdf.open(io.BytesIO(cards)) as file:
        file.pages[0].contents_coalesce()
        assert b"[3 3] 0 d" in file.pages[0].Contents.read_bytes()


def test_a_card_longer_than_a_page_goes_on() -> None:
    long = " ".join(f"word{number}" for number in range(3000))
    text = "".join(pages_of(to_pdf(Document("To cut", "en", (Table([Column(width=100)], [["short"], [long]], cards=True),)))))
    assert "word0word1" in text
    assert "word2999" in text
