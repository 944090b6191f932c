"""Organisations: the list, one of them, its names, and merging two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.accounts import access, labels, rules, services_organisations
from webapp.accounts.current import Viewer
from webapp.accounts.errors_people import NameTaken
from webapp.accounts.forms_people import AliasForm, OrganisationForm
from webapp.accounts.models import GovernmentLevel, Organisation, OrganisationType, Sector
from webapp.accounts.models_people import OrganisationAlias
from webapp.accounts.organisations_list import organisations_list
from webapp.accounts.views_admin_people import administrator
from webapp.core import clock
from webapp.core.access import allow, load_or_404
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.listing_files import save_as
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places

bp = Blueprint("admin_organisations", __name__)
HOME = "/admin/organisations/"
FOUND = 20


def organisation_of(who: Viewer, organisation_id: UUID) -> Organisation:
    """The organisation, if its place lies in a tree that the viewer administers; else 404. One query."""
    found = db.session.scalars(
        select(Organisation).where(Organisation.id == organisation_id).options(joinedload(Organisation.place))
    ).first()
    if found is None or not access.administers_place(who, found.place):
        abort(404)
    return found


@bp.get(HOME)
@allow(access.administer)
def organisations() -> str:
    """Organisations in the administrator's trees."""
    listing = organisations_list(administrator())
    return render_template("accounts/admin_organisations.html", page=listing.page(listing.asked(request.args)))


@bp.post(f"{HOME}export/<form>")
@allow(access.administer)
def export(form: str) -> Response:
    """The list as a file."""
    who = administrator()
    return save_as(organisations_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())


@bp.get(f"{HOME}<uuid:organisation_id>/")
@allow(access.administer)
def show(organisation_id: UUID) -> str:
    """One organisation, its other names, and what was merged into it. Seven queries."""
    found = organisation_of(administrator(), organisation_id)
    aliases = db.session.scalars(
        select(OrganisationAlias).where(OrganisationAlias.organisation_id == found.id).order_by(OrganisationAlias.name)
    ).all()
    merged = db.session.scalars(select(Organisation).where(Organisation.merged_into_id == found.id).order_by(Organisation.name)).all()
    into = db.session.get(Organisation, found.merged_into_id) if found.merged_into_id else None
    there = places.full_names([found.place_id]).get(found.place_id, "") if found.place_id else ""
    return render_template(
        "accounts/admin_organisation.html", organisation=found, aliases=aliases, merged=merged, into=into, there=there, labels=labels,
        form=AliasForm(formdata=None),
    )


@bp.route(f"{HOME}new", methods=["GET", "POST"])
@allow(access.administer)
def new() -> str | Response | tuple[str, int]:
    """Add an organisation."""
    who = administrator()
    form = OrganisationForm(may_use=lambda place: access.administers_place(who, place))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                made = services_organisations.create(**_described(form), now=clock.now(), actor_id=who.person_id)
                there = address(f"{HOME}{made.id}/")
        except NameTaken as taken:
            form.name.errors = [str(taken)]
        else:
            flash(_("The organisation is added."), "ok")
            return redirect(there, 303)
    return _page(form)


@bp.route(f"{HOME}<uuid:organisation_id>/edit", methods=["GET", "POST"])
@allow(access.administer)
def edit(organisation_id: UUID) -> str | Response | tuple[str, int]:
    """Rename or describe it."""
    who = administrator()
    found = organisation_of(who, organisation_id)
    said = {
        "name": found.name, "type": found.type.value, "government_level": found.government_level.value if found.government_level else "",
        "sector": found.sector.value if found.sector else "", "place_id": found.place_id,
    }
    form = OrganisationForm(may_use=lambda place: access.administers_place(who, place), data=said)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                services_organisations.edit(organisation=found, **_described(form), now=clock.now(), actor_id=who.person_id)
        except NameTaken as taken:
            form.name.errors = [str(taken)]
        else:
            return _back(organisation_id, _("The changes are saved."))
    return _page(form, organisation_id=organisation_id)


@bp.post(f"{HOME}<uuid:organisation_id>/aliases")
@allow(access.administer)
def add_alias(organisation_id: UUID) -> Response:
    """Add another name."""
    who, form = administrator(), AliasForm()
    found = organisation_of(who, organisation_id)
    if not form.validate():
        flash(form.alias.errors[0], "bad")
        return redirect(address(f"{HOME}{organisation_id}/"), 303)
    with unit_of_work():
        services_organisations.add_alias(organisation=found, name=str(form.alias.data), now=clock.now(), actor_id=who.person_id)
    return _back(organisation_id, _("The name is added."))


@bp.post(f"{HOME}<uuid:organisation_id>/aliases/<uuid:alias_id>/remove")
@allow(access.administer)
def remove_alias(organisation_id: UUID, alias_id: UUID) -> Response:
    """Take another name away."""
    who = administrator()
    found, alias = organisation_of(who, organisation_id), load_or_404(OrganisationAlias, alias_id)
    if alias.organisation_id != found.id:
        abort(404)
    with unit_of_work():
        services_organisations.remove_alias(alias=alias, now=clock.now(), actor_id=who.person_id)
    return _back(organisation_id, _("The name is taken away."))


@bp.get(f"{HOME}<uuid:organisation_id>/merge")
@allow(access.administer)
def ask_merge(organisation_id: UUID) -> str:
    """Find the other organisation, then see what merging would move."""
    who = administrator()
    gone = organisation_of(who, organisation_id)
    text, chosen = request.args.get("q", "").strip()[:100], request.args.get("into", "")
    if chosen:
        kept = organisation_of(who, _uuid(chosen))
        plan = services_organisations.preview(gone, kept)
        return render_template("accounts/admin_merge.html", gone=gone, kept=kept, plan=plan, found=[], text="")
    listing = organisations_list(who)
    found = [row for row in listing.page(listing.asked({"q": text})).rows[: FOUND + 1] if row.id != gone.id] if text else []
    return render_template("accounts/admin_merge.html", gone=gone, kept=None, plan=None, found=found[:FOUND], text=text)


@bp.post(f"{HOME}<uuid:organisation_id>/merge")
@allow(access.administer)
def merge(organisation_id: UUID) -> Response:
    """Make two one."""
    who = administrator()
    gone, kept = organisation_of(who, organisation_id), organisation_of(who, _uuid(request.form.get("into", "")))
    with unit_of_work():
        services_organisations.merge(gone=gone, kept=kept, now=clock.now(), actor_id=who.person_id)
        kept_id = kept.id
    return _back(kept_id, _("The two organisations are one. This can be undone for 30 days under “Changes of many at once”."))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(404)


def _back(organisation_id: UUID, sentence: str) -> Response:
    flash(sentence, "ok")
    return redirect(address(f"{HOME}{organisation_id}/"), 303)


def _described(form: OrganisationForm) -> dict[str, Any]:
    level, sector = form.government_level.data, form.sector.data
    return {
        "name": rules.organisation_of(form.name.data or ""), "type": OrganisationType(form.type.data),
        "government_level": GovernmentLevel(level) if level else None, "sector": Sector(sector) if sector else None,
        "place_id": form.place_id.data,
    }


def _page(form: Any, **more: Any) -> str | tuple[str, int]:
    body = render_template("accounts/admin_organisation_form.html", form=form, **more)
    return (body, 422) if form.errors else body
