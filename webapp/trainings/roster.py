"""The roster of trainers: who they are, what they offer, what they may train and whom they reached. Never a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.current import Viewer
from webapp.accounts.finding import named
from webapp.accounts.models import Person, Role, RoleGrant
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.trainings import access, labels, qualification
from webapp.trainings.models import TrainerPart, Training, TrainingState, TrainingTrainer
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant
from webapp.trainings.models_trainers import TrainerAway, TrainerProfile
from webapp.trainings.qualification import OVER, Learned
from webapp.trainings.services import grant_in_force

MOST_OPTIONS = 500
TEACHES = (TrainerPart.LEAD, TrainerPart.CO)


@dataclass(frozen=True)
class TrainerRow:
    """A trainer as the roster shows them. `led`: trainings held as lead or co-trainer; `reached`: officials who were at one, once each."""

    id: UUID
    name: str
    code: str
    places: str
    languages: str
    about: str
    listed: bool
    away: Sequence[tuple[date, date]]
    learned: Learned
    led: int
    reached: int

    @property
    def qualified(self) -> str:
        """The courses that they may train, by title."""
        return qualification.titles(
            each for each in qualification.trainable() if each in qualification.may_train(self.learned, qualification.trainable())
        )

    @property
    def missing(self) -> str:
        """What is missing for the other courses, in words."""
        return _("; ").join(qualification.missing_words(self.learned, qualification.trainable()))

    @property
    def away_text(self) -> str:
        """The days away that are to come."""
        return _("; ").join(labels.span_text(first, last) for first, last in self.away)


def _held(person: Any) -> Any:
    """Trainings that somebody led or helped to lead and that were held: a select of ids."""
    return (
        select(TrainingTrainer.training_id).join(Training, Training.id == TrainingTrainer.training_id)
        .where(TrainingTrainer.person_id == person, TrainingTrainer.part.in_(TEACHES), Training.state.in_(OVER))
    )


def _counts() -> tuple[Any, Any]:
    led = (
        select(func.count()).select_from(TrainingTrainer).join(Training, Training.id == TrainingTrainer.training_id)
        .where(TrainingTrainer.person_id == Person.id, TrainingTrainer.part.in_(TEACHES), Training.state.in_(OVER))
        .correlate(Person).scalar_subquery()
    )
    reached = (
        select(func.count(Participant.person_id.distinct())).join(Attendance, Attendance.participant_id == Participant.id)
        .where(Participant.training_id.in_(_held(Person.id).correlate(Person)), Attendance.presence == Presence.PRESENT)
        .correlate(Person).scalar_subquery()
    )
    return led, reached


class Roles:
    """Every trainer's role in force at a moment, with the full names of the places: for rows and for the filter. Two queries, once."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    @cached_property
    def rows(self) -> Sequence[Any]:
        """Person, and id, code and path of the place (None for everywhere), by path."""
        return db.session.execute(
            select(RoleGrant.person_id, Place.id, Place.code, Place.path).outerjoin(Place, Place.id == RoleGrant.place_id)
            .where(*grant_in_force((Role.TRAINER,), self.now)).order_by(Place.path)
        ).all()

    @cached_property
    def names(self) -> Mapping[UUID, str]:
        """Full names by id."""
        return places.full_names({row.id for row in self.rows if row.id})

    def places_of(self, held: Iterable[Any]) -> str:
        """The places of somebody's rows, in words."""
        return _("; ").join(self.names[row.id] if row.id else _("all places") for row in held)

    def options(self) -> list[tuple[str, str]]:
        """The places to choose from, by code."""
        listed = dict.fromkeys(row.id for row in self.rows if row.id)
        return [(str(each), self.names[each]) for each in list(listed)[:MOST_OPTIONS]]


def load(keys: Sequence[UUID], roles: Roles) -> list[TrainerRow]:
    """Trainers by id, in the order of the ids. Two queries and those of `roles`."""
    coming = (TrainerAway.person_id == Person.id) & (TrainerAway.last_day >= roles.now.date())
    lines = db.session.execute(
        select(Person.id, Person.name, TrainerProfile, *_counts(), TrainerAway.first_day, TrainerAway.last_day)
        .outerjoin(TrainerProfile, TrainerProfile.person_id == Person.id).outerjoin(TrainerAway, coming)
        .where(Person.id.in_(keys)).order_by(TrainerAway.first_day)
    ).all()
    found: dict[UUID, Any] = {row[0]: row[:5] for row in lines}
    grants: dict[UUID, list[Any]] = {}
    for row in roles.rows:
        grants.setdefault(row.person_id, []).append(row)
    away: dict[UUID, list[tuple[date, date]]] = {}
    for row in lines:
        if row.first_day is not None:
            away.setdefault(row[0], []).append((row.first_day, row.last_day))
    learned, rows = qualification.of_many(keys), []
    for key in keys:
        _id, name, profile, led, reached = found[key]
        mine = grants.get(key, [])
        rows.append(TrainerRow(
            key, name, mine[0].code or "" if mine else "", roles.places_of(mine),
            _languages(profile), profile.about if profile else "", profile is None or profile.listed, away.get(key, ()),
            learned[key], led, reached,
        ))
    return rows


@dataclass(frozen=True)
class Named:
    """A trainer by name, with the places of their role."""

    id: UUID
    name: str
    places: str


def named_trainers(source: Any, now: datetime) -> list[Named]:
    """Trainers of a scope (a select of ids), by place code and name. Three queries."""
    roles, grants = Roles(now), dict[UUID, list[Any]]()
    for row in roles.rows:
        grants.setdefault(row.person_id, []).append(row)
    people = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(source)).order_by(Person.sort_key, Person.id)).all()
    ordered = sorted(people, key=lambda row: min(each.path or "" for each in grants[row.id]))
    return [Named(row.id, row.name, roles.places_of(grants[row.id])) for row in ordered]


def _languages(profile: TrainerProfile | None) -> str:
    return labels.joined(NATIVE_NAMES.get(each, each) for each in profile.languages) if profile else ""


def scope(viewer: Viewer, now: datetime) -> Any:
    """Ids of the trainers that somebody finds: those who can be asked, everybody in the trees that they look over, and themselves."""
    grants = select(RoleGrant.person_id).where(*grant_in_force((Role.TRAINER,), now))
    source = select(Person.id).where(Person.id.in_(grants), Person.erased_at.is_(None), Person.merged_into_id.is_(None))
    paths = access.oversee_paths(viewer)
    if paths is None:
        return source
    hidden = select(TrainerProfile.person_id).where(~TrainerProfile.listed)
    own = grants.where(RoleGrant.place_id.in_(access.places_of(paths)))
    return source.where(or_(Person.id.not_in(hidden), Person.id.in_(own), Person.id == viewer.person_id))


def _speaks(value: str) -> ColumnElement[bool]:
    if value not in LANGUAGES:
        raise ValueError(value)
    return Person.id.in_(
        select(TrainerProfile.person_id).where(cast(TrainerProfile.languages, Text).contains(f'"{value}"', autoescape=True))
    )


def free(first: date, last: date) -> ColumnElement[bool]:
    """Trainers who are neither away nor in another training on any of the days."""
    away = select(TrainerAway.person_id).where(TrainerAway.first_day <= last, TrainerAway.last_day >= first)
    busy = (
        select(TrainingTrainer.person_id).join(Training, Training.id == TrainingTrainer.training_id)
        .where(Training.first_day <= last, Training.last_day >= first, Training.state != TrainingState.CANCELLED)
    )
    return and_(Person.id.not_in(away), Person.id.not_in(busy))


def _covers(value: str, now: datetime) -> ColumnElement[bool]:
    """Trainers whose role holds for a place (by id) or for one below it. Raises ValueError."""
    top, held = aliased(Place), aliased(Place)
    touching = or_(held.path.startswith(top.path, autoescape=False), top.path.startswith(held.path, autoescape=False))
    for_it = (
        select(RoleGrant.person_id).outerjoin(held, held.id == RoleGrant.place_id).join(top, top.id == UUID(value))
        .where(*grant_in_force((Role.TRAINER,), now), or_(RoleGrant.place_id.is_(None), touching))
    )
    return Person.id.in_(for_it)


COLUMNS: tuple[Column[TrainerRow], ...] = (
    Column("name", lazy("Name"), lambda row: row.name, link=lambda row: address(f"/trainings/trainers/{row.id}")),
    Column("places", lazy("Trains for"), lambda row: row.places),
    Column("languages", lazy("Languages of training"), lambda row: row.languages),
    Column("about", lazy("Topics"), lambda row: row.about),
    Column("away", lazy("Not available"), lambda row: row.away_text),
    Column("qualified", lazy("May train"), lambda row: row.qualified),
    Column("missing", lazy("Missing for the other courses"), lambda row: row.missing),
    Column("led", lazy("Trainings held"), lambda row: row.led),
    Column("reached", lazy("Officials reached"), lambda row: row.reached),
    Column("listed", lazy("Can be asked"), lambda row: _("yes") if row.listed else _("no"), on_screen=False),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
)


def roster(viewer: Viewer, asked: Mapping[str, str], now: datetime) -> Listing[TrainerRow]:
    """The roster, by place code and name. `asked` holds the other end of a span of days.

    A page costs seven or eight queries with those of the viewer.
    """
    def other(key: str, day: date) -> date:
        return date.fromisoformat(asked[key]) if asked.get(key) else day

    def span(one: date, two: date) -> ColumnElement[bool]:
        return free(min(one, two), max(one, two))

    roles = Roles(now)
    code = (
        select(func.min(Place.path)).join(RoleGrant, RoleGrant.place_id == Place.id)
        .where(RoleGrant.person_id == Person.id, *grant_in_force((Role.TRAINER,), now)).correlate(Person).scalar_subquery()
    )
    return Listing(
        name="trainers", title=_("Roster of trainers"), source=scope(viewer, now), key=Person.id, load=lambda keys: load(keys, roles),
        columns=(
            COLUMNS[0],
            Column("place", lazy("Code of the place"), lambda row: row.code, sort=func.coalesce(code, "") + " " + Person.sort_key),
            *COLUMNS[1:],
        ),
        sort="place",
        filters=(
            Filter("place", lazy("Place"), lambda value: _covers(value, now), roles.options),
            Filter("language", lazy("Language of the training"), _speaks, lambda: [(each, NATIVE_NAMES[each]) for each in LANGUAGES]),
            Filter("from", lazy("Available from"), lambda value: span(day := date.fromisoformat(value), other("to", day))),
            Filter("to", lazy("Available until"), lambda value: span(other("from", day := date.fromisoformat(value)), day)),
        ),
        search=lambda text: named(Person.search, text),
    )
