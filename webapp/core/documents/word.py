"""Documents as Word files (.docx), to be worked on further: real headings, lists, fields and repeated table headers."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from webapp.core.documents import blocks as b
from webapp.core.documents import word_xml as xml
from webapp.core.documents.word_blocks import Writer
from webapp.core.documents.words import words_of

FACES = {  # of texts and of headings: Latin, Han; such as every office in China and abroad has
    "zh": (("Times New Roman", "宋体"), ("Times New Roman", "黑体")),
    "en": (("Calibri", "微软雅黑"), ("Cambria", "微软雅黑")),
}
INK = RGBColor(0x1F, 0x31, 0x61)
MUTED = RGBColor(0x54, 0x58, 0x61)
WIDTH, HEIGHT = Mm(210), Mm(297)
SIZES = {"Title": 22.0, "Subtitle": 13.0, "Heading 1": 15.0, "Heading 2": 12.5, "Heading 3": 10.5, "Caption": 9.0}


def to_docx(document: b.Document) -> bytes:
    """The document as a Word file."""
    file = docx.Document()
    _styles(file, document)
    _properties(file, document)
    _turn(file.sections[0], document, lying=document.landscape)
    file.sections[0].different_first_page_header_footer = True
    writer = Writer(file, document, turn=partial(_turn, document=document))
    _title(file, document, writer)
    writer.write(document.blocks, file)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _turn(section: Any, document: b.Document, *, lying: bool) -> None:
    """A4 standing or lying, with the margins of the printed document, its header and its footer."""
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (HEIGHT, WIDTH) if lying else (WIDTH, HEIGHT)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Mm(24), Mm(22), Mm(26), Mm(23)
    section.different_first_page_header_footer = False
    for part in (section.header, section.footer, section.first_page_footer):
        part.is_linked_to_previous = False
    _edges(section, document)


def _styles(file: Any, document: b.Document) -> None:
    chinese = document.language.startswith("zh")
    body, head = FACES["zh" if chinese else "en"]
    normal = file.styles["Normal"]
    xml.fonts(normal, latin=body[0], han=body[1])
    normal.font.size = Pt(10.5)
    normal.paragraph_format.line_spacing = 1.5 if chinese else 1.25
    normal.paragraph_format.space_after = Pt(5)
    xml.language(normal.element.get_or_add_rPr(), document.language)
    for name, size in SIZES.items():
        style = file.styles[name]
        xml.fonts(style, latin=head[0], han=head[1])
        style.font.size = Pt(size)
        style.font.bold = name in {"Heading 3", "Caption"}
        style.font.italic = False
        style.font.color.rgb = MUTED if name == "Subtitle" else RGBColor(0x1B, 0x20, 0x29) if name == "Caption" else INK
    for name in ("Header", "Footer"):
        file.styles[name].paragraph_format.tab_stops.clear_all()
    for old in file.styles["Title"].element.pPr.findall(qn("w:pBdr")):
        file.styles["Title"].element.pPr.remove(old)
    for name, before, after in (("Heading 1", 20, 6), ("Heading 2", 14, 4), ("Heading 3", 10, 3), ("Title", 4, 4)):
        format_ = file.styles[name].paragraph_format
        format_.space_before, format_.space_after, format_.keep_with_next = Pt(before), Pt(after), True


def _properties(file: Any, document: b.Document) -> None:
    core = file.core_properties
    core.title, core.author, core.subject = document.title, document.author, document.subtitle
    core.keywords, core.language, core.comments = b.clean(", ".join(document.keywords)), document.language, ""
    core.last_modified_by = document.author
    if document.created:
        core.created = core.modified = datetime.combine(document.created, time(), UTC)


def _edges(section: Any, document: b.Document) -> None:
    """Running header (not on the first page) and footer with the page's number and the number of pages."""
    end = Emu(section.page_width - section.left_margin - section.right_margin)
    _ends(section.header.paragraphs[0], document.title, end)
    section.header.paragraphs[0].add_run(document.author)
    xml.edge(section.header.paragraphs[0], "bottom", size=4, colour="D6D2C6", space=4)
    words = words_of(document.language)
    for footer in (section.footer, section.first_page_footer):
        paragraph = footer.paragraphs[0]
        _ends(paragraph, document.note, end)
        paragraph.add_run(words.page_before_number)
        xml.field(paragraph, "PAGE", "1")
        paragraph.add_run(words.page_between_numbers)
        xml.field(paragraph, "NUMPAGES", "1")
        paragraph.add_run(words.page_after_number)
        xml.edge(paragraph, "top", size=4, colour="D6D2C6", space=4)
    for part in (section.header, section.footer, section.first_page_footer):
        for run in part.paragraphs[0].runs:
            run.font.size, run.font.color.rgb = Pt(8), MUTED


def _ends(paragraph: Any, left: str, end: Emu) -> None:
    stops = paragraph.paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(end, WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"{left}\t")


def _title(file: Any, document: b.Document, writer: Writer) -> None:
    title = file.add_paragraph(style="Title")
    title.add_run(document.title)
    xml.edge(title, "top", size=24, colour="1F3161", space=10)
    if document.subtitle:
        file.add_paragraph(document.subtitle, style="Subtitle")
    if document.author:
        file.add_paragraph(document.author)
    if document.facts:
        writer.write((b.Definitions([(label, said) for label, said in document.facts]),), file)
    if document.contents:
        _contents(file, document)


def _contents(file: Any, document: b.Document) -> None:
    heading = file.add_paragraph()
    run = heading.add_run(words_of(document.language).contents)
    run.font.size, run.font.color.rgb = Pt(13), INK
    xml.field(file.add_paragraph(), 'TOC \\o "1-2" \\h \\z', "…")
    # The word processor fills the field when the file is opened.
    file.settings.element.append(xml.element("w:updateFields", val="true"))
    file.add_page_break()
