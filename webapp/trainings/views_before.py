"""Before a training: pre-work, test and needs survey as they come in, what they suggest for the agenda, and who is still to be asked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, render_template, request

from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.charts.drawn import markup
from webapp.core.suppression import LEAST
from webapp.core.ui.paging import Paging
from webapp.questionnaires import definitions, queries_surveys, queries_texts
from webapp.questionnaires.access import guides_place
from webapp.questionnaires.queries_texts import Wanted, holds_words
from webapp.trainings import agenda, before_shown, queries_before, services_tests, tests_results, tests_shown
from webapp.trainings.models import Training
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.records import record_or_404
from webapp.trainings.rules_surrounding import bounds

bp = Blueprint("training_before", __name__, template_folder="templates")
BEFORE = "/trainings/<uuid:training_id>/before"
TEXTS = ("able-to", "problem", "doubts", "remarks")
A_PAGE = 100


@bp.get(BEFORE)
@signed_in
def before(training_id: UUID) -> str:
    """Everything that is asked before, in numbers; names only of who has still to do something. At most eight queries."""
    record, now = record_or_404(training_id), clock.now()
    tested = services_tests.test_course(record.training) is not None
    found = tests_results.results(training_id) if tested else None
    shown = before_shown.before(record.training, found, now)
    made_it = shown.needs is not None and shown.needs.survey.created_by_id == record.who.person_id
    return render_template(
        "trainings/before.html", record=record, shown=shown, test=tests_shown.before(record, now, found) if found else None,
        markup=markup, kind=SurveyKind.NEEDS, own_pages=made_it or guides_place(record.who, record.training.place), texts=TEXTS,
        begun=shown.needs is None and _begun(record.training, now),
    )


def _begun(training: Training, now: datetime) -> bool:
    """Whether the first session has begun: no needs survey opens from then on. One query."""
    around = bounds(training, agenda.sessions(training.id))
    return around is not None and around[0] <= now


@bp.get(f"{BEFORE}/answers/<field_id>")
@signed_in
def answers(training_id: UUID, field_id: str) -> str:
    """What was written in answer to a question of the needs survey, in the order of the words and without names. Six queries."""
    record = record_or_404(training_id)
    _link, survey = queries_before.survey_of(training_id, SurveyKind.NEEDS) or abort(404)
    questionnaire = definitions.of_revision(survey.revision)
    asked = questionnaire.field(field_id)
    if field_id not in TEXTS or asked is None or not holds_words(asked):
        abort(404)
    enough = queries_surveys.answers_of(survey.id) >= LEAST
    wanted = Wanted(survey.id, asked)
    total = queries_texts.counts(wanted)[0] if enough else 0
    paging = Paging.from_query(request.args, total, size=A_PAGE)
    return render_template(
        "trainings/before_answers.html", record=record, asked=asked, enough=enough, paging=paging,
        texts=queries_texts.texts(wanted, limit=paging.size, offset=paging.offset) if enough else [],
    )
