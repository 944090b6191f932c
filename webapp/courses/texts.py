"""Texts with Markdown as safe HTML, for pages. The parser is loaded when a text is met that nobody has rendered yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Far more than the short texts of any programme's courses; an author's edits must not fill the memory of a long-lived worker.
MOST_KEPT = 20_000
_known: dict[str, str] = {}


def inline_html(text: str) -> str:
    """HTML of a short text (prompt, option, feedback), see `markdown.inline_html`. Rendered once a process."""
    found = _known.get(text)
    if found is None:
        from webapp.courses import markdown  # noqa: PLC0415  most processes find their texts rendered with the kept courses

        found = markdown.inline_html(text)
        remember({text: found})
    return found


def blocks_html(text: str, language: str) -> str:
    """HTML of guidance between questions, see `markdown.blocks_html`. Rendered once a process."""
    from webapp.courses import markdown  # noqa: PLC0415  few pages have guidance

    return markdown.blocks_html(text, language)


def rendered(texts: Iterable[str]) -> dict[str, str]:
    """Short texts with their HTML, to be kept and remembered."""
    return {text: inline_html(text) for text in texts}


def remember(known: Mapping[str, str]) -> None:
    """Take short texts as rendered, which must come from `rendered` of this very program."""
    if len(_known) + len(known) > MOST_KEPT:
        _known.clear()
    _known.update(known)


def forget() -> None:
    """Forget what was rendered: for tests."""
    _known.clear()
