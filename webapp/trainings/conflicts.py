"""What collides: a trainer or a room in two trainings at one time, more people than seats or chairs.

A training takes its trainers and its room during its sessions; one without sessions takes them for whole days. Times are
compared in UTC, since two venues may lie in two zones. Collisions are shown, not refused: people know better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from webapp.accounts.current import Viewer
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.trainings import access, labels, rules_plan
from webapp.trainings.models import TrainerPart, Training, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.records import title_of
from webapp.trainings.rules_plan import Slot

RUNNING_IT = (TrainerPart.LEAD, TrainerPart.CO)
# In UTC a day of one zone touches the neighbours of another.
MARGIN = timedelta(days=1)


@dataclass(frozen=True)
class Taken:
    """When a training takes whom and which rooms. `rooms` gives the slots of each room by its folded name."""

    training: Training
    slots: Sequence[Slot]
    rooms: Mapping[str, Sequence[Slot]]
    trainers: frozenset[UUID] = field(default=frozenset())


@dataclass(frozen=True)
class Collision:
    """Two trainings that share a trainer or a room at one time. `person_id` is None for a room."""

    one: Training
    other: Training
    person_id: UUID | None


def taken(training: Training, sessions: Iterable[TrainingSession], trainers: Iterable[UUID]) -> Taken:
    """What a training takes. Pure."""
    zone, listed = ZoneInfo(training.zone), [each for each in sessions if not each.cancelled]
    if not listed and training.first_day is not None and training.last_day is not None:
        slots = [rules_plan.whole_days(training.first_day, training.last_day, zone)]
        return Taken(training, slots, {training.room_key: slots} if training.room_key else {}, frozenset(trainers))
    rooms: dict[str, list[Slot]] = {}
    slots = []
    for each in listed:
        slot = rules_plan.slot_of(each.day, each.starts, each.ends, zone)
        slots.append(slot)
        key = rules_plan.room_key(training.venue, each.room) if each.room else training.room_key
        if key:
            rooms.setdefault(key, []).append(slot)
    return Taken(training, slots, rooms, frozenset(trainers))


def collisions(all_taken: Sequence[Taken]) -> list[Collision]:
    """Every collision among trainings, in their order. Pure; the work is that of pairs that share somebody or something."""
    found = []
    for number, one in enumerate(all_taken):
        for other in all_taken[number + 1 :]:
            shared = one.trainers & other.trainers
            if shared and rules_plan.meet(one.slots, other.slots):
                found += [Collision(one.training, other.training, person_id) for person_id in sorted(shared, key=str)]
            if any(rules_plan.meet(slots, other.rooms.get(key, ())) for key, slots in one.rooms.items()):
                found.append(Collision(one.training, other.training, None))
    return found


def beside(training: Training, trainer_ids: Sequence[UUID]) -> list[Collision]:
    """Collisions of one training with any other, whoever may see it. One query."""
    if training.first_day is None or training.last_day is None or training.state is TrainingState.CANCELLED:
        return []
    theirs = and_(
        TrainingTrainer.training_id == Training.id, TrainingTrainer.person_id.in_(trainer_ids), TrainingTrainer.part.in_(RUNNING_IT),
    )
    near = and_(Training.first_day <= training.last_day + MARGIN, Training.last_day >= training.first_day - MARGIN)
    same_venue = Training.room_key.startswith(training.room_key.split("|")[0] + "|", autoescape=True) if training.room_key else None
    rows = db.session.execute(
        select(Training, TrainingSession, TrainingTrainer.person_id)
        .outerjoin(TrainingSession, (TrainingSession.training_id == Training.id) & ~TrainingSession.cancelled)
        .outerjoin(TrainingTrainer, theirs)
        .where(or_(
            Training.id == training.id,
            near & (Training.state != TrainingState.CANCELLED) & or_(
                TrainingTrainer.person_id.is_not(None), *([same_venue] if same_venue is not None else []),
            ),
        )).options(joinedload(Training.place)).order_by(Training.first_day, Training.id)
    )
    gathered = _gathered(rows)
    own = next(each for each in gathered if each.training.id == training.id)
    others = [each for each in gathered if each is not own]
    return [hit for other in others for hit in collisions([own, other])]


def _gathered(rows: Iterable[tuple[Training, TrainingSession | None, UUID | None]]) -> list[Taken]:
    trainings: dict[UUID, Training] = {}
    sessions: dict[UUID, dict[UUID, TrainingSession]] = {}
    trainers: dict[UUID, set[UUID]] = {}
    for training, session, person_id in rows:
        trainings[training.id] = training
        if session is not None:
            sessions.setdefault(training.id, {})[session.id] = session
        if person_id is not None:
            trainers.setdefault(training.id, set()).add(person_id)
    return [taken(each, sessions.get(key, {}).values(), trainers.get(key, set())) for key, each in trainings.items()]


def among(trainings: Sequence[Training], first: date, last: date) -> tuple[list[Collision], dict[UUID, list[TrainingSession]]]:
    """Collisions among given trainings, and their sessions within some days. Two queries."""
    ids = [each.id for each in trainings]
    sessions: dict[UUID, list[TrainingSession]] = {}
    for each in db.session.scalars(
        select(TrainingSession).where(TrainingSession.training_id.in_(ids), ~TrainingSession.cancelled)
        .order_by(TrainingSession.day, TrainingSession.starts, TrainingSession.id)
    ):
        sessions.setdefault(each.training_id, []).append(each)
    trainers: dict[UUID, list[UUID]] = {}
    for row in db.session.execute(
        select(TrainingTrainer.training_id, TrainingTrainer.person_id)
        .where(TrainingTrainer.training_id.in_(ids), TrainingTrainer.part.in_(RUNNING_IT))
    ):
        trainers.setdefault(row.training_id, []).append(row.person_id)
    live = [each for each in trainings if each.state is not TrainingState.CANCELLED]
    found = collisions([taken(each, sessions.get(each.id, ()), trainers.get(each.id, ())) for each in live])
    inside = {key: [each for each in listed if first <= each.day <= last] for key, listed in sessions.items()}
    return found, inside


def sentence(hit: Collision, names: Mapping[UUID, str], who: Viewer, seen: frozenset[UUID] = frozenset()) -> Markup:
    """What collides with the other training, which is named only to those who may see it. `seen`: trainings they run themselves."""
    other = hit.other
    open_to_them = other.id in seen or access.runs_place(who, other.place)
    said = {"other": _link(other) if open_to_them else _("another training"), "name": names.get(hit.person_id, "") if hit.person_id else ""}
    if hit.person_id is None:
        return Markup(_("The room is taken at the same time: %(other)s.")) % said  # noqa: S704  a message of ours
    return Markup(_("%(name)s also trains elsewhere at the same time: %(other)s.")) % said  # noqa: S704  a message of ours


def _link(training: Training) -> Markup:
    """Title and days, since one title may stand for several trainings, leading to the record."""
    words = _("%(title)s (%(days)s)", title=title_of(training), days=labels.days_text(training))
    return Markup('<a href="{}">{}</a>').format(address(f"/trainings/{training.id}/"), words)
