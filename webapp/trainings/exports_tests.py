"""Before and after as CSV and XLSX: the figures of the page, and single results under pseudonyms for who runs the training."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response

from webapp.accounts.labels import ORGANISATION_TYPES
from webapp.accounts.models import OrganisationType
from webapp.core.config import settings
from webapp.core.exports import Cell, Format, Sheet, download
from webapp.core.i18n import _
from webapp.core.suppression import LEAST
from webapp.core.ui.dates import day_text
from webapp.trainings import queries_tests, tests_results, tests_shown
from webapp.trainings.models_learning import Moment
from webapp.trainings.records import Record
from webapp.trainings.tests_results import GroupResult, Results

Line = list[Cell]


def figures(record: Record, form: Format, now: datetime) -> Response:
    """The figures of the page: overall, by topic, by group, by type of organisation."""
    found = tests_results.results(record.training.id)
    head = [_("Divided by"), _("Name"), _("People with both tests"), _("Mean before, per cent"), _("Mean after, per cent"),
            _("Mean gain, percentage points"), _("Interval, low"), _("Interval, high"), _("Normalized gain"), _("Effect size"), _("Note")]
    zone = ZoneInfo(record.training.zone)
    sheet = Sheet(
        name="before-and-after", title=_("Before and after the training"), head=head, rows=_lines(found), about=_about(record, found, now),
        about_title=_("About this table"), zone=zone,
    )
    return download(sheet, form, now.astimezone(zone).date())


def _lines(found: Results) -> Iterator[Line]:
    gain = found.gain
    note = _("Fewer than %(least)d people", least=LEAST) if gain is None else ""
    yield [
        _("All"), "", found.paired if gain else None,
        *([_round(gain.before), _round(gain.after), _round(gain.mean_gain)] if gain else [None] * 3),
        *([_round(gain.interval.low), _round(gain.interval.high)] if gain and gain.interval else [None] * 2),
        _round(gain.normalized) if gain else None, _round(gain.corrected) if gain else None, note,
    ]
    for topic in found.topics:
        yield _line(_("Topic"), tests_shown.name_of(topic), topic.n, topic.before, topic.after)
    for group in found.groups:
        yield _group(_("Group"), group.key or _("In no group"), group)
    for group in found.organisation_types:
        yield _group(_("Type of organisation"), _type_name(group.key), group)


def _type_name(key: str) -> str:
    return str(ORGANISATION_TYPES[OrganisationType(key)]) if key else _("Not known")


def _group(kind: str, name: str, group: GroupResult) -> Line:
    return _line(kind, name, group.n, group.before, group.after, "" if group.n else _("Not shown, to protect small groups"))


def _line(kind: str, name: str, n: int | None, before: float | None, after: float | None, note: str = "") -> Line:
    gained = after - before if before is not None and after is not None else None
    return [kind, name, n, _round(before), _round(after), _round(gained), None, None, None, None, note]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _about(record: Record, found: Results, now: datetime) -> list[tuple[str, str]]:
    zone = ZoneInfo(record.training.zone)
    return [
        (_("Training"), record.title), (_("Registered"), str(found.registered)), (_("Took the test before"), str(found.before)),
        (_("Took the test after"), str(found.after)), (_("People with both tests"), str(found.paired)),
        (_("Made at"), now.astimezone(zone).isoformat(sep=" ", timespec="minutes")), (_("Time zone"), str(zone)),
        (
            _("Normalized gain"),
            _("Of what could still be gained, what was gained: (after - before) / (100 - before), of the means (Hake 1998)."),
        ),
        (_("Effect size"), _("Mean gain by its standard deviation (Cohen’s d for pairs), with Hedges’ correction.")),
        (_("Interval, low"), _("95 per cent confidence interval of the mean gain (Student’s t).")),
    ]


def single_results(record: Record, form: Format, now: datetime) -> tuple[Response, int]:
    """One row for each person who took a test, under a pseudonym; and how many rows. Two queries, one more for changed questions."""
    training_id = record.training.id
    course_id, seats = queries_tests.seats(training_id)
    found = tests_results.taken(training_id, tests_results.topics_of(course_id))
    zone, rows = ZoneInfo(record.training.zone), []
    for seat in seats:
        early, late = (found.get((seat.participant_id, moment)) for moment in Moment)
        if early or late:
            rows.append([
                pseudonym(training_id, seat.participant_id), seat.group,
                _type_name(seat.organisation_type.value) if seat.organisation_type else "",
                *[cell for each in (early, late) for cell in ([each.form.upper(), _round(each.percent)] if each else [None, None])],
            ])
    # By pseudonym: the order of the list of names must not come back.
    rows.sort(key=lambda row: str(row[0]))
    head = [_("Pseudonym"), _("Group"), _("Type of organisation"), _("Form before"), _("Before, in per cent"), _("Form after"),
            _("After, in per cent")]
    sheet = Sheet(
        name="single-results", title=_("Single results"), head=head, rows=rows, about=[
            (_("Training"), record.title), (_("Made on"), day_text(now, record.who.person.language, zone)),
            (_("Pseudonym"), _("The same person has the same pseudonym in each file of this training.")),
        ], about_title=_("About this table"), zone=zone,
    )
    return download(sheet, form, now.astimezone(zone).date()), len(rows)


def pseudonym(training_id: UUID, participant_id: UUID) -> str:
    """Eight letters and digits that only this server can tell whose they are."""
    key = settings().secret_key.encode()
    return hmac.new(key, f"test-results:{training_id}:{participant_id}".encode(), hashlib.sha256).hexdigest()[:8]
