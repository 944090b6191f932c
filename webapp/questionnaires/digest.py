"""The morning's mail to trainers and staff: how many sheets of their places wait for feedback, when something new came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.accounts import mail_choices
from webapp.accounts.mail import letter, link
from webapp.accounts.models import Person, RoleGrant, SignIn
from webapp.accounts.queries import grants_in_force
from webapp.core import idempotency
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, _, _n, localised, speaking
from webapp.core.mail.services import queue
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.places.models import Place
from webapp.questionnaires import definitions
from webapp.questionnaires.access import WRITTEN_TO
from webapp.questionnaires.models import MemberRole, Sheet, SheetMember, SheetState
from webapp.questionnaires.queries_people import Recipient

HOUR = time(7)
DAY = timedelta(days=1)
# After days on which nothing ran, what came meanwhile is still told of; what is older stands in the list anyway.
LOOKS_BACK = timedelta(days=7)
NAMED = 5
KIND = "sheets-handed-in"
# The day's claim is nobody's own.
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Waiting:
    """A sheet that waits for feedback; `path` is its place's, None where it has none; `writers` are not told of their own."""

    id: UUID
    shared_at: datetime
    path: str | None
    writers: frozenset[UUID]
    title: Mapping[str, str]


@dataclass(frozen=True)
class Reader:
    """Somebody who gives feedback, below these paths of places; None: everywhere."""

    to: Recipient
    paths: frozenset[str] | None


def morning_of(now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment of this day's mail, or None before it."""
    morning = datetime.combine(now.astimezone(zone).date(), HOUR, zone)
    return morning if now >= morning else None


def concerns(reader: Reader, sheets: Iterable[Waiting]) -> list[Waiting]:
    """The sheets on which somebody can give feedback, in their order."""
    return [
        sheet for sheet in sheets
        if reader.to.person_id not in sheet.writers and (
            reader.paths is None or (sheet.path is not None and any(sheet.path.startswith(path) for path in reader.paths))
        )
    ]


def send_digests(now: datetime) -> int:
    """Write to whom something new waits since the mail before; how many were written to.

    The day is claimed in the same unit of work as its mails, so that each goes out once. Nothing before seven o'clock in the zone of
    the programme. Six statements at most, and one for each person with such a role.
    """
    zone = settings().programme_zone
    morning = morning_of(now, zone)
    if morning is None:
        return 0
    with unit_of_work():
        if idempotency.claim(person_id=NOBODY, key=_key(morning), now=now) is not None:
            return 0
        since = _before(morning, zone)
        sheets = _waiting()
        if not any(sheet.shared_at > since for sheet in sheets):
            return 0
        return sum(_write(reader, concerns(reader, sheets), since, now) for reader in _readers(now))


def _key(morning: datetime) -> str:
    return f"digest of sheets {morning.date().isoformat()}"


def _before(morning: datetime, zone: ZoneInfo) -> datetime:
    """When the mails before were written: as a rule yesterday; some days ago where nothing ran yesterday. One query."""
    yesterday = datetime.combine(morning.date() - DAY, HOUR, zone)
    ran = select(idempotency.IdempotencyKey.made_at).where(
        idempotency.IdempotencyKey.person_id == NOBODY, idempotency.IdempotencyKey.key == _key(yesterday),
    )
    return db.session.scalar(ran) or morning - LOOKS_BACK


def _waiting() -> list[Waiting]:
    """Sheets that are handed in, the longest waiting first. Two queries, three where a definition is read for the first time."""
    rows = db.session.execute(
        select(Sheet, Place.path).outerjoin(Place, Place.id == Sheet.place_id)
        .where(Sheet.state == SheetState.SHARED, Sheet.survey_id.is_(None), Sheet.anonymous.is_(False), Sheet.shared_at.is_not(None))
        .order_by(Sheet.shared_at, Sheet.id)
    ).all()
    if not rows:
        return []
    writers: dict[UUID, set[UUID]] = defaultdict(set)
    written = (
        select(SheetMember.sheet_id, SheetMember.person_id).join(Sheet, Sheet.id == SheetMember.sheet_id)
        .where(Sheet.state == SheetState.SHARED, Sheet.survey_id.is_(None), SheetMember.role != MemberRole.COMMENTER)
    )
    for sheet_id, person_id in db.session.execute(written):
        writers[sheet_id].add(person_id)
    read = definitions.of_revisions({row[0].revision for row in rows})
    return [_of(sheet, path, frozenset(writers[sheet.id]), read.get(sheet.revision)) for sheet, path in rows]


def _of(sheet: Sheet, path: str | None, writers: frozenset[UUID], definition: Questionnaire | None) -> Waiting:
    titles = dict.fromkeys(LANGUAGES, sheet.title) if sheet.title or definition is None else definition.title
    return Waiting(sheet.id, sheet.shared_at or sheet.changed_at, path, writers, titles)


def _readers(now: datetime) -> list[Reader]:
    """Everybody with such a role in force and an address who wants the mail. One query, and one for each: closed places have successors."""
    rows = db.session.execute(
        select(Person.id, SignIn.email, Person.language).join(SignIn, SignIn.person_id == Person.id)
        .where(
            Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role.in_(WRITTEN_TO), RoleGrant.revoked_at.is_(None))),
            Person.erased_at.is_(None), Person.merged_into_id.is_(None), SignIn.disabled_at.is_(None), SignIn.email != "",
            mail_choices.wanted(KIND, Person.id),
        )
        .order_by(Person.id)
    ).all()
    return [Reader(Recipient(*row), _trees(row[0], now)) for row in rows]


def _trees(person_id: UUID, now: datetime) -> frozenset[str] | None:
    held = [grant.path for grant in grants_in_force(person_id, now) if grant.role in WRITTEN_TO]
    return None if None in held else frozenset(path for path in held if path is not None)


def _write(reader: Reader, sheets: Sequence[Waiting], since: datetime, now: datetime) -> int:
    """Queue the mail if something in it is new; how many were queued."""
    new = [sheet for sheet in sheets if sheet.shared_at > since]
    if not new:
        return 0
    to = reader.to
    stop = mail_choices.link_to_stop(person_id=to.person_id, kind=KIND, language=to.language)
    with speaking(to.language):
        count = len(sheets)
        subject = _n("%(num)d sheet waits for feedback", "%(num)d sheets wait for feedback", count)
        came = _n("%(num)d sheet was handed in since the last mail:", "%(num)d sheets were handed in since the last mail:", len(new))
        lines = [f"{localised(sheet.title)}\n{link(f'/sheets/{sheet.id}/state', lang=to.language)}" for sheet in new[:NAMED]]
        if len(new) > NAMED:
            lines.append(_n("and %(num)d more", "and %(num)d more", len(new) - NAMED))
        text = letter(
            came, *lines,
            _n("In the places that you look after %(num)d sheet waits for feedback:",
               "In the places that you look after %(num)d sheets wait for feedback:", count),
            link("/sheets/review", state=SheetState.SHARED.value, lang=to.language),
            _("You get this mail in the morning, and only when something new was handed in."),
            _("To stop it, open this page and press the button on it:"),
            stop,
        )
    queue(to=to.email, subject=subject, text=text, language=to.language, now=now, person_id=to.person_id, stop_url=stop)
    return 1
