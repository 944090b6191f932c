"""Documents as Word files: what a word processor finds in them."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree

from tests.documents.samples import TITLE, sample
from webapp.core.documents.blocks import Bullets, Column, Document, Heading, Paragraph, Span, Table
from webapp.core.documents.word import to_docx

both = pytest.mark.parametrize("language", ["zh-Hans", "en"])


def read(document: Document):
    return docx.Document(io.BytesIO(to_docx(document)))


def xml_of(document: Document, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(to_docx(document))) as archive:
        return archive.read(part).decode()


@both
def test_headings_and_title_have_real_styles(language: str) -> None:
    styles = [(paragraph.style.name, paragraph.text) for paragraph in read(sample(language)).paragraphs]
    assert styles[0] == ("Title", TITLE[language])
    assert [text for name, text in styles if name == "Heading 1"] == ["First part", "Second part"]
    assert ("Heading 2", "Below") in styles


@both
def test_text_has_a_typeface_and_a_language_for_han_characters(language: str) -> None:
    normal = read(sample(language)).styles["Normal"].element.rPr
    assert normal.rFonts.get(qn("w:eastAsia")) in {"宋体", "微软雅黑"}
    assert normal.find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"
    assert normal.find(qn("w:lang")).get(qn("w:val")) == ("zh-CN" if language == "zh-Hans" else "en-GB")


def test_the_first_row_of_a_table_is_repeated_and_totals_are_bold() -> None:
    file = read(sample("en"))
    table = next(each for each in file.tables if len(each.rows) == 62)
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows[:2]] == [True, False]
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert [cell.text for cell in table.rows[61].cells] == ["Total", "1,770", ""]
    assert table.rows[61].cells[0].paragraphs[0].runs[0].bold


def test_the_footer_counts_pages_in_fields() -> None:
    section = read(sample("zh-Hans")).sections[0]
    for footer in (section.footer, section.first_page_footer):
        codes = [node.text.strip() for node in footer._element.iter(qn("w:instrText"))]
        assert codes == ["PAGE", "NUMPAGES"]
        assert footer.paragraphs[0].text.startswith("Cut-off: 20 November 2026\t第 ")


def test_a_lying_section_turns_and_the_next_one_turns_back() -> None:
    sections = read(sample("en")).sections
    assert [section.page_width > section.page_height for section in sections] == [False, True, False]
    assert all(round(max(section.page_width, section.page_height).mm) == 297 for section in sections)


def test_an_ordered_list_begins_at_its_number_and_does_not_go_on_another() -> None:
    file = read(Document("T", "en", (Bullets(["a", "b"], ordered=True), Bullets(["c"], ordered=True, start=4))))
    numbers = [p._p.pPr.numPr.numId.val for p in file.paragraphs if p.text in {"a", "b", "c"}]
    assert numbers[0] == numbers[1] != numbers[2]
    made = [num for num in file.part.numbering_part.element.num_lst if num.numId == numbers[2]]
    assert made[0].lvlOverride_lst[0].startOverride.val == 4


def test_links_figures_and_chinese_emphasis() -> None:
    document = sample("zh-Hans")
    text = xml_of(document)
    assert 'w:anchor="second"' in text
    assert 'w:name="second"' in text
    assert '<w:em w:val="dot"/>' in text
    assert 'descr="A hill"' in text
    assert "https://example.org/page" in xml_of(document, "word/_rels/document.xml.rels")
    assert 'w:firstLineChars="200"' in text


def test_contents_are_a_field_that_is_filled_on_opening() -> None:
    document = sample("en", contents=True)
    assert 'TOC \\o "1-2"' in xml_of(document)
    assert 'updateFields w:val="true"' in xml_of(document, "word/settings.xml")


def test_properties_name_title_author_language_and_day() -> None:
    core = read(sample("zh-Hans")).core_properties
    assert (core.title, core.author, core.language) == (TITLE["zh-Hans"], "Programme office", "zh-Hans")
    assert core.created.date().isoformat() == "2026-11-20"


def test_paragraph_properties_stand_in_the_order_of_the_schema() -> None:
    order = ["pStyle", "keepNext", "numPr", "pBdr", "tabs", "spacing", "ind", "jc"]
    root = etree.fromstring(xml_of(sample("zh-Hans")).encode())
    for properties in root.iter(qn("w:pPr")):
        names = [child.tag.rpartition("}")[2] for child in properties]
        known = [order.index(name) for name in names if name in order]
        assert known == sorted(known), names


def test_every_cell_ends_with_a_paragraph() -> None:
    root = etree.fromstring(xml_of(sample("en")).encode())
    assert all(cell[-1].tag == qn("w:p") for cell in root.iter(qn("w:tc")))


def test_control_characters_do_not_break_the_file() -> None:
    file = read(Document("T\x00", "en", (Heading("a\x0bb"), Paragraph([Span("c\x00d\x1f\ud800")]))))
    assert [paragraph.text for paragraph in file.paragraphs] == ["T", "ab", "cd"]


def test_numbered_headings_carry_chinese_numbers() -> None:
    file = read(Document("T", "zh-Hans", (Heading("甲"), Heading("乙", 2)), numbered=True))
    assert [paragraph.text for paragraph in file.paragraphs[1:]] == ["一、甲", "（一）乙"]


def test_cards_keep_their_frame_and_their_height() -> None:
    document = read(Document("Cards", "en", (Table([Column(width=50), Column(width=50)], [["One", "Two"]], cards=True),)))
    assert document.tables[0].rows[0].height.mm == pytest.approx(20, abs=0.1)
    assert not document.tables[0]._tbl.tblPr.findall(qn("w:tblBorders"))
