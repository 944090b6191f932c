"""From blocks to the parts that flow over the pages of a PDF, and to the structure that screen readers read."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import singledispatchmethod
from typing import Any

from reportlab.lib.utils import ImageReader

from webapp.core.documents import blocks as b
from webapp.core.documents.pdf_flow import DrawingPart, Memo, Part, PicturePart, RulePart, StackPart, TextPart
from webapp.core.documents.pdf_table import Row, TablePart
from webapp.core.documents.words import HeadingNumbers, words_of
from webapp.core.frozen import dataclass
from webapp.core.pdf.canvas import Element
from webapp.core.pdf.drawing import Drawing
from webapp.core.pdf.fonts import BODY, BODY_BOLD, BODY_ITALIC, HAN, SERIF, Stack
from webapp.core.pdf.paragraph import Look, set_lines

BOXES = {
    b.Kind.ADVICE: ("warm", "ink"), b.Kind.CASE: ("warm", "c3"), b.Kind.QUESTION: ("warm", "c2"), b.Kind.WARNING: ("warn-wash", "warn"),
}
STEP = 17.0  # indent of a list
WRITING_LINE = 23.0
DISPLAY = Stack((*SERIF.faces,), han=HAN, latin=SERIF.latin)


@dataclass(frozen=True)
class Turn:
    """Begins a new page, lying if `landscape`; with `room`, only if a smaller share of the page is left."""

    landscape: bool
    room: float = 0.0


@dataclass(frozen=True)
class Setting:
    """How text is set here: size and line height in points, colour, whether in display type or bold."""

    size: float = 10.5
    leading: float = 0.0
    colour: str = "text"
    display: bool = False
    bold: bool = False
    spread: bool = True
    indent: float = 0.0
    body: bool = True  # running text, not a cell or a box


class Composer:
    """Makes the parts of one document. `pages` tells where anchors stand, as far as is known."""

    def __init__(self, document: b.Document, root: Element, pages: Mapping[str, int], *, height: float, memo: Memo) -> None:
        self.document, self.root, self.pages, self.height, self.memo = document, root, pages, height, memo
        self.language = document.language
        self.numbers = HeadingNumbers(document.language)
        self.outline_level = -1
        self.headings: list[tuple[int, str, str]] = []  # level, text, anchor
        self.parents = [root]
        self.setting = Setting()

    @property
    def chinese(self) -> bool:
        """Whether the text at hand is Chinese."""
        return self.language.startswith("zh")

    def element(self, tag: str, *, alternative: str = "", scope: str = "", parent: Element | None = None) -> Element:
        """A structure element at the current place."""
        language = self.language if self.language != self.document.language else ""
        made = Element(tag, language, alternative, scope)
        (parent or self.parents[-1]).children.append(made)
        return made

    def looks(self, words: b.Words, setting: Setting) -> list[tuple[str, Look]]:
        """A text as stretches of one look."""
        return [(span.text, self._look(span, setting)) for span in b.spans(words)] or [("", self._look(b.Span(""), setting))]

    def _look(self, span: b.Span, setting: Setting) -> Look:
        bold = span.bold or setting.bold
        stack = DISPLAY if setting.display else BODY_BOLD if bold else BODY_ITALIC if span.italic else BODY
        look = Look(
            stack, setting.size, self.language, colour="ink" if span.link else setting.colour, slanted=span.italic and bold,
            dotted=span.italic and self.chinese, tinted=span.code, link=span.link,
        )
        return replace(look, size=setting.size * 0.68, rise=setting.size * 0.36) if span.raised else look

    def leading(self, setting: Setting) -> float:
        """Height of a line."""
        return setting.leading or setting.size * (1.7 if self.chinese else 1.48)

    def text(self, words: b.Words, tag: str = "P", *, setting: Setting | None = None, **more: Any) -> TextPart:
        """A part of text as one structure element."""
        chosen = setting or self.setting
        element = more.pop("element", None) or self.element(tag)
        more.setdefault("spread", chosen.spread and self.chinese)
        made = TextPart(self.looks(words, chosen), element=element, leading=self.leading(chosen), indent=chosen.indent, **more)
        made.memo = self.memo
        return made

    def parts(self, blocks: Sequence[b.Block]) -> list[Any]:
        """The parts of blocks, one after the other; `Turn`s only on the outermost level."""
        made: list[Any] = []
        for block in blocks:
            made.extend(self.part(block))
        return made

    def inner(self, content: b.Words | Sequence[b.Block], setting: Setting, parent: Element) -> list[Part]:
        """The parts of a cell, an item or a box."""
        before = self.setting
        self.parents.append(parent)
        self.setting = replace(setting, body=False)
        blocks: Sequence[Any] = (b.Paragraph(content),) if b.is_words(content) else content  # type: ignore[arg-type]
        made = [part for part in self.parts(blocks) if isinstance(part, Part)]
        self.parents.pop()
        self.setting = before
        return made

    @singledispatchmethod
    def part(self, block: Any) -> list[Any]:
        """The parts of one block."""
        raise TypeError(block)

    @part.register
    def _(self, block: b.Heading) -> list[Any]:
        level = min(3, max(1, block.level))
        number = self.numbers.next(level) if self.document.numbered and self.setting.body else ""
        setting = (
            Setting(size=15.5, colour="ink", display=True, spread=False), Setting(size=12.5, colour="ink", display=True, spread=False),
            Setting(size=10.5, bold=True, spread=False),
        )[level - 1]
        setting = replace(setting, leading=setting.size * 1.4, indent=self.setting.indent)
        words = (b.Span(number), *b.spans(block.text)) if number else block.text
        before, after = ((22.0, 7.0), (15.0, 4.0), (11.0, 2.0))[level - 1]
        made = self.text(words, f"H{level}", setting=setting, before=before, after=after, sticks=True)
        anchor = block.anchor or f"heading-{len(self.headings) + 1}"
        title = number + b.plain(block.text)
        self.headings.append((level, title, anchor))
        self.outline_level = min(level - 1, self.outline_level + 1)
        made.mark = (anchor, title, self.outline_level)
        made.balanced = True
        return [made]

    @part.register
    def _(self, block: b.Paragraph) -> list[Any]:
        setting = self.setting
        if block.small:
            setting = replace(setting, size=min(setting.size, 8.5), colour="muted")
            return [self.text(block.text, setting=setting, before=3, after=3)]
        if block.lead:
            setting = replace(setting, size=12.0, leading=12.0 * (1.65 if self.chinese else 1.45))
            return [self.text(block.text, setting=setting, before=2, after=10)]
        words = b.spans(block.text)
        if self.chinese and setting.body:
            words = (b.Span("\u3000\u3000"), *words)  # Chinese print sets a paragraph's first line in by two characters
        gap = 6.5 if setting.body and not self.chinese else 4.0
        return [self.text(words, setting=setting, before=gap, after=gap)]

    @part.register
    def _(self, block: b.Bullets) -> list[Any]:
        group = self.element("L")
        made: list[Any] = []
        outer = self.setting
        for number, item in enumerate(block.items, block.start):
            entry = self.element("LI", parent=group)
            label = self.element("Lbl", parent=entry)
            body = self.element("LBody", parent=entry)
            inner = replace(outer, indent=outer.indent + STEP)
            parts = self.inner(item, inner, body)
            look = Look(BODY, outer.size, self.language, colour="ink")
            mark = f"{number}." if block.ordered else "•"
            if parts and isinstance(parts[0], TextPart):
                line = set_lines([(mark, look)], 100)[0]
                parts[0].label = (line, label, outer.indent + (STEP - 5 - line.width if block.ordered else 4))
            for part in parts:
                part.before, part.after = min(part.before, 2.5), min(part.after, 2.5)
            made.extend(parts)
        if made:
            made[0].before, made[-1].after = 4.0, 7.0
        return made

    @part.register
    def _(self, block: b.Definitions) -> list[Any]:
        table = self.element("Table")
        body = []
        for term, said in block.rows:
            row = self.element("TR", parent=table)
            name, value = self.element("TH", parent=row, scope="Row"), self.element("TD", parent=row)
            setting = replace(self._cell(small=False), spread=False)
            body.append([
                StackPart(self.inner(b.bold(term), setting, name)), StackPart(self.inner(said, replace(setting, spread=True), value)),
            ])
        return [TablePart([], body, shares=(27.0, 73.0), indent=self.setting.indent, lines=False)] if body else []

    def _cell(self, *, small: bool, cards: bool = False) -> Setting:
        size = 11.0 if cards else 8.5 if small else 9.5
        return Setting(size=size, leading=size * (1.5 if self.chinese else 1.38), spread=False)

    @part.register
    def _(self, block: b.Table) -> list[Any]:
        made: list[Any] = self._caption(block.caption, above=True)
        table = self.element("Table")
        setting = self._cell(small=block.small, cards=block.cards)
        head: list[Row] = []
        if any(b.plain(column.title) for column in block.columns):
            row = self.element("TR", parent=table)
            head.append([self._table_cell(b.bold(column.title), column, setting, row, head="Column") for column in block.columns])
        body: list[Row] = []
        for number, cells in enumerate(block.rows):
            row = self.element("TR", parent=table)
            total = number >= len(block.rows) - block.totals
            body.append([
                self._table_cell(
                    b.bold(cell) if total and b.is_words(cell) else cell,  # type: ignore[arg-type]
                    column, setting, row, head="Row" if block.named_rows and at == 0 else "",
                )
                for at, (cell, column) in enumerate(zip(cells, block.columns, strict=True))
            ])
        shares = tuple(column.width for column in block.columns)
        if head or body:
            part = TablePart(head, body, shares=shares, totals=block.totals, indent=self.setting.indent, cards=block.cards)
            part.before = part.before if made else 10.0
            made.append(part)
        return made

    def _table_cell(
        self, content: b.Words | Sequence[b.Block], column: b.Column, setting: Setting, row: Element, *, head: str,
    ) -> StackPart:
        cell = self.element("TH" if head else "TD", parent=row, scope=head)
        parts = self.inner(content, setting, cell)
        for part in parts:
            if isinstance(part, TextPart):
                part.align = column.align.value
                part.before = part.after = min(part.after, 2.0)
        return StackPart(parts)

    def _caption(self, words: b.Words, *, above: bool = False) -> list[Any]:
        if not b.plain(words):
            return []
        setting = replace(self.setting, size=9.0, leading=9.0 * 1.5, spread=False, bold=above, colour="text" if above else "muted")
        part = self.text(words, "Caption", setting=setting, before=9.0 if above else 2.0, after=3.0 if above else 10.0)
        part.sticks = above
        return [part]

    @part.register
    def _(self, block: b.Figure) -> list[Any]:
        figure = self.element("Figure", alternative=block.alternative)
        drawing = DrawingPart(
            Drawing(block.svg, language=self.language), element=figure, share=block.width, indent=self.setting.indent,
        )
        drawing.highest = self.height * 0.8
        return [StackPart([drawing, *self._caption(block.caption)], whole=True, before=10, after=10)]

    @part.register
    def _(self, block: b.Picture) -> list[Any]:
        figure = self.element("Figure", alternative=block.alternative)
        picture = PicturePart(ImageReader(io.BytesIO(block.data)), element=figure, share=block.width, indent=self.setting.indent)
        picture.highest = self.height * 0.55
        return [StackPart([picture, *self._caption(block.caption)], whole=True, before=10, after=10)]

    def _box(self, title: b.Words, blocks: Sequence[b.Block], fill: str, rule: str) -> StackPart:
        group = self.element("Sect")
        setting = replace(self.setting, size=min(self.setting.size, 10.0), leading=0.0, indent=0.0)
        parts: list[Part] = []
        if b.plain(title):
            heading = self.inner(b.bold(title), replace(setting, colour="ink"), group)
            heading[0].sticks = True
            parts.extend(heading)
        parts.extend(self.inner(blocks, setting, group))
        return StackPart(parts, indent=self.setting.indent, padding=(12.0, 8.0), fill=fill, rule=rule, before=11, after=11)

    @part.register
    def _(self, block: b.Callout) -> list[Any]:
        fill, rule = BOXES[block.kind]
        return [self._box(block.title, block.blocks, fill, rule)]

    @part.register
    def _(self, block: b.Quote) -> list[Any]:
        source = (b.Paragraph((b.Span(words_of(self.language).dash), *b.spans(block.source)), small=True),) if b.plain(block.source) else ()
        return [self._box("", (*block.blocks, *source), "", "q2")]

    @part.register
    def _(self, block: b.Writing) -> list[Any]:
        made: list[Any] = []
        if b.plain(block.label):
            made = [self.text(block.label, before=6, after=0)]
            made[0].sticks = True
        rule = ((WRITING_LINE - 1, 0.5, "edge"),)
        return [*made, *(RulePart(rule, height=WRITING_LINE, indent=self.setting.indent) for _line in range(block.lines))]

    @part.register
    def _(self, block: b.Choice) -> list[Any]:
        inner = replace(self.setting, indent=self.setting.indent + STEP)
        made = self.text(block.text, setting=inner, before=2.5, after=2.5)
        sign = ("◉" if block.ticked else "○") if block.single else ("■" if block.ticked else "□")
        line = set_lines([(sign, Look(BODY, self.setting.size, self.language, colour="ink"))], 100)[0]
        label = Element("Lbl")
        made.element.children.append(label)
        made.label = (line, label, self.setting.indent)
        return [made]

    @part.register
    def _(self, block: b.PageBreak) -> list[Any]:
        return [Turn(landscape=self.document.landscape, room=block.room)]

    @part.register
    def _(self, block: b.Section) -> list[Any]:
        before = self.language
        self.language = block.language or before
        group = self.element("Sect")
        self.parents.append(group)
        made = self.parts(block.blocks)
        self.parents.pop()
        self.language = before
        if block.landscape and not self.document.landscape:
            return [Turn(landscape=True), *made, Turn(landscape=False)]
        return made
