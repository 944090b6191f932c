"""The search behind the place picker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from webapp.core.access import public
from webapp.places import queries

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("places", __name__, template_folder="templates")

KEPT_SECONDS = 3600


@bp.get("/places/search")
@public
def search() -> Response:
    """At most 20 places as JSON: `{"places": [{"id", "name", "full_name", "code"}], "more"}`, in the language of `?lang=`.

    `more`: whether there may be others.
    """
    found = queries.search(request.args.get("q", ""), request.args.get("country"))
    places = [
        {"id": str(each.place.id), "name": each.place.name(), "full_name": each.full_name, "code": each.place.code} for each in found
    ]
    response = jsonify(places=places, more=len(places) == queries.MOST_FOUND)
    # Without the language in the address the answer depends on the reader, so no shared cache may keep it.
    if "lang" in request.args:
        response.cache_control.public = True
    else:
        response.cache_control.private = True
    response.cache_control.max_age = KEPT_SECONDS
    return response
