"""Whether the rows of a file, laid over the tree that is there, make a tree again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places.rules import Scheme
from webapp.places.tables import Problem, Row


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds of a place under a code: the open one, or the one that closed last."""

    kind: str
    parent: str
    opened_on: date | None
    closed_on: date | None
    # First day of its present state: no change may be dated before it.
    since: date
    # Whether its present state is the only one, so that a first day may still be added.
    only: bool


def check(rows: Sequence[Row], scheme: Scheme, known: Mapping[str, Known], on: date) -> list[Problem]:
    """Everything that would make the tree wrong, by row. `on` is the day from which changes are valid."""
    by_code = {row.code: row for row in rows}
    found: list[Problem] = []
    for row in rows:
        found += [Problem(row.number, sentence) for sentence in _alone(row, scheme, known.get(row.code), on)]
        found += [Problem(row.number, sentence) for sentence in _links(row, by_code, scheme, known)]
    return found + _left_behind(by_code, scheme, known)


def _alone(row: Row, scheme: Scheme, old: Known | None, on: date) -> list[str]:
    sentences = []
    if scheme.level_of(row.kind) is None:
        kinds = ", ".join(kind for level in scheme.levels for kind in level.kinds)
        sentences.append(
            _("The kind “%(kind)s” is not declared for this country; declared are: %(kinds)s.", kind=row.kind[:40], kinds=kinds)
        )
    if old is None:
        if row.closed_on is None and row.opened_on and row.opened_on > on:
            sentences.append(_("The place opens only on %(day)s. Import it from that day on.", day=row.opened_on.isoformat()))
        return sentences
    if old.closed_on and row.closed_on != old.closed_on:
        closed = old.closed_on.isoformat()
        sentences.append(_("This code belongs to a place that closed on %(day)s. A new place needs a new code.", day=closed))
    if row.opened_on and row.opened_on != old.opened_on and not (old.opened_on is None and old.only and not old.closed_on):
        sentences.append(_("The day of opening is already kept and cannot change."))
    if row.closed_on and not old.closed_on and row.closed_on <= old.since:
        sentences.append(_("The place changed on %(day)s and cannot close before that.", day=old.since.isoformat()))
    return sentences


def _links(row: Row, by_code: Mapping[str, Row], scheme: Scheme, known: Mapping[str, Known]) -> list[str]:
    sentences = []
    if row.parent:
        above = by_code.get(row.parent)
        old = known.get(row.parent)
        if above is None and old is None:
            sentences.append(_("The parent %(code)s is neither in the file nor in the database.", code=row.parent))
        else:
            kind = above.kind if above else old.kind if old else ""
            if scheme.level_of(kind) and scheme.level_of(row.kind) and not scheme.may_hold(kind, row.kind):
                sentences.append(_("A place of kind “%(kind)s” cannot stand below one of kind “%(parent)s”.", kind=row.kind, parent=kind))
            closed = above.closed_on if above else old.closed_on if old else None
            if closed and not row.closed_on:
                sentences.append(_("The parent %(code)s is closed.", code=row.parent))
    if row.successor and row.successor not in by_code and row.successor not in known:
        sentences.append(_("The successor %(code)s is neither in the file nor in the database.", code=row.successor))
    if row.successor and _goes_round(row, by_code):
        sentences.append(_("The successors lead back to this place."))
    return sentences


def _goes_round(row: Row, by_code: Mapping[str, Row]) -> bool:
    seen = {row.code}
    following: Row | None = row
    while following is not None and following.successor:
        if following.successor in seen:
            return True
        seen.add(following.successor)
        following = by_code.get(following.successor)
    return False


def _left_behind(by_code: Mapping[str, Row], scheme: Scheme, known: Mapping[str, Known]) -> list[Problem]:
    """Open places that the file does not name but whose parent it closes or gives another kind."""
    found = []
    for code, place in known.items():
        above = by_code.get(place.parent)
        if code in by_code or place.closed_on:
            continue
        if scheme.level_of(place.kind) is None:
            found.append(Problem(None, _("%(code)s has the kind “%(kind)s”, which is no longer declared.", code=code, kind=place.kind)))
            continue
        if above is None:
            continue
        if above.closed_on:
            found.append(Problem(above.number, _("%(code)s below this place is still open.", code=code)))
        elif scheme.level_of(above.kind) and not scheme.may_hold(above.kind, place.kind):
            found.append(Problem(above.number, _("%(code)s below this place does not fit its new kind.", code=code)))
    return found
