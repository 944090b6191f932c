"""Who is asked: the list, people added by filter or by pasted addresses and names, people taken off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.current import Viewer, me
from webapp.accounts.people_list import lineage_of
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.errors import DomainError
from webapp.core.i18n import _n, current_language
from webapp.core.listing_files import save_as
from webapp.core.selection import choose, reopen
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.questionnaires import access, definitions, labels_surveys, people_of_survey, rules_surveys, services_surveys
from webapp.questionnaires.forms_surveys import GroupForm, PasteForm
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.views_surveys import HOME, ONE, survey_or_404

bp = Blueprint("survey_people", __name__, template_folder="templates")
ADD, OFF = "ask", "take-off"


def _title(survey: Survey) -> str:
    return labels_surveys.title_of(survey, definitions.of_revision(survey.revision).title)


def _back(survey_id: UUID, page: str = "people/") -> Response:
    return redirect(address(f"{HOME}{survey_id}/{page}"), 303)


@bp.get(f"{ONE}people/")
@allow(access.guide)
def people(survey_id: UUID) -> str:
    """The people of a survey. At most eight queries."""
    survey = survey_or_404(survey_id)
    found = people_of_survey.asked_list(survey)
    page = found.page(found.asked(request.args))
    return render_template("questionnaires/survey_people.html", survey=survey, page=page, title=_title(survey))


@bp.post(f"{ONE}people/<any(csv, xlsx):form>")
@allow(access.guide)
def save(survey_id: UUID, form: str) -> Response:
    """The list as a file."""
    found = people_of_survey.asked_list(survey_or_404(survey_id))
    return save_as(found, request.form, form=form, actor_id=me().person_id, now=clock.now())


@bp.get(f"{ONE}people/add")
@allow(access.guide)
def add(survey_id: UUID) -> str:
    """People who can be asked: tick some, or take all that match; or paste addresses and names."""
    survey = survey_or_404(survey_id)
    return _adding(survey, PasteForm(formdata=None))


def _adding(survey: Survey, form: PasteForm, wrong: list[tuple[str, str]] | None = None) -> str:
    found = people_of_survey.candidates(survey, me())
    page = found.page(found.asked(request.args))
    lineage = lineage_of(page.asked.filters.get("place", ""))
    return render_template(
        "questionnaires/survey_people_add.html", survey=survey, page=page, title=_title(survey), form=form, wrong=wrong or [],
        lineage=lineage, below=_below(me(), lineage),
    )


def _below(who: Viewer, lineage: list[Place]) -> list[Place]:
    """Where the list of places goes on: below the chosen one, or at the places looked after. One query."""
    if lineage:
        return places.children(lineage[-1])
    paths = access.guided_paths(who)
    return places.children(None) if paths is None else places.at_paths(paths)


@bp.post(f"{ONE}people/preview")
@allow(access.guide)
def preview(survey_id: UUID) -> str:
    """How many people were chosen, and how they are grouped."""
    survey, who = survey_or_404(survey_id), me()
    chosen = choose(people_of_survey.candidates(survey, who), request.form, actor_id=who.person_id, action=f"{ADD} {survey_id}")
    return _preview(survey, GroupForm(formdata=None, data={"grouping": labels_surveys.WORDS}), chosen.token, len(chosen.keys))


def _preview(survey: Survey, form: GroupForm, token: str, count: int) -> str:
    return render_template(
        "questionnaires/survey_people_preview.html", survey=survey, title=_title(survey), form=form, token=token, count=count,
    )


@bp.post(f"{ONE}people/ask")
@allow(access.guide)
def ask(survey_id: UUID) -> Any:
    """Put the survey to the people of a preview."""
    survey, who, form = survey_or_404(survey_id), me(), GroupForm()
    listing = people_of_survey.candidates(survey, who)
    chosen = reopen(listing, request.form.get("token", ""), actor_id=who.person_id, action=f"{ADD} {survey_id}")
    if not form.validate():
        return _preview(survey, form, chosen.token, len(chosen.keys)), 422
    labels = people_of_survey.grouped(chosen.keys, form.grouping.data, form.group.data or "", current_language())
    added = _ask(survey_id, labels)
    flash(_n("%(num)d person is asked now.", "%(num)d people are asked now.", added), "ok")
    return _back(survey_id)


def _ask(survey_id: UUID, labels: dict[UUID, str]) -> int:
    with unit_of_work():
        return services_surveys.ask(
            survey=services_surveys.locked(survey_id), people=labels, actor_id=me().person_id, now=clock.now(),
        )


@bp.post(f"{ONE}people/paste")
@allow(access.guide)
def paste(survey_id: UUID) -> Any:
    """Put the survey to people by pasted lines; lines that are nobody stay on the page."""
    survey, form = survey_or_404(survey_id), PasteForm()
    if not form.validate():
        return _adding(survey, form), 422
    found = people_of_survey.pasted(form.lines.data or "", me())
    added = _ask(survey_id, dict.fromkeys(found.people, form.group.data or "")) if found.people else 0
    if not found.wrong:
        flash(_n("%(num)d person is asked now.", "%(num)d people are asked now.", added), "ok")
        return _back(survey_id)
    if added:
        flash(_n("%(num)d person is asked now.", "%(num)d people are asked now.", added), "ok")
    form.lines.data = "\n".join(line for line, _reason in found.wrong)
    return _adding(survey, form, found.wrong), 422


@bp.post(f"{ONE}people/take-off")
@allow(access.guide)
def take_off(survey_id: UUID) -> Any:
    """Ask the ticked people no longer."""
    survey = survey_or_404(survey_id)
    listing = people_of_survey.asked_list(survey)
    chosen = choose(listing, request.form, actor_id=me().person_id, action=f"{OFF} {survey_id}")
    if len(chosen.keys) > rules_surveys.MOST_PEOPLE:
        abort(400)
    try:
        with unit_of_work():
            gone = services_surveys.take_off(
                survey=services_surveys.locked(survey_id), person_ids=chosen.keys, actor_id=me().person_id, now=clock.now(),
            )
    except DomainError as error:
        flash(str(error), "bad")
        return _back(survey_id)
    flash(_n("%(num)d person is no longer asked.", "%(num)d people are no longer asked.", gone), "ok")
    return _back(survey_id)
