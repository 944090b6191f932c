"""How long each kind of data is kept: one table, carried out once a day, shown by `localgoals retention`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from webapp.accounts import services_imports
from webapp.accounts.models import MailToken, Session, SignUp
from webapp.accounts.models_data import ErasureRequest
from webapp.accounts.models_following import PlaceFollow
from webapp.accounts.models_imports import ImportRun, ImportState
from webapp.accounts.models_invitations import InvitationCode
from webapp.accounts.models_signing import EmailChange, HalfSignIn, KnownDevice
from webapp.accounts.services_sessions import DEVICES_KEPT, LINKS_KEPT
from webapp.core import idempotency
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, lazy
from webapp.core.idempotency import IdempotencyKey
from webapp.core.limits import LimitCounter
from webapp.core.mail.jobs import SENT_KEPT
from webapp.core.mail.models import MailState, OutboxMail
from webapp.learning.models import ReadingReport
from webapp.learning.rules import TICKET_SECONDS
from webapp.participation import rolling
from webapp.places.models_operations import PlaceOperation
from webapp.questionnaires.models import Sheet, SheetComment, SheetFile, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyTicket
from webapp.quizzes.models import Attempt, AttemptLog
from webapp.statistics.models import Check
from webapp.trainings.jobs_people import LISTS_KEPT, NEEDS_KEPT
from webapp.trainings.models_onsite import CheckInTicket

SESSIONS_KEPT = timedelta(days=1)
REPORTS_KEPT = timedelta(seconds=2 * TICKET_SECONDS)
FAILED_MAIL_KEPT = timedelta(days=90)
FOLLOWS_KEPT = timedelta(days=2)
ERASURES_KEPT = timedelta(days=30)
INVITATIONS_KEPT = timedelta(days=365)
STEPS_KEPT = timedelta(days=730)
EMPTY_SHEETS_KEPT = timedelta(days=90)
SURVEYS_KEPT = timedelta(days=90)
CHECK_INS_KEPT = timedelta(days=7)
CHECKS_KEPT = timedelta(days=400)


@dataclass(frozen=True)
class Period:
    """A kind of data and how long it is kept. `over` gives the condition of the rows whose time is over at a moment.

    Without `over` the kind is kept, and `why` says why; with `kept` all the same, a job of its own room carries it out.
    """

    key: str
    label: Any
    kept: timedelta | None
    why: Any
    table: Any = None
    over: Callable[[datetime], ColumnElement[bool]] | None = None


@dataclass(frozen=True)
class Line:
    """One line of the report: a kind of data and the number of its rows that were, or would be, deleted."""

    period: Period
    rows: int


def _old_steps(now: datetime) -> ColumnElement[bool]:
    done = select(Attempt.id).where(Attempt.submitted_at <= now - STEPS_KEPT)
    return AttemptLog.attempt_id.in_(done)


def _old_follows(now: datetime) -> ColumnElement[bool]:
    done = select(PlaceOperation.id).where(PlaceOperation.done_at <= now - FOLLOWS_KEPT)
    return PlaceFollow.operation_id.in_(done)


def _empty_sheets(now: datetime) -> ColumnElement[bool]:
    return and_(
        Sheet.changes == 0, Sheet.state == SheetState.DRAFT, Sheet.survey_id.is_(None), Sheet.created_at <= now - EMPTY_SHEETS_KEPT,
        Sheet.id.not_in(select(SheetComment.sheet_id)), Sheet.id.not_in(select(SheetFile.sheet_id)),
    )


def _long_closed(now: datetime) -> Any:
    return select(Survey.id).where(Survey.closes_at <= now - SURVEYS_KEPT)


PERIODS: tuple[Period, ...] = (
    Period(
        "sessions", lazy("Sessions"), SESSIONS_KEPT, lazy("after they ended"), Session,
        lambda now: or_(Session.expires_at <= now - SESSIONS_KEPT, Session.ended_at <= now - SESSIONS_KEPT),
    ),
    Period(
        "halves", lazy("Sign-ins without the second code"), timedelta(0), lazy("after they ended"), HalfSignIn,
        lambda now: HalfSignIn.expires_at <= now,
    ),
    Period(
        "links", lazy("Mailed links"), SESSIONS_KEPT, lazy("after they ended"), MailToken,
        lambda now: MailToken.expires_at <= now - SESSIONS_KEPT,
    ),
    Period(
        "sign-ups", lazy("Sign-ups"), SESSIONS_KEPT, lazy("after the link ended"), SignUp,
        lambda now: SignUp.expires_at <= now - SESSIONS_KEPT,
    ),
    Period(
        "email-changes", lazy("Changes of address"), LINKS_KEPT, lazy("after they could be taken back"), EmailChange,
        lambda now: EmailChange.undo_until <= now - LINKS_KEPT,
    ),
    Period(
        "devices", lazy("Known browsers"), DEVICES_KEPT, lazy("after they became known"), KnownDevice,
        lambda now: KnownDevice.created_at <= now - DEVICES_KEPT,
    ),
    Period(
        "sent-mail", lazy("Mails that were sent"), SENT_KEPT, lazy("after sending"), OutboxMail,
        lambda now: and_(OutboxMail.state == MailState.SENT, OutboxMail.sent_at <= now - SENT_KEPT),
    ),
    Period(
        "failed-mail", lazy("Mails that could not be sent"), FAILED_MAIL_KEPT, lazy("after they were written"), OutboxMail,
        lambda now: and_(OutboxMail.state == MailState.FAILED, OutboxMail.created_at <= now - FAILED_MAIL_KEPT),
    ),
    Period(
        "limits", lazy("Counts of tries"), timedelta(0), lazy("after their window"), LimitCounter,
        lambda now: LimitCounter.window_ends <= now,
    ),
    Period(
        "form-keys", lazy("Keys of sent forms"), idempotency.KEPT, lazy("after sending"), IdempotencyKey,
        lambda now: IdempotencyKey.made_at <= now - idempotency.KEPT,
    ),
    Period(
        "reading", lazy("Reports of reading time"), REPORTS_KEPT, lazy("after they came"), ReadingReport,
        lambda now: ReadingReport.reported_at <= now - REPORTS_KEPT,
    ),
    Period("steps", lazy("Single steps of attempts at quizzes"), STEPS_KEPT, lazy("after handing in"), AttemptLog, _old_steps),
    Period(
        "imports", lazy("Files of people that were sent for import"), services_imports.KEPT, lazy("after sending"), ImportRun,
        lambda now: and_(ImportRun.created_at <= now - services_imports.KEPT, ImportRun.state != ImportState.QUEUED),
    ),
    Period("follows", lazy("Who followed a place to its successor"), FOLLOWS_KEPT, lazy("after the change"), PlaceFollow, _old_follows),
    Period(
        "erasures", lazy("Wishes to be erased"), ERASURES_KEPT, lazy("after they were carried out or called off"), ErasureRequest,
        lambda now: or_(ErasureRequest.done_at <= now - ERASURES_KEPT, ErasureRequest.undone_at <= now - ERASURES_KEPT),
    ),
    Period(
        "invitations", lazy("Invitation codes"), INVITATIONS_KEPT, lazy("after they ended"), InvitationCode,
        lambda now: InvitationCode.until <= now - INVITATIONS_KEPT,
    ),
    Period(
        "empty-sheets", lazy("Sheets on which nothing was written"), EMPTY_SHEETS_KEPT, lazy("after they were begun"), Sheet, _empty_sheets,
    ),
    Period(
        "survey-drafts", lazy("Drafts of surveys that were never sent"), SURVEYS_KEPT, lazy("after the closing"), Sheet,
        lambda now: and_(Sheet.state != SheetState.DONE, Sheet.survey_id.in_(_long_closed(now))),
    ),
    Period(
        "survey-tickets", lazy("Tickets of anonymous answers that never came"), SURVEYS_KEPT, lazy("after the closing"), SurveyTicket,
        lambda now: SurveyTicket.survey_id.in_(_long_closed(now)),
    ),
    Period(
        "checks", lazy("Nightly checks of the statistics"), CHECKS_KEPT, lazy("after the check"), Check,
        lambda now: Check.at <= now - CHECKS_KEPT,
    ),
    Period(
        "check-ins", lazy("Codes of check-ins that were used"), CHECK_INS_KEPT, lazy("after the check-in"), CheckInTicket,
        lambda now: CheckInTicket.at <= now - CHECK_INS_KEPT,
    ),
    Period("needs", lazy("Diet, access and interpretation needs of participants"), NEEDS_KEPT, lazy("after the training")),
    Period("participant-lists", lazy("Lists of participants that trainers brought in"), LISTS_KEPT, lazy("after they came")),
    Period("visitor-views", lazy("Single showings of steps to visitors"), rolling.KEPT, lazy("after their day; then as a number")),
    Period("trainings", lazy("Trainings: who took part, attendance, tests, notes"), None, lazy("kept; after erasure without a name")),
    Period("answers", lazy("Answers to surveys"), None, lazy("kept; after erasure without a name")),
    Period("sheets", lazy("Sheets and their history"), None, lazy("until everybody on them is erased")),
    Period("people", lazy("Names, addresses and profiles"), None, lazy("until the person is erased")),
    Period("results", lazy("Courses, attempts, results"), None, lazy("kept; after erasure without a name")),
    Period("certificates", lazy("Certificates"), None, lazy("kept; after erasure without a name, or withdrawn")),
    Period("participation", lazy("Participation events"), None, lazy("kept, since statistics are made from them; they hold no name")),
    Period("consents", lazy("Consents"), None, lazy("kept as proof; they hold no name")),
    Period("audit", lazy("Audit trail"), None, lazy("kept as proof; it holds no name")),
)


def report(now: datetime) -> list[Line]:
    """What would be deleted now. One query a kind."""
    return [
        Line(each, db.session.scalar(select(func.count()).select_from(each.table).where(each.over(now))) or 0)
        for each in PERIODS if each.over is not None
    ]


def carry_out(now: datetime) -> list[Line]:
    """Delete what is over; the report. Written to the audit trail if anything went. One statement a kind."""
    lines = []
    for each in PERIODS:
        if each.over is not None:
            gone: Any = db.session.execute(delete(each.table).where(each.over(now)), execution_options={"synchronize_session": False})
            lines.append(Line(each, int(gone.rowcount)))
    counts = {line.period.key: line.rows for line in lines if line.rows}
    if counts:
        record(actor_id=None, action="retention.run", subject=("job", "retention"), after=counts, now=now)
    db.session.flush()
    return lines


def run(now: datetime) -> int:
    """The job: the number of rows deleted."""
    return sum(line.rows for line in carry_out(now))


def in_words(period: Period) -> str:
    """`30 days after sending`, or why it is kept."""
    if period.kept is None:
        return str(period.why)
    if not period.kept:
        return _("at once %(when)s", when=period.why)
    return _n("%(num)d day %(when)s", "%(num)d days %(when)s", period.kept.days, when=period.why)


def printed(lines: Sequence[Line]) -> list[str]:
    """The report as lines of text."""
    return [f"{line.rows:>8}  {line.period.label}: {in_words(line.period)}" for line in lines]
