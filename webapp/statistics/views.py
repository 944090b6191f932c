"""The pages of statistics. All are asked by the same filters, which stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.frozen import dataclass
from webapp.core.ui.paging import Paging
from webapp.core.ui.templating import address
from webapp.courses.catalogue import catalogue
from webapp.statistics import access, described, filter_form, pages_definitions
from webapp.statistics.answers import Source, ready
from webapp.statistics.asking import Asked, BadQuestion, query_of, read
from webapp.statistics.pages import ALSO, shown_of
from webapp.statistics.rules import BadPeriod
from webapp.statistics.tables import Shown

bp = Blueprint("statistics", __name__, template_folder="templates")
# Rows of a table on one screen page; files hold all.
ROWS = 200


@dataclass(frozen=True)
class Question:
    """What a request asks: read, or with the field and the sentence that refuse it."""

    found: Source
    asked: Asked
    now: datetime
    refused: BadPeriod | BadQuestion | None = None


def question(page: str, fixed: Mapping[str, str] | None = None, *, offers: bool = False) -> Question:
    """What this request asks of a page; `fixed` are filters that stand in its path; `offers` where its filters are shown."""
    now = clock.now()
    found, allowed = ready(now), access.scope(me())
    args = MultiDict([(key, value) for key, value in request.args.items(multi=True) if not filter_form.of_picker(key)])
    for name, value in (fixed or {}).items():
        if args.getlist(name) != [value]:
            args.add(name, value)
    try:
        return Question(found, read(args, allowed, found, ALSO[page], now, offers=offers), now)
    except (BadPeriod, BadQuestion) as refused:
        empty = read(MultiDict(), allowed, found, ALSO[page], now)
        return Question(found, replace(empty, query=_typed(args)), now, refused)


def _typed(args: MultiDict[str, str]) -> list[tuple[str, str]]:
    return sorted((key, value) for key, value in args.items(multi=True) if value and key != "lang")


@bp.get("/statistics/")
@allow(access.see_statistics)
def overview() -> Any:
    """The figures that the programme reports."""
    return answer("overview")


@bp.get("/statistics/<any(funnel, places, map, time, people, courses, trainings, 'left-behind', outcomes, goals):page>")
@allow(access.see_statistics)
def page(page: str) -> Any:
    """Any other page of figures."""
    return answer(page)


@bp.get("/statistics/courses/<course_id>")
@allow(access.see_statistics)
def course(course_id: str) -> Any:
    """One course, step by step."""
    if catalogue().course(course_id) is None:
        abort(404)
    return answer("courses", {"course": course_id})


@bp.get("/statistics/definitions")
@allow(access.see_statistics)
def definitions() -> str:
    """What every figure counts, with its version."""
    return render_template("statistics/definitions.html", families=pages_definitions.families(),
                           outcomes=pages_definitions.outcomes(), tabs=filter_form.tabs("definitions", ""))


def answer(page: str, fixed: Mapping[str, str] | None = None) -> Any:
    """A page of figures as HTML; a tidy address first where the form sent what says nothing."""
    picker = filter_form.Picker.read(request.args)
    if picker.redirects or any(not value for value in request.args.values()):
        return _tidy(picker)
    asked = question(page, fixed, offers=True)
    refused, shown = asked.refused, None
    if refused is None:
        try:
            shown = shown_of(page, asked.asked, asked.found, asked.now)
        except (BadPeriod, BadQuestion) as error:
            refused = error
    body = screen(page, asked, shown, filter_form.FilterForm(page, asked.asked, request.args, picker, refused), fixed)
    return (body, 400) if refused else body


def screen(
    page: str, asked: Question, shown: Shown | None, form: filter_form.FilterForm, fixed: Mapping[str, str] | None = None,
    shape_form: Any = None,
) -> str:
    """A page of figures as HTML, or only its filters where they are refused; `shape_form` has the controls of a pivot table."""
    part = asked.asked.part
    return render_template(
        "statistics/page.html", page=page, shown=shown, asked=asked.asked, refused=form.refused, form=form, query=query_of(asked.asked),
        tabs=filter_form.tab_bar(page, filter_form.kept(asked.asked, fixed)), leads=filter_form.period_links(asked.now),
        paging=_paging(shown) if page != "pivot" else None, zone=described.zone_name(), place=described.place_of(asked.asked),
        days=described.period_of(part.first, part.last), figure_keys=",".join(each.key for each in shown.figures) if shown else "",
        shape_form=shape_form,
    )


def _tidy(picker: filter_form.Picker) -> Response:
    """The same address without what is empty, the place chosen from the picker in it."""
    kept = MultiDict([(key, value) for key, value in request.args.items(multi=True) if value and not filter_form.of_picker(key)])
    if picker.redirects:
        kept.poplist("place")
        if picker.place is not None:
            kept.add("place", str(picker.place))
    return redirect(address(request.path, **kept.to_dict(flat=False)))


def _paging(shown: Shown | None) -> Paging | None:
    """Pages of the longest table, where it does not fit one."""
    longest = max((len(table.lines) for table in shown.tables), default=0) if shown else 0
    return Paging.from_query(request.args, longest, ROWS) if longest > ROWS else None
