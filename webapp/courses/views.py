"""Images of courses. Everything else about courses is shown by the rooms that know the reader."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from webapp.core.access import public
from webapp.courses.catalogue import catalogue

bp = Blueprint("courses", __name__)

WEEK = 7 * 24 * 3600
YEAR = 365 * 24 * 3600
# An image opened by itself is a document: it may load and run nothing.
ALONE = "default-src 'none'; sandbox"


@bp.get("/courses/<course_id>/media/<path:name>")
@public
def media(course_id: str, name: str) -> Response:
    """An image of a course. Addresses in lessons carry the content's hash, so they may be kept for good."""
    course = catalogue().course(course_id)
    found = course.media.get(name) if course else None
    if found is None:
        abort(404)
    response = make_response(found.data)
    response.headers["Content-Type"] = found.type
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = ALONE
    pinned = request.args.get("v", "") == found.digest[:12]
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if pinned else f"public, max-age={WEEK // 7}"
    response.set_etag(found.digest)
    return response.make_conditional(request)
