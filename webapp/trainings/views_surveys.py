"""The surveys around a training, for who runs it: their days, opening one at once, reminding; and the action plans handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.config import settings
from webapp.core.errors import DomainError
from webapp.core.forms import Form
from webapp.core.i18n import _, _n, lazy
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import urn
from webapp.questionnaires.access import guides_place
from webapp.questionnaires.forms_surveys import MomentField, aware, local
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.rules_surveys import Phase, phase_of
from webapp.trainings import labels, queries_before, queries_surveys, records, services_surrounding
from webapp.trainings.models_learning import SurveyKind, TrainingSurvey
from webapp.trainings.records import Record
from webapp.trainings.rules_surrounding import Period

bp = Blueprint("training_surveys", __name__, template_folder="templates")
ONE = "/trainings/<uuid:training_id>/surveys/<any(needs, satisfaction, follow_up_3, follow_up_6):kind>"


class DaysForm(Form):
    """When a survey opens and closes, in the zone of the programme."""

    opens_at = MomentField(lazy("Opens"))
    closes_at = MomentField(lazy("Closes"))


def _survey_or_404(record: Record, kind: str) -> tuple[TrainingSurvey, Survey]:
    return queries_before.survey_of(record.training.id, SurveyKind(kind)) or abort(404)


def _back(record: Record, kind: str) -> str:
    return address(record.home + ("before" if kind == SurveyKind.NEEDS else "after")) + f"#survey-{kind}"


@bp.route(ONE, methods=["GET", "POST"])
@signed_in
def days(training_id: UUID, kind: str) -> Any:
    """Move the days of a survey: before the opening both, while it is open the closing; one that has closed opens again."""
    record, now = records.run_or_403(training_id), clock.now()
    link, survey = _survey_or_404(record, kind)
    phase = phase_of(survey.opens_at, survey.closes_at, now)
    zone = settings().programme_zone
    form = DaysForm(data={"opens_at": local(survey.opens_at), "closes_at": local(survey.closes_at)})
    if request.method == "POST" and form.validate() and (period := _period(form, survey, phase, now)) is not None:
        try:
            with unit_of_work():
                services_surrounding.move(records.locked(training_id), survey, period, record.who.person_id, now)
        except DomainError as error:
            form.closes_at.errors = [str(error)]
        else:
            flash(_("The days of the survey are moved. They no longer follow those of the training."), "ok")
            return redirect(_back(record, kind), 303)
    body = render_template(
        "trainings/survey_days.html", record=record, survey=survey, link=link, phase=phase, form=form, title=labels.SURVEYS[link.kind],
        zone=zone, sealed=urn.is_sealed(survey, now), back=_back(record, kind), kind=kind,
    )
    return (body, 422) if form.errors else body


def _period(form: DaysForm, survey: Survey, phase: Phase, now: datetime) -> Period | None:
    """What was typed; None, with a sentence at the field, where it cannot be so."""
    if form.closes_at.data is None:
        form.closes_at.errors = [_("Please enter when the survey closes.")]
        return None
    if phase is Phase.PLANNED and form.opens_at.data is None:
        form.opens_at.errors = [_("Please enter when the survey opens.")]
        return None
    opens_at = aware(form.opens_at.data) if phase is Phase.PLANNED else survey.opens_at
    closes_at = aware(form.closes_at.data)
    if closes_at <= max(opens_at, now):
        form.closes_at.errors = [_("The closing must come after the opening, and later than now.")]
        return None
    return Period(opens_at, closes_at)


@bp.post(f"{ONE}/open")
@signed_in
def open_now(training_id: UUID, kind: str) -> Any:
    """Open a planned survey at once."""
    record = records.run_or_403(training_id)
    with unit_of_work():
        training = records.locked(training_id)
        services_surrounding.open_now(training, _survey_or_404(record, kind)[1], record.who.person_id, clock.now())
    flash(_("The survey is open. People are invited within a minute."), "ok")
    return redirect(_back(record, kind), 303)


@bp.post(f"{ONE}/follow")
@signed_in
def follow(training_id: UUID, kind: str) -> Any:
    """Let the days follow those of the training again."""
    record = records.run_or_403(training_id)
    _survey_or_404(record, kind)
    with unit_of_work():
        services_surrounding.follow_again(records.locked(training_id), SurveyKind(kind), clock.now())
    flash(_("The days of the survey follow those of the training again."), "ok")
    return redirect(_back(record, kind), 303)


@bp.post(f"{ONE}/remind")
@signed_in
def remind(training_id: UUID, kind: str) -> Any:
    """Remind who has not answered. Of an anonymous survey nobody is told how many that were."""
    record = records.run_or_403(training_id)
    _link, survey = _survey_or_404(record, kind)
    try:
        with unit_of_work():
            sent = services_surrounding.remind(survey, record.who.person_id, clock.now())
    except DomainError as error:
        flash(str(error), "warn")
        return redirect(_back(record, kind), 303)
    if survey.mode is SurveyMode.ANONYMOUS:
        flash(_("Whoever has not answered, and had no mail about it today, is reminded."), "ok")
    elif sent:
        flash(_n("%(num)d person is reminded.", "%(num)d people are reminded.", sent), "ok")
    else:
        flash(_("Nobody was reminded: everybody has answered or had a mail about it today."))
    return redirect(_back(record, kind), 303)


@bp.get("/trainings/<uuid:training_id>/after/plans")
@signed_in
def plans(training_id: UUID) -> str:
    """Who handed in a personal action plan; those can be opened for whose place the reader has a role. One query beyond the record's."""
    record = records.run_or_403(training_id)
    found = [(sheet, name, guides_place(record.who, place)) for sheet, name, place in queries_surveys.action_plans(training_id)]
    return render_template("trainings/action_plans.html", record=record, plans=found)
