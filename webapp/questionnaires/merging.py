"""What becomes of a change when somebody else changed the same place since its writer last saw it. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from webapp.core.frozen import dataclass
from webapp.questionnaires.models import Outcome

# A word of letters that join, one Han character, white space, or one sign: what a merge never takes apart.
TOKEN = re.compile(r"[^\W\u2E80-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF]+|\s+|.", re.DOTALL)
SENTENCE = re.compile(r"[^。！？；.!?;\n]*[。！？；.!?;\n]+|[^。！？；.!?;\n]+")
# Above this many comparisons of pieces a merge would keep a worker busy; people decide instead.
MOST_COMPARISONS = 40_000


class Shape(StrEnum):
    """How values of a field are merged."""

    TEXT = "text"
    SET = "set"
    WHOLE = "whole"


@dataclass(frozen=True)
class Meeting:
    """What the cell holds after a change, and how that came about."""

    outcome: Outcome
    value: Any


def meet(shape: Shape, base: Any, current: Any, wanted: Any) -> Meeting:
    """Bring `wanted`, written upon `base`, into a cell that holds `current`.

    Applied where nobody else changed anything, or both wrote the same; merged where both changes have a place; else a
    conflict, and the cell stays as it is.
    """
    if current in (base, wanted):
        return Meeting(Outcome.APPLIED, wanted)
    if wanted == base:
        return Meeting(Outcome.MERGED, current)
    merged: str | list[Any] | None = None
    if shape is Shape.TEXT and isinstance(current, str) and isinstance(wanted, str):
        merged = merge_texts(base or "", current, wanted)
    elif shape is Shape.SET and isinstance(current, list) and isinstance(wanted, list):
        merged = merge_sets(base or [], current, wanted)
    return Meeting(Outcome.CONFLICT, current) if merged is None else Meeting(Outcome.MERGED, merged)


def merge_texts(base: str, current: str, wanted: str) -> str | None:
    """Both edits of a text in one, by sentences, else by words and Han characters; None where they touch the same spot."""
    head = _common(base, current, wanted)
    tail = _common(base[head:][::-1], current[head:][::-1], wanted[head:][::-1])
    begin, end = base[:head], base[len(base) - tail:]
    middles = [text[head : len(text) - tail] for text in (base, current, wanted)]
    merged = _merged(*(SENTENCE.findall(text) for text in middles))
    if merged is None:
        merged = _merged(*(TOKEN.findall(text) for text in middles))
    return None if merged is None else begin + merged + end


def _merged(base: list[str], current: list[str], wanted: list[str]) -> str | None:
    if len(base) * max(len(current), len(wanted)) > MOST_COMPARISONS:
        return None
    mine, theirs = _edits(base, current), _edits(base, wanted)
    if any(_touch(one, other) for one in mine for other in theirs):
        return None
    pieces = list(base)
    for edit in sorted({*mine, *theirs}, key=lambda each: each.start, reverse=True):
        pieces[edit.start : edit.end] = edit.pieces
    return "".join(pieces)


@dataclass(frozen=True)
class _Edit:
    """Pieces of the base from `start` up to `end` that became others."""

    start: int
    end: int
    pieces: tuple[str, ...]


def _edits(base: list[str], other: list[str]) -> list[_Edit]:
    steps = SequenceMatcher(None, base, other, autojunk=False).get_opcodes()
    return [_Edit(i, j, tuple(other[k:m])) for kind, i, j, k, m in steps if kind != "equal"]


def _touch(one: _Edit, other: _Edit) -> bool:
    """Whether two different edits share a piece or meet at a border, where their order would be a guess."""
    return one != other and one.start <= other.end and other.start <= one.end


def _common(*texts: str) -> int:
    """Length of the beginning that all have, not ending within a word."""
    shortest = min(len(text) for text in texts)
    count = next((i for i in range(shortest) if len({text[i] for text in texts}) > 1), shortest)
    while count and any(count < len(text) and text[count - 1].isalnum() and text[count].isalnum() for text in texts):
        count -= 1
    return count


def merge_sets(base: list[Any], current: list[Any], wanted: list[Any]) -> list[Any]:
    """What both added is there, what either took away is not; in the order of `current`, then of `wanted`."""
    kept = [item for item in current if item in wanted or item not in base]
    return kept + [item for item in wanted if item not in current and item not in base]
