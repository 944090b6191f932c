"""From the sanitised HTML of lessons, guides and hand-outs to the blocks of a printed document.

What readers see on the screen is what is printed: nothing is parsed from Markdown a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from html import unescape
from html.parser import HTMLParser

from webapp.core.documents import blocks as b
from webapp.core.frozen import dataclass
from webapp.courses.media import IMAGE_TYPES

SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
TITLE = re.compile(r"<(?:desc|title)\b[^>]*>(.*?)</", re.DOTALL)
VOID = {"br", "hr", "img"}
SPACE = re.compile(r"[ \t\n]+")
INLINE = {"em", "strong", "code", "dfn", "a", "br", "sub", "sup", "span", "b", "img"}


@dataclass
class Node:
    """An element; children are elements and texts."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def elements(self) -> Iterator[Node]:
        """Child elements."""
        return (child for child in self.children if isinstance(child, Node))

    def find(self, *tags: str) -> list[Node]:
        """Elements of these kinds anywhere below, in document order."""
        return [found for child in self.elements() for found in ([child] if child.tag in tags else child.find(*tags))]

    @property
    def classes(self) -> set[str]:
        """Names of its classes."""
        return set(self.attributes.get("class", "").split())

    def text(self) -> str:
        """All text inside."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _Reader(HTMLParser):
    """Builds the tree; the markup is well formed, since it was sanitised."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("body")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


@dataclass
class Printing:
    """What the texts of one document are printed with.

    `link` gives the address that a link of the page gets in print, or "" for none; `image` the bytes of an image;
    `shift` is added to the level of headings; `prefix` goes before their anchors.
    """

    say: Callable[..., str]
    link: Callable[[str], str] = lambda _href: ""
    image: Callable[[str], bytes | None] = lambda _source: None
    shift: int = 0
    prefix: str = ""


def blocks_of(html: str, printing: Printing) -> tuple[b.Block, ...]:
    """The blocks of a text."""
    drawings = SVG.findall(html)
    numbers = iter(range(len(drawings)))
    reader = _Reader()
    reader.feed(SVG.sub(lambda _match: f'<img data-drawing="{next(numbers)}">', html))
    reader.close()
    return tuple(_Writer(printing, drawings).blocks(reader.open[0]))


def spans_of(html: str, printing: Printing) -> tuple[b.Span, ...]:
    """The spans of a short text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _trimmed(_Writer(printing, []).spans(reader.open[0].children, b.Span("")))


class _Writer:
    """Turns elements into blocks."""

    def __init__(self, printing: Printing, drawings: Sequence[str]) -> None:
        self.printing, self.drawings = printing, drawings

    def blocks(self, parent: Node) -> list[b.Block]:
        """Blocks of all children; text between them becomes paragraphs."""
        made: list[b.Block] = []
        loose: list[Node | str] = []
        for child in [*parent.children, Node("end")]:
            if isinstance(child, str) or child.tag in INLINE:
                loose.append(child)
                continue
            spans = _trimmed(self.spans(loose, b.Span("")))
            if spans:
                made.append(b.Paragraph(spans))
            loose = []
            made.extend(self.block(child))
        return made

    def block(self, node: Node) -> list[b.Block]:  # noqa: PLR0911  one line a kind
        """Blocks of one element."""
        if node.tag == "p":
            spans = _trimmed(self.spans(node.children, b.Span("")))
            return [b.Paragraph(spans)] if spans else []
        if node.tag in {"h2", "h3"}:
            anchor = self.printing.prefix + node.attributes.get("id", "")
            return [b.Heading(_trimmed(self.spans(node.children, b.Span(""))), int(node.tag[1]) - 1 + self.printing.shift, anchor)]
        if node.tag in {"ul", "ol"}:
            items = [self.content(item) for item in node.elements() if item.tag == "li"]
            return [b.Bullets(items, ordered=node.tag == "ol", start=int(node.attributes.get("start", "1") or 1))]
        if node.tag == "dl":
            return [self.definitions(node)]
        if node.tag == "table":
            return [self.table(node)]
        if node.tag == "figure":
            return self.figure(node)
        if node.tag in {"aside", "details", "blockquote", "pre"}:
            return [self.box(node)]
        if node.tag == "section" and "notes" in node.classes:
            return self.notes(node)
        return self.blocks(node) if node.tag in {"section", "div", "body"} else []

    def content(self, node: Node) -> list[b.Block]:
        """What stands in an item or a cell, as blocks."""
        return self.blocks(node)

    def spans(self, children: Sequence[Node | str], look: b.Span) -> list[b.Span]:
        """Spans of inline content."""
        made: list[b.Span] = []
        for child in children:
            if isinstance(child, str):
                made.append(replace(look, text=SPACE.sub(" ", child)))
            elif child.tag == "br":
                made.append(replace(look, text="\n"))
            elif child.tag == "sup" and child.find("a"):
                made.append(replace(look, text=child.text().strip(), raised=True))
            elif child.tag == "a":
                made.extend(self.spans(child.children, replace(look, link=self.printing.link(child.attributes.get("href", "")))))
            else:
                made.extend(self.spans(child.children, _looking(child.tag, look)))
        return made

    def definitions(self, node: Node) -> b.Definitions:
        """Terms with what is said of them; several texts for a term stand in lines of their own."""
        rows: list[tuple[b.Words, list[b.Span]]] = []
        for child in node.elements():
            spans = _trimmed(self.spans(child.children, b.Span("")))
            if child.tag == "dt":
                rows.append((spans, []))
            elif rows:
                rows[-1][1].extend([b.Span("\n")] if rows[-1][1] else [])
                rows[-1][1].extend(spans)
        return b.Definitions([(term, tuple(said)) for term, said in rows])

    def table(self, node: Node) -> b.Table:
        """A table; a first column of row headings names the rows. A head without words makes its cells cards to be cut out."""
        caption = next((_trimmed(self.spans(found.children, b.Span(""))) for found in node.find("caption")), ())
        rows = [[cell for cell in row.elements() if cell.tag in {"th", "td"}] for row in node.find("tr")]
        head = rows.pop(0) if rows and node.find("thead") else []
        count = max((len(row) for row in [head, *rows]), default=0)
        columns = [
            b.Column(
                _trimmed(self.spans(head[at].children, b.Span(""))) if at < len(head) else "",
                align=b.Align.RIGHT if any("n" in row[at].classes for row in [head, *rows] if at < len(row)) else b.Align.LEFT,
            )
            for at in range(count)
        ]
        body: list[list[b.Words | Sequence[b.Block]]] = [
            [_trimmed(self.spans(row[at].children, b.Span(""))) if at < len(row) else "" for at in range(count)] for row in rows
        ]
        cards = bool(head) and not any(cell.text().strip() for cell in head)
        if cards:
            columns = [b.Column("", width=100 / count) for _each in range(count)]
        named = not cards and any(row and row[0].tag == "th" for row in rows)
        return b.Table(columns, body, caption=caption, named_rows=named, cards=cards)

    def figure(self, node: Node) -> list[b.Block]:
        """A drawing or an image with its caption."""
        caption = next((_trimmed(self.spans(found.children, b.Span(""))) for found in node.find("figcaption")), ())
        image = next(iter(node.find("img")), None)
        if image is None:
            return []
        if "data-drawing" in image.attributes:
            svg = self.drawings[int(image.attributes["data-drawing"])]
            said = TITLE.findall(svg)
            return [b.Figure(svg, unescape(said[-1]) if said else b.plain(caption), caption, width=0.7)]
        data = self.printing.image(image.attributes.get("src", ""))
        return [b.Picture(data, image.attributes.get("alt", ""), caption)] if data else []

    def box(self, node: Node) -> b.Block:
        """A call-out, a question with its answer, a quotation, code."""
        if node.tag == "pre":
            lines = node.text().rstrip("\n")
            return b.Callout("", (b.Paragraph((b.Span(lines, code=True),)),))
        if node.tag == "blockquote":
            return b.Quote(tuple(self.blocks(node)))
        title_tag = "summary" if node.tag == "details" else "h3"
        title = next((child for child in node.elements() if child.tag == title_tag), Node(title_tag))
        rest = Node(node.tag, node.attributes, [child for child in node.children if child is not title])
        kind = b.Kind.QUESTION if node.tag == "details" else b.Kind.CASE if "case" in node.classes else b.Kind.ADVICE
        words = _trimmed(self.spans(title.children, b.Span("")))
        return b.Callout(words, tuple(self.blocks(rest)), kind)

    def notes(self, node: Node) -> list[b.Block]:
        """Footnotes, small, under a heading of their own."""
        items = [item for listed in node.find("ol") for item in listed.elements() if item.tag == "li"]
        made: list[b.Block] = [b.Paragraph((b.Span(self.printing.say("notes"), bold=True),), small=True)]
        for number, item in enumerate(items, 1):
            spans = [span for part in item.find("p") for span in self.spans(_without_back(part), b.Span(""))]
            made.append(b.Paragraph((b.Span(f"{number}  "), *_trimmed(spans)), small=True))
        return made


def _without_back(node: Node) -> list[Node | str]:
    return [child for child in node.children if isinstance(child, str) or not child.attributes.get("href", "").startswith("#fnref")]


def _looking(tag: str, look: b.Span) -> b.Span:
    if tag in {"strong", "b", "dfn"}:
        return replace(look, bold=True)
    if tag == "em":
        return replace(look, italic=True)
    if tag == "code":
        return replace(look, code=True)
    return replace(look, raised=True) if tag == "sup" else look


def _trimmed(spans: Sequence[b.Span]) -> tuple[b.Span, ...]:
    """Without blanks at both ends and around line breaks."""
    made = [span for span in spans if span.text]
    while made and not made[0].text.strip(" "):
        made.pop(0)
    while made and not made[-1].text.strip():
        made.pop()
    if made:
        made[0] = replace(made[0], text=made[0].text.lstrip(" "))
        made[-1] = replace(made[-1], text=made[-1].text.rstrip())
    return tuple(
        replace(span, text=span.text.lstrip(" ")) if at and made[at - 1].text.endswith("\n") else span for at, span in enumerate(made)
    )


def is_raster(source: str) -> bool:
    """Whether an address names an image of dots."""
    return source.partition("?")[0].rpartition(".")[2].lower() in IMAGE_TYPES
