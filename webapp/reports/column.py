"""What lists and overviews of trainings tell of their reports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, case, cast, exists, literal, select

from webapp.reports.labels import MARKS, STATES
from webapp.reports.models import Report, ReportEdition, ReportState
from webapp.trainings.hooks import ReportColumn
from webapp.trainings.models import Training


def state() -> Any:
    """State of a training's report, correlated with `trainings`: published from the first edition on, null where none is begun."""
    published = exists().where(ReportEdition.report_id == Report.id)
    value = case((published, literal(ReportState.PUBLISHED.value)), else_=cast(Report.state, Text))
    return select(value).where(Report.training_id == Training.id).correlate(Training).scalar_subquery()


COLUMN = ReportColumn(
    state=state, words=lambda value: str(STATES[ReportState(value)]), marks=lambda value: MARKS[ReportState(value)],
    published=frozenset({ReportState.PUBLISHED.value}),
)
