"""Blocks as paragraphs and tables of a Word file."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import singledispatchmethod
from typing import Any

from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.run import Run

from webapp.core.documents import blocks as b
from webapp.core.documents import word_xml as xml
from webapp.core.documents.words import HeadingNumbers, words_of
from webapp.core.pdf.drawing import Drawing
from webapp.core.pdf.paragraph import HAN
from webapp.core.pdf.raster import to_png

ALIGN = {b.Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT, b.Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT, b.Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER}
INK = RGBColor(0x1F, 0x31, 0x61)
MUTED = RGBColor(0x54, 0x58, 0x61)
BOXES = {
    b.Kind.ADVICE: ("F4F2EC", "1F3161"), b.Kind.CASE: ("F4F2EC", "2C7568"), b.Kind.QUESTION: ("F4F2EC", "B0521B"),
    b.Kind.WARNING: ("F6ECD8", "774A00"),
}


class Writer:
    """Writes blocks into the body of a file or into a cell."""

    def __init__(self, file: Any, document: b.Document, *, turn: Callable[..., None]) -> None:
        self.file, self.document, self.turn = file, document, turn
        self.language = document.language
        self.numbers = HeadingNumbers(document.language)
        self.anchors = 0
        self.depth = 0
        self.inside = 0
        self.size = 0.0
        self.width = self._page_width(lying=document.landscape)

    @staticmethod
    def _page_width(*, lying: bool) -> int:
        return int(Mm(297 if lying else 210)) - int(Mm(46))

    def write(self, blocks: Sequence[b.Block], place: Any) -> None:
        """Add blocks at the end of `place`."""
        for block in blocks:
            self.block(block, place)

    def runs(self, paragraph: Any, words: b.Words, *, colour: RGBColor | None = None, size: float = 0.0) -> Any:
        """Add a text to a paragraph."""
        for span in b.spans(words):
            run = paragraph.add_run(span.text)
            self._look(run, span, colour, size or self.size)
            if span.link:
                xml.hyperlink(paragraph, span.link).append(run._r)  # noqa: SLF001
        return paragraph

    def _look(self, run: Run, span: b.Span, colour: RGBColor | None, size: float) -> None:
        run.bold = True if span.bold else None
        if span.italic and HAN.search(span.text):
            run._r.get_or_add_rPr().append(xml.element("w:em", val="dot"))  # noqa: SLF001
        elif span.italic:
            run.italic = True
        if span.raised:
            run.font.superscript = True
        if span.code:
            run.font.name = "Consolas"
        if size:
            run.font.size = Pt(size)
        if span.link:
            run.font.color.rgb = INK
            run.font.underline = not span.link.startswith("#")
        elif colour is not None:
            run.font.color.rgb = colour
        if self.language != self.document.language:
            xml.language(run._r.get_or_add_rPr(), self.language)  # noqa: SLF001

    @singledispatchmethod
    def block(self, block: Any, place: Any) -> None:  # noqa: ARG002
        """Add one block at the end of `place`."""
        raise TypeError(block)

    @block.register
    def _(self, block: b.Heading, place: Any) -> None:
        level = min(3, max(1, block.level))
        number = self.numbers.next(level) if self.document.numbered and not self.inside else ""
        paragraph = place.add_paragraph(style=f"Heading {level}")
        self.anchors += 1
        xml.bookmark(paragraph, block.anchor or f"heading-{self.anchors}", self.anchors)
        self.runs(paragraph, (b.Span(number), *b.spans(block.text)))

    @block.register
    def _(self, block: b.Paragraph, place: Any) -> None:
        paragraph = place.add_paragraph()
        if block.small:
            self.runs(paragraph, block.text, colour=MUTED, size=8.5)
            return
        self.runs(paragraph, block.text, size=12.0 if block.lead else 0.0)
        if self.language.startswith("zh") and not self.inside and not block.lead:
            xml.paragraph_property(paragraph, xml.element("w:ind", firstLineChars=200, firstLine=420))

    @block.register
    def _(self, block: b.Bullets, place: Any) -> None:
        self.depth += 1
        level = min(self.depth, 3)
        style = ("List Number" if block.ordered else "List Bullet") + (f" {level}" if level > 1 else "")
        number = xml.restarted(self.file, style, block.start) if block.ordered else 0
        for item in block.items:
            blocks: Sequence[Any] = (b.Paragraph(item),) if b.is_words(item) else item  # type: ignore[arg-type]
            first, *rest = blocks or (b.Paragraph(""),)
            paragraph = place.add_paragraph(style=style)
            if number:
                properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001
                properties.get_or_add_ilvl().val = 0
                properties.get_or_add_numId().val = number
            if isinstance(first, b.Paragraph):
                self.runs(paragraph, first.text)
            else:
                rest = [first, *rest]
            self._deeper(rest, place)
        self.depth -= 1

    def _deeper(self, blocks: Sequence[b.Block], place: Any) -> None:
        self.inside += 1
        for block in blocks:
            if isinstance(block, b.Paragraph):
                self.runs(place.add_paragraph(style="List Continue" + (f" {self.depth}" if 1 < self.depth < 4 else "")), block.text)
            else:
                self.block(block, place)
        self.inside -= 1

    def _table(self, place: Any, rows: int, shares: Sequence[float], *, style: str = "Table Grid") -> Any:
        columns = len(shares)
        table = place.add_table(rows, columns, self.width) if hasattr(place, "_tc") else place.add_table(rows, columns)
        table.style = self.file.styles[style]
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Emu(int(self.width * share / sum(shares)))
        return table

    def _rows(self, table: Any) -> list[Any]:
        """The rows of a table, each of which stays together."""
        rows = list(table.rows)
        for row in rows:
            xml.whole(row)
        return rows

    def _fill(
        self, cell: Any, content: b.Words | Sequence[b.Block], *, size: float, bold: bool = False, align: b.Align = b.Align.LEFT,
    ) -> None:
        before = self.size, self.width
        self.size, self.width = size, int(cell.width or self.width)
        self.inside += 1
        if b.is_words(content):
            self.runs(cell.paragraphs[0], b.bold(content) if bold else content)  # type: ignore[arg-type]
        else:
            self.write(content, cell)  # type: ignore[arg-type]
            if len(cell.paragraphs) > 1 and not cell.paragraphs[0].text:
                cell.paragraphs[0]._p.getparent().remove(cell.paragraphs[0]._p)  # noqa: SLF001
        if not cell._tc.xpath("./*[last()][self::w:p]"):  # noqa: SLF001  a cell must end with a paragraph
            cell.add_paragraph()
        self.inside -= 1
        self.size, self.width = before
        for paragraph in cell.paragraphs:
            paragraph.alignment = ALIGN[align]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            paragraph.paragraph_format.line_spacing = 1.2

    def _apart(self, place: Any) -> None:
        """Two tables in a row would run together."""
        space = place.add_paragraph()
        space.paragraph_format.space_after = Pt(4)
        space.paragraph_format.line_spacing = Pt(6)

    @block.register
    def _(self, block: b.Definitions, place: Any) -> None:
        table = self._table(place, len(block.rows), (27.0, 73.0))
        xml.table_borders(table, insideH=(4, "D6D2C6"), bottom=(4, "D6D2C6"), top=(4, "D6D2C6"))
        for cells, (term, said) in zip((row.cells for row in self._rows(table)), block.rows, strict=True):
            self._fill(cells[0], term, size=9.5, bold=True)
            self._fill(cells[1], said, size=9.5)
        self._apart(place)

    @block.register
    def _(self, block: b.Table, place: Any) -> None:
        size = 11.0 if block.cards else 8.5 if block.small else 9.5
        self._caption(block.caption, place, above=True)
        titled = any(b.plain(column.title) for column in block.columns)
        table = self._table(place, len(block.rows) + titled, _shares(block))
        if not block.cards:  # these keep the frame of the style, to be cut along
            xml.table_borders(table, top=(12, "1F3161"), bottom=(12, "1F3161"), insideH=(4, "D6D2C6"))
        rows = self._rows(table)
        if titled:
            head = rows.pop(0)
            xml.repeat(head)
            for cell, column in zip(head.cells, block.columns, strict=True):
                self._fill(cell, column.title, size=size, bold=True, align=column.align)
                xml.cell_line(cell, "bottom", 6, "1F3161")
        for number, (row, content) in enumerate(zip(rows, block.rows, strict=True)):
            total = number >= len(block.rows) - block.totals
            if block.cards:
                row.height = Mm(20)
            for cell, column, said in zip(row.cells, block.columns, content, strict=True):
                self._fill(cell, said, size=size, align=column.align, bold=total)
                if number == len(block.rows) - block.totals:
                    xml.cell_line(cell, "top", 6, "1F3161")
        self._apart(place)

    def _caption(self, words: b.Words, place: Any, *, above: bool = False) -> None:
        if b.plain(words):
            paragraph = self.runs(place.add_paragraph(style="Caption"), words)
            paragraph.paragraph_format.keep_with_next = above

    def _image(self, data: bytes, alternative: str, width: int, place: Any) -> None:
        paragraph = place.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(data))
        scale = min(width / shape.width, int(Mm(150)) / shape.height)
        shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
        xml.alternative(shape, b.clean(alternative))

    @block.register
    def _(self, block: b.Figure, place: Any) -> None:
        drawing = Drawing(block.svg, language=self.language)
        width = self.width * block.width
        self._image(to_png(drawing, width=width / 12700), block.alternative, int(width), place)
        self._caption(block.caption, place)

    @block.register
    def _(self, block: b.Picture, place: Any) -> None:
        self._image(block.data, block.alternative, int(self.width * block.width), place)
        self._caption(block.caption, place)

    def _box(self, title: b.Words, blocks: Sequence[b.Block], ground: str, line: str, place: Any) -> None:
        table = self._table(place, 1, (1.0,))
        xml.table_borders(table, left=(24, line))
        cell = table.rows[0].cells[0]
        heading = (b.Paragraph(tuple(b.bold(title))),) if b.plain(title) else ()
        self._fill(cell, (*heading, *blocks), size=10.0)
        if ground:
            xml.shade(cell, ground)
        self._apart(place)

    @block.register
    def _(self, block: b.Callout, place: Any) -> None:
        self._box(block.title, block.blocks, *BOXES[block.kind], place)

    @block.register
    def _(self, block: b.Quote, place: Any) -> None:
        source = (b.Paragraph((b.Span(words_of(self.language).dash), *b.spans(block.source)), small=True),) if b.plain(block.source) else ()
        self._box("", (*block.blocks, *source), "", "8FA1CD", place)

    @block.register
    def _(self, block: b.Writing, place: Any) -> None:
        if b.plain(block.label):
            self.runs(place.add_paragraph(), block.label).paragraph_format.keep_with_next = True
        if block.lines:
            table = self._table(place, block.lines, (1.0,))
            xml.table_borders(table, bottom=(4, "7D776B"), insideH=(4, "7D776B"))
            for row in table.rows:
                row.height = Mm(8)
            self._apart(place)

    @block.register
    def _(self, block: b.Choice, place: Any) -> None:
        sign = ("◉" if block.ticked else "○") if block.single else ("☑" if block.ticked else "☐")
        paragraph = self.runs(place.add_paragraph(), (b.Span(f"{sign} "), *b.spans(block.text)))
        paragraph.paragraph_format.space_after = Pt(2)

    @block.register
    def _(self, _block: b.PageBreak, place: Any) -> None:
        place.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    @block.register
    def _(self, block: b.Section, place: Any) -> None:
        before = self.language, self.width
        self.language = block.language or self.language
        turned = block.landscape and not self.document.landscape and not self.inside
        if turned:
            self.turn(self.file.add_section(WD_SECTION.NEW_PAGE), lying=True)
            self.width = self._page_width(lying=True)
        self.write(block.blocks, place)
        self.language, self.width = before
        if turned:
            self.turn(self.file.add_section(WD_SECTION.NEW_PAGE), lying=False)


def _shares(table: b.Table) -> list[float]:
    """Given shares, or the lengths of what the columns hold; Han characters are twice as wide as letters."""
    if all(column.width is not None for column in table.columns):
        return [float(column.width or 1) for column in table.columns]
    found: list[float] = []
    for at, column in enumerate(table.columns):
        texts = [b.plain(column.title), *(b.plain(row[at]) for row in table.rows[:200] if b.is_words(row[at]))]  # type: ignore[arg-type]
        longest = max((len(text) + len(HAN.findall(text)) for text in texts), default=1)
        found.append(float(min(longest, 60) + 4))
    return found
