"""Actions on many people: what each would do to whom, before it does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from webapp.accounts import queries_people, services_merge, services_organisations, services_people, services_work
from webapp.accounts.current import Viewer
from webapp.accounts.models_people import BulkChange, ChangeKind
from webapp.core.frozen import dataclass
from webapp.core.i18n import lazy

DISABLE, ENABLE, MOVE = "disable", "enable", "move"
ACTIONS = (
    (DISABLE, lazy("Disable their sign-ins")), (ENABLE, lazy("Enable their sign-ins")),
    (MOVE, lazy("Move them to a place or organisation")),
)
KINDS = {
    ChangeKind.DISABLED: lazy("Sign-ins disabled"), ChangeKind.ENABLED: lazy("Sign-ins enabled"), ChangeKind.MOVED: lazy("People moved"),
    ChangeKind.ORGANISATIONS_MERGED: lazy("Organisations merged"), ChangeKind.PEOPLE_MERGED: lazy("People merged"),
}


@dataclass(frozen=True)
class Plan:
    """What an action would do: `changes` those whom it changes; the others stay as they are, as (how many, why)."""

    changes: Sequence[UUID]
    stays: Sequence[tuple[int, Any]]


def plan_of(action: str, viewer: Viewer, person_ids: Sequence[UUID], now: datetime) -> Plan:
    """The dry run of disabling or enabling. Two queries."""
    beyond = queries_people.beyond(viewer, person_ids, now)
    if action == DISABLE:
        idle, why = queries_people.not_enabled(person_ids), lazy("have no sign-in that works")
    else:
        idle, why = set(person_ids) - queries_people.disabled(person_ids), lazy("have no disabled sign-in")
    idle -= beyond
    changes = [each for each in person_ids if each not in beyond and each not in idle]
    stays = [(len(beyond), lazy("are you, or hold roles beyond the places that you administer")), (len(idle), why)]
    return Plan(changes, [each for each in stays if each[0]])


def plan_of_move(person_ids: Sequence[UUID], place_id: UUID | None, since: date) -> Plan:
    """The dry run of moving to a place: who is recorded there already may still change the organisation. Two queries."""
    spells = services_work.open_spells(person_ids)
    late = {each for each in person_ids if each in spells and since < spells[each].valid_from}
    now = queries_people.places_of(person_ids).items()
    there = [each for each, (place, _organisation) in now if place == place_id and each not in late]
    stays = [
        (len(late), lazy("have a later change on record")),
        (len(there), lazy("work in this place already; only the organisation changes")),
    ]
    return Plan([each for each in person_ids if each not in late], [each for each in stays if each[0]])


def undo(*, change: BulkChange, now: datetime, actor_id: UUID) -> int:
    """Take a change back; how many rows. Raises `UndoneAlready`, `TooLateToUndo`."""
    if change.kind is ChangeKind.ORGANISATIONS_MERGED:
        return services_organisations.part_again(change=change, now=now, actor_id=actor_id)
    if change.kind is ChangeKind.PEOPLE_MERGED:
        return services_merge.part_again(change=change, now=now, actor_id=actor_id)
    return services_people.undo(change=change, now=now, actor_id=actor_id)
