"""The audit trail as a list: newest first, by actor, subject, action and period, a page at a time along an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, lateral, literal, or_, select, true, tuple_, union_all

from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_trees
from webapp.accounts.models import Role
from webapp.core.audit import ENTRIES, AuditEntry
from webapp.core.config import settings
from webapp.core.database import UtcDateTime, db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.listing import LONGEST_SEARCH, SORT, Asked, BadQuery, Column, Filter, Listing, Page
from webapp.core.ui.paging import SIZE, Paging
from webapp.places.models import Place
from webapp.places.queries import within
from webapp.portal.audit_subjects import REASONS, Names, people_named, subjects_named, url_of
from webapp.portal.audit_words import ACTIONS, CHANNELS, FIELDS, SUBJECTS

CHUNK = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


@dataclass(frozen=True)
class AuditRow:
    """An entry as the list shows it; names are today's."""

    number: int
    id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    subject_url: str | None
    place: str
    origin: str
    before: str
    after: str
    hash: str

    @property
    def change(self) -> str:
        """Before and after in one line."""
        return " → ".join(part for part in (self.before, self.after) if part)


@dataclass(frozen=True)
class Cursor:
    """An entry beside which a page begins: older ones follow, or newer ones."""

    at: datetime
    number: int
    newer: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Cursor | None:
        """From `older=` or `newer=`. Raises `BadQuery`."""
        for name in ("older", "newer"):
            if text := query.get(name, ""):
                moment, _dash, number = text.partition("-")
                if not (moment.isdecimal() and number.isdecimal() and len(moment) < 17 and len(number) < 19):
                    raise BadQuery
                return cls(_EPOCH + int(moment) * _MICRO, int(number), newer=name == "newer")
        return None

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICRO}-{self.number}"

    def condition(self) -> ColumnElement[bool]:
        """Entries behind it."""
        entry, here = tuple_(AuditEntry.at, AuditEntry.number), tuple_(literal(self.at, UtcDateTime()), literal(self.number))
        return entry > here if self.newer else entry < here


@dataclass(frozen=True)
class Shown:
    """A page, and the queries of the pages beside it; None where there is none."""

    page: Page[AuditRow]
    newer: dict[str, str] | None
    older: dict[str, str] | None


def _day(value: str, *, after: bool = False) -> datetime:
    day = date.fromisoformat(value)
    if not 2000 <= day.year <= 2200:
        raise ValueError(value)
    return datetime.combine(day + timedelta(days=1) if after else day, time(), settings().programme_zone)


def _action(value: str) -> ColumnElement[bool]:
    if value not in ACTIONS:
        raise ValueError(value)
    return AuditEntry.action == value


def _by_actor(value: str) -> list[ColumnElement[bool]]:
    return [AuditEntry.actor_id == person_id for person_id in people_named(value)]


def _by_subject(value: str) -> list[ColumnElement[bool]]:
    return [and_(AuditEntry.subject_kind == kind, AuditEntry.subject_id == subject_id) for kind, subject_id in subjects_named(value)]


# Those that can mean several ids: an index is followed for each of them, and the first of all together are shown.
ALTERNATIVES = {"actor": _by_actor, "subject": _by_subject}
FILTERS = (
    Filter("actor", lazy("Who"), lambda value: or_(false(), *_by_actor(value)), typed=True),
    Filter("subject", lazy("Whom or what"), lambda value: or_(false(), *_by_subject(value)), typed=True),
    Filter("action", lazy("What was done"), _action, lambda: [(key, str(text)) for key, text in sorted(ACTIONS.items())]),
    Filter("from", lazy("From"), lambda value: AuditEntry.at >= _day(value)),
    Filter("to", lazy("Until"), lambda value: AuditEntry.at < _day(value, after=True)),
)
COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("at", lazy("When"), lambda row: row.at),
    Column("actor", lazy("Who"), lambda row: row.actor),
    Column("action", lazy("What was done"), lambda row: row.action),
    Column("subject", lazy("Whom or what"), lambda row: row.subject, link=lambda row: row.subject_url),
    Column("change", lazy("Before and after"), lambda row: row.change),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("origin", lazy("From where"), lambda row: row.origin),
    Column("number", lazy("Number"), lambda row: row.number, on_screen=False),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
    Column("hash", lazy("Hash"), lambda row: row.hash, on_screen=False),
)


@dataclass(frozen=True)
class AuditListing(Listing[AuditRow]):
    """A list that is followed along (time, number) instead of being counted; every order but newest first is refused.

    `trees`: path prefixes whose entries the viewer may read; None for all.
    """

    trees: tuple[str, ...] | None = ()

    def asked(self, query: Mapping[str, str]) -> Asked:
        """Read a query string or a form. Raises `BadQuery`."""
        if query.get(SORT, "") not in ("", "-at"):
            raise BadQuery
        filters = {each.key: query[each.key].strip()[:LONGEST_SEARCH] for each in self.filters if query.get(each.key, "").strip()}
        return Asked(search="", filters=filters, sort="at", descending=True, page=1)

    def shown(self, asked: Asked, cursor: Cursor | None) -> Shown:
        """One page. At most three queries to find what names mean, one for the entries, two for their names."""
        entries = self._entries(asked, cursor, self.size + 1)
        more, entries = len(entries) > self.size, entries[: self.size]
        newer = cursor is not None and cursor.newer
        if newer:
            entries.reverse()
        page = Page(self, asked, _rows(entries), Paging(number=1, size=self.size, total=len(entries)))
        if not entries:
            return Shown(page, None, None)
        first, last = Cursor(entries[0].at, entries[0].number), Cursor(entries[-1].at, entries[-1].number)
        has_newer, has_older = (more, True) if newer else (cursor is not None, more)
        return Shown(page, asked.query(newer=first) if has_newer else None, asked.query(older=last) if has_older else None)

    def rows(self, asked: Asked) -> Iterator[AuditRow]:
        """Every entry in the order of the screen, a thousand at a time."""
        cursor: Cursor | None = None
        while entries := self._entries(asked, cursor, CHUNK):
            yield from _rows(entries)
            cursor = Cursor(entries[-1].at, entries[-1].number)

    def about(self, asked: Asked) -> list[tuple[str, str]]:
        """The filters that are set, as (what, value)."""
        return [(str(each.label), each.words(asked.filters[each.key])) for each in self.filters if each.key in asked.filters]

    def _entries(self, asked: Asked, cursor: Cursor | None, limit: int) -> list[Any]:
        """Entries behind a cursor. One query beside those that find what names mean."""
        fixed: list[ColumnElement[bool]] = [cursor.condition()] if cursor else []
        try:
            single = [each for each in self.filters if each.key in asked.filters and each.key not in ALTERNATIVES]
            fixed += [each.where(asked.filters[each.key]) for each in single]
        except ValueError as error:
            raise BadQuery from error
        either = [find(asked.filters[key]) for key, find in ALTERNATIVES.items() if key in asked.filters]
        alternatives = [list(each) for each in product(*either)] if either else [[]]
        if not alternatives:
            return []
        newer = cursor is not None and cursor.newer
        order = _order(AuditEntry.at, AuditEntry.number, newer=newer)
        found = [select(ENTRIES).where(*fixed, *one).order_by(*order).limit(limit) for one in alternatives]
        return list(db.session.execute(self._together(found, either, limit, newer=newer)))

    def _together(self, found: list[Any], either: Sequence[Any], limit: int, *, newer: bool) -> Any:
        trees = self.trees
        if trees is None:
            parts = found
        elif either or db.session.get_bind().dialect.name != "postgresql":
            scope = in_trees(ENTRIES.c.place_id, trees)
            parts = [part.where(scope) for part in found]
        else:
            # One step into the index for each place of the trees: few entries of a small county among millions are found at once.
            places = select(Place.id).where(or_(false(), *[within(path) for path in trees])).subquery()
            each = lateral(found[0].where(ENTRIES.c.place_id == places.c.id))
            parts = [select(each).select_from(places.join(each, true()))]
        if len(parts) == 1 and parts[0] is found[0]:
            return parts[0]
        whole = union_all(*[select(part.subquery()) for part in parts]).subquery()
        return select(whole).order_by(*_order(whole.c.at, whole.c.number, newer=newer)).limit(limit)


def audit_list(viewer: Viewer) -> AuditListing:
    """Entries whose place lies in the trees that the viewer administers; all of them for who administers everything."""
    trees = viewer.paths(Role.ADMINISTRATOR)
    source, scope = select(AuditEntry.id), in_trees(AuditEntry.place_id, trees)
    if scope is not None:
        source = source.where(scope)
    return AuditListing(
        name="audit", title=_("Audit trail"), source=source, key=AuditEntry.id, load=_load, columns=COLUMNS, filters=FILTERS, sort="at",
        descending=True, size=SIZE, trees=trees,
    )


def _load(keys: Sequence[Any]) -> list[AuditRow]:
    """Entries by id, in the order of the ids. Three queries."""
    entries = {entry.id: entry for entry in db.session.execute(select(ENTRIES).where(AuditEntry.id.in_(keys)))}
    return _rows([entries[key] for key in keys])


def _order(at: Any, number: Any, *, newer: bool) -> tuple[Any, Any]:
    return (at.asc(), number.asc()) if newer else (at.desc(), number.desc())


def _rows(entries: Sequence[Any]) -> list[AuditRow]:
    """Entries with the names of today. Two queries."""
    ids = {UUID(text) for entry in entries for text in (*_texts(entry.before), *_texts(entry.after)) if _is_id(text)}
    names = Names(
        {entry.actor_id for entry in entries if entry.actor_id} | ids, {(entry.subject_kind, entry.subject_id) for entry in entries},
        {entry.place_id for entry in entries if entry.place_id} | ids, _reasons(entries),
    )
    return [_row(entry, names) for entry in entries]


def _reasons(entries: Sequence[Any]) -> dict[str, set[UUID]]:
    """Ids of what holds a reason, by the key that names it."""
    found: dict[str, set[UUID]] = {}
    for entry in entries:
        for key, value in {**(entry.before or {}), **(entry.after or {})}.items():
            if key in REASONS and isinstance(value, str) and _is_id(value):
                found.setdefault(key, set()).add(UUID(value))
    return found


def _row(entry: Any, names: Names) -> AuditRow:
    kind = SUBJECTS.get(entry.subject_kind, entry.subject_kind)
    called = names.subject(entry.subject_kind, entry.subject_id)
    return AuditRow(
        number=entry.number, id=entry.id, at=entry.at, actor=names.person(entry.actor_id) or _("System"),
        action=str(ACTIONS.get(entry.action, entry.action)),
        subject=_("%(kind)s: %(name)s", kind=kind, name=called), subject_url=url_of(entry.subject_kind, entry.subject_id),
        place=names.place(entry.place_id), origin=" ".join(filter(None, (str(CHANNELS[entry.channel]), entry.network))),
        before=_said(entry.before, names), after=_said(entry.after, names), hash=entry.hash,
    )


def _said(values: dict[str, Any] | None, names: Names) -> str:
    given = [(key, value) for key, value in (values or {}).items() if value not in (None, "", [], {})]
    return _("; ").join(_("%(what)s: %(value)s", what=FIELDS.get(key, key), value=names.value(key, value)) for key, value in given)


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a value of `before` or `after`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4 and all(each in "0123456789abcdef-" for each in text)
