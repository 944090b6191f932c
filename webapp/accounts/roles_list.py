"""The list of roles that an administrator looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from webapp.accounts import labels
from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_tree_of, in_trees, is_one_of, person_found
from webapp.accounts.models import Person, Role, RoleGrant
from webapp.accounts.rights import last_day
from webapp.core import clock
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.places import queries as places

IN_FORCE, ENDING, OVER = "in-force", "ending", "over"
STATES = {IN_FORCE: lazy("In force"), ENDING: lazy("Ends within 30 days"), OVER: lazy("Ended")}
_BADGES = {IN_FORCE: "done", ENDING: "wait", OVER: "off"}
SOON = timedelta(days=30)


@dataclass(frozen=True)
class GrantRow:
    """A role as the list shows it."""

    id: UUID
    person_id: UUID
    name: str
    role: Role
    place: str
    state: str
    granted_at: datetime
    granted_by: str
    reason: str
    last_day: date | None
    ended_at: datetime | None
    end_reason: str


def state_of(grant: RoleGrant, now: datetime) -> str:
    """Whether a role is in force, ends soon, or is over."""
    if grant.revoked_at is not None or (grant.until is not None and grant.until <= now):
        return OVER
    return ENDING if grant.until is not None and grant.until <= now + SOON else IN_FORCE


def load(keys: Sequence[UUID]) -> list[GrantRow]:
    """Rows of the list by id, in the order of the ids. Two queries."""
    now, giver = clock.now(), Person.__table__.alias("giver")
    statement = (
        select(RoleGrant, Person.name, giver.c.name).join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(giver, giver.c.id == RoleGrant.granted_by_id).where(RoleGrant.id.in_(keys))
    )
    found = {grant.id: (grant, name, by) for grant, name, by in db.session.execute(statement)}
    names = places.full_names({grant.place_id for grant, _name, _by in found.values() if grant.place_id})
    return [_row(*found[key], names, now) for key in keys]


def _row(grant: RoleGrant, name: str, by: str | None, names: dict[UUID, str], now: datetime) -> GrantRow:
    return GrantRow(
        id=grant.id, person_id=grant.person_id, name=name, role=grant.role,
        place=names.get(grant.place_id, "") if grant.place_id else _("All places"), state=state_of(grant, now),
        granted_at=grant.granted_at, granted_by=by or "", reason=grant.reason, last_day=last_day(grant.until),
        ended_at=grant.revoked_at, end_reason=grant.revoke_reason or "",
    )


def _state(value: str) -> ColumnElement[bool]:
    now = clock.now()
    over = or_(RoleGrant.revoked_at.is_not(None), and_(RoleGrant.until.is_not(None), RoleGrant.until <= now))
    conditions: dict[str, ColumnElement[bool]] = {
        IN_FORCE: ~over, OVER: over, ENDING: and_(RoleGrant.revoked_at.is_(None), RoleGrant.until > now, RoleGrant.until <= now + SOON),
    }
    return conditions[is_one_of(value, list(conditions))]


FILTERS = (
    Filter(
        "role", lazy("Role"), lambda value: RoleGrant.role == Role(value),
        lambda: [(role.value, str(text)) for role, text in labels.ROLES.items()],
    ),
    Filter("state", lazy("State"), _state, lambda: [(state, str(text)) for state, text in STATES.items()]),
    Filter(
        "place", lazy("Place"), lambda value: in_tree_of(RoleGrant.place_id, value),
        named=lambda value: places.full_names([UUID(value)]).get(UUID(value), value),
    ),
    Filter("person", lazy("Person"), lambda value: RoleGrant.person_id == UUID(value)),
)
COLUMNS: tuple[Column[GrantRow], ...] = (
    Column(
        "name", lazy("Name"), lambda row: row.name, sort=Person.sort_key, link=lambda row: address(f"/admin/people/{row.person_id}/rights"),
    ),
    Column("role", lazy("Role"), lambda row: str(labels.ROLES[row.role]), sort=RoleGrant.role),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("state", lazy("State"), lambda row: str(STATES[row.state]), state=lambda row: _BADGES[row.state]),
    Column("granted", lazy("Granted on"), lambda row: row.granted_at, sort=RoleGrant.id, indexed=True),
    Column("by", lazy("Granted by"), lambda row: row.granted_by),
    Column("reason", lazy("Reason"), lambda row: row.reason),
    Column("until", lazy("Last day"), lambda row: row.last_day),
    Column("ended", lazy("Ended on"), lambda row: row.ended_at, on_screen=False),
    Column("end-reason", lazy("Why it ended"), lambda row: row.end_reason, on_screen=False),
)


def roles_list(viewer: Viewer) -> Listing[GrantRow]:
    """The roles granted in the trees that the viewer administers, newest first. A page costs two queries and two of `load`."""
    source = select(RoleGrant.id).join(Person, Person.id == RoleGrant.person_id).where(Person.erased_at.is_(None))
    scope = in_trees(RoleGrant.place_id, viewer.paths(Role.ADMINISTRATOR))
    if scope is not None:
        source = source.where(scope)
    return Listing(
        name="roles", title=_("Roles"), source=source, key=RoleGrant.id, load=load, columns=COLUMNS, filters=FILTERS, search=person_found,
        sort="granted", descending=True,
    )


def people_to_choose(viewer: Viewer, text: str, limit: int = 20) -> list[tuple[Person, str]]:
    """People in the viewer's trees whom a search finds, with the full name of their place. Two queries, none for no text."""
    found = person_found(text)
    if found is None:
        return []
    statement = select(Person).where(Person.erased_at.is_(None), Person.merged_into_id.is_(None), found)
    scope = in_trees(Person.place_id, viewer.paths(Role.ADMINISTRATOR))
    if scope is not None:
        statement = statement.where(scope)
    people = list(db.session.scalars(statement.order_by(Person.sort_key, Person.id).limit(limit)))
    names = places.full_names({person.place_id for person in people if person.place_id})
    return [(person, names.get(person.place_id, "") if person.place_id else "") for person in people]
