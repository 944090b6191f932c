"""Surveys on paper: forms to print, their codes typed in later one by one or brought in as a table."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.exports import Format, Sheet, download
from webapp.core.i18n import LANGUAGES, _, _n, current_language
from webapp.core.late import Late
from webapp.core.tables import Unreadable, read_cells
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires import access, definitions, labels_surveys, paper_csv, queries_surveys, services_answers, services_surveys, urn
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.paper_csv import PaperRow, RowProblem
from webapp.questionnaires.rules_surveys import ResultsAreOut
from webapp.questionnaires.views_surveys import HOME, ONE, survey_or_404

if TYPE_CHECKING:
    from webapp.questionnaires import paper
else:
    # What makes documents is for few requests.
    paper = Late("webapp.questionnaires.paper")

bp = Blueprint("survey_paper", __name__, template_folder="templates")
MOST_FORMS = 100


@bp.get(f"{ONE}paper")
@allow(access.guide)
def papers(survey_id: UUID) -> str:
    """What can be done on paper."""
    return _shown(survey_or_404(survey_id))


def _shown(survey: Survey, *, problems: list[RowProblem] | None = None, sentence: str = "", count: str = "20") -> str:
    questionnaire = definitions.of_revision(survey.revision)
    waiting = queries_surveys.without_answer(survey) if survey.mode is SurveyMode.NAMED else []
    return render_template(
        "questionnaires/survey_paper.html", survey=survey, title=labels_surveys.title_of(survey, questionnaire.title),
        waiting=len(waiting), out=len(urn.forms_out(survey)) if survey.mode is SurveyMode.ANONYMOUS else 0,
        sealed=urn.is_sealed(survey, clock.now()), most=MOST_FORMS, count=count, problems=problems or [], sentence=sentence,
        left_out=paper_csv.left_out(questionnaire), languages=[tag for tag in LANGUAGES if tag in questionnaire.languages],
    )


@bp.post(f"{ONE}paper/forms")
@allow(access.guide)
def forms(survey_id: UUID) -> Any:
    """Forms with new codes as one PDF. The codes stand on the paper only: printing again makes others."""
    survey = survey_or_404(survey_id)
    questionnaire = definitions.of_revision(survey.revision)
    language = request.form.get("language", "")
    if language not in questionnaire.languages:
        language = current_language() if current_language() in questionnaire.languages else questionnaire.languages[0]
    count = request.form.get("count", "")
    named = survey.mode is SurveyMode.NAMED
    if not named and not (count.isascii() and count.isdigit() and len(count) < 4 and 1 <= int(count) <= MOST_FORMS):
        return _shown(survey, sentence=_("Please write a whole number from 1 to %(most)d.", most=MOST_FORMS), count=count), 422
    people = queries_surveys.without_answer(survey)[:MOST_FORMS] if named else []
    if named and not people:
        return _shown(survey, sentence=_("Everybody who is asked has answered.")), 422
    try:
        urn.must_not_be_sealed(survey, clock.now())
    except ResultsAreOut as error:
        return _shown(survey, sentence=str(error)), HTTPStatus.CONFLICT
    made = _print(survey, [row[0] for row in people] if named else None, 0 if named else int(count))
    names = {row[0]: row[1] for row in people}
    printed = [paper.PaperForm(code, names.get(person, "") if person else "") for code, person in made]
    data = paper.to_print(survey, questionnaire, printed, language)
    answer = make_response(data)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{survey.questionnaire_id}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _print(survey: Survey, people: list[UUID] | None, count: int) -> list[tuple[str, UUID | None]]:
    with unit_of_work():
        made = services_answers.make_codes(survey=survey, people=people, count=count)
        record(actor_id=me().person_id, action="survey.forms_printed", subject=("survey", survey.id), now=clock.now(),
               place_id=survey.place_id, after={"forms": len(made)})
    return made


@bp.get(f"{ONE}paper/table.csv")
@allow(access.guide)
def table(survey_id: UUID) -> Response:
    """An empty table with the columns of the questionnaire, to type paper answers into."""
    survey = survey_or_404(survey_id)
    questionnaire = definitions.of_revision(survey.revision)
    columns = [paper_csv.CODE, *[each.text for each in paper_csv.headings(questionnaire)]]
    title = labels_surveys.title_of(survey, questionnaire.title)
    zone = settings().programme_zone
    sheet = Sheet(name=survey.questionnaire_id, title=title, head=columns, rows=[], about=[], about_title=title, zone=zone)
    return download(sheet, Format.CSV, clock.today(zone))


@bp.post(f"{ONE}paper/table")
@allow(access.guide)
def bring_in(survey_id: UUID) -> Any:
    """Answers from a table: all of it, or, where a row is wrong, nothing and what is wrong."""
    survey = survey_or_404(survey_id)
    questionnaire = definitions.of_revision(survey.revision)
    upload = request.files.get("file")
    try:
        rows, problems = paper_csv.read(questionnaire, read_cells(upload.stream.read() if upload else b"", paper_csv.BOUNDS))
    except Unreadable as error:
        return _shown(survey, sentence=str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    if not rows and not problems:
        return _shown(survey, sentence=_("The table holds no answers.")), HTTPStatus.UNPROCESSABLE_ENTITY
    problems = problems or _bring_in(survey, questionnaire, rows)
    if problems:
        return _shown(survey, problems=sorted(problems, key=lambda each: each.row)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_n("%(num)d form was entered.", "%(num)d forms were entered.", len(rows)), "ok")
    return redirect(address(f"{HOME}{survey_id}/"), 303)


class _NotAll(DomainError):
    """Some rows could not be taken, so none is."""

    def __init__(self, problems: list[RowProblem]) -> None:
        self.problems = problems
        super().__init__("")


def _must_be_all(problems: list[RowProblem]) -> None:
    if problems:
        raise _NotAll(problems)


def _bring_in(survey: Survey, questionnaire: Questionnaire, rows: list[PaperRow]) -> list[RowProblem]:
    problems: list[RowProblem] = []
    try:
        with unit_of_work():
            urn.must_not_be_sealed(survey, clock.now())
            # By code: neither the order of the table nor that of the papers stays.
            for row in sorted(rows, key=lambda each: services_answers.hashed(each.code)):
                try:
                    with db.session.begin_nested():
                        services_answers.use_code(
                            survey=survey, questionnaire=questionnaire, code=row.code, values=row.values,
                            language=current_language(), now=clock.now(),
                        )
                except DomainError as error:
                    problems.append(RowProblem(row.row, paper_csv.CODE, str(error)))
            _must_be_all(problems)
            record(actor_id=me().person_id, action="survey.forms_entered", subject=("survey", survey.id), now=clock.now(),
                   place_id=survey.place_id, after={"forms": len(rows)})
    except _NotAll:
        return problems
    except ResultsAreOut as error:
        return [RowProblem(row.row, paper_csv.CODE, str(error)) for row in rows[:1]]
    return []


@bp.post(f"{ONE}paper/entered")
@allow(access.guide)
def entered(survey_id: UUID) -> Response:
    """All forms that came back are entered: the codes of the others hold no longer, and results wait for none of them."""
    survey_or_404(survey_id)
    with unit_of_work():
        gone = urn.discard_forms(survey=services_surveys.locked(survey_id), actor_id=me().person_id, now=clock.now())
    flash(_n("%(num)d form that was not entered holds no longer.", "%(num)d forms that were not entered hold no longer.", gone), "ok")
    return redirect(address(f"{HOME}{survey_id}/paper"), 303)
