"""Which lessons cite which source, and which use which term: for the pages of the bibliography and the glossary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from webapp.core.frozen import dataclass
from webapp.courses.bibliography import Source
from webapp.courses.content import Course, Lesson
from webapp.courses.revisions import Text

TERM_LINK = re.compile(r'href="/glossary/#([a-z0-9-]+)"')


@dataclass(frozen=True)
class Place:
    """A lesson of a course."""

    course: Course
    lesson: Lesson

    @property
    def path(self) -> str:
        """Address below the mount point."""
        return f"/courses/{self.course.id}/{self.lesson.id}/"


@dataclass(frozen=True)
class Cited:
    """A source and where it is cited; `anchor` is its place on the page."""

    source: Source
    anchor: str
    places: tuple[Place, ...]


def lessons_of(courses: Iterable[Course]) -> list[Place]:
    """Every lesson, in the order of courses and steps."""
    return [Place(course, course.lessons[step.id]) for course in courses for step in course.steps if step.id in course.lessons]


def cited(courses: Iterable[Course], shared: Mapping[str, Source]) -> list[Cited]:
    """The shared bibliography and what lessons cite besides, each with its lessons; not yet in an order that people read.

    Where a course words a source in its own way, it is an entry of its own.
    """
    entries: dict[tuple[str, Source], list[Place]] = {(key, source): [] for key, source in shared.items()}
    for place in lessons_of(courses):
        for source_id, source in _sources(place.lesson).items():
            known = shared.get(source_id)
            chosen = known if known is not None and _alike(known, source) else source
            entries.setdefault((source_id, chosen), []).append(place)
    counts: dict[str, int] = {}
    found = []
    for (source_id, source), places in entries.items():
        counts[source_id] = counts.get(source_id, 0) + 1
        anchor = source_id if counts[source_id] == 1 else f"{source_id}-{counts[source_id]}"
        found.append(Cited(source, anchor, tuple(places)))
    return found


def _sources(lesson: Lesson) -> dict[str, Source]:
    """Sources of a lesson, put together from its languages."""
    found: dict[str, Source] = {}
    for tag, text in lesson.texts.items():
        for each in text.sources:
            known = found.get(each.id) or Source(each.id, Text(), Text(), each.year, address=each.address)
            found[each.id] = replace(
                known, title=_with(known.title, tag, each.title), publisher=_with(known.publisher, tag, each.publisher),
                symbol=_with(known.symbol, tag, each.symbol),
            )
    return found


def _with(text: Text, tag: str, words: str) -> Text:
    return Text({**text, tag: words}) if words else text


def _alike(known: Source, seen: Source) -> bool:
    def words(source: Source, tag: str) -> tuple[object, ...]:
        entry = source.in_language(tag)
        return entry.title, entry.publisher, entry.symbol, entry.year, entry.address

    return all(words(known, tag) == words(seen, tag) for tag in seen.title)


def uses_of_terms(courses: Iterable[Course]) -> dict[str, tuple[Place, ...]]:
    """Ids of terms, and the lessons that lead to them, in whichever language."""
    found: dict[str, list[Place]] = {}
    for place in lessons_of(courses):
        ids = {term for text in place.lesson.texts.values() for term in TERM_LINK.findall(text.html)}
        for term in ids:
            found.setdefault(term, []).append(place)
    return {term: tuple(places) for term, places in found.items()}
