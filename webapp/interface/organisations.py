"""Organisations in the programme interface: read, add, change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, Select, false, select

from webapp.accounts import rules, services_organisations
from webapp.accounts.finding import named
from webapp.accounts.forms import REASONS
from webapp.accounts.models import GovernmentLevel, Organisation, OrganisationType, Sector
from webapp.accounts.services_tokens import Holder, Scope, Trees
from webapp.core import clock
from webapp.core.database import db
from webapp.core.forms import REQUIRED
from webapp.interface.fields import Id, Moment, PageQuery, Sent, Shown
from webapp.interface.nouns import Noun, set_ones, within
from webapp.interface.people import ABSENT, Text, allowed_place, tree_condition
from webapp.interface.refusals import refusal, refused_value

Called = Annotated[str, StringConstraints(min_length=1, max_length=rules.ORGANISATION_LONGEST)]


class OrganisationShown(Shown):
    """Where people work. `government_level` and `sector` are for governments only."""

    id: Id
    name: str
    type: OrganisationType
    government_level: GovernmentLevel | None
    sector: Sector | None
    place_id: Id | None
    created_at: Moment


class OrganisationQuery(PageQuery):
    """Filters of organisations."""

    q: Text | None = Field(default=None, description="Name, also by sound.")
    place: Id | None = Field(default=None, description="A place; the tree below it is included.")
    type: Annotated[OrganisationType, Field(strict=False)] | None = None
    sector: Annotated[Sector, Field(strict=False)] | None = None


class NewOrganisation(Sent):
    """An organisation to add."""

    name: Called
    type: Annotated[OrganisationType, Field(strict=False)]
    government_level: Annotated[GovernmentLevel, Field(strict=False)] | None = None
    sector: Annotated[Sector, Field(strict=False)] | None = None
    place_id: Id | None = None


class OrganisationChange(Sent):
    """What changes; what is left out stays. A former name stays one by which the organisation is found."""

    name: Called = ABSENT
    type: Annotated[OrganisationType, Field(strict=False)] = ABSENT
    government_level: Annotated[GovernmentLevel, Field(strict=False)] | None = None
    sector: Annotated[Sector, Field(strict=False)] | None = None
    place_id: Id | None = None


def _source(trees: Trees) -> Select[Any]:
    return within(select(Organisation.id).where(Organisation.merged_into_id.is_(None)), Organisation.place_id, trees)


def _where(query: OrganisationQuery) -> list[ColumnElement[bool]]:
    found = set_ones((Organisation.type, query.type), (Organisation.sector, query.sector))
    if query.place:
        found.append(tree_condition(Organisation.place_id, query.place))
    if query.q:
        by_name = named(Organisation.search, query.q)
        found.append(false() if by_name is None else by_name)
    return found


def _load(ids: Sequence[UUID]) -> list[OrganisationShown]:
    statement = select(Organisation).where(Organisation.id.in_(ids)).execution_options(populate_existing=True)
    rows = {row.id: row for row in db.session.scalars(statement)}
    return [
        OrganisationShown(
            id=row.id, name=row.name, type=row.type, government_level=row.government_level, sector=row.sector, place_id=row.place_id,
            created_at=row.created_at,
        )
        for row in (rows[each] for each in ids)
    ]


def create(holder: Holder, body: NewOrganisation) -> UUID:
    """Add an organisation inside the holder's tree; the id. Raises `Problem`, `NameTaken`."""
    place = allowed_place(holder, Scope.ORGANISATIONS_WRITE, body.place_id)
    with refused_value("/name", REASONS["organisation"]):
        return services_organisations.create(
            name=_called(body.name), type=body.type, government_level=body.government_level, sector=body.sector,
            place_id=place.id if place else None, now=clock.now(), actor_id=holder.person_id,
        ).id


def change(holder: Holder, organisation_id: UUID, body: OrganisationChange) -> None:
    """Change an organisation, whose row is locked and lies in the holder's tree. Raises `Problem`, `NameTaken`."""
    row, given = db.session.get_one(Organisation, organisation_id), body.model_fields_set
    if not given:
        return
    if "place_id" in given and body.place_id != row.place_id:
        allowed_place(holder, Scope.ORGANISATIONS_WRITE, body.place_id)
    with refused_value("/name", REASONS["organisation"]):
        services_organisations.edit(
            organisation=row, name=_called(body.name) if "name" in given else row.name, type=body.type if "type" in given else row.type,
            government_level=body.government_level if "government_level" in given else row.government_level,
            sector=body.sector if "sector" in given else row.sector, place_id=body.place_id if "place_id" in given else row.place_id,
            now=clock.now(), actor_id=holder.person_id,
        )


def _called(name: str) -> str:
    if not rules.organisation_of(name):
        raise refusal("/name", "empty", str(REQUIRED))
    return name


ORGANISATIONS = Noun(
    "organisations", Scope.ORGANISATIONS_READ, Organisation.id, OrganisationQuery, OrganisationShown, _source, _where, _load,
)
