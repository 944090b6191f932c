"""What all courses share, from `courses/reference/`: the bibliography and the glossary. Read once, again when a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import structlog

from webapp.core.config import shipped
from webapp.courses import bibliography, glossary, labels
from webapp.courses.bibliography import Source
from webapp.courses.files import decode
from webapp.courses.glossary import Glossary
from webapp.courses.problems import Findings, Problem
from webapp.courses.yaml_text import Document, load

log = structlog.get_logger(__name__)

FOLDER = "reference"
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Library:
    """The bibliography by id, the glossary, and what is wrong in their files."""

    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    glossary: Glossary = field(default_factory=Glossary)
    problems: tuple[Problem, ...] = ()


def stamp_of(folder: Path) -> Stamp:
    """Names, times and sizes of the reference files: another stamp, another library."""
    found: list[tuple[str, int, int]] = []
    for name in (bibliography.FILE, glossary.FILE):
        try:
            facts = (folder / name).stat()
        except OSError:
            continue
        found.append((f"{FOLDER}/{name}", facts.st_mtime_ns, facts.st_size))
    return tuple(found)


def shelf_stamp() -> Stamp:
    """The stamp of the shipped reference files."""
    return stamp_of(shipped("courses") / FOLDER)


def library(root: Path | None = None) -> Library:
    """The shipped library, or the one of another folder of courses. A missing file is an empty one."""
    folder = (root or shipped("courses")) / FOLDER
    return _read(folder, stamp_of(folder))


@lru_cache(maxsize=8)
def _read(folder: Path, stamp: Stamp) -> Library:  # noqa: ARG001  the stamp names the state of the files
    findings = Findings()
    languages = labels.languages()
    sources: dict[str, Source] = {}
    terms = Glossary()
    document = _document(folder, bibliography.FILE, findings)
    if document is not None:
        sources = bibliography.read_sources(document, languages, findings)
    document = _document(folder, glossary.FILE, findings)
    if document is not None:
        terms = glossary.read_terms(document, languages, findings)
    problems = findings.sorted()
    for problem in problems:
        log.warning("reference_problem", file=problem.file, line=problem.line, problem=problem.message)
    return Library(MappingProxyType(sources), terms, problems)


def _document(folder: Path, name: str, findings: Findings) -> Document | None:
    try:
        data = (folder / name).read_bytes()
    except OSError:
        return None
    text = decode(name, data, findings)
    return None if text is None else load(text, name, findings)
