"""The page on which a sheet is filled in: a section, the changes its script sends, and conflicts that people settle."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.core.access import signed_in
from webapp.core.errors import DomainError
from webapp.core.i18n import _, current_language
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Section
from webapp.courses.questionnaire.page import spec_for_page
from webapp.courses.questionnaire.paths import locate
from webapp.courses.questionnaire.values import BadValue, normalise
from webapp.questionnaires import protocol, queries, queries_page, removed_fields, services, services_changes, services_page
from webapp.questionnaires.desk import Desk, desk_or_404, names_of, page_of
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import Outcome
from webapp.questionnaires.page_post import Posted, post_section
from webapp.questionnaires.presenting import SheetPage, clashes_of, title_of
from webapp.questionnaires.rules_surveys import SurveyIsNotOpen
from webapp.questionnaires.views_answer import too_late

bp = Blueprint("sheet_page", __name__, template_folder="templates")

SHEET = "/sheets/<uuid:sheet_id>/"
RULES_KEPT = 365 * 24 * 3600


@bp.get(SHEET + "<section_id>")
@signed_in
def section(sheet_id: UUID, section_id: str) -> Any:
    """A section, to be filled in or only read. At most eight queries."""
    desk = desk_or_404(sheet_id)
    return shown(desk, page_of(desk, desk.section_or_404(section_id)))


def shown(desk: Desk, page: SheetPage, *, picker_forms: Any = None) -> Response:
    """The page; not kept by the browser, since its copy would show values that others have changed."""
    last = page.shown[-1].id if page.shown else page.section.id
    answer = make_response(render_template(
        "questionnaires/sheet.html", desk=desk, page=page, sheet=desk.sheet, questionnaire=desk.questionnaire, pickers=picker_forms,
        title=title_of(desk.sheet, desk.questionnaire), key=new_id(),
        removed=removed_fields.removed_answers(desk, page.stored) if page.section.id == last else [],
    ))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.post(SHEET + "<section_id>")
@signed_in
def save_section(sheet_id: UUID, section_id: str) -> Any:
    """The same page without scripts: keep everything, do what the pressed button says, show what could not be kept."""
    desk = desk_or_404(sheet_id)
    here = desk.section_or_404(section_id)
    try:
        desk.must_write()
        with unit_of_work():
            posted = post_section(desk, here)
            services.look_at(sheet_id=sheet_id, person_id=desk.who.person_id, section_id=here.id)
    except SurveyIsNotOpen as error:
        return too_late(desk, here, error), error.status
    if posted.reading.refused or posted.searches:
        again = desk_or_404(sheet_id)
        page = page_of(again, here, typed=posted.reading.typed, refused=posted.reading.refused)
        answer = shown(again, page, picker_forms=posted.pickers)
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if posted.reading.refused else HTTPStatus.OK
        return answer
    for sentence in posted.sentences:
        flash(sentence, "warn")
    return redirect(_onward(desk, here, posted), 303)


def _onward(desk: Desk, here: Section, posted: Posted) -> str:
    """Where the pressed button leads: another section, or back to the field it belongs to."""
    go = request.form.get("_go", "")
    if posted.at:
        return f"{desk.url}{here.id}#f-{posted.at}"
    if desk.questionnaire.section(go) is not None:
        return desk.url + go
    if not go and not posted.sentences:
        flash(_("Saved."), "ok")
    return desk.url + here.id


@bp.get(SHEET + "rules.json")
@signed_in
def rules(sheet_id: UUID) -> Any:
    """Conditions, calculations and limits for the page's script, in the reader's language; the address names the revision."""
    desk = desk_or_404(sheet_id)
    answer = jsonify(spec_for_page(desk.questionnaire))
    answer.cache_control.private = True
    if request.args.get("r") == desk.questionnaire.revision and request.args.get("lang") == current_language():
        answer.cache_control.max_age = RULES_KEPT
        answer.cache_control.immutable = True
    return answer


@bp.post(SHEET + "changes")
@signed_in
def changes(sheet_id: UUID) -> Any:
    """Take changes, say what became of them, what others changed and who is there. Without changes it only asks."""
    desk = desk_or_404(sheet_id)
    try:
        asked = protocol.read(request.get_json(silent=True))
    except protocol.NotUnderstood:
        abort(400)
    results: list[dict[str, Any]] = []
    try:
        with unit_of_work():
            if asked.changes:
                results = protocol.results(services_page.write(
                    sheet=services_page.lock(sheet_id, desk.role), questionnaire=desk.questionnaire, changes=asked.changes,
                    person_id=desk.who.person_id, now=desk.now,
                ))
            if desk.role is not None:
                _note_place(desk, asked)
            told = news(desk, asked.since)
    except DomainError as error:
        return jsonify(sentence=str(error), state=desk.sheet.state.value), error.status
    return jsonify(results=results, **told)


def _note_place(desk: Desk, asked: protocol.Asked) -> None:
    services_changes.touch(sheet_id=desk.sheet.id, person_id=desk.who.person_id, path=asked.at, now=desk.now)
    if asked.section and asked.section != desk.opened.section_id and desk.questionnaire.section(asked.section):
        services.look_at(sheet_id=desk.sheet.id, person_id=desk.who.person_id, section_id=asked.section)


def news(desk: Desk, since: int) -> dict[str, Any]:
    """What a page that has seen a version does not know yet. Three queries, and some where there is news or a conflict."""
    sheet = desk.sheet
    cells = queries.changed_since(sheet.id, since) if sheet.version > since else []
    people = {each.person_id: each.name for each in desk.opened.members}
    lines = queries.conflicts(sheet.id) if desk.writes else []
    asked = {cell.field_id for cell in cells} | {line.path.partition("/")[0] for line in lines}
    stored = queries.Stored({cell.path: cell.value for cell in cells}, {}, {})
    if lines:
        stored = queries.stored(sheet.id)
    names = names_of(desk, stored, asked, lines)
    talks = queries_page.talks(sheet.id)
    return {
        "version": sheet.version, "changes": protocol.changes(cells, people, desk.questionnaire, names),
        "present": protocol.present(desk.opened.members, desk.who.person_id), "comments": sum(each.said for each in talks.values()),
        "talk": protocol.talk(talks), "state": sheet.state.value, "writes": desk.writes,
        "conflicts": protocol.conflicts(clashes_of(desk.questionnaire, lines, stored, names, people)),
    }


@bp.post(SHEET + "conflicts/<uuid:change_id>")
@signed_in
def conflict(sheet_id: UUID, change_id: UUID) -> Any:
    """Settle a conflict: `choice` is mine, theirs or both, and `value` what holds then; as a form or as JSON."""
    desk = desk_or_404(sheet_id)
    body = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(body, dict) or body.get("choice") not in ("mine", "theirs", "both"):
        abort(400)
    try:
        path = _settle(desk, change_id, body)
    except DomainError as error:
        if request.is_json:
            return jsonify(sentence=str(error)), error.status
        raise
    if request.is_json:
        since = body.get("since", 0)
        return jsonify(results=[], **news(desk_or_404(sheet_id), since if isinstance(since, int) else 0))
    spot = locate(desk.questionnaire, path)
    here = desk.questionnaire.section_of(spot.field.id).id if spot else desk.questionnaire.sections[0].id
    return redirect(f"{desk.url}{here}#f-{spot.field.id if spot else ''}", 303)


class NotTaken(DomainError):
    """What somebody wrote to settle a conflict cannot be stored."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


def _settle(desk: Desk, change_id: UUID, body: dict[str, Any]) -> str:
    """The path of the conflict. One that is settled already stays as it is: somebody else was faster."""
    with unit_of_work():
        sheet = services_page.lock(desk.sheet.id, desk.role)
        found = queries.open_conflict(sheet.id, change_id)
        line = next((each for each in queries.conflicts(sheet.id) if each.change_id == change_id), None)
        if found is None or line is None:
            return ""
        change = None
        if body["choice"] != "theirs":
            value = body.get("value", line.mine)
            spot = locate(desk.questionnaire, line.path)
            if spot is not None and "value" in body:
                try:
                    value = normalise(spot.asks, value, label=spot.label())
                except BadValue as bad:
                    raise NotTaken(str(bad)) from bad
            change = Wanted(new_id(), line.path, sheet.version, value)
        done = services_page.choose(
            sheet=sheet, questionnaire=desk.questionnaire, conflict=found, change=change, person_id=desk.who.person_id, now=desk.now,
        )
        if done is not None and done.outcome is None:
            raise NotTaken(done.message)
        assert done is None or done.outcome is not Outcome.CONFLICT
        return line.path
