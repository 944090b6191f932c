"""Makes the files of a course complete: what it takes from the shared bibliography goes with it, so that it reads alike anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.courses import bibliography, labels
from webapp.courses.files import decode
from webapp.courses.lessons import split_front
from webapp.courses.library import Library
from webapp.courses.problems import Findings
from webapp.courses.reference_files import SOURCES
from webapp.courses.yaml_text import Document, load


def self_contained(files: Mapping[str, bytes], shared: Library) -> dict[str, bytes]:
    """The files with a `sources.yaml` that holds every source its lessons name by id; unchanged if nothing is missing.

    The revision of the course stays the same, since it covers what lessons show of their sources.
    """
    languages = _languages(files)
    document = _document(files, SOURCES)
    own = bibliography.read_sources(document, languages, Findings()) if document else {}
    missing = {key: shared.sources[key] for key in _named(files) if key not in own and key in shared.sources}
    if not missing:
        return dict(files)
    return {**files, SOURCES: bibliography.to_file({**missing, **own}.values(), languages)}


def _document(files: Mapping[str, bytes], path: str) -> Document | None:
    findings = Findings()
    text = decode(path, files[path], findings) if path in files else None
    return None if text is None else load(text, path, findings)


def _value(document: Document | None, key: str) -> Any:
    return document.value.get(key) if document and isinstance(document.value, dict) else None


def _languages(files: Mapping[str, bytes]) -> tuple[str, ...]:
    declared = _value(_document(files, "course.yaml"), "languages")
    known = labels.languages()
    return tuple(tag for tag in declared if tag in known) if isinstance(declared, list) else known


def _named(files: Mapping[str, bytes]) -> set[str]:
    """Ids of sources in the front matter of all lessons and of what is for trainers, and in exercises."""
    found: set[str] = set()
    for path in files:
        if path.startswith(("lessons/", "facilitator/")):
            text = decode(path, files[path], Findings())
            parts = split_front(text) if text is not None else None
            document = load(parts[0], path, Findings()) if parts else None
        elif path.startswith("exercises/"):
            document = _document(files, path)
        else:
            continue
        listed = _value(document, "sources")
        found.update(each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, str))
    return found
