"""Answering a survey: as somebody who is asked, by its link, or with the code of a paper form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.current import me, viewer
from webapp.accounts.tries import network
from webapp.core import clock, limits
from webapp.core.access import public, signed_in
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import current_language
from webapp.core.ids import MistypedCode, read_code
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.page import spec_for_page
from webapp.places import queries as places
from webapp.questionnaires import (
    access,
    answering,
    definitions,
    labels_surveys,
    queries,
    queries_surveys,
    section_form,
    services_answers,
    surveys_dimensions,
    urn,
)
from webapp.questionnaires.desk import Desk
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyMode, SurveyPerson
from webapp.questionnaires.rules_state import NotReady
from webapp.questionnaires.rules_surveys import HasAnswered, NothingAnswered, Phase, ResultsAreOut, SurveyIsNotOpen, UnknownCode, phase_of

bp = Blueprint("survey_answer", __name__, template_folder="templates")
ASKED = "/surveys/<uuid:survey_id>/"
BY_CODE = "/answer/<code>"
HOUR = timedelta(hours=1)
# A class that answers in one room comes from one address.
ANSWERS_AN_HOUR = 600
WRONG_CODES_AN_HOUR = 30


@dataclass(frozen=True)
class Door:
    """How somebody came to a survey: `person_id` is asked by name, `code` is the link's or, with `paper`, that of a form."""

    survey: Survey
    url: str
    person_id: UUID | None = None
    code: str = ""
    paper: SurveyCode | None = None
    part: SurveyPerson | None = None
    late: bool = False

    @property
    def questionnaire(self) -> Questionnaire:
        """What is asked."""
        return definitions.of_revision(self.survey.revision)

    @property
    def named(self) -> bool:
        """Whether the answer is kept with a name."""
        if self.survey.mode is SurveyMode.ANONYMOUS:
            return False
        return self.person_id is not None or (self.paper is not None and self.paper.person_id is not None)

    @property
    def store_key(self) -> str:
        """Under what this browser keeps what was typed: one for each person, or each code."""
        return f"answer:{self.survey.id}:{self.person_id or self.code}"

    def must_be_open(self, now: datetime) -> None:
        """Raise `SurveyIsNotOpen` unless answers are taken now. Paper comes later than its survey closes."""
        if self.late and now >= self.survey.opens_at:
            return
        services_answers.must_be_open(self.survey, now)


def asked_or_404(survey_id: UUID) -> Door:
    """The survey for somebody who is asked. One query."""
    found = queries_surveys.asked(survey_id, me().person_id) or abort(404)
    return Door(found[0], f"/surveys/{survey_id}/answer", person_id=found[1].person_id, part=found[1])


def door_of(typed: str) -> Door:
    """The survey behind a code. Two queries at most, some more for a form that is entered by staff. Raises `UnknownCode`."""
    try:
        code = read_code(typed)
    except MistypedCode as error:
        raise UnknownCode from error
    survey = queries_surveys.by_link(code)
    if survey is not None:
        return Door(survey, f"/answer/{code}", code=code)
    paper = queries_surveys.by_paper(services_answers.hashed(code))
    if paper is None:
        raise UnknownCode
    return Door(paper[0], f"/answer/{code}", code=code, paper=paper[1], late=enters(paper[0]))


def enters(survey: Survey) -> bool:
    """Whether the reader looks after the survey, and so enters paper forms after it has closed. One query, none for who has no role."""
    who = viewer()
    if who is None or not access.guide(who):
        return False
    place = places.find(survey.place_id) if survey.place_id else None
    return survey.created_by_id == who.person_id or access.guides_place(who, place)


@bp.get(ASKED + "answer")
@signed_in
def asked(survey_id: UUID) -> Any:
    """The survey for somebody who is asked: its form, or the way to their draft; or that they have answered."""
    door, now = asked_or_404(survey_id), clock.now()
    if door.named or (door.part is not None and door.part.answered) or not _open(door, now):
        return _front(door, now)
    return _page(door)


@bp.post(ASKED + "answer")
@signed_in
def answer(survey_id: UUID) -> Any:
    """Begin or go on with a draft (with names); or send the whole answer (anonymous)."""
    door, now = asked_or_404(survey_id), clock.now()
    if not door.named:
        return _take(door, now)
    try:
        with unit_of_work():
            sheet_id = services_answers.begin(
                survey=door.survey, questionnaire=door.questionnaire, person=me().person, language=current_language(), now=now,
            )
    except (SurveyIsNotOpen, HasAnswered):
        return redirect(address(door.url), 303)
    return redirect(address(f"/sheets/{sheet_id}/"), 303)


@bp.post(ASKED + "hand-in")
@signed_in
def hand_in(survey_id: UUID) -> Any:
    """Send the draft of a survey with names."""
    door = asked_or_404(survey_id)
    if not door.named:
        abort(404)
    try:
        with unit_of_work():
            services_answers.hand_in(
                survey=door.survey, questionnaire=door.questionnaire, person_id=me().person_id, now=clock.now(),
            )
    except (NotReady, NothingAnswered, SurveyIsNotOpen) as error:
        return _front(door, clock.now(), problem=error), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(address(f"/surveys/{survey_id}/thanks"), 303)


@bp.get(ASKED + "thanks")
@signed_in
def thanks(survey_id: UUID) -> str:
    """That the answer arrived."""
    return _thanks(asked_or_404(survey_id))


@bp.get("/answer/")
@public
def code_page() -> str:
    """Where the code of a paper form is typed."""
    return render_template("questionnaires/answer_code.html", code="", problem="")


@bp.post("/answer/")
@public
def typed_code() -> Any:
    """Lead a typed code to its survey."""
    typed = request.form.get("code", "")[:60]
    try:
        return redirect(address(door_of(typed).url), 303)
    except UnknownCode as error:
        tried = f"codes of surveys tried from {network(request.remote_addr)}"
        with unit_of_work():
            limits.hit(key=tried, limit=WRONG_CODES_AN_HOUR, per=HOUR, now=clock.now())
        return render_template("questionnaires/answer_code.html", code=typed, problem=str(error)), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.get(BY_CODE)
@public
def by_code(code: str) -> Any:
    """The form for whoever has the link or a paper form."""
    door, now = door_of(code), clock.now()
    if (door.paper is not None and door.paper.used) or not _open(door, now):
        return _front(door, now)
    return _page(door)


@bp.post(BY_CODE)
@public
def answer_by_code(code: str) -> Any:
    """Send an answer by the link or with the code of a paper form."""
    door = door_of(code)
    if answering.pressed_send():
        with unit_of_work():
            limits.hit(key=f"answers from {network(request.remote_addr)}", limit=ANSWERS_AN_HOUR, per=HOUR, now=clock.now())
    return _take(door, clock.now())


@bp.get(BY_CODE + "/thanks")
@public
def thanks_by_code(code: str) -> str:
    """That the answer arrived."""
    return _thanks(door_of(code))


def _open(door: Door, now: datetime) -> bool:
    try:
        door.must_be_open(now)
    except SurveyIsNotOpen:
        return False
    return True


def _take(door: Door, now: datetime) -> Any:
    """Keep the answer if it can be kept; else the page again with everything that was typed."""
    questionnaire, ticket = door.questionnaire, answering.ticket_of(request.form)
    typed = answering.read(questionnaire, request.form, place_id=door.survey.place_id)
    if not answering.pressed_send() or typed.searches or typed.refused:
        return _page(door, typed=typed, ticket=ticket, refused=typed.refused)
    values = answering.kept(questionnaire, typed.values)
    lacks = answering.lacks(questionnaire, values) or ({} if values else {questionnaire.answerable[0].id: str(NothingAnswered())})
    if lacks:
        return _page(door, typed=typed, ticket=ticket, refused=lacks)
    try:
        _keep(door, values, ticket, now)
    except (HasAnswered, ResultsAreOut, SurveyIsNotOpen, UnknownCode) as error:
        lines = answering.in_words(questionnaire, values, answering.names_of(questionnaire, values, door.survey))
        return _front(door, now, problem=error, lines=lines), HTTPStatus.CONFLICT
    return redirect(address(f"/surveys/{door.survey.id}/thanks" if door.person_id else f"{door.url}/thanks"), 303)


def _keep(door: Door, values: Mapping[str, Any], ticket: str, now: datetime) -> None:
    """Write the answer; an anonymous one in two units of work that nothing but the ticket ties together."""
    survey = door.survey
    language = answering.language_of(door.questionnaire)
    if door.person_id is None:
        door.must_be_open(now)
        with unit_of_work():
            urn.must_not_be_sealed(survey, now)
            if door.paper is None:
                services_answers.answer_by_link(survey=survey, values=values, ticket=ticket)
            else:
                services_answers.use_code(
                    survey=survey, questionnaire=door.questionnaire, code=door.code, values=values, language=language, now=now,
                )
        return
    # One that was marked before the closing, and cut off before it was written, is still written until results are shown.
    known = services_answers.is_stored if now >= survey.closes_at + urn.UNDER_WAY else services_answers.has_ticket
    if not known(survey=survey, ticket=ticket):
        door.must_be_open(now)
    dimensions = surveys_dimensions.of_person(survey, door.person_id)
    with unit_of_work():
        services_answers.mark(survey=survey, person_id=door.person_id, ticket=ticket)
    with unit_of_work():
        services_answers.store(survey=survey, values=values, ticket=ticket, dimensions=dimensions)


def _page(
    door: Door, *, typed: answering.Typed | None = None, ticket: str = "", refused: Mapping[str, str] | None = None,
) -> Response:
    """The whole form. Nothing of it is kept by the server before it is sent."""
    questionnaire = door.questionnaire
    pages = answering.pages(door.survey, questionnaire, typed, refused)
    pickers = typed.pickers if typed and typed.pickers is not None else answering.fresh_pickers(questionnaire)
    answer = make_response(render_template(
        "questionnaires/answer.html", door=door, survey=door.survey, questionnaire=questionnaire, pages=pages, refused=refused or {},
        pickers=pickers, ticket=ticket or answering.new_ticket(), spec=spec_for_page(questionnaire), at=typed.at if typed else "",
        title=labels_surveys.title_of(door.survey, questionnaire.title),
    ))
    answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _front(door: Door, now: datetime, *, problem: DomainError | None = None, lines: list[tuple[str, str]] | None = None) -> str:
    """Where the survey stands for this reader: to begin, begun, answered, not open yet, closed; and what was typed in vain."""
    survey = door.survey
    return render_template(
        "questionnaires/answer_front.html", door=door, survey=survey, problem=problem, lines=lines or [], Phase=Phase,
        questionnaire=door.questionnaire, title=labels_surveys.title_of(survey, door.questionnaire.title),
        phase=phase_of(survey.opens_at, survey.closes_at, now), missing=problem.missing.lacks if isinstance(problem, NotReady) else (),
        answered=bool(door.part.answered if door.part else door.paper and door.paper.used),
    )


def too_late(desk: Desk, section: Section, error: SurveyIsNotOpen) -> str:
    """A page of a draft that comes after the closing: the sentence, and what was typed, so that nothing is lost."""
    assert desk.survey is not None
    door = asked_or_404(desk.survey.id)
    reading = section_form.read(request.form, section, Answers(desk.questionnaire, queries.stored(desk.sheet.id).values))
    values = {path: value for path, value in reading.wanted.items() if value is not None}
    lines = answering.in_words(desk.questionnaire, values, answering.names_of(desk.questionnaire, values, desk.survey))
    return _front(door, desk.now, problem=error, lines=lines + [(path, str(raw)) for path, raw in reading.typed.items()])


def _thanks(door: Door) -> str:
    title = labels_surveys.title_of(door.survey, door.questionnaire.title)
    enters_more = bool(door.paper and door.late)
    return render_template("questionnaires/answer_thanks.html", door=door, survey=door.survey, title=title, enters=enters_more)
