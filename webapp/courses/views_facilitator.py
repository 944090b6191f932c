"""For trainers: the guide, hand-outs and reader of a course as files, and its slides as a page."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template
from werkzeug.wrappers import Response

from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.i18n import current_language
from webapp.courses import access
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course
from webapp.courses.printables import files, names

bp = Blueprint("facilitator", __name__, template_folder="templates")

TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


def _course_or_404(course_id: str) -> Course:
    """A course that holds something for trainers or has lessons to print."""
    return catalogue().course(course_id) or abort(404)


@bp.get("/courses/<course_id>/facilitator/")
@allow(access.teach)
def facilitator(course_id: str) -> str:
    """What a course holds for its trainers. No query of its own."""
    course = _course_or_404(course_id)
    return render_template("courses/facilitator.html", course=course, files=files(course))


@bp.get("/courses/<course_id>/facilitator/<language>/<name>.<any(pdf,docx):kind>")
@allow(access.teach)
def file(course_id: str, language: str, name: str, kind: str) -> Response:
    """A guide, a hand-out or the reader, as PDF or for a word processor."""
    course = _course_or_404(course_id)
    if language not in course.languages or name not in names(course):
        abort(404)
    chosen = settings()
    author = chosen.issuer_zh if language.startswith("zh") else chosen.issuer_en
    # Printing and word processing take a tenth of a second to load, which no start should wait for.
    from webapp.courses.printed import printed  # noqa: PLC0415

    data = printed(course, name, language, kind=kind, site=chosen.public_url, author=author)
    response = make_response(data)
    response.headers["Content-Type"] = TYPES[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{course.id}-{name}.{language}.{kind}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.get("/courses/<course_id>/slides/")
@allow(access.teach)
def slides(course_id: str) -> str:
    """The slides on one page: to scroll, to show, to print. No query of its own."""
    course = _course_or_404(course_id)
    deck = course.facilitation.slides or abort(404)
    language = current_language()
    return render_template("courses/slides.html", course=course, deck=deck.in_language(language))
