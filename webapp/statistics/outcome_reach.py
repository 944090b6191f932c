"""Reach of trainers: people who were present in the trainings that each leads, from the snapshot, else from the events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from webapp.accounts.models import Person
from webapp.core.frozen import dataclass
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.statistics import facts, fast
from webapp.statistics.models import Snapshot
from webapp.statistics.outcome_parts import events_of, of_places, trainings_of
from webapp.statistics.slices import Slice
from webapp.statistics.snapshot import plain
from webapp.statistics.together import Rows, Wanted
from webapp.trainings.models import TrainerPart, Training, TrainingTrainer

_LED = """
SELECT leads.trainer, count(DISTINCT facts.training), count(DISTINCT facts.person) FROM kept.facts
JOIN kept.trainings ON trainings.number = facts.training JOIN kept.leads ON leads.training = trainings.id
JOIN kept.held ON held.training = trainings.id JOIN kept.places ON places.id = held.place WHERE {where} GROUP BY leads.trainer
"""


@dataclass(frozen=True)
class Reach:
    """A trainer with the trainings that they lead and the people who were there."""

    person_id: UUID
    trainings: int
    people: int


def reach(part: Slice, snapshot: Snapshot | None) -> list[Reach]:
    """Officials present in the trainings that each trainer leads. No query from a snapshot, else one.

    The trainings say the places, those of the moment, and a course does not matter: who came from elsewhere was reached, too.
    """
    everywhere = part.but(paths=None, course_id=None)
    return _of_events(part, everywhere) if snapshot is None else _of_snapshot(part, everywhere, snapshot)


def _of_snapshot(part: Slice, everywhere: Slice, snapshot: Snapshot) -> list[Reach]:
    where, values = fast.conditions(everywhere)
    where += ["facts.kind = ?", "facts.person IS NOT NULL", "leads.made <= ?"]
    values += [EventKind.ATTENDED.value, plain(part.cut_off)]
    if part.paths is not None:
        where.append("(" + (" OR ".join(["starts_with(places.path, ?)"] * len(part.paths)) or "false") + ")")
        values += part.paths
    cursor = fast.opened(snapshot).cursor()
    return [Reach(*row) for row in cursor.execute(_LED.format(where=" AND ".join(where)), values).fetchall()]


def _of_events(part: Slice, everywhere: Slice) -> list[Reach]:
    event, trainer = ParticipationEvent, TrainingTrainer
    present = of_places(select(trainer.person_id, event.training_id, event.person_id).select_from(Training)).join(
        trainer, and_(trainer.training_id == Training.id, trainer.part == TrainerPart.LEAD),
    ).join(event, event.training_id == Training.id).where(
        *trainings_of(part.but(course_id=None)), *events_of(everywhere, EventKind.ATTENDED), event.person_id.is_not(None),
    )
    return Wanted((present.distinct(), facts.MERGES), _counted).answer()


def _counted(present: Rows, merges: Rows) -> list[Reach]:
    merged = facts.resolved(merges)
    people: defaultdict[UUID, set[UUID]] = defaultdict(set)
    held: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for leader, training_id, person_id in present:
        person: UUID = person_id
        people[leader].add(merged.get(person, person))
        held[leader].add(training_id)
    return [Reach(each, len(held[each]), len(people[each])) for each in people]


def named(reached: Sequence[Reach]) -> Wanted[list[tuple[str, Reach]]]:
    """Trainers by the sound of their names; the name is empty after erasure."""
    wanted = {each.person_id: each for each in reached}
    query = select(Person.id, Person.name, Person.sort_key).where(Person.id.in_(wanted))

    def in_order(rows: Rows) -> list[tuple[str, Reach]]:
        ordered: list[Any] = sorted(rows, key=lambda row: (row[2], row[0]))
        return [(name, wanted[key]) for key, name, _sound in ordered]

    return Wanted((query,), in_order)
