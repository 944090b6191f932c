"""Results of a survey, and of the worksheets handed in: on the page, as files, two questions crossed, two rounds compared."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.late import Late
from webapp.core.suppression import LEAST
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires import (
    access,
    definitions,
    labels_surveys,
    library,
    queries_results,
    queries_surveys,
    services_results,
    urn,
)
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.queries_texts import holds_words
from webapp.questionnaires.surveys_dimensions import KEYS
from webapp.questionnaires.views_surveys import survey_or_404

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webapp.core.charts import onpage
    from webapp.questionnaires import exports_results, results_board, results_compare, results_cross, results_words
    from webapp.questionnaires.results import Item
    from webapp.questionnaires.results_board import Board
    from webapp.questionnaires.results_compare import Comparison
    from webapp.questionnaires.results_cross import Crossing
else:
    # Two dozen modules that a start need not wait for: nobody asks for results in its first second.
    onpage = Late("webapp.core.charts.onpage")
    exports_results = Late("webapp.questionnaires.exports_results")
    results_board = Late("webapp.questionnaires.results_board")
    results_compare = Late("webapp.questionnaires.results_compare")
    results_cross = Late("webapp.questionnaires.results_cross")
    results_words = Late("webapp.questionnaires.results_words")

bp = Blueprint("results", __name__, template_folder="templates")
RESULTS = "/surveys/<uuid:survey_id>/results"
WORKSHEETS = "/questionnaires/<questionnaire_id>/results"


@dataclass(frozen=True)
class Frame:
    """A survey and what was asked, with what every page of its results shows."""

    survey: Survey
    questionnaire: Questionnaire
    url: str

    @property
    def title(self) -> str:
        """What it is called."""
        return labels_surveys.title_of(self.survey, self.questionnaire.title)

    @cached_property
    def waits(self) -> urn.Wait | None:
        """For what the results wait. Four queries at most, none where there are names."""
        return urn.waits(self.survey, clock.now())


def frame_or_404(survey_id: UUID) -> Frame:
    """The survey for who looks after it. Two queries, three the first time."""
    survey = survey_or_404(survey_id)
    return Frame(survey, definitions.of_revision(survey.revision), f"/surveys/{survey_id}/results")


def _board(frame: Frame) -> Board | None:
    """The results that the address asks for; None where a job has to count first. At most two queries, two more for names."""
    by = request.args.get("by", "")
    found = services_results.numbers(frame.survey, frame.questionnaire, by if by in KEYS else "", clock.now())
    return None if found is None else results_board.board(frame.questionnaire, found, found.dimensions, request.args.get("group", ""))


@bp.get(RESULTS)
@allow(access.guide)
def results(survey_id: UUID) -> str:
    """Every question with its chart, figures and how many answered; divided by one dimension, or of one group."""
    frame = frame_or_404(survey_id)
    found = None if frame.waits else _board(frame)
    return render_template(
        "questionnaires/results.html", study=frame, board=found, chapters=found.chapters() if found else [], markup=onpage.markup,
        holds_words=holds_words, least=LEAST, survey=frame.survey,
    )


@bp.post(RESULTS)
@allow(access.guide)
def count_again(survey_id: UUID) -> Response:
    """Have a large survey counted again."""
    frame = frame_or_404(survey_id)
    with unit_of_work():
        services_results.want(survey_id, clock.now())
    flash(_("The answers are being counted again. That takes a minute or two."), "ok")
    return redirect(address(frame.url), 303)


@bp.get(f"{RESULTS}.<any(csv, xlsx):form>")
@allow(access.guide)
def save(survey_id: UUID, form: str) -> Response:
    """The same as a file: what the page shows with the same address, and no more."""
    frame = frame_or_404(survey_id)
    if frame.waits:
        abort(409, description=_("The results of an anonymous survey are shown when no more answers can come."))
    crossed = _crossing(frame) if "a" in request.args else None
    if crossed is not None:
        return exports_results.save_crossing(crossed, title=frame.title, form=form, now=clock.now())
    found = _board(frame) or abort(409, description=_("The answers are being counted. Please come back in a minute."))
    return exports_results.save(found, title=frame.title, name=f"results-{survey_id}", form=form, now=clock.now())


@bp.get(f"{RESULTS}/cross")
@allow(access.guide)
def cross(survey_id: UUID) -> str:
    """Two questions by each other."""
    frame = frame_or_404(survey_id)
    down, across = results_board.crossable(frame.questionnaire)
    return render_template(
        "questionnaires/results_cross.html", study=frame, survey=frame.survey, markup=onpage.markup, least=LEAST,
        down=_labels(down), across=_labels(across), found=None if frame.waits else _crossing(frame), asked="a" in request.args,
    )


def _labels(items: Mapping[str, Item]) -> list[tuple[str, str]]:
    return [(key, results_words.full_label(item)) for key, item in items.items()]


def _crossing(frame: Frame) -> Crossing | None:
    """The cross table that the address asks for. One query."""
    down, across = results_board.crossable(frame.questionnaire)
    first, second = down.get(request.args.get("a", "")), across.get(request.args.get("b", ""))
    if first is None or second is None or first.key == second.key:
        return None
    return results_cross.crossing(queries_results.of_surveys([frame.survey.id]), first, second)


@bp.get(f"{RESULTS}/compare")
@allow(access.guide)
def comparison(survey_id: UUID) -> str:
    """Beside an earlier round, question by question."""
    frame, who = frame_or_404(survey_id), me()
    rounds = queries_surveys.earlier_rounds(frame.survey.questionnaire_id, access.guided_paths(who), who.person_id, survey_id)
    chosen = request.args.get("with", str(frame.survey.earlier_id or ""))
    other = next((each for each in rounds if str(each.id) == chosen), None)
    waits = frame.waits or (urn.waits(other, clock.now()) if other is not None else None)
    found = _compared(frame, other) if other is not None and not waits else None
    return render_template(
        "questionnaires/results_compare.html", study=frame, survey=frame.survey, found=found, markup=onpage.markup, other=other,
        waits=waits, rounds=[(str(each.id), _name(frame, each)) for each in rounds], chosen=chosen, least=LEAST,
    )


def _name(frame: Frame, survey: Survey) -> str:
    """A round by its title and the month it opened."""
    opened = survey.opens_at.astimezone(settings().programme_zone).strftime("%Y-%m")
    return f"{labels_surveys.title_of(survey, frame.questionnaire.title)} · {opened}"


def _compared(frame: Frame, other: Survey) -> Comparison | None:
    """Both rounds; None where one of them has to be counted first. At most four queries."""
    earlier = definitions.of_revision(other.revision)
    found = services_results.rounds((other, earlier), (frame.survey, frame.questionnaire), clock.now())
    if found is None:
        return None
    months = [each.opens_at.astimezone(settings().programme_zone).strftime("%Y-%m") for each in (other, frame.survey)]
    names = [_("Earlier"), _("Later")] if months[0] == months[1] else months
    before = results_compare.Round(names[0], earlier, found[0])
    after = results_compare.Round(names[1], frame.questionnaire, found[1])
    return results_compare.compare(before, after, results_words.Words())


@bp.get(WORKSHEETS)
@allow(access.guide)
def worksheets(questionnaire_id: str) -> str:
    """What sheets of a questionnaire came to that were handed in below one's places: numbers and choices, no words."""
    found = _worksheets(questionnaire_id)
    return render_template(
        "questionnaires/results_worksheets.html", board=found, chapters=found.chapters(), markup=onpage.markup, least=LEAST,
        one=found.questionnaire, url=f"/questionnaires/{questionnaire_id}/results",
    )


@bp.get(f"{WORKSHEETS}.<any(csv, xlsx):form>")
@allow(access.guide)
def save_worksheets(questionnaire_id: str, form: str) -> Response:
    """The same as a file."""
    found = _worksheets(questionnaire_id)
    title = exports_results.title_of(found)
    return exports_results.save(found, title=title, name=f"results-{questionnaire_id}", form=form, now=clock.now())


def _worksheets(questionnaire_id: str) -> Board:
    """Counts of the sheets below the viewer's places, divided by place where that is asked for. At most four queries."""
    scope = queries_results.of_questionnaire(questionnaire_id, access.guided_paths(me()))
    revision = queries_results.last_revision(scope)
    one = definitions.of_revisions([revision]).get(revision) if revision else None
    if one is None:
        volume = library.volume(questionnaire_id) or abort(404)
        one = volume.questionnaire
    by = "place" if request.args.get("by") == "place" else ""
    found = services_results.count(scope, one, by, clock.now(), column=queries_results.by_place() if by else None)
    return results_board.board(one, found, ("place",), request.args.get("group", ""))
