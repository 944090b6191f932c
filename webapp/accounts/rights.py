"""What roles allow, in one table: the pages that explain it and the tests of the access functions read the same rows.

Roles add up: somebody may do whatever any of their roles allows, for the places of that role and below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from webapp.accounts.models import Person, Role, RoleGrant
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places import queries as places


@dataclass(frozen=True)
class Right:
    """Something that roles allow.

    `predicates` are the access functions that ask for it, by name; `everywhere`: only for who holds the role without a place.
    `sentences` says it, given the name of the place; None where the pages that need it are not there yet.
    """

    key: str
    roles: frozenset[Role]
    predicates: tuple[str, ...]
    sentences: Callable[[str], Sequence[str]]
    everywhere: bool = False


def _statistics(place: str) -> Sequence[str]:
    return [_("may see the statistics of %(place)s, and save them as files", place=place)]


def _teaching(_place: str) -> Sequence[str]:
    return [_("may open the guides, slides and hand-outs for trainers of every course")]


def _sheets(place: str) -> Sequence[str]:
    return [
        _("may read the sheets that people of %(place)s have handed in, give feedback, accept and return them", place=place),
        _("may run surveys of people of %(place)s and see the results", place=place),
    ]


def _trainings(place: str) -> Sequence[str]:
    return [_("may plan and run trainings for %(place)s, and see all that is recorded of them", place=place)]


def _oversight(place: str) -> Sequence[str]:
    return [_("may look over all trainings and trainers of %(place)s, and review reports", place=place)]


def _library(_place: str) -> Sequence[str]:
    return [_("may look through every questionnaire, print it, save its file and begin a sheet of it")]


def _writing(_place: str) -> Sequence[str]:
    return [_("may write questionnaires and publish them for everybody")]


def _interface(place: str) -> Sequence[str]:
    return [_("may make access tokens, by which programs read people, courses and certificates of %(place)s", place=place)]


def _administration(place: str) -> Sequence[str]:
    return [
        _("may see, add, change, merge and disable people of %(place)s, and import them from files", place=place),
        _("may help people of %(place)s to sign in: mail a link, end their sessions", place=place),
        _("may change and merge organisations of %(place)s", place=place),
        _("may rename, merge, split, move and close %(place)s", place=place),
        _("may grant and end roles for %(place)s, up to administrator", place=place),
        _("may read and save the audit trail of %(place)s", place=place),
    ]


def _programme(_place: str) -> Sequence[str]:
    return [
        _("may look after what belongs to no place: people without a place, courses, outgoing mail, jobs, settings"),
        _("may grant every role everywhere"),
    ]


RIGHTS = (
    Right("sheets", frozenset({Role.TRAINER, Role.STAFF, Role.ADMINISTRATOR}), ("guide",), _sheets),
    Right("trainings", frozenset({Role.TRAINER, Role.STAFF, Role.ADMINISTRATOR}), ("run_trainings",), _trainings),
    Right("oversight", frozenset({Role.STAFF, Role.ADMINISTRATOR}), ("oversee_trainings",), _oversight),
    Right("library", frozenset({Role.TRAINER, Role.AUTHOR, Role.STAFF, Role.ADMINISTRATOR}), ("use_library",), _library),
    Right("questionnaires", frozenset({Role.AUTHOR, Role.ADMINISTRATOR}), ("author",), _writing),
    Right("statistics", frozenset({Role.STAFF, Role.ADMINISTRATOR}), ("see_statistics",), _statistics),
    Right("interface", frozenset({Role.STAFF, Role.ADMINISTRATOR}), ("use_interface",), _interface),
    Right("teaching", frozenset({Role.TRAINER, Role.AUTHOR, Role.STAFF, Role.ADMINISTRATOR}), ("teach",), _teaching),
    Right("administration", frozenset({Role.ADMINISTRATOR}), ("administer",), _administration),
    Right("programme", frozenset({Role.ADMINISTRATOR}), ("administer_everywhere",), _programme, everywhere=True),
)


def allows(role: Role, right: Right, *, everywhere: bool) -> bool:
    """Whether a role allows something; `everywhere`: it was granted without a place."""
    return role in right.roles and (everywhere or not right.everywhere)


def sentences(role: Role, place: str | None) -> list[str]:
    """What a role for a place (its name; None is everywhere) allows, in words of the reader's language."""
    named = place or _("all places")
    said = [
        sentence for right in RIGHTS if allows(role, right, everywhere=place is None) for sentence in right.sentences(named)
    ]
    return said or [_("This role opens no page of its own yet.")]


@dataclass(frozen=True)
class HeldRole:
    """A role in force, for a page: where it holds (None is everywhere), what it allows, who granted it and why.

    `successor` is the place that took over from a place that closed.
    """

    grant_id: UUID
    role: Role
    place: str | None
    path: str | None
    successor: str | None
    sentences: Sequence[str]
    granted_at: datetime
    last_day: date | None
    reason: str
    granted_by: str | None


def last_day(until: datetime | None) -> date | None:
    """The last day of a role that ends at a moment, in the programme's zone."""
    return (until - timedelta(seconds=1)).astimezone(settings().programme_zone).date() if until else None


def effective(person_id: UUID, now: datetime) -> list[HeldRole]:
    """Roles in force of a person, widest first, each in words. Two queries; one more for each place that closed."""
    giver = Person.__table__.alias("giver")
    rows = db.session.execute(
        select(RoleGrant, giver.c.name)
        .outerjoin(giver, giver.c.id == RoleGrant.granted_by_id)
        .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None), or_(RoleGrant.until.is_(None), RoleGrant.until > now))
    ).all()
    heirs = {grant.id: places.heir(grant.place) for grant, _name in rows if grant.place is not None}
    names = places.full_names({grant.place_id for grant, _name in rows if grant.place_id} | {heir.id for heir in heirs.values()})
    held = []
    for grant, name in rows:
        heir = heirs.get(grant.id)
        followed = heir is not None and heir.id != grant.place_id
        here = names[grant.place_id] if grant.place_id else None
        held.append(HeldRole(
            grant_id=grant.id, role=grant.role, place=here, path=grant.place.path if grant.place else None,
            successor=names[heir.id] if heir is not None and followed else None,
            sentences=sentences(grant.role, names[heir.id] if heir is not None and followed else here),
            granted_at=grant.granted_at, last_day=last_day(grant.until), reason=grant.reason, granted_by=name,
        ))
    return sorted(held, key=lambda each: (each.path or "", each.role.value))
