"""What is done to many participants at once: first what it would do to whom, then the deed itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, enumerated, lazy
from webapp.trainings import mail, queries_people, rules_people, services_people
from webapp.trainings.models import Training
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

P = ParticipantState
INVITE, REMIND, REGISTER, APPROVE, REFUSE, GROUP, TAKE_OFF = "invite", "remind", "register", "approve", "refuse", "group", "take-off"
ACTIONS = (
    (INVITE, lazy("Invite them")), (REMIND, lazy("Remind those who have not answered")), (REGISTER, lazy("Register them")),
    (APPROVE, lazy("Approve those who ask for a seat")), (REFUSE, lazy("Do not admit them")), (GROUP, lazy("Put them into a group")),
    (TAKE_OFF, lazy("Take them off the list")),
)
WORDS = {action: words for action, words in ACTIONS}  # noqa: C416  as a mapping
FITS: Mapping[str, frozenset[ParticipantState]] = {
    INVITE: rules_people.CAN_BE_INVITED, REMIND: frozenset({P.INVITED}), APPROVE: frozenset({P.APPLIED}),
    REGISTER: frozenset({P.LISTED, P.INVITED, P.APPLIED, P.DECLINED, P.WITHDRAWN, P.REFUSED}),
    REFUSE: frozenset({P.APPLIED, P.WAITING, P.REGISTERED}), GROUP: frozenset(ParticipantState), TAKE_OFF: frozenset({P.LISTED}),
}
MAILED = frozenset({INVITE, REMIND, REGISTER, APPROVE, REFUSE})


@dataclass(frozen=True)
class Plan:
    """What an action would do: to whom, who stays as they are, whom no mail reaches, and who is elsewhere on the same days.

    `over`: so many more people than seats are left; they come onto the waiting list.
    """

    changes: Sequence[Participant]
    stays: int
    unreached: Sequence[Participant]
    clashes: Sequence[tuple[str, str]]
    over: int


def plan(action: str, training: Training, participants: Sequence[Participant], now: datetime) -> Plan:
    """The dry run. Two queries at most. Raises what inviting or registering itself would raise."""
    if action in (INVITE, REMIND):
        rules_people.check_inviting(training, now)
    elif action in (REGISTER, APPROVE):
        rules_people.check_listing(training)
    changes = [each for each in participants if _fits(action, each)]
    unreached = [each for each in changes if not mail.address_of(each.person)] if action in MAILED else []
    comes = action in (INVITE, REGISTER, APPROVE)
    names = {each.person_id: each.person.name for each in changes}
    others = queries_people.clashes(training, list(names)) if comes else []
    over = 0
    if action in (REGISTER, APPROVE):
        seats = services_people.seats_of(training.id)
        left = rules_people.free(training.seats, seats.taken)
        over = 0 if left is None else max(0, len(changes) - (0 if seats.waiting else left))
    return Plan(changes, len(participants) - len(changes), unreached, [(names[each.person_id], each.title) for each in others], over)


def _fits(action: str, participant: Participant) -> bool:
    if action == TAKE_OFF and (participant.invited_at is not None or participant.rounds):
        return False
    return participant.state in FITS[action]


def carry_out(
    action: str, training: Training, participants: Sequence[Participant], *, now: datetime, actor_id: UUID, group: str = "",
) -> int:
    """Do it to those whom it fits; how many. The training is locked by the caller."""
    fitting = [each for each in participants if _fits(action, each)]
    if action == GROUP:
        return services_people.set_group(training, fitting, group=group, now=now, actor_id=actor_id)
    told = mail.about(training) if action in (INVITE, REMIND) else None
    for each in fitting:
        _deed(action, training, each, now, actor_id, told)
    return len(fitting)


def _deed(action: str, training: Training, one: Participant, now: datetime, actor_id: UUID, told: mail.About | None) -> None:
    person = one.person
    more: dict[str, Any] = {"now": now, "origin": services_people.origin_of(person), "actor_id": actor_id}
    deeds: dict[str, Callable[[], object]] = {
        INVITE: lambda: services_people.invite(training, one, person, told=told, **more),
        REMIND: lambda: services_people.ask_again(training, one, person, now=now, actor_id=actor_id, told=told),
        REGISTER: lambda: services_people.register(training, person, JoinedBy.TRAINER, **more),
        APPROVE: lambda: services_people.approve(training, one, person, **more),
        REFUSE: lambda: services_people.refuse(training, one, person, **more),
        TAKE_OFF: lambda: services_people.take_off(training, one, now=now, actor_id=actor_id),
    }
    deeds[action]()


def points(action: str, found: Plan) -> list[str]:
    """What the preview says beside the number."""
    said: list[str] = []
    if found.over:
        said.append(_("%(count)d of them come onto the waiting list: there are not enough seats.", count=found.over))
    if found.stays:
        said.append(_("%(count)d chosen stay as they are: it does not fit how they stand.", count=found.stays))
    if found.unreached:
        names, count = enumerated(each.person.name for each in found.unreached[:20]), len(found.unreached)
        said.append(_("No mail reaches %(count)d of them; please tell them by telephone: %(names)s", count=count, names=names))
    for name, title in found.clashes[:20]:
        said.append(_("%(name)s also takes part in another training on these days: %(title)s", name=name, title=title))
    if action == INVITE:
        said.append(_("Each gets a mail with days, venue, the entries for the calendar and the link to their own page."))
    elif action == TAKE_OFF:
        said.append(_("Only people who were never asked are taken off; they stay known as people."))
    elif action == REFUSE:
        said.append(_("They are told by mail; a seat that becomes free goes to the waiting list."))
    return said
