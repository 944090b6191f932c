"""Views that are mailed after each month or quarter: key figures as text, the page and the workbook behind sign-in."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qsl
from uuid import UUID

from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from webapp.accounts.mail import letter, link
from webapp.accounts.models import Person, Role, SignIn
from webapp.accounts.queries import grants_in_force
from webapp.core.config import settings
from webapp.core.database import db, only_reading
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, speaking
from webapp.core.mail.services import queue
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import described, pages_overview, services_views
from webapp.statistics.answers import source
from webapp.statistics.asking import Asked, BadQuestion, query_of, read
from webapp.statistics.exports import moment
from webapp.statistics.models import Cadence, Mailing, SavedView
from webapp.statistics.pages import ALSO
from webapp.statistics.rules import BadPeriod
from webapp.statistics.rules_views import begun, due, ended, moved
from webapp.statistics.words import not_stated

ROLES = (Role.STAFF, Role.ADMINISTRATOR)


def send_due(now: datetime) -> int:
    """Mail every view whose month or quarter is over, one period at a time; the number of mails. It commits one by one."""
    with unit_of_work():
        services_views.sweep(now)
    zone, sent = settings().programme_zone, 0
    with only_reading():
        counted, waiting = source(now).cut_off.astimezone(zone).date(), _waiting()
    today = now.astimezone(zone).date()
    for mailing_id, cadence, sent_until in waiting:
        before = sent_until or begun(cadence, ended(cadence, today))
        end = due(cadence, before, today)
        # Figures that were counted before the period was over would be taken for those of all of it.
        if end is not None and counted > end:
            sent += _send(mailing_id, sent_until, end, now)
    return sent


@dataclass(frozen=True)
class _Mail:
    """What somebody is sent; `ends` if it is the last of this view."""

    email: str
    person_id: UUID
    language: str
    subject: str
    text: str
    ends: bool


def _waiting() -> list[tuple[UUID, Cadence, date | None]]:
    return [(key, cadence, sent) for key, cadence, sent in db.session.execute(
        select(Mailing.id, Mailing.cadence, Mailing.sent_until).join(SavedView, SavedView.id == Mailing.view_id)
        .where(SavedView.deleted_at.is_(None)).order_by(Mailing.id)
    )]


def _send(mailing_id: UUID, before: date | None, end: date, now: datetime) -> int:
    """Write, then claim the period and send: 1, or 0 where nobody is to be sent anything. A second runner finds it claimed. It commits."""
    with only_reading():
        mail = _written(mailing_id, end, now)
    with unit_of_work():
        return _claimed_and_sent(mail, mailing_id, before, end, now)


def _claimed_and_sent(mail: _Mail | None, mailing_id: UUID, before: date | None, end: date, now: datetime) -> int:
    same = Mailing.sent_until.is_(None) if before is None else Mailing.sent_until == before
    claimed = db.session.execute(
        update(Mailing).where(Mailing.id == mailing_id, same).values(sent_until=end).returning(Mailing.id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        return 0
    if mail is None or mail.ends:
        db.session.delete(db.session.get_one(Mailing, mailing_id, populate_existing=True))
    if mail is None:
        return 0
    queue(to=mail.email, subject=mail.subject, text=mail.text, language=mail.language, now=now, person_id=mail.person_id)
    return 1


def _written(mailing_id: UUID, end: date, now: datetime) -> _Mail | None:
    """The mail of a period; None where there is nobody to send it to."""
    mailing = db.session.get(Mailing, mailing_id, populate_existing=True)
    if mailing is None:
        return None
    view = db.session.get_one(SavedView, mailing.view_id)
    person = db.session.get_one(Person, mailing.person_id)
    email = db.session.scalar(select(SignIn.email).where(SignIn.person_id == person.id, SignIn.disabled_at.is_(None), SignIn.email != ""))
    if person.erased_at is not None or person.merged_into_id is not None or not email:
        return None
    allowed, sees = _scope(person.id, now)
    ends = True
    with speaking(person.language):
        if sees and _may_open(view, person.id, allowed):
            try:
                subject, text = _report(view, mailing.cadence, end, allowed, now, person.language)
                ends = False
            except (BadQuestion, BadPeriod) as refused:
                subject, text = _stopped(view, str(refused))
        else:
            subject, text = _stopped(view, _("You no longer have the role that it needs, or it is no longer shared with you."))
    return _Mail(email, person.id, person.language, subject, text, ends)


def _scope(person_id: UUID, now: datetime) -> tuple[tuple[str, ...] | None, bool]:
    """The trees that somebody may count now, and whether there are any."""
    held = [grant for grant in grants_in_force(person_id, now) if grant.role in ROLES]
    if any(grant.everywhere for grant in held):
        return None, True
    return tuple(sorted({grant.path for grant in held if grant.path is not None})), bool(held)


def _may_open(view: SavedView, person_id: UUID, allowed: tuple[str, ...] | None) -> bool:
    return services_views.opened(view.id, person_id, allowed) is not None


def _report(
    view: SavedView, cadence: Cadence, end: date, allowed: tuple[str, ...] | None, now: datetime, language: str,
) -> tuple[str, str]:
    """Subject and text. Raises `BadQuestion` and `BadPeriod` for what the reader may not ask any more."""
    found = source(now)
    asked = read(MultiDict(moved(parse_qsl(view.query), cadence, end)), allowed, found, ALSO[view.page], now)
    covered = _("%(place)s, %(days)s", place=described.place_of(asked), days=described.period_of(asked.part.first, asked.part.last))
    table = pages_overview.shown(asked, found, now).tables[0]
    figures = [
        _("%(label)s: %(value)s", label=line.label, value=table.heads[0].words(line.values[0]) if line.values else not_stated())
        for line in table.lines
    ]
    filters = [_("%(label)s: %(value)s", label=each.label, value=each.value) for each in described.chosen(asked)]
    path = "/statistics/" if view.page == "overview" else f"/statistics/{view.page}"
    page, book = _links(path, asked, language)
    said = letter(
        _("Your view “%(name)s” of the statistics: %(covered)s.", name=view.name, covered=covered), "\n".join([*filters, *figures]),
        _("As of %(time)s. What each figure counts stands on the page and in the workbook.", time=moment(asked.part.cut_off)),
        _("The page:") + "\n" + page, _("The workbook, after signing in:") + "\n" + book,
        _("To stop these mails or change how often they come, open your saved views:") + "\n" + link("/statistics/views", lang=language),
    )
    return _("Statistics: %(name)s, %(covered)s", name=view.name, covered=covered), said


def _links(path: str, asked: Asked, language: str) -> tuple[str, str]:
    query = query_of(asked, lang=language)
    return link(path) + "?" + query, link(path.rstrip("/") + ".xlsx") + "?" + query


def _stopped(view: SavedView, why: str) -> tuple[str, str]:
    return _("Statistics: “%(name)s” is no longer mailed", name=view.name), letter(
        _("Your view “%(name)s” of the statistics is no longer mailed to you.", name=view.name), why,
    )
