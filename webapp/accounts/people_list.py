"""The list of people that an administrator looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select

from webapp.accounts import labels
from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_tree_of, in_trees, is_one_of, person_found, person_found_within
from webapp.accounts.models import Organisation, Person, PositionLevel, Role, RoleGrant, SignIn
from webapp.core import clock
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.places import queries as places
from webapp.places.models import Place

WITH, WITHOUT, DISABLED, WAITING = "with", "without", "disabled", "waiting"
SIGN_IN_STATES = {
    WITH: lazy("Can sign in"), WITHOUT: lazy("No sign-in"),
    DISABLED: lazy("Sign-in is disabled"), WAITING: lazy("Invited, no password yet"),
}
_BADGES = {WITH: "done", WITHOUT: None, DISABLED: "off", WAITING: "wait"}


@dataclass(frozen=True)
class PersonRow:
    """A person as the list shows them."""

    id: UUID
    name: str
    place: str
    organisation: str
    level: str
    email: str
    sign_in: str
    demo: bool
    created_at: datetime


def state_of(sign_in: SignIn | None) -> str:
    """One word for how a person stands with signing in."""
    return WITHOUT if sign_in is None else _state(sign_in.disabled_at, sign_in.verified_at)


def _state(disabled_at: datetime | None, verified_at: datetime | None) -> str:
    if disabled_at is not None:
        return DISABLED
    return WITH if verified_at is not None else WAITING


def load(keys: Sequence[UUID]) -> list[PersonRow]:
    """Rows of the list by id, in the order of the ids. Two queries."""
    statement = (
        select(
            Person.id, Person.name, Person.place_id, Person.position_level, Person.demo, Person.created_at,
            Organisation.name.label("office"), SignIn.id.label("sign_in_id"), SignIn.email, SignIn.disabled_at, SignIn.verified_at,
        )
        .outerjoin(Organisation, Organisation.id == Person.organisation_id).outerjoin(SignIn, SignIn.person_id == Person.id)
        .where(Person.id.in_(keys))
    )
    rows = {row.id: row for row in db.session.execute(statement)}
    names = places.full_names({row.place_id for row in rows.values() if row.place_id})
    levels = {level.value: str(text) for level, text in labels.POSITION_LEVELS.items()}
    return [
        PersonRow(
            id=row.id, name=row.name, place=names.get(row.place_id, ""), organisation=row.office or "",
            level=levels.get(row.position_level, ""),
            email=row.email or "", sign_in=_state(row.disabled_at, row.verified_at) if row.sign_in_id else WITHOUT, demo=row.demo,
            created_at=row.created_at,
        )
        for row in (rows[key] for key in keys)
    ]


def _sign_in(value: str) -> ColumnElement[bool]:
    theirs = exists().where(SignIn.person_id == Person.id)
    conditions: dict[str, ColumnElement[bool]] = {
        WITH: theirs.where(SignIn.disabled_at.is_(None), SignIn.verified_at.is_not(None)), WITHOUT: ~theirs,
        # By id: the index of disabled sign-ins is small, and most people are not in it.
        DISABLED: Person.id.in_(select(SignIn.person_id).where(SignIn.disabled_at.is_not(None))),
        WAITING: theirs.where(SignIn.disabled_at.is_(None), SignIn.verified_at.is_(None)),
    }
    return conditions[is_one_of(value, list(conditions))]


def _role(value: str) -> ColumnElement[bool]:
    in_force = or_(RoleGrant.until.is_(None), RoleGrant.until > clock.now())
    holders = select(RoleGrant.person_id).where(RoleGrant.role == Role(value), RoleGrant.revoked_at.is_(None), in_force)
    return Person.id.in_(holders)


def _demo(value: str) -> ColumnElement[bool]:
    return Person.demo.is_(is_one_of(value, ("yes", "no")) == "yes")


def _place_name(value: str) -> str:
    return places.full_names([UUID(value)]).get(UUID(value), value)


def _organisation_name(value: str) -> str:
    return db.session.scalar(select(Organisation.name).where(Organisation.id == UUID(value))) or value


FILTERS = (
    Filter("place", lazy("Place"), lambda value: in_tree_of(Person.place_id, value), named=_place_name),
    Filter("organisation", lazy("Organisation"), lambda value: Person.organisation_id == UUID(value), named=_organisation_name),
    Filter(
        "level", lazy("Position level"), lambda value: Person.position_level == PositionLevel(int(value)).value,
        lambda: [(str(level.value), str(text)) for level, text in labels.POSITION_LEVELS.items()],
    ),
    Filter("role", lazy("Role"), _role, lambda: [(role.value, str(text)) for role, text in labels.ROLES.items()]),
    Filter("sign-in", lazy("Signing in"), _sign_in, lambda: [(state, str(text)) for state, text in SIGN_IN_STATES.items()]),
    Filter("demo", lazy("Demo people"), _demo, lambda: [("yes", _("Demo people only")), ("no", _("Without demo people"))]),
)
COLUMNS: tuple[Column[PersonRow], ...] = (
    Column("name", lazy("Name"), lambda row: row.name, sort=Person.sort_key, indexed=True,
           link=lambda row: address(f"/admin/people/{row.id}/")),
    Column("organisation", lazy("Organisation"), lambda row: row.organisation),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("level", lazy("Position level"), lambda row: row.level, sort=func.coalesce(Person.position_level, 0)),
    Column("email", lazy("E-mail"), lambda row: row.email),
    Column("sign-in", lazy("Signing in"), lambda row: str(SIGN_IN_STATES[row.sign_in]), state=lambda row: _BADGES[row.sign_in]),
    Column("added", lazy("Added on"), lambda row: row.created_at, sort=Person.id, indexed=True),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
)


def people_list(viewer: Viewer) -> Listing[PersonRow]:
    """The people in the trees that the viewer administers. A page costs two queries, three where very many match, and two of `load`."""
    source = select(Person.id).where(Person.merged_into_id.is_(None), Person.erased_at.is_(None))
    scope = in_trees(Person.place_id, viewer.paths(Role.ADMINISTRATOR))
    if scope is not None:
        source = source.where(scope)
    search = person_found if scope is None else person_found_within
    return Listing(
        name="people", title=_("People"), source=source, key=Person.id, load=load, columns=COLUMNS, filters=FILTERS,
        search=search, search_within=person_found_within, narrowing=frozenset({"place", "organisation"}), sort="name",
    )


def lineage_of(value: str) -> list[Place]:
    """The place of the filter and all above it, from the top down; empty for what is no place. One query, none without a filter."""
    try:
        place_id = UUID(value)
    except ValueError:
        return []
    return places.lineages([place_id]).get(place_id, [])
