"""A participant's own page: who has its code opens it, with or without a sign-in. Each feature adds its part to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from flask import abort, current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import MistypedCode, read_code
from webapp.trainings.models import Training
from webapp.trainings.models_people import Participant
from webapp.trainings.records import participant_url

if TYPE_CHECKING:
    from flask import Flask

_PARTS = "training_parts"


@dataclass(frozen=True)
class Mine:
    """A participant with their training, as their own page needs it."""

    participant: Participant
    training: Training
    person: Person

    def url(self, *tail: str) -> str:
        """An address of their page, below the mount point."""
        return participant_url(self.participant.code, *tail)


@dataclass(frozen=True)
class Part:
    """A part of the page: what there is to do or to know. `state` is a state word of the interface, `actions` are (label, address)."""

    id: str
    title: str
    state: str
    lines: Sequence[str]
    actions: Sequence[tuple[str, str]] = field(default=())


def add_part(app: Flask, rank: int, make: Callable[[Mine, datetime], Part | None]) -> None:
    """Add a part, in the order of ranks; None where there is nothing to say. One query each at most."""
    parts = app.extensions.setdefault(_PARTS, [])
    parts.append((rank, make))
    parts.sort(key=lambda each: each[0])


def parts(mine: Mine, now: datetime) -> list[Part]:
    """The parts of a participant's page."""
    made = (make(mine, now) for _rank, make in current_app.extensions.get(_PARTS, ()))
    return [part for part in made if part is not None]


def mine_or_404(code: str) -> Mine:
    """The participant with this code. One query."""
    try:
        wanted = read_code(code)
    except MistypedCode:
        abort(404)
    row = db.session.execute(
        select(Participant, Training, Person).join(Training, Training.id == Participant.training_id)
        .join(Person, Person.id == Participant.person_id).where(Participant.code == wanted)
        .options(joinedload(Training.place), joinedload(Training.host))
    ).first()
    if row is None:
        abort(404)
    participant, training, person = row
    return Mine(participant, training, person)
