"""Published editions: a page and files for everybody who has the address. Small groups are withheld; no participant is named."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.core.access import public
from webapp.core.charts.drawn import markup
from webapp.core.config import settings
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _, current_language, speaking
from webapp.core.ids import MistypedCode, read_code
from webapp.questionnaires import definitions
from webapp.reports import files, photos, published, queries
from webapp.reports.document import parts_of
from webapp.reports.models import ReportEdition
from webapp.reports.narrative import Text
from webapp.reports.queries import Published
from webapp.reports.shown import Shown

bp = Blueprint("report_editions", __name__, template_folder="templates")

EDITION = "/reports/<code>"


def edition_or_404(typed: str) -> Published:
    """The edition of a code in an address, however it is written."""
    try:
        return queries.edition(read_code(typed)) or abort(404)
    except MistypedCode:
        abort(404)


def text_of(edition: ReportEdition) -> Text | None:
    """The text in the reader's language, else the first that was published."""
    tags = [current_language(), *(tag for tag in LANGUAGES if tag in edition.texts)]
    for tag in tags:
        kept = edition.texts.get(tag)
        if kept is not None:
            return Text(tag, definitions.of_revision(kept["revision"]), kept["values"])
    return None


@bp.get(EDITION)
@public
def show(code: str) -> Any:
    """The edition as a page. Two queries."""
    found = edition_or_404(code)
    edition = found.edition
    if edition.code != code:
        return redirect(url_for("report_editions.show", code=edition.code, lang=request.args.get("lang")))
    shown = published.publish(edition.figures)
    trainers = shown["about"]["trainers"]
    return render_template(
        "reports/edition.html", edition=edition, newest=found.newest, shown=Shown(shown), text=text_of(edition), markup=markup,
        trainers=parts_of(queries.names(each["person"] for each in trainers), trainers), native=NATIVE_NAMES,
    )


@bp.get(EDITION + ".<any(pdf, docx):form>")
@public
def save(code: str, form: str) -> Response:
    """The edition as a file, in the reader's language or the one that stands behind the code: `<code>.zh-Hans.pdf`."""
    bare, tag = files.language_of(code)
    if bare != code and tag is None:
        abort(404)
    found = edition_or_404(bare)
    with speaking(tag or current_language()):
        return _file(found, form)


def _file(found: Published, form: str) -> Response:
    edition = found.edition
    shown = published.publish(edition.figures)
    document = files.printed(
        shown, text=text_of(edition), edition=(edition.number, edition.code, edition.published_at), correction=edition.correction,
        address=f"{settings().public_url}/reports/{edition.code}",
    )
    # Names and photos may go after the publication: a file is kept under everything that it says.
    content = files.kept((form, hashlib.sha256(repr(document).encode()).digest()), lambda: files.made(document, form))
    return files.answer(content, form, plain=f"report-{edition.code}", figures=shown, title=_("Post-training report"), store=True)


@bp.get(EDITION + "/photos/<int:number>")
@public
def photo(code: str, number: int) -> Response:
    """A photo of the edition, from 1."""
    chosen = edition_or_404(code).edition.figures["photos"]
    if not 1 <= number <= len(chosen):
        abort(404)
    file_id = chosen[number - 1]["file"]
    row = photos.rows([file_id]).get(file_id)
    content = photos.picture(row) if row else None
    return Response(content or abort(404), mimetype="image/jpeg", headers={"Cache-Control": "public, max-age=3600"})
