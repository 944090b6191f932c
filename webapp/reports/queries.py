"""Reads of reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person, Role, RoleGrant, SignIn
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES
from webapp.places.models import Place
from webapp.questionnaires.models import MemberRole, Sheet, SheetCell, SheetComment, SheetMember
from webapp.questionnaires.queries_page import NO_TALK, Talk
from webapp.reports.access import RUNNING
from webapp.reports.models import Report, ReportEdition, ReportMove, ReportState, ReportText
from webapp.trainings.models import Training, TrainingTrainer


@dataclass(frozen=True)
class Written:
    """What is written in one language, and the part that the reader has in it."""

    language: str
    sheet: Sheet
    role: MemberRole | None


@dataclass(frozen=True)
class Opened:
    """A report with its texts, the languages in their order; `submitter_id` is who submitted it last."""

    report: Report
    texts: tuple[Written, ...]
    submitter_id: UUID | None


@dataclass(frozen=True)
class Event:
    """Something that happened to a report. Of a published edition `code` opens it."""

    at: datetime
    name: str
    edition: int
    note: str
    before: ReportState | None = None
    after: ReportState | None = None
    code: str = ""


@dataclass(frozen=True)
class Content:
    """Values of a sheet by path, and how much is said at each field."""

    values: Mapping[str, Any]
    talks: Mapping[str, Talk]

    def talk(self, field_id: str) -> Talk:
        """What is said at a field."""
        return self.talks.get(field_id, NO_TALK)


NOTHING = Content({}, {})


def opened(training_id: UUID, person_id: UUID | None) -> Opened | None:
    """The report of a training with its texts. One query."""
    last = (
        select(ReportMove.person_id).where(ReportMove.report_id == Report.id, ReportMove.after == ReportState.SUBMITTED)
        .order_by(ReportMove.at.desc(), ReportMove.id.desc()).limit(1).correlate(Report).scalar_subquery()
    )
    rows = db.session.execute(
        select(Report, last, ReportText.language, Sheet, SheetMember.role)
        .outerjoin(ReportText, ReportText.report_id == Report.id).outerjoin(Sheet, Sheet.id == ReportText.sheet_id)
        .outerjoin(SheetMember, and_(SheetMember.sheet_id == Sheet.id, SheetMember.person_id == person_id))
        .where(Report.training_id == training_id).execution_options(populate_existing=True)
    ).all()
    if not rows:
        return None
    texts = [Written(language, sheet, role) for _report, _last, language, sheet, role in rows if sheet is not None]
    return Opened(rows[0][0], tuple(sorted(texts, key=lambda each: _rank(each.language))), rows[0][1])


def _rank(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)


def contents(sheet_ids: Collection[UUID]) -> dict[UUID, Content]:
    """What stands on sheets, and what is said about it. One query."""
    if not sheet_ids:
        return {}
    unresolved = func.count().filter(SheetComment.reply_to_id.is_(None), SheetComment.resolved_at.is_(None))
    found: dict[UUID, tuple[dict[str, Any], dict[str, Talk]]] = {each: ({}, {}) for each in sheet_ids}
    nothing = cast(null(), SheetCell.value.type)
    values = select(SheetCell.sheet_id, SheetCell.path, SheetCell.value, literal(-1), literal(-1)).where(SheetCell.sheet_id.in_(sheet_ids))
    talks = (
        select(SheetComment.sheet_id, func.coalesce(SheetComment.path, ""), nothing, func.count(), unresolved)
        .where(SheetComment.sheet_id.in_(sheet_ids)).group_by(SheetComment.sheet_id, SheetComment.path)
    )
    for sheet_id, path, value, said, still in db.session.execute(union_all(values, talks)):
        if said >= 0:
            found[sheet_id][1][path] = Talk(said, still)
        elif value is not None:
            found[sheet_id][0][path] = value
    return {sheet_id: Content(*each) for sheet_id, each in found.items()}


def events(report_id: UUID) -> list[Event]:
    """What happened to a report, the last first: its moves and its editions. One query."""
    none = cast(null(), Text)
    moves = (
        select(literal("move"), ReportMove.at, Person.name, ReportMove.edition, cast(ReportMove.note, Text), cast(ReportMove.before, Text),
               cast(ReportMove.after, Text), none)
        .join(Person, Person.id == ReportMove.person_id).where(ReportMove.report_id == report_id)
    )
    editions = (
        select(literal("edition"), ReportEdition.published_at, Person.name, ReportEdition.number, cast(ReportEdition.correction, Text),
               none, none, cast(ReportEdition.code, Text))
        .join(Person, Person.id == ReportEdition.published_by_id).where(ReportEdition.report_id == report_id)
    )
    found = [
        Event(at if at.tzinfo else at.replace(tzinfo=UTC), name, number, note, _state(before), _state(after), code or "")
        for _kind, at, name, number, note, before, after, code in db.session.execute(union_all(moves, editions))
    ]
    return sorted(found, key=lambda each: (each.at, bool(each.code), each.edition), reverse=True)


def _state(value: str | None) -> ReportState | None:
    return ReportState(value) if value else None


def state_of_training() -> Any:
    """State of a training's report for a statement about `trainings`; published, too, while a correction is being written."""
    there = select(ReportEdition.id).join(Report, Report.id == ReportEdition.report_id).where(Report.training_id == Training.id)
    state = case((there.correlate(Training).exists(), ReportState.PUBLISHED.value), else_=cast(Report.state, Text))
    return select(state).where(Report.training_id == Training.id).correlate(Training).scalar_subquery()


def is_published(state: str) -> bool:
    """Whether a report in the state that `state_of_training` gives is there for everybody."""
    return state == ReportState.PUBLISHED.value


def sheet_ids() -> Select[Any]:
    """Ids of the sheets that are texts of reports."""
    return select(ReportText.sheet_id)


def locked(report_id: UUID) -> Report:
    """A report, locked until the unit of work ends. One query."""
    return db.session.scalars(
        select(Report).where(Report.id == report_id).with_for_update().execution_options(populate_existing=True)
    ).one()


@dataclass(frozen=True)
class Published:
    """An edition with its training, and the number of the newest edition of the same report with its code."""

    edition: ReportEdition
    training: Training
    newest: tuple[int, str]


def edition(code: str) -> Published | None:
    """The edition with a code. One query."""
    newest = select(func.max(ReportEdition.number)).where(ReportEdition.report_id == Report.id).correlate(Report).scalar_subquery()
    last = ReportEdition.__table__.alias("newest")
    row = db.session.execute(
        select(ReportEdition, Training, last.c.number, last.c.code).join(Report, Report.id == ReportEdition.report_id)
        .join(Training, Training.id == Report.training_id)
        .join(last, and_(last.c.report_id == Report.id, last.c.number == newest))
        .where(ReportEdition.code == code).options(joinedload(Training.place), joinedload(Training.host))
    ).first()
    return None if row is None else Published(row[0], row[1], (row[2], row[3]))


def last_correction(report_id: UUID, number: int) -> str:
    """Why an edition was begun after another; empty for the first. One query."""
    note = (
        select(ReportMove.note).where(
            ReportMove.report_id == report_id, ReportMove.edition == number, ReportMove.before == ReportState.PUBLISHED,
        ).order_by(ReportMove.at.desc()).limit(1)
    )
    return db.session.scalar(note) or ""


@dataclass(frozen=True)
class Recipient:
    """Somebody with an address."""

    person_id: UUID
    email: str
    language: str


def trainers(training_id: UUID, but: UUID) -> list[Recipient]:
    """Those who run a training and can be written to. One query."""
    return _recipients(_of_training(training_id), but)


def reviewers(training: Training, but: UUID, now: datetime) -> list[Recipient]:
    """The other trainers, and programme staff whose role covers the place. One query."""
    prefixes = _prefixes(training.place.path)
    staff = (
        select(RoleGrant.person_id).outerjoin(Place, Place.id == RoleGrant.place_id)
        .where(
            RoleGrant.role == Role.STAFF, RoleGrant.revoked_at.is_(None), or_(RoleGrant.until.is_(None), RoleGrant.until > now),
            or_(RoleGrant.place_id.is_(None), Place.path.in_(prefixes)),
        )
    )
    return _recipients(or_(_of_training(training.id), Person.id.in_(staff)), but)


def _of_training(training_id: UUID) -> ColumnElement[bool]:
    running = select(TrainingTrainer.person_id).where(TrainingTrainer.training_id == training_id, TrainingTrainer.part.in_(RUNNING))
    return Person.id.in_(running)


def _prefixes(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ["/".join(parts[:at]) + "/" for at in range(1, len(parts))]


def _recipients(condition: ColumnElement[bool], but: UUID) -> list[Recipient]:
    rows = db.session.execute(
        select(Person.id, SignIn.email, Person.language).join(SignIn, SignIn.person_id == Person.id)
        .where(condition, Person.id != but, SignIn.disabled_at.is_(None), SignIn.email != "", Person.merged_into_id.is_(None))
        .order_by(Person.id)
    )
    return [Recipient(*row) for row in rows]


def names(person_ids: Iterable[str]) -> dict[str, str]:
    """What people are called now; of those who were erased nothing. One query."""
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_([UUID(each) for each in person_ids])))
    return {str(row.id): row.name for row in rows if row.name}
