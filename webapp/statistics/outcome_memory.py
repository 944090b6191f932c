"""Outcomes of a slice, counted once for each snapshot: they stand on many rows and change as little as the other figures."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.statistics import outcome_counts as counts
from webapp.statistics.answers import Source
from webapp.statistics.outcome_counts import Answers, Gained, Reach, Surveyed
from webapp.statistics.outcome_parts import narrows_people
from webapp.statistics.outcome_results import Results, results
from webapp.statistics.slices import Slice
from webapp.trainings.models import TrainingState

REMEMBERED = 200


@dataclass(frozen=True)
class Outcomes:
    """All that is counted for the page. No names: what is erased must not live on here."""

    states: Mapping[TrainingState, int]
    gained: Gained
    surveys: Sequence[Surveyed]
    answers: Mapping[UUID, Mapping[str, Any]]
    reach: Sequence[Reach]
    results: Results

    def summed(self, surveys: Sequence[Surveyed], field: str) -> Answers:
        """Answers to a question over some of the surveys."""
        return counts.summed(self.answers, surveys, field)


def outcomes(part: Slice, found: Source, now: datetime) -> Outcomes:
    """The outcomes of a slice. No query where this snapshot was asked before, else six to eight."""
    if found.snapshot is None:
        return _count(part, now)
    key = f"{part.cut_off.isoformat()} {part.key}"
    known = _memory.get(found.snapshot.file, key)
    if known is None:
        known = _count(part, now)
        _memory.put(found.snapshot.file, key, known)
    return known


def _count(part: Slice, now: datetime) -> Outcomes:
    surveys = counts.surveyed(part, now)
    return Outcomes(
        counts.by_state(part), counts.gained(part), surveys, counts.answered(surveys), counts.reach(part),
        results(part, tests=not narrows_people(part)),
    )


class _Memory:
    """What this process counted for the newest snapshot, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._file = ""
        self._held: OrderedDict[str, Outcomes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, file: str, key: str) -> Outcomes | None:
        with self._lock:
            if file != self._file or key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key]

    def put(self, file: str, key: str, counted: Outcomes) -> None:
        with self._lock:
            if file != self._file:
                self._held.clear()
                self._file = file
            self._held[key] = counted
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)


_memory = _Memory()
