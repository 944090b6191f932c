"""What can be printed of a course: the trainer's guide, each hand-out, and a reader with all lessons."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.frozen import dataclass
from webapp.courses.content import Course
from webapp.courses.labels import label

READER = "reader"


@dataclass(frozen=True)
class Printable:
    """A document that trainers may take: its id, and its title by language."""

    name: str
    titles: Mapping[str, str]


def names(course: Course) -> list[str]:
    """What can be printed of a course: "guide", "reader" and ids of hand-outs."""
    made = ["guide"] if course.facilitation.guide else []
    return [*made, READER, *course.facilitation.handouts] if course.lessons else [*made, *course.facilitation.handouts]


def title_of(course: Course, name: str, language: str) -> str:
    """What a document is called."""
    paper = course.facilitation.paper(name)
    return paper.in_language(language).title if paper else label(language, "reader")


def files(course: Course) -> list[Printable]:
    """What can be printed of a course, the guide first."""
    return [Printable(name, {tag: title_of(course, name, tag) for tag in course.languages}) for name in names(course)]
