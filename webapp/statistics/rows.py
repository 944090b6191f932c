"""The rows behind the figures: one line an event of the slice, without end in memory and without names unless they were asked for."""

from __future__ import annotations

import csv
import hmac
import io
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.exports import neutral
from webapp.core.i18n import _, lazy
from webapp.participation.models import EventKind
from webapp.places.models import PlaceSpell
from webapp.statistics import facts, slow, words
from webapp.statistics.answers import Source
from webapp.statistics.definitions import KINDS
from webapp.statistics.fast import Opened, conditions, opened
from webapp.statistics.ground import Ground, Spot, lies_in
from webapp.statistics.models import Snapshot
from webapp.statistics.slices import Dimension, Slice

# Rows of the snapshot that one statement looks at, and rows that go out at once.
WINDOW, AT_ONCE = 400_000, 4_000
# The same kind of event as the completion of a training, and in no figure.
OF_COURSE = lazy("completed a course")
_COLUMNS = (
    "kind", "day", "spot", "course", "step", "training", "organisation", "level", "sex", "age", "language", "device", "channel", "number",
    "minutes", "person",
)


class Row(NamedTuple):
    """An event as it was at its moment. `person` is an id, or the number that the snapshot has for it; None for a count of views."""

    kind: str
    day: date
    spot: Spot
    course: str | None
    step: str | None
    training: UUID | None
    organisation: str | None
    level: int | None
    sex: str | None
    age: str | None
    language: str
    device: str
    channel: str
    number: int
    minutes: int
    person: UUID | int | None


def heads(*, with_names: bool) -> list[str]:
    """Titles of the columns."""
    known = words.DIMENSIONS
    return [
        _("Event"), _("Day"), _("Place code"), str(known[Dimension.PROVINCE]), str(known[Dimension.CITY]), str(known[Dimension.COUNTY]),
        *(str(known[each]) for each in (
            Dimension.COURSE, Dimension.STEP, Dimension.TRAINING, Dimension.ORGANISATION, Dimension.LEVEL, Dimension.SEX, Dimension.AGE,
            Dimension.LANGUAGE, Dimension.DEVICE, Dimension.CHANNEL,
        )),
        _("How many times"), _("Minutes"), _("Pseudonym of the person"), *([_("Name")] if with_names else []),
    ]


def written(found: Source, part: Slice, *, with_names: bool, allowed: tuple[str, ...] | None = None) -> Iterator[bytes]:
    """The file piece by piece, UTF-8 with a byte order mark; the titles come at once.

    A person has the same pseudonym in every row of one file and another one in every other file: it is made with a key that
    nobody keeps. The number of rows in memory does not depend on how many there are. `allowed`: the trees in which trainings are named.
    """
    yield b"\xef\xbb\xbf" + _lines([heads(with_names=with_names)])
    source = _of_snapshot(found.snapshot, part) if found.snapshot is not None else _of_events(part)
    say = Words(part, allowed)
    key = secrets.token_bytes(32)
    while batch := list(islice(source, AT_ONCE)):
        names = _names(found.snapshot, batch) if with_names else None
        yield _lines(_cells(row, say, key, names) for row in batch)


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode("utf-8", "replace")


def _cells(row: Row, say: Words, key: bytes, names: Mapping[Any, str] | None) -> list[Any]:
    return [
        say.event(row), row.day.isoformat(), *say.place(row.spot), say.course(row.course), row.step, say.training(row.training),
        say.organisation(row.organisation), say.level(row.level), say.sex(row.sex), say.age(row.age), say.language(row.language),
        say.device(row.device), say.channel(row.channel), row.number, row.minutes or None,
        None if row.person is None else pseudonym(key, row.person), *([] if names is None else [names.get(row.person, "")]),
    ]


def pseudonym(key: bytes, person: UUID | int) -> str:
    """What stands for a person: 80 bits of an HMAC with SHA-256 (RFC 2104), in letters."""
    return hmac.digest(key, str(person).encode(), "sha256")[:10].hex()


class Words:
    """The words of values, looked up once each."""

    def __init__(self, part: Slice, allowed: tuple[str, ...] | None) -> None:
        self.ground = Ground(part.tree_on)
        self.names: dict[str, str] = {}
        for spell in db.session.scalars(select(PlaceSpell).order_by(PlaceSpell.valid_from)):
            if part.tree_on is None or spell.valid_from <= part.tree_on or spell.path not in self.names:
                self.names[spell.path] = neutral(spell.name())
        self.places: dict[Spot, tuple[str, ...]] = {}
        self.trainings = {
            key: neutral(word) for key, word in words.named(Dimension.TRAINING, facts.trainings(), allowed=allowed)
        }
        self.kinds = {kind.value: str(word) for kind, word in KINDS.items()}
        self.kind = self._from(self.kinds)
        self.training = self._from(self.trainings)
        self.course, self.organisation, self.level, self.sex, self.age, self.language, self.device, self.channel = (
            self._from(dict(words.choices(each))) for each in (
                Dimension.COURSE, Dimension.ORGANISATION, Dimension.LEVEL, Dimension.SEX, Dimension.AGE, Dimension.LANGUAGE,
                Dimension.DEVICE, Dimension.CHANNEL,
            )
        )

    def event(self, row: Row) -> str:
        """What happened."""
        return str(OF_COURSE) if row.kind == EventKind.COMPLETED.value and row.training is None else self.kind(row.kind)

    @staticmethod
    def _from(known: Mapping[Any, str]) -> Callable[[Any], str]:
        def word(value: Any) -> str:
            if value is None:
                return ""
            return known[value] if value in known else known.get(str(value), str(value))

        return word

    def place(self, spot: Spot) -> tuple[str, ...]:
        """Code, province, city and county of where an event counts."""
        found = self.places.get(spot)
        if found is None:
            where = self.ground.where(*spot)
            found = ("", "", "", "") if where is None else (
                where.path.rstrip("/").rpartition("/")[2],
                *(self.names.get(path or "", "") for path in (where.province, where.city, where.county)),
            )
            self.places[spot] = found
        return found


def _of_events(part: Slice) -> Iterator[Row]:
    """From the events themselves, where there is no snapshot yet."""
    ground, merged = Ground(part.tree_on), facts.merged()
    for fact in facts.everything(first=part.first, last=part.last):
        if slow.counts(fact, part) and lies_in(ground.where(*fact.spot), part.paths):
            person = merged.get(fact.person, fact.person) if fact.person else None
            yield Row(
                fact.kind, fact.day, fact.spot, fact.course, fact.step, fact.training, fact.organisation, fact.level, fact.sex, fact.age,
                fact.language, fact.device, fact.channel, fact.number, fact.minutes, person,
            )


def _of_snapshot(snapshot: Snapshot, part: Slice) -> Iterator[Row]:
    """From the snapshot, a window of its rows after the other, so that no result is held whole."""
    held = opened(snapshot)
    cursor = held.cursor()
    spots: dict[int, Spot] = {
        number: (place, path) for number, place, path in cursor.execute("SELECT number, place, path FROM kept.spots").fetchall()
    }
    statement, values = _statement(held, part)
    last = cursor.execute("SELECT max(rowid) FROM kept.facts").fetchone()
    for first in range(0, (last[0] if last and last[0] is not None else -1) + 1, WINDOW):
        cursor.execute(statement, [first, first + WINDOW, *values])
        while batch := cursor.fetchmany(AT_ONCE):
            for row in batch:
                training = held.trainings[row[5]] if row[5] is not None else None
                yield Row._make([*row[:2], spots[row[2]], *row[3:5], training, *row[6:]])


def _statement(held: Opened, part: Slice) -> tuple[str, list[Any]]:
    where, values = conditions(part)
    joined = ""
    if part.paths is not None:
        joined = f" JOIN {held.ground(part.tree_on)} ground ON ground.number = facts.spot"
        where.append("(" + (" OR ".join(["starts_with(ground.path, ?)"] * len(part.paths)) or "false") + ")")
        values = [*values, *part.paths]
    columns = ", ".join(f"facts.{each}" for each in _COLUMNS)
    return (
        f"SELECT {columns} FROM kept.facts{joined} WHERE facts.rowid >= ? AND facts.rowid < ? AND {' AND '.join(where)}",  # noqa: S608  no value of a reader
        values,
    )


def _names(snapshot: Snapshot | None, batch: Sequence[Row]) -> dict[Any, str]:
    """Names of the people of some rows, by what the rows call them. One query."""
    present = {row.person for row in batch if row.person is not None}
    ids: dict[Any, UUID] = {each: each for each in present if isinstance(each, UUID)}
    if snapshot is not None and present:
        marks = ", ".join("?" * len(present))
        found = opened(snapshot).cursor().execute(
            f"SELECT number, id FROM kept.people WHERE number IN ({marks})", list(present),  # noqa: S608  marks for values
        ).fetchall()
        ids = dict(found)
    people = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids.values())))
    known = {row.id: row.name for row in people}
    return {each: neutral(known.get(key, "") or "") for each, key in ids.items()}
