"""One's own sheets, beginning one, opening one where it was left; and the list of those that wait for feedback."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts.current import me
from webapp.core import clock, idempotency
from webapp.core.access import allow, signed_in
from webapp.core.i18n import current_language
from webapp.core.listing_files import save_as
from webapp.core.ui.paging import Paging
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import access, labels, library, queries_list, services
from webapp.questionnaires.desk import desk_or_404
from webapp.questionnaires.review_list import review_list

bp = Blueprint("sheets", __name__, template_folder="templates")
HOME = "/sheets/"


@bp.get(HOME)
@signed_in
def mine() -> str:
    """Sheets one has a part in, the last changed first. At most eight queries."""
    who = me()
    paging = Paging.from_query(request.args, queries_list.own_count(who.person_id))
    lines = queries_list.own(who.person_id, limit=paging.size, offset=paging.offset) if paging.total else []
    guides = access.guide(who)
    waiting = queries_list.to_review_count(access.guided_paths(who), who.person_id) if guides else 0
    return render_template(
        "questionnaires/mine.html", lines=lines, paging=paging, guides=guides, waiting=waiting, uses_library=access.use_library(who),
        labels=labels,
    )


@bp.post(HOME)
@allow(access.use_library)
def begin() -> Response:
    """Begin a sheet of a questionnaire of the library; the second click finds the first one's."""
    who, now, key = me(), clock.now(), request.form.get("key", "")
    chosen = library.volume(request.form.get("questionnaire", "")) or abort(404)
    with unit_of_work():
        before = idempotency.claim(person_id=who.person_id, key=key, now=now) if key else None
        if before is None:
            sheet = services.begin(
                questionnaire=chosen.questionnaire, person=who.person, language=current_language(), now=now,
                title=request.form.get("title", ""),
            )
            before = f"{HOME}{sheet.id}/"
            if key:
                idempotency.settle(person_id=who.person_id, key=key, result=before)
    return redirect(address(before or HOME), 303)


@bp.get(HOME + "<uuid:sheet_id>/")
@signed_in
def resume(sheet_id: UUID) -> Any:
    """Go on at the section last seen; who is no member begins at the first."""
    desk = desk_or_404(sheet_id)
    last = desk.questionnaire.section(desk.opened.section_id) if desk.opened.section_id else None
    return redirect(address(desk.url + (last or desk.questionnaire.sections[0]).id), 303)


@bp.get(HOME + "review")
@allow(access.guide)
def review() -> str:
    """Sheets of one's places that wait for feedback, and those that had it."""
    listing = review_list(me())
    return render_template("questionnaires/review.html", page=listing.page(listing.asked(request.args)))


@bp.post(HOME + "review/export/<form>")
@allow(access.guide)
def export(form: str) -> Response:
    """The list as a file."""
    who = me()
    return save_as(review_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())
