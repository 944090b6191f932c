"""What an operation would do, before it is done: the same checks, and the places concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places import queries
from webapp.places.history import current_spells
from webapp.places.models import Place
from webapp.places.requests import Merge, Move, NewPlace, Rename, Request, Split, subjects, target
from webapp.places.rules import (
    CODE,
    CodeTaken,
    HasPlacesBelow,
    NotMergeable,
    NotMovable,
    PlaceError,
    PlaceIsClosed,
    Scheme,
    TooEarly,
    full_name,
)

MOST_PARTS = 20
MOST_MERGED = 50


class NoSuchPlace(PlaceError):
    """A place of the request is not there."""

    def __init__(self) -> None:
        super().__init__(_("One of the places is not there any more."))


class NotSplittable(PlaceError):
    """The parts of a split are not what they must be; the sentence says why."""


class NothingChanges(PlaceError):
    """The request leaves everything as it is."""

    def __init__(self) -> None:
        super().__init__(_("Nothing would change."))


@dataclass(frozen=True)
class Plan:
    """What is known of a request that may be carried out.

    `below` are the open places below the subjects, `renamed_below` whether their full names change, `moved` those whose
    path changes with old and new path, `lines` lineages of subjects and target.
    """

    request: Request
    day: date
    places: tuple[Place, ...]
    target: Place | None
    lines: Mapping[UUID, Sequence[Place]]
    below: tuple[Place, ...]
    moved: tuple[tuple[Place, str, str], ...]

    @property
    def closes(self) -> tuple[Place, ...]:
        """The places that close."""
        return () if isinstance(self.request, Rename | Move) else self.places

    @property
    def has_heir(self) -> bool:
        """Whether a place stands for those that close."""
        return isinstance(self.request, Merge | Split)

    def full_name(self, place: Place, language: str) -> str:
        """The full name of a subject or of the target as it is now."""
        return full_name(self.lines[place.id], language)


def plan(request: Request, day: date) -> Plan:
    """Check a request against the tree as it is. Raises a `PlaceError` that names what is wrong. At most six queries."""
    goal_id = target(request)
    wanted = {*subjects(request), *([goal_id] if goal_id else [])}
    found = queries.many(wanted)
    if wanted - set(found):
        raise NoSuchPlace
    places = tuple(found[place_id] for place_id in dict.fromkeys(subjects(request)))
    goal = found[goal_id] if goal_id else None
    country = places[0].country
    if any(place.country != country for place in places):
        raise NotMergeable(places[0].name(), goal.name() if goal else "")
    below = tuple(queries.below_all(places))
    scheme = queries.find_country(country).scheme
    _check_days(places, below if isinstance(request, Move | Merge | Split) else (), day, closing=not isinstance(request, Rename | Move))
    _check(request, places, goal, below, scheme)
    lines = queries.lineages({place.id for place in places} | ({goal.id} if goal else set()))
    return Plan(request, day, places, goal, lines, below, tuple(_moved(request, places, goal, below)))


def _check_days(places: Sequence[Place], below: Sequence[Place], day: date, *, closing: bool) -> None:
    """Every place is open and its present state began by that day; one that closes must have been for a day at least."""
    spells = current_spells(place.id for place in (*places, *below))
    for place in (*places, *below):
        if place.closed_on is not None or place.id not in spells:
            raise PlaceIsClosed(place.name())
        since = spells[place.id].valid_from
        if day < since or (closing and place in places and day == since):
            raise TooEarly(place.name(), since)


def _check(request: Request, places: Sequence[Place], goal: Place | None, below: Sequence[Place], scheme: Scheme) -> None:
    match request:
        case Rename():
            place = places[0]
            if (request.names, request.short_names, request.reading) == (place.names, place.short_names, place.reading):
                raise NothingChanges
        case Merge():
            assert goal is not None
            for place in places:
                if place.contains(goal) or goal.closed_on is not None or place.country != goal.country:
                    raise NotMergeable(place.name(), goal.name())
            _check_children(places, goal.kind, goal.name(), below, scheme)
        case Split():
            _check_parts(request.parts, request.heir, places[0], below, scheme)
        case Move():
            _check_move(request, places[0], goal, scheme)
        case _:
            if below:
                raise HasPlacesBelow(places[0].name())


def _check_children(places: Sequence[Place], kind: str, name: str, below: Sequence[Place], scheme: Scheme) -> None:
    closing = {place.id for place in places}
    for child in below:
        if child.parent_id in closing and child.id not in closing and not scheme.may_hold(kind, child.kind):
            raise NotMovable(child.name(), name)


def _check_parts(parts: Sequence[NewPlace], heir: int, whole: Place, below: Sequence[Place], scheme: Scheme) -> None:
    if not 2 <= len(parts) <= MOST_PARTS or not 0 <= heir < len(parts):
        raise NotSplittable(_("A place is split into two to %(most)d parts.", most=MOST_PARTS))
    codes = [part.code for part in parts]
    if len(set(codes)) < len(codes):
        raise NotSplittable(_("Two parts have the same code."))
    for part in parts:
        if not CODE.fullmatch(part.code):
            raise NotSplittable(
                _("“%(value)s” is no code: 1 to 20 letters, digits, dots, dashes or underscores.", value=part.code[:40])
            )
        if scheme.level_of(part.kind_of_place or whole.kind) is None:
            raise NotSplittable(_("The kind “%(kind)s” is not declared for this country.", kind=part.kind_of_place[:40]))
    for taken in queries.open_codes(whole.country, codes):
        if taken != whole.code:
            raise CodeTaken(taken)
    first = parts[heir]
    _check_children([whole], first.kind_of_place or whole.kind, next(iter(first.names.values()), first.code), below, scheme)


def _check_move(request: Move, place: Place, goal: Place | None, scheme: Scheme) -> None:
    if request.parent_id == place.parent_id and request.code in ("", place.code):
        raise NothingChanges
    if goal and (
        place.contains(goal) or goal.closed_on is not None or goal.country != place.country or not scheme.may_hold(goal.kind, place.kind)
    ):
        raise NotMovable(place.name(), goal.name())
    if request.code and request.code != place.code and queries.by_code(place.country, request.code) is not None:
        raise CodeTaken(request.code)


def _moved(
    request: Request, places: Sequence[Place], goal: Place | None, below: Sequence[Place],
) -> list[tuple[Place, str, str]]:
    """Places whose path changes, with the old and the new one."""
    if isinstance(request, Move):
        place = places[0]
        after = f"{goal.path if goal else f'{place.country}/'}{request.code or place.code}/"
        return [(each, each.path, after + each.path[len(place.path) :]) for each in (place, *below) if place.contains(each)]
    if isinstance(request, Merge) and goal is not None:
        deepest = sorted(places, key=lambda place: -len(place.path))
        above = [(each, next(place for place in deepest if place.contains(each))) for each in below if each not in places]
        return [(each, each.path, goal.path + each.path[len(place.path) :]) for each, place in above]
    if isinstance(request, Split):
        whole = places[0]
        after = f"{whole.path[: -len(whole.code) - 1]}{request.parts[request.heir].code}/"
        return [(each, each.path, after + each.path[len(whole.path) :]) for each in below]
    return []
