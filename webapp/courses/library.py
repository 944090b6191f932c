"""What all courses share, from `courses/reference/`: the bibliography and the glossary. Read once, again when a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import structlog

from webapp.core.config import shipped
from webapp.core.frozen import dataclass
from webapp.courses import labels
from webapp.courses.bibliography import Source, read_sources
from webapp.courses.files import decode
from webapp.courses.glossary import Glossary, read_terms
from webapp.courses.problems import Findings, Problem
from webapp.courses.reference_files import FOLDER, GLOSSARY, SOURCES, Stamp, stamp_of
from webapp.courses.yaml_text import Document, load

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Library:
    """The bibliography by id, the glossary, and what is wrong in their files."""

    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    glossary: Glossary = field(default_factory=Glossary)
    problems: tuple[Problem, ...] = ()


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
    document = _document(folder, SOURCES, findings)
    if document is not None:
        sources = read_sources(document, languages, findings)
    document = _document(folder, GLOSSARY, findings)
    if document is not None:
        terms = read_terms(document, languages, findings)
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
