"""The columnar snapshot: a DuckDB file that holds every fact up to a moment. Each refresh makes a new file beside the old one.

Readers open the newest file read-only and never wait for a refresh; a file that somebody still reads stays until two newer ones
are there. Facts are only added; what a correction takes back gets the moment from which it no longer holds.
"""

from __future__ import annotations

import csv
import io
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from webapp.core.config import settings
from webapp.core.database import Model, db, only_reading
from webapp.core.unit_of_work import unit_of_work
from webapp.participation import rolling
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.statistics import facts, laid
from webapp.statistics.facts import Fact
from webapp.statistics.ground import Ground, tree
from webapp.statistics.models import Snapshot

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = "statistics"
# Of the tables in a file. Files of another form are not read: the next refresh makes a new one.
ENDING = ".5.duckdb"
KEPT = 3
# A transaction that was open at the last refresh may have written rows recorded before it.
OVERLAP = timedelta(hours=1)
DAY = timedelta(days=1)
# Of memory, for whoever reads in a worker, and for the job that writes; what needs more goes through files beside the snapshot.
READS, WRITES = "192MB", "1GB"
# Bytes of a file of rows on their way into the snapshot.
PIECE = 200_000_000

_TABLES = """
CREATE TABLE people (id UUID, number INTEGER, counts_as INTEGER);
CREATE TABLE spots (place UUID, path VARCHAR, number INTEGER);
CREATE TABLE trainings (id UUID, number INTEGER);
CREATE TABLE facts (
    id UUID, kind VARCHAR, person_then INTEGER, person INTEGER, day DATE, recorded TIMESTAMP, void TIMESTAMP, spot INTEGER, course VARCHAR,
    step VARCHAR, training INTEGER, organisation VARCHAR, level TINYINT, sex VARCHAR, age VARCHAR, language VARCHAR, device VARCHAR,
    channel VARCHAR, practice BOOLEAN, number INTEGER, minutes INTEGER, past BOOLEAN
);
"""
_FRESH = (
    "id UUID, kind VARCHAR, person UUID, day DATE, recorded TIMESTAMP, void TIMESTAMP, place UUID, path VARCHAR, course VARCHAR, "
    "step VARCHAR, training UUID, organisation VARCHAR, level TINYINT, sex VARCHAR, age VARCHAR, language VARCHAR, device VARCHAR, "
    "channel VARCHAR, practice BOOLEAN, number INTEGER, minutes INTEGER, past BOOLEAN"
)
_NEW_NAMES = """
INSERT INTO people SELECT id, number, number FROM (
    SELECT id, (SELECT coalesce(max(number), 0) FROM people) + row_number() OVER (ORDER BY id) AS number FROM (
        SELECT DISTINCT person AS id FROM fresh WHERE person IS NOT NULL UNION SELECT kept FROM merged
    ) WHERE id NOT IN (SELECT id FROM people)
);
INSERT INTO spots SELECT place, path, (SELECT coalesce(max(number), 0) FROM spots) + row_number() OVER (ORDER BY path, place) FROM (
    SELECT DISTINCT place, path FROM fresh
) named WHERE NOT EXISTS (
    SELECT 1 FROM spots known WHERE known.place IS NOT DISTINCT FROM named.place AND known.path IS NOT DISTINCT FROM named.path
);
INSERT INTO trainings SELECT id, (SELECT coalesce(max(number), 0) FROM trainings) + row_number() OVER (ORDER BY id) FROM (
    SELECT DISTINCT training AS id FROM fresh WHERE training IS NOT NULL
) WHERE id NOT IN (SELECT id FROM trainings);
"""
# One kind after the other: who counts a kind looks only at its part of the file.
_NEW_FACTS = """
INSERT INTO facts SELECT
    fresh.id, fresh.kind, people.number, people.counts_as, fresh.day, fresh.recorded, fresh.void, spots.number, fresh.course, fresh.step,
    trainings.number, fresh.organisation, fresh.level, fresh.sex, fresh.age, fresh.language, fresh.device, fresh.channel, fresh.practice,
    fresh.number, fresh.minutes, fresh.past
FROM fresh LEFT JOIN people ON people.id = fresh.person LEFT JOIN trainings ON trainings.id = fresh.training
JOIN spots ON spots.place IS NOT DISTINCT FROM fresh.place AND spots.path IS NOT DISTINCT FROM fresh.path
WHERE fresh.kind = ? ORDER BY fresh.day
"""
_PLAIN_CSV = "FORMAT csv, AUTO_DETECT false, HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR ''"
_TAKEN_BACK = "UPDATE facts SET void = taken_back.since FROM taken_back WHERE facts.id = taken_back.id AND facts.void IS NULL"
# Merges, also those that were undone: whoever counts as another one than before, and their facts.
_MERGES = """
CREATE TEMP TABLE turned AS SELECT people.number, coalesce(kept.number, people.number) AS counts_as
FROM people LEFT JOIN merged ON merged.gone = people.id LEFT JOIN people kept ON kept.id = merged.kept
WHERE people.counts_as <> coalesce(kept.number, people.number);
UPDATE people SET counts_as = turned.counts_as FROM turned WHERE people.number = turned.number;
UPDATE facts SET person = turned.counts_as FROM turned WHERE facts.person_then = turned.number;
"""


class Overtaken(RuntimeError):
    """Another snapshot was finished first and has the number."""


def folder() -> Path:
    """Where the files lie."""
    return settings().data_dir / FOLDER


# Built once: every page asks it.
_NEWEST = select(Snapshot).where(Snapshot.file.endswith(ENDING)).order_by(Snapshot.number.desc()).limit(1)


def newest() -> Snapshot | None:
    """The newest snapshot. One query."""
    return db.session.scalars(_NEWEST).first()


def refresh(now: datetime, *, anew: bool = False, ahead: Callable[[Snapshot], Iterable[Model]] = lambda _made: ()) -> Snapshot:
    """Make the next snapshot from the last one and what was recorded since; `anew` reads everything. It commits.

    What `ahead` makes of it is written together with it. Two refreshes at once make two files; the one that finishes second
    finds its number taken and gives way. Others go on writing: what they record meanwhile is in the next one. Raises `Overtaken`.
    """
    with only_reading():
        made = _drawn(now, anew=anew)
    number, name = made.number, made.file
    try:
        with only_reading():
            answers = list(ahead(made))
        with unit_of_work():
            db.session.add(made)
            try:
                db.session.flush()
            except IntegrityError as error:
                raise Overtaken from error
            db.session.add_all(answers)
            db.session.flush()
    except BaseException:
        (folder() / name).unlink(missing_ok=True)
        raise
    _sweep(number)
    return made


def _drawn(now: datetime, *, anew: bool) -> Snapshot:
    """The next file, and its row, which is not in the database yet."""
    last = None if anew else newest()
    # Where single showings of an old snapshot became counts since, adding what came since would count them twice.
    if last is not None and (last.cut_off <= now - rolling.KEPT + DAY or not (folder() / last.file).exists()):
        last = None
    folder().mkdir(parents=True, exist_ok=True)
    since = last.cut_off - OVERLAP if last else None
    number = (db.session.scalar(select(func.max(Snapshot.number))) or 0) + 1
    name = f"{number}-{secrets.token_hex(4)}{ENDING}"
    with tempfile.TemporaryDirectory(dir=folder()) as work:
        draft = Path(work) / "draft.duckdb"
        if last is not None:
            shutil.copyfile(folder() / last.file, draft)
        rows = _fill(draft, Path(work), since)
        draft.replace(folder() / name)
    return Snapshot(number=number, file=name, cut_off=now, rows=rows, made_at=now)


def connect(path: Path | str, memory: str) -> DuckDBPyConnection:
    """A connection that loads nothing from elsewhere and holds as much as it is told; the rest goes to files for the moment."""
    import duckdb  # noqa: PLC0415  large, and only statistics need it

    options: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2, "memory_limit": memory, "temp_directory": str(folder() / "moment"), "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return duckdb.connect(str(path), config=options)


def _fill(draft: Path, work: Path, since: datetime | None) -> int:
    """Bring in everything, or what was recorded from a moment on; the number of facts."""
    with connect(draft, WRITES) as connection:
        if since is None:
            connection.execute(_TABLES)
        connection.execute(f"CREATE TEMP TABLE fresh ({_FRESH})")
        for piece in _pieces(_lines(since), work):
            connection.execute(f"COPY fresh FROM '{piece}' ({_PLAIN_CSV})")
        _write(connection, work, "merged", "gone UUID, kept UUID", ((str(gone), str(kept)) for gone, kept in facts.merged().items()))
        if since is not None:
            voids = ((str(key), _moment(at)) for key, at in _voids(since))
            _write(connection, work, "taken_back", "id UUID, since TIMESTAMP", voids)
            # Totals of the past can be taken back, which leaves no correction behind: all of them come anew.
            connection.execute("DELETE FROM facts WHERE past AND person_then IS NULL AND kind = 'viewed'")
            connection.execute("DELETE FROM fresh WHERE id IN (SELECT id FROM facts WHERE recorded >= ?)", [plain(since)])
            connection.execute(_TAKEN_BACK)
        connection.execute(_NEW_NAMES)
        for kind in sorted(EventKind):
            connection.execute(_NEW_FACTS, [kind.value])
        connection.execute(_MERGES)
        _lay(connection, work)
        connection.execute("CHECKPOINT")
        found = connection.execute("SELECT count(*) FROM facts").fetchone()
        assert found is not None
        return int(found[0])


def _lay(connection: DuckDBPyConnection, work: Path) -> None:
    """The tree of this moment, who leads which training, and where every event counts."""
    known = tree()
    for table, columns, rows in laid.rows(known, facts.trainings(), facts.leads()):
        _write(connection, work, table, columns, rows, keep=True)
    connection.execute(laid.PATHS)
    laid.lay(connection, "main", laid.MOMENT, Ground(None, known))


def _lines(since: datetime | None) -> Iterator[bytes]:
    """Lines of CSV: made by PostgreSQL where that is the database, else row by row."""
    if db.engine.dialect.name == "postgresql":
        yield from facts.lines(since)
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for number, fact in enumerate(facts.everything(since), 1):
        writer.writerow(_cells(fact))
        if number % facts.AT_ONCE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _pieces(lines: Iterable[bytes], work: Path) -> Iterator[Path]:
    """The lines as files one after the other, each gone when the next one comes."""
    path, lines = work / "rows.csv", iter(lines)
    for line in lines:
        with path.open("wb") as file:
            file.write(line)
            for each in lines:
                file.write(each)
                if file.tell() >= PIECE:
                    break
        yield path
        path.unlink()


def _write(
    connection: DuckDBPyConnection, work: Path, table: str, columns: str, rows: Iterable[Iterable[str]], *, keep: bool = False,
) -> None:
    """A table of rows: for the moment, or `keep` in the file in the place of the one that was there."""
    path = work / f"{table}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    connection.execute(f"CREATE {'OR REPLACE TABLE' if keep else 'TEMP TABLE'} {table} ({columns})")
    connection.execute(f"COPY {table} FROM '{path}' ({_PLAIN_CSV})")


def _cells(fact: Fact) -> Iterator[str]:
    place, path = fact.spot
    for each in (*fact[:6], place, path, *fact[7:]):
        yield _moment(each) if isinstance(each, datetime) else "" if each is None else str(each)


def _moment(value: datetime) -> str:
    return plain(value).isoformat(sep=" ")


def plain(value: datetime) -> datetime:
    """In UTC and without a zone, as the snapshot keeps moments."""
    return value.astimezone(UTC).replace(tzinfo=None)


def _voids(since: datetime | None) -> Iterator[tuple[UUID | None, datetime]]:
    """Events that a correction recorded from a moment on takes the place of; all come with the facts when everything is read."""
    if since is None:
        return
    correction = aliased(ParticipationEvent)
    query = select(correction.corrects_id, correction.recorded_at).where(
        correction.corrects_id.is_not(None), correction.recorded_at >= since,
    )
    for row in db.session.execute(query):
        yield row[0], row[1]


def _sweep(number: int) -> None:
    """Forget snapshots that are no longer needed, and drop their files; what another worker still reads lives on until it closes."""
    with unit_of_work():
        old = list(db.session.scalars(delete(Snapshot).where(Snapshot.number <= number - KEPT).returning(Snapshot.file)))
    for name in old:
        (folder() / name).unlink(missing_ok=True)
