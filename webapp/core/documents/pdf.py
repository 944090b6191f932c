"""Documents as PDF: A4, tagged, with bookmarks, every typeface embedded, the same bytes for the same document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4, landscape
from reportlab.platypus.doctemplate import BaseDocTemplate, NextPageTemplate, PageTemplate
from reportlab.platypus.flowables import CondPageBreak, PageBreak
from reportlab.platypus.frames import Frame

from webapp.core.documents import blocks as b
from webapp.core.documents.pdf_compose import Composer, Setting, Turn
from webapp.core.documents.pdf_flow import Memo, Part, RulePart, StackPart, TextPart, draw_line
from webapp.core.documents.pdf_table import TablePart
from webapp.core.documents.words import words_of
from webapp.core.pdf.canvas import Element, GlyphCanvas
from webapp.core.pdf.fonts import BODY, legible
from webapp.core.pdf.palette import rgb
from webapp.core.pdf.paragraph import Look, set_lines
from webapp.core.pdf.typeset import shape

LEFT, RIGHT, TOP, BOTTOM = 68.0, 62.0, 74.0, 66.0
SMALL = 8.0
# Entries of the contents that stand below each other on the title's page, and in two columns at an easy distance.
ONE_COLUMN, TWO_COLUMNS = 24, 46
EASY, TIGHT = 17.5, 13.8


def to_pdf(document: b.Document) -> bytes:
    """The document as a PDF file. Characters that no shipped typeface has print as 〓."""
    memo: Memo = {}
    data, found = _lay_out(document, {}, memo)
    if document.contents:
        data, found = _lay_out(document, found, memo)
    return data


def _frame(size: tuple[float, float]) -> tuple[float, float]:
    return size[0] - LEFT - RIGHT, size[1] - TOP - BOTTOM


class _Template(BaseDocTemplate):
    """Places parts on standing and lying pages and remembers where anchors and page sizes fell."""

    canv: Any

    def __init__(self, canvas: GlyphCanvas, *, lying: bool) -> None:
        self.given = canvas
        self.anchors: dict[str, int] = {}
        self.sizes: list[tuple[float, float]] = []
        templates = [self._page("standing", A4), self._page("lying", landscape(A4))]
        super().__init__("", pagesize=A4, pageTemplates=templates[::-1] if lying else templates)

    def _page(self, name: str, size: tuple[float, float]) -> PageTemplate:
        width, height = _frame(size)
        frame = Frame(LEFT, BOTTOM, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0, id=name)
        return PageTemplate(id=name, frames=[frame], pagesize=size, onPage=lambda *_: self.sizes.append(size))

    def _makeCanvas(self, *_args: Any, **_options: Any) -> GlyphCanvas:  # noqa: N802  name given by the library
        self._doSave = 0
        return self.given

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802  name given by the library
        """Remember on which page a heading fell."""
        if isinstance(flowable, TextPart) and flowable.mark:
            self.anchors[flowable.mark[0]] = self.page


def _lay_out(document: b.Document, pages: dict[str, int], memo: Memo) -> tuple[bytes, dict[str, int]]:
    size = landscape(A4) if document.landscape else A4
    width, height = _frame(size)
    canvas = GlyphCanvas(pagesize=size, language=document.language)
    lowest = _frame(landscape(A4))[1] if _lies(document) else height
    composer = Composer(document, canvas.whole, pages, height=lowest, memo=memo)
    title = _title(composer, document)
    contents = Element("TOC")
    if document.contents:
        canvas.whole.children.append(contents)
    body = composer.parts(document.blocks)
    room = height - sum(part.before + part.wrap(width, 1e6)[1] + part.after for part in title)
    listed = _contents(composer, contents, (width, room)) if document.contents else []
    template = _Template(canvas, lying=document.landscape)
    template.build(_flow([*title, *listed, *body], width, lying=document.landscape))
    _describe(canvas, document)
    runner = _Runner(canvas, document, template.sizes)
    return canvas.document(footer=runner.operators), template.anchors


def _lies(document: b.Document) -> bool:
    return document.landscape or any(isinstance(block, b.Section) and block.landscape for block in document.blocks)


def _flow(parts: Sequence[Any], width: float, *, lying: bool) -> list[Any]:
    """The story: before what sticks, room for it and the beginning of what follows; turns become page breaks."""
    story: list[Any] = []
    turned = lying
    for number, part in enumerate(parts):
        if isinstance(part, Turn) and part.room and part.landscape == turned:
            story.append(CondPageBreak(part.room * _frame(landscape(A4) if turned else A4)[1]))
            continue
        if isinstance(part, Turn):
            turned = part.landscape
            following = next((item for item in parts[number + 1 :] if isinstance(item, (Part, Turn))), None)
            story.append(NextPageTemplate("lying" if turned else "standing"))
            if isinstance(following, Part):
                story.append(PageBreak())
            continue
        measure = _frame(landscape(A4) if turned else A4)[0] if turned != lying else width
        if part.sticks and not (number and getattr(parts[number - 1], "sticks", False)):
            story.append(CondPageBreak(_needed(parts[number:], measure)))
        story.append(part)
    return story


def _needed(parts: Sequence[Any], width: float) -> float:
    height = after = 0.0
    led = False  # a line or two under a heading only lead over to what follows
    for part in parts:
        if not isinstance(part, Part):
            break
        height += max(after, part.before) + part.first_height(width)
        after = part.after
        if part.sticks:
            continue
        if led or not isinstance(part, TextPart) or part.wrap(width, 1e6)[1] > 2 * part.leading + 0.1:
            break
        led = True
    return min(height, 400.0)


def _title(composer: Composer, document: b.Document) -> list[Part]:
    """The thick-and-thin rule, title, subtitle, who answers for it, and facts."""
    chinese = document.language.startswith("zh")
    made: list[Part] = [RulePart(((1.5, 3.0, "ink"), (6.0, 0.6, "ink")), height=7.0, after=20.0)]
    big = Setting(size=23, leading=23 * 1.35, colour="ink", display=True, spread=False)
    title = composer.text(document.title, "Title", setting=big, after=6)
    title.balanced = True
    made.append(title)
    if document.subtitle:
        made.append(composer.text(document.subtitle, setting=Setting(size=13, leading=19, colour="muted", spread=False), after=6))
    if document.author:
        made.append(composer.text(document.author, setting=Setting(size=10, leading=15, colour="text", spread=False), after=8))
    if document.facts:
        setting = Setting(size=9.5, leading=9.5 * (1.55 if chinese else 1.4), spread=False)
        rows = []
        table = composer.element("Table")
        for label, said in document.facts:
            row = composer.element("TR", parent=table)
            name, value = composer.element("TH", parent=row, scope="Row"), composer.element("TD", parent=row)
            rows.append([
                StackPart(composer.inner(label, Setting(**{**setting.__dict__, "colour": "muted"}), name)),
                StackPart(composer.inner(said, setting, value)),
            ])
        made.append(TablePart([], rows, shares=(24.0, 76.0), lines=False))
    made.append(RulePart(((4.0, 0.6, "ink"),), height=5.0, after=16.0))
    return made


def _contents(composer: Composer, group: Element, room: tuple[float, float]) -> list[Any]:
    """The headings of the first two levels with their pages, and a page break; `room` is what the title left."""
    listed = [heading for heading in composer.headings if heading[0] <= 2]
    beside = len(listed) > ONE_COLUMN
    leading = TIGHT if len(listed) > TWO_COLUMNS else EASY
    entries: list[_Entry] = []
    made: list[Any] = [
        composer.text(
            words_of(composer.document.language).contents, "P",
            setting=Setting(size=13, leading=20, colour="ink", display=True, spread=False), element=_under(group, "Caption"), after=6,
        )
    ]
    for level, text, anchor in listed:
        indent = 0.0 if level == 1 else 12.0 if beside else 16.0
        setting = Setting(size=10.0 if level == 1 else 9.5, leading=leading, indent=indent, spread=False)
        part = _Entry(
            composer.looks((b.Span(text),), setting), element=_under(group, "TOCI"), leading=setting.leading, indent=setting.indent,
            before=3.0 if level == 1 else 0.0,
        )
        page = str(composer.pages.get(anchor, 0) or "")
        part.page = (page, Look(BODY, setting.size, composer.document.language, colour="muted"), anchor)
        part.room = 30.0
        entries.append(part)
    columns = [_Columns(entries)] if beside else []
    caption = made[0].wrap(room[0], 1e6)[1] + made[0].after
    fits = columns and columns[0].wrap(room[0], 1e6)[1] + caption <= room[1]
    for entry in () if fits else entries:
        entry.leading = EASY
    return [*made, *(columns if fits else entries), Turn(landscape=composer.document.landscape)]


class _Columns(Part):
    """Entries in two columns, the left one first; a chapter's heading does not end one."""

    gutter = 26.0

    def __init__(self, entries: Sequence[_Entry]) -> None:
        super().__init__()
        self.entries = list(entries)

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803  names given by the library
        """The height of the higher column."""
        inner = (aW - self.gutter) / 2
        heights = [entry.before + entry.wrap(inner, 1e6)[1] for entry in self.entries]
        half, at, used = sum(heights) / 2, 0, 0.0
        while at < len(heights) and used + heights[at] / 2 <= half:
            used += heights[at]
            at += 1
        while at > 1 and not self.entries[at - 1].indent:
            at -= 1
        self.sides = [(self.entries[:at], 0.0), (self.entries[at:], inner + self.gutter)]
        self.width, self.height = aW, max(sum(heights[:at]), sum(heights[at:]))
        return aW, self.height

    def draw(self) -> None:
        """Each column from the top."""
        for entries, x in self.sides:
            y = self.height
            for number, entry in enumerate(entries):
                y -= (entry.before if number else 0.0) + entry.height
                entry.drawOn(self.canv, x, y)


def _under(group: Element, tag: str) -> Element:
    made = Element(tag)
    group.children.append(made)
    return made


class _Entry(TextPart):
    """A line of the table of contents, with its page on the right; leads there."""

    page: tuple[str, Look, str]
    room = 0.0

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803  names given by the library
        """As text, with room for the page's number."""
        _width, height = super().wrap(aW - self.room, aH)
        return aW, height

    def draw(self) -> None:
        """The text, the number on the line of its end, the link over all."""
        super().draw()
        number, look, anchor = self.page
        line = set_lines([(number, look)], 100)[0]
        y = (self.leading - look.size) / 2 + 0.1 * look.size
        with self.canv.marked(self.element):
            draw_line(self.canv, line, self.width + self.room - line.width, y)
        self.canv.linkRect("", anchor, (self.indent, 0, self.width + self.room, self.height), relative=1, Border="[0 0 0]")


class _Runner:
    """Running header (not on the first page) and footer, once the number of pages is known."""

    def __init__(self, canvas: GlyphCanvas, document: b.Document, sizes: Sequence[tuple[float, float]]) -> None:
        self.canvas, self.document, self.sizes = canvas, document, sizes

    def operators(self, number: int, total: int) -> str:
        """What is added to a page."""
        width, height = self.sizes[number - 1]
        code = ["q"]
        y = BOTTOM - 26
        code.append(_stroke("hair", LEFT, width - RIGHT, y + 12))
        code.extend(self._ends(self.document.note, words_of(self.document.language).page(number, total), y, width))
        if number > 1:
            top = height - TOP + 28
            code.extend(self._ends(self.document.title, self.document.author, top, width))
            code.append(_stroke("hair", LEFT, width - RIGHT, top - 6))
        return "\n".join([*code, "Q"])

    def _ends(self, left: str, right: str, y: float, width: float) -> list[str]:
        """One text on the left, one on the right, both shortened to their share if need be."""
        whole = width - LEFT - RIGHT
        end = self._short(right, whole * 0.42)
        begin = self._short(left, whole - (end.width * SMALL / 1000 if end else 0) - 16)
        code = ["{:.3f} {:.3f} {:.3f} rg".format(*rgb("muted"))]
        if begin:
            code.append(self.canvas.text_operators(begin, LEFT, y, size=SMALL))
        if end:
            code.append(self.canvas.text_operators(end, width - RIGHT - end.width * SMALL / 1000, y, size=SMALL))
        return code

    def _short(self, text: str, room: float) -> Any:
        text = legible(" ".join(text.split()), BODY)
        line = shape(text, BODY, language=self.document.language) if text else None
        while line and line.width * SMALL / 1000 > room and len(text) > 1:
            text = text[: max(1, int(len(text) * room / (line.width * SMALL / 1000)) - 1)]
            line = shape(text.rstrip() + "…", BODY, language=self.document.language)
        return line


def _stroke(colour: str, left: float, right: float, y: float) -> str:
    return "{:.3f} {:.3f} {:.3f} RG".format(*rgb(colour)) + f" 0.5 w {left:.2f} {y:.2f} m {right:.2f} {y:.2f} l S"


def _describe(canvas: GlyphCanvas, document: b.Document) -> None:
    canvas.setTitle(document.title)
    canvas.setAuthor(document.author)
    canvas.setSubject(document.subtitle)
    canvas.setKeywords(b.clean(", ".join(document.keywords)))
    canvas.setCreator("LocalGoals")
    canvas.setProducer("LocalGoals")
    if document.created:
        created = document.created
        canvas.setDateFormatter(lambda *_: f"D:{created:%Y%m%d}")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    if document.contents or any(isinstance(block, b.Heading) for block in document.blocks):
        canvas.showOutline()
    when = f"<dc:date><rdf:Seq><rdf:li>{document.created.isoformat()}</rdf:li></rdf:Seq></dc:date>" if document.created else ""
    canvas.metadata(
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:format>application/pdf</dc:format>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(document.title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(document.author)}</rdf:li></rdf:Seq></dc:creator>{when}"
        f"<dc:language><rdf:Bag><rdf:li>{document.language}</rdf:li></rdf:Bag></dc:language>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
