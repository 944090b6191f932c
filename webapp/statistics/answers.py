"""Figures for pages and files: from the newest snapshot where there is one, from the events themselves where there is none yet."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.errors import NotReady
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.participation.models import ParticipationEvent
from webapp.statistics import fast, slow
from webapp.statistics.definitions import Figure
from webapp.statistics.models import Answer, Snapshot
from webapp.statistics.slices import Dimension, Slice
from webapp.statistics.slow import Cells, Counts, tidy
from webapp.statistics.snapshot import folder, newest

# Cells, which bounds the memory: one takes half a kilobyte.
REMEMBERED = 60_000
# Counts at once in a process: each uses all its processors.
AT_ONCE = 2
# Events that a page counts one by one until the first snapshot is there.
MOST_UNCOUNTED = 20_000
_LISTS = (
    (Dimension.ORGANISATION, "organisations"), (Dimension.SEX, "sexes"), (Dimension.AGE, "ages"), (Dimension.LANGUAGE, "languages"),
    (Dimension.DEVICE, "devices"), (Dimension.CHANNEL, "channels"),
)
Question = tuple[Slice, Sequence[Dimension], Sequence[Figure]]


@dataclass(frozen=True)
class Source:
    """Where the figures of a page come from: a snapshot, or the events. `cut_off` is the latest that can be asked for."""

    cut_off: datetime
    snapshot: Snapshot | None = None

    def count(self, part: Slice, by: Sequence[Dimension], figures: Sequence[Figure]) -> Counts:
        """Figures of a slice by some dimensions: see `slow.count`.

        At most one query in a process for all that was counted ahead from a snapshot, none for the rest.
        """
        if self.snapshot is None:
            return slow.count(part, by, figures)
        return _memory.ask(self.snapshot, part, by, figures)

    def fetch(self, questions: Sequence[Question]) -> None:
        """Count what several questions ask for, so that asking each costs nothing."""
        if self.snapshot is not None:
            for part, by, figures in questions:
                _memory.ask(self.snapshot, part, by, figures)

    def total(self, part: Slice, figures: Sequence[Figure]) -> Mapping[str, int]:
        """Figures of a slice as a whole, by key."""
        return self.count(part, (), figures)[()]


def source(now: datetime) -> Source:
    """The newest snapshot whose file is here, else the events. One query."""
    found = newest()
    if found is None or not (folder() / found.file).exists():
        return Source(now)
    return Source(found.cut_off, found)


def ready(now: datetime) -> Source:
    """The same for a page, which may not count many events one by one. Raises `NotReady`. One query, two where there is no snapshot."""
    found = source(now)
    if found.snapshot is None and db.session.scalar(select(ParticipationEvent.id).offset(MOST_UNCOUNTED).limit(1)) is not None:
        raise NotReady(_("The statistics are being counted. With millions of events this takes some minutes."))
    return found


def ahead(snapshot: Snapshot, questions: Sequence[Question], now: datetime) -> Iterator[Answer]:
    """Listed questions counted, so that no reader waits for them; each once, with all its figures."""
    asked: dict[str, Question] = {}
    for part, unsorted, figures in questions:
        by = tuple(sorted(unsorted))
        key = _question(part, by)
        known = asked[key][2] if key in asked else ()
        asked[key] = (part, by, [*known, *(each for each in figures if each not in known)])
    for key, each in asked.items():
        content = {"figures": _versions(each[2]), "cells": _written(fast.count(snapshot, *each))}
        yield Answer(snapshot=snapshot.number, question=key, content=content, made_at=now)


def prepare(snapshot: Snapshot, questions: Sequence[Question], now: datetime) -> int:
    """Count further questions ahead and keep the answers; the number kept. The caller commits. Known to processes that begin later."""
    known = set(db.session.scalars(select(Answer.question).where(Answer.snapshot == snapshot.number)))
    made = list(ahead(snapshot, [each for each in questions if _question(each[0], sorted(each[1])) not in known], now))
    db.session.add_all(made)
    db.session.flush()
    return len(made)


def _question(part: Slice, by: Sequence[Dimension]) -> str:
    # The cut-off belongs to it: an earlier one asks for less.
    return hashlib.sha256("|".join([part.cut_off.isoformat(), part.key, ",".join(by)]).encode()).hexdigest()


def _limits(part: Slice) -> Iterator[tuple[Dimension, Any, Slice]]:
    """Each limit of a slice to one value of a dimension, with the slice that has all limits but this one."""
    if part.course_id is not None:
        yield Dimension.COURSE, part.course_id, part.but(course_id=None)
    for dimension, name in _LISTS:
        values = getattr(part, name)
        if len(values) == 1:
            yield dimension, values[0], part.but(**{name: ()})
    if part.paths is not None and len(part.paths) == 1:
        yield Dimension.PROVINCE, part.paths[0], part.but(paths=None)


def _versions(figures: Sequence[Figure]) -> list[str]:
    return [f"{each.key}.{each.version}" for each in figures]


def _written(cells: Cells) -> list[Any]:
    return [[[_plain(each) for each in key], values] for key, values in cells.items()]


def _plain(value: Any) -> Any:
    return {"id": str(value)} if isinstance(value, UUID) else value


def _read(content: list[Any]) -> Cells:
    return {tuple(UUID(each["id"]) if isinstance(each, dict) else each for each in key): values for key, values in content}


@dataclass(frozen=True)
class _Known:
    """What was counted of a slice by some dimensions: some figures, with their versions. Another figure is added beside them.

    The cells are tidy: each has all figures, and none is empty.
    """

    figures: frozenset[str]
    cells: Counts

    def of(self, figures: Sequence[Figure], wanted: frozenset[str], *, whole: bool) -> Counts:
        """These figures of it; `wanted` are their versions. Where these are all, it is what is remembered itself."""
        return self.cells if wanted == self.figures else tidy(self.cells, figures, whole=whole)

    def and_also(self, figures: Sequence[Figure], cells: Counts) -> _Known:
        """With more figures."""
        none = {each.partition(".")[0]: 0 for each in self.figures} | {each.key: 0 for each in figures}
        both = {key: {**none, **self.cells.get(key, {}), **cells.get(key, {})} for key in {**self.cells, **cells}}
        return _Known(self.figures | set(_versions(figures)), both)


class _Memory:
    """Answers of this process about the newest snapshot, the least recently used forgotten first, but never those counted ahead."""

    def __init__(self) -> None:
        self._file = ""
        self._ahead: Mapping[str, _Known] = {}
        self._held: OrderedDict[str, _Known] = OrderedDict()
        self._cells = 0
        self._lock, self._beginning = threading.Lock(), threading.Lock()
        # Who asks what somebody else is counting waits for that one; few count at once.
        self._same = [threading.Lock() for _number in range(64)]
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def ask(self, snapshot: Snapshot, part: Slice, by: Sequence[Dimension], figures: Sequence[Figure]) -> Counts:
        """What is known, what is not counted now. In whatever order the dimensions are asked for, it is counted once."""
        self._begin(snapshot)
        sorted_ = tuple(sorted(by))
        cells = self._ask(snapshot, part, sorted_, figures)
        if sorted_ == tuple(by):
            return cells
        places = [sorted_.index(each) for each in by]
        return {tuple(key[at] for at in places): values for key, values in cells.items()}

    def _ask(self, snapshot: Snapshot, part: Slice, by: tuple[Dimension, ...], figures: Sequence[Figure]) -> Counts:
        question, wanted = _question(part, by), frozenset(_versions(figures))
        found = self._get(snapshot.file, question)
        if found is None or not wanted <= found.figures:
            derived = self._derived(snapshot.file, part, by, wanted)
            if derived is not None:
                return tidy(derived, figures, whole=not by)
            with self._same[int(question[:8], 16) % len(self._same)]:
                found = self._get(snapshot.file, question) or _Known(frozenset(), {})
                missing = [each for each in figures if not {*_versions([each])} <= found.figures]
                if missing:
                    with self._turns:
                        counted = fast.count(snapshot, part, by, missing)
                    found = found.and_also(missing, counted)
                    self._put(snapshot.file, question, found)
        return found.of(figures, wanted, whole=not by)

    def _begin(self, snapshot: Snapshot) -> None:
        """Take what was counted ahead, once a snapshot. One query."""
        with self._beginning:
            if self._file == snapshot.file:
                return
            rows = db.session.execute(select(Answer.question, Answer.content).where(Answer.snapshot == snapshot.number))
            known = {question: _Known(frozenset(content["figures"]), _read(content["cells"])) for question, content in rows}
            with self._lock:
                self._file, self._ahead, self._cells = snapshot.file, known, 0
                self._held.clear()

    def _derived(self, file: str, part: Slice, by: tuple[Dimension, ...], wanted: frozenset[str]) -> Counts | None:
        """The cells of a slice from those of a wider one that was broken down by what the slice is limited to."""
        for dimension, value, wider in _limits(part):
            if dimension in by:
                continue
            broken = tuple(sorted((dimension, *by)))
            at = broken.index(dimension)
            known = self._get(file, _question(wider, broken))
            cells = known.cells if known and wanted <= known.figures else self._derived(file, wider, broken, wanted)
            # A place that is none of the provinces counted may lie in one.
            if cells is not None and (dimension is not Dimension.PROVINCE or any(key[at] == value for key in cells)):
                return {(*key[:at], *key[at + 1 :]): values for key, values in cells.items() if key[at] == value}
        return None

    def _get(self, file: str, question: str) -> _Known | None:
        with self._lock:
            if file != self._file:
                return None
            if question in self._held:
                self._held.move_to_end(question)
                return self._held[question]
            return self._ahead.get(question)

    def _put(self, file: str, question: str, known: _Known) -> None:
        with self._lock:
            if file != self._file:
                return
            before = self._held.pop(question, None)
            self._held[question] = known
            self._cells += len(known.cells) - (len(before.cells) if before else 0)
            while self._cells > REMEMBERED and len(self._held) > 1:
                self._cells -= len(self._held.popitem(last=False)[1].cells)


_memory = _Memory()
