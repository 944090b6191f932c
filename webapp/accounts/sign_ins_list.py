"""The list of sign-ins that an administrator looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select

from webapp.accounts import rules
from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_trees, is_one_of, person_found
from webapp.accounts.models import Person, Role, Session, SignIn
from webapp.accounts.people_list import DISABLED, SIGN_IN_STATES, WAITING, WITH, state_of
from webapp.core import clock
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address

_BADGES = {WITH: "done", DISABLED: "off", WAITING: "wait"}


@dataclass(frozen=True)
class SignInRow:
    """A sign-in as the list shows it."""

    id: UUID
    person_id: UUID
    name: str
    email: str
    state: str
    browsers: int
    last_at: datetime | None
    created_at: datetime


def load(keys: Sequence[UUID]) -> list[SignInRow]:
    """Rows of the list by id, in the order of the ids. One query."""
    now = clock.now()
    theirs = Session.sign_in_id == SignIn.id
    last = select(func.max(Session.created_at)).where(theirs).scalar_subquery()
    alive = (theirs, Session.ended_at.is_(None), Session.expires_at > now)
    browsers = select(func.count()).select_from(Session).where(*alive).scalar_subquery()
    rows = db.session.execute(select(SignIn, browsers, last).where(SignIn.id.in_(keys)))
    found = {row.id: (row, count, at) for row, count, at in rows}
    return [
        SignInRow(
            id=row.id, person_id=row.person_id, name=row.person.name, email=row.name, state=state_of(row), browsers=count, last_at=at,
            created_at=row.created_at,
        )
        for row, count, at in (found[key] for key in keys)
    ]


def _state(value: str) -> ColumnElement[bool]:
    enabled = SignIn.disabled_at.is_(None)
    conditions = {
        WITH: and_(enabled, SignIn.verified_at.is_not(None)), WAITING: and_(enabled, SignIn.verified_at.is_(None)),
        DISABLED: SignIn.disabled_at.is_not(None),
    }
    return conditions[is_one_of(value, list(conditions))]


def _open(value: str) -> ColumnElement[bool]:
    alive = exists().where(Session.sign_in_id == SignIn.id, Session.ended_at.is_(None), Session.expires_at > clock.now())
    return alive if is_one_of(value, ("yes", "no")) == "yes" else ~alive


def _found(text: str) -> ColumnElement[bool] | None:
    # The beginning of an address stands in this very table.
    if "@" in text or (text.isascii() and "." in text):
        return SignIn.email_key.startswith(rules.email_key(text), autoescape=True)
    condition = person_found(text)
    return None if condition is None else SignIn.person_id.in_(select(Person.id).where(condition))


COLUMNS: tuple[Column[SignInRow], ...] = (
    Column("email", lazy("E-mail"), lambda row: row.email, sort=SignIn.email_key,
           link=lambda row: address(f"/admin/people/{row.person_id}/")),
    Column("name", lazy("Name"), lambda row: row.name),
    Column("state", lazy("State"), lambda row: str(SIGN_IN_STATES[row.state]), state=lambda row: _BADGES[row.state]),
    Column("browsers", lazy("Browsers signed in"), lambda row: row.browsers),
    Column("last", lazy("Last signed in"), lambda row: row.last_at),
    Column("added", lazy("Added on"), lambda row: row.created_at, sort=SignIn.id, indexed=True),
)
FILTERS = (
    Filter("state", lazy("State"), _state, lambda: [(each, str(SIGN_IN_STATES[each])) for each in (WITH, WAITING, DISABLED)]),
    Filter("open", lazy("Signed in now"), _open, lambda: [("yes", _("In at least one browser")), ("no", _("Nowhere"))]),
)


def sign_ins_list(viewer: Viewer) -> Listing[SignInRow]:
    """Sign-ins of the people in the trees that the viewer administers."""
    people = select(Person.id).where(Person.merged_into_id.is_(None), Person.erased_at.is_(None))
    scope = in_trees(Person.place_id, viewer.paths(Role.ADMINISTRATOR))
    source = select(SignIn.id) if scope is None else select(SignIn.id).where(SignIn.person_id.in_(people.where(scope)))
    return Listing(
        name="sign-ins", title=_("Sign-ins"), source=source, key=SignIn.id, load=load, columns=COLUMNS, filters=FILTERS, search=_found,
        sort="added", descending=True,
    )
