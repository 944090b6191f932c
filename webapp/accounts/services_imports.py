"""Importing people: stage a file, preview it, and bring it in part by part. Only the job commits, once a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from webapp.accounts import import_apply, services_work
from webapp.accounts.import_apply import read_part
from webapp.accounts.import_places import PlaceFinder
from webapp.accounts.import_plan import Planner, Step, Verdict
from webapp.accounts.import_rows import FIELDS, guess, key_of
from webapp.accounts.models import OrganisationType, Role
from webapp.accounts.models_imports import ImportColumns, ImportRun, ImportState
from webapp.accounts.queries import grants_in_force
from webapp.core import clock
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.i18n import _, speaking
from webapp.core.ids import new_id
from webapp.core.tables import Bounds, Unreadable, read_cells
from webapp.core.unit_of_work import unit_of_work
from webapp.core.upsert import insert_for

LARGEST = Bounds(size=8 * 1024 * 1024, rows=20_000)
PART = 500
KEPT = timedelta(days=7)
Progress = Callable[[int, int], None]


class BadFile(DomainError):
    """The file cannot be read, or holds nobody."""

    status = 422


class BadColumns(DomainError):
    """The columns chosen make no people."""

    status = 422


class NotReady(DomainError):
    """The import was confirmed before, or its columns are not chosen."""

    def __init__(self) -> None:
        super().__init__(_("This import is not ready to start: it was started before, or its columns are not chosen yet."))


def stage(*, data: bytes, actor_id: UUID, now: datetime) -> ImportRun:
    """Keep the rows of a file for its import, columns guessed. Raises `BadFile`."""
    if not data:
        raise BadFile(_("Please choose a file."))
    try:
        head, *rows = read_cells(data, LARGEST) or [[]]
    except Unreadable as error:
        raise BadFile(str(error)) from error
    kept = [[number, cells] for number, cells in enumerate(rows, 2) if any(cells)]
    if not kept or not any(head):
        raise BadFile(_("The file has no people in it: the first row names the columns, one row for each person follows."))
    run = ImportRun(
        id=new_id(), actor_id=actor_id, state=ImportState.MAPPING, created_at=now, head=head, rows=kept, total=len(kept),
        columns=guess(head, remembered(actor_id)), options={}, counts={}, problems=[],
    )
    db.session.add(run)
    db.session.flush()
    return run


def remembered(person_id: UUID) -> dict[str, str]:
    """What the columns of somebody's files meant the last time: normalised heading to field. One query."""
    row = db.session.get(ImportColumns, person_id)
    return row.meanings if row else {}


def prepare(
    *, run: ImportRun, columns: Sequence[str], since: date, organisation_type: OrganisationType, mail: bool, language: str, now: datetime,
) -> None:
    """Take the columns and make the preview: counts and problems. Nobody is changed. Raises `BadColumns`, `NotReady`, `InTheFuture`.

    `language` is that of new people whose row names none. Six queries for 500 rows.
    """
    if run.state not in (ImportState.MAPPING, ImportState.READY):
        raise NotReady
    services_work.check_date(since, now)
    check_columns(columns, run.head)
    run.columns = list(columns)
    run.options = {"since": since.isoformat(), "organisation_type": organisation_type.value, "mail": mail, "language": language}
    remember(run.actor_id, run.head, run.columns)
    counts: Counter[str] = Counter(_nothing())
    problems: list[Any] = []
    planner = _planner(run, now)
    if planner is None:
        raise NotReady
    for part in parts_of(run.rows):
        with db.session.no_autoflush:
            steps, wrong = read_part(part, run.columns, planner, now)
        counts.update(step.verdict.value for step in steps)
        counts[Verdict.WRONG.value] += len(wrong) - sum(1 for step in steps if step.verdict is Verdict.WRONG)
        problems += wrong
    run.counts, run.problems, run.state = dict(counts), problems, ImportState.READY
    db.session.flush()


def _nothing() -> dict[str, int]:
    return {each.value: 0 for each in Verdict}


def check_columns(columns: Sequence[str], head: Sequence[str], fields: Mapping[str, Any] = FIELDS) -> None:
    """Whether the columns make people: each a known field or left out, a name among them. Raises `BadColumns`."""
    if len(columns) != len(head) or any(each and each not in fields for each in columns):
        raise BadColumns(_("Please choose what each column holds."))
    if "name" not in columns:
        raise BadColumns(_("Please choose which column holds the name."))
    twice = [each for each in fields if each != "place" and list(columns).count(each) > 1]
    if twice:
        raise BadColumns(_("“%(field)s” was chosen for two columns; only the place may stand in several.", field=str(fields[twice[0]])))


def remember(actor_id: UUID, head: Sequence[str], columns: Sequence[str]) -> None:
    """Keep what the columns meant for the next file of the same person. Two statements."""
    meanings = {**remembered(actor_id), **{key_of(title): field for title, field in zip(head, columns, strict=True) if title}}
    values = {"meanings": dict(list(meanings.items())[-200:])}
    statement = insert_for(ImportColumns).values(person_id=actor_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    db.session.expire_all()


def _planner(run: ImportRun, now: datetime) -> Planner | None:
    """None where the administrator has lost the role: then nothing goes in."""
    held = [grant for grant in grants_in_force(run.actor_id, now) if grant.role is Role.ADMINISTRATOR]
    if not held:
        return None
    everywhere = any(grant.everywhere for grant in held)
    paths = None if everywhere else tuple({grant.path for grant in held if grant.path})
    return Planner(PlaceFinder(paths), date.fromisoformat(run.options["since"]))


def parts_of(rows: Sequence[Any]) -> list[Sequence[Any]]:
    """The rows in parts that are planned and brought in together."""
    return [rows[start : start + PART] for start in range(0, len(rows), PART)]


def confirm(*, run: ImportRun, now: datetime) -> None:
    """Let the job begin. Raises `NotReady`. One statement, so that two clicks begin once."""
    begun = db.session.execute(
        update(ImportRun).where(ImportRun.id == run.id, ImportRun.state == ImportState.READY)
        .values(state=ImportState.QUEUED, done=0, problems=[], counts=_nothing()).returning(ImportRun.id)
    ).first()
    if begun is None:
        raise NotReady
    record(actor_id=run.actor_id, action="people.import_started", subject=("import", run.id), after={"rows": run.total}, now=now)
    db.session.expire(run)


def discard(run: ImportRun) -> None:
    """Forget a file that was not started. Raises `NotReady`."""
    if run.state is ImportState.QUEUED:
        raise NotReady
    db.session.delete(run)
    db.session.flush()


def carry_out(run_id: UUID, progress: Progress | None = None) -> int:
    """Bring a confirmed import in, part by part, from where it stands; rows done now. Each part commits.

    A part moves `done` on in its own unit of work and begins by claiming it: of two that carry out the same import one waits
    at that row and then finds it moved. Rows are compared with the database again, so that a part that is repeated after a stop
    changes nothing twice.
    """
    run = db.session.scalars(select(ImportRun).where(ImportRun.id == run_id).options(undefer(ImportRun.rows))).one()
    rows, columns, done, options, actor_id = run.rows, run.columns, run.done, run.options, run.actor_id
    planner = _planner(run, clock.now())
    if planner is None:
        with unit_of_work():
            _finish(run_id, ImportState.STOPPED, [], clock.now())
        return 0
    first = done
    with speaking(options["language"]):
        while done < len(rows):
            with unit_of_work():
                if not _claim(run_id, done, min(done + PART, len(rows))):
                    return done - first
                _apply_part(run_id, rows[done : done + PART], columns, planner, options, actor_id, clock.now())
            done = min(done + PART, len(rows))
            if progress:
                progress(done, len(rows))
        with unit_of_work():
            _finish(run_id, ImportState.DONE, rows, clock.now())
    return done - first


def _claim(run_id: UUID, done: int, following: int) -> bool:
    moved = update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == ImportState.QUEUED, ImportRun.done == done)
    return db.session.execute(moved.values(done=following).returning(ImportRun.id)).first() is not None


def _apply_part(
    run_id: UUID, part: Sequence[Any], columns: Sequence[str], planner: Planner, options: dict[str, Any], actor_id: UUID, now: datetime,
) -> None:
    steps, wrong = read_part(part, columns, planner, now)
    import_apply.apply(
        steps, organisation_type=OrganisationType(options["organisation_type"]), language=options["language"], since=planner.since,
        actor_id=actor_id, source=str(run_id), mail=options["mail"], now=now,
    )
    _count(run_id, steps, wrong)


def _count(run_id: UUID, steps: Sequence[Step], wrong: Sequence[Any]) -> None:
    run = db.session.get_one(ImportRun, run_id, populate_existing=True)
    counts = Counter(run.counts)
    counts.update(step.verdict.value for step in steps if step.verdict is not Verdict.WRONG)
    counts[Verdict.WRONG.value] += len(wrong)
    run.counts, run.problems = dict(counts), [*run.problems, *wrong]


def _finish(run_id: UUID, state: ImportState, rows: Sequence[Any], now: datetime) -> None:
    """What went in needs no second copy: only rows with problems stay, to be corrected."""
    run = db.session.get_one(ImportRun, run_id, populate_existing=True)
    if run.state is not ImportState.QUEUED:
        return
    wrong = {number for number, _sentence in run.problems}
    run.rows, run.state, run.finished_at = [row for row in rows if row[0] in wrong], state, now
    record(actor_id=run.actor_id, action="people.imported", subject=("import", run.id), after={"state": state.value, **run.counts}, now=now)


def carry_out_due(now: datetime) -> int:  # noqa: ARG001  a job is given the present; each part asks for its own
    """The job: bring in what was confirmed, the oldest first; rows done."""
    waiting = db.session.scalars(select(ImportRun.id).where(ImportRun.state == ImportState.QUEUED).order_by(ImportRun.id)).all()
    return sum(carry_out(run_id) for run_id in waiting)
