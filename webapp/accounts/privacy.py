"""The privacy notice: versioned text files, the newest in force. The name of a version is the month from which it holds."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from webapp.core.i18n import LANGUAGES

FOLDER = Path(__file__).parent / "notices"
NAME = re.compile(r"([0-9]{4}-[0-9]{2}[a-z]?)\.([A-Za-z-]+)\.md")


class IncompleteNotice(RuntimeError):
    """A version of the notice is missing in a language: it must not go out."""


@cache
def versions() -> tuple[str, ...]:
    """All versions, the newest first. Raises `IncompleteNotice`."""
    found: dict[str, set[str]] = {}
    for path in FOLDER.glob("*.md"):
        match = NAME.fullmatch(path.name)
        if match:
            found.setdefault(match[1], set()).add(match[2])
    missing = [version for version, languages in found.items() if not languages >= set(LANGUAGES)]
    if missing or not found:
        raise IncompleteNotice(", ".join(missing))
    return tuple(sorted(found, reverse=True))


def current() -> str:
    """The version in force."""
    return versions()[0]


@cache
def rendered(version: str, language: str) -> Markup:
    """A version in a language as HTML without its heading. The files are ours, so they are trusted. Raises KeyError for an unknown one."""
    if version not in versions() or language not in LANGUAGES:
        raise KeyError(version)
    text = (FOLDER / f"{version}.{language}.md").read_text(encoding="utf-8")
    _heading, body = text.split("\n", 1)
    from markdown import Markdown  # noqa: PLC0415  a start must not wait for it

    return Markup(Markdown(output_format="html").convert(body))  # noqa: S704  as said above
