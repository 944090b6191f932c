"""Reads of the builder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.questionnaires.models import QuestionnaireDraft, Sheet
from webapp.questionnaires.rules import WRITTEN

SHOWN = 50


@dataclass(frozen=True)
class InUse:
    """Sheets that people still write, and those of surveys, which keep their revision."""

    open: int
    surveyed: int


def drafts() -> list[QuestionnaireDraft]:
    """All drafts, the last changed first. One query."""
    ordered = select(QuestionnaireDraft).order_by(QuestionnaireDraft.changed_at.desc(), QuestionnaireDraft.questionnaire_id)
    return list(db.session.scalars(ordered))


def in_use(questionnaire_id: str) -> InUse:
    """How many sheets a new revision meets. One query."""
    surveyed = Sheet.survey_id.is_not(None)
    row = db.session.execute(
        select(
            func.count().filter(~surveyed & Sheet.state.in_(WRITTEN) & Sheet.course_id.is_(None)).label("open"),
            func.count().filter(surveyed).label("surveyed"),
        ).where(Sheet.questionnaire_id == questionnaire_id)
    ).one()
    return InUse(row.open, row.surveyed)


def history(questionnaire_id: str) -> list[tuple[datetime, str, str]]:
    """When, what and which revision: published and withdrawn, newest first. One query."""
    rows = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_kind == "questionnaire", AuditEntry.subject_id == questionnaire_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.number.desc()).limit(SHOWN)
    )
    return [(each.at, each.action, str((each.after or each.before or {}).get("revision", ""))) for each in rows]
