"""The report of a training as the list and the overview tell it."""

import pytest

from tests.trainings.conftest import NOW
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.reports.models import Report, ReportEdition, ReportState
from webapp.trainings import queries
from webapp.trainings.hooks import report_column
from webapp.trainings.records import locked
from webapp.trainings.trainings_list import load


@pytest.mark.parametrize(("state", "published", "words"), [
    (None, False, None), (ReportState.DRAFT, False, "Report being written"), (ReportState.PUBLISHED, True, "Report published"),
    # A correction that is being written takes nothing back from what was published.
    (ReportState.DRAFT, True, "Report published"),
])
def test_a_report_is_told_and_stays_published_while_a_correction_is_written(database, cast, make_training, state, published, words):
    training = make_training()
    if state is not None:
        report = Report(id=new_id(), training_id=training.id, state=state, created_by_id=cast.ids["trainer"], created_at=NOW,
                        cut_off_at=NOW if state is ReportState.PUBLISHED else None)
        db.session.add(report)
        db.session.flush()
        if published:
            db.session.add(ReportEdition(
                id=new_id(), report_id=report.id, number=1, code=new_code(), figures={}, texts={}, cut_off_at=NOW, published_at=NOW,
                published_by_id=cast.ids["trainer"],
            ))
    db.session.commit()
    with database.test_request_context("/?lang=en"):
        column, found = report_column(), queries.figures(locked(training.id)).report
        assert column is not None
        assert (column.words(found) if found else None) == words
        assert (found is not None and column.is_published(found)) == published
        assert load([training.id])[0].report == words
