"""Attendance from and onto paper and files: the grid that is typed in, the file that is uploaded, the table that is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, redirect, render_template, request

from webapp.core import clock, exports
from webapp.core.access import signed_in
from webapp.core.audit import record as audit
from webapp.core.errors import DomainError
from webapp.core.hours import hours
from webapp.core.i18n import _, _n
from webapp.core.tables import Bounds, Unreadable, read_cells
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.origin import Origin
from webapp.trainings import agenda, attendance_sheet, attendance_shown, labels, queries_attendance, services_attendance
from webapp.trainings.attendance_form import uuid_or_none
from webapp.trainings.attendance_rules import NOTHING, Said
from webapp.trainings.attendance_sheet import Taken
from webapp.trainings.models import TrainingSession
from webapp.trainings.models_onsite import MarkChannel
from webapp.trainings.queries_attendance import Somebody
from webapp.trainings.records import Record, run_or_403
from webapp.trainings.services_attendance import KNOWN, REFUSED
from webapp.trainings.views_attendance import ALL

bp = Blueprint("attendance_paper", __name__, template_folder="templates")

BOUNDS = Bounds(size=2_000_000, rows=3_000)


@bp.get(f"{ALL}/paper")
@signed_in
def grid(training_id: UUID) -> str:
    """The grid, persons by sessions, for the keyboard. Five queries."""
    record = run_or_403(training_id)
    return _grid(record, agenda.sessions(training_id), queries_attendance.people(training_id))


def _grid(
    record: Record, sessions: Sequence[TrainingSession], people: Sequence[Somebody], typed: Any = None,
    problems: Sequence[tuple[str, str]] = (),
) -> str:
    held = queries_attendance.all_attendance(record.training.id)
    today = clock.now().astimezone(ZoneInfo(record.training.zone)).date()

    def shown(person: Somebody, session: TrainingSession) -> tuple[str, str]:
        row = held.get((person.participant_id, session.id))
        return attendance_sheet.cell_text(Said(row.presence, row.arrived, row.left) if row else NOTHING), str((row and row.mark_id) or "")

    return render_template(
        "trainings/attendance_paper.html", record=record, sessions=sessions, people=people, shown=shown, typed=typed, problems=problems,
        key=uuid4(), labels=labels, today=today, heading=attendance_sheet.heading,
    )


@bp.post(f"{ALL}/paper")
@signed_in
def type_in(training_id: UUID) -> Any:
    """Save the cells that were changed."""
    record = run_or_403(training_id)
    sessions, people = agenda.sessions(training_id), queries_attendance.people(training_id)
    key = uuid_or_none(request.form.get("key", "")) or uuid4()
    taken = attendance_sheet.of_form(request.form, people, sessions, key)
    return _saved(record, sessions, people, taken, request.form)


@bp.post(f"{ALL}/paper/file")
@signed_in
def upload(training_id: UUID) -> Any:
    """Take a filled-in table."""
    record = run_or_403(training_id)
    sessions, people = agenda.sessions(training_id), queries_attendance.people(training_id)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _grid(record, sessions, people, problems=[("file", _("File: please choose a file."))]), 422
    try:
        cells = read_cells(sent.stream.read(), BOUNDS)
    except Unreadable as bad:
        return _grid(record, sessions, people, problems=[("file", str(bad))]), 422
    held = queries_attendance.all_attendance(training_id)
    return _saved(record, sessions, people, attendance_sheet.of_table(cells, people, sessions, held, uuid4()), None)


def _saved(record: Record, sessions: Sequence[TrainingSession], people: Sequence[Somebody], taken: Taken, typed: Any) -> Any:
    """Save what can be read; say what cannot."""
    saved, problems = 0, list(taken.problems)
    names = {person.participant_id: person.name for person in people}
    with unit_of_work():
        for session in sessions:
            sent = taken.marks.get(session.id)
            if not sent:
                continue
            try:
                done = services_attendance.apply_marks(
                    record.training, session, sent, channel=MarkChannel.PAPER, person_id=record.who.person_id, origin=Origin.of_request(),
                    now=clock.now(),
                )
            except DomainError as refused:
                problems.append(("grid", f"{attendance_sheet.heading(session)}: {refused}"))
                continue
            owner = {each.id: each.participant_id for each in sent}
            problems += [
                (f"c-{owner[each.id]}-{session.id}", f"{names[owner[each.id]]}, {attendance_sheet.heading(session)}: {each.message}")
                for each in done if each.outcome == REFUSED
            ]
            saved += sum(each.outcome not in (REFUSED, KNOWN) for each in done)
    if problems:
        if saved:
            flash(_n("%(num)d mark saved.", "%(num)d marks saved.", saved), "ok")
        return _grid(record, sessions, people, typed, problems), 422
    flash(_n("%(num)d mark saved.", "%(num)d marks saved.", saved) if saved else _("Nothing was changed."), "ok")
    return redirect(address(f"{record.home}attendance"), 303)


@bp.post(f"{ALL}.<form>")
@signed_in
def export(training_id: UUID, form: str) -> Response:
    """The table as CSV or XLSX: persons by sessions, as it is typed in, and hours."""
    record, now = run_or_403(training_id), clock.now()
    if form not in set(exports.Format):
        abort(404)
    table, zone = attendance_shown.table(training_id), ZoneInfo(record.training.zone)
    # Committed first: who takes names out is known even if the download breaks off.
    with unit_of_work():
        audit(
            actor_id=record.who.person_id, action="training.attendance_saved_as_file", subject=("training", training_id),
            place_id=record.training.place_id, now=now, after={"form": form, "rows": len(table.lines)},
        )
    columns = [attendance_sheet.heading(day.session) for day in table.half_days]
    head = [_("Participant code"), _("Name"), _("Organisation"), *columns, _("Hours")]
    rows: list[list[exports.Cell]] = [
        [
            line.person.code, line.person.name, line.person.organisation, *map(attendance_sheet.cell_text, line.cells),
            float(hours(line.minutes)),
        ]
        for line in table.lines
    ]
    about = [
        (_("Training"), record.title), (_("Rows"), f"{len(rows):,}"),
        (_("Cells"), _("1 present, 0 absent, 9:40 arrived then, -11:00 left then; empty: not marked")),
        (_("Made at"), now.astimezone(zone).isoformat(sep=" ", timespec="minutes")), (_("Time zone"), str(zone)),
    ]
    sheet = exports.Sheet(
        name="attendance", title=_("Attendance"), head=head, rows=rows, about=about, about_title=_("About this table"), zone=zone,
    )
    return exports.download(sheet, exports.Format(form), now.astimezone(zone).date())
