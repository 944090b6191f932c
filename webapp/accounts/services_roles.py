"""Granting and ending roles. Nothing here commits.

Lock order: who may take the last administrator away (here, and where people are disabled, merged or erased) first locks the
grants of all who administer everything, in the order of their ids, and changes other rows afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, or_, select, update

from webapp.accounts.errors import NoSuchGrant
from webapp.accounts.errors_roles import BeyondYourTree, EndsInThePast, LastAdministrator
from webapp.accounts.models import Person, Role, RoleGrant, SignIn
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.places.models import Place

Trees = Sequence[str] | None
"""Path prefixes that somebody administers, as `Viewer.paths(Role.ADMINISTRATOR)` gives them; None is everywhere."""


def covers(trees: Trees, place: Place | None) -> bool:
    """Whether a place lies in the trees; a role without a place holds everywhere, so only who holds everywhere covers it."""
    if trees is None:
        return True
    return place is not None and any(place.path.startswith(path) for path in trees)


def grant_role(
    *, person: Person, role: Role, now: datetime, actor_id: UUID | None, place: Place | None = None, reason: str = "",
    until: datetime | None = None, trees: Trees = None,
) -> RoleGrant:
    """Grant a role for a place and the tree below it; without a place everywhere. Audited.

    Granting what the person holds already returns that grant. `actor_id` is None only for the command line. `trees`: what the
    actor administers; every role may be granted inside, none outside. Raises `BeyondYourTree`, `EndsInThePast`.
    """
    if not covers(trees, place):
        raise BeyondYourTree
    if until is not None and until <= now:
        raise EndsInThePast
    place_id = place.id if place else None
    held = db.session.scalars(
        select(RoleGrant).where(
            RoleGrant.person_id == person.id, RoleGrant.role == role, RoleGrant.revoked_at.is_(None),
            RoleGrant.place_id.is_(None) if place_id is None else RoleGrant.place_id == place_id,
            RoleGrant.until.is_(None) if until is None else RoleGrant.until == until,
        )
    ).first()
    if held is not None:
        return held
    grant = RoleGrant(
        id=new_id(), person_id=person.id, role=role, place_id=place_id, granted_by_id=actor_id, reason=reason, granted_at=now, until=until,
    )
    db.session.add(grant)
    db.session.flush()
    record(
        actor_id=actor_id, action="role.granted", subject=("person", person.id), after=_audited(grant), now=now,
        place_id=place_id,
    )
    return grant


def revoke_role(*, grant: RoleGrant, now: datetime, actor_id: UUID | None, reason: str = "", trees: Trees = None) -> None:
    """End a role. Audited. Raises `NoSuchGrant` if it ended before, `BeyondYourTree`, `LastAdministrator`.

    Of two who end the same role at once, one is too late; of two who end the last two administrators, one is refused.
    """
    if not covers(trees, grant.place):
        raise BeyondYourTree
    if grant.role is Role.ADMINISTRATOR and grant.place_id is None:
        keep_an_administrator(grant_id=grant.id, now=now)
    ended = db.session.execute(
        update(RoleGrant).where(RoleGrant.id == grant.id, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=now, revoke_reason=reason or None).returning(RoleGrant.id)
    ).first()
    if ended is None:
        raise NoSuchGrant
    db.session.refresh(grant)
    record(
        actor_id=actor_id, action="role.revoked", subject=("person", grant.person_id), before=_audited(grant),
        after={"grant_end": str(grant.id)} if reason else None, now=now, place_id=grant.place_id,
    )


def keep_an_administrator(
    *, now: datetime, person_id: UUID | None = None, grant_id: UUID | None = None, person_ids: Collection[UUID] = (),
) -> None:
    """Refuse what would leave nobody who administers everything, can sign in, and has no end date. Raises `LastAdministrator`.

    Call it before people are disabled or erased (`person_id`, `person_ids`), or a grant ends (`grant_id`). Two statements: the
    first waits for everybody who is doing the same, the second sees what they did.
    """
    holders, going = _administrators(now), {person_id, *person_ids}
    left = [each for each in holders if each.person_id not in going and grant_id != each.id]
    if holders and not left:
        raise LastAdministrator


@contextmanager
def keeping_an_administrator(now: datetime) -> Iterator[None]:
    """The same for what moves roles and sign-ins about: whoever is left is looked for when it is done. Raises `LastAdministrator`.

    Four statements; the caller's unit of work takes everything back.
    """
    before = _administrators(now)
    yield
    if before and not _administrators(now):
        raise LastAdministrator


def _administrators(now: datetime) -> Sequence[Row[UUID, UUID]]:
    """Grants of those who administer everything, can sign in and have no end date; all grants of that kind are locked."""
    of_all = (RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.place_id.is_(None), RoleGrant.revoked_at.is_(None))
    db.session.execute(select(RoleGrant.id).where(*of_all).order_by(RoleGrant.id).with_for_update()).all()
    return db.session.execute(
        select(RoleGrant.id, RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            *of_all, RoleGrant.until.is_(None), or_(SignIn.disabled_at.is_(None), SignIn.disabled_at > now),
            Person.erased_at.is_(None), Person.merged_into_id.is_(None),
        )
    ).all()


def _audited(grant: RoleGrant) -> dict[str, str | None]:
    return {
        # The reason is text, in which somebody may be named: it stands in the grant's own row, which an erasure empties.
        "role": grant.role.value, "place_id": str(grant.place_id) if grant.place_id else None, "grant": str(grant.id),
        "until": grant.until.isoformat() if grant.until else None,
    }
