"""The list of trainings that somebody runs or looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select
from sqlalchemy.orm import aliased, joinedload

from webapp.accounts.current import Viewer
from webapp.accounts.finding import named
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy, localised
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.courses.catalogue import catalogue
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.trainings import access, labels, queries
from webapp.trainings.hooks import report_column
from webapp.trainings.models import TrainerPart, Training, TrainingState, TrainingTrainer
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.records import title_of

# Trainings without days stand behind all others.
NEVER = date(9999, 12, 31)
MOST_OPTIONS = 500
FIRST_DAY = func.coalesce(Training.first_day, literal(NEVER))


@dataclass(frozen=True)
class TrainingRow:
    """A training as the list shows it. `people`: how many have a seat."""

    id: UUID
    title: str
    place: str
    state: TrainingState
    first_day: date | None
    last_day: date | None
    lead: str
    people: int
    report: str | None


def load(keys: Sequence[UUID]) -> list[TrainingRow]:
    """Rows by id, in the order of the ids. Two queries."""
    people = (
        select(func.count()).where(Participant.training_id == Training.id, Participant.state == ParticipantState.REGISTERED)
        .correlate(Training).scalar_subquery()
    )
    lead = (
        select(Person.name).join(TrainingTrainer, TrainingTrainer.person_id == Person.id)
        .where(TrainingTrainer.training_id == Training.id, TrainingTrainer.part == TrainerPart.LEAD).correlate(Training)
        .limit(1).scalar_subquery()
    )
    column = report_column()
    report: Any = column.state() if column else literal(None)
    found = {
        row[0].id: row for row in db.session.execute(
            select(Training, people, lead, report).where(Training.id.in_(keys)).options(joinedload(Training.place))
        )
    }
    full = places.full_names({row[0].place_id for row in found.values()})
    rows = []
    for key in keys:
        training, count, name, state = found[key]
        rows.append(TrainingRow(
            key, title_of(training), full[training.place_id], training.state, training.first_day, training.last_day, name or "", count,
            column.words(state) if column and state else None,
        ))
    return rows


def _day(text: str) -> date:
    return date.fromisoformat(text)


def scope(viewer: Viewer) -> Any:
    """Ids of the trainings that somebody may open as a runner: by a role for the place, or as one of their trainers."""
    source = select(Training.id)
    paths = access.run_paths(viewer)
    if paths is None:
        return source
    inside = Training.place_id.in_(access.places_of(paths))
    own = Training.id.in_(select(TrainingTrainer.training_id).where(TrainingTrainer.person_id == viewer.person_id))
    return source.where(or_(inside, own))


def _covers(value: str) -> ColumnElement[bool]:
    """Trainings that cover a course."""
    if catalogue().course(value) is None:
        raise ValueError(value)
    return cast(Training.courses, Text).contains(f'"{value}"', autoescape=True)


def in_tree(value: str) -> ColumnElement[bool]:
    """Trainings of a place (by id) or of what lies below it. Raises ValueError; asks nothing by itself."""
    top = aliased(Place)
    below = select(Place.id).join(top, Place.path.startswith(top.path, autoescape=False)).where(top.id == UUID(value))
    return Training.place_id.in_(below)


def place_options(of: Any) -> list[tuple[str, str]]:
    """Places that have any of the trainings (a select of ids), for a filter: id and name, by code. One query."""
    rows = db.session.execute(
        select(Place.id, Place.names).where(Place.id.in_(select(Training.place_id).where(Training.id.in_(of))))
        .order_by(Place.path).limit(MOST_OPTIONS)
    )
    return [(str(row.id), localised(row.names)) for row in rows]


FILTERS = (
    Filter("state", lazy("State"), queries.in_state, lambda: [(state.value, str(text)) for state, text in labels.STATES.items()]),
    Filter("course", lazy("Course"), _covers, lambda: [(each.id, localised(each.title)) for each in catalogue().courses]),
    Filter("from", lazy("Days from"), lambda value: Training.last_day >= _day(value)),
    Filter("to", lazy("Days until"), lambda value: Training.first_day <= _day(value)),
)
COLUMNS: tuple[Column[TrainingRow], ...] = (
    Column("title", lazy("Training"), lambda row: row.title, link=lambda row: address(f"/trainings/{row.id}/")),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("state", lazy("State"), lambda row: labels.state_word(row.state), state=lambda row: labels.state_mark(row.state)),
    Column("first", lazy("First day of the training"), lambda row: row.first_day, sort=FIRST_DAY),
    Column("last", lazy("Last day of the training"), lambda row: row.last_day),
    Column("lead", lazy("Lead trainer"), lambda row: row.lead),
    Column("people", lazy("Registered people"), lambda row: row.people),
    Column("report", lazy("Post-training report"), lambda row: row.report),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
)


def _found(text: str) -> ColumnElement[bool] | None:
    """By words of title or venue, by the place's names, or by a trainer's name."""
    words = text.split()
    if not words:
        return None
    own = and_(*[or_(Training.title.icontains(word, autoescape=True), Training.venue.icontains(word, autoescape=True)) for word in words])
    place = and_(*[Place.search.icontains(word, autoescape=True) for word in words])
    ways = [own, Training.place_id.in_(select(Place.id).where(place))]
    person = named(Person.search, text)
    if person is not None:
        ways.append(Training.id.in_(
            select(TrainingTrainer.training_id).join(Person, Person.id == TrainingTrainer.person_id).where(person)
        ))
    return or_(*ways)


def trainings_list(viewer: Viewer) -> Listing[TrainingRow]:
    """Trainings that somebody runs or looks after.

    A page costs one query and two of `load`, and one each for the places and the trainers to choose from.
    """
    source = scope(viewer)
    place = Filter("place", lazy("Place"), in_tree, lambda: place_options(source))
    trainer = Filter("trainer", lazy("Trainer"), queries.runs_it, lambda: queries.trainers_of_listed(source))
    return Listing(
        name="trainings", title=_("Trainings"), source=source, key=Training.id, load=load, columns=COLUMNS,
        filters=(place, trainer, *FILTERS),
        search=_found, sort="first", descending=True,
    )
