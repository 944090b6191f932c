"""Outcomes of a slice, counted once for each snapshot: they stand on many rows and change as little as the other figures."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime

from webapp.core.frozen import dataclass
from webapp.statistics.answers import Source
from webapp.statistics.outcome_counts import Gained, Surveys, by_state, gained, surveyed
from webapp.statistics.outcome_parts import narrows_people
from webapp.statistics.outcome_reach import Reach, named, reach
from webapp.statistics.outcome_results import Results, results
from webapp.statistics.planned import cities
from webapp.statistics.slices import Slice
from webapp.statistics.together import ask
from webapp.trainings.models import TrainingState

REMEMBERED = 200


@dataclass(frozen=True)
class Outcomes:
    """All that is counted for the page. No names: what is erased must not live on here."""

    states: Mapping[TrainingState, int]
    gained: Gained
    surveys: Surveys
    reach: Sequence[Reach]
    results: Results


@dataclass(frozen=True)
class Today:
    """What every page reads anew: cities for which a training is planned now, and the trainers by name, as they are called now."""

    cities: int
    trainers: Sequence[tuple[str, Reach]]


def outcomes(part: Slice, found: Source, now: datetime) -> tuple[Outcomes, Today]:
    """The outcomes of a slice, counted anew where this snapshot was not asked before.

    One query for all of it. One more where there is no snapshot, and one, once a process, for questions that were changed since.
    """
    key = f"{part.cut_off.isoformat()} {part.key}"
    known = _memory.get(found.snapshot.file, key) if found.snapshot is not None else None
    reached = reach(part, found.snapshot) if known is None else known.reach
    today = (cities(part), named(reached))
    if known is not None:
        return known, Today(*ask(*today))
    counted = (by_state(part), gained(part), surveyed(part, now), results(part, tests=not narrows_people(part)))
    planned, trainers, states, gain, surveys, right = ask(*today, *counted)
    known = Outcomes(states, gain, surveys, reached, right)
    if found.snapshot is not None:
        _memory.put(found.snapshot.file, key, known)
    return known, Today(planned, trainers)


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
