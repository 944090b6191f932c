"""Finishes the tree of a lesson: ids of headings, accessible tables, notes, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

from webapp.courses.content import Heading
from webapp.courses.markdown_blocks import Page
from webapp.courses.markdown_links import resolve
from webapp.courses.markdown_lint import Numbering

ESCAPED = re.compile(f"{STX}([0-9]+){ETX}")
HAN = "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\u2014\u2018-\u201d\u2026"
# A line break between two Han characters would show as a blank.
HAN_BREAK = re.compile(f"(?<=[{HAN}])[ \t]*\n[ \t]*(?=[{HAN}])")


def plain_text(element: ET.Element) -> str:
    """Text of an element as people read it, without numbers of citations."""
    parts: list[str] = []

    def walk(node: ET.Element) -> None:
        if node.tag != "sup":
            parts.append(node.text or "")
            for child in node:
                walk(child)
                parts.append(child.tail or "")

    walk(element)
    return ESCAPED.sub(lambda m: chr(int(m[1])), "".join(parts)).strip()


class _Finish(Treeprocessor):
    """One walk in document order."""

    def __init__(self, md: Markdown, page: Page) -> None:
        super().__init__(md)
        self.page = page
        self.heading = ""

    def run(self, root: ET.Element) -> None:
        self.headings(root)
        self.links(root)
        self.terms(root)
        for parent in list(root.iter()):
            self.captions(parent)
        self.heading = ""
        self.walk(root)
        if self.page.language.startswith("zh"):
            self.join_lines(root)
        self.sections(root)

    @staticmethod
    def sections(root: ET.Element) -> None:
        section: ET.Element | None = None
        for child in list(root):
            if child.tag == "section":
                section = None
            elif child.tag == "h2":
                section = ET.Element("section")
                root.insert(list(root).index(child), section)
            if section is not None:
                root.remove(child)
                section.append(child)

    def headings(self, root: ET.Element) -> None:
        numbering = Numbering()
        for element in root:
            if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                level = 2 if element.tag in ("h1", "h2") else 3
                element.tag = f"h{level}"
                element.set("id", numbering.next(level))
                self.page.headings.append(Heading(element.get("id", ""), plain_text(element), level))

    def links(self, root: ET.Element) -> None:
        anchors = [heading.id for heading in self.page.headings]
        for element in root.iter("a"):
            href = ESCAPED.sub(lambda m: chr(int(m[1])), element.get("href", ""))
            if element.get("class") in ("footnote-ref", "footnote-backref") or (href.startswith("#s-") and element.get("aria-label")):
                continue
            leads = resolve(href, course_id=self.page.course_id, steps=self.page.steps, anchors=anchors)
            element.attrib = {"href": leads} if leads else {}
            if not leads:
                element.tag = "span"

    def terms(self, root: ET.Element) -> None:
        """The first use of a term leads to the glossary."""
        seen: set[str] = set()
        for element in root.iter("dfn"):
            found = self.page.glossary.find(self.page.language, plain_text(element))
            if found is None or found.id in seen or element.find(".//a") is not None:
                continue
            seen.add(found.id)
            definition = found.definition.get(self.page.language, "")
            link = ET.Element("a", {"href": f"/glossary/#{found.id}", "data-term": definition})
            link.text, element.text = element.text, None
            for child in list(element):
                element.remove(child)
                link.append(child)
            element.append(link)

    @staticmethod
    def captions(parent: ET.Element) -> None:
        children = list(parent)
        for caption, following in zip(children, [*children[1:], None], strict=False):
            if caption.tag != "caption" or parent.tag == "table":
                continue
            if following is not None and following.tag == "table":
                parent.remove(caption)
                caption.tail = None
                following.insert(0, caption)
            else:
                caption.tag = "p"

    def walk(self, parent: ET.Element) -> None:
        for index, child in enumerate(list(parent)):
            if child.tag in ("h2", "h3"):
                self.heading = plain_text(child)
            if child.tag == "table":
                parent.remove(child)
                parent.insert(index, self.table(child))
            elif child.tag == "div" and child.get("class") == "footnote":
                self.notes(child)
            else:
                self.walk(child)

    def table(self, table: ET.Element) -> ET.Element:
        caption = table.find("caption")
        if caption is not None:
            self.page.captions += 1
            name = self.page.say("table", number=self.page.captions)
            caption.text = name + self.page.say("gap") + (caption.text or "")
        else:
            name = self.page.say("table_under", heading=self.heading) if self.heading else self.page.say("table_plain")
        for row in table.iter("tr"):
            for index, cell in enumerate(row):
                self.cell(cell, first=index == 0)
        region = ET.Element("div", {
            "class": "scroll", "tabindex": "0", "role": "region", "aria-label": self.page.say("scroll", name=name),
        })
        region.tail, table.tail = table.tail, None
        region.append(table)
        return region

    @staticmethod
    def cell(cell: ET.Element, *, first: bool) -> None:
        right = "right" in (cell.get("align") or cell.get("style") or "")
        empty = not plain_text(cell) and not len(cell)
        cell.attrib = {"class": "n"} if right else {}
        if cell.tag == "th":
            if empty:
                cell.tag = "td"
            else:
                cell.set("scope", "col")
        elif first and not empty:
            cell.tag = "th"
            cell.set("scope", "row")

    def notes(self, element: ET.Element) -> None:
        element.tag = "section"
        element.attrib = {"class": "notes", "aria-label": self.page.say("notes")}
        for rule in element.findall("hr"):
            element.remove(rule)
        back = (link for link in element.iter("a") if link.get("class") == "footnote-backref")
        for number, link in enumerate(back, 1):
            link.attrib = {"href": link.get("href", ""), "aria-label": self.page.say("back", number=number)}

    def join_lines(self, root: ET.Element) -> None:
        for element in _outside_code(root):
            element.text = HAN_BREAK.sub("", element.text) if element.text else element.text
            for child in element:
                child.tail = HAN_BREAK.sub("", child.tail) if child.tail else child.tail


def _outside_code(element: ET.Element) -> Iterator[ET.Element]:
    if element.tag not in ("pre", "code"):
        yield element
        for child in element:
            yield from _outside_code(child)


class Finishing(Extension):
    """Registers the walk after inline text is parsed and before the tree is written."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  name given by the library
        """Called by the library."""
        md.treeprocessors.register(_Finish(md, self.page), "finish", 12)
