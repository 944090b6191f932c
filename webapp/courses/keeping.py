"""Courses as they were read, kept in the data folder: reading one takes a tenth of a second, and no file changes between most starts.

With a course the HTML of its questions' texts is kept, which takes longer to make than the course.

A kept course is found by a hash of everything it was made from: its files, the reference files, and the program that reads them.
It is signed, see `core.kept_files`.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
from collections.abc import Iterable, ValuesView
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog

from webapp.core.config import shipped
from webapp.core.kept_files import KeptFiles
from webapp.courses import texts
from webapp.courses.content import Course
from webapp.courses.reference_files import FOLDER, GLOSSARY, SOURCES
from webapp.courses.revisions import Text

log = structlog.get_logger(__name__)

_LIBRARIES = ("markdown", "nh3", "pydantic", "pyyaml")


class Kept:
    """Kept courses of one folder of the data directory, signed with a key derived from the site's."""

    def __init__(self, folder: Path, key: str) -> None:
        self.files = KeptFiles(folder, key, "courses")

    def find(self, source: Path) -> Course | None:
        """The course of these files as it was read before; None if it was not, or if what is kept is not ours."""
        try:
            return self._find(_name(source))
        except OSError:
            return None

    def keep(self, source: Path, course: Course) -> None:
        """Keep a course that was just read, in place of its earlier states. A folder that cannot be written costs time only."""
        try:
            self._keep(_name(source), f"{source.name}.*", course)
        except OSError as error:
            log.warning("course_not_kept", course=source.name, reason=type(error).__name__)

    def find_published(self, course_id: str, archive: bytes) -> Course | None:
        """The same of an archive."""
        return self._find(_name_of_archive(course_id, archive))

    def keep_published(self, course_id: str, archive: bytes, course: Course) -> None:
        """The same of an archive."""
        self._keep(_name_of_archive(course_id, archive), f"{course_id}@*", course)

    def _find(self, name: str) -> Course | None:
        content = self.files.read(name)
        if content is None:
            return None
        try:
            course, html = pickle.loads(content)  # noqa: S301  it is signed
        except Exception as error:  # noqa: BLE001  whatever it is, the files can be read
            log.warning("kept_course_unreadable", course=name, reason=type(error).__name__)
            return None
        texts.remember(html)
        return course if isinstance(course, Course) else None

    def _keep(self, name: str, earlier: str, course: Course) -> None:
        content = io.BytesIO()
        try:
            _Pickler(content, pickle.HIGHEST_PROTOCOL).dump((course, texts.rendered(_texts(course.questions.values()))))
        except (pickle.PicklingError, TypeError) as error:
            log.warning("course_not_kept", course=course.id, reason=type(error).__name__)
            return
        self.files.write(name, content.getvalue())
        self.files.forget_others(name, earlier)


class _Pickler(pickle.Pickler):
    """Also takes the read-only views of mappings that courses are made of."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, MappingProxyType):
            return _view, (dict(value),)
        return NotImplemented


def _texts(value: Any) -> set[str]:
    """Every text in a question, or in whatever holds questions, in each language."""
    if isinstance(value, Text):
        return set(value.values())
    if is_dataclass(value):
        return _texts([getattr(value, field.name) for field in fields(value)])
    return set().union(*map(_texts, value)) if isinstance(value, (list, tuple, ValuesView)) else set()


def _view(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


def _name(source: Path) -> str:
    return f"{source.name}.{_digest([*_below(source), *_shared()], _program())}"


def _name_of_archive(course_id: str, archive: bytes) -> str:
    # No folder is called so: a course's id has no such sign.
    return f"{course_id}@{_digest(_shared(), _program(), hashlib.sha256(archive).hexdigest())}"


def _shared() -> list[Path]:
    """What any course may be made from, besides its own files."""
    return [shipped("courses") / FOLDER / name for name in (SOURCES, GLOSSARY)]


@cache
def _program() -> str:
    """SHA-256, hexadecimal, of the program that reads courses."""
    rooms = Path(__file__).parents[1]
    files = [path for room in ("courses", "goals") for path in _below(rooms / room) if path.suffix in {".py", ".yaml"}]
    return _digest(files, sys.version, *(version(name) for name in _LIBRARIES))


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def _digest(files: Iterable[Path], *words: str) -> str:
    found = hashlib.sha256()
    for word in words:
        found.update(f"{len(word)}:{word}\n".encode())
    for path in files:
        data = path.read_bytes() if path.is_file() else b""
        # A link is no file to the reader of courses.
        found.update(f"{path}\0{path.is_symlink()}\0{len(data)}\n".encode())
        found.update(data)
    return found.hexdigest()
