"""One field over lessons, worksheets, glossary, Goals and targets."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp.accounts.current import viewer
from webapp.core.access import public
from webapp.core.i18n import current_language
from webapp.courses.passages import Kind, Passage, of_library
from webapp.courses.search import Found, index
from webapp.courses.searching import MOST_CHARACTERS, tidy
from webapp.questionnaires import access, library

bp = Blueprint("search", __name__)

SHOWN = {Kind.LESSON: 8, Kind.WORKSHEET: 5, Kind.TERM: 4, Kind.GOAL: 6}


@bp.get("/search")
@public
def search() -> str:
    """What was found, by kind; `group` shows all of one kind. No query; two for those who use the library."""
    asked = tidy(request.args.get("q", ""))
    found = index().search(asked, current_language(), _of_library()) if asked else Found("")
    only = next((kind for kind in Kind if kind.value == request.args.get("group")), None)
    return render_template("portal/search.html", found=found, only=only, Kind=Kind, shown=SHOWN, most=MOST_CHARACTERS)


def _of_library() -> tuple[Passage, ...]:
    """Passages of the library's questionnaires for those who may look through it."""
    who = viewer()
    if who is None or not access.use_library(who):
        return ()
    return tuple(passage for volume in library.volumes().values() for passage in of_library(volume.questionnaire))
