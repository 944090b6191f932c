"""The list of organisations that an administrator looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from webapp.accounts import labels, rules
from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_tree_of, in_trees, named
from webapp.accounts.models import GovernmentLevel, Organisation, OrganisationType, Person, Role, Sector
from webapp.accounts.models_people import OrganisationAlias
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.places import queries as places


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation as the list shows it."""

    id: UUID
    name: str
    kind: str
    level: str
    sector: str
    place: str
    people: int
    created_at: datetime


def load(keys: Sequence[UUID]) -> list[OrganisationRow]:
    """Rows of the list by id, in the order of the ids. Two queries."""
    people = select(func.count()).where(Person.organisation_id == Organisation.id).scalar_subquery()
    rows = {row.id: (row, count) for row, count in db.session.execute(select(Organisation, people).where(Organisation.id.in_(keys)))}
    names = places.full_names({row.place_id for row, _count in rows.values() if row.place_id})
    return [_row(*rows[key], names) for key in keys]


def _row(row: Organisation, people: int, names: dict[UUID, str]) -> OrganisationRow:
    return OrganisationRow(
        id=row.id, name=row.name, kind=str(labels.ORGANISATION_TYPES[row.type]),
        level=str(labels.GOVERNMENT_LEVELS[row.government_level]) if row.government_level else "",
        sector=str(labels.SECTORS[row.sector]) if row.sector else "", place=names.get(row.place_id, "") if row.place_id else "",
        people=people, created_at=row.created_at,
    )


def found(text: str) -> ColumnElement[bool] | None:
    """Organisations by the beginning of their name, by sound, or by a part of another name."""
    own = named(Organisation.search, text)
    key = rules.organisation_key(text)
    if own is None or not key:
        return own
    others = select(OrganisationAlias.organisation_id).where(OrganisationAlias.name_key.contains(key, autoescape=True))
    return or_(own, Organisation.name_key.contains(key, autoescape=True), Organisation.id.in_(others))


def _options(words: dict[Any, Any]) -> list[tuple[str, str]]:
    return [(kind.value, str(text)) for kind, text in words.items()]


def _place_name(value: str) -> str:
    return places.full_names([UUID(value)]).get(UUID(value), value)


COLUMNS: tuple[Column[OrganisationRow], ...] = (
    Column("name", lazy("Name of the organisation"), lambda row: row.name, sort=Organisation.sort_key, indexed=True,
           link=lambda row: address(f"/admin/organisations/{row.id}/")),
    Column("type", lazy("Type"), lambda row: row.kind),
    Column("level", lazy("Level of government"), lambda row: row.level),
    Column("sector", lazy("Sector"), lambda row: row.sector),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("people", lazy("People"), lambda row: row.people),
    Column("added", lazy("Added on"), lambda row: row.created_at, sort=Organisation.id, indexed=True),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
)
FILTERS = (
    Filter("place", lazy("Place"), lambda value: in_tree_of(Organisation.place_id, value), named=_place_name),
    Filter("type", lazy("Type"), lambda value: Organisation.type == OrganisationType(value), lambda: _options(labels.ORGANISATION_TYPES)),
    Filter("level", lazy("Level of government"), lambda value: Organisation.government_level == GovernmentLevel(value),
           lambda: _options(labels.GOVERNMENT_LEVELS)),
    Filter("sector", lazy("Sector"), lambda value: Organisation.sector == Sector(value), lambda: _options(labels.SECTORS)),
)


def organisations_list(viewer: Viewer) -> Listing[OrganisationRow]:
    """Organisations in the trees that the viewer administers; those without a place are for who administers everywhere."""
    source = select(Organisation.id).where(Organisation.merged_into_id.is_(None))
    scope = in_trees(Organisation.place_id, viewer.paths(Role.ADMINISTRATOR))
    if scope is not None:
        source = source.where(scope)
    return Listing(
        name="organisations", title=_("Organisations"), source=source, key=Organisation.id, load=load, columns=COLUMNS, filters=FILTERS,
        search=found, sort="name",
    )
