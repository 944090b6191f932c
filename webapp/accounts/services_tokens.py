"""Making, revoking and reading personal access tokens. Nothing here commits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, or_, select, update

from webapp.accounts import tokens
from webapp.accounts.current import Viewer
from webapp.accounts.errors_tokens import OwnerWithoutRole, TokenInvalid, TokenOutside, TooManyTokens
from webapp.accounts.models import Person, Role, SignIn
from webapp.accounts.models_signing import SecondFactor
from webapp.accounts.models_tokens import AccessToken
from webapp.accounts.queries import Grant, grants_in_force
from webapp.accounts.required import roles_that_require
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.places.models import Place

PREFIX = "lgt_"
MOST = 20
LONGEST_DAYS = 366


class Scope(StrEnum):
    """What a token may be made for. Reading is for programme staff and administrators, writing for administrators."""

    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    ORGANISATIONS_READ = "organisations:read"
    ORGANISATIONS_WRITE = "organisations:write"
    PLACES_READ = "places:read"
    ENROLMENTS_READ = "enrolments:read"
    RESULTS_READ = "results:read"
    CERTIFICATES_READ = "certificates:read"
    STATISTICS_READ = "statistics:read"

    @property
    def writes(self) -> bool:
        """Whether it allows to change something."""
        return self.value.endswith(":write")

    @property
    def roles(self) -> frozenset[Role]:
        """Roles from which a token takes this power."""
        return frozenset({Role.ADMINISTRATOR}) if self.writes else frozenset({Role.ADMINISTRATOR, Role.STAFF})


Trees = tuple[str, ...] | None
"""Path prefixes; None is everywhere, empty is nowhere."""


def narrowed(wide: Trees, narrow: Trees) -> Trees:
    """The trees that lie in both. `None` is everywhere."""
    if wide is None or narrow is None:
        return narrow if wide is None else wide
    both = {one for one in wide if one.startswith(narrow)} | {one for one in narrow if one.startswith(wide)}
    return tuple(sorted(each for each in both if not any(each != other and each.startswith(other) for other in both)))


@dataclass(frozen=True)
class Holder:
    """Whoever sent a token that works: its owner, and what owner and token allow together at this moment."""

    token_id: UUID
    person_id: UUID
    scopes: frozenset[str]
    expires_at: datetime
    last_used_on: date | None
    grants: tuple[Grant, ...]
    own_trees: Trees

    def trees(self, scope: Scope) -> Trees:
        """Where the token may do what the scope says: the trees of the owner's roles, inside the token's place."""
        held = [grant for grant in self.grants if grant.role in scope.roles]
        wide = None if any(grant.everywhere for grant in held) else tuple(grant.path for grant in held if grant.path is not None)
        return narrowed(wide, self.own_trees)

    def covers(self, scope: Scope, path: str | None) -> bool:
        """Whether something with this path lies where the scope holds; what has no place is for who reaches everywhere."""
        trees = self.trees(scope)
        return trees is None or (path is not None and path.startswith(trees))

    def check(self, scope: Scope) -> None:
        """Raise `OwnerWithoutRole` if the owner's roles give no power for the scope."""
        if not any(grant.role in scope.roles for grant in self.grants):
            raise OwnerWithoutRole


def make(
    *, viewer: Viewer, name: str, scopes: Sequence[Scope], place: Place | None, expires_at: datetime, now: datetime,
) -> tuple[AccessToken, str]:
    """Make a token; the row and the text that nobody will see again. Audited. Raises `TooManyTokens`, `TokenOutside`."""
    if len([each for each in of(viewer.sign_in_id) if works(each, now)]) >= MOST:
        raise TooManyTokens(MOST)
    held = [role for role in (Role.STAFF, Role.ADMINISTRATOR) if viewer.has_role(role, place)]
    if not held or not scopes or not all(each.roles & set(held) for each in scopes):
        raise TokenOutside
    text = PREFIX + secrets.token_urlsafe(32)
    row = AccessToken(
        id=new_id(), sign_in_id=viewer.sign_in_id, name=name, token_hash=tokens.hash_of(text), scopes=sorted(scopes),
        place_id=place.id if place else None, created_at=now, expires_at=min(expires_at, now + timedelta(days=LONGEST_DAYS)),
    )
    db.session.add(row)
    db.session.flush()
    record(
        actor_id=viewer.person_id, action="token.made", subject=("token", row.id), now=now, place_id=row.place_id,
        after={"scopes": row.scopes, "place_id": row.place_id, "until": row.expires_at},
    )
    return row, text


def of(sign_in_id: UUID) -> list[AccessToken]:
    """The tokens of a sign-in, the newest first. One query."""
    return list(db.session.scalars(select(AccessToken).where(AccessToken.sign_in_id == sign_in_id).order_by(AccessToken.id.desc())))


def works(row: AccessToken, now: datetime) -> bool:
    """Whether a token is neither revoked nor expired."""
    return row.revoked_at is None and now < row.expires_at


def revoke(*, viewer: Viewer, token_id: UUID, now: datetime) -> bool:
    """Revoke one's own token; whether there was one that was not revoked before. Audited."""
    statement = update(AccessToken).where(
        AccessToken.id == token_id, AccessToken.sign_in_id == viewer.sign_in_id, AccessToken.revoked_at.is_(None)
    ).values(revoked_at=now).returning(AccessToken.place_id)
    found = db.session.execute(statement).first()
    if found is None:
        return False
    record(actor_id=viewer.person_id, action="token.revoked", subject=("token", token_id), now=now, place_id=found.place_id)
    return True


def holder(text: str, now: datetime) -> Holder:
    """Who sent this token. Raises `TokenInvalid`, `OwnerWithoutRole`. Three queries at most."""
    with_factor = exists().where(SecondFactor.sign_in_id == SignIn.id, SecondFactor.confirmed_at.is_not(None))
    row = db.session.execute(
        select(AccessToken, SignIn.person_id, with_factor.label("with_factor"))
        .join(SignIn, SignIn.id == AccessToken.sign_in_id).join(Person, Person.id == SignIn.person_id)
        .where(
            AccessToken.token_hash == tokens.hash_of(text), AccessToken.revoked_at.is_(None), AccessToken.expires_at > now,
            or_(SignIn.disabled_at.is_(None), SignIn.disabled_at > now), Person.erased_at.is_(None), Person.merged_into_id.is_(None),
        )
    ).first()
    if row is None:
        raise TokenInvalid
    token, grants = row[0], grants_in_force(row.person_id, now)
    if not row.with_factor and any(grant.role in roles_that_require() for grant in grants):
        raise OwnerWithoutRole
    return Holder(
        token_id=token.id, person_id=row.person_id, scopes=frozenset(token.scopes), expires_at=token.expires_at,
        last_used_on=token.last_used_on, grants=grants, own_trees=_trees(token.place_id),
    )


def _trees(place_id: UUID | None) -> Trees:
    """The tree of a place, and those of its successors if it closed. One query."""
    if place_id is None:
        return None
    held = select(Place.id, Place.path, Place.successor_id).where(Place.id == place_id).cte("held", recursive=True)
    followed = held.union(select(Place.id, Place.path, Place.successor_id).join(held, Place.id == held.c.successor_id))
    return tuple(sorted(db.session.scalars(select(followed.c.path))))


def note_use(*, token_id: UUID, today: date) -> None:
    """Keep the day of the last use. One statement."""
    db.session.execute(update(AccessToken).where(AccessToken.id == token_id).values(last_used_on=today))
