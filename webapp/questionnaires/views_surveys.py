"""Surveys for those who run them: the list, planning and changing one, closing, opening again, and how many have answered."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.current import Viewer, me
from webapp.accounts.mail import link
from webapp.core import clock, idempotency
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.core.listing_files import save_as
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.questionnaires import access, definitions, labels_surveys, library, queries_surveys, services_surveys, urn
from webapp.questionnaires.forms_surveys import ClosingForm, SurveyForm, aware, filled
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.queries_surveys import Seen
from webapp.questionnaires.rules_surveys import Phase, phase_of
from webapp.questionnaires.surveys_list import questionnaires, surveys_list

bp = Blueprint("surveys", __name__, template_folder="templates")
HOME = "/surveys/"
ONE = HOME + "<uuid:survey_id>/"
USUAL = timedelta(days=14)


@bp.get(HOME)
@allow(access.guide)
def surveys() -> str:
    """The surveys of one's places, the last to close first."""
    found = surveys_list(me())
    return render_template("questionnaires/surveys.html", page=found.page(found.asked(request.args)))


@bp.post(f"{HOME}<any(csv, xlsx):form>")
@allow(access.guide)
def save(form: str) -> Response:
    """The list as a file."""
    who = me()
    return save_as(surveys_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())


def survey_or_404(survey_id: UUID) -> Survey:
    """A survey for who looks after it: they made it, or a role of theirs covers its place. One query."""
    return _seen_or_404(survey_id).survey


def _seen_or_404(survey_id: UUID) -> Seen:
    who, seen = me(), queries_surveys.seen(survey_id) or abort(404)
    if seen.survey.created_by_id != who.person_id and not access.guides_place(who, seen.place):
        abort(404)
    return seen


@bp.route(f"{HOME}new", methods=["GET", "POST"])
@allow(access.guide)
def new() -> Any:
    """Plan a survey."""
    who, tomorrow = me(), datetime.combine(clock.today(settings().programme_zone) + timedelta(days=1), time(9))
    asked = request.args.get("of", "")
    form = _form(who, {"opens_at": tomorrow, "closes_at": tomorrow + USUAL, "remind_days": "7, 1", "questionnaire": asked})
    if form.validate_on_submit() and _may_ask_in(who, form):
        try:
            return redirect(address(_create(who, form)), 303)
        except DomainError as error:
            form.mode.errors = [str(error)]
    body = render_template("questionnaires/survey_form.html", form=form, survey=None, key=request.form.get("key") or new_id())
    return (body, 422) if form.errors else body


def _create(who: Viewer, form: SurveyForm) -> str:
    now, key = clock.now(), request.form.get("key", "")
    volume = library.volume(form.questionnaire.data) or abort(404)
    with unit_of_work():
        first = idempotency.claim(person_id=who.person_id, key=key, now=now) if key else None
        if first:
            return first
        survey = services_surveys.create(questionnaire=volume.questionnaire, plan=form.plan, actor_id=who.person_id, now=now)
        url = f"{HOME}{survey.id}/people/add"
        if key:
            idempotency.settle(person_id=who.person_id, key=key, result=url)
    flash(_("The survey is planned. Now say who is asked."), "ok")
    return url


def _form(who: Viewer, data: dict[str, Any], survey: Survey | None = None) -> SurveyForm:
    known = questionnaires()
    if survey is not None and survey.questionnaire_id not in dict(known):
        known = [(survey.questionnaire_id, survey.questionnaire_id), *known]
    chosen = request.form.get("questionnaire") or data.get("questionnaire") or (known[0][0] if known else "")
    rounds = queries_surveys.earlier_rounds(chosen, access.guided_paths(who), who.person_id, survey.id if survey else None)
    names = dict(known)
    earlier = [(str(each.id), _round(each, names)) for each in rounds]
    return SurveyForm(questionnaires=known, earlier=earlier, everywhere=access.guides_place(who, None), data=data)


def _round(each: Survey, names: dict[str, str]) -> str:
    day = each.opens_at.astimezone(settings().programme_zone).date().isoformat()
    return f"{each.title or names.get(each.questionnaire_id, each.questionnaire_id)} · {day}"


def _may_ask_in(who: Viewer, form: SurveyForm) -> bool:
    place = places.find(form.place_id.data) if form.place_id.data else None
    if access.guides_place(who, place):
        return True
    form.place_id.errors = [_("Please choose a place that you look after.")]
    return False


@bp.route(f"{ONE}edit", methods=["GET", "POST"])
@allow(access.guide)
def edit(survey_id: UUID) -> Any:
    """Change a survey, as far as that is fair to who has answered."""
    who, seen = me(), _seen_or_404(survey_id)
    survey = seen.survey
    form = _form(who, filled(survey), survey)
    phase = phase_of(survey.opens_at, survey.closes_at, clock.now())
    if phase is not Phase.PLANNED and request.method == "POST":
        # What is fixed is not asked again: the page shows it as text.
        form.questionnaire.data, form.opens_at.data = survey.questionnaire_id, filled(survey)["opens_at"]
    if form.validate_on_submit() and (form.place_id.data == survey.place_id or _may_ask_in(who, form)):
        try:
            _change(who, survey, form)
        except DomainError as error:
            form.mode.errors = [str(error)]
        else:
            flash(_("The survey is changed."), "ok")
            return redirect(address(f"{HOME}{survey_id}/"), 303)
    body = render_template(
        "questionnaires/survey_form.html", form=form, survey=survey, phase=phase, key=None, fixed=seen.begun,
        labels=labels_surveys, title=labels_surveys.title_of(survey, definitions.of_revision(survey.revision).title),
    )
    return (body, 422) if form.errors else body


def _change(who: Viewer, survey: Survey, form: SurveyForm) -> None:
    now = clock.now()
    volume = library.volume(form.questionnaire.data)
    questionnaire = volume.questionnaire if volume else definitions.of_revision(survey.revision)
    with unit_of_work():
        services_surveys.change(
            survey=services_surveys.locked(survey.id), questionnaire=questionnaire, plan=form.plan, actor_id=who.person_id, now=now,
        )


@bp.get(ONE)
@allow(access.guide)
def overview(survey_id: UUID) -> str:
    """Where the survey stands and how many have answered. At most eight queries."""
    survey, now = survey_or_404(survey_id), clock.now()
    questionnaire = definitions.of_revision(survey.revision)
    url = link(f"/answer/{survey.link_code}") if survey.link_code else ""
    earlier = db.session.get(Survey, survey.earlier_id) if survey.earlier_id else None
    return render_template(
        "questionnaires/survey.html", survey=survey, questionnaire=questionnaire,
        title=labels_surveys.title_of(survey, questionnaire.title),
        phase=phase_of(survey.opens_at, survey.closes_at, now), rate=queries_surveys.rate(survey), url=url, earlier=earlier,
        picture=segno.make(url, error="m").svg_data_uri(scale=4, border=4, light="#fff") if url else "", labels=labels_surveys,
        place=places.full_names([survey.place_id])[survey.place_id] if survey.place_id else _("All places"),
        zone=settings().programme_zone,
    )


@bp.route(f"{ONE}close", methods=["GET", "POST"])
@allow(access.guide)
def close(survey_id: UUID) -> Any:
    """End a survey at once, after what that means was shown."""
    survey = survey_or_404(survey_id)
    if request.method == "POST":
        with unit_of_work():
            services_surveys.close(survey=services_surveys.locked(survey_id), actor_id=me().person_id, now=clock.now())
        flash(_("The survey is closed."), "ok")
        return redirect(address(f"{HOME}{survey_id}/"), 303)
    title = labels_surveys.title_of(survey, definitions.of_revision(survey.revision).title)
    return render_template("questionnaires/survey_close.html", survey=survey, title=title)


@bp.route(f"{ONE}reopen", methods=["GET", "POST"])
@allow(access.guide)
def reopen(survey_id: UUID) -> Any:
    """Take answers again, until a new closing."""
    survey = survey_or_404(survey_id)
    if phase_of(survey.opens_at, survey.closes_at, clock.now()) is not Phase.CLOSED:
        return redirect(address(f"{HOME}{survey_id}/edit"), 303)
    form, sealed = ClosingForm(), urn.is_sealed(survey, clock.now())
    if not sealed and form.validate_on_submit():
        with unit_of_work():
            services_surveys.reopen(
                survey=services_surveys.locked(survey_id), closes_at=aware(form.closes_at.data), actor_id=me().person_id, now=clock.now(),
            )
        flash(_("The survey takes answers again."), "ok")
        return redirect(address(f"{HOME}{survey_id}/"), 303)
    title = labels_surveys.title_of(survey, definitions.of_revision(survey.revision).title)
    body = render_template("questionnaires/survey_reopen.html", survey=survey, form=form, title=title, sealed=sealed)
    return (body, 409 if sealed else 422) if form.errors or (sealed and form.is_submitted()) else body


