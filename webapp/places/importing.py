"""Bringing a file of places into the tree: all of it or nothing, and nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from importlib.resources import files
from uuid import UUID

from sqlalchemy import insert, select, update

from webapp.core import audit
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.core.signals import PlaceSucceeded, place_succeeded
from webapp.places.checks import Known, check
from webapp.places.declarations import Declaration, read_declaration
from webapp.places.history import carry_forward, differs, end, first_spell, searchable
from webapp.places.models import Country, Place, PlaceSpell
from webapp.places.rules import BEGINNING, PlaceError, Scheme, path_of
from webapp.places.tables import Problem, Row, read_table

Progress = Callable[[int, int], None]
STEP = 200


class ImportRefused(PlaceError):
    """The file has problems; nothing was imported. `problems` holds them all, in the order of rows."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.row or 0)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownCountry(PlaceError):
    """Nothing says which levels and kinds the country has."""

    def __init__(self, country: str) -> None:
        super().__init__(_("The country “%(country)s” is not declared yet. Give a file with its levels and kinds.", country=country))


@dataclass(slots=True)
class Outcome:
    """What an import did, in places. `absent`: open in the database, not in the file, left as they are."""

    added: int = 0
    changed: int = 0
    closed: int = 0
    unchanged: int = 0
    absent: int = 0


@dataclass(slots=True)
class _Tree:
    """The places of a country in memory: the open one of each code, else the one that closed last."""

    country: str
    places: dict[str, Place]
    ids: dict[UUID, Place]
    spells: dict[UUID, PlaceSpell]
    changed_before: set[UUID]
    empty: bool
    new: list[Place] = field(default_factory=list)

    def lineage(self, place: Place) -> list[Place]:
        chain = [place]
        while chain[0].parent_id is not None:
            chain.insert(0, self.ids[chain[0].parent_id])
        return chain


def import_places(
    *, data: bytes, on: date, now: datetime, country: str | None = None, declaration: Declaration | None = None,
    actor_id: UUID | None = None, progress: Progress | None = None,
) -> Outcome:
    """Bring the places of a CSV file (docs/places.md) into the tree of a country, changes valid from `on`.

    The country is the declared one, the named one, or the only one there is. Raises `ImportRefused` with every problem,
    or `UnknownCountry`; then nothing was changed. Queries: four to read, then batches of inserts and updates.
    """
    rows, problems = read_table(data)
    held = _country(country, declaration)
    tree = _load(held.code)
    problems += check(rows, held.scheme, _known(tree), on)
    if problems:
        raise ImportRefused(problems)
    named = {row.code for row in rows}
    outcome = Outcome(absent=sum(1 for code, place in tree.places.items() if not place.closed_on and code not in named))
    # Closing is all that a row with a closing day does to a place that is there: its last state stays as it was.
    closing = {row.code for row in rows if row.closed_on and row.code in tree.places}
    with db.session.no_autoflush:
        _shape([row for row in rows if row.code not in closing], tree)
        _lead([row for row in rows if row.code not in closing], held.scheme, closing, tree, progress)
        _write(rows, tree, on, outcome, now)
    if outcome.added or outcome.changed or outcome.closed:
        counts = {"added": outcome.added, "changed": outcome.changed, "closed": outcome.closed}
        audit.record(actor_id=actor_id, action="places.imported", subject=("country", held.code), after=counts, now=now)
    db.session.flush()
    return outcome


def load_china(now: datetime) -> Outcome | None:
    """Load the shipped places of China, or None where this edition is loaded already. One query when unchanged."""
    folder = files("webapp.places") / "data"
    table, declared = (folder / "china.csv").read_bytes(), (folder / "china.yaml").read_text(encoding="utf-8")
    version = hashlib.sha256(table + declared.encode()).hexdigest()
    if db.session.scalar(select(Country.data_version).where(Country.code == "CN")) == version:
        return None
    today = now.astimezone(settings().programme_zone).date()
    outcome = import_places(data=table, declaration=read_declaration(declared), on=today, now=now)
    db.session.get_one(Country, "CN").data_version = version
    db.session.flush()
    return outcome


def _country(code: str | None, declaration: Declaration | None) -> Country:
    if declaration is not None:
        if code is not None and code != declaration.country:
            raise UnknownCountry(code)
        held = db.session.get(Country, declaration.country) or Country(code=declaration.country)
        held.names, held.levels = dict(declaration.names), declaration.scheme.to_json()
        db.session.add(held)
        return held
    if code is None:
        known = db.session.scalars(select(Country)).all()
        if len(known) != 1:
            raise UnknownCountry("?")
        return known[0]
    found = db.session.get(Country, code)
    if found is None:
        raise UnknownCountry(code)
    return found


def _load(country: str) -> _Tree:
    every = db.session.scalars(select(Place).where(Place.country == country)).all()
    kept = db.session.scalars(select(PlaceSpell).where(PlaceSpell.country == country).order_by(PlaceSpell.valid_from)).all()
    # The open place of a code comes last and wins.
    ordered = sorted(every, key=lambda place: (place.closed_on is None, place.closed_on or BEGINNING))
    latest = {spell.place_id: spell for spell in kept}
    return _Tree(
        country, places={place.code: place for place in ordered}, ids={place.id: place for place in every}, spells=latest,
        changed_before={spell.place_id for spell in kept if spell is not latest[spell.place_id]}, empty=not every,
    )


def _known(tree: _Tree) -> Mapping[str, Known]:
    return {
        code: Known(
            kind=place.kind, parent=tree.ids[place.parent_id].code if place.parent_id else "", opened_on=place.opened_on,
            closed_on=place.closed_on, since=tree.spells[place.id].valid_from, only=place.id not in tree.changed_before,
        )
        for code, place in tree.places.items()
    }


def _shape(rows: Sequence[Row], tree: _Tree) -> None:
    """Make new places and give every place what its row says of itself; links come after, when all places are there."""
    for row in rows:
        place = tree.places.get(row.code)
        if place is None:
            place = Place(id=new_id(), country=tree.country, code=row.code, closed_on=row.closed_on)
            tree.places[row.code] = tree.ids[place.id] = place
            tree.new.append(place)
        if row.opened_on and place.opened_on is None:
            place.opened_on = row.opened_on
            if place.id in tree.spells:
                tree.spells[place.id].valid_from = row.opened_on
        _set(
            place, kind=row.kind, names=dict(row.names), short_names=dict(row.short_names), reading=row.reading,
        )


def _lead(rows: Sequence[Row], scheme: Scheme, closing: set[str], tree: _Tree, progress: Progress | None) -> None:
    """Set parents, then level, path and search text of every open place: what a parent becomes reaches all below it."""
    for row in rows:
        _set(tree.places[row.code], parent_id=tree.places[row.parent].id if row.parent else None)
    fresh = {place.id for place in tree.new}
    for number, (code, place) in enumerate(tree.places.items(), start=1):
        if place.id in fresh or (place.closed_on is None and code not in closing):
            chain = tree.lineage(place)
            level = scheme.level_of(place.kind)
            path = path_of(tree.country, [each.code for each in chain])
            _set(place, level=level.id if level else place.level, path=path, search=searchable(chain))
        if progress and (number % STEP == 0 or number == len(tree.places)):
            progress(number, len(tree.places))


def _set(place: Place, **values: object) -> None:
    """Assign only what differs, so that an unchanged place is not written again."""
    for name, value in values.items():
        if getattr(place, name) != value:
            setattr(place, name, value)


def _write(rows: Sequence[Row], tree: _Tree, on: date, outcome: Outcome, now: datetime) -> None:
    """New places first, since others may now stand below them; then what changed and closed; then the new states."""
    _insert(Place, sorted(tree.new, key=lambda place: place.path.count("/")))
    coming = [first_spell(place, None if tree.empty else on) for place in tree.new]
    for place, spell in zip(tree.new, coming, strict=True):
        spell.valid_until = place.closed_on
    outcome.added = len(tree.new)
    known = [place for place in tree.places.values() if place.id in tree.spells]
    by_code = {row.code: row for row in rows}
    for place in known:
        row, spell = by_code.get(place.code), tree.spells[place.id]
        if place.closed_on is None and row is not None and row.closed_on:
            end(place, spell, row.closed_on)
            outcome.closed += 1
        elif place.closed_on is None and differs(place, spell):
            if new := carry_forward(place, spell, on):
                coming.append(new)
            outcome.changed += 1
        elif row is not None:
            outcome.unchanged += 1
    # The old states end before the new ones begin: only one may be open.
    db.session.flush()
    _insert(PlaceSpell, coming)
    for row in rows:
        heir = tree.places[row.successor].id if row.successor else None
        if heir is not None and tree.places[row.code].successor_id != heir:
            gone = tree.places[row.code].id
            db.session.execute(update(Place).where(Place.id == gone).values(successor_id=heir))
            place_succeeded.send(PlaceSucceeded(gone, heir, None, now))


def _insert(table: type[Place | PlaceSpell], rows: Sequence[Place | PlaceSpell]) -> None:
    """Insert in batches, in order; the rows stay outside the session."""
    if rows:
        names = [attribute.key for attribute in table.__mapper__.column_attrs]
        db.session.execute(insert(table), [{name: _stored(row, name) for name in names} for row in rows])


def _stored(row: Place | PlaceSpell, name: str) -> object:
    return new_id() if name == "id" and row.id is None else getattr(row, name)
