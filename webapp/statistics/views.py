"""The statistics page: seven counts for a place and a period."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from babel.dates import get_timezone_name
from flask import Blueprint, abort, render_template, request

from webapp.accounts.current import viewer
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.i18n import _, babel_locale, current_language, localised
from webapp.courses.catalogue import catalogue
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.statistics import access, queries
from webapp.statistics.definitions import FIGURES
from webapp.statistics.rules import BadPeriod, Period, read_day, read_period
from webapp.statistics.shown import by_moment, by_tree

bp = Blueprint("statistics", __name__, template_folder="templates")


@bp.get("/statistics/")
@allow(access.see_statistics)
def overview() -> Any:
    """The counts with their definitions, cut-off time, place and period."""
    who = viewer()
    assert who is not None
    allowed = access.scope(who)
    place = _place(allowed)
    error, period, day, shown = None, Period(), None, None
    try:
        period = read_period(request.args.get("from", "")[:20], request.args.get("to", "")[:20])
        day = read_day("tree", request.args.get("tree", "")[:20], _("Places as they stood on"))
        shown = by_tree(place, allowed, day) if day else None
    except BadPeriod as refused:
        error, day = refused, None
    shown = shown or by_moment(place, allowed)
    wanted = request.args.get("course", "")
    course = (catalogue().course(wanted) or abort(404)) if wanted else None
    cut_off = clock.now()
    begins, ends = period.bounds(settings().programme_zone)
    # Figures of another period than the one that was meant would be taken for the answer.
    found = {} if error else queries.counts(
        begins=begins, ends=ends, cut_off=cut_off, paths=shown.paths, course_id=course.id if course else None, tree_on=day,
    )
    choices = [("", _("All courses")), *((each.id, localised(each.title)) for each in catalogue().courses)]
    page = render_template(
        "statistics/overview.html", rows=[(f"{found[each.key]:,}", each.label, each.definition) for each in FIGURES if found],
        cut_off=cut_off, period=period, error=error, place=place, shown=shown, day=day, course=course, choices=choices,
        typed=request.args, zone=zone_name(), everywhere=allowed is None,
    )
    return (page, 400) if error else page


def zone_name() -> str:
    """The programme's zone as people call it: 中国标准时间, China Standard Time."""
    return get_timezone_name(settings().programme_zone, zone_variant="standard", locale=babel_locale(current_language()))


def _place(allowed: tuple[str, ...] | None) -> Place | None:
    """The chosen place; one outside the reader's trees does not exist for them."""
    text = request.args.get("place", "")
    if not text:
        return None
    try:
        place = places.find(UUID(text))
    except ValueError:
        abort(404)
    if place is None or not access.covers(allowed, place):
        abort(404)
    return place

