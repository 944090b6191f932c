"""Bounds that keep Markdown from hanging: judged on the text, in linear time, before anything is parsed."""

from __future__ import annotations

import re

MARKDOWN_LIMIT = 200_000
LINE_LIMIT = 8_000
# A run such as `[[[[[[[[` or `>>>>>>>>` makes the parser start over at each sign. Lines of `-`, `=`, `|`, `:` draw tables and rules.
RUN = re.compile(r"([\[\](){}<>*_`!#~\\^&+])\1{15,}|(?:\[\]|\(\)|\]\(|!\[|\*_|_\*|> |[*+-] ){12,}")
OPENERS = re.compile(r"[\[*_`<&!\\(=]")
INDENT_LIMIT = 40
# An opened block of code is looked for up to the end of the text.
FENCE_LIMIT = 100
# Signs times length of a paragraph: what the inline parser may have to look at again and again.
WORK_LIMIT = 20_000_000
PARAGRAPH_WORK_LIMIT = 1_000_000
SIGNS_LIMIT = 20_000
PARAGRAPH_LIMIT = 20_000
DEEP = re.compile(rf"^(?:[ \t]{{{INDENT_LIMIT + 1},}}\S|[ \t]*(?:>[ \t]*){{7,}})", re.MULTILINE)


def hard_line(text: str) -> int | None:
    """Number of the first line that is too long, too deep or holds a run of signs; None if there is none."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE_LIMIT or RUN.search(line) or DEEP.search(line):
            return number
    return None


def work(text: str) -> int:
    """What parsing costs at worst, in characters looked at."""
    return sum(len(paragraph) * len(OPENERS.findall(paragraph)) for paragraph in re.split(r"\n[ \t]*\n", text))


def hard_paragraph(text: str) -> int | None:
    """Number of the line at which the first paragraph begins that is too long or holds too many signs, or 1 if all of them together do."""
    line = 1
    for part in re.split(r"(\n[ \t]*\n)", text):
        if len(part) > PARAGRAPH_LIMIT or work(part) > PARAGRAPH_WORK_LIMIT:
            return line
        line += part.count("\n")
    return 1 if work(text) > WORK_LIMIT or len(OPENERS.findall(text)) > SIGNS_LIMIT else None


def too_hard(text: str) -> bool:
    """Whether a text must not be given to the parser."""
    return len(text) > MARKDOWN_LIMIT or hard_line(text) is not None or hard_paragraph(text) is not None
