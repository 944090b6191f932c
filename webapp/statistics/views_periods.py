"""Closed periods: which there are, their frozen figures, what changed since; and what the nightly checks found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.accounts.access import administer_everywhere
from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _, current_language
from webapp.core.ui.paging import Paging
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import access, closing, described, filter_form, pages_period, public, publications, words
from webapp.statistics.answers import ready
from webapp.statistics.closing import CannotClose
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.editions import Edition
from webapp.statistics.exports import FORMS, Printed, made
from webapp.statistics.models import Check, ClosedPeriod
from webapp.statistics.slices import Dimension
from webapp.statistics.views import bp
from webapp.statistics.views_files import sent

HOME = "/statistics/periods"
CHECKS = 60
CHANGES = 200
# Places of a closed period on one screen page.
ROWS = 100


@bp.get(HOME)
@allow(access.see_statistics)
def periods() -> str:
    """Closed periods, the latest first."""
    return _page()


@bp.post(HOME)
@allow(access.see_statistics)
def close() -> Any:
    """Close a period. Only who sees the whole may."""
    _everywhere()
    try:
        with unit_of_work():
            row_id = closing.close(
                text=request.form.get("period", ""), found=ready(clock.now()), actor_id=me().person_id, now=clock.now(),
            ).id
    except CannotClose as refused:
        return _page(str(refused)), 422
    flash(_("The period is closed. Its figures stay as they are."), "ok")
    return redirect(address(f"{HOME}/{row_id}"), 303)


@bp.get(f"{HOME}/<uuid:period_id>")
@allow(access.see_statistics)
def period(period_id: UUID) -> str:
    """The frozen figures of a period for the reader's places, and what changed since."""
    row, allowed = _row(period_id), access.scope(me())
    shown = pages_period.shown(row, ready(clock.now()), allowed)
    frozen, since = shown.tables
    return render_template(
        "statistics/period.html", row=row, shown=shown, frozen=frozen, since=replace(since, lines=since.lines[:CHANGES]),
        more=max(0, len(since.lines) - CHANGES), paging=Paging.from_query(request.args, len(frozen.lines), ROWS), may=allowed is None,
        tabs=filter_form.tabs("periods", ""), under_way=publications.under_way(row.id), made=_made(row), omitted=public.omitted,
        zone=described.zone_name(), days=described.period_of(row.first, row.last),
        files=[(form.upper(), address(f"{HOME}/{row.id}.{form}")) for form in ("xlsx", "csv", "json", "pdf")],
        public_page=address("/statistics/public", **{"from": row.first.isoformat(), "to": row.last.isoformat()}),
    )


@bp.route(f"{HOME}/<uuid:period_id>.<any({', '.join(FORMS)}):form>", methods=["GET", "POST"])
@allow(access.see_statistics)
def period_file(period_id: UUID, form: str) -> Response:
    """The same as a file, all rows included. A POST is noted in the audit trail, as of every other page."""
    row, who, now = _row(period_id), me(), clock.now()
    shown = pages_period.shown(row, ready(now), access.scope(who))
    page = settings().public_url + f"{HOME}/{row.id}"
    content = made(Printed(shown, page, who.name, now, current_language()), form)
    if request.method == "POST":
        with unit_of_work():
            record(
                actor_id=who.person_id, action="statistics.exported", subject=("statistic_period", row.id), now=now, after={"form": form},
            )
    return sent(content, form, f"statistics-period-{row.first.isoformat()}-{row.last.isoformat()}.{form}")


def _made(row: ClosedPeriod) -> Edition | None:
    """The public tables of a period, if they were made."""
    return public.edition(row) if public.KEPT in row.figures else None


@bp.post(f"{HOME}/<uuid:period_id>/publish")
@allow(access.see_statistics)
def publish(period_id: UUID) -> Response:
    """Put the figures on the public page, or take them off it."""
    _everywhere()
    with unit_of_work():
        row = _row(period_id)
        if request.form.get("published") == "yes":
            publications.publish(row=row, actor_id=me().person_id, now=clock.now())
        else:
            publications.withdraw(row=row, actor_id=me().person_id, now=clock.now())
    return redirect(address(f"{HOME}/{period_id}"), 303)


@bp.get("/statistics/checks")
@allow(administer_everywhere)
def checks() -> str:
    """What the last nightly checks compared and found."""
    rows = db.session.scalars(select(Check).order_by(Check.at.desc()).limit(CHECKS)).all()
    last = next((each for each in rows if each.differences), None)
    paths = {path for each in (last.differences if last else ()) for path in each[2]}
    named = {**dict(words.named(Dimension.COUNTY, paths)), "None": words.not_stated()}
    return render_template(
        "statistics/checks.html", rows=rows, last=last, lines=[_difference(each, named) for each in (last.differences if last else ())],
        tabs=filter_form.tabs("periods", ""),
    )


def _difference(found: list[Any], named: Mapping[str, str]) -> tuple[str, str, str, str, str]:
    """Days, place, figure, the fast and the slow number of a difference, in words."""
    first, last, place, key, fast, slow = found
    days = described.period_of(date.fromisoformat(first) if first != "None" else None, date.fromisoformat(last) if last != "None" else None)
    figure = str(BY_KEY[key].label) if key in BY_KEY else key
    return days, " · ".join(named.get(path, path) for path in place) or _("All places"), figure, f"{fast:,}", f"{slow:,}"


def _everywhere() -> None:
    if access.scope(me()) is not None:
        abort(404)


def _row(period_id: UUID) -> ClosedPeriod:
    row = db.session.get(ClosedPeriod, period_id)
    if row is None:
        abort(404)
    return row


def _page(error: str = "") -> str:
    rows = db.session.scalars(select(ClosedPeriod).options(joinedload(ClosedPeriod.closed_by)).order_by(ClosedPeriod.last.desc())).all()
    return render_template(
        "statistics/periods.html", rows=rows, error=error, may=access.scope(me()) is None, checks=administer_everywhere(me()),
        tabs=filter_form.tabs("periods", ""),
    )
