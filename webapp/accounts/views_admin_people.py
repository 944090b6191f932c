"""The list of people, its files, and what is done to many of them at once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access, bulk, people_list, queries, rules, services, services_people
from webapp.accounts.current import Viewer, viewer
from webapp.accounts.forms_people import MoveForm, today
from webapp.accounts.models import Organisation, OrganisationType, Role
from webapp.accounts.models_people import BulkChange, ChangeKind
from webapp.accounts.queries_people import changes_of
from webapp.core import clock
from webapp.core.access import allow, load_or_404
from webapp.core.database import db
from webapp.core.i18n import _n
from webapp.core.listing import Page
from webapp.core.listing_files import save_as
from webapp.core.selection import Selection, choose, reopen
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.places.models import Place

bp = Blueprint("admin_people", __name__)


def administrator() -> Viewer:
    """The viewer, whom the mark on the view has let in."""
    found = viewer()
    assert found is not None
    return found


@bp.get("/admin/people/")
@allow(access.administer)
def people() -> str:
    """People in the administrator's trees. Eight queries at most."""
    who = administrator()
    listing = people_list.people_list(who)
    asked = listing.asked(request.args)
    above = people_list.lineage_of(asked.filters.get("place", ""))
    page = listing.page(asked)
    return render_template(
        "accounts/admin_people.html", page=page, actions=bulk.ACTIONS, below=_below(who, above[-1] if above else None),
        lineage=[each for each in above if access.administers_place(who, each)], offices=_offices(page, above),
    )


def _offices(page: Page[people_list.PersonRow], above: list[Place]) -> list[Organisation]:
    """Organisations to choose from: those of the chosen place, once it is small enough for its people to be counted."""
    if not above or page.capped or "organisation" in page.asked.filters:
        return []
    return queries.organisations_of(above[-1].id)


def _below(who: Viewer, place: Place | None) -> list[Place]:
    paths = who.paths(Role.ADMINISTRATOR)
    if place is not None or paths is None:
        return places.children(place)
    return places.at_paths(paths)


@bp.post("/admin/people/export/<form>")
@allow(access.administer)
def export(form: str) -> Response:
    """The list as a file."""
    who = administrator()
    return save_as(people_list.people_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())


@bp.post("/admin/people/bulk")
@allow(access.administer)
def preview() -> str:
    """The dry run: whom the action would change, whom not and why. Nothing is stored."""
    who, action = administrator(), _action(request.form.get("action", ""))
    chosen = choose(people_list.people_list(who), request.form, actor_id=who.person_id, action=action)
    if action == bulk.MOVE:
        form = MoveForm(may_use=lambda place: access.administers_place(who, place), formdata=None, data={"since": today()})
        return render_template("accounts/admin_move.html", form=form, chosen=chosen, plan=None)
    plan = bulk.plan_of(action, who, chosen.keys, clock.now())
    return render_template("accounts/admin_bulk.html", plan=plan, chosen=chosen, action=action)


@bp.post("/admin/people/bulk/<any(disable, enable):action>")
@allow(access.administer)
def switch(action: str) -> Response:
    """Disable or enable the sign-ins that the preview named."""
    who, now = administrator(), clock.now()
    chosen = reopen(people_list.people_list(who), request.form.get("token", ""), actor_id=who.person_id, action=action)
    plan = bulk.plan_of(action, who, chosen.keys, now)
    with unit_of_work():
        if action == bulk.DISABLE:
            done = services_people.disable(person_ids=plan.changes, now=now, actor_id=who.person_id)
            kind = ChangeKind.DISABLED
        else:
            done = services_people.enable(person_ids=plan.changes, now=now, actor_id=who.person_id)
            kind = ChangeKind.ENABLED
        services_people.remember(kind=kind, rows=[str(each) for each in done], now=now, actor_id=who.person_id)
    return _done(len(done))


@bp.post("/admin/people/bulk/move")
@allow(access.administer)
def move() -> str | Response | tuple[str, int]:
    """Ask where to, show what it changes, then move."""
    who, now = administrator(), clock.now()
    chosen = reopen(people_list.people_list(who), request.form.get("token", ""), actor_id=who.person_id, action=bulk.MOVE)
    form = MoveForm(may_use=lambda place: access.administers_place(who, place))
    if not form.validate_on_submit():
        page = render_template("accounts/admin_move.html", form=form, chosen=chosen, plan=None)
        return (page, 422) if form.errors else page
    since = form.since.data
    assert since is not None
    if not request.form.get("confirmed"):
        plan = bulk.plan_of_move(chosen.keys, form.place_id.data, since)
        there = places.full_names([form.place_id.data]).get(form.place_id.data, "") if form.place_id.data else ""
        return render_template("accounts/admin_move.html", form=form, chosen=chosen, plan=plan, there=there)
    return _done(_move(who, chosen, form, since, now))


def _move(who: Viewer, chosen: Selection, form: MoveForm, since: date, now: datetime) -> int:
    with unit_of_work():
        name, kind = rules.organisation_of(form.organisation.data or ""), form.organisation_type.data
        there = services.organisation_named(
            name=name, type=OrganisationType(kind or "other"), place_id=form.place_id.data, now=now,
        ) if name else None
        rows = services_people.move(
            person_ids=chosen.keys, place_id=form.place_id.data, organisation_id=there.id if there else None, since=since,
            now=now, actor_id=who.person_id,
        )
        services_people.remember(kind=ChangeKind.MOVED, rows=rows, now=now, actor_id=who.person_id)
    return len(rows)


@bp.get("/admin/people/changes/")
@allow(access.administer)
def changes() -> str:
    """Changes of many at once that can still be undone: the administrator's own, and everybody's for those of the whole programme."""
    who, now = administrator(), clock.now()
    own = None if access.administer_everywhere(who) else who.person_id
    return render_template("accounts/admin_changes.html", changes=changes_of(own, now), kinds=bulk.KINDS, days=services_people.UNDO_DAYS)


@bp.post("/admin/people/changes/<uuid:change_id>/undo")
@allow(access.administer)
def undo(change_id: UUID) -> Response:
    """Take one of them back."""
    who = administrator()
    change = load_or_404(BulkChange, change_id)
    if change.actor_id != who.person_id and not access.administer_everywhere(who):
        abort(404)
    with unit_of_work():
        count = bulk.undo(change=db.session.merge(change), now=clock.now(), actor_id=who.person_id)
    flash(_n("%(num)d entry is as it was before.", "%(num)d entries are as they were before.", count), "ok")
    return redirect(address("/admin/people/changes/"), 303)


def _action(text: str) -> str:
    if text not in dict(bulk.ACTIONS):
        abort(400)
    return text


def _done(count: int) -> Response:
    flash(_n("%(num)d person was changed.", "%(num)d people were changed.", count), "ok")
    return redirect(address("/admin/people/changes/"), 303)
