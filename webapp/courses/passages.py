"""What can be found: passages of lessons under their headings, worksheets, terms, Goals and targets, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from html.parser import HTMLParser

from webapp.core.frozen import dataclass
from webapp.courses.citations import lessons_of
from webapp.courses.content import Course, LessonText
from webapp.courses.folding import fold
from webapp.courses.glossary import Glossary
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.fields import Field, MatrixField, TableField
from webapp.goals.reference import Goal


class Kind(StrEnum):
    """What a passage belongs to; results are grouped by it."""

    TERM = "term"
    LESSON = "lesson"
    WORKSHEET = "worksheet"
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

    @property
    def is_target(self) -> bool:
        """Whether it is a target, not a Goal."""
        return self.kind is Kind.GOAL and "." in self.of

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


def of_worksheets(courses: Iterable[Course]) -> Iterator[Passage]:
    """Exercises of courses: title with purpose, then the labels of each section. They lead to the step, which anybody may open."""
    for course in courses:
        for step in course.steps:
            if step.id in course.exercises:
                of, path = f"{course.id}/{step.id}", f"/courses/{course.id}/{step.id}/"
                yield from _of_questionnaire(course.exercises[step.id].questionnaire, of, path, course.title)


@lru_cache(maxsize=256)
def of_library(one: Questionnaire) -> tuple[Passage, ...]:
    """A questionnaire of the library, in the same way; for those who may look through it only."""
    passages = tuple(_of_questionnaire(one, f"/{one.id}", f"/questionnaires/{one.id}/", None))
    for passage in passages:
        _ = passage.folded
    return passages


def _of_questionnaire(one: Questionnaire, of: str, path: str, about: Mapping[str, str] | None) -> Iterator[Passage]:
    for tag in one.languages:
        title = one.title.get(tag, "")
        yield Passage(Kind.WORKSHEET, of, tag, path, "", title, "", one.summary.get(tag, ""), about=about)
        for section in one.sections:
            yield Passage(
                Kind.WORKSHEET, of, tag, path, "", title, section.title.get(tag, ""), _labels(section, tag), about=about,
            )


def _labels(section: Section, tag: str) -> str:
    """What a section asks for: labels of fields, columns of tables and rows of matrices."""
    labels = dict.fromkeys(text.get(tag, "") for each in section.fields for text in (each.label, *_inner(each)))
    gap = "; " if tag == "en" else "；"
    joined = gap.join(label.rstrip("。.：:") for label in labels if label)
    return re.sub(rf"(?<=[？?！!]){gap.strip()}", "", joined)


def _inner(field: Field) -> Iterator[Mapping[str, str]]:
    if isinstance(field, TableField):
        yield from (column.label for column in field.columns)
    elif isinstance(field, MatrixField):
        yield from (row.text for row in field.rows)


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
                yield Passage(Kind.GOAL, target.id, tag, target.path, "", target.id, "", target.label.get(tag, ""), about=goal.title)
