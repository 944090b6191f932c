"""The list of places that an administrator looks after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from webapp.accounts.current import Viewer
from webapp.accounts.models import Person, Role
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import current_language, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.places import queries as places
from webapp.places.models import Country, Place
from webapp.places.queries import within
from webapp.places.rules import full_name, query_words

OPEN, CLOSED = "open", "closed"
STATES = {OPEN: lazy("Open"), CLOSED: lazy("Closed")}


@dataclass(frozen=True)
class PlaceRow:
    """A place as the list shows it; `people` counts those registered for the place itself."""

    id: UUID
    name: str
    full_name: str
    kind: str
    code: str
    country: str
    people: int
    opened_on: date | None
    closed_on: date | None

    @property
    def state(self) -> str:
        """Open or closed."""
        return CLOSED if self.closed_on else OPEN


def kind_name(place: Place, country: Country) -> str:
    """What a kind of place is called in the reader's language."""
    level = country.scheme.level_of(place.kind)
    names = level.kinds[place.kind] if level else {}
    return names.get(current_language()) or next(iter(names.values()), place.kind)


def load(keys: Sequence[UUID], countries: Mapping[str, Country]) -> list[PlaceRow]:
    """Rows of the list by id, in the order of the ids. Two queries."""
    lines = places.lineages(keys)
    counted = select(Person.place_id, func.count()).where(Person.place_id.in_(keys), Person.erased_at.is_(None)).group_by(Person.place_id)
    people = {row[0]: row[1] for row in db.session.execute(counted)}
    rows = []
    for key in keys:
        place = lines[key][-1]
        rows.append(PlaceRow(
            id=place.id, name=place.name(), full_name=full_name(lines[key], current_language()),
            kind=kind_name(place, countries[place.country]), code=place.code, country=place.country,
            people=people.get(key, 0), opened_on=place.opened_on, closed_on=place.closed_on,
        ))
    return rows


def _state(value: str) -> ColumnElement[bool]:
    if value not in STATES:
        raise ValueError
    return Place.closed_on.is_(None) if value == OPEN else Place.closed_on.is_not(None)


def _tree(value: str) -> ColumnElement[bool]:
    place = places.find(UUID(value))
    return within(place.path) if place else false()


def _tree_name(value: str) -> str:
    return places.full_names([UUID(value)]).get(UUID(value), value)


def _kind(value: str) -> ColumnElement[bool]:
    country, _slash, kind = value.partition("/")
    if not kind:
        raise ValueError
    return and_(Place.country == country, Place.kind == kind)


def _kinds(countries: Iterable[Country]) -> list[tuple[str, str]]:
    tag = current_language()
    return [
        (f"{country.code}/{kind}", names.get(tag) or next(iter(names.values()), kind))
        for country in countries for level in country.scheme.levels for kind, names in level.kinds.items()
    ]


def _search(text: str) -> ColumnElement[bool] | None:
    words = query_words(text)
    return or_(Place.code == text.strip(), and_(*(Place.search.contains(word) for word in words))) if words else None


COLUMNS: tuple[Column[PlaceRow], ...] = (
    Column(
        "name", lazy("Place"), lambda row: row.full_name, sort=Place.path, indexed=True,
        link=lambda row: address(f"/admin/places/{row.id}/"),
    ),
    Column("kind", lazy("Kind"), lambda row: row.kind, sort=Place.kind),
    Column("code", lazy("Place code"), lambda row: row.code, sort=Place.code),
    Column("people", lazy("People here"), lambda row: row.people),
    Column("state", lazy("State"), lambda row: str(STATES[row.state]), state=lambda row: "off" if row.closed_on else "done"),
    Column("opened", lazy("First day"), lambda row: row.opened_on, on_screen=False),
    Column("closed", lazy("First day without it"), lambda row: row.closed_on, on_screen=False),
    Column("country", lazy("Country"), lambda row: row.country, on_screen=False),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
)


def places_list(viewer: Viewer) -> Listing[PlaceRow]:
    """The places in the trees that the viewer administers. One query; a page costs one, two where very many match, and two of `load`."""
    source = select(Place.id)
    paths = viewer.paths(Role.ADMINISTRATOR)
    if paths is not None:
        source = source.where(or_(false(), *(within(path) for path in paths)))
    countries = {country.code: country for country in places.countries()}
    filters = (
        Filter("state", lazy("State"), _state, lambda: [(state, str(text)) for state, text in STATES.items()]),
        Filter("kind", lazy("Kind"), _kind, lambda: _kinds(countries.values())),
        Filter("under", lazy("Below"), _tree, named=_tree_name),
    )
    return Listing(
        name="places", title=lazy("Places"), source=source, key=Place.id, load=lambda keys: load(keys, countries), columns=COLUMNS,
        sort="name", filters=filters, search=_search,
    )
