"""The report of a training in front of somebody: where it stands, what they may do with it, and its figures."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from uuid import UUID

from flask import abort
from sqlalchemy import select

from webapp.core import clock
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, _, current_language
from webapp.questionnaires.homes import Home
from webapp.reports import access, figures, labels, queries, rules, services
from webapp.reports.figures import Figures
from webapp.reports.models import Report, ReportState, ReportText
from webapp.reports.narrative import Narrative, Text
from webapp.reports.queries import Opened
from webapp.reports.rules import Move, Right
from webapp.reports.shown import Shown
from webapp.trainings.records import Record, record_or_404


@dataclass(frozen=True)
class Desk:
    """A report that somebody may see; `found` is None before it is begun."""

    record: Record
    found: Opened | None
    now: datetime

    @property
    def url(self) -> str:
        """Address below the mount point."""
        return report_url(self.record.training.id)

    @property
    def report(self) -> Report:
        """The report, once it is begun."""
        return self.found.report if self.found else abort(404)

    @property
    def state(self) -> ReportState:
        """Where it stands."""
        return self.report.state

    @property
    def state_words(self) -> tuple[str, str]:
        """Mark and word of the state."""
        return labels.MARKS[self.state], str(labels.STATES[self.state])

    @cached_property
    def rights(self) -> frozenset[Right]:
        """Which moves are the reader's."""
        submitter = self.found.submitter_id if self.found else None
        held = {
            Right.WRITE: access.may_write(self.record), Right.REVIEW: access.may_review(self.record, submitter),
            Right.PUBLISH: access.may_publish(self.record),
        }
        return frozenset(right for right, yes in held.items() if yes)

    @property
    def writes(self) -> bool:
        """Whether the reader may change the report as it stands."""
        return Right.WRITE in self.rights and (self.found is None or self.state in rules.WRITTEN)

    @cached_property
    def texts(self) -> list[Narrative]:
        """What is written, by language. One query."""
        return services.texts_of(self.found) if self.found else []

    @property
    def member(self) -> bool:
        """Whether the reader has a part in every text."""
        return self.found is not None and all(each.role is not None for each in self.found.texts)

    @property
    def missing_languages(self) -> list[str]:
        """Languages in which there is no text."""
        there = {each.language for each in self.texts}
        return [tag for tag in LANGUAGES if tag not in there]

    @property
    def finished(self) -> bool:
        """Whether it can be submitted."""
        return any(not each.open for each in self.texts)

    @property
    def moves(self) -> list[Move]:
        """What the reader can do now."""
        return rules.possible(self.state, self.rights)

    @cached_property
    def headline(self) -> Shown:
        """Frozen figures, or the numbers of people as they stand now. One query."""
        frozen = self.report.figures if self.found else None
        return Shown(frozen or figures.people_only(self.record.training, self.now))

    @cached_property
    def figures(self) -> Figures:
        """Frozen figures, or all figures as they stand now. Four queries."""
        frozen = self.report.figures if self.found else None
        return frozen or figures.compute(self.record.training, self.now)

    def text(self) -> Text | None:
        """The text in the reader's language, else the first that there is."""
        chosen = next((each for each in self.texts if each.language == current_language()), next(iter(self.texts), None))
        return Text(chosen.language, chosen.questionnaire, chosen.content.values) if chosen else None


def report_url(training_id: UUID) -> str:
    """Address of the report of a training, below the mount point."""
    return f"/trainings/{training_id}/report"


def desk_or_404(training_id: UUID) -> Desk:
    """The report for those who may see its training. One query beyond those of the record."""
    record = record_or_404(training_id)
    return Desk(record, queries.opened(training_id, record.who.person_id), clock.now())


def home_of(sheet_id: UUID) -> Home | None:
    """The report that a sheet is the text of. One query."""
    training_id = db.session.scalar(
        select(Report.training_id).join(ReportText, ReportText.report_id == Report.id).where(ReportText.sheet_id == sheet_id)
    )
    return None if training_id is None else Home(_("Post-training report"), report_url(training_id))
