"""A person's own pages: welcome, profile, account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from werkzeug.wrappers import Response

from webapp.accounts import access, mail_choices, outside, passwords, queries, rules, services, services_links, tries
from webapp.accounts.current import Viewer, viewer
from webapp.accounts.entering import keep_language
from webapp.accounts.forms import ChangePasswordForm, ProfileForm, WelcomeForm
from webapp.accounts.models import OrganisationType, Person, PositionLevel, Sex
from webapp.accounts.views import next_path
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.config import settings
from webapp.core.i18n import _, speaking
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work

bp = Blueprint("me", __name__)


def _viewer() -> Viewer:
    found = viewer()
    assert found is not None
    return found


@bp.route("/me/welcome", methods=["GET", "POST"])
@signed_in
def welcome() -> str | Response | tuple[str, int]:
    """Once after signing up: where one works. It can be skipped."""
    person = queries.described(_viewer().person_id)
    form = WelcomeForm(data=_said(person) | {"next": next_path("")})
    if form.validate_on_submit():
        with unit_of_work():
            _describe(person, form)
        return redirect(address(next_path()), 303)
    return _page("welcome", form, next=next_path())


@bp.route("/me/profile", methods=["GET", "POST"])
@signed_in
def profile() -> str | Response | tuple[str, int]:
    """Everything a person says about themselves."""
    person = queries.described(_viewer().person_id)
    form = ProfileForm(zone=person.time_zone, data=_said(person) | _addressed(person))
    if not form.validate_on_submit():
        return _page("profile", form, **_mails(_viewer()))
    with unit_of_work():
        language = str(form.language.data)
        services.address_person(
            person=person, name=str(form.name.data), phone=form.phone.data or "", language=language, time_zone=str(form.time_zone.data),
        )
        _describe(person, form)
    with speaking(language):
        flash(_("Your profile is saved."), "ok")
    response = redirect(address("/me/profile"), 303)
    keep_language(response, language)
    return response


@bp.route("/me/account", methods=["GET", "POST"])
@signed_in
def account() -> str | Response | tuple[str, int]:
    """The address with which one signs in, and a new password."""
    me = _viewer()
    form = ChangePasswordForm(email=me.sign_in.name, name=me.name)
    if form.validate_on_submit() and _knows_password(me, form):
        password_hash = passwords.hashed(str(form.password.data))
        with unit_of_work():
            services_links.change_password(
                sign_in_id=me.sign_in_id, session_id=me.session_id, password_hash=password_hash, now=clock.now(),
            )
        flash(_("Your password is changed. Other browsers were signed out."), "ok")
        return redirect(address("/me/account"), 303)
    return _page(
        "account", form, email=me.sign_in.name, least=settings().password_minimum, outside=outside.label(),
        tokens=access.use_interface(me),
    )


def _knows_password(me: Viewer, form: ChangePasswordForm) -> bool:
    known = me.sign_in.password_hash
    tries.count_password_check(sign_in=me.sign_in_id, now=clock.now())
    if passwords.matches(str(form.current.data), known):
        return True
    form.current.errors = [_("This is not your present password.")]
    return False


def _page(name: str, form: Any, **more: Any) -> str | tuple[str, int]:
    colleagues = queries.organisations_of(form.place_id.data) if "place_id" in form else []
    body = render_template(f"accounts/{name}.html", form=form, colleagues=colleagues, **more)
    return (body, 422) if form.errors else body


def _mails(who: Viewer) -> dict[str, Any]:
    """The regular mails that somebody may get, and keys of those they want. One query for those who may get any."""
    offered = mail_choices.offered_to(who)
    stopped = mail_choices.stopped(who.person_id) if offered else frozenset()
    return {
        "mails": [(kind.key, kind.label, str(kind.about)) for kind in offered],
        "wanted": [kind.key for kind in offered if kind.key not in stopped],
    }


def _said(person: Person) -> dict[str, Any]:
    there = person.organisation
    return {
        "place_id": person.place_id, "organisation": there.name if there else "", "organisation_type": there.type.value if there else "",
        "position_level": str(person.position_level or ""), "sex": person.sex.value if person.sex else "",
        "birth_year": str(person.birth_year or ""),
    }


def _addressed(person: Person) -> dict[str, Any]:
    return {"name": person.name, "phone": person.phone or "", "language": person.language, "time_zone": person.time_zone}


def _describe(person: Person, form: WelcomeForm) -> None:
    now = clock.now()
    level, kind, sex = form.position_level.data, form.organisation_type.data, form.sex.data
    services.describe(
        person=person, place_id=form.place_id.data, organisation_name=rules.organisation_of(form.organisation.data or ""),
        organisation_type=OrganisationType(kind) if kind else None, position_level=PositionLevel(int(level)) if level else None,
        sex=Sex(sex) if sex else None, birth_year=rules.birth_year_of(form.birth_year.data or "", now.year), now=now,
    )
