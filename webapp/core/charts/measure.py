"""How wide a text will be, guessed on the safe side: the reader's typeface is not known here."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

WIDE, BROAD, USUAL, NARROW = 1.02, 0.92, 0.62, 0.36


@lru_cache(maxsize=4096)
def _of(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return WIDE
    if letter in "MW@%mw—…" or unicodedata.category(letter) == "Lu":
        return BROAD
    return NARROW if letter in "ijl.,:;'|! ()[]" else USUAL


def width(text: str, size: float) -> float:
    """Width of a text set in this size, in the unit of the size; at most a little more than it will be."""
    return size * sum(_of(letter) for letter in text)


def shortened(text: str, size: float, room: float) -> str:
    """The text, or its beginning with an ellipsis, so that it fits."""
    text = " ".join(text.split())
    if width(text, size) <= room:
        return text
    kept, used = "", width("…", size)
    for letter in text:
        used += size * _of(letter)
        if used > room:
            break
        kept += letter
    return kept.rstrip() + "…"


def lines(text: str, size: float, room: float, most: int = 2) -> list[str]:
    """The text on lines that fit, at most so many; the last is shortened. Han texts break anywhere, others between words."""
    rest = " ".join(text.split())
    found: list[str] = []
    while rest and len(found) < most - 1 and width(rest, size) > room:
        end = _end(rest, size, room)
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*found, shortened(rest, size, room)] if rest else found or [""]


def _end(text: str, size: float, room: float) -> int:
    """Where the first line ends: after the last space that fits or between Han characters, else in the middle of a word."""
    used, best, at = 0.0, 0, 0
    for at, letter in enumerate(text):
        used += size * _of(letter)
        if used > room:
            break
        following = text[at + 1 : at + 2]
        if letter == " " or (following and _of(following) == WIDE and following not in "，。、；：？！）》”’") or (
            _of(letter) == WIDE and letter not in "（《“‘"
        ):
            best = at + 1
    return best or max(1, at)
