"""Views that are mailed after each month or quarter: key figures as text, the page and the workbook behind sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import parse_qsl
from uuid import UUID

from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from webapp.accounts.mail import letter, link
from webapp.accounts.models import Person, Role, SignIn
from webapp.accounts.queries import grants_in_force
from webapp.core.config import settings
from webapp.core.database import db
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
    today, counted = now.astimezone(zone).date(), source(now).cut_off.astimezone(zone).date()
    for mailing_id, cadence, sent_until in _waiting():
        before = sent_until or begun(cadence, ended(cadence, today))
        end = due(cadence, before, today)
        # Figures that were counted before the period was over would be taken for those of all of it.
        if end is not None and counted > end:
            with unit_of_work():
                sent += _send(mailing_id, sent_until, end, now)
    return sent


def _waiting() -> Iterator[tuple[UUID, Cadence, date | None]]:
    rows: list[tuple[UUID, Cadence, date | None]] = [(key, cadence, sent) for key, cadence, sent in db.session.execute(
        select(Mailing.id, Mailing.cadence, Mailing.sent_until).join(SavedView, SavedView.id == Mailing.view_id)
        .where(SavedView.deleted_at.is_(None)).order_by(Mailing.id)
    )]
    db.session.rollback()
    yield from rows


def _send(mailing_id: UUID, before: date | None, end: date, now: datetime) -> int:
    """Claim the period, then write. A second runner finds it claimed."""
    same = Mailing.sent_until.is_(None) if before is None else Mailing.sent_until == before
    claimed = db.session.execute(
        update(Mailing).where(Mailing.id == mailing_id, same).values(sent_until=end).returning(Mailing.id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        return 0
    mailing = db.session.get_one(Mailing, mailing_id, populate_existing=True)
    view = db.session.get_one(SavedView, mailing.view_id)
    person = db.session.get_one(Person, mailing.person_id)
    email = db.session.scalar(select(SignIn.email).where(SignIn.person_id == person.id, SignIn.disabled_at.is_(None), SignIn.email != ""))
    if person.erased_at is not None or person.merged_into_id is not None or not email:
        db.session.delete(mailing)
        return 0
    allowed, sees = _scope(person.id, now)
    with speaking(person.language):
        if sees and _may_open(view, person.id, allowed):
            try:
                subject, text = _report(view, mailing.cadence, end, allowed, now, person.language)
            except (BadQuestion, BadPeriod) as refused:
                subject, text = _stopped(view, str(refused))
                db.session.delete(mailing)
        else:
            subject, text = _stopped(view, _("You no longer have the role that it needs, or it is no longer shared with you."))
            db.session.delete(mailing)
    queue(to=email, subject=subject, text=text, language=person.language, now=now, person_id=person.id)
    return 1


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
