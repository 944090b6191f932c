"""Invitation codes for administrators: the list, new ones for groups, sheets of codes for single people."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

import segno
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.accounts import access, listing_invitations, rules, services, services_invitations
from webapp.accounts.current import me
from webapp.accounts.forms_invitations import GroupForm, PeopleForm, WhereForm
from webapp.accounts.mail import link
from webapp.accounts.models import OrganisationType
from webapp.accounts.models_invitations import InvitationCode
from webapp.accounts.queries import organisations_of
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.listing_files import save_as
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.places.models import Place

bp = Blueprint("admin_invitations", __name__)

HOME = "/admin/invitations/"
USUAL = timedelta(days=30)


def today() -> date:
    """The day in the programme's zone, by which codes end."""
    return clock.today(settings().programme_zone)


def end_of(day: date) -> datetime:
    """The moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), settings().programme_zone)


@bp.get(HOME)
@allow(access.administer)
def codes() -> str:
    """The list."""
    found = listing_invitations.listing(me(), clock.now())
    return render_template("accounts/admin_invitations.html", page=found.page(found.asked(request.args)))


@bp.post(f"{HOME}<form>")
@allow(access.administer)
def save(form: str) -> Response:
    """The list as a file. A code in it lets people join, as the list itself does."""
    who, now = me(), clock.now()
    return save_as(listing_invitations.listing(who, now), request.form, form=form, actor_id=who.person_id, now=now)


@bp.route(f"{HOME}new", methods=["GET", "POST"])
@allow(access.administer)
def new() -> Response | str | tuple[str, int]:
    """A code for a group."""
    who = me()
    form = GroupForm(today=today(), everywhere=access.administer_everywhere(who), data={"until": today() + USUAL, "most_uses": "50"})
    if not form.validate_on_submit() or not _may_invite_to(form):
        body = render_template("accounts/admin_invitation_new.html", form=form, colleagues=organisations_of(form.place_id.data))
        return (body, 422) if form.errors else body
    now = clock.now()
    with unit_of_work():
        place = places.find(form.place_id.data) if form.place_id.data else None
        organisation = services.organisation_named(
            name=rules.organisation_of(str(form.organisation.data)), type=OrganisationType(form.organisation_type.data),
            place_id=place.id if place else None, now=now,
        ) if form.organisation.data else None
        row = services_invitations.make_for_group(
            place=place, organisation=organisation, most_uses=int(str(form.most_uses.data)), until=end_of(form.until.data),  # type: ignore[arg-type]
            note=rules.one_line(form.note.data or ""), actor_id=who.person_id, now=now,
        )
        row_id = row.id
    return redirect(address(f"{HOME}{row_id}/"), 303)


def _may_invite_to(form: GroupForm) -> bool:
    place = places.find(form.place_id.data) if form.place_id.data else None
    if access.administers_place(me(), place):
        return True
    form.place_id.errors = [_("Please choose a place that you administer.")]
    return False


@bp.get(f"{HOME}<uuid:invitation_id>/")
@allow(access.administer)
def invitation(invitation_id: UUID) -> str:
    """One code, with a QR code to print."""
    row = _load(invitation_id)
    url = link(f"/join/{row.code}") if row.code else ""
    picture = segno.make(url, error="m").svg_data_uri(scale=5, border=4, light="#fff") if url else ""
    names = places.full_names([row.place_id]) if row.place_id else {}
    return render_template(
        "accounts/admin_invitation.html", row=row, url=url, picture=picture, place=names.get(row.place_id, "") if row.place_id else "",
        state=listing_invitations.state_of(row, clock.now()), states=listing_invitations.STATES, badges=listing_invitations.BADGES,
        last_day=listing_invitations.last_day(row.until),
    )


@bp.post(f"{HOME}<uuid:invitation_id>/close")
@allow(access.administer)
def close(invitation_id: UUID) -> Response:
    """Let nobody join by it any more."""
    row = _load(invitation_id)
    with unit_of_work():
        services_invitations.close(invitation=row, actor_id=me().person_id, now=clock.now())
    flash(_("The code is stopped. Who joined by it stays."), "ok")
    return redirect(address(f"{HOME}{invitation_id}/"), 303)


@bp.route(f"{HOME}people", methods=["GET", "POST"])
@allow(access.administer)
def people() -> Response | str | tuple[str, int]:
    """Whose people get codes of their own: choose a place, then people there who cannot sign in yet."""
    form = WhereForm()
    if form.validate_on_submit():
        return redirect(address(f"{HOME}people", place=form.place_id.data), 303)
    place = _place_asked()
    found = listing_invitations.people_without_sign_in(place, viewer=me()) if place else []
    body = render_template(
        "accounts/admin_invitation_people.html", form=form, until=PeopleForm(today=today(), formdata=None, data={"until": today() + USUAL}),
        place=place, people=found, most=listing_invitations.MOST_PEOPLE,
        place_name=places.full_names([place.id])[place.id] if place else "",
    )
    return (body, 422) if form.errors else body


@bp.post(f"{HOME}people/codes")
@allow(access.administer)
def sheet() -> Response | tuple[str, int]:
    """Make the codes and show the sheet to print; the codes are never shown again."""
    who, form, place = me(), PeopleForm(today=today()), _place_asked()
    if place is None:
        abort(404)
    ids = _ids(request.form.getlist("id"))
    chosen = listing_invitations.people_without_sign_in(place, viewer=who, ids=ids) if ids else []
    if not chosen or not form.validate():
        flash(_("Please tick at least one person, and choose a day between today and a year from now."), "bad")
        return redirect(address(f"{HOME}people", place=place.id), 303)
    with unit_of_work():
        until = end_of(form.until.data)  # type: ignore[arg-type]
        made = services_invitations.make_for_people(people=chosen, until=until, actor_id=who.person_id, now=clock.now())
        lines = [
            (person.name, person.organisation.name if person.organisation else "", code,
             segno.make(link(f"/join/{code}"), error="l").svg_data_uri(scale=3, border=4, light="#fff"))
            for person, code in made
        ]
    body = render_template("accounts/admin_invitation_sheet.html", lines=lines, last_day=form.until.data, url=link("/join"))
    response = make_response(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _load(invitation_id: UUID) -> InvitationCode:
    """The code, if it belongs to a tree of the viewer's, else 404."""
    row = db.session.get(InvitationCode, invitation_id, options=[
        joinedload(InvitationCode.place), joinedload(InvitationCode.organisation), joinedload(InvitationCode.person),
        joinedload(InvitationCode.made_by),
    ])
    if row is None or not access.administers_place(me(), row.place):
        abort(404)
    return row


def _place_asked() -> Place | None:
    """The place of the query string, in the viewer's trees, else 404."""
    asked = request.args.get("place")
    if not asked:
        return None
    ids = _ids([asked])
    place = places.find(ids[0]) if ids else None
    if place is None or not access.administers_place(me(), place):
        abort(404)
    return place


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[: listing_invitations.MOST_PEOPLE]:
        try:
            found.append(UUID(text))
        except ValueError:
            abort(404)
    return found
