"""People who may be one: found, compared, merged."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access, people_list, queries_merge, queries_people, services_merge
from webapp.accounts.current import Viewer
from webapp.accounts.errors_people import NotYours
from webapp.accounts.models import Person, Role
from webapp.accounts.views_admin_people import administrator
from webapp.accounts.views_admin_person import person_of
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("admin_merge", __name__)


@bp.get("/admin/people/duplicates")
@allow(access.administer)
def duplicates() -> str:
    """Pairs who may be one person."""
    who = administrator()
    return render_template(
        "accounts/admin_duplicates.html", pairs=queries_merge.duplicates(who.paths(Role.ADMINISTRATOR)), most=queries_merge.MOST,
        states=people_list.SIGN_IN_STATES, two=queries_merge.known_as_two(who.paths(Role.ADMINISTRATOR)),
    )


@bp.post("/admin/people/<uuid:person_id>/<any(different, alike):action>")
@allow(access.administer)
def judge(person_id: UUID, action: str) -> Response:
    """Note that this person and another are not one, or take that back."""
    who = administrator()
    one = person_of(who, person_id)
    try:
        other = person_of(who, UUID(request.form.get("other", "")))
    except ValueError:
        abort(404)
    deed = services_merge.mark_as_two if action == "different" else services_merge.unmark_as_two
    with unit_of_work():
        deed(one=one, other=other, now=clock.now(), actor_id=who.person_id)
    flash(_("They are not shown as one any more.") if action == "different" else _("They are compared again."), "ok")
    return redirect(address("/admin/people/duplicates"), 303)


@bp.get("/admin/people/<uuid:person_id>/merge")
@allow(access.administer)
def ask(person_id: UUID) -> str:
    """Into whom; then what that would do."""
    who = administrator()
    gone, into, text = person_of(who, person_id), request.args.get("into", ""), request.args.get("q", "")[:100]
    if not into:
        found = queries_merge.found(text, person_id, who.paths(Role.ADMINISTRATOR))
        return render_template("accounts/admin_merge_person.html", gone=gone, plan=None, text=text, found=found)
    kept = _both_mine(who, gone, into)
    plan = services_merge.preview(gone, kept)
    return render_template("accounts/admin_merge_person.html", gone=gone, kept=kept, plan=plan)


@bp.post("/admin/people/<uuid:person_id>/merge")
@allow(access.administer)
def merge(person_id: UUID) -> Response:
    """Make two one."""
    who = administrator()
    gone = person_of(who, person_id)
    kept_id = _both_mine(who, gone, request.form.get("into", "")).id
    with unit_of_work():
        services_merge.merge(
            gone=db.session.get_one(Person, person_id), kept=db.session.get_one(Person, kept_id), now=clock.now(), actor_id=who.person_id,
        )
    flash(_("The two are one person now. It can be undone for 30 days under “Changes of many at once”."), "ok")
    return redirect(address(f"/admin/people/{kept_id}/"), 303)


def _both_mine(who: Viewer, gone: Person, into: str) -> Person:
    """The one who stays. Raises `NotYours` where either is the viewer, or may do more than they: roles move with a merge."""
    try:
        kept = person_of(who, UUID(into))
    except ValueError:
        abort(404)
    if queries_people.beyond(who, [gone.id, kept.id], clock.now()):
        raise NotYours
    return kept
