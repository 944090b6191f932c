"""What was reported of former years, beside the figures that are counted."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload

from webapp.core.database import db
from webapp.core.i18n import _
from webapp.places.queries import within
from webapp.statistics import described
from webapp.statistics.asking import Asked
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.models import PastBatch, PastTotal
from webapp.statistics.tables import Head, Line, Table

# More are in the files of the batches themselves; a page says so.
MOST = 500


def beside(asked: Asked) -> Table | None:
    """Totals of former years in the places and days asked for, place by place; None where they are not asked for. One query."""
    part = asked.part
    if not part.past:
        return None
    where: list[ColumnElement[bool]] = []
    if part.paths is not None:
        where.append(or_(false(), *(within(path, PastTotal.place_path) for path in part.paths)))
    if part.first is not None:
        where.append(PastTotal.first >= part.first)
    if part.last is not None:
        where.append(PastTotal.last <= part.last)
    query = (
        select(PastTotal, PastBatch.title).join(PastBatch, PastBatch.id == PastTotal.batch_id).where(*where)
        .options(joinedload(PastTotal.place)).order_by(PastTotal.place_path, PastTotal.first, PastTotal.figure, PastTotal.id)
    )
    rows = db.session.execute(query.limit(MOST + 1)).all()
    order = {each.key: number for number, each in enumerate(FIGURES)}
    lines = [
        Line(total.place.name(), [described.period_of(total.first, total.last), str(BY_KEY[total.figure].label), total.value, title])
        for total, title in sorted(rows[:MOST], key=lambda row: (row[0].place_path, row[0].first, order[row[0].figure]))
    ]
    heads = [
        Head(_("Period"), number=False), Head(_("Figure"), number=False), Head(_("of former years")), Head(_("Batch"), number=False),
    ]
    notes = [_("Totals as they were reported, with the days that lie wholly in the period; hours in whole hours. Totals of people cannot "
               "be added to the figures above: nobody knows who is in both. Views of former years are in the views above already.")]
    if len(rows) > MOST:
        notes.append(_("Only the first %(number)d totals are shown. Choose a smaller place or period for the rest.", number=MOST))
    if not lines:
        notes = [_("No totals of former years were brought in for these places and days.")]
    return Table("former", _("Former years, as reported"), _("Place"), heads, lines, notes)
