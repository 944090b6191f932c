"""Files of questionnaires on disk: the catalogue of shipped surveys, and checking files without a database."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import structlog
from flask import current_app

from webapp.core.config import Mode, settings
from webapp.core.frozen import dataclass
from webapp.courses.files import FILE_LIMIT, decode
from webapp.courses.library import library
from webapp.courses.problems import BadQuestionnaire, Findings, Problem
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.yaml_text import load

log = structlog.get_logger(__name__)

FOLDER = "surveys"
EXERCISES = "exercises"
WATCH_SECONDS = 1.0
NEVER = float("inf")

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Surveys:
    """The questionnaires of `courses/surveys/` by id, and what keeps others from being there, by file name."""

    by_id: Mapping[str, Questionnaire]
    problems: Mapping[str, tuple[Problem, ...]]


def files_below(path: Path) -> list[Path]:
    """The questionnaire files at a path: itself, those of a folder, or of a folder of courses its surveys and exercises."""
    if path.is_file():
        return [path]
    below = [*path.glob("*.yaml"), *path.glob(f"{EXERCISES}/*.yaml"), *path.glob(f"{FOLDER}/*.yaml"), *path.glob(f"*/{EXERCISES}/*.yaml")]
    return sorted(each for each in below if each.name not in ("course.yaml", "order.yaml", "sources.yaml"))


def read_file(path: Path, shown: str = "") -> Questionnaire:
    """The questionnaire in a file; an exercise takes its languages from its course. Raises `BadQuestionnaire`."""
    from webapp.courses.questionnaire.reading import read_document  # noqa: PLC0415  a start reads none

    findings = Findings()
    name = shown or path.name
    found = None
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT)
        text = decode(name, data, findings)
    except OSError as error:
        raise BadQuestionnaire((Problem(name, 0, str(error.strerror)),)) from error
    document = load(text, name, findings) if text is not None else None
    if document is not None:
        found = read_document(
            document, path.stem, findings, languages=_languages_of_course(path), known_sources=library(_root(path)).sources
        )
    if found is None or len(findings):
        raise BadQuestionnaire(findings.sorted())
    return found


def _root(path: Path) -> Path | None:
    """The folder of courses that a file belongs to; None: the shipped one."""
    parent = path.resolve().parent
    candidates = (parent.parent, parent.parent.parent)
    return next((each for each in candidates if (each / "reference").is_dir()), None)


def _languages_of_course(path: Path) -> tuple[str, ...]:
    entry = path.resolve().parent.parent / "course.yaml"
    if path.resolve().parent.name != EXERCISES or not entry.is_file():
        return ()
    document = load(entry.read_text(encoding="utf-8", errors="replace"), entry.name, Findings())
    listed = document.value.get("languages") if document and isinstance(document.value, dict) else None
    return tuple(tag for tag in listed if isinstance(tag, str)) if isinstance(listed, list) else ()


class Shelf:
    """Holds the surveys of one application; a file that cannot be read keeps its last good state, and the log says why."""

    def __init__(self, root: Path, *, watch: float = NEVER) -> None:
        self.folder, self.watch = root / FOLDER, watch
        self.lock = threading.Lock()
        self.due = 0.0
        self.stamp: Stamp | None = None
        self.surveys = Surveys({}, {})

    def current(self) -> Surveys:
        """The surveys; read again when a file changed, in development."""
        if time.monotonic() >= self.due:
            with self.lock:
                self._refresh()
        return self.surveys

    def _refresh(self) -> None:
        stamp = self._stamp()
        if stamp != self.stamp:
            good, problems = {}, {}
            for name, _time, _size in stamp:
                path = self.folder / name
                try:
                    good[path.stem] = read_file(path)
                except BadQuestionnaire as bad:
                    problems[name] = bad.problems
                    if path.stem in self.surveys.by_id:
                        good[path.stem] = self.surveys.by_id[path.stem]
                    for problem in bad.problems:
                        log.warning("questionnaire_problem", file=problem.file, line=problem.line, problem=problem.message)
            self.surveys = Surveys(MappingProxyType(good), MappingProxyType(problems))
            self.stamp = stamp
        self.due = time.monotonic() + self.watch

    def _stamp(self) -> Stamp:
        found = []
        for path in sorted(self.folder.glob("*.yaml")):
            facts = path.stat()
            found.append((path.name, facts.st_mtime_ns, facts.st_size))
        return tuple(found)


def shelf() -> Shelf:
    """The shelf of the current application."""
    found = current_app.extensions.get("surveys")
    if found is None:
        chosen = settings()
        watch = WATCH_SECONDS if chosen.mode is Mode.DEVELOPMENT else NEVER
        found = current_app.extensions["surveys"] = Shelf(chosen.courses_dir, watch=watch)
    assert isinstance(found, Shelf)
    return found


def surveys() -> Mapping[str, Questionnaire]:
    """The shipped questionnaires outside courses, by id. No query."""
    return shelf().current().by_id
