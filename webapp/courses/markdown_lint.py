"""Reads the lines of a lesson without rendering them: its structure, and everything an author should mend."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import field

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.markdown_limits import FENCE_LIMIT, MARKDOWN_LIMIT, hard_line, hard_paragraph
from webapp.courses.markdown_links import resolve
from webapp.courses.problems import Findings, shown
from webapp.courses.yaml_text import CONTROL

FENCE = re.compile(r"(`{3,}|~{3,})")
CODE = re.compile(r"(?<!`)(`{1,4})(?!`)[^`]{1,500}\1(?!`)")
HEADING = re.compile(r"(#{1,6})(?!#)\s*(.*?)\s*#*$")
BLOCK = re.compile(r":::\s*(\S*)\s*(.*)$")
FIGURE = re.compile(r"!\[([^\]]{0,2000})\]\(\s*([^)\s\"]{0,300})(?:\s+\"([^\"]{0,500})\")?\s*\)")
LINK = re.compile(r"(?<!!)\[(?!\^)([^\[\]]{0,500})\]\(([^)\s]{0,800})[^)]{0,300}\)")
CITATION = re.compile(r"\[\^([^\]\s]{1,80})\](?!:)")
NOTE = re.compile(r" {0,3}\[\^([^\]\s]{1,80})\]:")
CAPTION = re.compile(r"Table:\s*(.*)$")
HTML = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,500})?/?>|<!--|<[!?]")
KINDS = ("callout", "case", "think")


@dataclass
class Outline:
    """Structure of a lesson's body; lines count from the top of the file."""

    headings: list[tuple[int, int, str]] = field(default_factory=list)  # level, line, id
    figures: list[tuple[int, str, str, str]] = field(default_factory=list)  # line, alternative text, address, caption
    links: list[tuple[int, str, str]] = field(default_factory=list)  # line, text, address
    citations: list[tuple[int, str]] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    tables: int = 0
    blocks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    renderable: bool = True

    @property
    def anchors(self) -> list[str]:
        """Ids of the headings."""
        return [anchor for _level, _line, anchor in self.headings]

    def count(self, level: int) -> int:
        """Headings of a level."""
        return sum(1 for found, _line, _anchor in self.headings if found == level)


class Numbering:
    """Gives headings ids by their place, so that they are the same in every language."""

    def __init__(self) -> None:
        self.second = self.third = 0

    def next(self, level: int) -> str:
        """The id of the next heading of this level, 2 or 3."""
        if level <= 2:
            self.second, self.third = self.second + 1, 0
            return f"part-{self.second}"
        self.third += 1
        return f"part-{self.second}-{self.third}"


def too_hard(body: str, file: str, offset: int, findings: Findings) -> bool:
    """Note and tell whether a text must not be given to the parser."""
    if len(body) > MARKDOWN_LIMIT:
        findings.add(file, 1, _("The lesson is longer than %(limit)d characters.", limit=MARKDOWN_LIMIT))
        return True
    line = hard_line(body)
    if line is not None:
        findings.add(file, line + offset, _("The line is too long, indented too deep, or holds a long run of brackets or signs."))
        return True
    line = hard_paragraph(body)
    if line is not None:
        findings.add(file, line + offset, _("The paragraph that begins here is too long or holds too many brackets or signs."))
        return True
    control = CONTROL.search(body)
    if control:
        findings.add(file, body[: control.start()].count("\n") + 1 + offset, _("The text holds a control character."))
    return control is not None


class _Reader:
    """One pass over the lines."""

    def __init__(self, file: str, offset: int, findings: Findings) -> None:
        self.file, self.offset, self.findings = file, offset, findings
        self.outline = Outline()
        self.numbering = Numbering()
        self.block: tuple[str, int] | None = None
        self.caption: int | None = None
        self.rows = 0

    def wrong(self, line: int, message: str) -> None:
        self.findings.add(self.file, line, message)

    def lines(self, body: str) -> Iterator[tuple[int, str]]:
        """Lines outside code, inline code blanked."""
        fence: tuple[str, int] | None = None
        fences = 0
        for number, text in enumerate(body.split("\n"), 1 + self.offset):
            mark = FENCE.match(text)
            if mark:
                fences += 1
                if fence is None:
                    fence = (mark[1], number)
                elif text.strip() == fence[0]:
                    fence = None
            elif fence is None:
                yield number, CODE.sub(lambda m: " " * len(m[0]), text)
        if fence or fences > FENCE_LIMIT:
            self.outline.renderable = False
            signs, start = fence or ("```", 1)
            self.wrong(start, _(
                "This block of code is not closed, or there are too many. Expected %(mark)s in a line of its own.", mark=signs,
            ))

    def line(self, number: int, text: str) -> None:
        stripped = text.strip()
        if text.startswith(":::"):
            self.fence(number, stripped)
        elif text.startswith("#"):
            self.heading(number, text)
        elif text.startswith("Table:"):
            self.caption = number
            if not text[6:].strip():
                self.wrong(number, _("The caption of the table is empty."))
        self.table(stripped, is_caption=text.startswith("Table:"))
        self.images(number, text)
        self.inline(number, text)

    def fence(self, number: int, text: str) -> None:
        if text == ":::":
            if self.block is None:
                self.wrong(number, _("`:::` closes a block, but none is open."))
            self.block = None
            return
        match = BLOCK.match(text)
        kind, title = (match[1], match[2]) if match else ("", "")
        if self.block is not None:
            self.wrong(number, _("The block of line %(line)d is still open. Expected `:::` before the next block.", line=self.block[1]))
        self.block = (kind, number)
        if kind not in KINDS:
            self.wrong(number, _("The block “%(kind)s” is not known. Expected: %(known)s.", kind=shown(kind), known=", ".join(KINDS)))
            return
        self.outline.blocks[kind] += 1
        if kind == "think" and not title:
            self.wrong(number, _("A block to think about needs its question: `::: think Question?`."))

    def heading(self, number: int, text: str) -> None:
        match = HEADING.match(text)
        if not match:
            return
        level = len(match[1])
        if level not in (2, 3) or self.block or not match[2]:
            self.wrong(number, _("Headings are `##` or `###` with a text, outside blocks; the title stands in the front matter."))
        elif level == 3 and not self.numbering.second:
            self.wrong(number, _("The first heading must be `##`."))
        self.outline.headings.append((level, number, self.numbering.next(level)))

    def table(self, text: str, *, is_caption: bool) -> None:
        row = text.count("|") >= 1 and not is_caption
        if row and re.fullmatch(r"[|:\- ]+", text) and "-" in text and self.rows == 1:
            self.outline.tables += 1
            self.caption = None
        self.rows = self.rows + 1 if row else 0
        if text and not row and not is_caption and self.caption is not None:
            self.wrong(self.caption, _("A table must follow its caption, in lines that begin with `|`."))
            self.caption = None

    def images(self, number: int, text: str) -> None:
        found = list(FIGURE.finditer(text))
        for match in found:
            self.outline.figures.append((number, match[1].strip(), match[2], (match[3] or "").strip()))
            if not match[1].strip():
                self.wrong(number, _('The figure has no alternative text: `![what it shows](media/name.svg "Caption")`.'))
            if not (match[3] or "").strip():
                self.wrong(number, _('The figure has no caption: `![what it shows](media/name.svg "Caption")`.'))
            if text.strip() != match[0]:
                self.wrong(number, _("A figure must stand in a paragraph of its own."))
        if text.count("![") > len(found):
            self.wrong(number, _('The figure is not written as `![what it shows](media/name.svg "Caption")`.'))

    def inline(self, number: int, text: str) -> None:
        note = NOTE.match(text)
        if note:
            if note[1] in self.outline.notes:
                self.wrong(number, _("The note “%(id)s” is written twice.", id=note[1]))
            if not re.fullmatch(r"note-[a-z0-9-]{1,50}", note[1]):
                self.wrong(number, _("Found the note “%(id)s”. Expected an id that begins with `note-`.", id=shown(note[1])))
            self.outline.notes[note[1]] = number
            text = text[note.end():]
        self.outline.citations.extend((number, match[1]) for match in CITATION.finditer(text))
        for match in LINK.finditer(FIGURE.sub("", text)):
            self.outline.links.append((number, match[1].strip(), match[2]))
        html = HTML.search(text)
        if html:
            self.wrong(number, _("HTML is not used in lessons: “%(html)s”. Expected Markdown.", html=shown(html[0])))


def outline(body: str, *, file: str, offset: int, findings: Findings) -> Outline:
    """Structure of a body. Notes problems that need nothing but the text; `offset` is the number of lines above it."""
    reader = _Reader(file, offset, findings)
    if too_hard(body, file, offset, findings):
        reader.outline.renderable = False
        return reader.outline
    last_blank = True
    for number, text in reader.lines(body):
        reader.line(number, text)
        if FIGURE.fullmatch(text.strip()) and not last_blank:
            findings.add(file, number, _("A figure must stand in a paragraph of its own."))
        last_blank = not text.strip() or text.startswith(":::")
    if reader.block is not None:
        findings.add(file, reader.block[1], _("The block is not closed. Expected `:::` in a line of its own."))
    if reader.caption is not None:
        findings.add(file, reader.caption, _("A table must follow its caption, in lines that begin with `|`."))
    return reader.outline


def check_references(
    found: Outline, *, file: str, course_id: str, steps: Collection[str], sources: Collection[str], findings: Findings,
) -> None:
    """Note links, citations and notes that lead nowhere."""
    for line, text, href in found.links:
        if resolve(href, course_id=course_id, steps=steps, anchors=found.anchors) is None:
            findings.add(file, line, _(
                "The link leads nowhere: “%(href)s”. Expected a step of this course, `#` and a heading, or https://….", href=shown(href),
            ))
        if not text:
            findings.add(file, line, _("The link has no text."))
    for line, cited in found.citations:
        if cited not in sources and cited not in found.notes:
            findings.add(file, line, _("“[^%(id)s]” is neither a source in the front matter nor a note.", id=shown(cited)))
    cited_ids = {cited for _line, cited in found.citations}
    for note, line in found.notes.items():
        if note in sources:
            findings.add(file, line, _("“%(id)s” is the id of a source. Expected another id for the note.", id=note))
        if note not in cited_ids:
            findings.add(file, line, _("The note “%(id)s” is not referred to in the text.", id=shown(note)))
