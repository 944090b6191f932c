"""The courses everyone sees, one immutable catalogue a process.

The shipped folders are read once (again when a file changes, in development); a published revision replaces the
folder of its course. A course that cannot be read keeps its last good state, and the log says why.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.config import Mode, settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.courses import queries
from webapp.courses.content import Course
from webapp.courses.files import from_archive
from webapp.courses.keeping import Kept
from webapp.courses.problems import BadCourse, Problem
from webapp.courses.reference_files import FOLDER as REFERENCE
from webapp.courses.reference_files import shelf_stamp

log = structlog.get_logger(__name__)

WATCH_SECONDS = 1.0
FOLLOW_SECONDS = 3.0
NEVER = float("inf")
OTHER_FOLDERS = frozenset({REFERENCE, "pathways", "surveys"})

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Catalogue:
    """Courses in the order in which they are shown, and what keeps others from being shown."""

    courses: tuple[Course, ...]
    problems: Mapping[str, tuple[Problem, ...]]

    def course(self, course_id: str) -> Course | None:
        """The course with this id."""
        return next((course for course in self.courses if course.id == course_id), None)


def course_folders(root: Path) -> list[Path]:
    """Folders that hold a course, by name."""
    if not root.is_dir():
        return []
    folders = (path for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    return sorted(path for path in folders if path.name not in OTHER_FOLDERS)


def stamp_of(folder: Path) -> Stamp:
    """Names, times and sizes of the files below a folder: changes whenever an author saves."""
    found: list[tuple[str, int, int]] = []
    for path in sorted(folder.rglob("*")):
        try:
            facts = path.stat()
        except OSError:
            continue
        found.append((path.relative_to(folder).as_posix(), facts.st_mtime_ns, facts.st_size))
    return tuple(found)


def wanted_order(root: Path) -> list[str]:
    """Course ids in `order.yaml`; courses that it does not name follow by id."""
    try:
        text = (root / "order.yaml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeError) as error:
        return _no_order(error)
    import yaml  # noqa: PLC0415  few have such a file

    try:
        listed = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return _no_order(error)
    return [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []


def _no_order(error: Exception) -> list[str]:
    log.warning("course_order_unreadable", reason=str(error))
    return []


# Applications of one process (tests build several) share what was read from the same state of a folder.
_read: dict[Path, tuple[Stamp, Course | BadCourse]] = {}


def _read_once(folder: Path, stamp: Stamp, kept: Kept | None, *, apart: bool = False) -> Course | BadCourse:
    known = _read.get(folder)
    if known is None or known[0] != stamp:
        try:
            known = (stamp, _found_or_read(folder, kept, apart=apart))
        except BadCourse as error:
            known = (stamp, error)
        _read[folder] = known
    return known[1]


def _found_or_read(folder: Path, kept: Kept | None, *, apart: bool = False) -> Course:
    found = kept.find(folder) if kept else None
    if found is None and kept and apart:
        _keep_apart(folder, kept)
        found = kept.find(folder)
    if found is None:
        from webapp.courses.reading import read_folder  # noqa: PLC0415  a start that finds the courses kept reads none

        found = read_folder(folder)
        if kept:
            kept.keep(folder, found)
    return found


def preload(root: Path, kept: Kept | None = None) -> None:
    """Read all folders ahead, so that workers forked from this process share what was read and answer at once.

    Not for a process with threads: it forks.
    """
    for folder in course_folders(root):
        _read_once(folder, stamp_of(folder) + shelf_stamp(), kept, apart=True)


def _keep_apart(folder: Path, kept: Kept) -> None:
    """Read a folder in a process of its own: the libraries that read courses would stay in this one and all its workers, 6 MB in each."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        _found_or_read(folder, kept)
    finally:
        # A course that cannot be read is read, and complained about, once more by the process that has asked.
        os._exit(0)


class Shelf:
    """Holds the catalogue of one application and keeps it current."""

    def __init__(self, root: Path, *, watch: float = NEVER, follow: float = FOLLOW_SECONDS, kept: Kept | None = None) -> None:
        self.root = root
        self.kept = kept
        self.watch_every, self.follow_every = watch, follow
        self.lock = threading.Lock()
        self.stamps: dict[str, Stamp] = {}
        self.shipped: dict[str, Course] = {}
        self.published: dict[str, Course] = {}
        self.pointers: dict[str, str] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.catalogue: Catalogue | None = None
        self.watch_due = self.follow_due = 0.0

    def current(self) -> Catalogue:
        """The catalogue. No query, but for one every few seconds (and one a course newly published)."""
        now = time.monotonic()
        held = self.catalogue
        if held is not None and now < self.watch_due and now < self.follow_due:
            return held
        # Whoever comes while another thread reads gets what there is; only the very first must wait.
        if not self.lock.acquire(blocking=held is None):
            assert held is not None
            return held
        try:
            return self._refresh(now)
        finally:
            self.lock.release()

    def look_again(self) -> None:
        """Follow the pointers at the next call, whatever the time."""
        self.follow_due = 0.0

    def folder_of(self, course_id: str) -> Path | None:
        """The shipped folder of a course."""
        return next((folder for folder in course_folders(self.root) if folder.name == course_id), None)

    def _refresh(self, now: float) -> Catalogue:
        changed = self.catalogue is None
        if now >= self.watch_due:
            changed |= self._read_folders()
            self.watch_due = now + self.watch_every
        if now >= self.follow_due:
            changed |= self._follow_pointers()
            self.follow_due = now + self.follow_every
        if changed or self.catalogue is None:
            self.catalogue = Catalogue(self._ordered({**self.shipped, **self.published}), dict(self.problems))
        return self.catalogue

    def _read_folders(self) -> bool:
        # A course shows what the bibliography and the glossary say, so it is read again when they change.
        shared = shelf_stamp()
        stamps = {folder.name: stamp_of(folder) + shared for folder in course_folders(self.root)}
        if stamps == self.stamps and self.catalogue is not None:
            return False
        for name in set(self.stamps) - set(stamps):
            self.shipped.pop(name, None)
            self.problems.pop(name, None)
        for name, stamp in stamps.items():
            if self.stamps.get(name) != stamp:
                self._take(name, _read_once(self.root / name, stamp, self.kept))
        self.stamps = stamps
        return True

    def _take(self, name: str, found: Course | BadCourse) -> None:
        if isinstance(found, Course):
            self.shipped[name] = found
            self.problems.pop(name, None)
            return
        self.problems[name] = found.problems
        for problem in found.problems:
            log.warning("course_problem", course=name, file=problem.file, line=problem.line, problem=problem.message)

    def _follow_pointers(self) -> bool:
        try:
            with db.session.no_autoflush:
                pointers = dict(queries.publications())
                fresh = {key: revision for key, revision in pointers.items() if self.pointers.get(key) != revision}
                archives = {key: queries.archive(revision) for key, revision in fresh.items()}
        except SQLAlchemyError as error:
            # Before `localgoals upgrade` the tables may be missing; the shipped courses can be read all the same.
            db.session.rollback()
            log.warning("course_publications_unreadable", reason=type(error).__name__)
            return False
        gone = set(self.pointers) - set(pointers)
        for course_id in gone:
            self.published.pop(course_id, None)
        for course_id, data in archives.items():
            self._take_published(course_id, data or b"")
        self.pointers = pointers
        return bool(gone or fresh)

    def _take_published(self, course_id: str, data: bytes) -> None:
        try:
            self.published[course_id] = self._found_or_unpacked(course_id, data)
        except BadCourse as error:
            log.warning("published_course_unreadable", course=course_id, problems=[str(problem) for problem in error.problems])

    def _found_or_unpacked(self, course_id: str, data: bytes) -> Course:
        found = self.kept.find_published(course_id, data) if self.kept else None
        if found is None:
            from webapp.courses.reading import read  # noqa: PLC0415  as above

            found = read(from_archive(data, course_id), course_id)
            if self.kept:
                self.kept.keep_published(course_id, data, found)
        return found

    def _ordered(self, courses: Mapping[str, Course]) -> tuple[Course, ...]:
        order = {course_id: place for place, course_id in enumerate(wanted_order(self.root))}
        return tuple(sorted(courses.values(), key=lambda course: (order.get(course.id, len(order)), course.id)))


def shelf() -> Shelf:
    """The shelf of the current application."""
    found = current_app.extensions.get("courses")
    if found is None:
        chosen = settings()
        found = current_app.extensions["courses"] = Shelf(
            chosen.courses_dir,
            watch=WATCH_SECONDS if chosen.mode is Mode.DEVELOPMENT else NEVER,
            # Tests count queries and publish by `look_again`.
            follow=NEVER if chosen.mode is Mode.TEST else FOLLOW_SECONDS,
            kept=Kept(chosen.data_dir / "courses", chosen.signing_key) if chosen.mode is Mode.PRODUCTION else None,
        )
    assert isinstance(found, Shelf)
    return found


def read_ahead() -> None:
    """`preload` for the current application."""
    preload(shelf().root, shelf().kept)


def catalogue() -> Catalogue:
    """The courses everyone sees."""
    return shelf().current()
