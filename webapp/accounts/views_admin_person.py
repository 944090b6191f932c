"""One person: what is known, what was, what they may do, and their sign-in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access, labels, people_list, queries, queries_people, rules, services, services_people, services_work
from webapp.accounts.current import Viewer
from webapp.accounts.errors import EmailTaken
from webapp.accounts.errors_people import InTheFuture, NotYours, TooEarly
from webapp.accounts.forms_people import NewPersonForm, PersonForm, SignInEmailForm, today
from webapp.accounts.models import OrganisationType, Person, PositionLevel, Sex
from webapp.accounts.views_admin_people import administrator
from webapp.core import clock, idempotency
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.i18n import _, current_language
from webapp.core.ids import new_id
from webapp.core.panels import panels
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places

bp = Blueprint("admin_person", __name__)


def person_of(who: Viewer, person_id: UUID) -> Person:
    """The person, if they work in a tree that the viewer administers; for others the page does not exist. One query."""
    found = queries_people.person(person_id)
    if found is None or not access.administers_person(who, found):
        abort(404)
    return found


def for_sign_in(who: Viewer, person_id: UUID) -> Person:
    """The same, if the sign-in is the viewer's to change. Raises `NotYours`. Two queries."""
    found = person_of(who, person_id)
    if queries_people.beyond(who, [found.id], clock.now()):
        raise NotYours
    return found


@bp.get("/admin/people/<uuid:person_id>/")
@allow(access.administer)
def show(person_id: UUID) -> str:
    """Everything an administrator may know about a person. Eight queries."""
    who, now = administrator(), clock.now()
    row = queries_people.person_and_browsers(person_id, now)
    if row is None or not access.administers_person(who, row[0]):
        abort(404)
    found, browsers, second_factor = row
    history = queries_people.history(found.id)
    names = places.full_names({each.place_id for each in history if each.place_id} | ({found.place_id} if found.place_id else set()))
    grants = queries_people.grants_of(found.id, now)
    return render_template(
        "accounts/admin_person.html", person=found, history=history, names=names, grants=grants, labels=labels, Level=PositionLevel,
        sign_in=found.sign_in, state=people_list.state_of(found.sign_in), states=people_list.SIGN_IN_STATES, own=found.id == who.person_id,
        browsers=browsers, second_factor=second_factor, panels=panels("person", found.id),
        form=SignInEmailForm(formdata=None),
    )


@bp.route("/admin/people/new", methods=["GET", "POST"])
@allow(access.administer)
def new() -> str | Response | tuple[str, int]:
    """Register somebody, with a sign-in or without."""
    who = administrator()
    blank = {"language": current_language(), "time_zone": settings().programme_zone.key}
    form = NewPersonForm(zone=settings().programme_zone.key, may_use=lambda place: access.administers_place(who, place), data=blank)
    if form.validate_on_submit():
        try:
            return redirect(_register(who, form), 303)
        except EmailTaken as taken:
            form.email.errors = [str(taken)]
    return _page(form, key=request.form.get("key") or str(new_id()))


def _register(who: Viewer, form: NewPersonForm) -> str:
    """Add the person; the address of their page. A second click leads to what the first one made."""
    now, key = clock.now(), request.form.get("key", "") or str(new_id())
    with unit_of_work():
        before = idempotency.claim(person_id=who.person_id, key=key, now=now)
        if before:
            return before
        person = services.create_person(
            name=str(form.name.data), language=str(form.language.data), time_zone=str(form.time_zone.data), now=now, actor_id=who.person_id,
        )
        _store(person, form, who)
        _work(person, form, who, since=None)
        if form.email.data:
            services_people.give_sign_in(person=person, email=form.email.data, now=now, actor_id=who.person_id)
        there = address(f"/admin/people/{person.id}/")
        idempotency.settle(person_id=who.person_id, key=key, result=there)
    flash(_("The person is registered."), "ok")
    return there


@bp.route("/admin/people/<uuid:person_id>/edit", methods=["GET", "POST"])
@allow(access.administer)
def edit(person_id: UUID) -> str | Response | tuple[str, int]:
    """Correct or change what is known; the work with the day of the change."""
    who = administrator()
    person = person_of(who, person_id)
    form = PersonForm(zone=person.time_zone, may_use=lambda place: access.administers_place(who, place), data=_said(person))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                _store(person, form, who)
                _work(person, form, who, since=form.since.data)
        except (InTheFuture, TooEarly) as error:
            form.since.errors = [str(error)]
        else:
            flash(_("The changes are saved."), "ok")
            return redirect(address(f"/admin/people/{person_id}/"), 303)
    return _page(form, person_id=person_id)


@bp.get("/admin/people/<uuid:person_id>/disable")
@allow(access.administer)
def ask_disable(person_id: UUID) -> str:
    """What disabling means, before it is done."""
    who = administrator()
    return render_template("accounts/admin_disable.html", person=for_sign_in(who, person_id))


@bp.post("/admin/people/<uuid:person_id>/<any(disable, enable):action>")
@allow(access.administer)
def switch(person_id: UUID, action: str) -> Response:
    """Disable or enable the sign-in."""
    who = administrator()
    person = for_sign_in(who, person_id)
    with unit_of_work():
        deed = services_people.disable if action == "disable" else services_people.enable
        deed(person_ids=[person.id], now=clock.now(), actor_id=who.person_id)
    return _back(person_id, _("The sign-in is disabled.") if action == "disable" else _("The sign-in is enabled."))


@bp.post("/admin/people/<uuid:person_id>/end-sessions")
@allow(access.administer)
def end_sessions(person_id: UUID) -> Response:
    """Sign the person out everywhere."""
    who = administrator()
    person = for_sign_in(who, person_id)
    with unit_of_work():
        services_people.end_sessions(person=person, now=clock.now(), actor_id=who.person_id)
    return _back(person_id, _("The person is signed out everywhere."))


@bp.post("/admin/people/<uuid:person_id>/reset-second-factor")
@allow(access.administer)
def reset_second_factor(person_id: UUID) -> Response:
    """Switch the second factor off for somebody who lost phone and recovery codes. They are told by mail."""
    who = administrator()
    person = for_sign_in(who, person_id)
    with unit_of_work():
        services_people.reset_second_factor(person=person, now=clock.now(), actor_id=who.person_id)
    return _back(person_id, _("The second factor is switched off, and the person is signed out everywhere. A mail tells them."))


@bp.post("/admin/people/<uuid:person_id>/send-link")
@allow(access.administer)
def send_link(person_id: UUID) -> Response:
    """Mail a link by which the person chooses a password."""
    who = administrator()
    person = for_sign_in(who, person_id)
    with unit_of_work():
        services_people.mail_password_link(person=person, now=clock.now(), actor_id=who.person_id)
    return _back(person_id, _("A link for choosing a password is on its way to the person's address."))


@bp.post("/admin/people/<uuid:person_id>/sign-in")
@allow(access.administer)
def give_sign_in(person_id: UUID) -> Response:
    """Give somebody without a sign-in one, and mail them the link."""
    who = administrator()
    person, form = for_sign_in(who, person_id), SignInEmailForm()
    if not form.validate():
        flash(form.email.errors[0], "bad")
        return redirect(address(f"/admin/people/{person_id}/"), 303)
    with unit_of_work():
        services_people.give_sign_in(person=person, email=str(form.email.data), now=clock.now(), actor_id=who.person_id)
    return _back(person_id, _("The person can sign in as soon as they have chosen a password; the link is on its way."))


def _back(person_id: UUID, sentence: str) -> Response:
    flash(sentence, "ok")
    return redirect(address(f"/admin/people/{person_id}/"), 303)


def _page(form: Any, **more: Any) -> str | tuple[str, int]:
    colleagues = queries.organisations_of(form.place_id.data)
    body = render_template("accounts/admin_person_form.html", form=form, colleagues=colleagues, **more)
    return (body, 422) if form.errors else body


def _said(person: Person) -> dict[str, Any]:
    there = person.organisation
    return {
        "name": person.name, "phone": person.phone or "", "language": person.language, "time_zone": person.time_zone,
        "place_id": person.place_id, "organisation": there.name if there else "", "organisation_type": there.type.value if there else "",
        "position_level": str(person.position_level or ""), "sex": person.sex.value if person.sex else "",
        "birth_year": str(person.birth_year or ""), "since": today(),
    }


def _store(person: Person, form: Any, who: Viewer) -> None:
    now = clock.now()
    services_people.edit(
        person=person, name=str(form.name.data), phone=rules.phone_of(form.phone.data or ""), language=str(form.language.data),
        time_zone=str(form.time_zone.data), sex=Sex(form.sex.data) if form.sex.data else None,
        birth_year=rules.birth_year_of(form.birth_year.data or "", now.year), now=now, actor_id=who.person_id,
    )


def _work(person: Person, form: Any, who: Viewer, *, since: Any) -> None:
    """The work from a day on; for somebody new it was always so."""
    now, place_id = clock.now(), form.place_id.data
    name, level = rules.organisation_of(form.organisation.data or ""), form.position_level.data
    there = services.organisation_named(
        name=name, type=OrganisationType(form.organisation_type.data or "other"), place_id=place_id, now=now,
    ) if name else None
    organisation_id, position = there.id if there else None, int(level) if level else None
    if since is None:
        person.place_id, person.organisation_id, person.position_level = place_id, organisation_id, position
        return
    services_work.change_work(
        person=person, place_id=place_id, organisation_id=organisation_id, position_level=position, since=since, now=now,
        actor_id=who.person_id,
    )
