"""What a person did with reports: shown to them. Reports stay when they are erased: they hold ids, and the name is gone from its row."""

from __future__ import annotations

from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable
from webapp.reports.models import Report, ReportEdition, ReportMove


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. Three queries."""
    me = asked.person_id
    return [
        table_of(Report, Report.created_by_id == me, key="reports", title=_("Reports of trainings that you began"), order=Report.created_at,
                 columns={"created_at": _("Begun"), "training_id": _("Identifier of the training"), "id": _("Identifier of the report")}),
        table_of(ReportMove, ReportMove.person_id == me, key="report-moves", title=_("Reports that you moved on or back"),
                 order=ReportMove.at, columns={
                     "at": _("When"), "report_id": _("Identifier of the report"), "before": _("Before"), "after": _("After"),
                     "edition": _("Edition"), "note": _("What you wrote"),
                 }),
        table_of(ReportEdition, ReportEdition.published_by_id == me, key="report-editions", title=_("Reports that you published"),
                 order=ReportEdition.published_at, columns={
                     "published_at": _("When"), "report_id": _("Identifier of the report"), "number": _("Edition"), "code": _("Code"),
                 }),
    ]
