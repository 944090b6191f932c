"""After a training: what was learned, as a page, as a wall to be read from the back of the room, and as files."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request

from webapp.core import audit, clock
from webapp.core.access import signed_in
from webapp.core.exports import Format
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import exports_tests, queries_tests, services_tests, surveys_shown, tests_rules, tests_shown
from webapp.trainings.models_learning import Moment
from webapp.trainings.records import record_or_404, run_or_403

bp = Blueprint("training_after", __name__, template_folder="templates")
AFTER = "/trainings/<uuid:training_id>/after"


@bp.get(AFTER)
@signed_in
def after(training_id: UUID) -> str:
    """Who took the test, before and after, by topic and group, and what the surveys say."""
    record, now = record_or_404(training_id), clock.now()
    tested = services_tests.test_course(record.training) is not None
    opened = tests_rules.window(Moment.AFTER, record.training.state, queries_tests.spans(record.training), now) if tested else None
    return render_template(
        "trainings/after.html", record=record, shown=tests_shown.after(training_id) if tested else None, window=opened,
        surveys=surveys_shown.after(record, now),
    )


@bp.get(f"{AFTER}/wall")
@signed_in
def wall(training_id: UUID) -> str:
    """The same for everybody in the room: large figures, no person, no small group."""
    record = record_or_404(training_id)
    if services_tests.test_course(record.training) is None:
        abort(404)
    return render_template("trainings/after_wall.html", record=record, shown=tests_shown.after(training_id))


@bp.get(f"{AFTER}/figures.<any(csv, xlsx):form>")
@signed_in
def figures(training_id: UUID, form: str) -> Response:
    """The figures of the page as a file."""
    return exports_tests.figures(record_or_404(training_id), Format(form), clock.now())


@bp.post(f"{AFTER}/single-results")
@signed_in
def single_results(training_id: UUID) -> Response:
    """Single results under pseudonyms, for who runs the training; that they were saved stands in the audit trail."""
    record, now = run_or_403(training_id), clock.now()
    form = Format.XLSX if request.form.get("form") == "xlsx" else Format.CSV
    answer, rows = exports_tests.single_results(record, form, now)
    with unit_of_work():
        audit.record(
            actor_id=record.who.person_id, action="training.results_exported", subject=("training", training_id),
            place_id=record.training.place_id, now=now, after={"rows": rows, "form": form.value},
        )
    return answer
