"""Setting what places plan for a year: one figure at a time, or a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request
from sqlalchemy import false, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.accounts.current import me
from webapp.accounts.import_places import PlaceFinder
from webapp.accounts.import_rows import WrongRow
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, _n
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places.models import Place
from webapp.places.queries import within
from webapp.statistics import access, filter_form, incoming, planning
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.incoming import BadTable
from webapp.statistics.models import Goal
from webapp.statistics.pages_goals import label_of
from webapp.statistics.views import bp

PROBLEMS = 50
HOME = "/statistics/goals/set"


@bp.get(HOME)
@allow(access.see_statistics)
def plans() -> str:
    """What is planned for the reader's places, with forms to set more."""
    return _page()


@bp.post(HOME)
@allow(access.see_statistics)
def plan() -> Any:
    """Set one figure of a place and a year."""
    who, wrong = me(), list[tuple[str, str]]()
    read: dict[str, Any] = {}
    finder = PlaceFinder(access.scope(who))
    for name, reader in (
        ("place", finder.find), ("year", incoming.year), ("figure", incoming.figure), ("planned", incoming.whole),
    ):
        text = request.form.get(name, "").strip()
        try:
            read[name] = reader(text) if text else None
        except WrongRow as error:
            wrong.append((name, str(error)))
        else:
            if read[name] is None:
                wrong.append((name, _("Please fill this in.")))
    if wrong:
        return _page(wrong), 422
    with unit_of_work():
        planning.plan(
            place_id=read["place"], year=read["year"], figure=read["figure"], planned=read["planned"], actor_id=who.person_id,
            now=clock.now(),
        )
    flash(_("The plan is set."), "ok")
    return redirect(address(HOME), 303)


@bp.post(f"{HOME}/<uuid:plan_id>/remove")
@allow(access.see_statistics)
def unplan(plan_id: UUID) -> Response:
    """Forget a plan."""
    who = me()
    row = db.session.scalars(select(Goal).where(Goal.id == plan_id).options(joinedload(Goal.place))).first()
    if row is None or not access.covers(access.scope(who), row.place):
        abort(404)
    with unit_of_work():
        planning.unplan(row=row, actor_id=who.person_id, now=clock.now())
    flash(_("The plan is removed."), "ok")
    return redirect(address(HOME), 303)


@bp.post("/statistics/goals/file")
@allow(access.see_statistics)
def plans_file() -> Any:
    """Set all plans of a file; nothing of it while a row is wrong."""
    who, sent, data = me(), request.files.get("file"), b""
    if sent is not None:
        with sent.stream:
            data = sent.read(incoming.LARGEST.size + 1)
    try:
        read = planning.read(data, access.scope(who))
    except BadTable as bad:
        return _page([("file", str(bad))]), 422
    if read.problems:
        return _page(problems=read.problems), 422
    with unit_of_work():
        changed = planning.bring_in(read.plans, actor_id=who.person_id, now=clock.now())
    flash(_n("%(num)d plan is new or changed.", "%(num)d plans are new or changed.", changed), "ok")
    return redirect(address(HOME), 303)


def _page(wrong: Any = (), problems: Any = ()) -> str:
    allowed = access.scope(me())
    query = select(Goal).join(Place, Place.id == Goal.place_id).options(joinedload(Goal.place))
    if allowed is not None:
        query = query.where(or_(false(), *(within(path) for path in allowed)))
    rows = db.session.scalars(query.order_by(Goal.year.desc(), Place.path, Goal.figure).limit(incoming.LARGEST.rows)).all()
    return render_template(
        "statistics/plans.html", rows=rows, labels={key: label_of(each) for key, each in BY_KEY.items()},
        figures=[(each.key, label_of(each)) for each in FIGURES], wrong=wrong, errors=dict(wrong), problems=problems[:PROBLEMS],
        more=max(0, len(problems) - PROBLEMS), bounds=incoming.LARGEST, this_year=clock.now().astimezone(settings().programme_zone).year,
        tabs=filter_form.tabs("goals", ""),
    )
