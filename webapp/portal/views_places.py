"""Administration of places: list, the page of a place, and operations with a preview."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access
from webapp.accounts.current import Viewer, viewer
from webapp.accounts.models import Role
from webapp.core import clock, idempotency
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.core.listing import BadQuery
from webapp.core.listing_files import save_as
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import operations, queries
from webapp.places.models import Place
from webapp.places.models_operations import PlaceOperation
from webapp.places.plans import Plan, plan
from webapp.places.rules import BEGINNING, PlaceError
from webapp.portal import place_history
from webapp.portal.forms_places import CloseForm, MergeForm, MoveForm, OperationForm, RenameForm, SplitForm
from webapp.portal.place_preview import preview
from webapp.portal.places_list import kind_name, places_list

bp = Blueprint("places_admin", __name__)

# Fields of the page itself, not of the form that is carried from the preview to the confirmation.
OWN_FIELDS = frozenset({"csrf_token", "step", "key", "more"})


def _viewer() -> Viewer:
    found = viewer()
    assert found is not None
    return found


def _mine(place_id: UUID) -> list[Place]:
    """The lineage of a place in the viewer's trees, from the top down; others do not exist. One query."""
    found = place_history.present(place_id)
    if found is None or not access.administers_place(_viewer(), found[0]):
        abort(404)
    return found[1]


@bp.get("/admin/places/")
@allow(access.administer)
def index() -> str:
    """The list."""
    who = _viewer()
    listing = places_list(who)
    asked = listing.asked(request.args)
    # Before the page: its filter then finds the place already loaded.
    chain = _mine(_uuid(under)) if (under := asked.filters.get("under")) else []
    page = listing.page(asked)
    paths = who.paths(Role.ADMINISTRATOR)
    below = queries.children(chain[-1]) if chain else queries.children(None) if paths is None else queries.at_paths(paths)
    refused = [] if chain else [each for each in place_history.refused() if access.administers_place(who, each[0])]
    return render_template("portal/places.html", page=page, lineage=chain, below=below, refused=refused)


@bp.post("/admin/places/export/<form>")
@allow(access.administer)
def export(form: str) -> Any:
    """The list as a file."""
    who = _viewer()
    return save_as(places_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())


@bp.get("/admin/places/<uuid:place_id>/")
@allow(access.administer)
def show(place_id: UUID) -> str:
    """What a place is, was, and what can be done."""
    chain = _mine(place_id)
    place, spells = chain[-1], queries.spells(chain[-1])
    named = place_history.relatives(place, spells)
    return render_template(
        "portal/place.html", place=place, chain=chain, kind=kind_name(place, queries.country_of(place)),
        here=place_history.here([place.id], clock.now()), states=place_history.states(spells, named, BEGINNING),
        deeds=place_history.deeds(place, _today()), named=named,
        mine=lambda each: access.administers_place(_viewer(), each),
    )


@bp.route("/admin/places/<uuid:place_id>/rename", methods=["GET", "POST"])
@allow(access.administer)
def rename(place_id: UUID) -> Any:
    """Other names."""
    return _operate(_mine(place_id), RenameForm, "rename", _("Rename"))


@bp.route("/admin/places/<uuid:place_id>/merge", methods=["GET", "POST"])
@allow(access.administer)
def merge(place_id: UUID) -> Any:
    """Into another place, perhaps with others."""
    return _operate(_mine(place_id), MergeForm, "merge", _("Merge"))


@bp.route("/admin/places/<uuid:place_id>/split", methods=["GET", "POST"])
@allow(access.administer)
def split(place_id: UUID) -> Any:
    """Into several new places."""
    return _operate(_mine(place_id), lambda place, today: SplitForm(place, today, request.form), "split", _("Split"))


@bp.route("/admin/places/<uuid:place_id>/move", methods=["GET", "POST"])
@allow(access.administer)
def move(place_id: UUID) -> Any:
    """Below another place."""
    return _operate(_mine(place_id), MoveForm, "move", _("Move"))


@bp.route("/admin/places/<uuid:place_id>/close", methods=["GET", "POST"])
@allow(access.administer)
def close(place_id: UUID) -> Any:
    """For good."""
    return _operate(_mine(place_id), CloseForm, "close", _("Close"))


def _operate(chain: list[Place], make: Any, kind: str, title: str) -> Any:
    """The form; then what it would do; then the deed."""
    place, step = chain[-1], request.form.get("step", "")
    form: OperationForm = make(place, _today())
    if request.method == "GET" or step == "edit" or "more" in request.form:
        return _form_page(chain, form, kind, title)
    if not form.validate():
        return _form_page(chain, form, kind, title), 422
    try:
        if step == "confirm":
            return _carry_out(form, place)
        planned = _planned(form)
    except PlaceError as error:
        form.form_errors.append(str(error))
        return _form_page(chain, form, kind, title), error.status
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in OWN_FIELDS]
    return render_template(
        "portal/place_preview.html", place=place, preview=preview(planned, clock.now(), _today()), kept=kept, key=str(new_id()),
    )


def _form_page(chain: list[Place], form: OperationForm, kind: str, title: str) -> str:
    return render_template("portal/place_operation.html", place=chain[-1], chain=chain, form=form, kind=kind, title=title)


def _planned(form: OperationForm) -> Plan:
    """What the form asks, if it can be done. What lies in other people's trees is not there. Raises `PlaceError`."""
    who = _viewer()
    planned = plan(form.request(), form.day.day or _today())
    for place in (*planned.places, *([planned.target] if planned.target else [])):
        if not access.administers_place(who, place):
            abort(404)
    if planned.target is None and planned.request.kind == "move" and not access.administer_everywhere(who):
        abort(404)
    return planned


def _carry_out(form: OperationForm, place: Place) -> Response:
    """Once, however often the button is pressed."""
    who, now, back = _viewer(), clock.now(), address(f"/admin/places/{place.id}/")
    with unit_of_work():
        key = request.form.get("key", "") or str(new_id())
        if idempotency.claim(person_id=who.person_id, key=key, now=now) is not None:
            return redirect(back, 303)
        planned = _planned(form)
        waits = operations.undertake(request=planned.request, day=planned.day, actor_id=who.person_id, now=now).waits
    flash(_("The change is planned.") if waits else _("The change is made."), "ok")
    return redirect(back, 303)


@bp.route("/admin/places/operations/<uuid:operation_id>/undo", methods=["GET", "POST"])
@allow(access.administer)
def undo(operation_id: UUID) -> Any:
    """Take an operation back, or call a planned one off."""
    operation, sentence, place = _operation(operation_id)
    if request.method == "GET":
        return render_template("portal/place_undo.html", operation=operation, sentence=sentence, place=place)
    back, waited = address(f"/admin/places/{place.id}/"), operation.waits
    with unit_of_work():
        operations.undo(operation=operation, actor_id=_viewer().person_id, now=clock.now())
    flash(_("The planned change is called off.") if waited else _("The change is taken back."), "ok")
    return redirect(back, 303)


def _operation(operation_id: UUID) -> tuple[PlaceOperation, str, Place]:
    """An operation all of whose places the viewer administers, with its sentence and its first place. Two queries."""
    operation = db.session.get(PlaceOperation, operation_id)
    if operation is None:
        abort(404)
    concerned, sentence = place_history.concerned(operation)
    if not concerned or not all(access.administers_place(_viewer(), each) for each in concerned):
        abort(404)
    return operation, sentence, concerned[0]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadQuery from error


def _today() -> date:
    return clock.today(settings().programme_zone)
