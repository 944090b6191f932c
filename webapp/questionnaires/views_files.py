"""Files on a sheet, pasted rows, and the search for organisations: what the page's scripts ask for besides changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, jsonify, request

from webapp.core.access import public, signed_in
from webapp.core.errors import DomainError
from webapp.core.i18n import localised
from webapp.core.storage import download
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.fields import FileField, TableField
from webapp.goals.reference import reference
from webapp.questionnaires import protocol, queries, queries_page, services_page
from webapp.questionnaires.desk import desk_or_404
from webapp.questionnaires.pasting import CannotPaste
from webapp.questionnaires.views_sheet import SHEET, bp, news

GOALS_KEPT = 24 * 3600


@bp.post(SHEET + "files")
@signed_in
def upload(sheet_id: UUID) -> Any:
    """Put one file at the field `path`; the answer is that of a change."""
    desk = desk_or_404(sheet_id)
    asked, sent = desk.questionnaire.field(request.form.get("path", "")), request.files.get("file")
    if not isinstance(asked, FileField) or sent is None or not sent.filename:
        abort(400)
    try:
        with unit_of_work():
            _row, done = services_page.put_file(
                sheet=services_page.lock(sheet_id, desk.role), questionnaire=desk.questionnaire, asked=asked, content=sent.stream.read(),
                name=sent.filename, person_id=desk.who.person_id, now=desk.now,
            )
            told = news(desk, request.form.get("since", 0, type=int))
    except DomainError as error:
        return jsonify(sentence=str(error)), error.status
    return jsonify(results=protocol.results([done]), **told)


@bp.get(SHEET + "files/<uuid:file_id>")
@signed_in
def file(sheet_id: UUID, file_id: UUID) -> Any:
    """A file of the sheet, to be saved."""
    desk_or_404(sheet_id)
    found = queries_page.file_of(sheet_id, file_id)
    if found is None:
        abort(404)
    return download(found[0])


@bp.post(SHEET + "paste")
@signed_in
def paste(sheet_id: UUID) -> Any:
    """Bring copied rows into `table`, from the cell `row`, `column` on, or behind the last row: all of them or none."""
    desk = desk_or_404(sheet_id)
    body = request.get_json(silent=True)
    table = desk.questionnaire.field(str(body.get("table", ""))) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(table, TableField) or not isinstance(body.get("text"), str):
        abort(400)
    since = body.get("since")
    try:
        with unit_of_work():
            sheet = services_page.lock(sheet_id, desk.role)
            wanted = services_page.paste_changes(
                table, queries.stored(sheet.id), body["text"], row=str(body.get("row", "")), column=str(body.get("column", "")),
                base=sheet.version,
            )
            services_page.write(
                sheet=sheet, questionnaire=desk.questionnaire, changes=wanted, person_id=desk.who.person_id, now=desk.now,
            )
            told = news(desk, since if isinstance(since, int) else 0)
    except CannotPaste as bad:
        return jsonify(sentence=str(bad)), 422
    except DomainError as error:
        return jsonify(sentence=str(error)), error.status
    return jsonify(results=[], **told)


@bp.get("/sheets/goals.json")
@public
def goals() -> Any:
    """Goals and targets with their words in every language, for the search in the pickers."""
    listed = [
        {
            "number": goal.number, "title": localised(goal.title), "words": " ".join((*goal.title.values(), *goal.full_title.values())),
            "targets": [
                {"id": each.id, "label": localised(each.label), "words": " ".join(each.label.values())} for each in goal.targets
            ],
        }
        for goal in reference().goals
    ]
    answer = jsonify(goals=listed)
    answer.cache_control.max_age = GOALS_KEPT
    if "lang" in request.args:
        answer.cache_control.public = True
    else:
        answer.cache_control.private = True
    return answer


@bp.get(SHEET + "organisations")
@signed_in
def organisations(sheet_id: UUID) -> Any:
    """Known organisations by a part of their name, those of the sheet's place first."""
    desk = desk_or_404(sheet_id)
    found = queries_page.organisations_called(request.args.get("q", ""), desk.sheet.place_id)
    return jsonify(organisations=[{"id": str(row_id), "name": name} for row_id, name in found])
