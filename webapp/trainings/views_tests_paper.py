"""The tests around a training for who runs it: who took them, forms to print, typing them in one by one or as a table.

Scores of single people are shown nowhere here: nobody is ranked.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request

from webapp.core import audit, clock
from webapp.core.access import signed_in
from webapp.core.errors import DomainError
from webapp.core.exports import Format, Sheet, download
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, _, _n, current_language, sentences
from webapp.core.ids import MistypedCode, read_code
from webapp.core.tables import Unreadable, read_cells
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.content import Course
from webapp.trainings import letters, queries_tests, services_tests, tests_paper, tests_rules, tests_table
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.queries_tests import Taker
from webapp.trainings.records import Record, locked, record_or_404, run_or_403
from webapp.trainings.tests_paper import PaperForm, Print
from webapp.trainings.tests_table import RowProblem

bp = Blueprint("training_tests_paper", __name__, template_folder="templates")
TESTS = "/trainings/<uuid:training_id>/tests/<any(before, after):moment>"
# A form takes a quarter of a second to set.
MOST_FORMS = 60


@dataclass(frozen=True)
class Desk:
    """A test of a training, opened by somebody who runs it or looks on."""

    record: Record
    moment: Moment
    course: Course

    @property
    def url(self) -> str:
        """Address of the list of the test."""
        return address(f"{self.record.home}tests/{self.moment.value}")

    @property
    def questions(self) -> int:
        """How many questions a form has; both have the same."""
        return len(self.course.forms["a"].questions)


def _desk(record: Record, moment: str) -> Desk:
    return Desk(record, Moment(moment), services_tests.test_course(record.training) or abort(404))


@bp.get(TESTS)
@signed_in
def people(training_id: UUID, moment: str) -> str:
    """Who took the test, by name, and what can be done on paper."""
    return _shown(_desk(record_or_404(training_id), moment))


def _shown(desk: Desk, *, problems: list[RowProblem] | None = None, sentence: str = "") -> str:
    takers = queries_tests.takers(desk.record.training.id, desk.moment)
    opened = tests_rules.window(desk.moment, desk.record.training.state, queries_tests.spans(desk.record.training), clock.now())
    return render_template(
        "trainings/tests_people.html", desk=desk, record=desk.record, takers=takers, window=opened, problems=problems or [],
        sentence=sentence, taken=sum(each.taken for each in takers), most=MOST_FORMS,
        to_print={each.participant_id for each in [each for each in takers if each.opened_at is None][:MOST_FORMS]},
        languages=[tag for tag in LANGUAGES if tag in desk.course.languages],
    )


@bp.post(f"{TESTS}/forms")
@signed_in
def forms(training_id: UUID, moment: str) -> Any:
    """Forms of the chosen participants as one PDF. Their papers are kept, so that letters mean the same when they are typed in."""
    desk = _desk(run_or_403(training_id), moment)
    chosen = [UUID(token) for token in request.form.getlist("participant") if _is_id(token)]
    if not chosen:
        return _shown(desk, sentence=_("Please choose at least one person.")), HTTPStatus.UNPROCESSABLE_ENTITY
    if len(chosen) > MOST_FORMS:
        return _shown(desk, sentence=_("At most %(most)d forms are printed at once.", most=MOST_FORMS)), HTTPStatus.UNPROCESSABLE_ENTITY
    language = request.form.get("language", "")
    data = _printed(desk, chosen, language if language in desk.course.languages else current_language(), "names" in request.form)
    answer = make_response(data)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="test-{desk.moment.value}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _is_id(token: str) -> bool:
    try:
        UUID(token)
    except ValueError:
        return False
    return True


def _printed(desk: Desk, chosen: list[UUID], language: str, names: bool) -> bytes:  # noqa: FBT001
    training, now = desk.record.training, clock.now()
    with unit_of_work():
        found = queries_tests.registered(training.id, chosen)
        sittings = services_tests.open_sittings(
            training=training, participants=[participant for participant, _person in found], moment=desk.moment, language=language, now=now,
        )
        audit.record(
            actor_id=desk.record.who.person_id, action="training.tests_printed", subject=("training", training.id),
            place_id=training.place_id, now=now, after={"moment": desk.moment.value, "forms": len(found)},
        )
    opened = tests_rules.window(desk.moment, training.state, queries_tests.spans(training), now)
    what = Print(
        desk.record.title, services_tests.words_of(desk.course, desk.moment), desk.moment, language,
        now.astimezone(ZoneInfo(training.zone)).date(), online=opened.phase is not tests_rules.Phase.OVER,
    )
    return tests_paper.to_print(what, [
        PaperForm(participant.code, person.name if names else "", services_tests.paper_of(sittings[participant.id]))
        for participant, person in found
    ])


@bp.get(f"{TESTS}/enter")
@signed_in
def choose(training_id: UUID, moment: str) -> str:
    """Whose form to type in: by the code on it, or by name."""
    return _choice(_desk(run_or_403(training_id), moment))


def _choice(desk: Desk, *, typed: str = "", sentence: str = "") -> str:
    takers = [each for each in queries_tests.takers(desk.record.training.id, desk.moment) if each.opened_at and _open_to_paper(each)]
    return render_template(
        "trainings/tests_enter.html", desk=desk, record=desk.record, takers=takers, typed=typed, sentence=sentence, form=None,
        options=[("", _("Please choose")), *[(each.participant_id, _label(each)) for each in takers]],
    )


def _label(taker: Taker) -> str:
    return _("%(name)s, typed in", name=taker.name) if taker.taken else taker.name


def _open_to_paper(taker: Taker) -> bool:
    return not taker.taken or taker.on_paper


@bp.post(f"{TESTS}/enter")
@signed_in
def find(training_id: UUID, moment: str) -> Any:
    """To the form of a code or a name."""
    desk = _desk(run_or_403(training_id), moment)
    typed, chosen = request.form.get("code", "").strip(), request.form.get("participant", "")
    if not typed and _is_id(chosen):
        return redirect(f"{desk.url}/enter/{UUID(chosen)}", HTTPStatus.SEE_OTHER)
    try:
        found = queries_tests.by_codes(training_id, [read_code(typed)])
    except MistypedCode:
        found = {}
    if not found:
        sentence = _("No form of this training has this code. Please compare it with the paper, character by character.")
        return _choice(desk, typed=typed, sentence=sentence), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(f"{desk.url}/enter/{next(iter(found.values())).id}", HTTPStatus.SEE_OTHER)


@bp.get(f"{TESTS}/enter/<uuid:participant_id>")
@signed_in
def grid(training_id: UUID, moment: str, participant_id: UUID) -> Any:
    """The answers of a form as a grid of letters; what was typed in before stands in it."""
    desk = _desk(run_or_403(training_id), moment)
    found = queries_tests.registered(training_id, [participant_id]) or abort(404)
    sitting = queries_tests.sitting(participant_id, desk.moment)
    if sitting is None or (sitting.submitted_at is not None and not sitting.on_paper):
        error = tests_rules.NotPrinted() if sitting is None else tests_rules.TakenOnline()
        return _choice(desk, sentence=str(error)), error.status
    return _grid(desk, found[0][1].name, sitting)


def _grid(desk: Desk, name: str, sitting: Sitting, *, typed: dict[int, str] | None = None, wrong: dict[int, str] | None = None) -> str:
    paper = services_tests.paper_of(sitting)
    cells = typed if typed is not None else {
        number: letters.write(asked, (sitting.responses.get(str(number)) or {}).get("value"))
        for number, asked in enumerate(paper, 1)
    }
    rows = [(number, letters.hint(asked), cells.get(number, ""), (wrong or {}).get(number, "")) for number, asked in enumerate(paper, 1)]
    return render_template(
        "trainings/tests_enter.html", desk=desk, record=desk.record, name=name, rows=rows, wrong=wrong or {}, sitting=sitting, form=True,
    )


@bp.post(f"{TESTS}/enter/<uuid:participant_id>")
@signed_in
def enter(training_id: UUID, moment: str, participant_id: UUID) -> Any:
    """Keep what was typed in, and go to the next form; where a letter is none, everything typed stays in the grid."""
    desk = _desk(run_or_403(training_id), moment)
    found = queries_tests.registered(training_id, [participant_id]) or abort(404)
    typed = {number: request.form.get(f"q{number}", "")[:letters.LONGEST] for number in range(1, desk.questions + 1)}
    with unit_of_work():
        training = locked(training_id)
        sitting = queries_tests.sitting(participant_id, desk.moment, lock=True)
        values, wrong = tests_table.answers(services_tests.paper_of(sitting), typed) if sitting else ({}, {})
        if not wrong:
            changed = services_tests.enter(
                training=training, sitting=sitting, values=values, actor_id=desk.record.who.person_id, language=current_language(),
                now=clock.now(),
            )
    name = found[0][1].name
    if wrong and sitting is not None:
        return _grid(desk, name, sitting, typed=typed, wrong=wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("The form of %(name)s was entered.", name=name) if changed else _("The form of %(name)s had been entered so.", name=name), "ok")
    return redirect(f"{desk.url}/enter", HTTPStatus.SEE_OTHER)


@bp.get(f"{TESTS}/table.csv")
@signed_in
def table(training_id: UUID, moment: str) -> Response:
    """An empty table to type paper answers into: the codes of those whose form was printed, and a column for each question."""
    desk = _desk(run_or_403(training_id), moment)
    zone = ZoneInfo(desk.record.training.zone)
    waiting = [each for each in queries_tests.takers(training_id, desk.moment) if each.opened_at and not each.taken]
    sheet = Sheet(
        name=f"test-{desk.moment.value}", title=desk.record.title, head=tests_table.head(desk.questions),
        rows=[[each.code, *[None] * desk.questions] for each in waiting], about=[], about_title=desk.record.title, zone=zone,
    )
    return download(sheet, Format.CSV, clock.today(zone))


@bp.post(f"{TESTS}/table")
@signed_in
def bring_in(training_id: UUID, moment: str) -> Any:
    """Answers from a table: all of it, or, where a row is wrong, nothing and what is wrong. The same table again changes nothing."""
    desk = _desk(run_or_403(training_id), moment)
    upload = request.files.get("file")
    try:
        cells = read_cells(upload.stream.read() if upload else b"", tests_table.BOUNDS)
    except Unreadable as error:
        return _shown(desk, sentence=str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    found, problems = tests_table.lines(cells, desk.questions)
    if not found and not problems:
        return _shown(desk, sentence=_("The table holds no answers.")), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        changed = _brought_in(desk, found, problems, clock.now())
    except _NotAll as error:
        return _shown(desk, problems=sorted(error.problems, key=lambda each: each.row)), HTTPStatus.UNPROCESSABLE_ENTITY
    same = len(found) - changed
    flash(sentences([
        _n("%(num)d test form was entered.", "%(num)d test forms were entered.", changed),
        *([_n("%(num)d form had been entered so before.", "%(num)d forms had been entered so before.", same)] if same else []),
    ]), "ok")
    return redirect(desk.url, HTTPStatus.SEE_OTHER)


class _NotAll(DomainError):
    """Some rows could not be taken, so none is."""

    def __init__(self, problems: list[RowProblem]) -> None:
        self.problems = problems
        super().__init__("")


def _brought_in(desk: Desk, found: list[tests_table.Line], problems: list[RowProblem], now: datetime) -> int:
    """Enter all rows or raise `_NotAll`; how many were new. Three queries, and one statement for each new row."""
    with unit_of_work():
        training = locked(desk.record.training.id)
        owners = queries_tests.by_codes(training.id, [line.code for line in found])
        sittings = queries_tests.sittings_of([each.id for each in owners.values()], desk.moment, lock=True)
        by_code = {code: sittings[each.id] for code, each in owners.items() if each.id in sittings}
        papers = {code: services_tests.paper_of(sitting) for code, sitting in by_code.items()}
        entered, wrong = tests_table.read(found, papers.get)
        problems = [*problems, *wrong]
        changed = 0
        for each in entered:
            try:
                changed += services_tests.enter(
                    training=training, sitting=by_code[each.code], values=each.values, actor_id=desk.record.who.person_id,
                    language=current_language(), now=now,
                )
            except DomainError as error:
                problems.append(RowProblem(each.row, tests_table.CODE, str(error)))
        if problems:
            raise _NotAll(problems)
    return changed
