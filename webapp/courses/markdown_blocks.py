"""What LocalGoals adds to Markdown: blocks with `:::`, figures, table captions, citations and `==terms==`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import AtomicString

from webapp.core.frozen import dataclass
from webapp.courses.content import Heading
from webapp.courses.glossary import Glossary
from webapp.courses.labels import label

OPENING = re.compile(r":::[ \t]*(callout|case|think)\b[ \t]*(.*)$")
FIGURE = re.compile(r"!\[([^\]]{0,2000})\]\(\s*([^)\s\"]{0,300})(?:\s+\"([^\"]{0,500})\")?\s*\)")
# Stands for a drawing while the page is sanitised; nobody outside this process can write it.
TOKEN = secrets.token_hex(12)


@dataclass
class Page:
    """What a lesson's text is rendered with, and what rendering finds out."""

    course_id: str
    language: str
    sources: Mapping[str, int] = field(default_factory=dict)
    steps: Collection[str] = ()
    draw: Callable[[str, str, int], str] = lambda _path, _alternative, _number: ""
    drawings: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    captions: int = 0
    blocks: int = 0
    glossary: Glossary = field(default_factory=Glossary)

    def say(self, key: str, **values: object) -> str:
        """A word in the lesson's language."""
        return label(self.language, key, **values)


class _Apart(Preprocessor):
    """Sets the marks of blocks and captions apart by blank lines, so that each is a block of its own."""

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        for line in lines:
            apart = line.startswith((":::", "Table:"))
            out.extend(["", line, ""] if apart else [line])
        return out


class _Block(BlockProcessor):
    """`::: kind Title` to `:::`."""

    def __init__(self, md: Markdown, page: Page) -> None:
        super().__init__(md.parser)
        self.page = page

    def test(self, parent: ET.Element, block: str) -> bool:
        return parent.tag == "div" and OPENING.match(block) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> bool:
        match = OPENING.match(blocks.pop(0))
        assert match is not None
        inner: list[str] = []
        while blocks:
            block = blocks.pop(0)
            if block.strip() == ":::":
                break
            inner.append(block)
        kind, title = match[1], match[2].strip()
        element = self.think(parent, title) if kind == "think" else self.callout(parent, kind, title)
        self.parser.parseBlocks(element, inner)
        return True

    @staticmethod
    def think(parent: ET.Element, question: str) -> ET.Element:
        element = ET.SubElement(parent, "details")
        ET.SubElement(element, "summary").text = question
        return element

    def callout(self, parent: ET.Element, kind: str, title: str) -> ET.Element:
        self.page.blocks += 1
        anchor = f"box-{self.page.blocks}"
        classes = "callout" if kind == "callout" else "callout case"
        element = ET.SubElement(parent, "aside", {"class": classes, "aria-labelledby": anchor})
        ET.SubElement(element, "h3", {"id": anchor}).text = title or self.page.say(kind)
        return element


class _StrayMark(BlockProcessor):
    """A `:::` that opens nothing known is left out; the check has named it."""

    def test(self, parent: ET.Element, block: str) -> bool:
        return parent.tag == "div" and block.startswith(":::")

    def run(self, parent: ET.Element, blocks: list[str]) -> bool:  # noqa: ARG002
        blocks.pop(0)
        return True


class _Figure(BlockProcessor):
    """A paragraph that is only an image."""

    def __init__(self, md: Markdown, page: Page) -> None:
        super().__init__(md.parser)
        self.page = page

    def test(self, parent: ET.Element, block: str) -> bool:
        return parent.tag != "p" and FIGURE.fullmatch(block.strip()) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> bool:
        match = FIGURE.fullmatch(blocks.pop(0).strip())
        assert match is not None
        number = len(self.page.drawings) + 1
        self.page.drawings.append(self.page.draw(match[2], match[1].strip(), number))
        element = ET.SubElement(parent, "figure", {"class": "fig"})
        element.text = AtomicString(f"{TOKEN}-{number}-")
        caption = ET.SubElement(element, "figcaption")
        name = ET.SubElement(caption, "b")
        name.text = AtomicString(self.page.say("figure", number=number))
        name.tail = self.page.say("gap") + (match[3] or "").strip()
        return True


class _Caption(BlockProcessor):
    """`Table: caption`; moved into the table that follows once the tree stands."""

    def test(self, parent: ET.Element, block: str) -> bool:
        return parent.tag != "p" and block.startswith("Table:") and "\n" not in block.strip()

    def run(self, parent: ET.Element, blocks: list[str]) -> bool:
        ET.SubElement(parent, "caption").text = blocks.pop(0).strip().removeprefix("Table:").strip()
        return True


class _Citation(InlineProcessor):
    """`[^source]` as a numbered link to the list of sources; other ids are left to the footnotes."""

    def __init__(self, md: Markdown, page: Page) -> None:
        super().__init__(r"\[\^([^\]\s]{1,80})\]", md)
        self.page = page

    def handleMatch(  # type: ignore[override]  # noqa: N802  name given by the library
        self, m: re.Match[str], data: str,  # noqa: ARG002
    ) -> tuple[ET.Element, int, int] | tuple[None, None, None]:
        number = self.page.sources.get(m[1])
        if number is None:
            return None, None, None
        element = ET.Element("sup")
        link = ET.SubElement(element, "a", {"href": f"#s-{number}", "aria-label": self.page.say("source", number=number)})
        link.text = AtomicString(str(number))
        return element, m.start(0), m.end(0)


class Additions(Extension):
    """Registers the additions and takes away what lessons do not use."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  name given by the library
        """Called by the library."""
        for name in ("reference", "short_reference", "image_link", "image_reference", "short_image_ref", "automail", "html"):
            md.inlinePatterns.deregister(name)
        md.preprocessors.deregister("html_block")
        for name in ("setextheader", "reference", "code"):
            md.parser.blockprocessors.deregister(name)
        md.preprocessors.register(_Apart(md), "apart", 22)
        md.parser.blockprocessors.register(_Block(md, self.page), "block", 99)
        md.parser.blockprocessors.register(_StrayMark(md.parser), "stray", 98)
        md.parser.blockprocessors.register(_Figure(md, self.page), "figure", 97)
        md.parser.blockprocessors.register(_Caption(md.parser), "caption", 96)
        md.inlinePatterns.register(_Citation(md, self.page), "citation", 176)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(==)([^=\n]{1,200})==", "dfn"), "term", 65)
