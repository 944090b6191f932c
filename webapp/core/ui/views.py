"""The style guide: every component once, in the reader's language. Not in production."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.core.access import public
from webapp.core.ui.paging import Paging

bp = Blueprint("styleguide", __name__)

CHAPTERS = ("basics", "forms", "states", "lists", "quiz", "records", "charts", "certificates")
SAMPLE = {"first": date(2026, 9, 14), "last": date(2026, 9, 15), "moment": datetime(2026, 11, 20, 5, 7, tzinfo=UTC)}


@bp.get("/styleguide")
@public
def index() -> str:
    """The first chapter, with links to the others."""
    return chapter(CHAPTERS[0])


@bp.get("/styleguide/<name>")
@public
def chapter(name: str) -> str:
    """One chapter of components."""
    if name not in CHAPTERS:
        abort(404)
    paging = Paging.from_query(request.args, total=1137, size=20)
    return render_template(f"styleguide/{name}.html", chapter=name, chapters=CHAPTERS, paging=paging, sample=SAMPLE)


@bp.post("/styleguide/forms")
@public
def send() -> Response:
    """What a form answers after it was accepted: a message on the next page."""
    flash("24 present, 5 absent.", "ok")
    return redirect(request.script_root + "/styleguide/forms")
