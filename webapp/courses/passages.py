"""What can be found: the passages of lessons under their headings, terms, Goals and targets, in every language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from html.parser import HTMLParser

from webapp.core.frozen import dataclass
from webapp.courses.citations import lessons_of
from webapp.courses.content import Course, LessonText
from webapp.courses.folding import fold
from webapp.courses.glossary import Glossary
from webapp.goals.reference import Goal


class Kind(StrEnum):
    """What a passage belongs to; results are grouped by it."""

    TERM = "term"
    LESSON = "lesson"
    GOAL = "goal"


@dataclass(frozen=True)
class Passage:
    """A piece of text in one language that a reader can be led to.

    `of` names what it belongs to, the same in every language. `anchor` is its place on the page of that.
    """

    kind: Kind
    of: str
    language: str
    path: str
    anchor: str
    title: str
    heading: str
    text: str
    names: tuple[str, ...] = ()
    about: Mapping[str, str] | None = None

    @cached_property
    def folded(self) -> tuple[str, str, str]:
        """Title with other names, heading and text as they are compared; the text keeps its length."""
        return fold("\n".join((self.title, *self.names))), fold(self.heading), fold(self.text)


BLOCKS = frozenset({"p", "li", "td", "th", "dt", "dd", "figcaption", "caption", "summary", "h2", "h3", "pre", "blockquote", "tr"})
UNREAD = frozenset({"svg", "sup"})


class _Cutter(HTMLParser):
    """Cuts the HTML of a lesson at its headings: anchor, heading and text. Drawings and numbers of sources are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors = [""]
        self.headings: list[list[str]] = [[]]
        self.texts: list[list[str]] = [[]]
        self.unread = 0
        self.heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A heading with an id of its own begins a part."""
        if tag in UNREAD:
            self.unread += 1
        elif tag in ("h2", "h3") and (anchor := dict(attrs).get("id") or "").startswith("part-"):
            self.anchors.append(anchor)
            self.headings.append([])
            self.texts.append([])
            self.heading = True
        elif tag in BLOCKS:
            self.texts[-1].append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Blocks are set apart by a blank."""
        if tag in UNREAD:
            self.unread -= 1
        elif tag in ("h2", "h3") and self.heading:
            self.heading = False
        elif tag in BLOCKS:
            self.texts[-1].append(" ")

    def handle_data(self, data: str) -> None:
        """Words of a heading or of the text below it."""
        if not self.unread:
            (self.headings if self.heading else self.texts)[-1].append(data)


def cut(html: str) -> list[tuple[str, str, str]]:
    """Anchor, heading and text of each part of a lesson; the first may have no heading."""
    cutter = _Cutter()
    cutter.feed(html)
    cutter.close()
    found = zip(cutter.anchors, map(_plain, cutter.headings), map(_plain, cutter.texts), strict=True)
    return [(anchor, heading, text) for anchor, heading, text in found if heading or text]


def _plain(words: list[str]) -> str:
    return " ".join("".join(words).split())


def of_lessons(courses: Iterable[Course]) -> Iterator[Passage]:
    """Objectives, parts and key points of every lesson."""
    for place in lessons_of(courses):
        of = f"{place.course.id}/{place.lesson.id}"
        for text in place.lesson.texts.values():
            for anchor, heading, words in _parts(text):
                yield Passage(
                    Kind.LESSON, of, text.language, place.path, anchor, text.title, heading, words, about=place.course.title,
                )


def _parts(text: LessonText) -> list[tuple[str, str, str]]:
    gap = " " if text.language == "en" else ""
    return [("objectives", "", gap.join(text.objectives)), *cut(text.html), ("points", "", gap.join(text.points))]


def of_terms(glossary: Glossary) -> Iterator[Passage]:
    """Terms with their definitions."""
    for term in glossary.terms:
        for tag in term.term:
            yield Passage(
                Kind.TERM, term.id, tag, "/glossary/", term.id, term.term[tag], "", term.definition.get(tag, ""), term.names(tag),
                about=term.term,
            )


def of_goals(goals: Iterable[Goal]) -> Iterator[Passage]:
    """Goals and targets; a target is found by its number too."""
    for goal in goals:
        path = f"/goals/{goal.number}/"
        for tag, title in goal.title.items():
            names = (f"SDG {goal.number}", f"SDG{goal.number}", f"Goal {goal.number}", f"目标{goal.number}")
            yield Passage(
                Kind.GOAL, str(goal.number), tag, path, "", f"{goal.number} {title}", "", goal.full_title.get(tag, ""), names,
                about=goal.title,
            )
            for target in goal.targets:
                yield Passage(
                    Kind.GOAL, target.id, tag, path, f"target-{target.id}", target.id, "", target.label.get(tag, ""), about=goal.title,
                )
