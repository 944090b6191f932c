"""Bringing participation of former years in: send, look, confirm; take back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import access, filter_form, incoming, past, words
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.incoming import BadTable
from webapp.statistics.models import PastBatch, PastState, PastTotal
from webapp.statistics.slices import Dimension
from webapp.statistics.views import bp

HOME = "/statistics/past"
SHOWN = 50


@bp.get(HOME)
@allow(access.see_statistics)
def batches() -> str:
    """What was brought in, and the form to send more."""
    return _page()


@bp.post(HOME)
@allow(access.see_statistics)
def send() -> Any:
    """Send the files of a batch; the answer is the preview."""
    def data(name: str) -> bytes:
        sent = request.files.get(name)
        if sent is None:
            return b""
        with sent.stream:
            content: bytes = sent.read(incoming.LARGEST.size + 1)
        return content

    try:
        with unit_of_work():
            batch_id = past.stage(
                title=request.form.get("title", ""), source=request.form.get("source", ""), totals=data("totals"), people=data("people"),
                what=request.form.get("what", ""), actor_id=me().person_id, now=clock.now(),
            ).id
    except BadTable as bad:
        return _page(str(bad)), 422
    return redirect(address(f"{HOME}/{batch_id}"), 303)


@bp.get(f"{HOME}/<uuid:batch_id>")
@allow(access.see_statistics)
def batch(batch_id: UUID) -> str:
    """A batch: what bringing it in would do, or what it holds."""
    row = _own(batch_id)
    found = past.preview(row, access.scope(me()), clock.now()) if row.state is PastState.SENT else None
    db.session.rollback()
    return _shown(_own(batch_id), found)


@bp.post(f"{HOME}/<uuid:batch_id>/bring-in")
@allow(access.see_statistics)
def bring_in(batch_id: UUID) -> Any:
    """Bring the whole batch in."""
    with unit_of_work():
        found = past.bring_in(batch=_own(batch_id), allowed=access.scope(me()), actor_id=me().person_id, now=clock.now())
    if found.problems:
        return _shown(_own(batch_id), found), 422
    flash(_("The batch is brought in. Figures show it where former years are asked for, after the next refresh."), "ok")
    return redirect(address(f"{HOME}/{batch_id}"), 303)


@bp.route(f"{HOME}/<uuid:batch_id>/take-back", methods=["GET", "POST"])
@allow(access.see_statistics)
def take_back(batch_id: UUID) -> Any:
    """Take the whole batch back; asked first."""
    row = _own(batch_id)
    if request.method == "GET":
        return render_template("statistics/past_back.html", batch=row)
    with unit_of_work():
        done = past.take_back(batch=row, actor_id=me().person_id, now=clock.now())
    flash(_("The batch is taken back.") if done else _("The batch was taken back before."), "ok")
    return redirect(address(HOME), 303)


@bp.post(f"{HOME}/<uuid:batch_id>/forget")
@allow(access.see_statistics)
def forget(batch_id: UUID) -> Response:
    """Forget what was sent and not brought in."""
    with unit_of_work():
        past.forget(_own(batch_id))
    flash(_("The files are forgotten."), "ok")
    return redirect(address(HOME), 303)


def _own(batch_id: UUID) -> PastBatch:
    """A batch of one's own, or any where one looks after everywhere: lists name people of other places."""
    who = me()
    row = db.session.get(PastBatch, batch_id)
    if row is None or (row.brought_by_id != who.person_id and access.scope(who) is not None):
        abort(404)
    return row


def _shown(row: PastBatch, found: past.Preview | None) -> str:
    problems, totals = found.problems if found else (), _totals(row, found)
    return render_template(
        "statistics/past_batch.html", batch=row, found=found, problems=problems[:SHOWN], more=max(0, len(problems) - SHOWN),
        totals=totals[:SHOWN], cut=len(totals) > SHOWN, tabs=filter_form.tabs("past", ""),
        trainings=[(title, date.fromisoformat(day)) for _key, _place, day, title in row.trainings[:SHOWN]],
    )


def _totals(row: PastBatch, found: past.Preview | None) -> list[dict[str, Any]]:
    """The first totals of a batch with their places: of the preview, or those that were brought in. One query at most, one for names."""
    if found is not None:
        held = [(each.path, each.figure, each.first, each.last, each.value) for each in found.totals[: SHOWN + 1]]
    else:
        held = [(each.place_path, each.figure, each.first, each.last, each.value) for each in db.session.scalars(
            select(PastTotal).where(PastTotal.batch_id == row.id)
            .order_by(PastTotal.place_path, PastTotal.first, PastTotal.figure).limit(SHOWN + 1)
        )]
    named = dict(words.named(Dimension.COUNTY, {path for path, *_rest in held}))
    return [
        {"place": named.get(path, path), "figure": str(BY_KEY[figure].label), "first": first, "last": last, "value": value}
        for path, figure, first, last, value in held
    ]


def _page(error: str = "") -> str:
    who = me()
    query = select(PastBatch).options(joinedload(PastBatch.brought_by))
    if access.scope(who) is not None:
        query = query.where(PastBatch.brought_by_id == who.person_id)
    return render_template(
        "statistics/past.html", batches=db.session.scalars(query.order_by(PastBatch.brought_at.desc())).all(), error=error,
        whats=[(each, str(BY_KEY[each].label)) for each in past.WHATS], bounds=incoming.LARGEST, tabs=filter_form.tabs("past", ""),
    )
