"""Writes of attendance: marks from lists, codes and paper, and what follows from them.

One row of attendance for a person and session is the lock behind which its marks are merged: whoever marks the same person waits,
others do not. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.core.upsert import insert_for
from webapp.participation.models import Channel, EventKind
from webapp.participation.origin import Origin
from webapp.trainings import attendance_rules as rules
from webapp.trainings import events
from webapp.trainings.attendance_rules import BadTimes, Mark, Said
from webapp.trainings.errors_attendance import AttendanceRefused, BadMark
from webapp.trainings.models import Training, TrainingSession, TrainingState
from webapp.trainings.models_onsite import Attendance, AttendanceMark, MarkChannel, MarkOutcome, Presence
from webapp.trainings.models_people import Participant

AT_ONCE = 600
TAKES_MARKS = frozenset({TrainingState.ANNOUNCED, TrainingState.RUNNING, TrainingState.REPORTING})
KNOWN, REFUSED = "known", "refused"


@dataclass(frozen=True)
class Sent:
    """A mark as a device sends it. `age` since it was made, by the device's stopwatch; `after`: the marks it takes the place of."""

    id: UUID
    participant_id: UUID
    said: Said
    after: tuple[UUID, ...] = ()
    age: timedelta = timedelta()
    device: str = ""
    device_at: datetime | None = None


@dataclass(frozen=True)
class Done:
    """What became of a sent mark: `applied`, `older`, `conflict`, `known` (it had come before) or `refused` with the reason."""

    id: UUID
    outcome: str
    message: str = ""


def check_open(training: Training, session: TrainingSession, now: datetime) -> None:
    """Whether attendance of a session may be written now. Raises `AttendanceRefused`."""
    if session.cancelled:
        raise AttendanceRefused(_("This session was cancelled. Its attendance stays as it is and can no longer be changed."))
    if training.state is TrainingState.CLOSED:
        raise AttendanceRefused(_("The training is closed. To correct its attendance, take it up again first."))
    if training.state not in TAKES_MARKS:
        raise AttendanceRefused(_("Attendance can be taken once the training is announced."))
    if now.astimezone(ZoneInfo(training.zone)).date() < session.day:
        raise AttendanceRefused(_("This session is on a later day. Attendance can be taken from that day on."))


def apply_marks(
    training: Training, session: TrainingSession, marks: Sequence[Sent], *, channel: MarkChannel, person_id: UUID | None, origin: Origin,
    now: datetime,
) -> list[Done]:
    """Take marks for a session, each once however often it is sent; what became of each, in their order.

    Raises `AttendanceRefused`. Five statements, and one more for each person whose presence changed.
    """
    check_open(training, session, now)
    people = _participants(training.id, {each.participant_id for each in marks})
    good, refused = _judged(session, marks, people)
    rows = _lock(session.id, sorted({each.participant_id for each in good.values()}), now)
    new = _insert(session, list(good.values()), channel, person_id, now)
    touched = {good[each].participant_id: people[good[each].participant_id] for each in new}
    outcomes = _settle_rows(training, session, [row for row in rows if row.participant_id in touched], touched, new, origin, channel, now)
    if new and channel is not MarkChannel.CODE:
        record(
            actor_id=person_id, action="training.attendance_marked", subject=("training", training.id), place_id=training.place_id, now=now,
            after={"session": str(session.id), "channel": channel.value, "marks": len(new)},
        )
    return [
        Done(each.id, REFUSED, refused[each.id]) if each.id in refused else Done(each.id, outcomes.get(each.id, KNOWN)) for each in marks
    ]


def _judged(
    session: TrainingSession, marks: Sequence[Sent], people: Mapping[UUID, tuple[Participant, Person]],
) -> tuple[dict[UUID, Sent], dict[UUID, str]]:
    good, refused = dict[UUID, Sent](), dict[UUID, str]()
    for each in marks:
        if each.participant_id not in people:
            refused[each.id] = _("This person is not a participant of this training.")
            continue
        try:
            good[each.id] = replace(each, said=rules.cleaned(each.said, session.starts, session.ends))
        except BadTimes as bad:
            refused[each.id] = str(BadMark(bad))
    return good, refused


def _participants(training_id: UUID, ids: set[UUID]) -> dict[UUID, tuple[Participant, Person]]:
    rows = db.session.execute(
        select(Participant, Person).join(Person, Person.id == Participant.person_id)
        .where(Participant.training_id == training_id, Participant.id.in_(ids))
    )
    return {participant.id: (participant, person) for participant, person in rows}


def _lock(session_id: UUID, participant_ids: Sequence[UUID], now: datetime) -> list[Attendance]:
    """Make the rows of attendance that are missing, and hold all of them, in one order so that two batches never wait in a ring."""
    if not participant_ids:
        return []
    values = [
        {
            "session_id": session_id, "participant_id": each, "presence": Presence.UNKNOWN, "minutes": 0, "version": 0, "rounds": 0,
            "changed_at": now,
        }
        for each in participant_ids
    ]
    db.session.execute(insert_for(Attendance).values(values).on_conflict_do_nothing())
    return list(db.session.scalars(
        select(Attendance).where(Attendance.session_id == session_id, Attendance.participant_id.in_(participant_ids))
        .order_by(Attendance.participant_id).with_for_update().execution_options(populate_existing=True)
    ))


def _insert(
    session: TrainingSession, marks: Sequence[Sent], channel: MarkChannel, person_id: UUID | None, now: datetime,
) -> set[UUID]:
    """Keep marks that are new, as applied until merging says otherwise; their ids."""
    if not marks:
        return set()
    values = [
        {
            "id": each.id, "session_id": session.id, "participant_id": each.participant_id, "presence": each.said.presence,
            "arrived": each.said.arrived, "left": each.said.left, "channel": channel, "after": [str(seen) for seen in each.after],
            "device": each.device[:40], "device_at": each.device_at or now, "marked_at": rules.marked_at(now, each.age),
            "received_at": now, "person_id": person_id, "outcome": MarkOutcome.APPLIED,
        }
        for each in marks
    ]
    insert = insert_for(AttendanceMark).values(values).on_conflict_do_nothing(index_elements=["id"])
    return set(db.session.scalars(insert.returning(AttendanceMark.id)))


def _settle_rows(
    training: Training, session: TrainingSession, rows: Sequence[Attendance], people: Mapping[UUID, tuple[Participant, Person]],
    new: set[UUID], origin: Origin, channel: MarkChannel, now: datetime,
) -> dict[UUID, str]:
    """Merge all marks of these people and bring their rows and events to what holds; the outcome of each new mark."""
    outcomes: dict[UUID, str] = {}
    if not people:
        return outcomes
    marks = marks_of(session.id, people)
    for row in rows:
        own = marks[row.participant_id]
        holding = rules.merged(own)
        outcomes |= {each.id: _outcome(each, holding).value for each in own if each.id in new}
        _bring(training, session, row, holding, people[row.participant_id], origin, channel, now)
    later = [each for each, outcome in outcomes.items() if outcome != MarkOutcome.APPLIED]
    for outcome in (MarkOutcome.OLDER, MarkOutcome.CONFLICT):
        ids = [each for each in later if outcomes[each] == outcome]
        if ids:
            table = AttendanceMark.__table__
            db.session.execute(table.update().where(table.c.id.in_(ids)).values(outcome=outcome))  # type: ignore[attr-defined]
    db.session.flush()
    return outcomes


def marks_of(session_id: UUID, participant_ids: Mapping[UUID, object] | Sequence[UUID]) -> dict[UUID, list[Mark]]:
    """All marks of people at a session, by participant, as the merge needs them. One query."""
    rows = db.session.execute(
        select(
            AttendanceMark.participant_id, AttendanceMark.id, AttendanceMark.presence, AttendanceMark.arrived, AttendanceMark.left,
            AttendanceMark.marked_at, AttendanceMark.device, AttendanceMark.after,
        ).where(AttendanceMark.session_id == session_id, AttendanceMark.participant_id.in_(list(participant_ids)))
    )
    found: dict[UUID, list[Mark]] = {each: [] for each in participant_ids}
    for row in rows:
        said = Said(row.presence, row.arrived, row.left)
        # Whoever marks without a device of their own is one of many: a mark like this stands for itself.
        device = row.device or str(row.id)
        found[row.participant_id].append(Mark(row.id, said, row.marked_at, device, frozenset(UUID(each) for each in row.after)))
    return found


def _outcome(mark: Mark, holding: rules.Holding) -> MarkOutcome:
    if mark.id not in holding.heads:
        return MarkOutcome.OLDER
    if holding.clash_id is not None and mark.said.presence is not Presence.UNKNOWN:
        return MarkOutcome.CONFLICT
    return MarkOutcome.APPLIED


def _bring(
    training: Training, session: TrainingSession, row: Attendance, holding: rules.Holding, who: tuple[Participant, Person], origin: Origin,
    channel: MarkChannel, now: datetime,
) -> None:
    said = holding.said
    minutes = rules.minutes_of(said, session.starts, session.ends)
    after = (said.presence, said.arrived, said.left, minutes, holding.mark_id, holding.clash_id)
    if after == (row.presence, row.arrived, row.left, row.minutes, row.mark_id, row.clash_id):
        return
    before = (row.presence is Presence.PRESENT, row.minutes)
    row.presence, row.arrived, row.left, row.minutes, row.mark_id, row.clash_id = after
    row.version, row.changed_at = row.version + 1, now
    onsite = replace(origin, channel=Channel.PAPER if channel is MarkChannel.PAPER else Channel.ONSITE)
    _tell(training, session, row, before, who, onsite, now)


def _tell(
    training: Training, session: TrainingSession, row: Attendance, before: tuple[bool, int], who: tuple[Participant, Person],
    origin: Origin, now: datetime,
) -> None:
    """Bring the events to what the row holds. An event says for how long, so another length is another event."""
    holds = (row.presence is Presence.PRESENT, row.minutes)
    if before == holds:
        return
    participant, person = who
    if before[0]:
        events.retract(
            source=events.attended(participant.id, session.id, row.rounds), participant=participant, person=person, origin=origin, now=now,
        )
    if holds[0]:
        row.rounds += 1
        events.note(
            kind=EventKind.ATTENDED, participant=participant, person=person, source=events.attended(participant.id, session.id, row.rounds),
            origin=origin, now=now, happened_at=min(now, starts_at(training, session)), minutes=row.minutes,
        )


def starts_at(training: Training, session: TrainingSession) -> datetime:
    """The moment at which a session begins."""
    return datetime.combine(session.day, session.starts, tzinfo=ZoneInfo(training.zone))


def undo(
    training: Training, session: TrainingSession, participant_id: UUID, *, mark_id: UUID | None = None, person_id: UUID, origin: Origin,
    now: datetime,
) -> list[Done]:
    """Go back to what held before the last mark, by a further mark. `mark_id`: the id of that one, so that it counts once."""
    own = marks_of(session.id, [participant_id])[participant_id]
    holding = rules.merged(own)
    back = Sent(mark_id or new_id(), participant_id, rules.before(own, holding.mark_id), after=holding.heads)
    return apply_marks(training, session, [back], channel=MarkChannel.LIST, person_id=person_id, origin=origin, now=now)


def settle(
    training: Training, session: TrainingSession, participant_id: UUID, chosen_id: UUID, *, person_id: UUID, origin: Origin, now: datetime,
) -> None:
    """A person chose between marks that say different things: what they chose is marked once more, over all of them.

    Raises `AttendanceRefused` where the mark is not (any longer) one of those that disagree.
    """
    own = marks_of(session.id, [participant_id])[participant_id]
    holding = rules.merged(own)
    chosen = next((each for each in own if each.id == chosen_id and each.id in holding.heads), None)
    if chosen is None:
        raise AttendanceRefused(_("This has been settled in the meantime. Please look at the list again."))
    last = Sent(new_id(), participant_id, chosen.said, after=holding.heads)
    apply_marks(training, session, [last], channel=MarkChannel.LIST, person_id=person_id, origin=origin, now=now)


def recount(training: Training, session: TrainingSession, *, origin: Origin, now: datetime) -> int:
    """Bring minutes to a session's new times, after it was moved; how many rows changed. Two queries, and three for each row changed."""
    rows = db.session.execute(
        select(Attendance, Participant, Person).join(Participant, Participant.id == Attendance.participant_id)
        .join(Person, Person.id == Participant.person_id).where(Attendance.session_id == session.id).with_for_update(of=Attendance)
    )
    changed = 0
    for row, participant, person in rows.all():
        minutes = rules.recounted(Said(row.presence, row.arrived, row.left), row.minutes, session.starts, session.ends)
        if minutes != row.minutes:
            before = (row.presence is Presence.PRESENT, row.minutes)
            row.minutes, row.version, row.changed_at = minutes, row.version + 1, now
            _tell(training, session, row, before, (participant, person), origin, now)
            changed += 1
    db.session.flush()
    return changed
