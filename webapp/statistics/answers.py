"""Figures for pages and files: from the newest snapshot where there is one, from the events themselves where there is none yet."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.statistics import fast, slow
from webapp.statistics.definitions import Figure
from webapp.statistics.models import Answer, Snapshot
from webapp.statistics.slices import Dimension, Slice
from webapp.statistics.slow import Cells
from webapp.statistics.snapshot import folder, newest

REMEMBERED = 1000
Question = tuple[Slice, Sequence[Dimension], Sequence[Figure]]


@dataclass(frozen=True)
class Source:
    """Where the figures of a page come from: a snapshot, or the events. `cut_off` is the latest that can be asked for."""

    cut_off: datetime
    snapshot: Snapshot | None = None

    def count(self, part: Slice, by: Sequence[Dimension], figures: Sequence[Figure]) -> Cells:
        """Figures of a slice by some dimensions: see `slow.count`. No query where it was asked before, else one to eight."""
        if self.snapshot is None:
            return slow.count(part, by, figures)
        question = _question(part, by, figures)
        known = _memory.get(self.snapshot.file, question)
        if known is None and part.cut_off == self.snapshot.cut_off:
            known = _kept(self.snapshot.number, question)
        if known is None:
            known = fast.count(self.snapshot, part, by, figures)
        _memory.put(self.snapshot.file, question, known)
        return known

    def fetch(self, questions: Sequence[Question]) -> None:
        """Look up at once what several questions were answered before, so that asking each costs no query. One query at most."""
        if self.snapshot is None:
            return
        here = self.snapshot
        wanted = {_question(*each) for each in questions if each[0].cut_off == here.cut_off}
        missing = [each for each in wanted if _memory.get(here.file, each) is None]
        if not missing:
            return
        found = {question: _read(content["cells"]) for question, content in db.session.execute(
            select(Answer.question, Answer.content).where(Answer.snapshot == here.number, Answer.question.in_(missing))
        )}
        for question in questions:
            key = _question(*question)
            if key in missing:
                _memory.put(here.file, key, found[key] if key in found else fast.count(here, *question))

    def total(self, part: Slice, figures: Sequence[Figure]) -> dict[str, int]:
        """Figures of a slice as a whole, by key."""
        return self.count(part, (), figures)[()]


def source(now: datetime) -> Source:
    """The newest snapshot whose file is here, else the events. One query."""
    found = newest()
    if found is None or not (folder() / found.file).exists():
        return Source(now)
    return Source(found.cut_off, found)


def prepare(snapshot: Snapshot, questions: Sequence[Question], now: datetime) -> int:
    """Count listed questions ahead and keep the answers, so that no reader waits for them; the number kept. The caller commits."""
    made = 0
    for part, by, figures in questions:
        question = _question(part, by, figures)
        if db.session.get(Answer, (snapshot.number, question)) is None:
            cells = fast.count(snapshot, part, by, figures)
            db.session.add(Answer(snapshot=snapshot.number, question=question, content={"cells": _written(cells)}, made_at=now))
            made += 1
    db.session.flush()
    return made


def _question(part: Slice, by: Sequence[Dimension], figures: Sequence[Figure]) -> str:
    # The cut-off belongs to it: an earlier one asks for less.
    text = "|".join([part.cut_off.isoformat(), part.key, ",".join(by), ",".join(f"{each.key}.{each.version}" for each in figures)])
    return hashlib.sha256(text.encode()).hexdigest()


def _kept(snapshot: int, question: str) -> Cells | None:
    content = db.session.scalar(select(Answer.content).where(Answer.snapshot == snapshot, Answer.question == question))
    return _read(content["cells"]) if content else None


def _written(cells: Cells) -> list[Any]:
    return [[[_plain(each) for each in key], values] for key, values in cells.items()]


def _plain(value: Any) -> Any:
    return {"id": str(value)} if isinstance(value, UUID) else value


def _read(content: list[Any]) -> Cells:
    return {tuple(UUID(each["id"]) if isinstance(each, dict) else each for each in key): values for key, values in content}


class _Memory:
    """Answers of this process about the newest snapshot, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._file = ""
        self._held: OrderedDict[str, Cells] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, file: str, question: str) -> Cells | None:
        with self._lock:
            if file != self._file or question not in self._held:
                return None
            self._held.move_to_end(question)
            return self._held[question]

    def put(self, file: str, question: str, cells: Cells) -> None:
        with self._lock:
            if file != self._file:
                self._held.clear()
                self._file = file
            self._held[question] = cells
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)


_memory = _Memory()
