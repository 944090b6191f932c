"""One field over lessons, glossary, Goals and targets."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp.core.access import public
from webapp.core.i18n import current_language
from webapp.courses.passages import Kind
from webapp.courses.search import Found, index
from webapp.courses.searching import MOST_CHARACTERS, tidy

bp = Blueprint("search", __name__)

SHOWN = {Kind.LESSON: 8, Kind.TERM: 4, Kind.GOAL: 6}


@bp.get("/search")
@public
def search() -> str:
    """What was found, by kind; `group` shows all of one kind. No query."""
    asked = tidy(request.args.get("q", ""))
    found = index().search(asked, current_language()) if asked else Found("")
    only = next((kind for kind in Kind if kind.value == request.args.get("group")), None)
    return render_template("portal/search.html", found=found, only=only, Kind=Kind, shown=SHOWN, most=MOST_CHARACTERS)
