"""The files that all courses share, in `courses/reference/`: which they are, and in what state."""

from __future__ import annotations

from pathlib import Path

from webapp.core.config import shipped

FOLDER = "reference"
SOURCES, GLOSSARY = "sources.yaml", "glossary.yaml"

Stamp = tuple[tuple[str, int, int], ...]


def stamp_of(folder: Path) -> Stamp:
    """Names, times and sizes of the reference files: another stamp, another library."""
    found: list[tuple[str, int, int]] = []
    for name in (SOURCES, GLOSSARY):
        try:
            facts = (folder / name).stat()
        except OSError:
            continue
        found.append((f"{FOLDER}/{name}", facts.st_mtime_ns, facts.st_size))
    return tuple(found)


def shelf_stamp() -> Stamp:
    """The stamp of the shipped reference files."""
    return stamp_of(shipped("courses") / FOLDER)
