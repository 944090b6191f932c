"""Lessons and questions from Markdown to HTML that is safe to show. Rendered once a revision."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

import nh3
from markdown import Markdown
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension

from webapp.courses.markdown_blocks import TOKEN, Additions, Page
from webapp.courses.markdown_limits import FENCE_LIMIT, too_hard
from webapp.courses.markdown_tree import Finishing

__all__ = ["Page", "TooHard", "blocks_html", "inline_html", "render"]

INLINE_TAGS = {"em", "strong", "code", "dfn", "a", "br", "sub", "sup", "span"}
TAGS = INLINE_TAGS | {
    "p", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "hr", "aside", "details", "summary",
    "figure", "figcaption", "b", "div", "section", "table", "caption", "thead", "tbody", "tr", "th", "td",
}
ATTRIBUTES = {
    "a": {"href", "aria-label", "data-term"}, "h2": {"id"}, "h3": {"id"}, "li": {"id"}, "sup": {"id"}, "ol": {"start"},
    "aside": {"aria-labelledby"}, "div": {"tabindex", "role", "aria-label"}, "section": {"aria-label"}, "th": {"scope"},
}
CLASSES = {
    "aside": {"callout", "case"}, "figure": {"fig"}, "div": {"scroll"}, "section": {"notes"}, "th": {"n"}, "td": {"n"},
}
SCHEMES = {"http", "https", "mailto"}
PLACE = re.compile(rf"{TOKEN}-([0-9]+)-")


class TooHard(ValueError):
    """The text is beyond the bounds of the parser; the check of a course names the line."""


def render(body: str, page: Page) -> str:
    """HTML of a lesson's body; `page` receives the headings. Raises `TooHard`."""
    fences = len(re.findall(r"^(?:`{3}|~{3})", body, re.MULTILINE))
    if too_hard(body) or fences > FENCE_LIMIT * 2:
        raise TooHard
    notes = FootnoteExtension(
        SUPERSCRIPT_TEXT=page.say("note", number=0).replace("0", "{}"), BACKLINK_TITLE="{}", SEPARATOR="-",
    )
    markdown = Markdown(
        extensions=[
            TableExtension(use_align_attribute=True), FencedCodeExtension(), notes, DefListExtension(), SaneListExtension(),
            Additions(page), Finishing(page),
        ],
        output_format="html",
    )
    try:
        raw = markdown.convert(body)
    except RecursionError as error:
        raise TooHard from error
    clean = nh3.clean(
        raw, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, url_schemes=SCHEMES, link_rel=None,
        clean_content_tags={"script", "style"},
    )
    return PLACE.sub(lambda m: page.drawings[int(m[1]) - 1], clean)


def _inline_parser() -> Markdown:
    page = Page("", "en")
    markdown = Markdown(extensions=[Additions(page)], output_format="html")
    keep = markdown.parser.blockprocessors["paragraph"]
    markdown.parser.blockprocessors = type(markdown.parser.blockprocessors)()
    markdown.parser.blockprocessors.register(keep, "paragraph", 10)
    markdown.preprocessors.deregister("apart")
    return markdown


def inline_html(text: str) -> str:
    """HTML of a short text (prompt, option, feedback): emphasis, code, terms and links; paragraphs become line breaks.

    Never fails: what is beyond the bounds of the parser is shown as plain text.
    """
    if too_hard(text):
        return escape(text)
    try:
        raw = _inline_parser().convert(text)
    except RecursionError:
        return escape(text)
    lines = raw.replace("</p>\n<p>", "<br>").removeprefix("<p>").removesuffix("</p>")
    return nh3.clean(
        lines, tags=INLINE_TAGS - {"span"}, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None, url_relative="deny",
    )


@lru_cache(maxsize=2048)
def blocks_html(text: str, language: str) -> str:
    """HTML of guidance between questions: paragraphs, lists, tables, call-outs. Never fails, as `inline_html`."""
    try:
        return render(text, Page("", language))
    except TooHard:
        return f"<p>{escape(text)}</p>"
