"""Answers in words to one question of a survey: read page by page, searched, and sorted by tags."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.core.access import allow
from webapp.core.i18n import _, _n
from webapp.core.suppression import LEAST
from webapp.core.ui.paging import Paging
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.fields import MultipleField
from webapp.questionnaires import access, queries_texts, services_results
from webapp.questionnaires.labels import plain_label
from webapp.questionnaires.queries_texts import Wanted
from webapp.questionnaires.views_results import Frame, frame_or_404

bp = Blueprint("result_texts", __name__, template_folder="templates")
TEXTS = "/surveys/<uuid:survey_id>/results/texts/<field_id>"
MOST_TAGS = 50


def _wanted(frame: Frame, field_id: str) -> Wanted:
    """The answers that the address asks for, all of them where it asks for nothing."""
    field = frame.questionnaire.field(field_id)
    if field is None or not queries_texts.holds_words(field):
        abort(404)
    return Wanted(
        frame.survey.id, field, services_results.tag_of(request.args.get("tag", "")), request.args.get("q", "").strip()[:100],
    )


@bp.get(TEXTS)
@allow(access.guide)
def texts(survey_id: UUID, field_id: str) -> str:
    """A page of answers in the order of their words. At most seven queries."""
    frame = frame_or_404(survey_id)
    wanted = _wanted(frame, field_id)
    everything, found = (0, 0) if frame.waits else queries_texts.counts(wanted)
    paging = Paging.from_query(request.args, found)
    shown = everything >= LEAST
    return render_template(
        "questionnaires/results_texts.html", study=frame, survey=frame.survey, wanted=wanted, label=plain_label(wanted.field), least=LEAST,
        everything=everything, paging=paging, tags=queries_texts.tags(survey_id, field_id) if shown else [],
        texts=queries_texts.texts(wanted, limit=paging.size, offset=paging.offset) if shown and found else [],
        searched=not isinstance(wanted.field, MultipleField),
    )


@bp.post(TEXTS)
@allow(access.guide)
def tag(survey_id: UUID, field_id: str) -> Response:
    """Put a tag on answers or take it off: on those chosen on the page, or on all that match."""
    frame = frame_or_404(survey_id)
    wanted, name = _wanted(frame, field_id), services_results.tag_of(request.form.get("name", ""))
    back = redirect(f"{address(f'{frame.url}/texts/{field_id}')}?{request.query_string.decode()}", 303)
    if frame.waits or queries_texts.counts(wanted)[0] < LEAST:
        abort(404)
    chosen = _chosen(wanted)
    if not name or not chosen:
        flash(_("Choose answers and type a tag.") if not chosen else _("Type or choose a tag."), "warn")
        return back
    with unit_of_work():
        if request.form.get("do") == "remove":
            done = services_results.remove_tag(survey_id, field_id, chosen, name)
            said = _n("The tag was taken off %(num)d answer.", "The tag was taken off %(num)d answers.", done)
        else:
            known = [each for each, _count in queries_texts.tags(survey_id, field_id)]
            if name not in known and len(known) >= MOST_TAGS:
                abort(409, description=_("A question can have at most %(most)d tags. Use one that is there.", most=MOST_TAGS))
            done = services_results.add_tag(survey_id, field_id, chosen, name)
            said = _n("The tag was put on %(num)d answer.", "The tag was put on %(num)d answers.", done)
    flash(said, "ok")
    return back


def _chosen(wanted: Wanted) -> list[tuple[UUID, str]]:
    """The answers that are ticked, found again by what stands for them on their page; or all that match."""
    if request.form.get("which") == "all":
        return queries_texts.spots(wanted)
    marks = set(request.form.getlist("answer"))
    if not marks:
        return []
    paging = Paging.from_query(request.args, queries_texts.counts(wanted)[1])
    found = queries_texts.texts(wanted, limit=paging.size, offset=paging.offset)
    return [(each.sheet_id, each.path) for each in found if each.mark in marks]
