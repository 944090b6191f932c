"""Terms with their definitions in every language, from `courses/reference/glossary.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.problems import Findings, shown
from webapp.courses.revisions import Text
from webapp.courses.yaml_text import Document

# “自愿国别评估（国别自愿陈述）” is known by both of its parts.
BRACKETED = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")


@dataclass(frozen=True)
class Term:
    """A term; `also` holds other words for it by language."""

    id: str
    term: Text
    definition: Text
    also: Mapping[str, tuple[str, ...]]

    def names(self, language: str) -> tuple[str, ...]:
        """Every word for it in a language, the term itself first."""
        first = self.term.get(language, "")
        return tuple(dict.fromkeys(name for name in (first, BRACKETED.sub("", first), *self.also.get(language, ())) if name))


@dataclass(frozen=True)
class Glossary:
    """All terms, in the order of the file."""

    terms: tuple[Term, ...] = ()

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Term]:
        found: dict[tuple[str, str], Term] = {}
        for term in self.terms:
            for language in {*term.term, *term.also}:
                for name in term.names(language):
                    found.setdefault((language, key_of(name)), term)
        return found

    def find(self, language: str, name: str) -> Term | None:
        """The term that a word of this language names, whatever its case; an English plural names it too."""
        key = key_of(name)
        tries = (key, *_singulars(key)) if language == "en" else (key,)
        return next((self._by_name[language, each] for each in tries if (language, each) in self._by_name), None)


def key_of(name: str) -> str:
    """A name as it is compared: without case, accents of typography or double blanks."""
    return " ".join(name.replace("’", "'").casefold().split())


def _singulars(key: str) -> tuple[str, ...]:
    if key.endswith("ies"):
        return (key[:-3] + "y",)
    return (key[:-1], key[:-2]) if key.endswith("es") else (key[:-1],) if key.endswith("s") else (f"{key}s",)


def read_terms(document: Document, languages: tuple[str, ...], findings: Findings) -> Glossary:
    """The terms of a file; what is wrong is noted and left out."""
    # The models are made where a file is read: a start reads none, and making them takes a while.
    from webapp.courses.schema_errors import check  # noqa: PLC0415
    from webapp.courses.schemas_reference import GlossaryEntry, GlossaryFile  # noqa: PLC0415

    listed = check(GlossaryFile, document, findings)
    terms: list[Term] = []
    ids: set[str] = set()
    named: dict[tuple[str, str], str] = {}
    for index, raw in enumerate(listed.terms if listed else ()):
        at = ("terms", index)
        entry = check(GlossaryEntry, document, findings, at=at, value=raw, languages=languages)
        if entry is None:
            continue
        if entry.id in ids:
            findings.add(document.file, document.line((*at, "id")), _("The id “%(id)s” comes twice.", id=entry.id))
        for tag in set(entry.also) - set(languages):
            findings.add(document.file, document.line((*at, "also", tag)), _(
                "Found the language “%(tag)s”. Expected one of: %(known)s.", tag=shown(tag), known=", ".join(languages),
            ))
        ids.add(entry.id)
        also = MappingProxyType({tag: tuple(names) for tag, names in entry.also.items()})
        term = Term(entry.id, Text(entry.term), Text(entry.definition), also)
        _note_names(document, index, term, named, findings)
        terms.append(term)
    return Glossary(tuple(terms))


def _note_names(document: Document, index: int, term: Term, named: dict[tuple[str, str], str], findings: Findings) -> None:
    """A word must lead to one term only."""
    for language in term.term:
        for name in term.names(language):
            other = named.setdefault((language, key_of(name)), term.id)
            if other != term.id:
                findings.add(document.file, document.line(("terms", index, "term", language)), _(
                    "“%(name)s” already names the term “%(id)s”.", name=shown(name), id=other,
                ))
