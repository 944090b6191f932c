"""What a reader asks for, and where words of it stand in a text. Pure: no index, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from webapp.core.frozen import dataclass
from webapp.courses.folding import fold

MOST_CHARACTERS = 100
MOST_WORDS = 8
HAN = "\u3400-\u9fff\uf900-\ufaff\u3007"
# Compiled when they are first asked for: so many characters take a while.
WORDS = rf"[a-zA-Z0-9{HAN}\u00c0-\u024f]+(?:[.'-][a-zA-Z0-9]+)*"
RUNS = rf"[{HAN}]+|[^{HAN}]+"
LETTER = re.compile(r"[a-z0-9\u00e0-\u024f]")
# What English adds to the end of words: whoever asks for one form wants the others too.
ENDINGS = ("izations", "ization", "izing", "izes", "ized", "ize", "ations", "ation", "ings", "ing", "ed", "es", "s", "e")
SHORTEST_STEM = 4


@dataclass(frozen=True)
class Word:
    """One word asked for, and the beginnings under which it is looked for."""

    text: str
    beginnings: tuple[str, ...]

    @property
    def is_han(self) -> bool:
        """Whether it begins with a Han character, so that it may stand anywhere in a run of them."""
        return not LETTER.match(self.text)

    def spans(self, folded: str) -> Iterable[tuple[int, int]]:
        """Where it stands in a folded text: a Han word anywhere, a Latin one at the beginning of words, to their end."""
        for beginning in self.beginnings:
            place = folded.find(beginning)
            while place >= 0:
                end = place + len(beginning)
                if self.is_han:
                    yield place, end
                elif place == 0 or not LETTER.match(folded[place - 1]):
                    while LETTER.match(beginning[-1]) and end < len(folded) and LETTER.match(folded[end]):
                        end += 1
                    yield place, end
                place = folded.find(beginning, max(end, place + 1))


@dataclass(frozen=True)
class Wanted:
    """Words that must all stand in a passage; `loose` if they were taken apart to find anything."""

    words: tuple[Word, ...]
    loose: bool = False
    any: bool = False


def tidy(asked: str) -> str:
    """What was asked for, cut to its limit, without control characters and double blanks."""
    visible = "".join(each if each.isprintable() else " " for each in asked[: MOST_CHARACTERS * 4])
    return " ".join(visible.split())[:MOST_CHARACTERS].strip()


def word(text: str) -> Word:
    """A word with the beginnings it is looked for under."""
    text = text.removesuffix("'s")
    if not text.isascii() or not text.isalpha():
        return Word(text, (text,))
    if text.endswith("ies") and len(text) > 4:
        return Word(text, (text, f"{text[:-3]}y"))
    if text.endswith("y") and len(text) > 3:
        return Word(text, (text, f"{text[:-1]}ies"))
    for ending in ENDINGS:
        if text.endswith(ending) and len(text) - len(ending) >= SHORTEST_STEM:
            stem = text.removesuffix(ending)
            if ending in ("ing", "ed") and stem[-1] == stem[-2] and stem[-1] not in "ls":
                stem = stem[:-1]
            return Word(text, (f"{stem}iz" if "iz" in ending else stem,))
    return Word(text, (text,))


def _words(parts: Iterable[str]) -> tuple[Word, ...]:
    return tuple(word(part) for part in list(dict.fromkeys(parts))[:MOST_WORDS])


def ways(asked: str) -> list[Wanted]:
    """Ways to read what was asked, the strictest first: as written, taken apart where scripts meet, Han words in pairs, any of it."""
    found_words = re.findall(WORDS, fold(tidy(asked)))
    # A Latin letter alone begins every tenth word and tells nothing beside others.
    written = [each for each in found_words if len(each) > 1 or not each.isascii() or each.isdigit()] or found_words[:1]
    if not written:
        return []
    apart = [run.strip("'-.") for each in written for run in re.findall(RUNS, each)]
    pairs = [pair for run in apart for pair in (_pairs(run) if not LETTER.match(run) and len(run) > 2 else [run])]
    found = [Wanted(_words(written)), Wanted(_words(filter(None, apart)), loose=True), Wanted(_words(filter(None, pairs)), loose=True)]
    if len(found[2].words) > 1:
        found.append(Wanted(found[2].words, loose=True, any=True))
    return list({(*wanted.words, wanted.any): wanted for wanted in reversed(found)}.values())[::-1]


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)]


@dataclass(frozen=True)
class Piece:
    """A piece of a context; marked if it was asked for."""

    text: str
    marked: bool = False


AROUND = {"en": 90}
AROUND_HAN = 45


def context(text: str, folded: str, wanted: Wanted, language: str) -> tuple[Piece, ...]:
    """The surroundings of the first place where a word stands, words marked; the beginning of the text if none does."""
    spans = sorted(span for each in wanted.words for span in each.spans(folded))
    width = AROUND.get(language, AROUND_HAN)
    first = spans[0][0] if spans else 0
    start = _cut(text, max(0, first - width), language, forward=True) if first > width else 0
    end = min(len(text), max(first, start) + 2 * width)
    end = _cut(text, end, language, forward=False) if end < len(text) else end
    return (*_dots(start > 0), *_marked(text, start, end, spans), *_dots(end < len(text)))


def marked(text: str, wanted: Wanted) -> tuple[Piece, ...]:
    """A whole short text with the words marked."""
    folded = fold(text)
    return tuple(_marked(text, 0, len(text), sorted(span for each in wanted.words for span in each.spans(folded))))


def _dots(cut: bool) -> list[Piece]:  # noqa: FBT001  the only thing it says
    return [Piece("…")] if cut else []


def _cut(text: str, place: int, language: str, *, forward: bool) -> int:
    """A place between words near this one."""
    if language != "en":
        pause = next((at + 1 for at in range(place, min(place + 15, len(text))) if text[at] in "，。；：？！"), place)
        return pause if forward else place
    near = text.find(" ", place, place + 20) + 1 if forward else text.rfind(" ", max(0, place - 20), place)
    return near if near > 0 else place


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    place = start
    for begin, stop in spans:
        if stop > end or begin < start or stop <= place:
            continue
        begin_here = max(begin, place)
        if begin_here > place:
            pieces.append(Piece(text[place:begin_here]))
        pieces.append(Piece(text[begin_here:stop], marked=True))
        place = stop
    if place < end:
        pieces.append(Piece(text[place:end]))
    return pieces
