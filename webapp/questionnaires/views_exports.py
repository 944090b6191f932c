"""A sheet as a file: PDF and Word to hand in, CSV and JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, redirect
from flask_babel import get_timezone
from werkzeug.wrappers import Response

from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.audit import record
from webapp.core.exports import Format, Sheet, download
from webapp.core.i18n import _, current_language
from webapp.core.late import Late
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.answers import Answers
from webapp.questionnaires import desk as desks
from webapp.questionnaires import queries
from webapp.questionnaires.desk import Desk, worksheet_or_404
from webapp.questionnaires.presenting import title_of
from webapp.questionnaires.removed_fields import removed_answers

if TYPE_CHECKING:
    from webapp.questionnaires import sheet_document
    from webapp.questionnaires.sheet_document import Filled
else:
    sheet_document = Late("webapp.questionnaires.sheet_document")

bp = Blueprint("sheet_exports", __name__, template_folder="templates")

FILE = "/sheets/<uuid:sheet_id>.<any(pdf, docx, csv, json):form>"
TYPES = {
    "pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


@bp.get(FILE)
@signed_in
def save(sheet_id: UUID, form: str) -> Response:
    """The sheet as a file, for its members. Who reads it for feedback asks by a button, because that is written down."""
    desk = worksheet_or_404(sheet_id)
    if desk.role is None:
        return redirect(address(f"{desk.url}state"), 303)
    return _file(desk, form)


@bp.post(FILE)
@signed_in
def save_of_others(sheet_id: UUID, form: str) -> Response:
    """The same, with an entry in the audit trail where the sheet is somebody else's."""
    desk = worksheet_or_404(sheet_id)
    if desk.role is None:
        with unit_of_work():
            record(
                actor_id=desk.who.person_id, action="sheet.exported", subject=("sheet", sheet_id), after={"form": form}, now=desk.now,
                place_id=desk.sheet.place_id,
            )
    return _file(worksheet_or_404(sheet_id), form)


def _file(desk: Desk, form: str) -> Response:
    """At most seven queries. The whole file is made before its first byte goes out."""
    filled = _filled(desk)
    if form == "csv":
        return _table(filled)
    if form == "json":
        content = json.dumps(_content(filled), ensure_ascii=False, indent=1).encode()
    elif form == "pdf":
        # What prints takes long to load, which no start should wait for.
        from webapp.core.documents.pdf import to_pdf  # noqa: PLC0415

        content = to_pdf(sheet_document.document_of(filled))
    else:
        from webapp.core.documents.word import to_docx  # noqa: PLC0415

        content = to_docx(sheet_document.document_of(filled))
    response = Response(content, mimetype=TYPES[form], headers={"Cache-Control": "no-store"})
    response.headers["Content-Disposition"] = _kept_as(desk, form)
    return response


def _kept_as(desk: Desk, form: str) -> str:
    """The file's name in the reader's language, and a plain one for old programs."""
    day = desk.sheet.changed_at.astimezone(get_timezone()).date().isoformat()
    title = quote(f"{title_of(desk.sheet, desk.questionnaire)}-{day}.{form}", safe="")
    return f"attachment; filename=\"{desk.questionnaire.id}-{day}.{form}\"; filename*=UTF-8''{title}"


def _filled(desk: Desk) -> Filled:
    stored = queries.stored(desk.sheet.id)
    names = desks.names_of(desk, stored, {each.id for each in desk.questionnaire.fields})
    place = desk.opened.place
    return sheet_document.Filled(
        sheet=desk.sheet, questionnaire=desk.questionnaire, answers=Answers(desk.questionnaire, stored.values), names=names,
        place=place.name(current_language()) if place else "", people=[each.name for each in desk.opened.members],
        former=removed_answers(desk, stored), zone=get_timezone(),
    )


def _table(filled: Filled) -> Response:
    title = title_of(filled.sheet, filled.questionnaire)
    about = [(_("Questionnaire"), filled.questionnaire.id), (_("Revision"), filled.questionnaire.revision)]
    sheet = Sheet(
        name=filled.questionnaire.id, title=title, head=[_("Field"), _("Question"), _("Answer")], rows=list(_lines(filled)), about=about,
        about_title=_("About"), zone=get_timezone(),
    )
    return download(sheet, Format.CSV, clock.now().astimezone(get_timezone()).date())


def _lines(filled: Filled) -> Iterator[list[str]]:
    for path, label, said in sheet_document.spots(filled):
        yield [path, label, said]


def _content(filled: Filled) -> dict[str, object]:
    """Ids and stored values, with the revision that says what they mean."""
    sheet = filled.sheet
    return {
        "format": "localgoals-sheet-1", "id": str(sheet.id), "questionnaire": sheet.questionnaire_id,
        "revision": filled.questionnaire.revision, "title": title_of(sheet, filled.questionnaire), "state": sheet.state.value,
        "version": sheet.version, "changed_at": sheet.changed_at.isoformat(), "values": dict(filled.answers.values),
        "answers": [{"path": path, "label": label, "text": said} for path, label, said in sheet_document.spots(filled)],
        "former": [{"label": each.label, "text": each.words} for each in filled.former],
    }
