"""Search over published lessons and exercises, the glossary, and Goals and targets. In memory; no query, no dependence on the database.

All passages of a programme's courses are about a megabyte: looking through them from end to end takes a few
milliseconds, finds words of any length in either script, and needs no index that could be out of date.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from flask import current_app

from webapp.core.frozen import dataclass
from webapp.courses.catalogue import Catalogue, catalogue
from webapp.courses.folding import fold
from webapp.courses.library import Library, library
from webapp.courses.passages import Kind, Passage, of_goals, of_lessons, of_terms, of_worksheets
from webapp.courses.searching import Piece, Wanted, Word, context, marked, tidy, ways
from webapp.goals.reference import reference

EXTENSION = "search"
PLACES_SHOWN = 2
# Where nothing holds all words, what holds most of them is shown.
ENOUGH = 0.6
MOST_COUNTED = 5
# Titles of worksheets hold the very words of the lessons they belong to; the lessons come first unless these fit much less.
BEFORE = {Kind.WORKSHEET: 0.5}


@dataclass(frozen=True)
class Place:
    """A passage that was found: where it leads, its heading, and the words around what was asked."""

    path: str
    anchor: str
    heading: tuple[Piece, ...]
    context: tuple[Piece, ...]


@dataclass(frozen=True)
class Hit:
    """A lesson, worksheet, term, Goal or target that was found, with the best of its passages; all in one language."""

    kind: Kind
    of: str
    language: str
    title: tuple[Piece, ...]
    passage: Passage
    places: tuple[Place, ...]
    score: float


@dataclass(frozen=True)
class Group:
    """Hits of one kind, the best first."""

    kind: Kind
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Found:
    """What a search found: `loose` if nothing held it as it was written, `any` if nothing held all the words."""

    asked: str
    groups: tuple[Group, ...] = ()
    loose: bool = False
    any: bool = False
    suggestions: tuple[Passage, ...] = ()

    @property
    def count(self) -> int:
        """How many lessons, worksheets, terms, Goals and targets."""
        return sum(len(group.hits) for group in self.groups)


class Index:
    """Passages to look through; never changed."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages = tuple(passages)
        for passage in self.passages:
            _ = passage.folded

    def search(self, asked: str, language: str, also: tuple[Passage, ...] = ()) -> Found:
        """Whatever holds the words asked for, the reader's language before others; else what is spelt alike.

        `also` are passages that not everybody may find.
        """
        asked = tidy(asked)
        for wanted in ways(asked):
            scored = [(score, passage) for passage in (*self.passages, *also) if (score := score_of(passage, wanted)) > 0]
            if scored:
                return Found(asked, _grouped(scored, wanted, language), wanted.loose, wanted.any)
        return Found(asked, suggestions=self.near(asked, language, also) if asked else ())

    def near(self, asked: str, language: str, also: tuple[Passage, ...] = ()) -> tuple[Passage, ...]:
        """Terms, lessons, worksheets and Goals whose names are spelt like what was asked, at most five."""
        names: dict[str, Passage] = {}
        for passage in (*self.passages, *also):
            if passage.anchor.startswith(("part-", "points")) or passage.is_target:
                continue
            for name in (passage.title, *passage.names):
                names.setdefault(fold(name), passage)
        close = get_close_matches(fold(asked), names, 8, 0.5)
        found = {(names[name].kind, names[name].of): names[name] for name in close}
        return tuple(sorted(found.values(), key=lambda passage: passage.language != language))[:5]


def score_of(passage: Passage, wanted: Wanted) -> float:
    """How well a passage fits: a word in the title counts most, then in the heading, then in the text; 0 if it does not."""
    total, held = 0.0, 0
    for each in wanted.words:
        points = _points(passage, each)
        if not points and not wanted.any:
            return 0
        total += points
        held += points > 0
    return total if held >= ENOUGH * len(wanted.words) else 0


def _points(passage: Passage, word: Word) -> float:
    title, heading, text = passage.folded
    points = 0.0
    if any(beginning in title for beginning in word.beginnings) and any(True for _span in word.spans(title)):
        points += 16 if word.text in title.split("\n") else 8
    if any(beginning in heading for beginning in word.beginnings) and any(True for _span in word.spans(heading)):
        points += 5
    if any(beginning in text for beginning in word.beginnings):
        count = sum(1 for _span in islice(word.spans(text), MOST_COUNTED))
        points += count * 0.5 + (1 if count else 0)
    return points


def _grouped(scored: list[tuple[float, Passage]], wanted: Wanted, language: str) -> tuple[Group, ...]:
    by_thing: dict[tuple[Kind, str], list[tuple[float, Passage]]] = {}
    for score, passage in scored:
        by_thing.setdefault((passage.kind, passage.of), []).append((score, passage))
    hits = [_hit(found, wanted, language) for found in by_thing.values()]
    groups = [Group(kind, tuple(sorted((hit for hit in hits if hit.kind is kind), key=lambda hit: -hit.score))) for kind in Kind]
    return tuple(sorted((group for group in groups if group.hits), key=lambda group: -group.hits[0].score * BEFORE.get(group.kind, 1)))


def _hit(found: list[tuple[float, Passage]], wanted: Wanted, language: str) -> Hit:
    """The reader's language if it holds the words, else the one that holds them best."""
    own = [each for each in found if each[1].language == language]
    best_language = language if own else max(found, key=lambda each: each[0])[1].language
    chosen = sorted((each for each in found if each[1].language == best_language), key=lambda each: -each[0])
    score, best = chosen[0]
    # All passages share the title: only those that hold a word themselves are worth showing, unless none does.
    held = [passage for _score, passage in chosen if _holds(passage, wanted)] or [best]
    places = tuple(_place(passage, wanted) for passage in held[:PLACES_SHOWN])
    return Hit(best.kind, best.of, best_language, marked(best.title, wanted), best, places, score + 0.1 * min(len(chosen), 5))


def _holds(passage: Passage, wanted: Wanted) -> bool:
    _title, *own = passage.folded
    return any(True for word in wanted.words for text in own for _span in word.spans(text))


def _place(passage: Passage, wanted: Wanted) -> Place:
    words = context(passage.text, passage.folded[2], wanted, passage.language)
    return Place(passage.path, passage.anchor, marked(passage.heading, wanted), words)


def build(courses: Catalogue, shared: Library) -> Index:
    """An index of everything that everybody may read."""
    listed = courses.courses
    return Index((*of_terms(shared.glossary), *of_lessons(listed), *of_worksheets(listed), *of_goals(reference().goals)))


def index() -> Index:
    """The index of the courses as they are now; made again when one is published or reloaded."""
    courses, shared = catalogue(), library()
    held: tuple[Catalogue, Library, Index] | None = current_app.extensions.get(EXTENSION)
    if held is None or held[0] is not courses or held[1] is not shared:
        held = current_app.extensions[EXTENSION] = (courses, shared, build(courses, shared))
    return held[2]
