"""Lists of people that trainers bring: pasted or sent as a file, previewed, and brought in part by part by the job.

Rows are read, planned and applied as those of administrators' files (`webapp.accounts.import_*`); here everybody is recognised and
nothing that is known about somebody changes. Whatever happens every row goes in whole or not at all, and the same list can be
sent again. Only the job commits, once a part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from webapp.accounts import import_apply, import_rows
from webapp.accounts.import_places import PlaceFinder
from webapp.accounts.import_plan import Planner, Step, Verdict
from webapp.accounts.models import OrganisationType
from webapp.accounts.queries import grants_in_force
from webapp.accounts.services_imports import BadColumns, BadFile, NotReady, check_columns, parts_of, remember, remembered
from webapp.core import clock
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, lazy, speaking
from webapp.core.ids import new_id
from webapp.core.tables import Bounds, Unreadable, read_cells
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import Channel
from webapp.participation.origin import Origin
from webapp.trainings import access, import_heads, mail, rules_people, services_people
from webapp.trainings.models import TrainerPart, Training, TrainingTrainer
from webapp.trainings.models_people import JoinedBy, ListState, Participant, ParticipantList
from webapp.trainings.records import locked
from webapp.trainings.rules import TrainingError

__all__ = ["BadColumns", "BadFile", "NotReady", "carry_out", "carry_out_due", "confirm", "discard", "planner_of", "prepare", "stage"]

LARGEST = Bounds(size=8 * 1024 * 1024, rows=5_000)
FIELDS: Mapping[str, Any] = {**import_rows.FIELDS, "group": lazy("Group")}
LONGEST_GROUP = 120
# Rows that go in together. The training is locked meanwhile: others who register wait for no more than these.
PART = 200
Paths = tuple[str, ...] | None


class How(StrEnum):
    """What becomes of the people of a list."""

    LIST = "list"
    REGISTER = "register"


class Outcome(StrEnum):
    """What a row did: a new person, a known one, one who is on the list already, or nothing since it is wrong."""

    NEW = "new"
    KNOWN = "known"
    THERE = "there"
    WRONG = "wrong"


def stage(*, training: Training, data: bytes, actor_id: UUID, now: datetime) -> ParticipantList:
    """Keep the rows of a file or a pasted table, columns guessed. Raises `BadFile`."""
    if not data.strip():
        raise BadFile(_("Please choose a file, or paste a table."))
    try:
        cells = read_cells(data, LARGEST)
    except Unreadable as error:
        raise BadFile(str(error)) from error
    head, columns, rows = import_heads.understood(cells, remembered(actor_id))
    if not rows:
        raise BadFile(_("There is nobody in it: one row for each person is needed, with the name at least."))
    kept = ParticipantList(
        id=new_id(), training_id=training.id, actor_id=actor_id, state=ListState.MAPPING, created_at=now, head=head, columns=columns,
        options={}, rows=rows, total=len(rows), counts={}, problems=[],
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def prepare(
    *, kept: ParticipantList, training: Training, columns: Sequence[str], how: How, organisation_type: OrganisationType, language: str,
    now: datetime,
) -> None:
    """Take the columns and make the preview: counts and problems. Nobody is changed. Raises `BadColumns`, `NotReady`.

    Seven queries for 500 rows.
    """
    if kept.state not in (ListState.MAPPING, ListState.READY):
        raise NotReady
    check_columns(columns, kept.head, FIELDS)
    rows, head, actor_id = kept.rows, kept.head, kept.actor_id
    kept.columns = list(columns)
    kept.options = {"how": how.value, "organisation_type": organisation_type.value, "language": language}
    planner = planner_of(training, _paths(training, actor_id, now), now)
    counts, problems = _nothing(), []
    for part in parts_of(rows):
        with db.session.no_autoflush:
            steps, wrong = import_apply.read_part(part, columns, planner, now)
            there = _there(training.id, steps)
        counts.update(_outcome(step, there).value for step in steps if step.verdict is not Verdict.WRONG)
        counts[Outcome.WRONG.value] += len(wrong)
        problems += wrong
    kept.counts, kept.problems, kept.state = dict(counts), problems, ListState.READY
    remember(actor_id, head, list(columns))
    db.session.flush()


def _nothing() -> Counter[str]:
    return Counter({each.value: 0 for each in Outcome})


def _there(training_id: UUID, steps: Sequence[Step]) -> dict[UUID, Participant]:
    people = [step.person.id for step in steps if step.person is not None]
    rows = db.session.scalars(select(Participant).where(Participant.training_id == training_id, Participant.person_id.in_(people)))
    return {row.person_id: row for row in rows}


def _outcome(step: Step, there: Mapping[UUID, Participant]) -> Outcome:
    if step.person is None:
        return Outcome.NEW
    return Outcome.THERE if step.person.id in there else Outcome.KNOWN


def planner_of(training: Training, paths: Paths, now: datetime) -> Planner:
    """Recognises everybody, and fills in what is empty for people below `paths`. The training's place must be loaded."""
    since = now.astimezone(settings().programme_zone).date()
    return Planner(PlaceFinder(paths, anywhere=True), since, fills_only=True, default_place_id=training.place_id)


def _paths(training: Training, actor_id: UUID, now: datetime) -> Paths:
    """Below which places the trainer may fill in what is empty. Raises `NotReady` where they may not run the training (any more)."""
    held = [grant for grant in grants_in_force(actor_id, now) if grant.role in access.RUNNERS]
    part = db.session.scalar(
        select(TrainingTrainer.part).where(TrainingTrainer.training_id == training.id, TrainingTrainer.person_id == actor_id)
    )
    if part not in (TrainerPart.LEAD, TrainerPart.CO) and not any(grant.covers(training.place.path) for grant in held):
        raise NotReady
    if any(grant.everywhere for grant in held):
        return None
    return tuple({training.place.path, *(grant.path for grant in held if grant.path)})


def confirm(*, kept: ParticipantList, training: Training, now: datetime) -> None:
    """Let the job begin. Raises `NotReady`. One statement, so that two clicks begin once."""
    begun = db.session.execute(
        update(ParticipantList).where(ParticipantList.id == kept.id, ParticipantList.state == ListState.READY)
        .values(state=ListState.QUEUED, done=0, problems=[], counts=dict(_nothing())).returning(ParticipantList.id)
    ).first()
    if begun is None:
        raise NotReady
    record(
        actor_id=kept.actor_id, action="training.list_started", subject=("training", training.id), place_id=training.place_id, now=now,
        after={"import": str(kept.id), "rows": kept.total},
    )
    db.session.expire(kept)


def discard(kept: ParticipantList) -> None:
    """Forget a list that was not begun. Raises `NotReady`."""
    if kept.state is ListState.QUEUED:
        raise NotReady
    db.session.delete(kept)
    db.session.flush()


def carry_out(list_id: UUID, progress: Callable[[int, int], None] | None = None) -> int:
    """Bring a confirmed list in from where it stands; rows done now. Each part commits, and claims its rows first."""
    kept = db.session.scalars(
        select(ParticipantList).where(ParticipantList.id == list_id).options(undefer(ParticipantList.rows))
    ).one()
    rows, done, training_id, actor_id, language = kept.rows, kept.done, kept.training_id, kept.actor_id, kept.options["language"]
    first, planner = done, None
    with speaking(language):
        while done < len(rows):
            following = min(done + PART, len(rows))
            with unit_of_work():
                if not _claim(list_id, done, following):
                    return done - first
                now, training = clock.now(), locked(training_id)
                try:
                    # Asked again for each part: a role may end, a training be closed meanwhile.
                    paths = _paths(training, actor_id, now)
                    rules_people.check_listing(training)
                except (NotReady, TrainingError):
                    _finish(list_id, ListState.STOPPED, rows[done:], now)
                    return done - first
                # One for the whole list: it knows what earlier rows meant.
                planner = planner or planner_of(training, paths, now)
                _apply_part(list_id, training, rows[done:following], planner, now)
            done = following
            if progress:
                progress(done, len(rows))
        with unit_of_work():
            _finish(list_id, ListState.DONE, rows, clock.now())
    return done - first


def _claim(list_id: UUID, done: int, following: int) -> bool:
    moved = update(ParticipantList).where(
        ParticipantList.id == list_id, ParticipantList.state == ListState.QUEUED, ParticipantList.done == done)
    return db.session.execute(moved.values(done=following).returning(ParticipantList.id)).first() is not None


def _apply_part(list_id: UUID, training: Training, part: Sequence[Any], planner: Planner, now: datetime) -> None:
    kept = db.session.get_one(ParticipantList, list_id, populate_existing=True)
    steps, wrong = import_apply.read_part(part, kept.columns, planner, now)
    there = _there(training.id, steps)
    going = [step for step in steps if step.verdict is not Verdict.WRONG]
    counts = Counter(_outcome(step, there).value for step in going)
    import_apply.apply(
        steps, organisation_type=OrganisationType(kept.options["organisation_type"]), language=kept.options["language"],
        since=planner.since, actor_id=kept.actor_id, source=str(list_id), mail=False, now=now,
    )
    groups = _groups(part, kept.columns)
    about = mail.about(training) if kept.options["how"] == How.REGISTER else None
    for step in going:
        _enter(training, step, kept, groups.get(step.line.number, ""), about, now)
    total = Counter(kept.counts)
    total.update(counts)
    total[Outcome.WRONG.value] += len(wrong)
    kept.counts, kept.problems = dict(total), [*kept.problems, *wrong]


def _enter(training: Training, step: Step, kept: ParticipantList, group: str, about: mail.About | None, now: datetime) -> None:
    person = step.person
    assert person is not None
    if about is not None:
        participant = services_people.register(
            training, person, JoinedBy.IMPORT, now=now, origin=Origin(person.language, channel=Channel.IMPORT), actor_id=kept.actor_id,
            about=about,
        )
    else:
        participant = services_people.list_person(training, person, joined_by=JoinedBy.IMPORT, now=now, actor_id=kept.actor_id)
    if group and participant.group != group:
        services_people.set_group(training, [participant], group=group, now=now, actor_id=kept.actor_id)


def _groups(part: Sequence[Any], columns: Sequence[str]) -> dict[int, str]:
    if "group" not in columns:
        return {}
    at = list(columns).index("group")
    return {number: cells[at].strip()[:LONGEST_GROUP] for number, cells in part if len(cells) > at}


def _finish(list_id: UUID, state: ListState, rows: Sequence[Any], now: datetime) -> None:
    """What went in needs no second copy: only rows with problems stay, to be corrected."""
    kept = db.session.get_one(ParticipantList, list_id, populate_existing=True)
    if kept.state is not ListState.QUEUED:
        return
    wrong = {number for number, _sentence in kept.problems}
    kept.rows, kept.state, kept.finished_at = [row for row in rows if row[0] in wrong], state, now
    training = db.session.get_one(Training, kept.training_id)
    record(
        actor_id=kept.actor_id, action="training.list_imported", subject=("training", training.id), place_id=training.place_id, now=now,
        after={"import": str(list_id), "state": state.value, **kept.counts},
    )


def carry_out_due(now: datetime) -> int:  # noqa: ARG001  a job is given the present; each part asks for its own
    """The job: bring in what was confirmed, the oldest first; rows done."""
    waiting = db.session.scalars(select(ParticipantList.id).where(ParticipantList.state == ListState.QUEUED).order_by(ParticipantList.id))
    return sum(carry_out(list_id) for list_id in waiting.all())
