"""Roles: the list, granting, ending, and what a person may do in words."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access, labels, queries_people, rights, roles_list, services_roles
from webapp.accounts.current import Viewer, me
from webapp.accounts.errors_roles import BeyondYourTree
from webapp.accounts.forms_roles import EndForm, GrantForm
from webapp.accounts.models import Person, Role, RoleGrant
from webapp.accounts.views_admin_invitations import end_of, today
from webapp.core import clock
from webapp.core.access import allow, load_or_404
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.listing import LONGEST_SEARCH
from webapp.core.listing_files import save_as
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places

bp = Blueprint("admin_roles", __name__)

HOME = "/admin/roles/"


@bp.get(HOME)
@allow(access.administer)
def roles() -> str:
    """The list."""
    found = roles_list.roles_list(me())
    return render_template("accounts/admin_roles.html", page=found.page(found.asked(request.args)))


@bp.post(f"{HOME}<any(csv, xlsx):form>")
@allow(access.administer)
def save(form: str) -> Response:
    """The list as a file."""
    who = me()
    return save_as(roles_list.roles_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())


@bp.get(f"{HOME}new")
@allow(access.administer)
def choose() -> str:
    """Whom to grant a role: search for the person."""
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    return render_template("accounts/admin_role_person.html", text=text, people=roles_list.people_to_choose(me(), text))


@bp.route("/admin/people/<uuid:person_id>/rights", methods=["GET"])
@allow(access.administer)
def of_person(person_id: UUID) -> str:
    """What a person may do, role by role, in words."""
    who = me()
    person = _person(who, person_id)
    held = rights.effective(person.id, clock.now())
    trees = who.paths(Role.ADMINISTRATOR)
    mine = {each.grant_id for each in held if trees is None or (each.path is not None and each.path.startswith(trees))}
    return render_template("accounts/admin_rights.html", person=person, held=held, mine=mine, labels=labels, own=person.id == who.person_id)


@bp.route("/admin/people/<uuid:person_id>/rights/new", methods=["GET", "POST"])
@allow(access.administer)
def grant(person_id: UUID) -> Response | str | tuple[str, int]:
    """Grant a role: which, where, why, until when."""
    who = me()
    person = _person(who, person_id)
    form = GrantForm(today=today(), everywhere=access.administer_everywhere(who))
    if form.validate_on_submit() and _grant(who, person, form):
        flash(_("The role is granted."), "ok")
        return redirect(address(f"/admin/people/{person_id}/rights"), 303)
    body = render_template(
        "accounts/admin_role_new.html", form=form, person=person, everywhere=access.administer_everywhere(who),
        about={role.value: rights.sentences(role, _("the place")) for role in labels.ROLES},
    )
    return (body, 422) if form.errors else body


def _grant(who: Viewer, person: Person, form: GrantForm) -> bool:
    place = places.find(form.place_id.data) if form.place_id.data else None
    until = end_of(form.until.data) if form.until.data else None
    try:
        with unit_of_work():
            services_roles.grant_role(
                person=person, role=Role(form.role.data), place=place, reason=str(form.reason.data), until=until, now=clock.now(),
                actor_id=who.person_id, trees=who.paths(Role.ADMINISTRATOR),
            )
    except BeyondYourTree as refused:
        form.place_id.errors = [str(refused)]
        return False
    return True


@bp.route(f"{HOME}<uuid:grant_id>/end", methods=["GET", "POST"])
@allow(access.administer)
def end(grant_id: UUID) -> Response | str | tuple[str, int]:
    """End a role, after what that means was shown."""
    who = me()
    row = load_or_404(RoleGrant, grant_id)
    trees = who.paths(Role.ADMINISTRATOR)
    if not services_roles.covers(trees, row.place):
        abort(404)
    own = row.person_id == who.person_id
    form = EndForm()
    if form.validate_on_submit():
        with unit_of_work():
            services_roles.revoke_role(grant=row, now=clock.now(), actor_id=who.person_id, reason=str(form.reason.data), trees=trees)
        flash(_("The role has ended."), "ok")
        return redirect(address("/me/" if own else HOME), 303)
    place = places.full_names([row.place_id])[row.place_id] if row.place_id else None
    body = render_template(
        "accounts/admin_role_end.html", form=form, grant=row, person=db.session.get_one(Person, row.person_id), own=own, place=place,
        role=labels.ROLES[row.role], sentences=rights.sentences(row.role, place),
        over=roles_list.state_of(row, clock.now()) == roles_list.OVER,
    )
    return (body, 422) if form.errors else body


def _person(who: Viewer, person_id: UUID) -> Person:
    found = queries_people.person(person_id)
    if found is None or not access.administers_person(who, found):
        abort(404)
    return found
